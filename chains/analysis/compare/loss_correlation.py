"""Which conditions lose the same facts: the correlation of losses in what the executive hears, within and between.

Within a condition the chains are replicates of one world, which differ in
sampling, in the wordings of the notes and in who holds what. Between two
conditions they are *other* replicates too, never the same one: conditions share
sampling seeds and notes replicate by replicate, and what comes of these must
not be taken for a lineage. So with one replicate there is nothing to show.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations, combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np

from chains.analysis.compare.arms import RunHeard
from chains.experiments.experiment import Condition
from chains.stats.survival.loss_correlation import Counts, Together, together

Losses = Mapping[int, Mapping[int, Sequence[bool]]]
"""For each world and replicate, a flag for each fact: True if it is not kept."""


class Alike(NamedTuple):
    """The correlation of losses of two conditions, or of one with itself."""

    a: str
    b: str
    found: Together

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"a": self.a, "b": self.b, **self.found.document()}


def alike(run: RunHeard) -> list[Alike]:
    """Correlate each condition's losses with its own and with those of every other whose worlds have the same facts."""
    conditions = run.record.conditions
    losses = {condition.id: _losses(run, condition) for condition in conditions}
    rows = []
    for one, other in combinations_with_replacement(conditions, 2):
        tables = _tables(losses[one.id], losses[other.id])
        if tables:
            rows.append(Alike(one.name, other.name, together(tables)))
    return rows


def _losses(run: RunHeard, condition: Condition) -> Losses:
    found: dict[int, dict[int, list[bool]]] = defaultdict(dict)
    for trial in run.ends:
        if trial.condition == condition.id:
            found[trial.seed][trial.replicate] = [fate != "K" for fate in run.heard(trial).fates]
    return found


def _tables(one: Losses, other: Losses) -> dict[Hashable, Counts]:
    """Return the table of every world: over all pairs of different replicates, either way round."""
    tables: dict[Hashable, Counts] = {}
    for world in one.keys() & other.keys():
        counts = np.zeros(4)
        replicates = sorted(one[world].keys() | other[world].keys())
        for first, second in combinations(replicates, 2):
            for left, right in ((first, second), (second, first)):
                if left in one[world] and right in other[world]:
                    counts += _table(one[world][left], other[world][right])
        if counts.any():
            tables[world] = counts
    return tables


def _table(one: Sequence[bool], other: Sequence[bool]) -> Counts:
    if len(one) != len(other):  # worlds of other facts: nothing to hold against each other
        return np.zeros(4)
    cells = [(True, True), (True, False), (False, True), (False, False)]
    pairs = list(zip(one, other, strict=True))
    return np.array([pairs.count(cell) for cell in cells], dtype=float)
