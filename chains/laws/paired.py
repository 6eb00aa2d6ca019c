"""Paired comparison of two conditions: the same worlds and replicates in both, differences by world."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 4000
FEWEST_WORLDS = 8
"""With fewer worlds than this an interval over worlds is too narrow to be believed (SCIENCE: the pilot's size)."""


class Paired(NamedTuple):
    """One measure in two conditions."""

    a: float
    """Mean over the pairs, first condition."""
    b: float
    difference: float
    """b - a: the mean over worlds of the mean difference within each world."""
    low: float
    high: float
    """95% interval of the difference: percentile bootstrap over worlds. Both nan for a single world."""
    pairs: int
    worlds: int


def paired(
    a: Mapping[tuple[Hashable, Hashable], float], b: Mapping[tuple[Hashable, Hashable], float], seed: int = 0
) -> Paired:
    """Compare one measure between two conditions, paired by world and replicate.

    Worlds, not trials, are resampled: replicates of one world are no independent evidence about other worlds
    (Field and Welsh 2007, the cluster bootstrap).

    Args:
        a: The measure by (world, replicate) in the first condition.
        b: The same in the second; only keys in both are used.
        seed: Of the resampling, so that the same data give the same interval.

    Raises:
        ValueError: If no key is in both.
    """
    keys = sorted(a.keys() & b.keys(), key=repr)
    if not keys:
        raise ValueError("no pairs")
    by_world: dict[Hashable, list[float]] = defaultdict(list)
    for key in keys:
        by_world[key[0]].append(b[key] - a[key])
    differences = np.array([np.mean(values) for values in by_world.values()])
    low, high = _interval(differences, seed)
    return Paired(
        a=_mean([a[key] for key in keys]),
        b=_mean([b[key] for key in keys]),
        difference=float(differences.mean()),
        low=low,
        high=high,
        pairs=len(keys),
        worlds=len(by_world),
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _interval(differences: "np.ndarray[tuple[int], np.dtype[np.float64]]", seed: int) -> tuple[float, float]:
    if len(differences) < 2:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(seed).integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
