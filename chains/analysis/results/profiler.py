"""Which hop, and which seat, does the damage: from the logged readings alone.

For every message it is known what its seat was given (the facts that were
kept in its notes or in the messages below) and what it passed on. A fact is
*first lost* at the hop where it is not kept for the first time on its way up;
later hops had no chance to keep it. The hops are ranked by damage: the share
of all facts that are first lost there. The loss rate beside it is the chance
that a fact still kept is lost there, so that a late hop, which few facts
reach, can be seen to lose all of them.

Intervals are percentile bootstraps over worlds.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from chains.experiments.experiment import Condition, TrialId
from chains.fates import FATE_OF
from chains.organisation.hierarchy import Hierarchy
from chains.running.log.log import Log
from chains.running.run_record import Casts, RunRecord
from chains.scoring.reading import Reading
from chains.stats.paired.paired import Floats
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.worlds.facts.ledger import Fact

RESAMPLES = 2000
_LOST = "BAIO"


class Passage(NamedTuple):
    """Counts of facts that one seat was given and passed on in one trial."""

    seat: str
    hop: int
    facts: int
    """Held at or below the seat."""
    given: int
    """Kept in what it was given."""
    passed: int
    """Kept in its message."""
    lost: Counter[str]
    """Given and not passed on, by the letter of what they became."""
    back: int
    """Kept in its message and not in what it was given: resurrected, or misread before."""
    alive: int
    """Kept at every hop before this one."""
    first: int
    """Of these, not kept here."""
    bad_alive: int
    bad_first: int
    invented: int
    words: int


def passages(facts: Sequence[Fact], hierarchy: Hierarchy, readings: Mapping[str, Reading]) -> Iterator[Passage]:
    """Follow the facts of one trial up, seat by seat; the executive's brief is no hop and is left out."""
    alive = set(range(len(facts)))
    for seat in hierarchy.upward():
        if seat.role == "executive" or seat.name not in readings:
            continue
        reading = readings[seat.name]
        held = [place for place, letter in enumerate(reading.fates) if letter in FATE_OF]
        if not held and not any(fact.slots for fact in facts):
            continue  # a world of claims alone
        below = [readings[name].fates for name in hierarchy.reports_of(seat.name) if name in readings]
        given = {place for place in held if not below or any(fates[place] == "K" for fates in below)}
        kept = {place for place in held if reading.fates[place] == "K"}
        here = alive & {*held}
        first = here - kept
        alive -= first
        yield Passage(
            seat=seat.name,
            hop=reading.hop,
            facts=len(held),
            given=len(given),
            passed=len(kept),
            lost=Counter(reading.fates[place] for place in given - kept),
            back=len(kept - given),
            alive=len(here),
            first=len(first),
            bad_alive=sum(facts[place].valence == "bad" for place in here),
            bad_first=sum(facts[place].valence == "bad" for place in first),
            invented=reading.invented,
            words=reading.words,
        )


class Place(NamedTuple):
    """A hop or a seat over all trials of a condition: the facts it was given, passed on, lost and restored."""

    name: str
    hop: int
    given: float
    """Share of the facts that were kept in what it was given."""
    passed: float
    """Share of the facts that are kept in its messages."""
    lost: Mapping[str, float]
    """Share of the facts given and not passed on, by fate."""
    back: float
    """Share of the facts kept again that were not in what it was given."""
    damage: float
    """Share of all facts of the trial that are first lost here."""
    damage_ci: tuple[float, float]
    rate: float
    """Share of the facts kept so far that are lost here; nan where none is left."""
    rate_ci: tuple[float, float]
    bad_rate: float
    """The same of the bad facts alone."""
    other_rate: float
    """The same of all others."""
    worst: float
    """Share of the resamples of worlds in which no other place does as much damage."""
    invented: float
    """Claims new here, mean per message."""
    words: float
    """Mean per message."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON; what is not defined is null."""
        return {name: _plain(value) for name, value in self._asdict().items()}


class Profile(NamedTuple):
    """Where one condition's facts are lost."""

    condition: Condition
    trials: int
    worlds: int
    hops: Sequence[Place]
    """From the bottom up."""
    seats: Sequence[Place]
    """Worst first."""

    @property
    def ranked(self) -> Sequence[Place]:
        """The hops, the most damage first."""
        return sorted(self.hops, key=lambda place: -place.damage)

    @property
    def believable(self) -> bool:
        """Whether there are worlds enough to conclude anything."""
        return self.worlds >= FEWEST_WORLDS

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "condition": self.condition.name,
            "factors": dict(self.condition.factors),
            "trials": self.trials,
            "worlds": self.worlds,
            "worst_hop": self.ranked[0].hop,
            "hops": [place.document() for place in self.hops],
            "seats": [place.document() for place in self.seats],
        }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return None if any(np.isnan(value)) else list(value)
    return None if isinstance(value, float) and np.isnan(value) else value


