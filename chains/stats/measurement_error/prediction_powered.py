"""A mean from an instrument's readings of everything and people's labels of a part: prediction-powered inference.

    mean = l * (mean of the readings of all items) + mean over the labelled of (label - l * reading)

which has no bias whatever the instrument's error is, and however it differs between
conditions. l is tuned so that the variance is smallest: 1 for an instrument that is
nearly right, 0 (the labels alone) for one that says nothing. Angelopoulos, Bates,
Fannjiang, Jordan and Zrnic 2023, "Prediction-powered inference", and Angelopoulos, Duchi
and Zrnic 2023, "PPI++". Items of one world are not independent, so all standard errors
are over worlds (t, W - 1).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.paired.shares import FEWEST_WORLDS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Powered(NamedTuple):
    """A mean or a difference, by labels and readings together."""

    value: float
    low: float
    """95% interval over worlds; nan with fewer than eight that have labels."""
    high: float
    tuned: float
    """l: how much the readings count."""
    gain: float
    """Variance of the labels alone over this one: so many times as many labels would do as well."""
    influence: Floats
    """What each world moves it by."""

    @property
    def se(self) -> float:
        """Standard error over worlds."""
        return float(np.sqrt((self.influence**2).sum()))


def powered_mean(
    read: Floats, world: Integers, labelled: Integers, label: Floats, weight: Floats | None = None
) -> Powered:
    """Return a mean over all items.

    Args:
        read: What the instrument says of each item.
        world: The number of each item's world.
        labelled: The places of the items that people labelled.
        label: What they said.
        weight: For how many items each labelled one stands; None for a plain random sample.
    """
    weight = np.ones(len(labelled)) if weight is None else weight
    size = int(world.max()) + 1
    all_of = np.bincount(world, read - read.mean(), size) / len(read)
    part = world[labelled]

    def off(values: Floats) -> tuple[float, Floats]:
        mean = float(np.average(values, weights=weight))
        return mean, np.bincount(part, weight * (values - mean), size) / weight.sum()

    of_label, label_off = off(label)
    of_read, read_off = off(read[labelled])
    # the variance is that of label_off and l times this
    moves = all_of - read_off
    spread = float((moves**2).sum())
    tuned = float(np.clip(-(label_off @ moves) / spread, 0.0, 1.0)) if spread > 0 else 0.0
    there = len(np.unique(part))
    inflate = math.sqrt(there / (there - 1)) if there > 1 else math.nan
    influence = (label_off + tuned * moves) * inflate
    value = tuned * (float(read.mean()) - of_read) + of_label
    alone, both = float((label_off**2).sum()), float(((label_off + tuned * moves) ** 2).sum())
    return _over_worlds(value, influence, there, tuned, alone / both if both > 0 else math.nan)


def powered_difference(first: Powered, second: Powered) -> Powered:
    """Return second less first, both over the same numbers of worlds, which are paired."""
    size = max(len(first.influence), len(second.influence))
    one, other = (np.pad(each.influence, (0, size - len(each.influence))) for each in (first, second))
    there = int(np.count_nonzero((one != 0) | (other != 0)))
    return _over_worlds(second.value - first.value, other - one, there, math.nan, math.nan)


def _over_worlds(value: float, influence: Floats, worlds: int, tuned: float, gain: float) -> Powered:
    half = math.nan
    if worlds >= FEWEST_WORLDS:
        half = float(stdtrit(worlds - 1, 0.975)) * float(np.sqrt((influence**2).sum()))
    return Powered(value, value - half, value + half, tuned, gain, influence)


def labels_needed(spread: float, agreement: float, items: int, half: float) -> int:
    """Return how many labels give a 95% interval of a half width, items taken to be independent; for planning.

    The variance of a tuned mean is s^2 (1 - r^2) / n + r^2 s^2 / N for n labels of N items.

    Args:
        spread: Sd s of the labels.
        agreement: Correlation r of labels and readings.
        items: N.
        half: The half width.
    """
    wanted = (half / 1.96) ** 2 - (agreement * spread) ** 2 / items
    return items if wanted <= 0 else min(items, math.ceil(spread**2 * (1 - agreement**2) / wanted))
