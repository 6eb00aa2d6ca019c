"""Worlds resampled, and what their resamples say of a number: its interval, and its p-value.

Worlds are the evidence, so they are drawn whole, replicates and all (Field and
Welsh 2007, the cluster bootstrap). Of scipy only the special functions are
used: `show` gives intervals too, and scipy.stats takes a second to load.
"""

import math
from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]  # scipy ships no types

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEVEL = 0.95
RESAMPLES = 4000
"""Of an interval of a mean."""
FEWEST_FOR_A_MEAN = 8
"""Worlds without which a mean has no interval: with fewer nothing is concluded."""
_TINY = 1e-9
_MOST_FAILED = 0.05
"""Share of resamples that may fail to be fitted before the bootstrap interval is withheld."""


def tails(worlds: int) -> tuple[float, float]:
    """Return which quantiles of resampled values make the 95% interval.

    Not 2.5% and 97.5%: the variance of resamples of W worlds is (W - 1)/W of what it should be, and the normal's
    quantiles are too narrow for few. The expanded percentile interval takes those at which the t distribution's
    interval would lie (Hesterberg 2015, "What teachers should know about the bootstrap"): with 12 worlds 1.1% and 98.9%
    """
    low = float(special.ndtr(special.stdtrit(worlds - 1, (1 - LEVEL) / 2) * _short(worlds)))
    return low, 1 - low


def _short(worlds: int) -> float:
    """Return by how much resamples of so many worlds vary too little."""
    return math.sqrt(worlds / (worlds - 1))


def percentiles(draws: Floats, worlds: int) -> tuple[float, float] | None:
    """Return the 95% interval of resampled values; None without any, if over 5% of them are missing, or for one world.

    Args:
        draws: The values, nan where missing.
        worlds: How many were resampled.
    """
    known = draws[np.isfinite(draws)]
    if not len(draws) or len(known) < (1 - _MOST_FAILED) * len(draws) or worlds < 2:
        return None
    low, high = np.quantile(known, tails(worlds))
    return float(low), float(high)


def bootstrap_p(draws: Floats, null: float, worlds: int) -> float:
    """Return the two-sided p at which the interval of `percentiles` would just end at `null`.

    Args:
        draws: The values, nan where missing.
        null: What the null hypothesis says.
        worlds: How many were resampled.
    """
    known = draws[np.isfinite(draws)]
    tail = (1 + min((known <= null).sum(), (known >= null).sum())) / (1 + len(known))
    quantile = -float(special.ndtri(min(tail, 0.5)))
    return 2 * float(special.stdtr(worlds - 1, -quantile / _short(worlds)))


def mean_interval(values: Iterable[tuple[Hashable, float]], seed: int = 0) -> tuple[float, float] | None:
    """Return the 95% interval of a mean over trials, worlds resampled whole.

    Args:
        values: Each trial's world and its value.
        seed: Of the resamples.

    Returns:
        None with fewer than eight worlds, or where all values are the same, of which resamples tell nothing.
    """
    sums: dict[Hashable, list[float]] = {}
    for world, value in values:
        row = sums.setdefault(world, [0.0, 0.0])
        row[0] += value
        row[1] += 1
    if len(sums) < FEWEST_FOR_A_MEAN:
        return None
    table = np.array(list(sums.values()))
    means = table[:, 0] / table[:, 1]
    if float(np.ptp(means)) < _TINY * max(1.0, float(np.abs(means).max())):
        return None
    totals = resampled(np.arange(len(table)), RESAMPLES, np.random.default_rng(seed)) @ table
    return percentiles(totals[:, 0] / totals[:, 1], len(table))


def resampled(worlds: Integers, resamples: int, random: np.random.Generator) -> Floats:
    """Return how often each world counts in each resample, shape (resamples, worlds' numbers).

    Args:
        worlds: The numbers of the worlds that are there; they are drawn whole, with replacement (Field and Welsh 2007).
        resamples: How many.
        random: The draw.
    """
    weights = np.zeros((resamples, int(worlds.max()) + 1))
    weights[:, worlds] = random.multinomial(len(worlds), np.full(len(worlds), 1 / len(worlds)), resamples)
    return weights
