"""A mean from an instrument's readings of everything and people's labels of a part: prediction-powered inference.

    mean = (what the labels make of every item's reading, over all items)
         + (label less that, over the labelled items)

It has no bias, whatever the instrument's error is and however it differs between
conditions: only the labelled items must be drawn at random (Angelopoulos, Bates,
Fannjiang, Jordan and Zrnic 2023, "Prediction-powered inference"). What is made of a
reading is the mean of the labels of the items that are read so, which is at least as
good as tuning how much readings count ("PPI++", Angelopoulos, Duchi and Zrnic 2023), and
allows for a sample that is drawn by what is read (Fisch and others 2024, "Stratified
prediction-powered inference"). The second sum is then 0.

Items of one world are not independent, so the variance is over worlds (t, W - 1). Of
few labels that all agree the variance would be 0; what the labels of all strata show is
never taken to be less than the binomial one at (k + 1/4) / (n + 1/2). Where errors are
rare and labels few that makes intervals too wide, and never too narrow.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.paired.shares import FEWEST_WORLDS, Z

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
_PRIOR = 0.25
"""Labels of each kind that are added to those of a stratum."""
_FEWEST_IN_STRATUM = 5
"""Labels that a stratum by two readers must have."""


class Items(NamedTuple):
    """All items of one condition. What is wanted is the sum of weight times value, whose values people know of some."""

    weight: Floats
    """How much each counts in the sum; for a mean over items, one by their number."""
    world: Integers
    """The number of each item's world."""
    stratum: Integers
    """What the instrument reads: items of one stratum are taken to be worth the mean of those labelled in it."""
    cell: Integers
    """Items of one stratum that had the same chance to be labelled."""
    labelled: Booleans
    value: Floats
    """What the labels say, each from -1 to 1; nan where nobody labelled."""


def fine_strata(coarse: Integers, fine: Integers, labelled: Booleans) -> Integers:
    """Return strata by two readers where there are labels enough, else by one.

    Where another reader's fates decided who was labelled, and both have read everything, items that both read alike are
    a stratum: it is worth more than what one of them reads, and its labels are a plain sample of it.

    Args:
        coarse: The stratum of each item by the reader whose figure it is.
        fine: By both readers; each lies within one coarse stratum.
        labelled: Which items are labelled.

    Returns:
        The fine strata. One with fewer than five labels is joined to that of its coarse stratum that has most.
    """
    size = int(fine.max()) + 1
    labels = np.bincount(fine[labelled], minlength=size)
    within = np.zeros(size, np.int64)
    within[fine] = coarse
    joined = np.arange(size)
    for few in np.flatnonzero((labels < _FEWEST_IN_STRATUM) & (np.bincount(fine, minlength=size) > 0)):
        others = np.flatnonzero(within == within[few])
        joined[few] = others[np.argmax(labels[others])]
    _, numbered = np.unique(joined[fine], return_inverse=True)
    return np.asarray(numbered, np.int64)


class Powered(NamedTuple):
    """A mean or a difference, by labels and readings together."""

    value: float
    influence: Floats
    """What each world moves it by; sums to 0."""
    beyond: float
    """Variance besides that of the worlds: of strata with few labels that agree."""
    alone: float
    """Variance of the labels alone, without any reading."""
    labels: int

    @property
    def variance(self) -> float:
        """Of the value."""
        worlds = len(self.influence)
        spread = float((self.influence**2).sum())
        return spread * worlds / (worlds - 1) + self.beyond if worlds > 1 else math.nan

    @property
    def se(self) -> float:
        """Standard error over worlds."""
        return math.sqrt(self.variance)

    @property
    def gain(self) -> float:
        """Variance of the labels alone over this one: so many times as many labels alone would do as well."""
        return self.alone / self.variance if self.variance > 0 else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """95%; nan with fewer than eight worlds."""
        worlds = len(self.influence)
        if worlds < FEWEST_WORLDS:
            return math.nan, math.nan
        half = float(stdtrit(worlds - 1, 0.975)) * self.se
        return self.value - half, self.value + half

    def p(self, number: float = 0.0) -> float:
        """Return the two-sided p-value of its being a number; nan with fewer than eight worlds."""
        worlds = len(self.influence)
        if worlds < FEWEST_WORLDS or not self.se:
            return math.nan
        return float(2 * stdtr(worlds - 1, -abs(self.value - number) / self.se))


