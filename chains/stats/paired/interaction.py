"""Two causes of loss at once: does the second add to the first, take its share of what is left, or lose the same?

Four shares are kept: with neither cause (S00), with one of them (S10, S01), with both (S11).

    additive          S11 - S10 - S01 + S00     0: the losses add up, in points
    multiplicative    S11 * S00 / (S10 * S01)   1: each cause keeps its own share of what reaches it

Independent causes multiply what is kept, as in Williamson's law. Above 1 the causes
lose the same things in part, so that one displaces the other; below both, they make each other worse. Additivity
and independence are two nulls, and which of them is meant must be said (K. J. Rothman, "Synergy and antagonism in
cause-effect relationships", Am. J. Epidemiol. 99, 1974).

The additive contrast is tested by sign flips over worlds, its interval is that test inverted. The interval of the
ratio is the delete-one-world jackknife's of its logarithm, with Student's t.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.paired.paired import Floats, sign_flip
from chains.stats.paired.shares import FEWEST_WORLDS


class Contrast(NamedTuple):
    """One contrast."""

    value: float
    low: float
    """Of the 95% interval; nan in too few worlds, as the two below, or where the contrast does not exist."""
    high: float
    p: float
    """That it is 0 (additive) or 1 (multiplicative), two-sided."""


class Interaction(NamedTuple):
    """What two causes of loss do together."""

    kept: tuple[float, float, float, float]
    """With neither, the first, the second, both: means over worlds."""
    additive: Contrast
    multiplicative: Contrast
    worlds: int

    @property
    def loses(self) -> bool:
        """Whether each cause alone loses something: else nothing is to be said of the two together."""
        neither, first, second, _ = self.kept
        return max(first, second) < neither

    @property
    def verdict(self) -> str:
        """What the two intervals leave; empty where they say nothing."""
        low, high = self.additive.low, self.additive.high
        less, more = self.multiplicative.low, self.multiplicative.high
        if not self.loses or math.isnan(low) or math.isnan(less):
            return ""
        if high < 0:
            return "worse than added up: each makes the other worse"
        if less > 1:
            return "displaced in part: the two lose the same things"
        adds, multiplies = low <= 0 <= high, less <= 1 <= more
        if adds and multiplies:
            return "not told: the losses may add up, or each may take its share of what is left"
        if adds:
            return "not multiplied: they may add up, point for point"
        return (
            "not added up: each may take its share of what is left" if multiplies else "between added up and multiplied"
        )


def interaction(cells: Floats, seed: int = 0) -> Interaction:
    """Estimate what two causes of loss do together.

    Args:
        cells: The shares kept, one row for each world: with neither cause, the first, the second, both.
        seed: Of the sign flips, so that the same data give the same figures.

    Raises:
        ValueError: If there is no world.
    """
    worlds = len(cells)
    if not worlds:
        raise ValueError("no worlds")
    kept = tuple(float(one) for one in cells.mean(axis=0))
    signs = np.array([1, -1, -1, 1])
    points = cells @ signs
    enough = worlds >= FEWEST_WORLDS
    tested = sign_flip(points, seed) if enough else None
    nan = math.nan
    additive = Contrast(
        float(points.mean()), *((tested.low, tested.high, tested.p) if tested is not None else (nan, nan, nan))
    )
    return Interaction(kept, additive, _ratio(cells, signs), worlds)  # type: ignore[arg-type]


def _ratio(cells: Floats, signs: Floats) -> Contrast:
    """Return the multiplicative contrast; all nan where a share is 0 in all worlds, or in all but one."""
    worlds, total = len(cells), cells.sum(axis=0)
    nan = math.nan
    if not (total > 0).all():
        return Contrast(nan, nan, nan, nan)
    value = float(np.log(total) @ signs)
    without = total - cells
    if worlds < FEWEST_WORLDS or not (without > 0).all():
        return Contrast(math.exp(value), nan, nan, nan)
    pseudo = worlds * value - (worlds - 1) * (np.log(without) @ signs)
    middle, error = float(pseudo.mean()), float(pseudo.std(ddof=1)) / math.sqrt(worlds)
    if error == 0:
        return Contrast(math.exp(value), math.exp(value), math.exp(value), float(math.isclose(value, 0, abs_tol=1e-12)))
    wide = float(stdtrit(worlds - 1, 0.975)) * error
    p = 2 * float(stdtr(worlds - 1, -abs(middle) / error))
    return Contrast(math.exp(value), math.exp(middle - wide), math.exp(middle + wide), p)
