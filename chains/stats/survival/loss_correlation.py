"""Whether two chains lose the same facts: the correlation of their losses.

Two chains about one world each keep or lose every fact. Over all facts of all
worlds these are two columns of 0 and 1, and their correlation is phi:

    phi = (n11 n00 - n10 n01) / sqrt(n1. n0. n.1 n.0)

1 if they always lose the same facts, 0 if what one loses says nothing about the
other. Some facts are hard for everybody, so phi is above 0 even where nothing
is shared; what tells is the *difference* between pairs of chains that share a
lineage and pairs that do not. A second reader who errs where the first erred
adds nothing, which is why this matters.

Intervals leave out one world at a time (jackknife) on Fisher's scale, atanh phi,
with t of W - 1 degrees of freedom. In 300 studies each of 6, 10 and 24 worlds of
12 facts, alike or hard by themselves, phi 0 to .47, they hold the truth 94% to
98% of the time; percentile bootstraps over worlds, 87% to 95%. Where one side
loses nothing or everything, phi is not defined.
"""

import math
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit  # type: ignore[import-untyped]  # scipy ships no types

FEWEST_WORLDS = 6
"""With fewer no interval is given: none was tried."""

Counts = NDArray[np.float64]
"""Facts that both chains lose, that the first alone loses, the second alone, and that neither loses."""


class Together(NamedTuple):
    """How alike the losses of two kinds of chains are."""

    phi: float
    low: float
    high: float
    """The 95% interval; nan where there are too few worlds."""
    lost: tuple[float, float]
    """Share of the facts that each side loses."""
    pairs: int
    """Pairs of a fact in two chains."""
    worlds: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        known = not math.isnan(self.low)
        return {
            "phi": None if math.isnan(self.phi) else round(self.phi, 6),
            "ci": [round(self.low, 6), round(self.high, 6)] if known else None,
            "lost": [round(share, 6) for share in self.lost],
            "pairs": self.pairs,
            "worlds": self.worlds,
        }


def phi(counts: Counts) -> float:
    """Return the correlation of two columns of 0 and 1 from their table; nan where one of them does not vary."""
    both, first, second, neither = counts
    product = (both + first) * (second + neither) * (both + second) * (first + neither)
    return math.nan if product <= 0 else float((both * neither - first * second) / math.sqrt(product))


def together(tables: Mapping[Hashable, Counts]) -> Together:
    """Return how alike two kinds of chains lose.

    Args:
        tables: For each world, its table.
    """
    worlds = np.array(list(tables.values()), dtype=float).reshape(-1, 4)
    whole = worlds.sum(axis=0)
    both, first, second, _ = (float(count) for count in whole)
    pairs = float(whole.sum())
    lost = ((both + first) / pairs, (both + second) / pairs) if pairs else (math.nan, math.nan)
    return Together(phi(whole), *_interval(worlds), lost, int(pairs), len(worlds))


def _interval(worlds: Counts) -> tuple[float, float]:
    """Return the 95% interval of phi over worlds, a row each; nan where there is none."""
    count, whole = len(worlds), worlds.sum(axis=0)
    values = np.array([phi(whole), *(phi(whole - world) for world in worlds)])
    if count < FEWEST_WORLDS or not (abs(values) < 1).all():  # nan is not below 1 either
        return math.nan, math.nan
    scaled = np.arctanh(values)
    without = scaled[1:]
    error = math.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum())
    half = float(stdtrit(count - 1, 0.975)) * error
    return math.tanh(scaled[0] - half), math.tanh(scaled[0] + half)
