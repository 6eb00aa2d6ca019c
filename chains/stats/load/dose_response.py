"""Dose and response: retention against load, and the load that a model carries.

The curve is the one that falls and fits best (isotonic regression, Barlow et al. 1972, weighted by
worlds), with straight lines between the loads that were tried. Capacity is the load at which it
crosses a share, as in "facts carried at 80%". No form is assumed of it. The interval is that of
resampled worlds, drawn whole, as everywhere (`fit.world_bootstrap`).
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import isotonic_regression  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.estimates import rounded
from chains.stats.fit.world_bootstrap import Floats, percentiles, resampled
from chains.stats.paired.shares import FEWEST_WORLDS, wilson

SHARE = 0.8
"""What is to arrive of the facts that are carried."""
_RESAMPLES = 1000
_TINY = 1e-9


class Dose(NamedTuple):
    """What is kept under one load."""

    load: float
    kept: float
    low: float
    """95% interval over worlds; nan with fewer than eight."""
    high: float
    worlds: int


class Capacity(NamedTuple):
    """The load at which the curve crosses `SHARE`."""

    value: float
    """Infinite if more than `SHARE` is kept under every load that was tried; 0 if less is under each."""
    low: float
    """95% interval over worlds; nan with fewer than eight."""
    high: float


class DoseResponse(NamedTuple):
    """Retention against load."""

    doses: tuple[Dose, ...]
    """By load, ascending."""
    capacity: Capacity

    @property
    def gap(self) -> tuple[float, float] | None:
        """The two loads between which the curve crosses; None where it crosses nowhere, or at a load that was tried."""
        below = [dose.load for dose in self.doses if dose.load <= self.capacity.value]
        above = [dose.load for dose in self.doses if dose.load >= self.capacity.value]
        return (below[-1], above[0]) if below and above and below[-1] < above[0] else None

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "doses": [
                {"load": one.load, "kept": rounded(one.kept), "ci": [rounded(one.low), rounded(one.high)],
                 "worlds": one.worlds}
                for one in self.doses
            ],
            "share": SHARE,
            "capacity": rounded(self.capacity.value),
            "ci": [rounded(self.capacity.low), rounded(self.capacity.high)],
        }  # fmt: skip


def dose_response(kept: Mapping[float, Mapping[Hashable, Sequence[float]]], seed: int = 0) -> DoseResponse:
    """Return retention against load.

    Args:
        kept: For each load and world, the share that each trial kept. The same world under several loads is resampled
            together.
        seed: Of the resampling.
    """
    loads = np.array(sorted(kept), dtype=float)
    worlds = list(dict.fromkeys(world for load in loads for world in kept[load]))
    table = np.full((len(worlds), len(loads)), np.nan)
    for column, load in enumerate(loads):
        for world, values in kept[load].items():
            table[worlds.index(world), column] = fmean(values)
    there = np.isfinite(table)
    filled = np.where(there, table, 0.0)
    enough = len(worlds) >= FEWEST_WORLDS
    weights = resampled(np.arange(len(worlds)), _RESAMPLES, np.random.default_rng(seed)) if enough else None
    value = _crossing(loads, filled.sum(axis=0), there.sum(axis=0).astype(float))
    ends = [(math.nan, math.nan)] * len(loads)
    low = high = math.nan
    if weights is not None:
        sums, counts = weights @ filled, weights @ there
        with np.errstate(invalid="ignore"):
            shares = sums / counts
        ends = [_ends(column, int(count)) for column, count in zip(shares.T, there.sum(axis=0), strict=True)]
        drawn = np.array([_crossing(loads, *row) for row in zip(sums, counts, strict=True)])
        # an infinite capacity is one above every load, so quantiles are taken of ranks and not of numbers
        low, high = np.quantile(drawn, (0.025, 0.975), method="closest_observation")
    doses = tuple(
        Dose(float(load), float(filled[:, at].sum() / there[:, at].sum()), *ends[at], int(there[:, at].sum()))
        for at, load in enumerate(loads)
    )
    return DoseResponse(doses, Capacity(value, float(low), float(high)))


def _ends(draws: Floats, worlds: int) -> tuple[float, float]:
    """Return the 95% interval of a share; nan with too few worlds. Where all worlds agree it is no point (`wilson`)."""
    if worlds < FEWEST_WORLDS:
        return math.nan, math.nan
    if float(np.ptp(draws)) < _TINY:
        return wilson(float(draws[0]), worlds)
    return percentiles(draws, worlds) or (math.nan, math.nan)


def _crossing(loads: Floats, sums: Floats, counts: Floats) -> float:
    """Return the load at which the falling curve of best fit crosses `SHARE`; loads without a world are left out."""
    here = counts > 0
    x, w = loads[here], counts[here]
    y = isotonic_regression(sums[here] / w, weights=w, increasing=False).x
    below = np.flatnonzero(y < SHARE)
    if not len(below):
        return math.inf
    at = int(below[0])
    if not at:
        return 0.0
    return float(x[at - 1] + (x[at] - x[at - 1]) * (y[at - 1] - SHARE) / (y[at - 1] - y[at]))
