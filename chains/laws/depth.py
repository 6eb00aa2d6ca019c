"""H-depth, the primary hypothesis: does the loss at the end of the chain grow faster than linearly in the managers?

The chance that the executive's message does not keep a statement, with N managers
between worker and executive, is 1 - exp(-(l0 + l N^q) e^u) (SCIENCE 3.4): l0 the
worker's own loss, once and whatever the depth, q the exponent. q = 1 is a constant
hazard per manager, Williamson's law; q > 1 is worse than linear.
"""

import numpy as np

from chains.laws.likelihood import Counts, Floats, counts_of
from chains.laws.paths import Paths

_LOW = -16.0
"""Logarithm of a hazard that is as good as none."""


class DepthHazard:
    """l0 + l N^q, a cell for each number of managers N.

    Args:
        managers: N of each cell.
        q: To hold the exponent at; None to estimate it.
    """

    def __init__(self, managers: Floats, q: float | None = None) -> None:
        self._managers = managers
        self._log = np.log(np.maximum(managers, 1.0))
        self._any = managers > 0
        self._held = q
        self.names = ("ln_l0", "ln_l", "q") if q is None else ("ln_l0", "ln_l")
        self.low = np.array([_LOW, _LOW, -6.0])[: len(self.names)]
        self.high = np.array([4.0, 4.0, 8.0])[: len(self.names)]

    def at(self, values: Floats) -> tuple[Floats, Floats]:
        """Return ln(l0 + l N^q) by cell, and its derivatives."""
        q = values[:, 2:3] if self._held is None else np.full((len(values), 1), self._held)
        worker = np.exp(values[:, 0:1])
        managers = np.where(self._any, np.exp(values[:, 1:2] + q * self._log), 0.0)
        total = worker + managers
        share = managers / total
        parts = [worker / total, share]
        if self._held is None:
            parts.append(share * self._log)
        return np.log(total), np.stack(parts, axis=1)

    def start(self, counts: Counts) -> Floats:
        """Return the values of a straight line through the pooled cumulative hazards."""
        lost, passed = (each[0] for each in counts.by_cell(counts.total))
        hazard = -np.log((passed + 0.5) / (lost + passed + 1.0))
        slope, level = np.polyfit(self._managers, hazard, 1) if len(hazard) > 1 else (hazard[0], 0.0)
        begin = np.array([np.log(max(level, 0.01)), np.log(max(slope, 0.01)), 1.0])
        return begin[: len(self.names)]


def depth_counts(paths: Paths, managers: Floats) -> Counts:
    """Return losses at the end of the chain, a cell for each number of managers."""
    cell = paths.managers[:, None] == managers[None, :]
    lost = (cell & paths.lost[:, None]).astype(float)
    return counts_of(paths.statement, paths.world, lost, cell - lost, paths.worlds)
