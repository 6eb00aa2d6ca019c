"""The synthetic channel with traits: what a seat's holder does for want of a trait, and what its superior likes.

These rates act before the law of loss. Where members have no traits, or not the trait in question, nothing happens.
"""

import json
import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chains.models.channel.stops import Rate
from chains.models.provider import Occasion
from chains.rng import Draw

Liking = Annotated[float, Field(ge=-10, le=10)]
_MIDDLE, _NOISE = 5.0, 0.4
LEAST, MOST = 1, 10


class TraitRates(BaseModel):
    """What a channel does by the traits of members."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    please: Rate = 0.0
    """Chance per hop that a seat without candour leaves out a bad fact."""
    slip: Rate = 0.0
    """Chance per hop that a seat without competence tells one value of a kept fact wrong."""
    bend: Rate = 0.0
    """Chance per hop that a seat without ethics tells a kept fact better than it is, as `inflate` does."""
    frank: Liking | None = None
    """What candour adds to the liking for a report, in log-odds of being liked best; below 0 it takes away. With
    `frank`, `legible` or `apt` ratings follow the writer's traits, not what the report says (`taste`)."""
    legible: Liking | None = None
    """What legibility adds to it."""
    apt: Liking | None = None
    """What competence adds to it."""

    @property
    def likes_traits(self) -> bool:
        """Whether ratings follow the traits of the writer."""
        return (self.frank, self.legible, self.apt) != (None, None, None)

    def for_want_of(self, trait: str, occasion: Occasion) -> float:
        """Return the chance of what goes with the want of a trait; 0 if the seat's holder has it, or none of it."""
        rate = {"candour": self.please, "competence": self.slip, "ethics": self.bend}[trait]
        return rate if rate and occasion.more.get("traits", {}).get(trait) == 0 else 0.0


def rated_by_traits(rates: TraitRates, occasion: Occasion, draw: Draw) -> str:
    """Return ratings by letter, as JSON.

    A rating is 5 + 0.4 (frank * candour + legible * legibility + apt * competence + g), held from 1 to 10, with g from
    the standard Gumbel distribution. So the report that is rated best is chosen among several by a conditional logit
    with these coefficients (D. McFadden, Conditional logit analysis of qualitative choice behavior, 1974).
    """
    traits: Mapping[str, int] = occasion.more.get("writer", {})
    liked = {"candour": rates.frank, "legibility": rates.legible, "competence": rates.apt}
    liking = sum((weight or 0.0) * traits.get(name, 0) for name, weight in liked.items())
    ratings = {}
    for letter in occasion.letters:
        gumbel = -math.log(-math.log(max(draw.uniform(), 2.0**-53)))
        ratings[letter] = round(min(MOST, max(LEAST, _MIDDLE + _NOISE * (liking + gumbel))), 6)
    return json.dumps(ratings)
