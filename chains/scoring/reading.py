"""Readings of messages by the instrument, and outcomes of trials, as the log holds them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

INSTRUMENT = "fates-7"
"""Version of the instrument: any change of verdicts changes it. Fates are compared under one version only."""


class Reading(BaseModel):
    """What the instrument read in one message, for the facts held at or below the seat."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hop: int
    """1 for a worker's report; the largest for what the executive hears."""
    fates: str
    """A letter for each fact of the world, in its order: K B A I O, or - for a fact held elsewhere.

    Of a claim k b i o, where the rules are sure, or ? where it is unread; `fates.in_rates` leaves these out.
    """
    invented: int
    """Claims new at this hop that nothing heard contains."""
    unfounded: int
    """Claims that the ledger does not support, carried or new."""
    words: int
    degenerate: str | None = None
    """Why the message is degenerate: it loops or claims nothing."""
    risk: float | None = None
    """What the facts, as the message states them, add to the log-odds of failure; None if nothing is decided."""
    language: str | None = None
    """The message's language if it is not English; the instrument can't read it, whatever the fates say."""
    finish: str = "stop"
    """How the reply ended; see `models.provider.Finish`."""
    status: str | None = None
    """The overall status that it states: red, amber, green, none or unclear. None: the world has no status."""
    patterns: str | None = None
    """A letter for each pattern of the world, as `facts.patterns` writes it. None: the world has none."""
    grades: str | None = None
    """A letter for each fact: the grade that it is told with, as `facts.grades` writes it. None: the world has none."""
    calls: str | None = None
    """A letter for each fact: how a close call is told, as `facts.grades` writes it. None: the world has none."""
    gaps: str | None = None
    """A letter for each gap of the world, as `facts.gap_reader` writes it. None: the world has none."""
    hedges: str | None = None
    """A letter for each fact, as `facts.certainty_reader` writes what became of its hedge. None: no fact of the world
    carries a hedge or a source."""
    sources: str | None = None
    """The same of its source."""


class Call(BaseModel):
    """The answer of a seat that could stop the work, veto a decision or override a stop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seat: str
    hop: int
    """The hop of the seat's own report: 1 for a worker; 0 for a seat beside the chain."""
    stepped_in: bool | None
    """Whether it stepped in; None if its reply can't be read, which has the effect of not stepping in."""
    warranted: bool
    """True if, believing everything the seat had read, the careful option has the higher expected payoff."""


class Halting(BaseModel):
    """Who could step in, who did, and the option in force afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stops: tuple[Call, ...] = ()
    """The answers of those who may stop the work, from the workers up."""
    overrides: tuple[Call, ...] = ()
    """The executive's answers, if somebody had stopped its decision and it was asked again."""
    vetoes: tuple[Call, ...] = ()
    """The quality engineer's answers, if there was a decision to check."""
    holds: tuple[Call, ...] = ()
    """The executive's answers before each further stage, where the work goes ahead in stages."""
    in_force: str | None
    """The option in force in the end; None if it can't be read."""
    ahead: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of the work that had gone ahead as decided before the option in force replaced the rest."""


class Outcome(BaseModel):
    """The outcome of a trial of the whole loop: what was heard, decided, ordered and done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    """Version of the reader of choices."""
    told: dict[str, float | None]
    """The weight of each relevant fact for somebody who believes what the executive heard; None: not heard."""
    decided: str | None
    """The option that the executive chose; None, here and below, if the reply can't be read."""
    received: dict[str, str | None]
    """The option that each worker was ordered; the standing plan if no order reached it."""
    done: dict[str, str | None]
    """The option that each worker carried out."""
    unordered: tuple[str, ...] = ()
    """Workers whom no order reached."""
    informed: str | None
    """What the same executive chose given the full ledger."""
    uninformed: str | None
    """What it chose without any report."""
    halting: Halting | None = None
    """Who stepped in, if anybody could."""
    unread: dict[str, str] = {}
    """The reason for each turn whose choice or order could not be read."""

    @property
    def in_force(self) -> str | None:
        """The option that was ordered: the decision, unless somebody stepped in."""
        return self.decided if self.halting is None else self.halting.in_force

    @property
    def ahead(self) -> float:
        """The share of the work that had gone ahead as decided before the option in force replaced the rest."""
        return 0.0 if self.halting is None else self.halting.ahead


class Pool(BaseModel):
    """What was written about candidates, and how they were scored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    told: dict[str, float]
    """What each candidate is worth for somebody who believes the text on it, in payoffs."""
    alike: float | None = None
    """Mean likeness of two texts, 0 to 1 (`text.likeness`); None if there is one text."""
    screened: bool = False
    """Whether anybody scored them."""
    given: dict[str, float] | None = None
    """The score of each by its text; None if nobody scored, or the scores can't be read."""
    form: dict[str, float] | None = None
    """The score of each by its facts as they are, by the same seat; None likewise."""
    own: tuple[str, ...] = ()
    """The candidates whose text was written by the model that scored them."""
    sent: tuple[str, ...] = ()
    """The shortlist, the best first."""


class Practised(BaseModel):
    """What one worker got done in a round, and what it did in its report to be scored higher."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    output: float
    """The true output, in units; the mean if the worker has several pieces of work."""
    used: tuple[str, ...] = ()
    """The practices in its report, by their ids."""
    before: tuple[str, ...] = ()
    """Those in its last report."""
    read: tuple[str, ...] = ()
    """Those that it had read or been told of since."""
    posted: tuple[str, ...] = ()
    """Those that it posts."""


class Deeds(BaseModel):
    """What workers did who had to weigh the goals of an order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    """Version of the reader of choices."""
    stated: dict[str, tuple[str, ...]]
    """For each seat that sent an order down, the clauses that it mentions, in the order of mention."""
    follows: dict[str, tuple[str, ...]]
    """For each worker, the best actions given what its order says; several if the order leaves it open."""
    done: dict[str, str | None]
    """The action that each worker chose; None, here and below, if the reply can't be read."""
    informed: dict[str, str | None]
    """What the same worker chose given the whole charter."""
    uninformed: dict[str, str | None]
    """What it chose without any order."""
    unread: dict[str, str] = {}
    """The reason for each turn whose choice could not be read."""
