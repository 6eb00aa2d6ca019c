"""The synthetic channel and what is known of facts: planted loss of hedges and sources, beside the fates.

A hedge heard is dropped or made sure at constant rates, a fact without one is made uncertain at another, and a source
is dropped or another named. For bad facts each hazard is multiplied by `bad_hedge`:

    h = 1 - (1 - p)^r,   r = bad_hedge^[the fact is bad]

What is gone stays gone. Facts that are blurred are told without hedge and source. In worlds in which no fact carries
either, all of this does nothing.
"""

import math
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chains.models.channel.orders import Size
from chains.rng import Draw
from chains.worlds.facts.certainty import Certainty, HedgeSaid, Said, SourceSaid

Rate = Annotated[float, Field(ge=0, le=1)]


class CertaintyRates(BaseModel):
    """What becomes of hedges and sources at each hop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hedge: Rate = 0.0
    """Chance per hop that a hedge is dropped, so that the fact stands as plain fact."""
    firm: Rate = 0.0
    """Chance per hop that a hedge is replaced by words that make the fact sure."""
    doubt: Rate = 0.0
    """Chance per hop that a fact without a hedge gains one, in a world in which some facts carry something."""
    source: Rate = 0.0
    """Chance per hop that a source is dropped."""
    misname: Rate = 0.0
    """Chance per hop that another source is named in place of a fact's own."""
    bad_hedge: Size = 1.0
    """Hazard ratio of bad facts against the others, for all that becomes of hedges and sources."""

    @model_validator(mode="after")
    def _not_above_one(self) -> Self:
        for one, other in (("hedge", "firm"), ("source", "misname")):
            if (total := getattr(self, one) + getattr(self, other)) > 1 + 1e-9:
                raise ValueError(f"{one} and {other} add up to {total:g}, more than 1")
        return self

    @property
    def changes_certainty(self) -> bool:
        """Whether anything can become of a hedge or a source."""
        return max(self.hedge, self.firm, self.doubt, self.source, self.misname) > 0

    def told(self, known: Certainty | None, heard: Said, draw: Draw, *, bad: bool) -> Said:
        """Return what becomes of a fact's hedge and source at a hop.

        Args:
            known: What the ledger knows of it.
            heard: What has become of it before.
            draw: Four draws are taken from it.
            bad: Whether the fact is bad news.
        """
        ratio = self.bad_hedge if bad else 1.0
        hedged = known is not None and known.hedge is not None
        sourced = known is not None and known.source is not None
        lost, firm, gone, misnamed = (draw.uniform() for _ in range(4))
        hedge: HedgeSaid = heard.hedge
        source: SourceSaid = heard.source
        if hedge == "kept" and hedged and lost < _hazard(self.hedge + self.firm, ratio):
            hedge = "strengthened" if firm * (self.hedge + self.firm) < self.firm else "dropped"
        elif hedge == "kept" and not hedged and lost < _hazard(self.doubt, ratio):
            hedge = "added"
        if source == "kept" and sourced and gone < _hazard(self.source + self.misname, ratio):
            source = "changed" if misnamed * (self.source + self.misname) < self.misname else "dropped"
        return Said(hedge, source)


def _hazard(rate: float, ratio: float) -> float:
    """Return the chance of something whose hazard is multiplied."""
    if ratio == 0:
        return 0.0
    return 1.0 if rate >= 1 else -math.expm1(math.log1p(-rate) * ratio)
