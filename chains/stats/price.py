"""The Price equation: how the mean of a trait changes from one round to the next, and by what.

With members i of weights q_i (which add up to 1) and values z_i, weights q'_i and values z'_i afterwards, and fitness
w_i = q'_i / q_i (0 for whoever is gone), G. R. Price (Selection and covariance, Nature 227, 1970; here in A. Gardner's
notation, The Price equation, Current Biology 18, 2008, with weights as in S. A. Frank, Journal of Theoretical Biology
175, 1995) finds for the members who were there before

    mean(z') - mean(z) = Cov(w, z) / mean(w) + E(w (z' - z)) / mean(w)
                         selection             transmission

Newcomers have no forebears. With their share m of the weights they add m (mean of the newcomers - mean of the
others), as in B. Kerr and P. Godfrey-Smith (Generalization of the Price equation for evolutionary change, Evolution
63, 2009). Here mean(w) is 1 - m.

The covariance is the sum of q_i (w_i - 1) (z_i - mean(z)) over members, to which nobody adds who keeps its seat:
`rising` is the part of those who stay and come to weigh more or less, `leaving` the part of those who are gone. The
four parts add up to the change exactly: it is an identity, no model.
"""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Holder(NamedTuple):
    """A member at one time."""

    weight: float
    """How much of the organisation the member is; only the ratios count."""
    value: float
    """The trait."""


class Price(NamedTuple):
    """By how much the mean changes, and through what."""

    rising: float
    """Selection among those who stay: they come to weigh more or less."""
    leaving: float
    """Selection of those who are gone."""
    within: float
    """Transmission: what changes in members who stay."""
    arriving: float
    """Newcomers."""

    @property
    def change(self) -> float:
        """The change of the mean: the sum of the parts."""
        return math.fsum(self)


PARTS = Price._fields


def price(before: Mapping[str, Holder], after: Mapping[str, Holder]) -> Price | None:
    """Return the parts of the change between two times; None if nobody stays.

    Args:
        before: The members by name.
        after: The same, later.
    """
    if before.keys().isdisjoint(after):
        return None
    total, later = _total(before), _total(after)
    was = {name: (one.weight / total, one.value) for name, one in before.items()}
    now = {name: (one.weight / later, one.value) for name, one in after.items()}
    mean = math.fsum(share * value for share, value in was.values())
    fitness = math.fsum(now[name][0] for name in was if name in now)
    stay = [(was[name], now[name]) for name in was if name in now]
    new = [one for name, one in now.items() if name not in was]
    others = math.fsum(share * value for _, (share, value) in stay) / fitness
    return Price(
        rising=math.fsum((then - share) * (value - mean) for (share, value), (then, _) in stay) / fitness,
        leaving=-math.fsum(share * (value - mean) for name, (share, value) in was.items() if name not in now) / fitness,
        within=math.fsum(share * (value - old) for (_, old), (share, value) in stay) / fitness,
        arriving=math.fsum(share * (value - others) for share, value in new),
    )


def summed(parts: Iterable[Price]) -> Price:
    """Return the parts of several changes, one after the other."""
    columns = zip(*parts, strict=True)
    return Price(*(math.fsum(column) for column in columns))


def _total(members: Mapping[str, Holder]) -> float:
    return math.fsum(one.weight for one in members.values())
