"""Paired comparison of two conditions: the same worlds and replicates in both, differences by world.

Worlds, not trials, are the evidence: replicates of one world say nothing
about other worlds, so their differences are averaged, and all inference is
over the world means d_1 ... d_W.

**p-value.** If the two conditions do the same, swapping them within a world
changes nothing, so that every d_w is as likely to be -d_w: the sign-flip
permutation test (Fisher 1935). It is exact, whatever the distribution of
the d_w, lumps and ties included.

**Interval.** The same test inverted: all shifts that it does not reject at
5%. Its limits are quantiles of the means of subsets of the d_w (Hartigan
1969, "typical values"), so p < .05 exactly where the interval leaves 0 out.
It assumes that the d_w lie symmetrically around their mean. With fewer than
six worlds no interval of 95% exists; from fewer than eight none is given. The percentile
bootstrap over worlds is given beside it; it is too narrow where worlds are
few. Coverage in 2,000 simulated studies (`tests/bench/paired.py`), of
differences of shares of eight facts over three replicates, and of strongly
skewed ones (exponential), where all of them fall short:

    worlds          6     8    12    24    48
    sign flips    .99   .97   .97   .96   .96      skewed   .93  .91  .91  .92  .93
    bootstrap     .89   .90   .91   .93   .95               .81  .85  .87  .91  .92
    t             .97   .95   .95   .95   .96               .88  .90  .90  .93  .93
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.paired.shares import FEWEST_WORLDS

Floats = NDArray[np.float64]
PairKey = tuple[Hashable, Hashable]
"""World, and whatever tells its trials apart."""

RESAMPLES = 4000
LEVEL = 0.05
"""Of tests and, as its complement, of intervals."""
POWER = 0.8
MOST_EXACT = 14
"""Up to this many worlds, all 2^W flips are tried."""
_DRAWN = 10_000
"""Pairs of opposite flips tried otherwise, the data's own among them."""
_CHUNK = 2000
_TINY = 1e-9
"""Differences between sums of shares that are rounding, relative to the sum of their sizes."""


class Paired(NamedTuple):
    """One measure in two conditions."""

    a: float
    """Mean over worlds of the mean within each, first condition, over the pairs alone."""
    b: float
    difference: float
    """b - a."""
    low: float
    high: float
    """95% interval of the difference: the sign-flip test inverted. Both nan with fewer than eight worlds."""
    p: float
    """Two-sided sign-flip p-value; nan with fewer than eight worlds."""
    detectable: float
    """The smallest true difference that would be found in 80 of 100 such studies; nan where no two worlds differ
    and with fewer than eight worlds."""
    bootstrap: tuple[float, float]
    """95% percentile bootstrap over worlds. Both nan with fewer than eight worlds."""
    pairs: int
    worlds: int
    moved: int
    """Worlds in which the two conditions differ at all."""


def paired(a: Mapping[PairKey, float], b: Mapping[PairKey, float], seed: int = 0) -> Paired:
    """Compare one measure between two conditions, paired by world and replicate.

    Args:
        a: The measure by (world, replicate) in the first condition.
        b: The same in the second; only keys in both, and defined in both, are used.
        seed: Of what is drawn, so that the same data give the same figures.

    Raises:
        ValueError: If no key is in both.
    """
    return paired_all({key: (value,) for key, value in a.items()}, {key: (value,) for key, value in b.items()}, seed)[0]


def paired_all(
    a: Mapping[PairKey, Sequence[float]], b: Mapping[PairKey, Sequence[float]], seed: int = 0
) -> list[Paired]:
    """Compare several measures, each as `paired` does; nan stands for a measure that a trial does not have."""
    keys = sorted(a.keys() & b.keys(), key=repr)
    if not keys:
        raise ValueError("no pairs")
    first, second = np.array([a[key] for key in keys], float), np.array([b[key] for key in keys], float)
    undefined = np.isnan(first) | np.isnan(second)
    first[undefined] = second[undefined] = np.nan
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key[0]].append(row)
    worlds = list(rows.values())
    means = [np.array([_means(values[row]) for row in worlds]) for values in (first, second)]
    pairs = (~undefined).sum(axis=0)
    return [
        _compared(means[0][:, column], means[1][:, column], int(pairs[column]), seed)
        for column in range(first.shape[1])
    ]


def _means(values: Floats) -> Floats:
    """Return the mean of each column over the rows that have it; nan where none has."""
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    total = np.where(there, values, 0.0).sum(axis=0)
    means: Floats = np.divide(total, count, out=np.full(values.shape[1], np.nan), where=count > 0)
    return means


