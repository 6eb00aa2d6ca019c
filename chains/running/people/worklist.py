"""The worklist of a run: what waits for people, who has it, their drafts and answers; on disk, beside the log.

    runs/<experiment>/<run id>/people/
      open/<item>.json    an item that waits, or is answered and can still be undone
      read/<item>.json    an item whose answer the run has taken
      names.json          who is behind each pseudonym, and when they consented; never packed

Every change is one file replaced whole, under one lock, so that a process that is killed leaves the worklist as it was
before or after, and two people or two processes can't answer the same item. The run takes an answer from here into its
log; the log is what a replay reads, and it needs nothing of this.
"""

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from chains.errors import BadInput, LogDamaged
from chains.experiments.people import People
from chains.models.provider import Message
from chains.running.log.records import now
from chains.running.people.item import Answer, Item, Kept
from chains.running.people.names import HERE, Names
from chains.running.people.storage import locked, replace
from chains.scoring.text.legible import legible

FOLDER = "people"
"""The folder below the run's."""
LONGEST = 200_000
"""Most characters of an answer."""


class Waiting(NamedTuple):
    """An item that waits, as the owner of the run sees it."""

    trial: str
    turn: str
    seat: str
    way: str
    who: str | None
    """The pseudonym of whoever has it or must take it; None: anybody may."""
    since: str
    deadline: str | None
    state: str


