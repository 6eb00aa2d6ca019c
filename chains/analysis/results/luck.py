"""What past success does to the next decision, where trials have several rounds: acceptance, labels, creep.

A row for each condition. Shares are over worlds with intervals by world; the
creep of what is accepted and the change points are those of `stats.creep`.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import TrialId
from chains.running.log.records import RoundEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures.luck import Met, first_milder, rounds_met
from chains.scoring.reading import Reading
from chains.stats.paired.shares import Share, share_by_world

Change = tuple[int, float, float, float]
"""The first round with another share, the share before and after it, and the p-value."""
FIGURES = ("creep", "keenness", "shift")


class LuckRow(NamedTuple):
    """One condition."""

    condition: str
    factors: Mapping[str, Any]
    trials: int
    kept: Sequence[Share]
    """By round, the share of the trials in which the plan was carried out."""
    right: Sequence[Share]
    """By round, the share of the trials in which that was right."""
    milder: Sequence[Share]
    """By round, the share of the graded facts that the top hears with a milder grade."""
    first_milder: Mapping[int | None, int]
    """Rounds by the hop at which a graded fact is first told with a milder grade; None: at no hop."""
    figures: Mapping[str, tuple[float, float, float]]
    """`FIGURES` with their intervals; empty where they can't be estimated."""
    kept_changes: Change | None
    milder_changes: Change | None

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        hops = sorted((hop, count) for hop, count in self.first_milder.items() if hop is not None)
        return {
            "condition": self.condition,
            "factors": dict(self.factors),
            "trials": self.trials,
            **{name: [share.document() for share in getattr(self, name)] for name in ("kept", "right", "milder")},
            "first_milder": {str(hop): count for hop, count in hops} | {"never": self.first_milder.get(None, 0)},
            **{name: _figure(self.figures[name]) for name in self.figures},
            "kept_changes": _change(self.kept_changes),
            "milder_changes": _change(self.milder_changes),
        }


def met_in(casts: Casts, trial: TrialId, rounds: Sequence[RoundEnd]) -> tuple[Met, ...]:
    """Return the rounds of a finished trial; none if it has a single one, or nothing was decided in them."""
    if not rounds or any(one.outcome is None for one in rounds):
        return ()
    hierarchy = casts.hierarchy(trial.condition)
    messages = []
    for one in rounds:
        at: dict[int, list[Reading]] = defaultdict(list)
        for name, reading in one.readings.items():
            if name in hierarchy.heights:
                at[reading.hop].append(reading)
        messages.append([at[hop] for hop in range(1, hierarchy.depth + 1)])
    return rounds_met(casts.worlds(trial), [one.outcome for one in rounds], messages)


def luck_rows(record: RunRecord, met: Mapping[TrialId, tuple[Met, ...]]) -> list[LuckRow]:
    """Return a row for each condition in whose rounds something was decided."""
    rows = []
    for condition in record.conditions:
        mine = {trial: rounds for trial, rounds in met.items() if rounds and trial.condition == condition.id}
        if mine:
            rows.append(_row(condition.name, condition.factors, mine))
    return rows


def _row(name: str, factors: Mapping[str, Any], met: Mapping[TrialId, tuple[Met, ...]]) -> LuckRow:
    count = min(map(len, met.values()))

    def shares(of: Callable[[Met], float]) -> list[Share]:
        return [share_by_world(_by_world(met, number, of)) for number in range(count)]

    return LuckRow(
        condition=name,
        factors=factors,
        trials=len(met),
        kept=shares(_kept),
        right=shares(lambda one: float(one.lead > 0)),
        milder=shares(_milder),
        first_milder=Counter(first_milder(one) for rounds in met.values() for one in rounds if _is_graded(one)),
        figures=_figures(met),
        kept_changes=_changes(met, count, _kept),
        milder_changes=_changes(met, count, _milder),
    )


def _kept(one: Met) -> float:
    return math.nan if one.kept is None else float(one.kept)


def _milder(one: Met) -> float:
    return one.milder[-1] if one.milder else math.nan


def _is_graded(one: Met) -> bool:
    return any(not math.isnan(share) for share in one.milder)


def _by_world(
    met: Mapping[TrialId, tuple[Met, ...]], number: int, of: Callable[[Met], float]
) -> Mapping[Hashable, list[float]]:
    values: dict[Hashable, list[float]] = defaultdict(list)
    for trial, rounds in met.items():
        if not math.isnan(value := of(rounds[number])):
            values[trial.seed].append(value)
    return values


def _figures(met: Mapping[TrialId, tuple[Met, ...]]) -> dict[str, tuple[float, float, float]]:
    from chains.stats.creep import Accepted, creep_of  # noqa: PLC0415  start-up: scipy, and few runs need it

    rows = [
        Accepted(trial.seed, one.kept, one.survived, one.lead)
        for trial, rounds in met.items()
        for one in rounds
        if one.kept is not None
    ]
    found = creep_of(rows)
    return {} if found is None else {name: tuple(getattr(found, name)) for name in FIGURES}


def _changes(met: Mapping[TrialId, tuple[Met, ...]], count: int, of: Callable[[Met], float]) -> Change | None:
    """Return the change point over worlds in which the share is known in every round."""
    from chains.stats.creep import change_point  # noqa: PLC0415  start-up: scipy, and few runs need it

    by_round = [_by_world(met, number, of) for number in range(count)]
    whole = [world for world in by_round[0] if all(world in here for here in by_round)]
    shares = [[math.fsum(here[world]) / len(here[world]) for here in by_round] for world in whole]
    found = change_point(shares) if shares else None
    return None if found is None else (found.round, found.before, found.after, found.p)


def _figure(figure: tuple[float, float, float]) -> dict[str, Any]:
    value, low, high = (None if math.isnan(one) else round(one, 6) for one in figure)
    return {"value": value, "ci": [low, high]}


def _change(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    number, before, after, p = change
    return {"round": number, "before": round(before, 6), "after": round(after, 6), "p": p}
