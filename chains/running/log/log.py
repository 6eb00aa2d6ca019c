"""The run log: append, read, index. It is the only record of a run.

A run is a folder with two files:

    run.json    what was asked and with what: experiment, conditions, prompts, worlds, models, versions
    log.jsonl   one line per step, written before any step that depends on it starts

Lines have a `kind`: *step* (one seat's turn), *trial* (how a trial ended, and
its readings by the instrument), *note* (when driving began; calls that brought
no reply), *chain* (a chain that others logged; imported runs have no other lines).
A step is found by (trial, seat, turn, attempt) and the digest of its request,
never by its position: parallel branches finish in any order.

A line that a crash cut off is dropped on reading, with a notice, and removed
before anything is appended. Nothing before it is lost.
"""

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Self, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from chains.errors import LineDamaged, LogDamaged, LogInUse, MazedomError
from chains.models.provider import Reply
from chains.organisation.turn_key import Key
from chains.running.folders import LOG_FILE
from chains.running.log.index import AT_ONCE, read_index
from chains.running.log.line_index_schema import BOM, StepLine, read_line
from chains.running.log.records import LoggedChain, Note, Step, TrialEnd
from chains.running.log.seals import sealed, unsealed
from chains.running.log.step_index import Place

Record = TypeVar("Record", bound=BaseModel)

ROOM = 32 * 2**20
"""Free bytes that the disk must have before a model is asked; enough for hundreds of replies in flight."""
SYNC_WITHIN = 0.1
"""Seconds until appended lines are on the disk; hundreds of replies a second share one wait."""
LOOK_EVERY = 0.25
"""Seconds between two checks of the disk's free space."""


