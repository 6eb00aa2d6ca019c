"""The index of a run's log: where each step and end stands, what was spent, how long it took; no message in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple, get_args

import orjson

from chains.errors import LogDamaged
from chains.models.provider import Usage
from chains.records import LOG_VERSION, Key, Status


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
    seconds: float = 0.0
    """From sending to reply, of the attempts that were answered, added up."""
    unanswered: int = 0
    """Those of the requests that brought no reply, and whose tokens nobody knows."""

    @property
    def usage(self) -> Usage:
        """The tokens alone."""
        return Usage(prompt=self.prompt, completion=self.completion, reasoning=self.reasoning, cached=self.cached)

    def add(self, calls: int, usage: Mapping[str, int], seconds: float) -> None:
        """Count one reply that took `calls` requests."""
        if calls:
            self.calls += int(calls)
            self.seconds += seconds
            self.prompt += int(usage["prompt"])
            self.completion += int(usage["completion"])
            self.reasoning += int(usage["reasoning"])
            self.cached += int(usage["cached"])


class Taken(NamedTuple):
    """What the replies that a trial is made of take: one that another trial had before it counts here too.

    So a condition's cost is what it would cost alone. Requests that were sent again are not counted twice, and what
    people said costs nothing.
    """

    calls: int = 0
    tokens: int = 0
    """Of prompts and replies, as the endpoints counted them."""


@dataclass
class Scan:
    """Everything known of a log without holding its messages in memory."""

    steps: dict[Key, tuple[tuple[str, int, int], ...]] = field(default_factory=dict)
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
    taken: dict[str, Taken] = field(default_factory=dict)
    """What each trial takes, by its name."""
    noted: int = 0
    """Replies that carry a note, such as that the endpoint may have truncated the prompt."""
    reused: dict[str, int] = field(default_factory=dict)
    """Replies that were taken from other runs, by the run's id."""
    driven: float = 0.0
    """Seconds that processes drove the run until now, to the second; a process that was killed, to its last line."""
    _began: str | None = None
    _last: str | None = None

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
        at = record.get("at")
        match record["kind"]:
            case "step":
                # Of the names, which come back in every line, one copy is kept.
                key = Key(intern(record["trial"]), intern(record["seat"]), record["turn"], record["attempt"])
                try:
                    self.add_step(key, record["digest"], len(line))
                    self.add_spent(record["request"]["model"], record["tries"], record["reply"], record["seconds"])
                    self.add_taken(key.trial, record["request"]["model"], record["reply"]["usage"])
                    self.add_reused(record.get("reused"))
                except (KeyError, TypeError, ValueError, AttributeError):
                    raise LogDamaged(f"{where} has no whole reply; the log was changed or damaged there") from None
            case "trial":
                self.add_end(record["trial"], record["status"], len(line))
            case "chain":
                self.add_chain(record["set"], record["chain"], len(line))
            case _:
                self.add_note(record, len(line))
        if isinstance(at, str):
            self.heard(at)

    def add_step(self, key: Key, digest: str, size: int) -> None:
        """Note a step whose line of `size` bytes stands at the end of what was scanned so far."""
        self.steps[key] = (*self.steps.get(key, ()), (digest, self.length, size))
        self.length += size

    def add_note(self, note: Mapping[str, Any], size: int) -> None:
        """Count what a note says, whose line of `size` bytes stands at the end of what was scanned so far."""
        match note.get("note"):
            case "began":
                self.driven += self._open_seconds()
                self._began = note.get("at")
            case "unanswered":
                spent = self.spent.setdefault(str(note.get("model")), Spent())
                spent.calls += int(note.get("calls", 0))
                spent.unanswered += int(note.get("calls", 0))
        self.length += size

    def heard(self, at: str) -> None:
        """Note when the last line was written."""
        self._last = at

    def _open_seconds(self) -> float:
        """Return how long the last process that drove the run did so."""
        try:
            began, last = (datetime.fromisoformat(str(at)) for at in (self._began, self._last))
        except ValueError:
            return 0.0
        return max(0.0, (last - began).total_seconds())

    @property
    def seconds(self) -> float:
        """How long the run was driven, by all processes together."""
        return self.driven + self._open_seconds()

    def add_spent(self, model: str, calls: int, reply: Mapping[str, Any], seconds: float) -> None:
        """Count what a reply took, given as it stands in the log."""
        self.spent.setdefault(model, Spent()).add(calls, reply["usage"], seconds)
        self.noted += bool(reply["notes"])

    def add_taken(self, trial: str, model: str, usage: Mapping[str, int]) -> None:
        """Count a reply among those of its trial, given its usage as it stands in the log."""
        if model != "person":
            calls, tokens = self.taken.get(trial, (0, 0))
            self.taken[trial] = Taken(calls + 1, tokens + int(usage["prompt"]) + int(usage["completion"]))

    def add_reused(self, run: str | None) -> None:
        """Count a reply that was taken from another run, if it was."""
        if run is not None:
            self.reused[run] = self.reused.get(run, 0) + 1

    def add_end(self, trial: str, status: Status, size: int) -> None:
        """Note a trial's end whose line of `size` bytes stands at the end of what was scanned so far."""
        self.ends[trial] = (status, self.length, size)
        self.length += size

    def add_chain(self, of: str, name: str, size: int) -> None:
        """Note a chain of the set `of` whose line of `size` bytes stands at the end of what was scanned so far."""
        self.chains[of, name] = (self.length, size)
        self.length += size


_STATUSES = frozenset(get_args(Status))
_NEEDED: dict[str, tuple[tuple[str, type], ...]] = {
    "step": (
        ("trial", str),
        ("seat", str),
        ("turn", int),
        ("attempt", int),
        ("digest", str),
    ),
    "trial": (
        ("trial", str),
        ("status", str),
    ),
    "chain": (
        ("set", str),
        ("chain", str),
        ("digest", str),
    ),
    "note": (),
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
    wrong = [name for name, type_ in _NEEDED[kind] if not isinstance(record.get(name), type_)]
    if kind == "trial" and not wrong and record["status"] not in _STATUSES:
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
    file, run = path.name, path.parent.name
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    found.cut = len(line)
                    break
                found.add(line, f"{file} line {number} of {run}")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise LogDamaged(f"can't read {path}: {error.strerror}") from None
    return found
