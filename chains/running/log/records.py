"""The records of a run log, one per line: steps, ends of trials with readings, notes and chains of others."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
import orjson
from msgspec import structs
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from chains.models.provider import Reply, Request, Usage, digest_of
from chains.organisation.sitting import Way
from chains.organisation.turn_key import Key, Pass
from chains.scoring.reading import Deeds, Outcome, Pool, Practised, Reading

LOG_VERSION = 1

Status = Literal["finished", "failed", "waiting"]


def _request(value: Any) -> Request:
    return value if isinstance(value, Request) else msgspec.convert(value, Request)


def _reply(value: Any) -> Reply:
    return value if isinstance(value, Reply) else msgspec.convert(value, Reply)


def _usage(value: Any) -> Usage | None:
    return value if value is None or isinstance(value, Usage) else msgspec.convert(value, Usage)


def _plain_usage(value: Usage | None) -> dict[str, Any] | None:
    return None if value is None else structs.asdict(value)


class ByPerson(BaseModel):
    """How a person gave a reply. The step's request has the texts; they were shown with `legible`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    way: Way
    """How the person sat."""
    by: str | None
    """Their pseudonym, or which program answered in their place; None: nobody in time, and the draft went on."""
    shown: str
    """Digest of the texts as they were shown."""
    since: str | None = None
    """From when it could be answered, UTC."""
    opened: str | None = None
    """When somebody first opened it, UTC. How long it was open is the step's `seconds`."""
    sent_back: bool = False
    """Whether the reply is the reason for which a draft was sent back."""
    changes: tuple[tuple[str, str], ...] | None = None
    """What was changed in the draft, each stretch before and after; None where there was no draft."""


class Forgotten(BaseModel):
    """A person's text was taken out of a step because they asked for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str
    """When, UTC."""
    by: str
    """Whose text it was: their pseudonym."""
    record: str
    """SHA-256 of the record as it was logged, so that the run's receipt stays what it was."""


class Step(BaseModel):
    """One seat's turn, as logged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    kind: Literal["step"] = "step"
    trial: str
    seat: str
    level: int
    turn: int = 0
    attempt: int = 0
    task: str | None = None
    """What the seat was asked for. Old logs lack this and the next two: None."""
    name: str | None = None
    """The turn's name in the trial's plan: the seat's own for its first turn, else as in `L0/order`."""
    round: int | None = None
    """Which round of the trial, from 1."""
    pass_: Pass = Field(validation_alias=AliasChoices("pass", "pass_"), serialization_alias="pass")
    heard: tuple[str, ...]
    """The seats whose latest messages it read; empty for a worker, who reads its own notes."""
    request: Annotated[Request, PlainValidator(_request), PlainSerializer(Request.plain)]
    digest: str
    """Digest of the request."""
    reply: Annotated[Reply, PlainValidator(_reply), PlainSerializer(Reply.plain)]
    reply_digest: str
    tries: int = 1
    """How often the request was sent; 0 for a reply taken from another trial or run, and for a person's."""
    seconds: float = 0.0
    reused: str | None = None
    """The run whose reply this is, if it was taken from another."""
    person: ByPerson | None = None
    """How a person gave the reply; None for a model's, and in logs from before this was kept."""
    forgotten: Forgotten | None = None
    """That a text is gone from it; the digests are those of what was logged."""
    at: str
    """When the reply was logged, UTC."""

    @property
    def key(self) -> Key:
        """What names the step within the run."""
        return Key(self.trial, self.seat, self.turn, self.attempt)

    def line(self) -> bytes:
        """Return the step as it stands in the log."""
        # Written by hand, because every reply needs it and pydantic takes five times as long.
        plain = {
            "v": self.v, "kind": self.kind, "trial": self.trial, "seat": self.seat, "level": self.level,
            "turn": self.turn, "attempt": self.attempt, "task": self.task, "name": self.name, "round": self.round,
            "pass": self.pass_, "heard": self.heard,
            "request": self.request.plain(), "digest": self.digest,
            "reply": self.reply.plain(), "reply_digest": self.reply_digest,
            "tries": self.tries, "seconds": self.seconds,
        }  # fmt: skip
        if self.reused is not None:
            plain["reused"] = self.reused
        if self.person is not None:
            plain["person"] = self.person.model_dump(mode="json")
        if self.forgotten is not None:
            plain["forgotten"] = self.forgotten.model_dump(mode="json")
        plain["at"] = self.at
        return orjson.dumps(plain) + b"\n"


