"""The run log: append, read, index. The only truth about a run.

A run is a folder with two files:

    run.json    what was asked and with what: experiment, conditions, prompts, worlds, models, versions
    log.jsonl   one line a step, written through before the next step that depends on it starts

Lines have a `kind`: *step* (one seat's turn), *trial* (how a trial ended, and
what the instrument read in it), *note* (anything a reader must know), *chain*
(one that others logged; an imported run has no other lines). A step is found by
(trial, seat, turn, attempt) and the digest of its request, never by its
position: parallel branches finish in any order.

A line that a crash cut off is dropped on reading, with a notice, and removed
before anything is appended. Nothing before it is lost.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar, get_args

import orjson
from pydantic import BaseModel, ValidationError

from chains.errors import LogDamaged, LogInUse, MazedomError
from chains.models.provider import Usage
from chains.records import LOG_VERSION, Key, LoggedChain, Status, Step, TrialEnd

RUN_FILE = "run.json"
LOG_FILE = "log.jsonl"

Record = TypeVar("Record", bound=BaseModel)


@dataclass
class Spent:
    """What the logged replies of one model took; shared replies and people's answers took nothing."""

    calls: int = 0
    """Requests sent, re-asked ones included."""
    prompt: int = 0
    completion: int = 0
    reasoning: int = 0
    cached: int = 0
    """Tokens, as `models.provider.Usage` has them."""

    @property
    def usage(self) -> Usage:
        """The tokens alone."""
        return Usage(prompt=self.prompt, completion=self.completion, reasoning=self.reasoning, cached=self.cached)

    def add(self, calls: int, usage: Mapping[str, int]) -> None:
        """Count one reply that took `calls` requests."""
        if calls:
            self.calls += int(calls)
            for name in ("prompt", "completion", "reasoning", "cached"):
                setattr(self, name, getattr(self, name) + int(usage[name]))


@dataclass
class Scan:
    """Everything known of a log without holding its messages in memory."""

    steps: dict[Key, list[tuple[str, int, int]]] = field(default_factory=dict)
    """For each key, (digest, offset, length) of every line that has it, in the order logged."""
    ends: dict[str, tuple[Status, int, int]] = field(default_factory=dict)
    """For each trial, its last end: status, offset and length of its line."""
    chains: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Others' chains: by set and name, offset and length of the line."""
    length: int = 0
    """Bytes up to and including the last whole line."""
    cut: int = 0
    """Bytes of a line that a crash cut off."""
    spent: dict[str, Spent] = field(default_factory=dict)
    """What was spent on each model, by the name that its requests have."""
    noted: int = 0
    """Replies that carry a note, such as that the endpoint may have truncated the prompt."""

    @property
    def calls(self) -> int:
        """Requests sent to all models for the logged replies."""
        return sum(spent.calls for spent in self.spent.values())

    @property
    def tokens(self) -> int:
        """Tokens of prompts and replies together, as the endpoints counted them."""
        return sum(spent.prompt + spent.completion for spent in self.spent.values())

    @property
    def held(self) -> dict[str, int]:
        """How many steps and finished trials the log holds."""
        finished = sum(status == "finished" for status, _, _ in self.ends.values())
        return {"steps": sum(map(len, self.steps.values())), "finished": finished}

    def status(self, trial: str) -> Status | None:
        """Return how a trial last ended; None if it has not."""
        return self.ends[trial][0] if trial in self.ends else None

    @property
    def notice(self) -> str | None:
        """What a person should be told about the log, if anything."""
        return f"the last line of the log was cut off ({self.cut} bytes) and is ignored" if self.cut else None

    def add(self, line: bytes, where: str) -> None:
        """Note one line that stands at the end of what was scanned so far; raises `LogDamaged` if it is no record."""
        record = parse_line(line, where)
        match record["kind"]:
            case "step":
                key = Key(record["trial"], record["seat"], record["turn"], record["attempt"])
                try:
                    self.add_step(key, record["digest"], len(line))
                    self.add_spent(record["request"]["model"], record["tries"], record["reply"])
                except (KeyError, TypeError, ValueError, AttributeError):
                    raise LogDamaged(f"{where} has no whole reply; the log was changed or damaged there") from None
            case "trial":
                self.add_end(record["trial"], record["status"], len(line))
            case "chain":
                self.add_chain(record["set"], record["chain"], len(line))
            case _:
                self.length += len(line)

    def add_step(self, key: Key, digest: str, size: int) -> None:
        """Note a step whose line of `size` bytes stands at the end of what was scanned so far."""
        self.steps.setdefault(key, []).append((digest, self.length, size))
        self.length += size

    def add_spent(self, model: str, calls: int, reply: Mapping[str, Any]) -> None:
        """Count what a reply took, given as it stands in the log."""
        self.spent.setdefault(model, Spent()).add(calls, reply["usage"])
        self.noted += bool(reply["notes"])

    def add_end(self, trial: str, status: Status, size: int) -> None:
        """Note a trial's end whose line of `size` bytes stands at the end of what was scanned so far."""
        self.ends[trial] = (status, self.length, size)
        self.length += size

    def add_chain(self, of: str, name: str, size: int) -> None:
        """Note a chain of the set `of` whose line of `size` bytes stands at the end of what was scanned so far."""
        self.chains[of, name] = (self.length, size)
        self.length += size


_NEEDED: dict[str, dict[str, type]] = {
    "step": {"trial": str, "seat": str, "turn": int, "attempt": int, "digest": str},
    "trial": {"trial": str, "status": str},
    "chain": {"set": str, "chain": str, "digest": str},
    "note": {},
}
"""What a line of each kind must have to be found again."""


