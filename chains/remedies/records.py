"""What each remedy is set to: its parameters, as `remedy=audit:rate=0.5,then=flag` writes them.

Every remedy takes `placebo=true`: the same calls and about the same tokens,
and nothing in them that could help. Only against its placebo does a remedy
show more than that talking longer helps.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Lines = Annotated[int, Field(ge=1, le=100)]


class Remedy(BaseModel):
    """One remedy's parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    """What it is called in `remedy=`."""
    about: ClassVar[str]
    """One line for people: what it does."""
    place: ClassVar[int]
    """Where it comes among several, whatever order they are written in: an audit reads a report before red lines are
    attached to it."""

    placebo: bool = False
    """The same calls and about the same tokens, without power."""


class Audit(Remedy):
    """Roaming auditors: they read what a seat heard and what it wrote, and name what is left out or wrong."""

    name = "audit"
    about = "auditors read what a seat heard and what it wrote, and name what is left out or wrong"
    place = 10

    rate: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of the reports that are audited, by a seeded draw."""
    announced: bool = False
    """Whether those who write reports are told that some are audited."""
    then: Literal["flag", "send_back", "escalate"] = "flag"
    """What comes of findings: a note to the report's reader, the report written once more, a note to the executive."""
    watchers: Annotated[int, Field(ge=0, le=2)] = 0
    """Watchers over the auditor: each reads the same and what was found so far, and says what stands."""


class Provenance(Remedy):
    """Each line of a report names the lines of the workers' notes that it rests on; what is not named is listed."""

    name = "provenance"
    about = "reports name the numbers of the notes they rest on; numbers heard and not named are listed to the reader"
    place = 20

    show: Literal["ids", "lines"] = "ids"
    """What the reader is shown of what was heard and is not named: the numbers alone, or the lines as heard."""


class Verbatim(Remedy):
    """Red lines of the workers' notes travel word for word, attached to every report."""

    name = "verbatim"
    about = "the red lines of the notes (bad, severe) travel word for word with every report"
    place = 30

    severity: Annotated[int, Field(ge=1, le=5)] = 4
    """From which severity a bad fact is red."""
    lines: Literal["red", "other"] = "red"
    """Which lines are attached; `other`: as many that are not red, to see whether it matters which."""


class Skip(Remedy):
    """A skip-level line: lines of their notes that workers write straight to the executive."""

    name = "skip"
    about = "workers write lines of their notes straight to the executive"
    place = 40

    n: Lines = 1
    """Lines that each worker sends; with `by=broadcast` all of its notes."""
    by: Literal["random", "targeted", "severity", "broadcast"] = "random"
    """Which lines: drawn; those that the worker picks as mattering most; the most severe by the ledger; all."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.by == "broadcast" and "n" in self.model_fields_set:
            raise ValueError("by=broadcast sends all notes, so n means nothing; leave n out")
        return self


class Memory(Remedy):
    """A memory of what managers heard and did not pass on; the most relevant of it resurfaces before the executive."""

    name = "memory"
    about = "what managers heard and did not pass on is kept; the most relevant of it resurfaces before the executive"
    place = 50

    n: Lines = 2
    """Lines that resurface."""
