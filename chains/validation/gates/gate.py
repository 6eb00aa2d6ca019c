"""What a gate found: a figure, its bar, and whether the figure meets it."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chains.fates import Fate
from chains.stats.paired.shares import wilson
from chains.worlds.world import World

Read = Callable[[World, str], Mapping[str, Fate]]
"""An instrument, as a gate sees it: the fate of every fact of a world in a message, by fact id."""


class Gate(NamedTuple):
    """One check of the instrument."""

    name: str
    checks: str
    """What it checks, in one sentence."""
    bar: str
    """What the figure must be."""
    figure: float
    """A share from 0 to 1, except where `checks` says otherwise."""
    low: float | None
    """95% interval of a share, which takes verdicts for independent; None for other figures."""
    high: float | None
    n: int
    """Verdicts that the figure rests on; of the saboteur, chains."""
    passed: bool
    details: Mapping[str, Any]
    """What the figure is made of."""

    def document(self) -> dict[str, Any]:
        """Return the gate as JSON: shares to six digits."""
        figures = {"figure": self.figure, "low": self.low, "high": self.high}
        rounded = {name: value if value is None else round(value, 6) for name, value in figures.items()}
        return self._asdict() | rounded | {"details": dict(self.details)}


class Share(NamedTuple):
    """How many verdicts of how many."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1; nan of nothing, which meets no bar."""
        return self.hits / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval (Wilson 1927), which has a width even where nothing or everything hits."""
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
    """Return the gate that holds a share against a bar: at least so much, or at most.

    The figure itself is held against the bar; its interval says how far the
    number of verdicts bears that out.
    """
    low, high = share.interval
    passed = (at_least is None or share.value >= at_least) and (at_most is None or share.value <= at_most)
    sense = "exactly" if at_least == 1 or at_most == 0 else "at most" if at_least is None else "at least"
    bar = f"{sense} {at_most if at_least is None else at_least:.0%}"
    return Gate(name, checks, bar, share.value, low, high, share.n, passed and share.n > 0, details or {})
