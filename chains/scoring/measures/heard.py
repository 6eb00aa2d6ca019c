"""What the executive hears in one trial, as the instrument reads it: the input of every measure.

The executive hears the messages of those who report to it: one in a chain,
several in a tree. Every fact belongs in exactly one of them.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from chains.fates import ELSEWHERE, FATE_OF, LETTERS_OF_CLAIMS, SILENT, in_rates
from chains.scoring.facts.patterns import STATED
from chains.scoring.measures.audits import Checked
from chains.scoring.measures.gaps import NO_GAPS, Gaps, gap_shares, joined_gaps
from chains.scoring.measures.generations import Generation
from chains.scoring.measures.graded import Graded
from chains.scoring.measures.held_back import Stakes
from chains.scoring.measures.intent import Carried
from chains.scoring.measures.luck import Met
from chains.scoring.measures.pools import Candidates
from chains.scoring.measures.practices import Day
from chains.scoring.measures.regret import Payoffs, payoffs
from chains.scoring.measures.sittings import Sat
from chains.scoring.measures.stopped_work import Work, work_of
from chains.scoring.reading import Outcome, Reading
from chains.scoring.replies.status import NONE, UNCLEAR
from chains.worlds.facts.ledger import Fact
from chains.worlds.facts.pattern import Pattern
from chains.worlds.facts.status_rule import STATUSES, Status, greener
from chains.worlds.world import World


class ToldStatus(NamedTuple):
    """The true overall status, and the status that the executive hears."""

    true: Status
    told: str
    """One of `status.TOLD`; `unclear` if two messages state different ones."""

    @property
    def greener(self) -> float:
        """Steps by which the reported status is greener than the true one, -2 to 2; nan if none is reported."""
        return greener(self.told, self.true) if self.told in STATUSES else math.nan


class Heard(NamedTuple):
    """What the executive hears in one trial, as the instrument reads it."""

    facts: Sequence[Fact]
    """The facts of the world that are read, in its order: all but the claims that rules read."""
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
    """Share of the messages that loop or claim nothing."""
    cut_off: float
    """Share of the messages that their length limit cut off."""
    silent: float
    """Share of the messages refused, filtered or empty."""
    foreign: float = 0.0
    """Share of the messages that are not in English."""
    payoffs: Payoffs | None = None
    """The payoffs of what was decided, ordered and done; None if nothing was decided or a choice could not be read."""
    status: ToldStatus | None = None
    """The overall status, true and reported; None if the world has none."""
    work: Work | None = None
    """Whether the work was stopped; None if nothing was decided."""
    stakes: Stakes | None = None
    """What was at stake, and whether the executive held back; None in a world without a decision."""
    told: float = math.nan
    """What the reports, if believed, add to the log-odds of failure; nan if that was not read."""
    carried: Carried | None = None
    """What reached the workers, if they had to choose by the goals of the charter."""
    patterns: Sequence[Pattern] = ()
    """The world's patterns."""
    stated: frozenset[str] = frozenset()
    """The ids of the patterns that a message states."""
    candidates: Candidates | None = None
    """The candidates, with what they are worth, what is written of them and how they are scored."""
    gaps: Gaps = NO_GAPS
    """What is told of what could not be found out."""
    hedges: str = ""
    """A letter for each fact, as `facts.certainty_reader` writes what became of its hedge; empty in a world in which no
    fact carries a hedge or a source."""
    sources: str = ""
    """The same of its source."""
    sat: Sequence[Sat] | None = None
    """What people did in their seats, if anybody sits anywhere in the run; empty in a trial where nobody does."""
    checked: Callable[[], Sequence[Checked]] | None = None
    """Reads the reports as auditors and watchers saw them; None in a trial without audits."""
    calls_taken: float = math.nan
    """Replies of models that the trial took; nan in a run without audits."""
    tokens_taken: float = math.nan
    """Tokens that they took, read and written; nan in a run without audits."""
    graded: Graded | None = None
    """What is told of the graded facts; None in a world without any."""
    met: Sequence[Met] = ()
    """The rounds in which something was decided, in a trial of several."""
    days: Sequence[Day] = ()
    """The rounds in which work was scored, in a trial of several."""
    generations: Sequence[Generation] = ()
    """Who sat where in each round and with which traits; empty where members have none."""
    filed: float = math.nan
    """Share of the graded facts that a worker reports; nan in a world without any."""

    def share(self, letters: str, *, valence: str | None = None, weighted: bool = False) -> float:
        """Return the share of the facts whose fate is one of these letters, from 0 to 1.

        Args:
            letters: Such as "AI".
            valence: Count only facts of this valence; nan if there are none.
            weighted: Weigh each fact by its severity.
        """
        hits = total = 0
        for fact, fate in zip(self.facts, self.fates, strict=True):
            if valence in (None, fact.valence):
                weight = fact.severity if weighted else 1
                total += weight
                hits += weight * (fate in letters)
        return hits / total if total else math.nan

    def certainty(self, letters: str, among: str, *, source: bool = False, valence: str | None = None) -> float:
        """Return the share of facts with one of some letters among those with one of others; nan if there are none.

        Args:
            letters: Such as "DS": hedges dropped or made sure.
            among: Such as "KDS": all facts with a hedge that are still told.
            source: Whether it is about sources, not hedges.
            valence: Count only facts of this valence.
        """
        told = zip(self.facts, self.sources if source else self.hedges, strict=False)
        found = [letter in letters for fact, letter in told if letter in among and valence in (None, fact.valence)]
        return sum(found) / len(found) if found else math.nan


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
        facts: The world's facts.
        readings: The readings of the last reports.
        paid: The payoffs of what was decided and done.
        top: The reading of all that the executive read, if more than the last reports reached it; fates, length and
            risk are taken from it.
        status: The world's true status, if it has one.
        work: Whether the work was stopped.
        stakes: What was at stake.
        patterns: The world's patterns.

    Raises:
        ValueError: If there is no message.
    """
    messages = list(readings)
    if not messages:
        raise ValueError("no message reaches the executive")
    count = len(messages)
    read = messages if top is None else [top]
    told = told_by(message.status for message in read)
    letters = joined_fates(facts, messages) if top is None else top.fates
    read_facts = [fact for fact, letter in zip(facts, letters, strict=True) if letter in FATE_OF]
    return Heard(
        facts=facts if len(read_facts) == len(facts) else read_facts,
        fates=in_rates(letters),
        gaps=gap_shares(joined_gaps(len(read[0].gaps or ""), read)),
        hedges=_of_read(letters, _joined(facts, (message.hedges for message in read))),
        sources=_of_read(letters, _joined(facts, (message.sources for message in read))),
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
    # a fact that is held below no message's seat can't have been heard
    fates = ["O" if fact.slots else LETTERS_OF_CLAIMS["omitted"] for fact in facts]
    return _joined(facts, (message.fates for message in messages), fates) or "".join(fates)


def _of_read(fates: str, letters: str) -> str:
    """Return the letters of the facts whose fates are in the rates."""
    return "".join(letter for fate, letter in zip(fates, letters, strict=False) if fate in FATE_OF)


def _joined(facts: Sequence[Fact], told: Iterable[str | None], nothing: Sequence[str] = ()) -> str:
    """Return a letter for each fact from the messages that could have it; empty if no message has letters."""
    read = [letters for letters in told if letters is not None]
    joined = list(nothing or [ELSEWHERE] * len(facts))
    for letters in read:
        for place, letter in enumerate(letters):
            if letter != ELSEWHERE:
                joined[place] = letter
    return "".join(joined) if read else ""


def summed_risk(readings: Iterable[Reading]) -> float:
    """Return what messages with different facts together add to the log-odds of failure; nan if one has no figure."""
    return math.fsum(math.nan if reading.risk is None else reading.risk for reading in readings)


def told_by(statuses: Iterable[str | None]) -> str:
    """Return the status that several messages state: `none` if none does, `unclear` if they state two."""
    told = {status for status in statuses if status not in (None, NONE)}
    return NONE if not told else str(told.pop()) if len(told) == 1 else UNCLEAR


def halted(world: World, outcome: Outcome | None) -> Work | None:
    """Return whether the work was stopped in a trial; None if nothing was decided."""
    return None if world.decision is None or outcome is None else work_of(world.decision, outcome)


def valued(world: World, outcome: Outcome | None) -> Payoffs | None:
    """Return the payoffs of a trial's choices, valued on the full ledger; None if one of them is not known."""
    if world.decision is None or not world.decision.pays or outcome is None or outcome.decided is None:
        return None
    received = [option for option in outcome.received.values() if option is not None]
    done = [option for option in outcome.done.values() if option is not None]
    if len(received) < len(outcome.received) or len(done) < len(outcome.done):
        return None
    return payoffs(
        world.decision, outcome.told, outcome.decided, received, done, in_force=outcome.in_force, ahead=outcome.ahead
    )
