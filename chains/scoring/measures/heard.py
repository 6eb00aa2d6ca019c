"""What the executive hears in one trial, as the instrument reads it: all that a measure is taken of.

It hears the messages of those who report to it: one in a chain, several in a
tree. Every fact stands in exactly one of them, or should.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chains.fates import ELSEWHERE, SILENT
from chains.scoring.facts.patterns import STATED
from chains.scoring.measures.held_back import Stakes
from chains.scoring.measures.intent import Carried
from chains.scoring.measures.regret import Payoffs, payoffs
from chains.scoring.measures.stopped_work import Work, work_of
from chains.scoring.reading import Outcome, Reading
from chains.scoring.replies.status import NONE, UNCLEAR
from chains.worlds.facts.ledger import Fact
from chains.worlds.facts.pattern import Pattern
from chains.worlds.facts.status_rule import STATUSES, Status, greener
from chains.worlds.world import World


class ToldStatus(NamedTuple):
    """The overall status as it is and as the executive hears it."""

    true: Status
    told: str
    """One of `status.TOLD`; unclear where two messages tell two."""

    @property
    def greener(self) -> float:
        """By how many steps what is told is greener than the truth, -2 to 2; nan where none is told."""
        return greener(self.told, self.true) if self.told in STATUSES else math.nan


class Heard(NamedTuple):
    """What the executive hears in one trial, as the instrument reads it."""

    facts: Sequence[Fact]
    """All facts of the world, in its order."""
    fates: str
    """A letter for each fact: K B A I O."""
    messages: int
    words: float
    """Mean per message."""
    invented: float
    """Claims new at the last hop, mean per message."""
    unfounded: float
    """Claims that the ledger does not support, mean per message."""
    degenerate: float
    """Share of the messages that loop, or are empty of any claim."""
    cut_off: float
    """Share of the messages that their length limit cut off."""
    silent: float
    """Share of the messages that are no report: refused, filtered or empty."""
    foreign: float = 0.0
    """Share of the messages that are not in English."""
    payoffs: Payoffs | None = None
    """What was decided, ordered and done, valued; None where nothing was decided or a choice could not be read."""
    status: ToldStatus | None = None
    """The overall status, true and told; None where the world has none."""
    work: Work | None = None
    """Whether it was stopped; None where nothing was decided."""
    stakes: Stakes | None = None
    """What was to be decided and whether the executive held back; None in a world in which nothing is decided."""
    told: float = math.nan
    """What the reports add to the log-odds of failure for one who believes them; nan where that was not read."""
    carried: Carried | None = None
    """What reached the workers, where they had to choose by the goals of the charter."""
    patterns: Sequence[Pattern] = ()
    """Of the world."""
    stated: frozenset[str] = frozenset()
    """The ids of the patterns that a message states."""

    def share(self, letters: str, *, valence: str | None = None, weighted: bool = False) -> float:
        """Return the share of the facts whose fate is one of these letters, from 0 to 1.

        Args:
            letters: Such as "AI".
            valence: Of the facts of this valence alone; nan if there are none.
            weighted: Each fact counts as much as its severity.
        """
        hits = total = 0
        for fact, fate in zip(self.facts, self.fates, strict=True):
            if valence in (None, fact.valence):
                weight = fact.severity if weighted else 1
                total += weight
                hits += weight * (fate in letters)
        return hits / total if total else math.nan


def heard(
    facts: Sequence[Fact],
    readings: Iterable[Reading],
    paid: Payoffs | None = None,
    top: Reading | None = None,
    status: Status | None = None,
    work: Work | None = None,
    stakes: Stakes | None = None,
    patterns: Sequence[Pattern] = (),
) -> Heard:
    """Join the readings of the messages that reach the executive into one.

    Args:
        facts: Of the world.
        readings: Of the last reports.
        paid: What was decided and done, valued.
        top: Of all that the executive read, where more than the last reports reached it: fates, length and risk are
            its.
        status: That the world truly has, if it has one.
        work: Whether it was stopped.
        stakes: What was to be decided.
        patterns: Of the world.

    Raises:
        ValueError: If there is no message.
    """
    messages = list(readings)
    if not messages:
        raise ValueError("no message reaches the executive")
    count = len(messages)
    read = messages if top is None else [top]
    told = told_by(message.status for message in read)
    return Heard(
        facts=facts,
        fates=joined_fates(facts, messages) if top is None else top.fates,
        messages=count,
        words=(sum(message.words for message in messages) if top is None else top.words) / count,
        invented=sum(message.invented for message in messages) / count,
        unfounded=sum(message.unfounded for message in messages) / count,
        degenerate=sum(message.degenerate is not None for message in messages) / count,
        cut_off=sum(message.finish == "length" for message in messages) / count,
        silent=sum(message.finish in SILENT for message in messages) / count,
        foreign=sum(message.language is not None for message in messages) / count,
        payoffs=paid,
        status=None if status is None else ToldStatus(status, told),
        work=work,
        stakes=stakes,
        told=summed_risk(read),
        patterns=patterns,
        stated=frozenset(
            pattern.id
            for place, pattern in enumerate(patterns)
            if any((message.patterns or "")[place : place + 1] == STATED for message in read)
        ),
    )


def joined_fates(facts: Sequence[Fact], messages: Iterable[Reading]) -> str:
    """Return a letter for each fact: its fate in the message whose seat holds it or has it below."""
    fates = ["O"] * len(facts)  # a fact that no message's seat holds below it can't have been heard
    for message in messages:
        for place, letter in enumerate(message.fates):
            if letter != ELSEWHERE:
                fates[place] = letter
    return "".join(fates)


def summed_risk(readings: Iterable[Reading]) -> float:
    """Return what messages with different facts in them add to the log-odds of failure; nan if one was not read so."""
    return math.fsum(math.nan if reading.risk is None else reading.risk for reading in readings)


def told_by(statuses: Iterable[str | None]) -> str:
    """Return the one status that several messages tell: none if none does, unclear if they tell two."""
    told = {status for status in statuses if status not in (None, NONE)}
    return NONE if not told else str(told.pop()) if len(told) == 1 else UNCLEAR


def halted(world: World, outcome: Outcome | None) -> Work | None:
    """Return whether the work was stopped in a trial; None where nothing was decided."""
    return None if world.decision is None or outcome is None else work_of(world.decision, outcome)


def valued(world: World, outcome: Outcome | None) -> Payoffs | None:
    """Return what a trial's choices pay, valued on the full ledger; None where one of them is not known."""
    if world.decision is None or not world.decision.pays or outcome is None or outcome.decided is None:
        return None
    received = [option for option in outcome.received.values() if option is not None]
    done = [option for option in outcome.done.values() if option is not None]
    if len(received) < len(outcome.received) or len(done) < len(outcome.done):
        return None
    return payoffs(world.decision, outcome.told, outcome.decided, received, done, in_force=outcome.in_force)