def _compared(a: Floats, b: Floats, pairs: int, seed: int) -> Paired:
    a, b = a[~np.isnan(a)], b[~np.isnan(a)]
    differences = b - a
    worlds, nan = len(differences), float("nan")
    if not worlds:
        return Paired(nan, nan, nan, nan, nan, nan, nan, (nan, nan), 0, 0, 0)
    tested, enough = sign_flip(differences, seed), worlds >= FEWEST_WORLDS
    return Paired(
        a=float(a.mean()),
        b=float(b.mean()),
        difference=float(differences.mean()),
        low=tested.low if enough else nan,
        high=tested.high if enough else nan,
        p=tested.p if enough else nan,
        detectable=_detectable(differences) if enough else nan,
        bootstrap=_bootstrap(differences, seed) if enough else (nan, nan),
        pairs=pairs,
        worlds=worlds,
        moved=int(np.count_nonzero(np.abs(differences) > _TINY)),
    )


class SignFlip(NamedTuple):
    """What the sign-flip test says of the mean of some differences."""

    p: float
    low: float
    high: float


def sign_flip(differences: Floats, seed: int = 0) -> SignFlip:
    """Test whether differences lie around 0, and invert the test.

    With up to 14 worlds all flips are tried; beyond, 10,000 pairs of opposite
    flips, the data's own pair among them, so that the test stays valid (Hemerik
    and Goeman 2018).

    Args:
        differences: One a world, shape (W,).
        seed: Of the flips drawn.

    Returns:
        The two-sided p-value, nan for fewer than two worlds, and the limits of the 95% interval, nan where there are
        too few worlds for one.
    """
    worlds = len(differences)
    if worlds < 2:
        return SignFlip(float("nan"), float("nan"), float("nan"))
    sums, counts, flips = _subsets(differences, seed)
    total = float(differences.sum())
    tiny = _TINY * float(np.abs(differences).sum())
    # Flipping a subset takes twice its sum off the total; the flips come in opposite pairs, and so do the tails.
    tail = int(np.count_nonzero(np.abs(total - 2 * sums) >= abs(total) - tiny))
    p = min(1.0, (1 + tail) / flips)
    place = int(LEVEL / 2 * flips + _TINY)
    if place < 1:
        return SignFlip(p, float("nan"), float("nan"))
    means = np.sort(sums / counts)
    return SignFlip(p, float(means[place - 1]), float(means[-place]))


def _subsets(differences: Floats, seed: int) -> tuple[Floats, Floats, int]:
    """Return sum and size of the subsets of differences to flip, the empty one left out, and how many with it."""
    worlds = len(differences)
    if worlds <= MOST_EXACT:
        chosen = _all_subsets(worlds)
        return chosen @ differences, chosen.sum(axis=1), len(chosen) + 1
    random = np.random.default_rng(seed)
    sums, counts = [np.array([differences.sum()])], [np.array([float(worlds)])]  # the opposite of flipping none
    for begin in range(1, _DRAWN, _CHUNK):
        chosen = random.integers(0, 2, (min(_CHUNK, _DRAWN - begin), worlds), dtype=np.int8).astype(np.float64)
        sums += [chosen @ differences, differences.sum() - chosen @ differences]
        counts += [chosen.sum(axis=1), worlds - chosen.sum(axis=1)]
    total, count = np.concatenate(sums), np.concatenate(counts)
    none = count == 0  # drawn once in thirty thousand at most: the data again
    return np.where(none, sums[0], total), np.where(none, worlds, count), 2 * _DRAWN


@lru_cache(maxsize=16)
def _all_subsets(worlds: int) -> Floats:
    numbers = np.arange(1, 2**worlds)
    return ((numbers[:, None] >> np.arange(worlds)) & 1).astype(np.float64)


def _detectable(differences: Floats) -> float:
    """Return (t_.975 + t_.8) s / sqrt(W): the usual size of a paired t test's power, from the spread seen here."""
    worlds = len(differences)
    spread = float(differences.std(ddof=1)) if worlds > 1 else 0.0
    if spread <= _TINY:
        return float("nan")
    quantiles = stdtrit(worlds - 1, 1 - LEVEL / 2) + stdtrit(worlds - 1, POWER)
    return float(quantiles * spread / np.sqrt(worlds))


def wider(worlds: int, among: int) -> float:
    """Return how many times larger a difference must be to be found if its p-value counts `among` times as much."""
    if worlds < 2:
        return float("nan")
    half, power = (float(stdtrit(worlds - 1, at)) for at in (1 - LEVEL / 2, POWER))
    return (float(stdtrit(worlds - 1, 1 - LEVEL / 2 / max(1, among))) + power) / (half + power)


def _bootstrap(differences: Floats, seed: int) -> tuple[float, float]:
    """Return the percentile bootstrap's 95% interval (Field and Welsh 2007, the cluster bootstrap)."""
    worlds = len(differences)
    if worlds < 2:
        return float("nan"), float("nan")
    means = _drawn(worlds, seed) @ differences / worlds
    low, high = np.quantile(means, [LEVEL / 2, 1 - LEVEL / 2])
    return float(low), float(high)


@lru_cache(maxsize=4)
def _drawn(worlds: int, seed: int) -> NDArray[np.float32]:
    """Return how often each world is drawn in each resample, shape (RESAMPLES, W)."""
    random = np.random.default_rng(seed)
    return random.multinomial(worlds, np.full(worlds, 1 / worlds), RESAMPLES).astype(np.float32)
