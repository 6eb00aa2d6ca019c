"""The members of an organisation from round to round: where they sit, which traits they have, what they pass on."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from chains.stats.price import Holder, Price, price, summed

KNOWN = ("candour", "legibility", "competence", "ethics")
"""The traits that have measures of their own; tables show every trait."""


class Place(NamedTuple):
    """One seat in one round."""

    seat: str
    member: str
    level: int
    """0 is the executive."""
    works: bool
    """Whether it is a worker's seat."""
    weight: float
    """The share of the facts that pass through it, where all seats of a level have the same."""
    traits: Mapping[str, int]
    """The holder's traits: 1 for high, 0 for low."""
    kept: float = math.nan
    """The share of what it heard that its report keeps, weighted by severity; nan if it heard nothing."""
    bad_kept: float = math.nan
    """The same of bad facts."""


Generation = Sequence[Place]
"""All seats of the hierarchy in one round, top first."""


def mean_of(trait: str, places: Sequence[Place]) -> float:
    """Return the share of some seats whose holders have a trait; nan without any, or if there is no such trait."""
    found = [place.traits[trait] for place in places if trait in place.traits]
    return sum(found) / len(found) if found else math.nan


def above_workers(generation: Generation) -> list[Place]:
    """Return the seats above the workers."""
    return [place for place in generation if not place.works]


def price_of(generations: Sequence[Generation], of: Callable[[Place], float]) -> Price | None:
    """Return the parts of the Price equation, summed over all changes of round; None if nothing can be said.

    A change of round in which a value is not known (nan) is left out.

    Args:
        generations: The rounds in order.
        of: The value of a seat's holder.
    """
    found = []
    for before, after in pairwise(generations):
        was, now = ({place.member: Holder(place.weight, of(place)) for place in one} for one in (before, after))
        values = [holder.value for one in (was, now) for holder in one.values()]
        if not any(map(math.isnan, values)) and (parts := price(was, now)) is not None:
            found.append(parts)
    return summed(found) if found else None


class Trait(NamedTuple):
    """A measure of one trait."""

    about: str
    of: Callable[[Sequence[Generation]], float]
    share: bool = True


def _last(trait: str, *, top: bool) -> Callable[[Sequence[Generation]], float]:
    def of(generations: Sequence[Generation]) -> float:
        if not generations:
            return math.nan
        return mean_of(trait, generations[-1][:1] if top else generations[-1])

    return of


def _selected(trait: str) -> Callable[[Sequence[Generation]], float]:
    def of(generations: Sequence[Generation]) -> float:
        parts = price_of(generations, lambda place: place.traits.get(trait, math.nan))
        return math.nan if parts is None else parts.rising

    return of


def together_at_top(generations: Sequence[Generation]) -> float:
    """Return whether the executive has competence and ethics, or neither, in the last round."""
    found = [
        place.traits["competence"] == place.traits["ethics"]
        for place in (generations[-1][:1] if generations else ())
        if {"competence", "ethics"} <= place.traits.keys()
    ]
    return sum(found) / len(found) if found else math.nan


OF_TRAITS: Mapping[str, Trait] = {
    name: measure
    for trait in KNOWN
    for name, measure in {
        f"{trait}_at_top": Trait(f"whether the executive has {trait} in the last round", _last(trait, top=True)),
        f"{trait}_of_members": Trait(
            f"share of all seats whose holder has {trait}, in the last round", _last(trait, top=False)
        ),
        f"{trait}_selected": Trait(
            f"what rising adds to mean {trait} over all rounds: the Price equation's covariance",
            _selected(trait),
            share=False,
        ),
    }.items()
} | {
    "together_at_top": Trait(
        "whether the executive has competence and ethics, or neither, in the last round",
        together_at_top,
    )
}
"""Measures by name."""
