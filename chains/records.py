"""The records of a run log: steps, readings, ends of trials, notes and others' chains, as they stand in a line each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import orjson
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from chains.models.provider import Reply, Request, digest_of

LOG_VERSION = 1

Pass = Literal["up", "decide", "down", "act", "audit"]
Status = Literal["finished", "failed", "waiting"]


def _request(value: Any) -> Request:
    return value if isinstance(value, Request) else msgspec.convert(value, Request)


def _reply(value: Any) -> Reply:
    return value if isinstance(value, Reply) else msgspec.convert(value, Reply)


class Key(NamedTuple):
    """What names a step within a run, beside the digest of its request."""

    trial: str
    seat: str
    turn: int = 0
    attempt: int = 0


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
    pass_: Pass = Field(validation_alias=AliasChoices("pass", "pass_"), serialization_alias="pass")
    heard: tuple[str, ...]
    """The seats whose latest messages it read; empty for a worker, who reads its own notes."""
    request: Annotated[Request, PlainValidator(_request), PlainSerializer(Request.plain)]
    digest: str
    """Of the request."""
    reply: Annotated[Reply, PlainValidator(_reply), PlainSerializer(Reply.plain)]
    reply_digest: str
    tries: int = 1
    """Times the request was sent; 0 for a reply that another trial or run had to exactly this, and for a person's."""
    seconds: float = 0.0
    reused: str | None = None
    """The run whose reply this is, if it was taken from another."""
    at: str
    """When the reply was logged, UTC."""

    @property
    def key(self) -> Key:
        """What names the step within the run."""
        return Key(self.trial, self.seat, self.turn, self.attempt)

    def line(self) -> bytes:
        """Return the step as it stands in the log."""
        # Written out, for it is done for every reply: to have pydantic do it takes five times as long.
        plain = {
            "v": self.v, "kind": self.kind, "trial": self.trial, "seat": self.seat, "level": self.level,
            "turn": self.turn, "attempt": self.attempt, "pass": self.pass_, "heard": self.heard,
            "request": self.request.plain(), "digest": self.digest,
            "reply": self.reply.plain(), "reply_digest": self.reply_digest,
            "tries": self.tries, "seconds": self.seconds,
        }  # fmt: skip
        if self.reused is not None:
            plain["reused"] = self.reused
        plain["at"] = self.at
        return orjson.dumps(plain) + b"\n"


class Reading(BaseModel):
    """What the instrument read in one message, for the facts held at or below the seat."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hop: int
    """1 for a worker's report; the largest for what the executive hears."""
    fates: str
    """A letter for each fact of the world, in its order: K B A I O, or - for a fact held elsewhere."""
    invented: int
    """Claims new at this hop that nothing heard contains."""
    unfounded: int
    """Claims that the ledger does not support, carried or new."""
    words: int
    degenerate: str | None = None
    """Why the message is no report at all: loops, or empty of any claim."""
    risk: float | None = None
    """What the facts add to the log-odds of failure for one who believes the message; None where nothing is decided."""
    finish: str = "stop"
    """How the reply ended; see `models.provider.Finish`."""
    status: str | None = None
    """The overall status that it states: red, amber, green, none or unclear. None: the world has no status."""
    patterns: str | None = None
    """A letter for each pattern of the world, as `drift.patterns` writes it. None: the world has none."""


class Call(BaseModel):
    """What a seat did that could stop the work, veto a decision or override a stop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seat: str
    hop: int
    """Which message on a fact's way up its own report is: 1 for a worker; 0 for a seat beside the chain."""
    stepped_in: bool | None
    """Whether it did; None where its reply can't be read, which is as if it did not."""
    warranted: bool
    """Whether, for one who believes what it had read, the careful option pays more than what is done otherwise."""


class Halting(BaseModel):
    """Who could step in, and what came of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stops: tuple[Call, ...] = ()
    """Of those who may stop the work, from the workers up."""
    overrides: tuple[Call, ...] = ()
    """Of the executive, where somebody had stopped what it decided and it was asked once more."""
    vetoes: tuple[Call, ...] = ()
    """Of the quality engineer, where there was a change to check."""
    in_force: str | None
    """The option that was in force after all that; None where it can't be read."""


