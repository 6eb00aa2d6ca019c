"""Charters: the ranked goals and must-nots of the top, as clauses with typed slots.

A clause goes down as a fact goes up: it has slots, wordings and a fate in each
message, and the same instrument reads both.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chains.worlds.facts.ledger import Statement


class Clause(Statement):
    """A statement of intent at the top, which an executive knows."""

    rank: Annotated[int, Field(ge=1)]
    """1 for the most important."""
    must_not: bool = False
    """Whether it forbids something, instead of asking for it."""
    owner: bool = False
    """Whether it names who owns the order, instead of asking for something."""


class Charter(BaseModel):
    """All clauses: goals and must-nots, in the order of their rank."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        names = [clause.id for clause in self.clauses]
        if len(set(names)) < len(names):
            raise ValueError("two clauses have the same id")
        if [clause.rank for clause in self.clauses] != list(range(1, len(names) + 1)):
            raise ValueError("clauses stand in the order of their ranks: 1, 2, 3, ...")
        return self

    @property
    def goals(self) -> tuple[Clause, ...]:
        """The clauses that ask for something, the most important first."""
        return tuple(clause for clause in self.clauses if not clause.must_not and not clause.owner)

    @property
    def must_nots(self) -> tuple[Clause, ...]:
        """The clauses that forbid something."""
        return tuple(clause for clause in self.clauses if clause.must_not)
