"""How much of a common cause reaches the executive: could it be seen there, and did a report state it?

Shares over worlds with intervals by world (`stats.paired.shares`), a row for each
condition whose worlds have patterns.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import TrialId
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures.heard import heard
from chains.scoring.measures.measures import MEASURES
from chains.stats.paired.shares import Share, share_by_world


class PatternSeen(NamedTuple):
    """One finished trial."""

    trial: TrialId
    visible: float
    """Share of the patterns all of whose facts are kept in what the executive hears."""
    stated: float
    """Share of them that a report states."""


class PatternRow(NamedTuple):
    """One condition."""

    condition: str
    factors: Mapping[str, Any]
    trials: int
    visible: Share
    stated: Share

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        plain = {"condition": self.condition, "factors": dict(self.factors), "trials": self.trials}
        return plain | {"visible": self.visible.document(), "stated": self.stated.document()}


def pattern_seen(casts: Casts, trial: TrialId, end: TrialEnd) -> list[PatternSeen]:
    """Return what the executive hears of the patterns in a finished trial; nothing where its world has none."""
    if all(reading.patterns is None for reading in end.readings.values()):
        return []  # looked at first: most worlds have none, and need not be found
    world = casts.world(trial)
    hierarchy = casts.hierarchy(trial.condition)
    readings = [end.readings[seat] for seat in hierarchy.reports_of(hierarchy.executive.name) if seat in end.readings]
    if not readings or any(reading.patterns is None for reading in readings):
        return []
    at = heard(world.facts, readings, top=end.top, patterns=world.patterns)
    return [PatternSeen(trial, MEASURES["pattern_visible"].of(at), MEASURES["pattern_stated"].of(at))]


def pattern_rows(record: RunRecord, seen: Sequence[PatternSeen]) -> list[PatternRow]:
    """Return a row for each condition that has such a trial."""
    rows = []
    for condition in record.conditions:
        mine = [one for one in seen if one.trial.condition == condition.id]
        if mine:
            visible: dict[Hashable, list[float]] = defaultdict(list)
            stated: dict[Hashable, list[float]] = defaultdict(list)
            for one in mine:
                visible[one.trial.seed].append(one.visible)
                stated[one.trial.seed].append(one.stated)
            shares = share_by_world(visible), share_by_world(stated)
            rows.append(PatternRow(condition.name, condition.factors, len(mine), *shares))
    return rows
