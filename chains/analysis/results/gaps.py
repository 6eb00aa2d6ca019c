"""Gaps on their way up: reported, made up, vague or untold at each hop.

Shares over worlds with intervals by world (`stats.paired.shares`). *Made up here*
and *silenced here* are of the gaps that were reported one hop below (at hop 1:
of all, as the notes report them).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import TrialId
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures.gaps import joined_gaps
from chains.stats.paired.shares import Share, share_by_world
from chains.worlds.facts.gaps import MADE_UP, REPORTED, UNTOLD, VAGUE


class GapPath(NamedTuple):
    """The gaps of one finished trial."""

    trial: TrialId
    hops: Sequence[str]
    """A letter for each gap at each hop, as `scoring.facts.gap_reader` writes them."""


class GapRow(NamedTuple):
    """One condition at one hop."""

    condition: str
    factors: Mapping[str, Any]
    hop: int
    trials: int
    reported: Share
    made_up: Share
    vague: Share
    untold: Share
    made_up_here: Share
    silenced_here: Share

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        plain = self._asdict() | {"factors": dict(self.factors)}
        return {name: value.document() if isinstance(value, Share) else value for name, value in plain.items()}


def gap_path(casts: Casts, trial: TrialId, end: TrialEnd) -> list[GapPath]:
    """Return what became of the gaps in a finished trial; nothing where its world has none."""
    if all(reading.gaps is None for reading in end.readings.values()):
        return []  # looked at first: most worlds have none, and need not be found
    count, hierarchy = len(casts.world(trial).gaps), casts.hierarchy(trial.condition)
    hops = [
        joined_gaps(count, (reading for reading in end.readings.values() if reading.hop == hop))
        for hop in range(1, hierarchy.depth + 1)
    ]
    return [GapPath(trial, hops)]


def gap_rows(record: RunRecord, paths: Sequence[GapPath]) -> Iterator[GapRow]:
    """Yield a row for each condition and hop."""
    for condition in record.conditions:
        mine = [path for path in paths if path.trial.condition == condition.id]
        for hop in range(1, max((len(path.hops) for path in mine), default=0) + 1):
            yield _row(mine, hop, condition.name, condition.factors)


def _row(paths: Sequence[GapPath], hop: int, name: str, factors: Mapping[str, Any]) -> GapRow:
    def share(letter: str, *, here: bool = False) -> Share:
        by_world: dict[Hashable, list[float]] = defaultdict(list)
        for path in paths:
            before = path.hops[hop - 2] if hop > 1 else REPORTED * len(path.hops[0])
            for was, now in zip(before, path.hops[hop - 1], strict=True):
                if not here or was == REPORTED:
                    by_world[path.trial.seed].append(float(now == letter))
        return share_by_world(by_world)

    return GapRow(
        condition=name,
        factors=factors,
        hop=hop,
        trials=len(paths),
        reported=share(REPORTED),
        made_up=share(MADE_UP),
        vague=share(VAGUE),
        untold=share(UNTOLD),
        made_up_here=share(MADE_UP, here=True),
        silenced_here=share(UNTOLD, here=True),
    )
