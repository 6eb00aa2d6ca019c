"""The synthetic channel and practices: which of them a worker uses, what it posts of them, how a report is scored.

A worker goes on with a practice of its last report unless it gives it up, takes up one that it has read or been told
of, and hits on one by itself, each at a rate. Whether it is real or a sham may count, as if workers could tell.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chains.models.channel.codebook import State, codebook, lines_of
from chains.models.channel.grades import split_rates
from chains.models.provider import Occasion
from chains.rng import Draw
from chains.worlds.facts.metric import LEAST_SCORE, MOST_SCORE, Metric, Practice

Rate = Annotated[float, Field(ge=0, le=1)]
OfBoth = Annotated[tuple[Rate, ...], Field(min_length=1, max_length=2), BeforeValidator(split_rates)]
"""One rate, or two joined by "/": of real practices and of shams."""


class PracticeRates(BaseModel):
    """How often workers take practices up and give them up, and what they do to a score."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adopt: OfBoth = (0.0,)
    """Chance per round that a worker takes up a practice that it has read or been told of since its last report; two
    rates, as in `adopt=0.5/0.2`, are of practices that raise the score and of others."""
    tinker: Rate = 0.0
    """Chance per round that a worker hits on a practice by itself."""
    quit: OfBoth = (0.0,)
    """Chance per round that a worker gives up a practice of its last report; two rates as for `adopt`."""
    share: Rate = 1.0
    """Chance that a post tells of a practice in its writer's report."""
    fooled: Annotated[float, Field(ge=0)] = 1.0
    """What a score adds for a practice, as a share of the points that the metric gives it."""

    @property
    def practises(self) -> bool:
        """Whether workers ever use a practice."""
        return any(self.adopt) or self.tinker > 0


def in_use(rates: PracticeRates, metric: Metric, occasion: Occasion, draw: Draw) -> list[Practice]:
    """Return the practices that a worker uses in a report.

    Args:
        rates: What is planted.
        metric: The world's.
        occasion: Its `more["habit"]` says which practices the worker used last and has heard of.
        draw: Two draws for each practice.
    """
    used, read = occasion.more.get("habit", ((), ()))
    found = []
    for practice in metric.practices:
        of = 0 if practice.real else -1
        first, second = draw.uniform(), draw.uniform()
        if practice.id in used:
            takes = first >= rates.quit[of]
        else:
            takes = (practice.id in read and first < rates.adopt[of]) or second < rates.tinker
        if takes:
            found.append(practice)
    return found


def score(rates: PracticeRates, occasion: Occasion, metric: Metric, text: str, noise: float) -> float:
    """Return the score of a report: what it says was done, by the metric's rule, and points for practices.

    A score is held from 1 to 10. What a report leaves out or blurs counts for nothing.

    Args:
        rates: What is planted.
        occasion: Whose world it is.
        metric: The world's.
        text: The report.
        noise: Added to it, in points.
    """
    told = _output_told(occasion, metric, text)
    practised = metric.practised(text)
    points = rates.fooled * sum(practice.points for practice in metric.practices if practice.id in practised)
    return round(min(MOST_SCORE, max(LEAST_SCORE, metric.deserved(told) + points + noise)), 6)


def _output_told(occasion: Occasion, metric: Metric, text: str) -> float:
    """Return the output that a report states, in units: the mean over the pieces of work that it mentions."""
    book = codebook(occasion.world)
    states = {state.fact: state for line in lines_of(text) if (state := book.states.get(line)) is not None}
    outputs = []
    for work in metric.works:
        counted = zip(work.facts, work.counts, strict=True)
        mine = [counts * _number(occasion, fact, states[fact]) for fact, counts in counted if fact in states]
        if mine:
            outputs.append(sum(mine))
    return sum(outputs) / len(outputs) if outputs else 0.0


def _number(occasion: Occasion, fact: str, state: State) -> float:
    """Return the number that a sentence states of a fact; 0 if it states none."""
    if state.fate == "kept":
        return float(occasion.world.fact(fact).slots[0].value)
    return float(state.variant.partition("=")[2]) if state.fate == "altered" else 0.0


def posted(rates: PracticeRates, metric: Metric | None, used: Sequence[str], rating: float | None, draw: Draw) -> str:
    """Return a post: how the writer's report was rated, and which practices it used, at the rate of telling."""
    lines = ["My report was not rated." if rating is None else f"My report was rated {rating:.2g} of 10."]
    did = (practice for practice in (metric.practices if metric else ()) if practice.id in used)
    lines += [f"I wrote: {practice.line}" for practice in did if draw.uniform() < rates.share]
    return " ".join(lines)


OTHER_MATTERS = "The canteen has a new menu, and the car park is full again."
"""A post on other matters."""
