"""The status of each finished trial on its way up: what is told at each hop, held against what is true.

A trial counts once a hop: where several seats stand at one hop, what they tell
together (`heard.told_by`). Shares are means over worlds, their intervals by
world (`stats.paired.shares`):

    softened        told greener than the truth, of the trials whose truth is not green
    hardened        told worse than the truth, of the trials whose truth is not red
    untold          no status told, or no clear one
    softened here   told greener than one hop below, of the trials in which that told red or amber

What is untold is neither softened nor hardened, and counts in all of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import TrialId
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures.heard import ToldStatus, told_by
from chains.scoring.replies.status import TOLD
from chains.stats.paired.shares import Share, share_by_world
from chains.worlds.facts.status_rule import STATUSES, Status


class StatusPath(NamedTuple):
    """One trial: the status that is true, and what was told of it."""

    trial: TrialId
    true: Status
    told: tuple[str, ...]
    """At each hop, from the workers' to what the executive hears; one of `status.TOLD`."""


class StatusRow(NamedTuple):
    """One condition at one hop."""

    condition: str
    factors: Mapping[str, Any]
    hop: int
    trials: int
    matrix: Mapping[Status, Mapping[str, int]]
    """Trials by what is true and what is told."""
    softened: Share
    hardened: Share
    untold: Share
    softened_here: Share
    """Of hop 1: told greener than the notes have it."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        shares = {name: getattr(self, name).document() for name in SHARES}
        plain = {"condition": self.condition, "factors": dict(self.factors), "hop": self.hop, "trials": self.trials}
        return plain | {"matrix": {true: dict(row) for true, row in self.matrix.items()}} | shares


SHARES = ("softened", "hardened", "untold", "softened_here")


def status_path(casts: Casts, trial: TrialId, end: TrialEnd) -> list[StatusPath]:
    """Return the status on its way up in a finished trial; nothing where its world has none, or none was read."""
    if all(reading.status is None for reading in end.readings.values()):
        return []  # looked at first: most runs report no status, and their worlds need not be found
    true = casts.world(trial).true_status
    if true is None:
        return []
    at: dict[int, list[str | None]] = defaultdict(list)
    for reading in end.readings.values():
        at[reading.hop].append(reading.status)
    hops = range(1, casts.hierarchy(trial.condition).depth + 1)
    if any(status is None for hop in hops for status in at[hop]):
        return []
    return [StatusPath(trial, true, tuple(told_by(at[hop]) for hop in hops))]


def status_rows(record: RunRecord, paths: Sequence[StatusPath]) -> list[StatusRow]:
    """Return a row for each condition and hop."""
    rows = []
    for condition in record.conditions:
        mine = [path for path in paths if path.trial.condition == condition.id]
        depth = max((len(path.told) for path in mine), default=0)
        rows += [_row(mine, hop, condition.name, condition.factors) for hop in range(1, depth + 1)]
    return rows


def _row(paths: Sequence[StatusPath], hop: int, name: str, factors: Mapping[str, Any]) -> StatusRow:
    told = {path.trial: ToldStatus(path.true, path.told[hop - 1]) for path in paths}
    below = {path.trial: path.true if hop == 1 else path.told[hop - 2] for path in paths}
    counts = Counter((status.true, status.told) for status in told.values())

    def share(of: Callable[[TrialId], bool], where: Callable[[TrialId], bool] = lambda _: True) -> Share:
        by_world: dict[Hashable, list[float]] = defaultdict(list)
        for trial in told:
            if where(trial):
                by_world[trial.seed].append(float(of(trial)))
        return share_by_world(by_world)

    return StatusRow(
        condition=name,
        factors=factors,
        hop=hop,
        trials=len(paths),
        matrix={true: {said: counts[true, said] for said in TOLD} for true in STATUSES},
        softened=share(lambda trial: told[trial].greener > 0, lambda trial: told[trial].true != "green"),
        hardened=share(lambda trial: told[trial].greener < 0, lambda trial: told[trial].true != "red"),
        untold=share(lambda trial: told[trial].told not in STATUSES),
        softened_here=share(
            lambda trial: ToldStatus(below[trial], told[trial].told).greener > 0,  # type: ignore[arg-type]
            lambda trial: below[trial] in ("red", "amber"),
        ),
    )
