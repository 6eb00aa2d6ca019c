"""Pairs of a run: a pair is one statement and one message in which it may have been kept or lost."""

import copy
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final, Literal, NamedTuple, Self

from chains.experiments.experiment import TrialId
from chains.fates import ELSEWHERE, FATE_OF, FATES, SILENT, Fate
from chains.organisation.hierarchy import Seat
from chains.running.log.log import Log
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.running.transcript import retold
from chains.running.trial import read_trial
from chains.scoring.facts.instrument import INSTRUMENT
from chains.validation.labels import digest
from chains.worlds.facts.ledger import Statement
from chains.worlds.world import World

Band = Literal["first", "middle", "last"]
"""Which hop a message is: the first (a worker's), the last (the one that the executive reads), or one between."""

CLAIM: Final = "claim"
"""How claims are drawn: rules are sure of few of them, and those are the easy ones, so that claims are drawn as one."""
Drawn = Fate | Literal["claim"]
DRAWN_AS: tuple[Drawn, ...] = (*FATES, CLAIM)
"""Samples are drawn equally over these."""
Place = tuple[str, str]
"""A trial and one of its seats, whose message it is."""


class Pair(NamedTuple):
    """One statement and one message of a run."""

    trial: TrialId
    seat: str
    statement: str
    """The statement's id in the world."""
    hop: int
    depth: int
    condition: str
    """The condition's id: "c1"."""
    world: str
    """The world's digest."""
    read: Fate | None
    """The fate that the reader reads: the rules, or a model that the log was opened with. None if it is unread, as
    every claim is for the rules, which read the easy ones alone."""
    drawn: Drawn
    """One of `DRAWN_AS`: the fate that the rules read, by which samples are drawn whoever is the reader."""

    @property
    def id(self) -> str:
        """The pair's name in label files: `c1.w3.r1/L2/F04`."""
        return f"{self.trial}/{self.seat}/{self.statement}"

    @property
    def band(self) -> Band:
        """Which hop the message is; in a chain without managers the only hop is the last."""
        return "last" if self.hop == self.depth else "first" if self.hop == 1 else "middle"


class Pairs:
    """All pairs of a run's finished trials, read by the instrument of this version.

    A seat that said nothing has no message, and the executive's brief is not a hop: they make no pairs.
    """

    def __init__(self, record: RunRecord, log: Log) -> None:
        """Take the pairs from the log; read a message again only if another version of the instrument read it."""
        self.record = record
        self.log = log
        self.read_by: frozenset[str] = frozenset()
        """Other versions of the rules that read messages of the log; those messages are read again here."""
        self._casts = Casts(record)
        self._trials = {str(trial): trial for trial in record.trials()}
        found = tuple(self._pairs())
        self.all = tuple(pair for pair in found if pair.read is not None)
        """The pairs that the reader has read: those that rates count."""
        self.by_id: Mapping[str, Pair] = {pair.id: pair for pair in found}

    def as_read(self, fates: Mapping[str, Fate]) -> Self:
        """Return the same pairs as another reader reads them.

        Args:
            fates: What it reads, by the pair's id; it can't read the others.
        """
        other = copy.copy(self)
        found = [pair._replace(read=fates.get(name)) for name, pair in self.by_id.items()]
        other.all = tuple(pair for pair in found if pair.read is not None)
        other.by_id = {pair.id: pair for pair in found}
        return other

    @cached_property
    def first_with(self) -> Mapping[Place, Place]:
        """For each place, the first in the run that has the same message about the same world."""
        first: dict[tuple[str, str], Place] = {}
        found: dict[Place, Place] = {}
        for pair in self.by_id.values():
            place = str(pair.trial), pair.seat
            if place not in found and (case := self.case(*place)) is not None:
                found[place] = first.setdefault((pair.world, digest(case[1])), place)
        return found

    def message(self, pair: Pair) -> str:
        """Return the message as its reader got it."""
        return self._sent(pair.trial, pair.seat) or ""

    def case(self, trial: str, seat: str) -> tuple[World, str] | None:
        """Return the world and the message of a seat in a trial; None if the run has no such message."""
        found = self._trials.get(trial)
        message = None if found is None else self._sent(found, seat)
        return None if found is None or not message else (self._casts.world(found), message)

    def _sent(self, trial: TrialId, seat: str) -> str | None:
        cast = self._casts.cast(trial)
        turn = cast.plan.sent.get(seat)
        reply = None if turn is None else retold(cast, self.log, str(trial), [turn]).get(turn)
        return None if reply is None else reply.spoken

    def seat(self, trial: str, name: str) -> Seat:
        """Return a seat of a trial's hierarchy."""
        return self._casts.hierarchy(self._trials[trial].condition).seat(name)

    def statement(self, pair: Pair) -> Statement:
        """Return the statement of a pair."""
        return self.record.worlds[pair.world].fact(pair.statement)

    def _pairs(self) -> Iterator[Pair]:
        for trial in self.record.trials():
            end = self.log.end(str(trial), as_logged=True)
            if end is None or end.status != "finished":
                continue
            end = self._read(trial, end)
            name, other = str(trial), self.log.reader
            world = self._casts.world(trial)
            depth = self._casts.hierarchy(trial.condition).depth
            for seat, reading in end.readings.items():
                if reading.hop > depth or reading.finish in SILENT:
                    continue
                theirs = reading.fates if other is None else other.letters.get((name, seat), reading.fates)
                for fact, letter, read in zip(world.facts, reading.fates, theirs, strict=True):
                    if letter != ELSEWHERE:
                        yield Pair(
                            trial, seat, fact.id, reading.hop, depth, trial.condition, world.digest,
                            read=FATE_OF.get(read), drawn=FATE_OF.get(letter, CLAIM),
                        )  # fmt: skip

    def _read(self, trial: TrialId, end: TrialEnd) -> TrialEnd:
        if end.instrument == INSTRUMENT:
            return end
        if self.log.reader is None:
            self.read_by |= {end.instrument or "no instrument"}
        cast = self._casts.cast(trial)
        return end.model_copy(update={"readings": read_trial(cast, retold(cast, self.log, str(trial)))})