class Worklist:
    """What waits for people in one run, and what they answered.

    People are named by the name that they give (`--as anna`). Everything that is kept or logged has their pseudonym.
    """

    def __init__(self, folder: Path, people: People | None = None) -> None:
        """Open the worklist of the run in `folder`; nothing is written before something is put on it.

        Args:
            folder: The run's.
            people: What the run's experiment says about people.
        """
        self.folder = folder / FOLDER
        self.people = people or People()
        self.names = Names(self.folder, self.people)

    def at_the_terminal(self, name: str | None) -> str | None:
        """Return the name of whoever sits at the terminal: as given, or `HERE` where people have no fixed places."""
        if name is not None:
            return name
        return None if self.people.persons is not None or self.people.seats else HERE

    # what a person does

    def inbox(self, who: str) -> list[Item]:
        """Return what waits for a person: what they have begun first, then by how long it waits.

        Their answers that they can still undo stand at the end.

        Raises:
            BadInput: If all places of the run are taken by others.
        """
        me = self.names.of(who)
        held = self._held_by(me)
        mine = [one for one in self._open() if self._may_have(one, me, held) is None]
        rank = {"taken": 0, "open": 1, "answered": 2}
        mine.sort(key=lambda one: (rank[one.state], one.skipped, one.order))
        return [one.shown() for one in mine]

    def item(self, who: str, item: str) -> Item:
        """Return one item of a person, wherever it stands.

        Raises:
            BadInput: If it is not theirs, or there is none.
        """
        kept, me = self._read(item), self.names.of(who)
        if kept.read_at is not None and kept.taken_by != me:
            raise BadInput(f"item {item} is answered")
        self._check(kept, me)
        return kept.shown()

    def take(self, who: str, item: str) -> Item:
        """Take an item: from now on nobody else can answer it. Taking it again changes nothing.

        Raises:
            BadInput: If it is somebody else's, or it is answered, or the person has not consented.
        """
        me = self._me(who)
        with self._changing(item) as kept:
            self._check(kept, me)
            if kept.answer is None and kept.taken_by is None:
                kept.taken_by = me
                kept.first_taken = kept.first_taken or now()
        return kept.shown()

    def save_draft(self, who: str, item: str, text: str, seconds: float = 0.0) -> Item:
        """Keep what a person has written so far; it is on the disk before this returns.

        Args:
            who: The person's name.
            item: The item's id.
            text: All of the text.
            seconds: How long they worked on it since they took it or last saved.

        Raises:
            BadInput: As `take`, or if the item is answered.
        """
        me = self._me(who)
        with self._changing(item) as kept:
            self._check(kept, me)
            if kept.answer is not None:
                raise BadInput("this is answered already; undo it to change it")
            kept.taken_by = me
            kept.first_taken = kept.first_taken or now()
            kept.text = _bounded(text)
            kept.spent += max(0.0, seconds)
        return kept.shown()

    def answer(self, who: str, item: str, text: str, seconds: float = 0.0) -> Item:
        """Send a message. The same answer sent twice counts once.

        Raises:
            BadInput: If it is answered otherwise already, is empty where a message is needed, or is a text of their own
                where they may only approve the draft.
        """
        return self._answered(who, item, text, seconds, sent_back=False)

    def send_back(self, who: str, item: str, reason: str, seconds: float = 0.0) -> Item:
        """Send a draft back to the model with a reason.

        Raises:
            BadInput: As `answer`; or if there is no reason, or it can't be sent back (any more).
        """
        return self._answered(who, item, reason, seconds, sent_back=True)

    def undo(self, who: str, item: str) -> Item:
        """Take an answer back; it stays as the person's draft.

        Raises:
            BadInput: If the run has it already, so that the next seat may have read it, or it is not theirs.
        """
        me = self._me(who)
        with self._changing(item) as kept:
            self._check(kept, me)
            if kept.read_at is not None:
                raise BadInput("this can't be undone any more: the next seat may have read it")
            if kept.answer is not None:
                kept.text, kept.answer = (None if kept.answer.sent_back else kept.answer.text), None
        return kept.shown()

    def skip(self, who: str, item: str, seconds: float = 0.0, *, behind: bool = True) -> Item:
        """Put an item off: it goes behind the others, and anybody who may have it can take it. A draft is kept.

        Args:
            who: The person's name.
            item: The item's id.
            seconds: How long they had it since they took it or last saved.
            behind: False: it keeps its place, for they only leave for a while.

        Raises:
            BadInput: As `take`.
        """
        me = self._me(who)
        with self._changing(item) as kept:
            self._check(kept, me)
            if kept.answer is None:
                kept.spent += max(0.0, seconds)
                kept.skipped += behind
                if kept.text is None:  # otherwise somebody else would see their draft
                    kept.taken_by = None
        return kept.shown()

    # what the run does

    def put(self, fresh: Kept) -> Kept:
        """Put an item on the worklist if it is not there; return it as it stands."""
        with self._lock():
            if (known := self._find(fresh.id)) is not None:
                return known
            fresh.order = time.time_ns()
            self._write(fresh)
            return fresh

    def read(self, item: str) -> Kept:
        """Take an item's answer into the run: from now on it can't be undone.

        Raises:
            BadInput: If there is no answer.
        """
        with self._changing(item) as kept:
            if kept.answer is None:
                raise BadInput(f"item {item} has no answer")
            kept.read_at = kept.read_at or now()
        return kept

    def too_late(self, item: str) -> bool:
        """Close an item that nobody answered in time; return whether that is so."""
        with self._changing(item) as kept:
            if kept.answer is None and kept.read_at is None and is_past(kept.deadline):
                kept.late, kept.read_at = True, now()
        return kept.late

    def withdraw(self, trials: Collection[str], asked: Collection[str]) -> None:
        """Take items off the worklist that the run no longer asks: those of `trials` that are not among `asked`."""
        for one in self._open():
            if one.trial in trials and one.id not in asked:
                with self._changing(one.id) as kept:
                    kept.late, kept.read_at = kept.answer is None, kept.read_at or now()

    def forget(self, pseudonym: str, without: Callable[[str, str], str]) -> None:
        """Remove a person's texts, and put back what they had taken and not answered.

        Args:
            pseudonym: The person.
            without: Takes their texts out of a text of a trial, which is its first argument.
        """
        for one in (*self._all("open"), *self._all("read")):
            with self._changing(one.id) as kept:
                kept.messages = tuple(Message(it.role, without(one.trial, it.content)) for it in kept.messages)
                kept.talk = tuple(Message(it.role, without(one.trial, it.content)) for it in kept.talk)
                if kept.taken_by == pseudonym:
                    kept.text = kept.answer = None
                    kept.taken_by = pseudonym if kept.read_at is not None else None

    # what the owner of the run sees

    def anything(self) -> bool:
        """Return whether anything waits for an answer, or an answer for the run."""
        return any((self.folder / "open").glob("*.json"))

    def waiting(self) -> list[Waiting]:
        """Return what waits for an answer, the oldest first."""
        return [
            Waiting(
                one.trial, one.turn, one.seat, one.way, one.taken_by or one.dealt, one.since, one.deadline, one.state
            )
            for one in sorted(self._open(), key=lambda one: one.order)
            if one.answer is None
        ]

    def trials_of(self, pseudonym: str) -> set[str]:
        """Return the trials in which a person has taken a seat."""
        return {one.trial for one in (*self._all("open"), *self._all("read")) if one.taken_by == pseudonym}

    def ready(self, settled: float = 0.0) -> set[str]:
        """Return the trials that can go on: those with an answer that is not read yet, or a deadline that has passed.

        Args:
            settled: How many seconds old an answer must be; until then it can be undone.
        """
        before = (datetime.now(UTC) - timedelta(seconds=settled)).isoformat(timespec="seconds")
        return {
            one.trial
            for one in self._open()
            if (one.answer is not None and one.answer.at <= before.replace("+00:00", "Z"))
            or (one.answer is None and is_past(one.deadline))
        }

    # how it is kept

    def _answered(self, who: str, item: str, text: str, seconds: float, *, sent_back: bool) -> Item:
        text = _bounded(text).strip()
        me = self._me(who)
        with self._changing(item) as kept:
            self._check(kept, me)
            if kept.answer is not None:
                if (kept.answer.text, kept.answer.sent_back) == (text, sent_back):
                    return kept.shown()
                raise BadInput("this is answered already, otherwise; undo it first")
            if kept.late:
                raise BadInput("this was to be answered earlier; the run has gone on without it")
            _check_answer(kept, text, sent_back=sent_back)
            kept.taken_by = me
            kept.first_taken = kept.first_taken or now()
            kept.spent += max(0.0, seconds)
            kept.answer = Answer(text, sent_back, now())
        return kept.shown()

    def _me(self, who: str) -> str:
        """Return the pseudonym of somebody who may answer; not while the lock is held, which it may need."""
        me = self.names.of(who)
        self.names.check_consent(who)
        return me

    def _check(self, kept: Kept, me: str) -> None:
        if (why := self._may_have(kept, me)) is not None:
            raise BadInput(why)

    def _may_have(self, kept: Kept, me: str, held: Mapping[str, set[str]] | None = None) -> str | None:
        """Return why an item is not this person's; None if it is.

        Args:
            kept: The item.
            me: The person.
            held: The seats that they hold, by trial, if that is known already.
        """
        if kept.taken_by is not None:
            return None if kept.taken_by == me else f"{kept.taken_by} has this item"
        if kept.dealt is not None:
            return None if kept.dealt == me else f"this item is {kept.dealt}'s"
        beside = (self._held_by(me) if held is None else held).get(kept.trial, set()) - {kept.seat}
        return "you hold another seat beside this one" if beside else None

    def _held_by(self, me: str) -> Mapping[str, set[str]]:
        """Return the seats that a person has taken, by trial; none if they may hold several seats of one trial."""
        held: dict[str, set[str]] = defaultdict(set)
        if not (self.people.same_trial or self.names.is_here(me)):
            for one in (*self._all("open"), *self._all("read")):
                if one.taken_by == me:
                    held[one.trial].add(one.seat)
        return held

    @contextlib.contextmanager
    def _changing(self, item: str) -> Iterator[Kept]:
        """Read an item, let it be changed, and write it; nobody else changes it meanwhile."""
        with self._lock():
            kept = self._read(item)
            before = msgspec.json.encode(kept)
            yield kept
            if msgspec.json.encode(kept) != before:
                self._write(kept)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with locked(self.folder):
            yield

    def _open(self) -> Iterator[Kept]:
        yield from self._all("open")

    def _all(self, where: str) -> Iterator[Kept]:
        for path in sorted((self.folder / where).glob("*.json")):
            with contextlib.suppress(FileNotFoundError):  # read meanwhile
                yield _decoded(path)

    def _find(self, item: str) -> Kept | None:
        for where in ("open", "read"):
            with contextlib.suppress(FileNotFoundError):
                return _decoded(self.folder / where / f"{item}.json")
        return None

    def _read(self, item: str) -> Kept:
        found = self._find(item) if item.isalnum() and item.isascii() else None
        if found is None:
            raise BadInput(f"there is no item {legible(item[:40])!r}")
        return found

    def _write(self, kept: Kept) -> None:
        name = f"{kept.id}.json"
        replace(self.folder / "open" / name, msgspec.json.encode(kept))
        if kept.read_at is not None:
            (self.folder / "read").mkdir(exist_ok=True)
            (self.folder / "open" / name).replace(self.folder / "read" / name)


def is_past(deadline: str | None) -> bool:
    """Return whether a time, UTC, has passed; None never has."""
    return deadline is not None and deadline <= now()


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        raise BadInput(f"this is {len(text):,} characters long; {LONGEST:,} are the most")
    return legible(text.replace("\r\n", "\n").replace("\r", "\n"))


def _check_answer(kept: Kept, text: str, *, sent_back: bool) -> None:
    if sent_back:
        if not kept.send_backs:
            raise BadInput("this can't be sent back (any more); approve it or write it yourself")
        if not text:
            raise BadInput("say why you send it back")
        return
    if kept.way == "approve" and not kept.writes and text != (kept.draft or "").strip():
        raise BadInput("approve the draft as it stands, or send it back with a reason")
    if not text and kept.way != "advise":
        raise BadInput("there is no text; write one, or skip this item")


def _decoded(path: Path) -> Kept:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except msgspec.DecodeError as error:
        raise LogDamaged(f"{path}: {error}; the file was changed or damaged there") from None
