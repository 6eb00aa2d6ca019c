"""The result of a gate: a figure, its bar, and whether the figure meets the bar."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chains.fates import Fate
from chains.stats.paired.shares import wilson
from chains.worlds.world import World

Read = Callable[[World, str], Mapping[str, Fate]]
"""An instrument: from a world and a message to the fate of every fact, by fact id."""


class Gate(NamedTuple):
    """One check of the instrument and its result."""

    name: str
    checks: str
    """What it checks, in one sentence."""
    bar: str
    """What the figure must be."""
    figure: float
    """A share from 0 to 1, except where `checks` says otherwise."""
    low: float | None
    """Lower end of a share's 95% interval, if verdicts are independent; None for figures that are no share."""
    high: float | None
    n: int
    """Number of verdicts behind the figure; for the saboteur, number of chains."""
    passed: bool
    details: Mapping[str, Any]
    """The figures from which `figure` was made."""

    def document(self) -> dict[str, Any]:
        """Return the gate as JSON: shares to six digits."""
        figures = {"figure": self.figure, "low": self.low, "high": self.high}
        rounded = {name: value if value is None else round(value, 6) for name, value in figures.items()}
        return self._asdict() | rounded | {"details": dict(self.details)}


class Share(NamedTuple):
    """A share of verdicts: `hits` of `n`."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1; nan if `n` is 0, which meets no bar."""
        return self.hits / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval (Wilson 1927), which has a width even if the share is 0 or 1."""
        return wilson(self.value, self.n) if self.n else (0.0, 1.0)


def share_gate(
    name: str,
    checks: str,
    share: Share,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    details: Mapping[str, Any] | None = None,
) -> Gate:
    """Return a gate that compares a share with a bar, which is its least or its largest value.

    The share itself must meet the bar, not the ends of its interval.
    """
    low, high = share.interval
    passed = (at_least is None or share.value >= at_least) and (at_most is None or share.value <= at_most)
    sense = "exactly" if at_least == 1 or at_most == 0 else "at most" if at_least is None else "at least"
    bar = f"{sense} {at_most if at_least is None else at_least:.0%}"
    return Gate(name, checks, bar, share.value, low, high, share.n, passed and share.n > 0, details or {})
