"""Attractors: where chains end whatever they began with (Perez et al., arXiv 2407.04503)."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Attractor(NamedTuple):
    """A line through (first, last), least squares over chains."""

    slope: float
    intercept: float

    @property
    def strength(self) -> float:
        """1 - |slope|: 1 if the end does not depend on the beginning; 0 if differences stay as they are, or grow."""
        return max(0.0, 1 - abs(self.slope))

    @property
    def position(self) -> float | None:
        """Where the line leaves a value unchanged, intercept / (1 - slope); None if nothing is drawn there.

        That is so where |slope| is 1 or more: chains then keep their distances, or part.
        """
        return self.intercept / (1 - self.slope) if abs(self.slope) < 1 else None


def attractor(first: Sequence[float], last: Sequence[float]) -> Attractor | None:
    """Return the least-squares line of `last` on `first`, one value of each a chain.

    None if there are fewer than three chains, or all begin alike: no line is determined then, or it fits anything.
    """
    if len(first) < 3 or len(set(first)) < 2:
        return None
    return Attractor(*statistics.linear_regression(first, last))