def is_written(folder: Path) -> bool:
    """Return whether a process holds the log of the run in `folder` open to write."""
    try:
        file = os.open(folder / LOG_FILE, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


class OtherReader(NamedTuple):
    """What a model read in a run's messages; a log that has one tells it in place of what the rules read."""

    name: str
    """As `--reader` has it: judge:MODEL."""
    letters: Mapping[tuple[str, str], str]
    """For each trial and seat whose message can be read, a letter for each fact of the world, as in `Reading.fates`."""
    why: Mapping[str, str]
    """What each fate rests on, by TRIAL/SEAT/STATEMENT."""

    def of(self, end: TrialEnd) -> TrialEnd:
        """Return how a trial ended, its fates as this reader reads them.

        What reached the executive besides the last reports, and rounds before the last, it has not read: they go.
        """
        readings = {
            seat: reading.model_copy(update={"fates": self.letters.get((end.trial, seat), reading.fates)})
            for seat, reading in end.readings.items()
        }
        return end.model_copy(update={"instrument": self.name, "readings": readings, "top": None, "rounds": ()})


class _ReplyOf(msgspec.Struct, gc=False):
    """The reply of a step's line."""

    reply: Reply


class _DigestOf(msgspec.Struct, gc=False):
    """The digest of the reply of a step's line."""

    reply_digest: str


_REPLY: Final = msgspec.json.Decoder(_ReplyOf)
_DIGEST: Final = msgspec.json.Decoder(_DigestOf)


class Log:
    """A run's log, for reading steps by key and, if opened to write, for appending.

    Holds an index in memory and the messages on disk. Use as a context manager.
    """

    def __init__(
        self,
        folder: Path,
        *,
        write: bool = False,
        held: Mapping[str, int] | None = None,
        again: bool = False,
        file: str = LOG_FILE,
    ) -> None:
        """Open the log of the run in `folder`.

        Args:
            folder: The run's folder.
            write: Open it to append too.
            held: What the log held when the run last stopped, as run.json says; None for a new run.
            again: Append even if the log holds less than that: missing replies may be asked for, and paid for, again.
            file: The file's name; a worker of a cluster has a log of its own.

        Raises:
            LogInUse: If another process writes it.
            LogDamaged: If it can't be read; or if it is opened to append and holds less than it did, because missing
                replies would be paid for again. The log is left as it is.
        """
        self.path = folder / file
        self.reader: OtherReader | None = None
        """Who reads the messages, if it is not the rules: set by `validation.readers`."""
        self.writable = write
        self._looked_at = -LOOK_EVERY
        self._unsynced = self._behind = False
        self._unkept: OSError | None = None
        flags = (os.O_RDWR | os.O_APPEND if write else os.O_RDONLY) | os.O_NONBLOCK  # a pipe must not block
        if write and held is None:
            flags |= os.O_CREAT
        try:
            self._file = os.open(self.path, flags, 0o644)
        except FileNotFoundError:
            if held is not None:
                raise LogDamaged(f"{self.path} is gone; put it back, or begin a new run") from None
            raise LogDamaged(f"{folder} has no {file}; it is no run") from None
        except OSError as error:
            raise MazedomError(f"can't open {self.path}: {error.strerror}") from None
        try:
            self._check_file()
            if write:
                self._lock()
            self.index = read_index(self.path)
            self.index.before = held or {}
            if write and not again:
                self._check_whole()
            if write and self.index.cut:
                os.ftruncate(self._file, self.index.length)
        except BaseException:
            os.close(self._file)
            raise

    def _check_file(self) -> None:
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            raise LogDamaged(f"{self.path} is no file; put the log back, or begin a new run")

    def _lock(self) -> None:
        # Lock the log itself: programs that lock the log would not see a lock file beside it.
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LogInUse(f"another process writes {self.path}; wait for it, or stop it first") from None

    def _check_whole(self) -> None:
        """Check that no reply is missing that would be paid for again."""
        if (missing := self.index.missing) is not None:
            left = f" (`--reuse {self.path.parent.name}` takes the replies that are left)" * bool(self.index.places)
            raise LogDamaged(
                f"{self.path} {missing}: it was emptied, cut or replaced, and what is gone would be paid for again; "
                f"put it back, ask for what is gone with `resume --again`, or begin a new run{left}"
            )

    def __enter__(self) -> Self:
        """Return the open log."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, which also releases the lock."""
        with contextlib.suppress(MazedomError):
            self.sync()
        os.close(self._file)

    def find(self, key: Key, digest: str) -> Step | None:
        """Return the logged step of exactly this request, or None."""
        for known, offset, length in self.index.places.of(key):
            if known.hex() == digest:
                return self.step_at(offset, length)
        return None

    def reply(self, key: Key, digest: str) -> Reply | None:
        """Return the logged reply to exactly this request, or None; the rest of its line is not read."""
        for known, offset, length in self.index.places.of(key):
            if known.hex() == digest:
                return self._reply_at(offset, length)
        return None

    def last_reply(self, key: Key) -> Reply | None:
        """Return the last reply logged under `key`, whatever was asked, or None; the rest of its line is not read."""
        places = self.index.places.of(key)
        return self._reply_at(places[-1].offset, places[-1].length) if places else None

    def _reply_at(self, offset: int, length: int) -> Reply:
        try:
            return _REPLY.decode(os.pread(self._file, length, offset).removeprefix(BOM)).reply
        except (msgspec.DecodeError, RecursionError):
            return self.step_at(offset, length).reply  # this raises with the reason

    def holds(self, key: Key) -> Step | None:
        """Return the last step logged under `key`, whatever its request was, or None."""
        places = self.index.places.of(key)
        return self.step_at(places[-1].offset, places[-1].length) if places else None

    def reply_digest(self, key: Key) -> str | None:
        """Return the digest of the last reply logged under `key`, or None; the rest of its line is not read."""
        places = self.index.places.of(key)
        if not places:
            return None
        _, offset, length = places[-1]
        try:
            return _DIGEST.decode(os.pread(self._file, length, offset).removeprefix(BOM)).reply_digest
        except (msgspec.DecodeError, RecursionError):
            return self.step_at(offset, length).reply_digest  # this raises with the reason

    def end(self, trial: str, *, as_logged: bool = False) -> TrialEnd | None:
        """Return how a trial ended, or None if it has not.

        Args:
            trial: Its name.
            as_logged: With the fates that the rules read, whoever else is the reader.
        """
        held = self.index.places.trials.get(trial)
        if held is None or held.status is None:
            return None
        end = _validated(TrialEnd, os.pread(self._file, held.length, held.ended_at), f"the end of trial {trial}")
        return end if self.reader is None or as_logged or end.status != "finished" else self.reader.of(end)

    def steps(self) -> Iterator[Step]:
        """Return every step in the order logged, one at a time."""
        for at, line in self.step_lines():
            yield _validated(Step, line, f"{self.path} at byte {at}")

    def step_lines(self) -> Iterator[tuple[int, bytes]]:
        """Return where each step's line begins, and the line; unreadable lines are skipped, as in the index."""
        return ((at, line) for at, line, _ in self._read_steps())

    def step_costs(self) -> Iterator[StepLine]:
        """Return of every step what the index reads: whose it is and what it cost; its texts are not read."""
        return (read for _, _, read in self._read_steps())

    def _read_steps(self) -> Iterator[tuple[int, bytes, StepLine]]:
        at = 0
        for number, line in enumerate(self._lines(self.index.length), 1):
            with contextlib.suppress(LineDamaged):
                if isinstance(read := read_line(line, LOG_FILE, number, self.path.parent.name), StepLine):
                    yield at, line, read
            at += len(line) + 1

    def lines(self) -> Iterator[bytes]:
        """Return every whole line, without its line break."""
        return self._lines(self.index.length)

    def _lines(self, until: int) -> Iterator[bytes]:
        """Return every line before the byte `until`, without its line break."""
        at, rest = 0, b""
        while block := os.pread(self._file, min(AT_ONCE, until - at), at):
            at += len(block)
            *whole, rest = (rest + block).split(b"\n")
            yield from whole

    def follow(self) -> None:
        """Index what another process has appended since this log was opened to read, or last followed."""
        at, rest, index = self.index.length, b"", self.index
        while block := os.pread(self._file, AT_ONCE, at):
            at += len(block)
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                try:
                    index.add(line + b"\n", LOG_FILE, index.lines + 1, self.path.parent.name)
                except LineDamaged as error:
                    index.pass_over(line + b"\n", str(error))
        index.cut = len(rest)

    def check_room(self) -> None:
        """Check that the disk has room for replies before they are paid for.

        Raises:
            MazedomError: If the disk is nearly full.
        """
        if (now := time.monotonic()) < self._looked_at + LOOK_EVERY:
            return
        self._looked_at = now
        disk = os.fstatvfs(self._file)
        if (left := disk.f_bavail * disk.f_frsize) < ROOM:
            raise MazedomError(
                f"the disk of {self.path} has {left / 2**20:.0f} MiB left, too little to keep what models reply; "
                f"make room, then `mazedom resume {self.path.parent.name}`"
            )

    def chain(self, of: str, name: str) -> LoggedChain:
        """Return a chain that others logged, which `index` has."""
        offset, length = self.index.chains[of, name]
        return _validated(LoggedChain, os.pread(self._file, length, offset), f"{self.path}, chain {name!r} of {of!r}")

    def append(self, record: Step | TrialEnd | Note | LoggedChain, *, durable: bool = False) -> None:
        """Write one record through to the file.

        Args:
            record: What to append.
            durable: It must reach the disk soon, or a paid reply could be lost: the caller calls `sync` within
                `SYNC_WITHIN`.

        Raises:
            MazedomError: If it can't be written (the log is then unchanged), or if earlier lines could not be kept on
                the disk.
        """
        line = self._written(record.line())
        self._unsynced = self._unsynced or durable
        self.index.lines += 1
        if isinstance(record, Step):
            self.index.add_step(record, len(line))
        elif isinstance(record, TrialEnd):
            self.index.add_end(record.trial, record.status, len(line))
        elif isinstance(record, LoggedChain):
            self.index.add_chain(record.set, record.chain, len(line))
            return
        else:
            self.index.add_note(record, len(line))
        self.index.heard(record.at)

    def take(self, body: bytes) -> None:
        """Append a record that another log holds, with a seal of this log's.

        Args:
            body: Its line there, without seal and line break.

        Raises:
            LineDamaged: If it is no record.
            MazedomError: As for `append`.
        """
        read_line(body, self.path.name, self.index.lines + 1, self.path.parent.name)
        line = self._written(body + b"\n")
        self.index.add(line, self.path.name, self.index.lines + 1, self.path.parent.name)

    def _written(self, line: bytes) -> bytes:
        """Write a line with its seal; return both."""
        if self._unkept is not None:
            raise self._cannot(self._unkept)
        line = sealed(line, self.index.lines + 1)
        view = memoryview(line)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            # Half a line must not stay before lines that are logged later.
            os.ftruncate(self._file, self.index.length)
            raise self._cannot(error) from None
        self._behind = True
        return line

    def sync(self, *, whole: bool = False) -> None:
        """Wait until durable lines, or with `whole` all lines, are on the disk; may be called from another thread.

        Raises:
            MazedomError: If the disk fails; nothing can be appended then.
        """
        if whole and self._unkept is not None:
            raise self._cannot(self._unkept)
        if self._unsynced or (whole and self._behind):
            self._unsynced = self._behind = False
            try:
                os.fdatasync(self._file)
            except OSError as error:
                self._unkept = error
                raise self._cannot(error) from None

    def _cannot(self, error: OSError) -> MazedomError:
        return MazedomError(
            f"can't write {self.path}: {error.strerror}; make room, then `mazedom resume {self.path.parent.name}`"
        )

    @property
    def unsynced(self) -> bool:
        """Whether a durable line may not be on the disk yet."""
        return self._unsynced

    def line_at(self, place: Place) -> bytes:
        """Return the line that stands there."""
        return os.pread(self._file, place.length, place.offset).removeprefix(BOM).rstrip(b"\r\n")

    def step_at(self, offset: int, length: int) -> Step:
        """Return the step whose line stands there."""
        return _validated(Step, os.pread(self._file, length, offset), f"{self.path} at byte {offset}")


def _validated(kind: type[Record], line: bytes, where: str) -> Record:
    try:
        return kind.model_validate_json(unsealed(line.removeprefix(BOM)))
    except ValidationError as error:
        first = error.errors()[0]
        place, what = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
        raise LogDamaged(f"{where}: {place or 'the record'}: {what}; the log was changed or damaged there") from None
