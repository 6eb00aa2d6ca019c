"""Assignments: the actions that a worker chooses between, and what each does for each goal of the charter.

An assignment mirrors a decision: there the top does not know the facts, here
the bottom does not know the intent. Every action has a value for every property
("weekly overtime: 85 hours"). An *aim* is what a clause of the charter asks of
one property, and what meeting it is worth:

    U(action) = sum over the aims of weight * [the action's value is on the right side of the limit]

So the best action follows only from the clauses that a worker knows, and a lost
clause costs as much as the action that it changes. A must-not is an aim that
weighs more than all goals together.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chains.fates import Fate
from chains.worlds.charters.charter import Charter
from chains.worlds.facts.ledger import Slot

Finite = Annotated[float, Field(allow_inf_nan=False)]
LIMIT = "limit"
"""The slot of a clause that holds the limit."""
_EQUAL = 1e-9
"""Payoffs closer than this count as equal."""


class Property(BaseModel):
    """A property in which actions differ."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: Annotated[str, Field(pattern=r"\S")]
    """Its name in the list of actions: "weekly overtime"."""
    unit: str | None = None
    per: str = ""
    """The text after the number: " a month"."""

    def shown(self, value: float) -> str:
        """Return the property with a value, in words."""
        number = Slot(name="value", kind="number", value=int(value) if value == int(value) else value, unit=self.unit)
        return f"{self.name} {number.text}{self.per}"


class Action(BaseModel):
    """One thing that the worker can do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    text: Annotated[str, Field(pattern=r"\S")]
    """A worker's words for it: "run two short shifts". No action's text contains another's."""
    values: tuple[Finite, ...]
    """Its value for each property of the assignment, in their order."""
    also: tuple[str, ...] = ()
    """Other wordings of the same action, none of which names another."""


class Aim(BaseModel):
    """What a clause of the charter asks of an action."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clause: str
    property: str
    weight: Annotated[Finite, Field(gt=0)]
    """What meeting it is worth."""
    above: bool
    """Whether the value must lie above the limit; if not, below it."""
    limit: Finite
    span: tuple[Finite, Finite]
    """The smallest and the largest limit that such a clause may have; a reader told no limit expects this range."""
    must_not: bool = False
    """Whether it forbids the other side. Inverted, it permits both sides; an inverted goal asks for the other side."""

    def met(self, value: float, limit: float | None = None) -> bool:
        """Return whether a value is on the right side of the limit, or of another limit."""
        bar = self.limit if limit is None else limit
        return value > bar if self.above else value < bar

    def likely(self, value: float) -> float:
        """Return the chance that a value meets the limit if only the span is known; each limit is equally likely."""
        low, high = self.span
        below = min(1.0, max(0.0, (value - low) / (high - low)))
        return below if self.above else 1 - below


class Told(NamedTuple):
    """What a reader believes one clause to ask; an unmentioned clause asks nothing."""

    aim: Aim
    turned: bool = False
    """Whether the clause was inverted."""
    limit: float | None = None
    """The limit that the reader was told; None with `open` false: the true one."""
    open: bool = False
    """Whether the reader was told no limit, so that every limit is equally likely."""

    def share(self, value: float) -> float:
        """Return the share of the aim's weight that a value earns in this reader's belief: from 0 to 1."""
        if self.turned and self.aim.must_not:
            return 0.0  # a permission asks nothing
        share = self.aim.likely(value) if self.open else float(self.aim.met(value, self.limit))
        return 1 - share if self.turned else share


def heard_aim(aim: Aim, fate: Fate, *, missing: Collection[str] = (), said: float | None = None) -> Told | None:
    """Return what a reader believes a clause to ask, given its fate; None if it no longer asks anything.

    A blurred clause asks the average over its missing slot: over all possible limits, or over both directions, which
    is nothing.

    Args:
        aim: What the clause truly asks.
        fate: Its fate.
        missing: The slots that are missing.
        said: The limit stated in place of the true one; None if it can't be read.
    """
    match fate:
        case "kept":
            return Told(aim)
        case "inverted":
            return Told(aim, turned=True)
        case "altered":
            return Told(aim, limit=said, open=said is None)
        case "blurred" if set(missing) <= {LIMIT}:
            return Told(aim, open=LIMIT in missing)
        case _:
            return None


class Assignment(BaseModel):
    """The actions that the worker chooses between, and what each is worth by the charter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Annotated[str, Field(pattern=r"\S")]
    """The question, as the worker reads it."""
    properties: Annotated[tuple[Property, ...], Field(min_length=1)]
    """In the order in which the worker sees them, which is not the order of the goals."""
    actions: Annotated[tuple[Action, ...], Field(min_length=2, max_length=8)]
    aims: Annotated[tuple[Aim, ...], Field(min_length=1)]
    """In the order of the charter's clauses."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        known = [one.id for one in self.properties]
        names = [action.id for action in self.actions]
        if len(set(names)) < len(names):
            raise ValueError("two actions have the same id")
        for action in self.actions:
            if len(action.values) != len(known):
                raise ValueError(f"action {action.id} has {len(action.values)} values for {len(known)} properties")
            for other in self.actions:
                if action is not other and any(
                    text.lower() in other.text.lower() for text in (action.text, *action.also)
                ):
                    raise ValueError(f"action {other.id}: {other.text!r} contains the words of {action.id}")
        for aim in self.aims:
            if aim.property not in known:
                raise ValueError(f"the aim of {aim.clause} is about {aim.property!r}, which no action has")
        return self

    @cached_property
    def aim_of(self) -> Mapping[str, Aim]:
        """The aim of each clause that has one, by the clause's id."""
        return {aim.clause: aim for aim in self.aims}

    def action(self, name: str) -> Action:
        """Return the action called `name`."""
        return next(action for action in self.actions if action.id == name)

    def values(self, action: str) -> Mapping[str, float]:
        """Return an action's values, by property."""
        return self._values[action]

    @cached_property
    def _values(self) -> Mapping[str, Mapping[str, float]]:
        names = [one.id for one in self.properties]
        return {action.id: dict(zip(names, action.values, strict=True)) for action in self.actions}

    def pays(self, action: str, told: Iterable[Told] | None = None) -> float:
        """Return what an action is worth by the whole charter, or by what a reader was told of it."""
        values = self.values(action)
        heard = [Told(aim) for aim in self.aims] if told is None else told
        return math.fsum(one.aim.weight * one.share(values[one.aim.property]) for one in heard)

    def best(self, told: Sequence[Told] | None = None) -> tuple[str, ...]:
        """Return the best actions by the whole charter, or by what a reader was told of it."""
        worth = {action.id: self.pays(action.id, told) for action in self.actions}
        most = max(worth.values())
        return tuple(name for name, value in worth.items() if most - value < _EQUAL)

    def regret(self, action: str) -> float:
        """Return by how much an action falls short of the best one, by the whole charter; at least 0."""
        return self.pays(self.best()[0]) - self.pays(action)

    def shown(self, action: Action) -> str:
        """Return an action with its effects, in words."""
        shown = (one.shown(value) for one, value in zip(self.properties, action.values, strict=True))
        return f"{action.text}: {', '.join(shown)}"

    def narrowed(self, charter: Charter) -> "Assignment":
        """Return the assignment for a charter with fewer clauses: only their aims, the same actions."""
        kept = {clause.id for clause in charter.clauses}
        plain: dict[str, Any] = {name: getattr(self, name) for name in Assignment.model_fields}
        return Assignment(**plain | {"aims": tuple(aim for aim in self.aims if aim.clause in kept)})