class Outcome(BaseModel):
    """What a trial of the whole loop came to: what was heard, decided, ordered and done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    """Of what read the choices."""
    told: dict[str, float | None]
    """What each fact that bears on the decision weighs for one who heard what the executive heard; None: not heard."""
    decided: str | None
    """The option that the executive chose; None where its reply can't be read, as in all that follow."""
    received: dict[str, str | None]
    """The option that each worker was ordered: the standing plan where no order reached it."""
    done: dict[str, str | None]
    """The option that each worker carried out."""
    unordered: tuple[str, ...] = ()
    """Workers whom no order reached."""
    informed: str | None
    """What the same executive chose with the full ledger before it."""
    uninformed: str | None
    """What it chose without any report."""
    halting: Halting | None = None
    """Who stepped in, where somebody could."""
    unread: dict[str, str] = {}
    """For each turn whose choice or order could not be read, why."""

    @property
    def in_force(self) -> str | None:
        """The option that was ordered: what was decided, unless somebody stepped in."""
        return self.decided if self.halting is None else self.halting.in_force


class RoundEnd(BaseModel):
    """What came of one round of a trial that has several."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    staff: dict[str, str]
    """Who sat where: for each seat the member, called after its first seat."""
    ratings: dict[str, float | None]
    """How each seat's report was rated by the seat above, from 1 to 10; None where that could not be read."""
    readings: dict[str, Reading] = {}
    top: Reading | None = None


class Deeds(BaseModel):
    """What came of an order whose goals a worker had to weigh."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    """Of what read the choices."""
    stated: dict[str, tuple[str, ...]]
    """For each seat that sent an order down, the clauses that it mentions, in the order in which it mentions them."""
    follows: dict[str, tuple[str, ...]]
    """For each worker, the actions that are best on what its order says; several where the order leaves it open."""
    done: dict[str, str | None]
    """The action that each worker chose; None where its reply can't be read, as in all that follow."""
    informed: dict[str, str | None]
    """What the same worker chose with the whole charter before it."""
    uninformed: dict[str, str | None]
    """What it chose without any order."""
    unread: dict[str, str] = {}
    """For each turn whose choice could not be read, why."""


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
    """Of all that the executive read, where more than the last reports reached it."""
    unrated: int = 0
    """Drafts that were chosen at random because the ratings of them could not be read."""
    down: dict[str, Reading] = {}
    """For each seat that sent an order down, what was read in it: the fates of the charter's clauses."""
    clauses: str | None = None
    """Version of what read the clauses in orders; None in trials logged before it had one of its own."""
    rounds: tuple[RoundEnd, ...] = ()
    """Every round of a trial that has several; all else that stands here is of the last."""
    outcome: Outcome | None = None
    """What came of it, where something was decided."""
    deeds: Deeds | None = None
    """What came of it, where a worker had to choose by the goals of the charter."""
    at: str

    def line(self) -> bytes:
        """Return the record as it stands in the log."""
        return orjson.dumps(self.model_dump(mode="json")) + b"\n"


class LoggedChain(BaseModel):
    """A chain that others logged: the only record of a run that was imported, which has no requests of ours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    kind: Literal["chain"] = "chain"
    set: str
    """Chains that were made alike; a condition of theirs."""
    chain: str
    """Unique in its set."""
    texts: tuple[str, ...]
    """By generation, from the initial text; empty if only scores were published."""
    scores: Mapping[str, Mapping[int, float]]
    """The archive's own, by name and generation."""
    digest: str
    """Of texts and scores."""

    @property
    def content(self) -> str:
        """The digest that the texts and scores have now."""
        scores = {name: {str(at): value for at, value in row.items()} for name, row in self.scores.items()}
        return digest_of({"texts": self.texts, "scores": scores})

    def line(self) -> bytes:
        """Return the chain as it stands in the log."""
        return self.model_dump_json().encode() + b"\n"


class Note(BaseModel):
    """What a reader of the log must know besides the steps: when a process began to drive, and calls without reply."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    kind: Literal["note"] = "note"
    note: Literal["began", "unanswered"]
    trial: str | None = None
    seat: str | None = None
    model: str | None = None
    """As in requests."""
    calls: int = 0
    """Requests sent that brought no reply: they count, and may have been paid for."""
    at: str

    def line(self) -> bytes:
        """Return the record as it stands in the log."""
        return orjson.dumps(self.model_dump(mode="json", exclude_none=True)) + b"\n"


def now() -> str:
    """Return the time, UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