def parse_line(line: bytes, where: str) -> dict[str, Any]:
    """Read one line of a log as JSON and check its version.

    Raises:
        LogDamaged: If it is not a JSON object of a version that this program reads.
    """
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LogDamaged(f"{where} is not JSON ({error}); the log was changed or damaged there") from None
    if not isinstance(record, dict):
        raise LogDamaged(f"{where} is not a log record; the log was changed or damaged there")
    if record.get("v") != LOG_VERSION:
        raise LogDamaged(f"{where} has log version {record.get('v')!r}; this program reads version {LOG_VERSION}")
    kind = record.get("kind")
    if not isinstance(kind, str) or kind not in _NEEDED:
        raise LogDamaged(f"{where} has the unknown kind {kind!r}; was it written by a newer version?")
    wrong = [name for name, type_ in _NEEDED[kind].items() if not isinstance(record.get(name), type_)]
    if kind == "trial" and not wrong and record["status"] not in get_args(Status):
        wrong = ["status"]
    if wrong:
        raise LogDamaged(f"{where} has no {wrong[0]} that can be read; the log was changed or damaged there")
    return record


def scan(path: Path) -> Scan:
    """Index a log file; a missing one is an empty log.

    Raises:
        LogDamaged: If a whole line is no record.
    """
    found = Scan()
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    found.cut = len(line)
                    break
                found.add(line, f"{path.name} line {number} of {path.parent.name}")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise LogDamaged(f"can't read {path}: {error.strerror}") from None
    return found


class Log:
    """A run's log, for reading steps by key and, if opened to write, for appending.

    Holds an index in memory and the messages on disk. Use as a context manager.
    """

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        """Open the log of the run in `folder`.

        Raises:
            LogInUse: If another process writes it.
            LogDamaged: If it can't be read.
        """
        self.path = folder / LOG_FILE
        self.writable = write
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT if write else os.O_RDONLY
        try:
            self._file = os.open(self.path, flags, 0o644)
        except FileNotFoundError:
            raise LogDamaged(f"{folder} has no {LOG_FILE}; it is no run") from None
        except OSError as error:
            raise MazedomError(f"can't open {self.path}: {error.strerror}") from None
        try:
            if write:
                self._lock()
            self.scan = scan(self.path)
            if write and self.scan.cut:
                os.ftruncate(self._file, self.scan.length)
        except BaseException:
            os.close(self._file)
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LogInUse(f"another process writes {self.path}; wait for it, or stop it first") from None

    def __enter__(self) -> Self:
        """Return the open log."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, which also releases the lock."""
        os.close(self._file)

    def find(self, key: Key, digest: str) -> Step | None:
        """Return the logged step of exactly this request, or None."""
        for known, offset, length in self.scan.steps.get(key, ()):
            if known == digest:
                return self._step(offset, length)
        return None

    def holds(self, key: Key) -> Step | None:
        """Return the last step logged under `key`, whatever its request was, or None."""
        entries = self.scan.steps.get(key)
        return self._step(*entries[-1][1:]) if entries else None

    def end(self, trial: str) -> TrialEnd | None:
        """Return how a trial ended, or None if it has not."""
        entry = self.scan.ends.get(trial)
        if entry is None:
            return None
        return _validated(TrialEnd, os.pread(self._file, entry[2], entry[1]), f"the end of trial {trial}")

    def steps(self) -> Iterator[Step]:
        """Return every step in the order logged, one at a time."""
        places = sorted((offset, length) for entries in self.scan.steps.values() for _, offset, length in entries)
        return (self._step(offset, length) for offset, length in places)

    def chain(self, of: str, name: str) -> LoggedChain:
        """Return a chain that others logged, which `scan` has."""
        offset, length = self.scan.chains[of, name]
        return _validated(LoggedChain, os.pread(self._file, length, offset), f"{self.path}, chain {name!r} of {of!r}")

    def append(self, record: Step | TrialEnd | LoggedChain, *, durable: bool = False) -> None:
        """Write one record through to the file.

        Args:
            record: What to append.
            durable: Wait until it is on the disk: where a person's work or a paid reply would otherwise be lost.
        """
        line = record.line()
        view = memoryview(line)
        try:
            while view:
                view = view[os.write(self._file, view) :]
            if durable:
                os.fdatasync(self._file)
        except OSError as error:
            # What was half written must not stand before what others log after it.
            os.ftruncate(self._file, self.scan.length)
            raise MazedomError(
                f"can't write {self.path}: {error.strerror}; make room, then `cli.py resume {self.path.parent.name}`"
            ) from None
        if isinstance(record, Step):
            self.scan.add_step(record.key, record.digest, len(line))
            reply = {"usage": record.reply.usage.model_dump(), "notes": record.reply.notes}
            self.scan.add_spent(record.request.model, record.tries, reply)
        elif isinstance(record, TrialEnd):
            self.scan.add_end(record.trial, record.status, len(line))
        else:
            self.scan.add_chain(record.set, record.chain, len(line))

    def _step(self, offset: int, length: int) -> Step:
        return _validated(Step, os.pread(self._file, length, offset), f"{self.path} at byte {offset}")


def _validated(kind: type[Record], line: bytes, where: str) -> Record:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise LogDamaged(
            f"{where}: {place or 'the record'}: {first['msg']}; the log was changed or damaged there"
        ) from None
