"""What the instrument read in a message, and what a trial came to."""

from pydantic import BaseModel, ConfigDict

INSTRUMENT = "fates-5"
"""Version of the instrument: any change of verdicts changes it. Fates are compared under one version only."""


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
    language: str | None = None
    """The language that it is in, where that is not English: the instrument can't read it, whatever the fates say."""
    finish: str = "stop"
    """How the reply ended; see `models.provider.Finish`."""
    status: str | None = None
    """The overall status that it states: red, amber, green, none or unclear. None: the world has no status."""
    patterns: str | None = None
    """A letter for each pattern of the world, as `facts.patterns` writes it. None: the world has none."""


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
