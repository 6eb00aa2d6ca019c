"""The synthetic channel and graded facts: planted silence and reclassification, by grade.

A rate is one number for all grades, or one for each, from the mildest to the
worst, joined by "/": `hide=0.1/0.2/0.5` leaves half of the worst facts out at
each hop. The grade that counts is the one heard, so that a fact may move more
than one step on its way. These rates act before the law of loss.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chains.models.channel.codebook import Codebook, State
from chains.rng import Draw
from chains.worlds.facts.grading import Grading
from chains.worlds.facts.ledger import Fact, Statement


def split_rates(value: Any) -> Any:
    """Return several rates, joined by "/" or not, as a tuple."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split("/"))
    return value if isinstance(value, tuple | list) else (value,)


ByGrade = Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(min_length=1), BeforeValidator(split_rates)]


class GradeRates(BaseModel):
    """How often a channel leaves graded facts out or reclassifies them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hide: ByGrade = (0.0,)
    """Chance per hop that a graded fact is left out, by grade."""
    milder: ByGrade = (0.0,)
    """Chance per hop that a graded fact is told one grade milder, by grade; the mildest stays what it is."""
    worse: ByGrade = (0.0,)
    """Chance per hop that a graded fact is told one grade worse, by grade, where it was not told milder; the worst
    stays what it is."""

    @property
    def by_grade(self) -> bool:
        """Whether any of these rates is above 0."""
        return any(map(any, (self.hide, self.milder, self.worse)))


def regraded(
    rates: GradeRates, grading: Grading | None, fact: Statement, state: State, book: Codebook, draw: Draw
) -> State | None:
    """Return what a fact has become before the law of loss applies; None if it is left out.

    Args:
        rates: What is planted.
        grading: The world's scale.
        fact: The fact, or a clause.
        state: What was heard of it.
        book: The world's codebook.
        draw: Three draws are taken from it.
    """
    if grading is None or not isinstance(fact, Fact) or (true := grading.grade_of(fact)) is None:
        return state
    slot, _, value = state.variant.partition("=")
    moved = state.fate == "altered" and slot == grading.slot
    here = grading.grades.index(value) if moved else true
    by = (rates.hide, rates.milder, rates.worse)
    hidden, lowered, raised = (draw.uniform() < of[min(here, len(of) - 1)] for of in by)
    if hidden:
        return None
    if not moved and state.fate != "kept":
        return state
    there = here - 1 if lowered and here > 0 else here
    if there == here and raised:
        there = min(here + 1, len(grading.grades) - 1)
    if there == here:
        return state
    if there == true:
        return State(fact.id, "kept")
    wanted = State(fact.id, "altered", f"{grading.slot}={grading.grades[there]}")
    return wanted if wanted in book.wordings else state
