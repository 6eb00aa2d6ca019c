"""Readings: everything that is read in the messages of one world's trials.

At each hop a fact has one fate: its fate in the message of the seat that many
levels above the fact's holder. So in a tree a fact is followed along its holder's
path, and the shares of the five fates at a hop sum to 1 in every trial.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from chains.fates import ELSEWHERE
from chains.models.provider import Finish, Reply
from chains.scoring.facts.belief import believed
from chains.scoring.facts.certainty_reader import CertaintyTold, certainty_told
from chains.scoring.facts.degenerate import EMPTY, degenerate
from chains.scoring.facts.gap_reader import gaps_in
from chains.scoring.facts.grades import calls_in, grades_in
from chains.scoring.facts.instrument import INSTRUMENT, Instrument
from chains.scoring.facts.inventions import invented, unfounded
from chains.scoring.facts.patterns import patterns_in
from chains.scoring.facts.quoted_passages import InstrumentForDocuments
from chains.scoring.facts.verdict import Verdict
from chains.scoring.reading import Reading
from chains.scoring.replies.status import status_in
from chains.scoring.text.language import foreign_language
from chains.worlds.documents.told import Told
from chains.worlds.facts.status_rule import STATUSES
from chains.worlds.world import World


@lru_cache(maxsize=48)
def instrument_of(world: World, told: tuple[Told, ...] = ()) -> Instrument:
    """Return the instrument for a world, made once.

    Args:
        world: The world.
        told: The words in which documents tell its facts, if its facts stand in documents.
    """
    return InstrumentForDocuments(instrument_of(world), told) if told else Instrument(world.facts)


def read_corrected(
    instrument: Instrument, message: str, corrected: str, only: Collection[str] | None = None
) -> dict[str, Verdict]:
    """Score a message that carries an auditor's correction: the corrected wording wins; see `Reader.read`."""
    verdicts = instrument.read(message, only=only)
    right = instrument.read(corrected, only=only) if corrected else {}
    return verdicts | {name: verdict for name, verdict in right.items() if verdict.fate != "omitted"}


def status_told(world: World, message: str) -> str | None:
    """Return the overall status that a message states, one of `status.TOLD`; None if the world has no status."""
    return None if world.status is None else status_in(message, _names(world))


@lru_cache(maxsize=24)
def _names(world: World) -> tuple[str, ...]:
    return tuple(name for fact in world.facts for name in (fact.subject, *fact.aliases))


class _Read(NamedTuple):
    """Everything that a reading depends on, except its hop."""

    message: str
    finish: Finish
    held: frozenset[str]
    heard: tuple[str, ...]
    corrected: str


class Reader:
    """Reads the messages of one world's trials."""

    version = INSTRUMENT

    def __init__(self, world: World, told: tuple[Told, ...] = ()) -> None:
        """Prepare the instrument for a world; see `instrument_of`."""
        self._world = world
        self._instrument = instrument_of(world, told)
        self._read: dict[_Read, Reading] = {}

    def read(
        self, reply: Reply, *, hop: int, held: frozenset[str], heard: Sequence[str], corrected: str = ""
    ) -> Reading:
        """Read one message.

        Args:
            reply: The seat's reply.
            hop: The message's hop on a fact's way up.
            held: Ids of the facts held at or below the seat.
            heard: What the seat read: its own notes or the messages from below.
            corrected: The corrected wording in an auditor's note in the message. It wins over the report, because the
                reader is told so. Without a note, a right and a wrong value together count as wrong.
        """
        key = _Read(reply.spoken or "", reply.finish, held, tuple(heard), corrected)
        if key not in self._read:
            self._read[key] = self._reading(key)
        return self._read[key].model_copy(update={"hop": hop})

    def _reading(self, read: _Read) -> Reading:
        """Read one message without its hop; cached, so that a message passed on word for word is read once."""
        message, finish, held, heard, corrected = read
        grading, facts = self._world.grading, self._world.facts
        verdicts = read_corrected(self._instrument, message, corrected, only=held)
        status = status_told(self._world, message)
        certain = self._certainty(message, verdicts)
        fates = "".join(verdicts[fact.id].letter if fact.id in held else ELSEWHERE for fact in self._world.facts)
        return Reading(
            hop=0,
            fates=fates,
            # Every prompt names the world's title, so every seat has heard it.
            invented=len(invented(message, [self._world.title, *heard], self._instrument)),
            unfounded=len(unfounded(message, self._instrument, self._world.title)),
            words=len(message.split()),
            degenerate=self._degenerate(message, status) if message.strip() else None,
            language=foreign_language(message),
            risk=self._risk(verdicts, message),
            finish=finish,
            status=status,
            patterns=self._patterns(message),
            grades=None if grading is None else grades_in(message, grading, facts, verdicts),
            calls=calls_in(message, grading, facts, verdicts) if grading is not None and grading.wrong else None,
            gaps=gaps_in(self._instrument, message, self._world.gaps, verdicts) if self._world.gaps else None,
            hedges=None if certain is None else certain.hedges,
            sources=None if certain is None else certain.sources,
        )

    def _certainty(self, message: str, verdicts: Mapping[str, Verdict]) -> CertaintyTold | None:
        facts = self._world.facts
        if all(fact.certainty is None for fact in facts):
            return None
        return certainty_told(self._instrument, facts, message, verdicts)

    def _patterns(self, message: str) -> str | None:
        world = self._world
        return patterns_in(message, world.patterns, world.facts) if world.patterns else None

    def _degenerate(self, message: str, status: str | None) -> str | None:
        """Return why a message is degenerate; a message that states only the status is not."""
        why = degenerate(message)
        return None if why == EMPTY and status in STATUSES else why

    def _risk(self, verdicts: Mapping[str, Verdict], message: str) -> float | None:
        """Return what the facts add to the log-odds of failure, as the message states them."""
        if self._world.decision is None:
            return None
        told = believed(self._world, verdicts, message).values()
        return round(math.fsum(weight for weight in told if weight is not None), 6)