def profiles(record: RunRecord, log: Log) -> list[Profile]:
    """Return the profile of every condition of a run that has a finished trial, where facts climb."""
    casts = Casts(record)
    found: dict[str, dict[TrialId, list[Passage]]] = defaultdict(dict)
    for trial in record.trials():
        end = log.end(str(trial))
        if end is not None and end.status == "finished":
            followed = passages(casts.world(trial).facts, casts.hierarchy(trial.condition), end.readings)
            found[trial.condition][trial] = list(followed)
    climbed = (condition for condition in record.conditions if any(found[condition.id].values()))
    return [_profile(condition, found[condition.id]) for condition in climbed]


def _profile(condition: Condition, trials: Mapping[TrialId, Sequence[Passage]]) -> Profile:
    by_hop: dict[str, dict[int, list[Passage]]] = defaultdict(lambda: defaultdict(list))
    by_seat: dict[str, dict[int, list[Passage]]] = defaultdict(lambda: defaultdict(list))
    facts: Counter[int] = Counter()
    for trial, passed in trials.items():
        for passage in passed:
            by_hop[f"hop {passage.hop}"][trial.seed].append(passage)
            by_seat[passage.seat][trial.seed].append(passage)
            facts[trial.seed] += passage.facts if passage.hop == 1 else 0
    hops = _places(by_hop, facts)
    return Profile(
        condition=condition,
        trials=len(trials),
        worlds=len(facts),
        hops=sorted(hops, key=lambda place: place.hop),
        seats=sorted(_places(by_seat, facts), key=lambda place: -place.damage),
    )


def _places(by_place: Mapping[str, Mapping[int, list[Passage]]], facts: Mapping[int, int]) -> list[Place]:
    """Sum up each place by world, and resample the worlds."""
    worlds = sorted(facts)
    weights = np.random.default_rng(0).multinomial(len(worlds), np.full(len(worlds), 1 / len(worlds)), RESAMPLES)
    first = {name: _by_world(rows, worlds, "first") for name, rows in by_place.items()}
    total = weights @ np.array([facts[world] for world in worlds], float)
    drawn = {name: weights @ values / total for name, values in first.items()}
    ordered = np.sort(np.array(list(drawn.values())), axis=0)
    second = ordered[-2] if len(ordered) > 1 else np.full(RESAMPLES, -1.0)
    places = []
    for name, rows in by_place.items():
        alive = weights @ _by_world(rows, worlds, "alive")
        rates = np.divide(weights @ first[name], alive, out=np.full(RESAMPLES, np.nan), where=alive > 0)
        worst = float(np.mean((drawn[name] == ordered[-1]) & (drawn[name] > second)))
        passed = [passage for world in worlds for passage in rows.get(world, ())]
        places.append(_place(name, passed, sum(facts.values()), (drawn[name], rates), worst))
    return places


def _by_world(rows: Mapping[int, list[Passage]], worlds: Sequence[int], what: str) -> Floats:
    return np.array([sum(getattr(passage, what) for passage in rows.get(world, ())) for world in worlds], float)


def _place(name: str, passed: Sequence[Passage], facts: int, drawn: tuple[Floats, Floats], worst: float) -> Place:
    def total(what: str) -> int:
        return sum(getattr(passage, what) for passage in passed)

    lost: Counter[str] = Counter()
    for passage in passed:
        lost.update(passage.lost)
    held = total("facts")
    other_alive, other_first = total("alive") - total("bad_alive"), total("first") - total("bad_first")
    return Place(
        name=name,
        hop=passed[0].hop,
        given=_share(total("given"), held),
        passed=_share(total("passed"), held),
        lost={FATE_OF[letter]: _share(lost[letter], held) for letter in _LOST},
        back=_share(total("back"), held),
        damage=_share(total("first"), facts),
        damage_ci=_interval(drawn[0]),
        rate=_share(total("first"), total("alive")),
        rate_ci=_interval(drawn[1]),
        bad_rate=_share(total("bad_first"), total("bad_alive")),
        other_rate=_share(other_first, other_alive),
        worst=worst,
        invented=total("invented") / len(passed),
        words=total("words") / len(passed),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _interval(values: Iterable[float]) -> tuple[float, float]:
    """Return the percentile interval; nan where many resamples leave it undefined, or nothing varies in any."""
    drawn = np.asarray(values, float)
    if np.isnan(drawn).mean() > 0.05 or np.nanmin(drawn) == np.nanmax(drawn):
        return float("nan"), float("nan")
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)
