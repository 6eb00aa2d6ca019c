"""Grades: an ordered scale on which facts stand, as "near miss", "minor" and "major" do for incidents.

A graded fact has one slot with its grade. A message that tells the fact with
another grade reclassifies it, down (milder) or up (worse). A *close call* is a
graded fact with two halves: what went wrong, and what kept it from doing harm.
Who tells only the second half tells a success; who tells only the first tells a
warning.
"""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chains.worlds.facts.ledger import Fact, Slot


class Grading(BaseModel):
    """The scale of a world's graded facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slot: str
    """The slot that holds the grade, in each fact that has one."""
    grades: Annotated[tuple[str, ...], Field(min_length=2, max_length=9)]
    """From the mildest to the worst."""
    also: tuple[tuple[str, ...], ...] = ()
    """Other wordings of each grade, in the same order; empty if there are none."""
    wrong: str = ""
    """In a close call, the slot of what went wrong; empty if the world has no close calls."""
    caught: str = ""
    """In a close call, the slot of what kept it from doing harm."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(set(self.grades)) < len(self.grades):
            raise ValueError("two grades have the same name")
        if self.also and len(self.also) != len(self.grades):
            raise ValueError("`also` needs other wordings for every grade, or is left out")
        if bool(self.wrong) != bool(self.caught):
            raise ValueError("a close call needs both its halves, `wrong` and `caught`")
        return self

    def grade_of(self, fact: Fact) -> int | None:
        """Return the place of a fact's grade on the scale, 0 for the mildest; None if it has no grade."""
        value = next((str(slot.value) for slot in fact.slots if slot.name == self.slot), None)
        return self.grades.index(value) if value in self.grades else None

    def is_close_call(self, fact: Fact) -> bool:
        """Whether a fact has both halves of a close call."""
        return bool(self.wrong) and {self.wrong, self.caught} <= {slot.name for slot in fact.slots}

    def graded(self, facts: Iterable[Fact]) -> list[Fact]:
        """Return the facts that have a grade, in their order."""
        return [fact for fact in facts if self.grade_of(fact) is not None]

    def wordings(self, place: int) -> tuple[str, ...]:
        """Return the grade at a place of the scale, and its other wordings."""
        return (self.grades[place], *(self.also[place] if self.also else ()))

    def slot_of(self, grade: str) -> Slot:
        """Return the slot of a fact with this grade."""
        value, *also = self.wordings(self.grades.index(grade))
        others = tuple(other for other in self.grades if other != grade)
        return Slot(name=self.slot, kind="category", value=value, also=tuple(also), others=others)
