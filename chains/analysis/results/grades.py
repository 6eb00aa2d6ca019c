"""Graded facts on their way up: what is told at each hop, what is reclassified, how close calls are read.

Shares over worlds with intervals by world (`stats.paired.shares`), a row for each
condition and hop. Where every fact has a witness on one list of workers and some
have another one on a second list, the share that workers report is also
estimated from the two lists alone, as where nobody knows the truth
(`stats.capture`).
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import TrialId
from chains.fates import ELSEWHERE
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures.graded import Graded, graded, told
from chains.scoring.reading import Reading
from chains.stats.paired.shares import Share, share_by_world
from chains.worlds.world import World

FEWEST_SHARED = 3
"""Facts with two witnesses in a world from which the number of all is estimated."""


class GradedPath(NamedTuple):
    """One finished trial of a world with graded facts."""

    trial: TrialId
    hops: Sequence[Graded]
    """What is told at each hop, from the workers' to what the executive hears."""
    lists: tuple[int, int, int] | None
    """How many graded facts the first list of workers reports, the second, and both; None if there is one list."""


class GradedRow(NamedTuple):
    """One condition at one hop."""

    condition: str
    factors: Mapping[str, Any]
    hop: int
    trials: int
    shares: Mapping[str, Share]
    """By the names of `Graded`."""
    estimated: tuple[float, float, float] | None
    """At hop 1, the share reported as estimated from two lists of workers, with its interval; None if not defined."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        plain = {"condition": self.condition, "factors": dict(self.factors), "hop": self.hop, "trials": self.trials}
        shares = {name: share.document() for name, share in self.shares.items()}
        if self.estimated is None:
            return plain | shares
        value, low, high = (None if math.isnan(one) else round(one, 6) for one in self.estimated)
        return plain | shares | {"estimated": {"share": value, "ci": [low, high]}}


def graded_path(casts: Casts, trial: TrialId, end: TrialEnd) -> list[GradedPath]:
    """Return what became of the graded facts in a finished trial; nothing where its world has none."""
    if all(reading.grades is None for reading in end.readings.values()):
        return []  # looked at first: most worlds have none, and need not be found
    world, hierarchy = casts.world(trial), casts.hierarchy(trial.condition)
    at: dict[int, list[Reading]] = defaultdict(list)
    for name, reading in end.readings.items():
        if name in hierarchy.heights:
            at[reading.hop].append(reading)
    found = [graded(world, at[hop]) for hop in range(1, hierarchy.depth + 1)]
    hops = [one for one in found if one is not None]
    if len(hops) < hierarchy.depth:
        return []
    return [GradedPath(trial, hops, _lists(world, [end.readings[seat.name] for seat in hierarchy.workers]))]


def _lists(world: World, reports: Sequence[Reading]) -> tuple[int, int, int] | None:
    """Return what the two lists of workers report; see `hierarchy.deal` for who is on which."""
    if len(world.shared) < FEWEST_SHARED or len(reports) < 2:
        return None
    here = [
        {place for one in of for place, letter in enumerate(one.fates) if letter != ELSEWHERE and told(one, place)}
        for of in (reports[::2], reports[1::2])
    ]
    return len(here[0]), len(here[1]), len(here[0] & here[1])


def graded_rows(record: RunRecord, paths: Sequence[GradedPath], *, estimates: bool = True) -> list[GradedRow]:
    """Return a row for each condition and hop; without `estimates` by capture and recapture, scipy is not needed."""
    rows = []
    for condition in record.conditions:
        mine = [path for path in paths if path.trial.condition == condition.id]
        for hop in range(1, max((len(path.hops) for path in mine), default=0) + 1):
            shares = {name: _share(mine, hop, name) for name in Graded._fields}
            estimated = _estimated(mine) if estimates and hop == 1 else None
            rows.append(GradedRow(condition.name, condition.factors, hop, len(mine), shares, estimated))
    return rows


def _share(paths: Sequence[GradedPath], hop: int, name: str) -> Share:
    by_world: dict[Hashable, list[float]] = defaultdict(list)
    for path in paths:
        if not math.isnan(value := getattr(path.hops[hop - 1], name)):
            by_world[path.trial.seed].append(value)
    return share_by_world(by_world)


def _estimated(paths: Sequence[GradedPath]) -> tuple[float, float, float] | None:
    from chains.stats.capture import Lists, share_named  # noqa: PLC0415  start-up: scipy, and most runs need none

    by_world: dict[int, list[Lists]] = defaultdict(list)
    for path in paths:
        if path.lists is not None:
            by_world[path.trial.seed].append(Lists(*path.lists))
    return share_named(list(by_world.values())) if by_world else None
