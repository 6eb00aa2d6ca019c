"""Certainty: what is known of a fact, told with it: a hedge, a source, or both.

    Certainty(hedge="unconfirmed", source="the night crew").clauses("pump P-12 was delivered 3 weeks late")[0]
    ->  "according to the night crew, pump P-12 was delivered 3 weeks late, but this is not yet confirmed"

A fact's values are true whatever is known of them, so certainty changes no fate:
a message that keeps the values and drops the hedge has kept the fact, and
made it surer than the ledger has it.
"""

import re
from typing import Annotated, Literal, NamedTuple, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Hedge = Literal["likely", "unconfirmed", "estimate", "cause"]
"""likely: it is probably so. unconfirmed: nobody has checked it. estimate: its figure is not exact.
cause: it is so, and nobody knows why."""
HEDGES: tuple[Hedge, ...] = get_args(Hedge)
Mix = Literal["none", "mixed"]
"""Whether the facts of generated worlds carry certainty: see `rules.certain_facts`."""

_HEDGED: dict[Hedge, tuple[str, str]] = {
    "likely": ("it is likely that {c}", "{c}, most likely"),
    "unconfirmed": ("{c}, but this is not yet confirmed", "{c} (unconfirmed)"),
    "estimate": ("by a first estimate, {c}", "{c}; the figure is an estimate"),
    "cause": ("{c}, and it is not yet known why", "{c}; the cause is not yet known"),
}
_FIRM = ("it is certain that {c}", "{c}; this is beyond doubt")
_FIRM_CAUSE = ("{c}, and the cause has been found", "{c}; the cause is known by now")
_ADDED = _HEDGED["likely"]
_SOURCED = ("according to {source}, {c}", "{source} reports that {c}")
_AFTER: dict[Hedge, str] = {
    "likely": "this is likely, not certain",
    "unconfirmed": "this is not yet confirmed",
    "estimate": "the figure is an estimate",
    "cause": "the cause is not yet known",
}
"""The hedges as sentences that follow the sentences of a longer telling."""
ANOTHER = "the records office"
"""The source that a lossy channel names in place of a fact's own; no generated fact has it."""
_SMALL = re.compile(r"^(The|In|On|At|A|An|Of|After|Before|Our|With|This|To|During|Over|Under|For|From|By)\b")


HedgeSaid = Literal["kept", "dropped", "strengthened", "added"]
SourceSaid = Literal["kept", "dropped", "changed"]


class Said(NamedTuple):
    """In what certainty a sentence tells a fact, as a lossy channel may change it."""

    hedge: HedgeSaid = "kept"
    """`kept` also where the fact has no hedge and none is added."""
    source: SourceSaid = "kept"
    """`kept` also where the fact has no source."""


AS_KNOWN = Said()
"""As the ledger has it."""


class Certainty(BaseModel):
    """What is known of a fact."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hedge: Hedge | None = None
    """In what way it is uncertain; None if it is certain."""
    source: Annotated[str, Field(pattern=r"\S")] | None = None
    """Who or what says so: "vendor Ilmar", "the night crew", "test T-118"; None if nobody in particular."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.hedge is None and self.source is None:
            raise ValueError("a certainty has a hedge, a source or both")
        return self

    def clauses(self, clause: str, said: Said = AS_KNOWN) -> tuple[str, str]:
        """Return a clause with its hedge and source, in two wordings.

        Args:
            clause: The fact as a clause that reads well after "that".
            said: What has become of hedge and source.
        """
        one, other = told(self.hedge, self.source, clause, said)
        return one, other

    def after(self) -> list[str]:
        """Return what is known as sentences that follow the fact, without their stops."""
        hedged = [] if self.hedge is None else [_AFTER[self.hedge]]
        return hedged + ([] if self.source is None else [f"this comes from {self.source}"])


def ways_to_say(known: Certainty | None) -> tuple[Said, ...]:
    """Return what can become of a fact's hedge and source."""
    hedges: tuple[HedgeSaid, ...] = ("kept", "added")
    sources: tuple[SourceSaid, ...] = ("kept",)
    if known is not None and known.hedge is not None:
        hedges = ("kept", "dropped", "strengthened")
    if known is not None and known.source is not None:
        sources = ("kept", "dropped", "changed")
    return tuple(Said(hedge, source) for hedge in hedges for source in sources)


def told(hedge: Hedge | None, source: str | None, clause: str, said: Said) -> list[str]:
    """Return a clause in the two wordings of what is told of its certainty; twice the same if nothing is told."""
    firm = _FIRM_CAUSE if hedge == "cause" else _FIRM
    hedged = {
        "kept": ("{c}", "{c}") if hedge is None else _HEDGED[hedge],
        "dropped": ("{c}", "{c}"),
        "strengthened": firm,
        "added": _ADDED,
    }[said.hedge]
    named = {"kept": source, "dropped": None, "changed": ANOTHER}[said.source]
    sourced = ("{c}", "{c}") if named is None else _SOURCED
    return [outer.format(source=named, c=inner.format(c=clause)) for inner, outer in zip(hedged, sourced, strict=True)]


def as_clause(sentence: str) -> str:
    """Return a sentence as a clause that reads well after "that": without its stop, and no small word capital."""
    return _SMALL.sub(lambda match: match[0].lower(), sentence.rstrip(". "))


def as_sentence(clause: str) -> str:
    """Return a clause as a sentence."""
    return f"{clause[:1].upper()}{clause[1:]}."