def powered(items: Items) -> Powered:
    """Return the sum of weight times value over all items.

    Args:
        items: Every stratum must have a label; each cell without one is taken to be as the rest of its stratum.
    """
    weight, worlds = items.weight, int(items.world.max()) + 1
    at = np.flatnonzero(items.labelled)
    stands = weight[at] * _stands_for(items, at)
    stratum = items.stratum[at]
    size = int(items.stratum.max()) + 1
    whole = np.bincount(stratum, stands, size)  # the weight of the stratum's items
    taken = np.divide(np.bincount(stratum, stands * items.value[at], size), whole, out=np.zeros(size), where=whole != 0)
    off = stands * (items.value[at] - taken[stratum])
    count = np.bincount(stratum, minlength=size)
    cells = np.bincount(np.unique(np.stack([stratum, items.cell[at]]), axis=1)[0], minlength=size)  # each takes one
    off *= np.sqrt(count / np.maximum(count - cells, 1))[stratum]
    value = float(weight @ taken[items.stratum])
    of_worlds = np.bincount(items.world, weight * taken[items.stratum], worlds)
    part = np.bincount(items.world[at], off, worlds)
    influence: Floats = np.asarray(of_worlds - value / worlds + part, float)
    own = stands.copy()
    for side in (stands > 0, stands < 0):  # of a difference of two means, as of bad and good news, each has its own
        if side.any():
            own[side] *= items.value[at][side] - np.average(items.value[at][side], weights=stands[side])
    return Powered(
        value=value,
        influence=influence,
        beyond=_beyond(items, at, stands, taken, off),
        alone=float((np.bincount(items.world[at], own, worlds) ** 2).sum()) * worlds / max(1, worlds - 1),
        labels=len(at),
    )


def difference(first: Powered, second: Powered) -> Powered:
    """Return second less first, whose worlds have the same numbers and are pairs."""
    return Powered(
        second.value - first.value,
        second.influence - first.influence,
        first.beyond + second.beyond,
        first.alone + second.alone,
        first.labels + second.labels,
    )


class Bought(NamedTuple):
    """What labels of what the executive hears buy for the difference of two conditions in a share."""

    labels: int
    """In both together, drawn equally over the five fates that are read."""
    half: float
    """Half the 95% interval with the readings."""
    alone: float
    """The same of as many labels alone, drawn without regard to what is read."""


def bought(labels: int, spread: float, kept: float, error: float) -> Bought:
    """Return what labels buy, for planning: items are taken to be independent but for their worlds.

    Args:
        labels: In both conditions together.
        spread: Standard error of the difference over worlds, of everything read without error.
        kept: Share of the facts that are kept, in both conditions.
        error: Share of what is kept that is read as lost, and of what is lost that is read as kept.
    """
    each = labels / 2
    variance = spread**2
    for true, sampled in ((kept, 1 / 5), (1 - kept, 4 / 5)):
        read = true * (1 - error) + (1 - true) * error
        wrong = (1 - true) * error / read
        variance += 2 * read**2 * wrong * (1 - wrong) / (each * sampled)
    alone = spread**2 + 2 * kept * (1 - kept) / each
    return Bought(labels, Z * math.sqrt(variance), Z * math.sqrt(alone))


def _stands_for(items: Items, at: Integers) -> Floats:
    """Return for how many times its own weight each labelled item stands: its cell's weight over that of the labels."""
    size = int(items.cell.max()) + 1
    cells = np.bincount(items.cell, items.weight, size)
    known = np.bincount(items.cell[at], items.weight[at], size)
    times = np.divide(cells, known, out=np.zeros(size), where=known != 0)[items.cell[at]]
    strata = int(items.stratum.max()) + 1
    whole = np.bincount(items.stratum, items.weight, strata)
    held = np.bincount(items.stratum[at], items.weight[at] * times, strata)
    lacks = np.divide(whole, held, out=np.zeros(strata), where=held != 0)
    found: Floats = times * lacks[items.stratum[at]]
    return found


def _beyond(items: Items, at: Integers, stands: Floats, taken: Floats, off: Floats) -> float:
    """Return by how much the variance that the labels show falls short of the binomial one, over all strata."""
    size, stratum = len(taken), items.stratum[at]
    total, squares, known = (np.bincount(stratum, of, size) for of in (stands, stands**2, items.weight[at]))
    there = squares > 0
    count = total[there] ** 2 / squares[there]
    share = (np.abs(taken[there]) * count + _PRIOR) / (count + 2 * _PRIOR)
    unknown = np.maximum(0.0, 1 - known[there] / total[there])  # of a stratum that is labelled whole all is known
    least = squares[there] * share * (1 - share) * unknown
    return max(0.0, float(least.sum() - (off**2).sum()))
