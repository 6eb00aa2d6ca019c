"""What selection by a proxy does to the gap between proxy and truth: best of m, and Goodhart's law.

Choosing the best of m drafts by a proxy moves the drafts by

    d = sqrt(KL) = sqrt(ln m - (m - 1) / m)

from what is written without selection, where KL is the Kullback-Leibler divergence of the best of m from one draft
(Hilton and Gao 2022; it holds for a proxy without ties, and is an upper bound otherwise). The reward is then about

    R(m) = R(1) + d * (alpha - beta * d)

(Gao, Schulman and Hilton 2023, "Scaling laws for reward model overoptimization", for best of n).
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from chains.stats.fit.lazy_intervals import mean_interval

FEWEST_FOR_A_CURVE = 3
"""Numbers of drafts from which beta can be told."""


def distance(drafts: float) -> float:
    """Return d for the best of this many drafts, at least 1: 0, .44, .80, 1.10 for 1, 2, 4, 8."""
    return math.sqrt(max(0.0, math.log(drafts) - (drafts - 1) / drafts))


class Estimate(NamedTuple):
    """A mean over worlds."""

    value: float
    ci: tuple[float, float] | None
    """95%, worlds resampled; None with too few of them."""


class Overoptimisation(NamedTuple):
    """How a figure changes with the number of drafts."""

    slope: Estimate
    """The change for each unit of d, by least squares."""
    alpha: Estimate | None
    """None with fewer than three numbers of drafts, as `beta`."""
    beta: Estimate | None
    worlds: int


def overoptimisation(by_world: Mapping[Hashable, Mapping[int, float]]) -> Overoptimisation | None:
    """Fit the form to each world that has every number of drafts, and take the means.

    Args:
        by_world: For each world, the figure by the number of drafts.

    Returns:
        None if no world has two numbers of drafts, or none has all.
    """
    numbers = sorted({number for figures in by_world.values() for number in figures})
    whole = {world: figures for world, figures in by_world.items() if len(figures) == len(numbers)}
    if len(numbers) < 2 or not whole:
        return None
    d = np.array([distance(number) for number in numbers])
    table = np.array([[figures[number] for number in numbers] for figures in whole.values()])
    slopes = table @ _weights(d, 1)[1]
    alpha = beta = None
    if len(numbers) >= FEWEST_FOR_A_CURVE:
        curve = _weights(d, 2)
        alpha, beta = _mean(list(whole), table @ curve[1]), _mean(list(whole), -(table @ curve[2]))
    return Overoptimisation(_mean(list(whole), slopes), alpha, beta, len(whole))


def _weights(d: np.ndarray, degree: int) -> np.ndarray:
    """Return the weights of the figures in each coefficient of a polynomial in d, by least squares."""
    found: np.ndarray = np.linalg.pinv(np.vander(d, degree + 1, increasing=True))
    return found


def _mean(worlds: Sequence[Hashable], values: np.ndarray) -> Estimate:
    return Estimate(float(values.mean()), mean_interval(zip(worlds, values.tolist(), strict=True)))
