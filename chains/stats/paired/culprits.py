"""Which of several places does the damage, from what replacing each of them saves, world by world.

A place is blamed if replacing it saves something, and more than the others on average (sign flips, Holm). The
culprits are the one that saves most and all that can't be told from it. Nobody is blamed by force: where no place
saves more than the others, the damage is everybody's.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from chains.stats.paired.multiplicity import holm
from chains.stats.paired.paired import Floats, sign_flip
from chains.stats.paired.shares import FEWEST_WORLDS

LEVEL = 0.05


class Saved(NamedTuple):
    """What replacing one place saves, mean over worlds."""

    value: float
    low: float
    """Of the 95% interval that inverts the sign-flip test; nan in too few worlds."""
    high: float
    more: float
    """How much more than the other places save on average."""
    p: float
    """Of that difference, corrected by Holm over the places; 1 where it is not above 0, nan in too few worlds."""
    worlds: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON; what is not defined is null."""
        return {name: None if math.isnan(value) else round(value, 6) for name, value in self._asdict().items()}


class Culprits(NamedTuple):
    """What each place saves, and who is to blame."""

    saved: Sequence[Saved]
    blamed: tuple[int, ...]
    """The place that saves most first, then those that can't be told from it; empty if no place stands out."""


def culprits(saved: npt.ArrayLike, seed: int = 0) -> Culprits:
    """Find the places that do more damage than the others.

    Args:
        saved: What replacing a place saves in a world, shape (worlds, places); nan where that is not known.
        seed: Of the sign flips, so that the same data give the same figures.
    """
    table = np.asarray(saved, dtype=np.float64)
    places = table.shape[1]
    found = [_saved(table, place, seed) for place in range(places)]
    adjusted = holm([one.p for one in found])
    found = [one._replace(p=p) for one, p in zip(found, adjusted, strict=True)]
    standing = [place for place, one in enumerate(found) if one.low > 0 and one.more > 0 and one.p <= LEVEL]
    if not standing:
        return Culprits(found, ())
    first = max(standing, key=lambda place: found[place].value)
    alike = [place for place in range(places) if place != first and _alike(table[:, first] - table[:, place], seed)]
    return Culprits(found, (first, *sorted(alike, key=lambda place: -found[place].value)))


def _saved(table: Floats, place: int, seed: int) -> Saved:
    mine, others = table[:, place], np.delete(table, place, axis=1)
    there = mine[~np.isnan(mine)]
    nan = float("nan")
    if not len(there):
        return Saved(nan, nan, nan, nan, nan, 0)
    known = ~np.isnan(others).all(axis=1) & ~np.isnan(mine)
    more = mine[known] - np.nanmean(others[known], axis=1) if others.shape[1] and known.any() else np.array([])
    enough = len(there) >= FEWEST_WORLDS
    tested = sign_flip(there, seed) if enough else None
    return Saved(
        float(there.mean()),
        tested.low if tested else nan,
        tested.high if tested else nan,
        float(more.mean()) if len(more) else nan,
        nan if len(more) < FEWEST_WORLDS else sign_flip(more, seed).p if more.mean() > 0 else 1.0,
        len(there),
    )


def _alike(difference: Floats, seed: int) -> bool:
    """Return whether two places can't be told apart, or nothing is known of the pair."""
    there = difference[~np.isnan(difference)]
    return len(there) < FEWEST_WORLDS or sign_flip(there, seed).p > LEVEL
