"""Curves over one pair of axes, as both plots at the terminal and figures in files draw them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """One line of a panel."""

    name: str
    """Written at its end; empty: not named."""
    points: Sequence[Point]
    """By x, ascending; what is not finite is left out."""
    bars: Sequence[Point] = ()
    """For each point, the interval of its y; empty: none."""
    number: int = 0
    """Its place among the curves: mark and colour go by it."""
    dotted: bool = False
    """A line to compare with: dots, no marks."""
    aside: float = 0.0
    """How far it is drawn to the side in a figure, so that a curve that lies on another is seen."""

    @property
    def finite(self) -> list[Point]:
        """The points that can be drawn."""
        return [(x, y) for x, y in self.points if math.isfinite(y)]


@dataclass(frozen=True)
class Panel:
    """Curves, and what their axes are."""

    title: str
    curves: Sequence[Curve]
    across: str
    """What x is."""
    up: str = ""
    """What y is."""
    note: str = ""
    """Of lines to compare with: "dotted: a constant hazard"."""
    low: float = 0.0
    """The lower end of y."""
    high: float | None = None
    """The upper end of y; None: the largest value, and the intervals unless far beyond it."""
    tick: Callable[[float], str] = "{:g}".format

    @property
    def top(self) -> float:
        """The upper end of y."""
        if self.high is not None:
            return self.high
        top = max((y for curve in self.curves for _, y in curve.finite), default=0.0)
        bars = [high for curve in self.curves for _, high in curve.bars if high <= 1.5 * top]
        return max([top, *bars]) or 1.0
