"""Several tests at once: Holm for what was registered, Benjamini-Hochberg for exploration."""

import math
from collections.abc import Sequence


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values adjusted so that the chance of any false finding stays at the level (Holm 1979).

    Args:
        p: From 0 to 1; nan for a test of the family that was not made. It stays nan, and the others are adjusted as
            if it had failed, which is never too kind.
    """
    order = sorted((place for place in range(len(p)) if not math.isnan(p[place])), key=lambda place: p[place])
    adjusted = [math.nan] * len(p)
    worst = 0.0
    for rank, place in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = worst
    return adjusted


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Return p-values adjusted so that the expected share of false findings stays at the level (1995).

    Args:
        p: From 0 to 1; nan for what was not tested, which is no part of the family and stays nan.
    """
    order = sorted((place for place in range(len(p)) if not math.isnan(p[place])), key=lambda place: -p[place])
    adjusted = [math.nan] * len(p)
    least = 1.0
    for rank, place in enumerate(order):
        least = min(least, p[place] * len(order) / (len(order) - rank))
        adjusted[place] = least
    return adjusted