class RoundEnd(BaseModel):
    """The result of one round of a trial with several."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    staff: dict[str, str]
    """Who held which seat: for each seat the member, named after the member's first seat."""
    ratings: dict[str, float | None]
    """The rating of each seat's report by the seat above, from 1 to 10; None if it could not be read."""
    values: dict[str, float | None] = {}
    """Where members move by it, the share of what it heard that each seat's report keeps, weighted by severity; None
    where it heard nothing."""
    readings: dict[str, Reading] = {}
    top: Reading | None = None
    outcome: Outcome | None = None
    """The outcome, if something was decided; None in logs from before this was kept."""
    practised: dict[str, Practised] = {}
    """For each worker, what it got done and what it did to be scored higher, where work is scored."""


class TrialEnd(BaseModel):
    """How a trial ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    kind: Literal["trial"] = "trial"
    trial: str
    status: Status
    error: str | None = None
    """For a failed trial, the sentence; for a waiting one, the seat that waits for a person."""
    instrument: str | None = None
    """Version of the instrument that read the messages."""
    readings: dict[str, Reading] = {}
    """For each seat that reported, what was read in its message."""
    top: Reading | None = None
    """The reading of all that the executive read, if more than the last reports reached it."""
    unrated: int = 0
    """How many drafts were chosen at random because their ratings could not be read."""
    down: dict[str, Reading] = {}
    """For each seat that sent an order down, what was read in it: the fates of the charter's clauses."""
    clauses: str | None = None
    """Version of the reader of clauses in orders; None in trials logged before it had its own version."""
    rounds: tuple[RoundEnd, ...] = ()
    """Every round of a trial with several; all other fields are about the last round."""
    outcome: Outcome | None = None
    """The outcome, if something was decided."""
    deeds: Deeds | None = None
    """What workers did, if they had to choose by the goals of the charter."""
    pool: Pool | None = None
    """What was written about candidates and how they were scored, if the world has any."""
    at: str

    def line(self) -> bytes:
        """Return the record as it stands in the log."""
        return orjson.dumps(self.model_dump(mode="json")) + b"\n"


class LoggedChain(BaseModel):
    """A chain that others logged: the only kind of record in an imported run, which has no requests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    kind: Literal["chain"] = "chain"
    set: str
    """The set it belongs to: chains made in the same way, like a condition."""
    chain: str
    """Unique in its set."""
    texts: tuple[str, ...]
    """By generation, from the initial text; empty if only scores were published."""
    scores: Mapping[str, Mapping[int, float]]
    """The archive's own scores, by name and generation."""
    digest: str
    """Digest of texts and scores."""

    @property
    def content(self) -> str:
        """The digest of the texts and scores as they are now."""
        scores = {name: {str(at): value for at, value in row.items()} for name, row in self.scores.items()}
        return digest_of({"texts": self.texts, "scores": scores})

    def line(self) -> bytes:
        """Return the chain as it stands in the log."""
        return self.model_dump_json().encode() + b"\n"


class Note(BaseModel):
    """Something to know besides the steps: driving began, calls brought no reply, failed answers took tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    kind: Literal["note"] = "note"
    note: Literal["began", "unanswered", "lost"]
    trial: str | None = None
    seat: str | None = None
    model: str | None = None
    """The model's name in requests."""
    calls: int = 0
    """Requests that brought no reply: limits count them, and they may have been paid for."""
    usage: Annotated[Usage | None, PlainValidator(_usage), PlainSerializer(_plain_usage)] = None
    """What answers that failed took, where the endpoint counted it."""
    tokens: int | None = None
    """What answers that never came whole took, at most, where tokens or money were limited; limits count it."""
    cost: float | None = None
    """The same in money."""
    at: str

    def line(self) -> bytes:
        """Return the record as it stands in the log."""
        return orjson.dumps(self.model_dump(mode="json", exclude_none=True)) + b"\n"


def now() -> str:
    """Return the time, UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
