"""Valence: is bad news lost faster than good news, at the same hop of chains of the same depth?

The hazard of a statement kept so far has a level of its own for every hop of every
depth (dummies), times the hazard ratio for bad news, times the statement's random
effect: complementary log-log regression, the exact form of proportional hazards for
grouped times. Without the random effect the ratio shrinks toward 1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Estimate, Unknown, document
from chains.stats.fit.inference import Fitted, How, fitted
from chains.stats.fit.likelihood import Counts, Entries, Floats, Integers, counts_of
from chains.stats.law.hop import hop_cells, missed_by_cell
from chains.stats.observations.first_loss import Paths
from chains.stats.survival.logrank import LogRank, log_rank

_LOW = -16.0


class DummyHazard:
    """A level for each group of cells, and the log hazard ratio for those of bad news.

    Args:
        group: The group of each cell, numbered from 0.
        bad: 1 for cells of bad news, 0 for others.
    """

    def __init__(self, group: Integers, bad: Floats) -> None:
        self._design = np.vstack([(group == one).astype(float) for one in range(group.max() + 1)] + [bad])
        groups = len(self._design) - 1
        self.names = (*(f"level.{one}" for one in range(groups)), "ln_ratio")
        self.low = np.append(np.full(groups, _LOW), -5.0)
        self.high = np.append(np.full(groups, 4.0), 5.0)

    def at(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the log hazard by cell, and its derivatives."""
        return values @ self._design, np.broadcast_to(self._design, (len(values), *self._design.shape))

    def start(self, counts: Counts) -> Floats:
        """Return each group's pooled hazard, and a ratio of 1."""
        lost, passed = (self._design[:-1] @ each[0] for each in counts.by_cell(counts.total))
        return np.append(np.log(-np.log((passed + 0.5) / (lost + passed + 1.0))), 0.0)


@dataclass(frozen=True, eq=False)
class ValenceLaw:
    """Bad news against good in one condition."""

    ratio: Estimate | Unknown
    """Hazard ratio of bad news; its null is 1, tested on both sides."""
    twins: Estimate | Unknown
    """The same among minimal pairs alone: statements that differ in valence and nothing else."""
    pairs: int
    """How many pairs of twins there are."""
    log_rank: LogRank | Unknown
    """The test without a model, stratified by world and depth."""
    fitted: Fitted | None

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        rank = {"why": self.log_rank.why} if isinstance(self.log_rank, Unknown) else self.log_rank.document()
        return document(self.ratio, "hazard_ratio") | {
            "minimal_pairs": document(self.twins, "hazard_ratio") | {"pairs": self.pairs},
            "log_rank": rank,
        }


def valence_law(paths: Paths, how: How, *, refused: str = "") -> ValenceLaw:
    """Compare bad news with good; other statements are left out.

    Args:
        paths: One condition's.
        how: Errors and resamples.
        refused: Why nothing is to be fitted, if so.
    """
    if refused:
        return ValenceLaw(Unknown(refused), Unknown(refused), 0, Unknown(refused), None)
    told = paths.where(paths.bad >= 0)
    if not (told.bad == 1).any() or not (told.bad == 0).any():
        unknown = Unknown("the hazard ratio needs good news and bad news; statements of one valence alone are there")
        return ValenceLaw(unknown, unknown, 0, unknown, None)
    found = _ratio(told, told.statement, how)
    twins, pairs = _twins(told, how)
    rank = log_rank(told)
    if isinstance(found, Unknown):
        return ValenceLaw(found, twins, pairs, rank, None)
    return ValenceLaw(found.estimate("ln_ratio", ratio=True), twins, pairs, rank, found)


def _twins(told: Paths, how: How) -> tuple[Estimate | Unknown, int]:
    """Return the hazard ratio among twins, who share their random effect, and how many pairs there are."""
    both = np.intersect1d(told.pair[told.bad == 1], told.pair[told.bad == 0])
    both = both[both >= 0]
    if not len(both):
        return Unknown("no statement is there with its twin of the other valence"), 0
    twins = told.where(np.isin(told.pair, both))
    found = _ratio(twins, twins.pair, how)
    return (found if isinstance(found, Unknown) else found.estimate("ln_ratio", ratio=True)), len(both)


def _ratio(told: Paths, unit: Integers, how: How) -> Fitted | Unknown:
    cells = hop_cells(told)
    some, kind = told.kinds("depth", "miss", "bad")
    lost, at_risk = missed_by_cell(some, cells)
    # a hop where all or nothing was lost says nothing about the ratio, and has no finite level
    telling = (lost.sum(axis=0) > 0) & (lost < at_risk).any(axis=0)
    lost, at_risk, hops = lost[:, telling], at_risk[:, telling], cells.hop[telling]
    bad = (some.bad == 1)[:, None]
    if not telling.any() or not lost[bad[:, 0]].sum() or not lost[~bad[:, 0]].sum():
        return Unknown("the hazard ratio needs losses among good news and among bad")
    sides = [np.where(bad == side, each, 0.0) for each in (lost, at_risk - lost) for side in (False, True)]
    counts = counts_of(unit, told.world, Entries(np.hstack(sides[:2]), np.hstack(sides[2:]), kind), told.worlds)
    group = np.arange(len(hops))
    hazard = DummyHazard(np.tile(group, 2), np.repeat([0.0, 1.0], len(hops)))
    return fitted(counts, hazard, np.tile(hops, 2), how)
