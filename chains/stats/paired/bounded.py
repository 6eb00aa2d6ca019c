"""A mean of bounded values over worlds against a number, without any assumption of their shape: by betting.

The sign-flip test of a mean that is not 0 takes values to lie symmetrically around it. A
loss that is rare and large does not: where it happens in one world of fifty, most
studies see none, and the test is sure that there is none.

Under the hypothesis that the mean is at most m, a gambler who stakes a share l of what he
owns on every value, at 1 + l (x - m), gains nothing on average: what he owns after all
worlds is above 1 / p with a chance of p at most, whatever the values' distribution
(Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by
betting"). Half of his money is staked as high as the bounds allow, which is best where a
loss is rare; the other half is spread evenly over lower stakes, which is best where
values vary much.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chains.errors import BadInput
from chains.stats.paired.paired import LEVEL, PairKey

Floats = NDArray[np.float64]
_STAKES = np.append(np.arange(0.05, 1.0, 0.05), 0.999)
"""Of the highest that the bounds allow."""
_LOGS = np.log(np.append(np.full(len(_STAKES) - 1, 0.5 / (len(_STAKES) - 1)), 0.5))
_TINY = 1e-9
_HALVINGS = 30


class Bounded(NamedTuple):
    """What betting says of a mean."""

    p: float
    """Two-sided; each side's is exact or too large."""
    low: float
    """95% interval; each end leaves out no more than 2.5%."""
    high: float


def bounded(values: Floats, number: float, low: float, high: float) -> Bounded:
    """Test a mean against a number.

    Args:
        values: One a world, each from `low` to `high`.
        number: What the mean is held against.
        low: No value can be lower.
        high: No value can be higher.

    Raises:
        BadInput: If a value lies outside.
    """
    if len(values) and (values.min() < low - _TINY or values.max() > high + _TINY):
        raise BadInput(f"a value of {values.min():g} or {values.max():g} lies outside {low:g} to {high:g}")
    above, below = float(tail(values, number, low)), float(tail(-values, -number, -high))
    ends = (_end(values, low, high), -_end(-values, -high, -low))
    return Bounded(min(1.0, 2 * min(above, below)), *ends)


def tail(values: Floats, number: float, low: float) -> Floats:
    """Return the p-value of the mean being at most a number, over the last axis: a study, or several."""
    if number <= low:
        return np.where((number == low) & ~(values > low).any(axis=-1), 1.0, 0.0)
    stakes = _STAKES / (number - low)
    owned = np.log1p(np.maximum(stakes[:, None] * (values - number)[..., None, :], -1 + 1e-12)).sum(axis=-1) + _LOGS
    top = owned.max(axis=-1, keepdims=True)
    least: Floats = np.exp(-(top[..., 0] + np.log(np.exp(owned - top).sum(axis=-1))))
    return np.minimum(1.0, least)


def _end(values: Floats, low: float, high: float) -> float:
    """Return the lower end of the interval: the largest number that the mean is shown to be above."""
    below, above = low, high
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        if tail(values, middle, low) <= LEVEL / 2:
            below = middle
        else:
            above = middle
    return below


def fewest_worlds(margin: float, level: float, width: float = 1.0) -> int:
    """Return the worlds with which a loss above a margin is excluded where there is none at all in any world.

    Args:
        margin: Of the mean difference.
        level: Two-sided.
        width: How far a difference can lie below 0.
    """
    worlds = 1
    while 2 * tail(np.zeros(worlds), -margin, -width) > level:
        worlds += 1
    return worlds


def differences(a: Mapping[PairKey, float], b: Mapping[PairKey, float]) -> Floats:
    """Return b - a by world: the mean over its pairs of which both are defined."""
    by_world: dict[Hashable, list[float]] = defaultdict(list)
    for key in sorted(a.keys() & b.keys(), key=repr):
        if not np.isnan(a[key]) and not np.isnan(b[key]):
            by_world[key[0]].append(b[key] - a[key])
    return np.array([np.mean(each) for each in by_world.values()])
