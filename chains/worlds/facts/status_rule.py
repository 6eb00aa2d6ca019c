"""The true status of a world (red, amber or green), by a rule that can be checked by hand.

    trouble = the sum of the severities of the bad facts
    red     from `red` points of trouble
    amber   from `amber` points
    green   below that

Good news cancels no trouble: a project with a stopped line is in trouble however
well the rest goes. The status is the first line of a worker's notes, so the status
at the top can be compared with the truth word for word. A status that grows
greener on its way up is what project managers call a watermelon: green outside,
red within.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chains.worlds.facts.ledger import Fact

Status = Literal["red", "amber", "green"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""From the worst to the best."""


class StatusRule(BaseModel):
    """The points of trouble from which a status is amber or red."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amber: Annotated[int, Field(ge=1)]
    red: Annotated[int, Field(ge=2)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.red <= self.amber:
            raise ValueError(
                f"red from {self.red} points and amber from {self.amber} leave no amber; red must be above"
            )
        return self

    def trouble(self, facts: Iterable[Fact]) -> int:
        """Return the points of trouble: the severities of the bad facts, added up."""
        return sum(fact.severity for fact in facts if fact.valence == "bad")

    def status(self, facts: Iterable[Fact]) -> Status:
        """Return the status that these facts have."""
        points = self.trouble(facts)
        if points >= self.red:
            return "red"
        return "amber" if points >= self.amber else "green"

    def reason(self, facts: Iterable[Fact]) -> str:
        """Return the calculation of the status in words, so that a reader can check it."""
        known = tuple(facts)
        points = self.trouble(known)
        return (
            f"{self.status(known)}: {points} points of trouble (severities of the bad facts), "
            f"amber from {self.amber}, red from {self.red}"
        )


def greener(told: Status, than: Status) -> int:
    """Return by how many steps one status is greener than another: -2 to 2."""
    return STATUSES.index(told) - STATUSES.index(than)


def status_line(status: Status) -> str:
    """Return the sentence that says a status, as it stands in a worker's notes."""
    return f"The overall status is {status}."
