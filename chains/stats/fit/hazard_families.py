"""The candidate laws as hazards: how the loss is spread over the managers of one chain.

Each gives the cumulative hazard that the m-th of N managers adds, of what the worker
passed on; the worker's own message has a level of its own, and every law the same
random effect per statement, e^u times the hazard.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.likelihood import Counts, Floats

_LOW, _HIGH = -16.0, 4.0
Steps = Callable[[Floats, Floats], tuple[Floats, list[Floats]]]
"""Parameters (fits, parameters) and places m (managers,) to the log hazards (fits, managers) and their derivatives."""


class Shape(NamedTuple):
    """A candidate law."""

    name: str
    about: str
    steps: Steps
    low: tuple[float, ...]
    high: tuple[float, ...]
    start: Callable[[float], tuple[float, ...]]
    """From the mean hazard of a manager."""
    tau: int | None = None
    """Of a change-point: the first manager with the other hazard."""


def _geometric(values: Floats, place: Floats) -> tuple[Floats, list[Floats]]:
    ones = np.ones_like(place)
    return values[:, :1] * ones, [ones]


def _linear(values: Floats, place: Floats) -> tuple[Floats, list[Floats]]:
    """D = c m, with c between 0 and 1 / N on the logit scale."""
    share = expit(values[:, :1])
    c = share / place[-1]
    left, before = 1 - c * place, 1 - c * (place - 1)
    # what is left after the last manager may round to nothing
    left = np.maximum(left, 1e-12)
    hazard = np.log(before / left)
    slope = (place / left - (place - 1) / before) * c * (1 - share)
    return np.log(hazard), [slope / hazard]


def _weibull(values: Floats, place: Floats) -> tuple[Floats, list[Floats]]:
    k = values[:, 1:2]
    before = np.maximum(place - 1, 1.0)
    power, lower = place**k, np.where(place > 1, before**k, 0.0)
    growth = (power * np.log(place) - lower * np.log(before)) / (power - lower)
    return values[:, :1] + np.log(power - lower), [np.ones_like(place), growth]


def _gompertz(values: Floats, place: Floats) -> tuple[Floats, list[Floats]]:
    return values[:, :1] + values[:, 1:2] * (place - 1), [np.ones_like(place), place - 1]


def _logistic(values: Floats, place: Floats) -> tuple[Floats, list[Floats]]:
    """Logit D = a + b m, of what was there at m = 0."""
    slope = np.exp(values[:, 1:2])
    here, before = values[:, :1] + slope * place, values[:, :1] + slope * (place - 1)
    hazard = np.maximum(np.logaddexp(0, here) - np.logaddexp(0, before), 1e-12)
    rise = (expit(here) - expit(before)) / hazard
    return np.log(hazard), [rise, slope * (place * expit(here) - (place - 1) * expit(before)) / hazard]


def _change_point(tau: int) -> Steps:
    def steps(values: Floats, place: Floats) -> tuple[Floats, list[Floats]]:
        late = (place >= tau).astype(float)
        return values[:, :1] * (1 - late) + values[:, 1:2] * late, [1 - late, late]

    return steps


GEOMETRIC = Shape(
    "geometric", "a constant hazard: Williamson's law", _geometric, (_LOW,), (_HIGH,), lambda h: (np.log(h),)
)
SHAPES = (
    Shape("linear", "the same share of all there was is lost at each hop", _linear, (_LOW,), (12.0,), lambda _: (0.0,)),
    GEOMETRIC,
    Shape(
        "weibull", "the hazard is a power of the hop", _weibull, (_LOW, 0.05), (_HIGH, 6.0), lambda h: (np.log(h), 1.0)
    ),
    Shape(
        "gompertz",
        "the hazard grows by the same factor at each hop",
        _gompertz,
        (_LOW, -3.0),
        (_HIGH, 3.0),
        lambda h: (np.log(h), 0.0),
    ),
    Shape(
        "logistic",
        "the odds of having been lost grow by the same factor at each hop",
        _logistic,
        (-12.0, -6.0),
        (6.0, 3.0),
        lambda _: (-1.5, -1.0),
    ),
)


def change_points(managers: int) -> Sequence[Shape]:
    """Return the laws with one hazard before a manager and another from him on, for each manager but the first."""
    return [
        Shape(
            "change-point",
            "one hazard up to a hop, another from it on",
            _change_point(tau),
            (_LOW, _LOW),
            (_HIGH, _HIGH),
            lambda h: (np.log(h), np.log(h)),
            tau,
        )
        for tau in range(2, managers + 1)
    ]


class ShapeHazard:
    """A candidate law in cells: the worker's first, then each manager's.

    Args:
        shape: The law.
        managers: How many.
    """

    def __init__(self, shape: Shape, managers: int) -> None:
        self._shape = shape
        self._place = np.arange(1, managers + 1, dtype=float)
        self.names = ("ln_l0", *(f"{shape.name}.{number}" for number in range(len(shape.low))))
        self.low = np.array([_LOW, *shape.low])
        self.high = np.array([_HIGH, *shape.high])

    def at(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the log hazard by cell, and its derivatives."""
        eta, slopes = self._shape.steps(values[:, 1:], self._place)
        fits, cells = len(values), len(self._place) + 1
        jacobian = np.zeros((fits, len(self.names), cells))
        jacobian[:, 0, 0] = 1.0
        for number, slope in enumerate(slopes, start=1):
            jacobian[:, number, 1:] = slope
        return np.hstack([values[:, :1], eta]), jacobian

    def start(self, counts: Counts) -> Floats:
        """Return values for the mean hazards."""
        lost, passed = (each[0] for each in counts.by_cell(counts.total))
        worker = -np.log((passed[0] + 0.5) / (lost[0] + passed[0] + 1.0))
        manager = -np.log((passed[1:].sum() + 0.5) / ((lost + passed)[1:].sum() + 1.0))
        return np.array([np.log(worker), *self._shape.start(float(manager))])
