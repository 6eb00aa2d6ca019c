"""A world: one situation with known truth, made from a scenario and a seed, and named by its digest."""

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Protocol, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from chains.worlds.charters.assignment import Assignment
from chains.worlds.charters.charter import Charter
from chains.worlds.decisions.decision import Decision
from chains.worlds.facts.gaps import Gap
from chains.worlds.facts.grading import Grading
from chains.worlds.facts.ledger import Fact
from chains.worlds.facts.metric import Metric
from chains.worlds.facts.pattern import Pattern
from chains.worlds.facts.sources import Sources
from chains.worlds.facts.status_rule import Status, StatusRule


class World(BaseModel):
    """One situation: everything that is true in it.

    A world does not know the hierarchy: the same one serves every depth and
    span. Who knows which fact is dealt by `hierarchy.deal`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: str
    version: str
    """The generator's version; it changes whenever its worlds change."""
    seed: int
    setting: str
    """Where it plays: "plant", "ward", "release"."""
    title: str
    """What reports are about, as seats read it: "Kestrel pump line, weekly status"."""
    facts: Annotated[tuple[Fact, ...], Field(min_length=1)]
    decision: Decision | None = None
    """What the executive decides; None if nothing is decided."""
    charter: Charter | None = None
    """The intent of the top; None if there is none."""
    assignment: Assignment | None = None
    """The actions that the worker chooses between; None if its orders say what to do."""
    status: StatusRule | None = None
    """Decides whether the world is red, amber or green; None if no status is reported."""
    sources: Sources | None = None
    """The documents that its facts were taken from; None if there are none."""
    patterns: tuple[Pattern, ...] = ()
    """Groups of facts with a common cause, which can be seen only from several facts together."""
    grading: Grading | None = None
    """The scale of the graded facts; None if there are none."""
    gaps: tuple[Gap, ...] = ()
    """What could not be found out; each is a fact that says so."""
    shared: tuple[str, ...] = ()
    """The ids of facts that a second worker holds too, who was there when it happened."""
    metric: Metric | None = None
    """What each worker got done, and how reports on it are scored; None if no work is scored."""

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        seen: set[str] = set()
        for fact in self.facts:
            if fact.id in seen:
                raise ValueError(f"two facts are called {fact.id}")
            seen.add(fact.id)
        for clause in self.charter.clauses if self.charter else ():
            if clause.id in seen:
                raise ValueError(f"a clause and a fact are both called {clause.id}")
        meant = {clause.id for clause in self.charter.clauses} if self.charter else set()
        for aim in self.assignment.aims if self.assignment else ():
            if aim.clause not in meant:
                raise ValueError(f"there is no clause {aim.clause} for the assignment to serve")
        for weight in self.decision.weights if self.decision else ():
            if weight.fact not in seen:
                raise ValueError(f"there is no fact {weight.fact} for the decision to weigh")
        return self

    @model_validator(mode="after")
    def _quotes_support(self) -> Self:
        known = {fact.id for fact in self.facts}
        for quoted in self.sources.quoted if self.sources else ():
            if quoted.fact not in known:
                raise ValueError(f"there is no fact {quoted.fact} for the quote to support")
        return self

    @model_validator(mode="after")
    def _patterns_hold_facts(self) -> Self:
        known = {fact.id for fact in self.facts}
        for pattern in self.patterns:
            if lacking := sorted(set(pattern.facts) - known):
                raise ValueError(f"there is no fact {lacking[0]} for pattern {pattern.id} to hold")
        if lacking := sorted(set(self.shared) - known):
            raise ValueError(f"there is no fact {lacking[0]} for a second worker to hold")
        if lacking := sorted({gap.fact for gap in self.gaps} - known):
            raise ValueError(f"there is no fact {lacking[0]} for the gap to be")
        told = {fact for work in self.metric.works for fact in work.facts} if self.metric else set()
        if lacking := sorted(told - known):
            raise ValueError(f"there is no fact {lacking[0]} for a work to be told by")
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the world's canonical JSON, in hexadecimal: equal worlds, equal digests.

        Quotes from documents, and confirmations, are not part of the digest.
        """
        plain = self.model_dump(mode="json", exclude_defaults=True, exclude={"sources"})
        return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def true_status(self) -> Status | None:
        """The status that the world has, by its rule; None without one."""
        return None if self.status is None else self.status.status(self.facts)

    def fact(self, name: str) -> Fact:
        """Return the fact called `name`."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Fact]:
        return {fact.id: fact for fact in self.facts}

    def said(self, fact: str, template: int) -> str:
        """Return a fact in the words of one of its templates, as `Statement.render` does; cached for all replicates."""
        if (sentence := self._said.get((fact, template))) is None:
            sentence = self._said[fact, template] = self.fact(fact).render(template)
        return sentence

    @cached_property
    def _said(self) -> dict[tuple[str, int], str]:
        return {}

    def twinned(self) -> "World":
        """Return the world in which every fact with a twin has the opposite valence."""
        # made anew, because a copy could keep the cached digest of the original
        plain = {name: getattr(self, name) for name in World.model_fields}
        decision = self.decision and self.decision.twinned()
        return World(**plain | {"facts": tuple(fact.twinned() for fact in self.facts), "decision": decision})


def unverified_notes(worlds: Iterable[World]) -> list[str]:
    """Return a sentence for each world with facts that nobody has confirmed."""
    notes: dict[str, str] = {}
    for world in worlds:
        if world.sources is not None and (open_ := world.sources.unverified):
            count = f"{len(open_)} of {len(world.facts)} facts of world {world.scenario}"
            notes[world.scenario] = (
                f"unverified ground truth: {count} were taken from documents and nobody has confirmed them; "
                "no finding until `mazedom world confirm` has been gone through"
            )
    return list(notes.values())


def claims_notes(worlds: Iterable[World]) -> list[str]:
    """Return a sentence for each world that holds claims, for figures that leave them out."""
    counts = {world.scenario: (sum(not fact.slots for fact in world.facts), len(world.facts)) for world in worlds}
    return [
        f"{claims} of {facts} facts of world {name} are claims, which have no typed value; no figure here counts them"
        for name, (claims, facts) in counts.items()
        if claims
    ]


class Scenario(Protocol):
    """A generator of worlds: a pure function of its arguments."""

    __name__: str

    def __call__(self, seed: int, *, facts: int, setting: str | None = None) -> World:
        """Make the world of this seed with this many facts, in the named setting or one that the seed chooses."""
        ...

    def __hash__(self) -> int:
        """Return a hash, as every function has."""
        ...
