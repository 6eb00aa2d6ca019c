"""The synthetic channel and gaps: planted silence about what could not be found out, and planted results in its place.

These rates act before the law of loss. A result that was made up is passed on like any blurred fact: the gap is gone.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chains.models.channel.codebook import State
from chains.rng import Draw
from chains.worlds.facts.gaps import Gap

Rate = Annotated[float, Field(ge=0, le=1)]


class GapRates(BaseModel):
    """How often a channel keeps silent about a gap or makes up a result."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    conceal: Rate = 0.0
    """Chance per hop that a gap is left out, so that nobody hears that something could not be found out."""
    fabricate: Rate = 0.0
    """Chance per hop that a gap that is passed on is told with a result that nobody has."""


def gap_passed_on(rates: GapRates, gap: Gap | None, state: State, draw: Draw) -> State | None:
    """Return what a fact has become before the law of loss; None if it is left out. What is no gap stays as it is.

    Args:
        rates: What is planted.
        gap: The gap that the fact is, if it is one.
        state: What was heard of it.
        draw: Two draws are taken from it, and one more for which result is made up.
    """
    if gap is None or state.fate != "kept":
        return state
    concealed, fabricated = draw.uniform() < rates.conceal, draw.uniform() < rates.fabricate
    if concealed:
        return None
    return State(gap.fact, "blurred", f"result {draw.integer(1, len(gap.results))}") if fabricated else state
