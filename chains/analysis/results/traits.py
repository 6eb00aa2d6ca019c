"""Traits of members from round to round, where members have any: by level, by the Price equation, by who rises."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from chains.experiments.experiment import Condition, TrialId
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.rounds import first_staff
from chains.organisation.traits import TIED
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures.generations import Generation, Place, above_workers, mean_of, price_of
from chains.scoring.measures.passed_on import passed_on
from chains.scoring.reading import Reading
from chains.stats.paired.shares import Share, share_by_world
from chains.stats.price import PARTS
from chains.worlds.world import World

if TYPE_CHECKING:
    from chains.stats.creep import Figure

T = TypeVar("T")


def generations_of(casts: Casts, trial: TrialId, end: TrialEnd) -> tuple[Generation, ...]:
    """Return who sat where in each round of a finished trial, and with which traits; nothing if there are no traits."""
    if casts.traits(trial.condition) is None:
        return ()
    cast = casts.cast(trial)
    met = [(one.staff, one.readings) for one in end.rounds] or [(first_staff(cast.hierarchy), end.readings)]
    return tuple(
        _generation(cast.hierarchy, world, readings, {seat: cast.traits_at(seat, staff[seat]) for seat in staff}, staff)
        for world, (staff, readings) in zip(casts.worlds(trial), met, strict=True)
    )


def _generation(
    hierarchy: Hierarchy, world: World, readings: Mapping[str, Reading], traits: Mapping[str, Mapping[str, int]],
    staff: Mapping[str, str],
) -> list[Place]:  # fmt: skip
    level = Counter(seat.level for seat in hierarchy.seats)
    found = []
    for seat in hierarchy.seats:
        told = readings.get(seat.name)
        heard = [readings[name] for name in hierarchy.reports_of(seat.name) if name in readings]
        kept = bad_kept = math.nan
        if told is not None and seat.level > 0:
            kept, bad_kept = (passed_on(world.facts, told, heard, valence=valence) for valence in (None, "bad"))
        found.append(
            Place(
                seat.name, staff[seat.name], seat.level, seat.role == "worker", 1 / level[seat.level],
                traits[seat.name], kept, bad_kept,
            )
        )  # fmt: skip
    return found


class TraitRow(NamedTuple):
    """One condition."""

    condition: str
    factors: Mapping[str, Any]
    trials: int
    names: tuple[str, ...]
    """The traits."""
    levels: Mapping[str, Mapping[int, Sequence[Share]]]
    """For each trait and level, the share of the seats whose holder has it, by round; under `BAD_KEPT`, of the bad news
    that seats heard (weighted by severity), the share that their reports keep."""
    price: "Mapping[str, Mapping[str, Figure]]"
    """For each trait, and for what reports keep (`KEPT`), the parts of the Price equation and the change, summed over
    the rounds of a trial."""
    rises: "Mapping[str, Figure]"
    """What each trait adds to the log-odds of rising; empty where that can't be estimated, or nobody rises."""
    leaves: "Mapping[str, Figure]"
    """The same of leaving; who retires doesn't count."""
    together: "Mapping[tuple[int, int], Figure]"
    """The correlation of competence and ethics over members, by level and round: the first and the last."""
    spread: Mapping[str, float]
    """For each trait, the standard deviation over trials of its share above the workers in the last round."""
    drift: float
    """The same if nothing were selected, and members had traits dealt apart from each other."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "condition": self.condition,
            "factors": dict(self.factors),
            "trials": self.trials,
            "levels": [
                {"trait": name, "level": level, "by_round": [share.document() for share in shares]}
                for name, of in self.levels.items()
                for level, shares in of.items()
            ],
            "price": [
                {"trait": name, **{part: _document(figure) for part, figure in of.items()}}
                for name, of in self.price.items()
            ],
            **{
                what: {name: _document(figure) for name, figure in getattr(self, what).items()}
                for what in ("rises", "leaves")
            },
            "together": [
                {"level": level, "round": number, **_document(figure)}
                for (level, number), figure in self.together.items()
            ],
            "spread": {name: round(value, 6) for name, value in self.spread.items()},
            "drift": round(self.drift, 6),
        }


KEPT, BAD_KEPT, CHANGE = "kept", "bad news kept", "change"


def trait_rows(record: RunRecord, met: Mapping[TrialId, tuple[Generation, ...]]) -> list[TraitRow]:
    """Return a row for each condition whose members have traits."""
    rows, casts = [], Casts(record)
    for condition in record.conditions:
        mine = {trial: rounds for trial, rounds in met.items() if rounds and trial.condition == condition.id}
        if mine:
            rows.append(_row(condition, casts.hierarchy(condition.id), mine))
    return rows


def _row(condition: Condition, hierarchy: Hierarchy, met: Mapping[TrialId, tuple[Generation, ...]]) -> TraitRow:
    first = next(iter(met.values()))
    names = tuple(first[0][0].traits)
    values: dict[str, Callable[[Place], float]] = {name: _has(name) for name in names}
    levels = sorted({place.level for place in first[0]})
    shown = values | {BAD_KEPT: lambda place: place.bad_kept}
    tops = [above_workers(rounds[-1]) for rounds in met.values()]
    return TraitRow(
        condition=condition.name,
        factors=condition.factors,
        trials=len(met),
        names=names,
        levels={
            name: {
                level: [_share(met, number, level, of) for number in range(len(first))]
                for level in levels
                if name != BAD_KEPT or level > 0
            }
            for name, of in shown.items()
        },
        price={
            name: parts
            for name, of in (values | {KEPT: lambda place: place.kept}).items()
            if (parts := _price(met, of, reports=name == KEPT))
        },
        rises=_gradients(met, names, lambda before, after: _risen(condition, hierarchy, before, after)),
        leaves=_gradients(met, names, lambda before, after: _left(condition, before, after)),
        together={
            (level, number + 1): figure
            for level in levels
            for number in dict.fromkeys((0, len(first) - 1))
            if set(TIED) <= set(names) and (figure := _together(met, number, level)) is not None
        },
        spread={name: pstdev([mean_of(name, top) for top in tops]) for name in names},
        drift=math.sqrt(1 / 4 / len(tops[0])),
    )


def _has(trait: str) -> Callable[[Place], float]:
    return lambda place: float(place.traits[trait])


def _by_world(found: Iterable[tuple[TrialId, T]]) -> dict[Hashable, list[T]]:
    by_world: dict[Hashable, list[T]] = defaultdict(list)
    for trial, one in found:
        by_world[trial.seed].append(one)
    return by_world


def _share(
    met: Mapping[TrialId, tuple[Generation, ...]], number: int, level: int, of: Callable[[Place], float]
) -> Share:
    means = []
    for trial, rounds in met.items():
        here = [value for place in rounds[number] if place.level == level and not math.isnan(value := of(place))]
        if here:
            means.append((trial, fmean(here)))
    return share_by_world(_by_world(means))


def _price(
    met: Mapping[TrialId, tuple[Generation, ...]], of: Callable[[Place], float], *, reports: bool
) -> "dict[str, Figure]":
    """Return the parts and the change, mean over trials; only of seats that report, if `reports`."""
    from chains.stats.choices import mean_by_world  # noqa: PLC0415  start-up: scipy, and few runs need it

    found = []
    for trial, rounds in met.items():
        seats = [[place for place in one if place.level > 0] for one in rounds] if reports else rounds
        if (parts := price_of(seats, of)) is not None:
            found.append((trial, parts))
    figures = {}
    for part in (*PARTS, CHANGE):
        if (mean := mean_by_world(_by_world((trial, getattr(one, part)) for trial, one in found))) is not None:
            figures[part] = mean
    return figures


Sets = Iterator[tuple[Sequence[Place], Place]]
"""Sets of candidates, each with the one that is chosen."""


def _gradients(
    met: Mapping[TrialId, tuple[Generation, ...]], names: Sequence[str], sets: Callable[[Generation, Generation], Sets]
) -> "dict[str, Figure]":
    from chains.stats.choices import Choice, gradient  # noqa: PLC0415  start-up: scipy, and few runs need it

    choices = [
        Choice(trial.seed, [[float(place.traits[name]) for name in names] for place in among], among.index(chosen))
        for trial, rounds in met.items()
        for before, after in pairwise(rounds)
        for among, chosen in sets(before, after)
    ]
    found = gradient(choices)
    return {} if found is None else dict(zip(names, found, strict=True))


def _risen(condition: Condition, hierarchy: Hierarchy, before: Generation, after: Generation) -> Sets:
    """Yield whoever rose, among all who could have risen to that seat."""
    was = {place.seat: place for place in before}
    sat = {place.member: place.seat for place in before}
    managers = [place.seat for place in before if not place.works and place.level > 0]
    rising = [seat for seat in managers if hierarchy.superior(seat) in managers]
    for place in after:
        start = sat.get(place.member)
        if start in hierarchy.reports_of(place.seat):
            among = hierarchy.reports_of(place.seat) if condition.settings.succession else rising
            yield [was[seat] for seat in among], was[str(start)]


def _left(condition: Condition, before: Generation, after: Generation) -> Sets:
    """Yield whoever left, among all who could have left; whoever retired at the top did not leave."""
    now = {place.member: place.level for place in after}
    could = [
        place
        for place in before
        if place.level > 0
        and (now.get(place.member, place.level) >= place.level if condition.settings.succession else not place.works)
    ]
    yield from ((could, place) for place in could if place.member not in now)


def _together(met: Mapping[TrialId, tuple[Generation, ...]], number: int, level: int) -> "Figure | None":
    from chains.stats.choices import correlation  # noqa: PLC0415  start-up: scipy, and few runs need it

    first, second = TIED
    return correlation(
        _by_world(
            (trial, (float(place.traits[first]), float(place.traits[second])))
            for trial, rounds in met.items()
            for place in rounds[number]
            if place.level == level
        )
    )


def _document(figure: "Figure") -> dict[str, Any]:
    value, low, high = (None if math.isnan(one) else round(one, 6) for one in figure)
    return {"value": value, "ci": [low, high]}
