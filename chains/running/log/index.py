"""The index of a run's log: where each step and end stands, what was spent, how long it took; no message in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from chains.errors import LineDamaged, LogDamaged
from chains.models.provider import Usage, whole
from chains.organisation.turn_key import Key
from chains.running.log.line_index_schema import ChainLine, EndLine, NoteLine, StepLine, read_line
from chains.running.log.records import Note, Status, Step
from chains.running.log.step_index import StepIndex, packed

_NAMES = {"steps": "replies", "finished": "finished trials"}
"""What a person calls what a log holds."""
AT_ONCE = 2**18
"""Bytes that are read at once where a log is read from its beginning to its end."""


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
    written: int = 0
    cost: float = 0.0
    """What endpoints say that they charged."""
    largest_prompt: int = 0
    largest_completion: int = 0
    """Tokens of the largest of each, from which limits know what a call can take."""
    seconds: float = 0.0
    """From sending to reply, of the attempts that were answered, added up."""
    unanswered: int = 0
    """Those of the requests that brought no reply, and whose tokens nobody knows."""

    @property
    def usage(self) -> Usage:
        """The tokens alone."""
        return Usage(self.prompt, self.completion, self.reasoning, self.cached, self.written, self.cost)

    def add(self, calls: int, usage: Usage, seconds: float) -> None:
        """Count one reply that took `calls` requests."""
        if calls:
            self.calls += calls
            self.seconds += seconds
            self.prompt += usage.prompt
            self.completion += usage.completion
            self.reasoning += usage.reasoning
            self.cached += usage.cached
            self.written += usage.written
            self.cost += usage.cost
            self.largest_prompt = max(self.largest_prompt, usage.prompt)
            self.largest_completion = max(self.largest_completion, usage.completion)


class Taken(NamedTuple):
    """What the replies that a trial is made of take: one that another trial had before it counts here too.

    So a condition's cost is what it would cost alone. Requests that were sent again are not counted twice, and what
    people said costs nothing.
    """

    calls: int = 0
    tokens: int = 0
    """Of prompts and replies, as the endpoints counted them."""


@dataclass
class LogIndex:
    """Everything known of a log without holding its messages in memory."""

    places: StepIndex = field(default_factory=StepIndex)
    """Where steps and ends are, by trial."""
    chains: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Others' chains: by set and name, offset and length of the line."""
    length: int = 0
    """Bytes up to and including the last whole line."""
    lines: int = 0
    """Whole lines."""
    damaged: list[str] = field(default_factory=list)
    """What is wrong with each line that can't be read: it is passed over, and its trial lacks what it said."""
    cut: int = 0
    """Bytes of a line that a crash cut off."""
    before: Mapping[str, int] = field(default_factory=dict)
    """What it held when the run last stopped, as run.json says; see `held`."""
    spent: dict[str, Spent] = field(default_factory=dict)
    """What was spent on each model, by the name that its requests have."""
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
        finished = sum(held.status == "finished" for held in self.places.trials.values())
        return {"steps": len(self.places), "finished": finished}

    @property
    def started(self) -> set[str]:
        """The trials that have a step in the log."""
        return {trial for trial, held in self.places.trials.items() if held.steps}

    def status(self, trial: str) -> Status | None:
        """Return how a trial last ended; None if it has not."""
        held = self.places.trials.get(trial)
        return None if held is None else held.status

    def taken(self, trial: str) -> Taken:
        """Return what a trial takes."""
        held = self.places.trials.get(trial)
        return Taken() if held is None else Taken(held.calls, held.tokens)

    @property
    def missing(self) -> str | None:
        """How much it holds of what it held, if that is less, and by more than the one line that was cut off."""
        now, before = self.held, self.before
        gone = {what: before[what] - count for what, count in now.items() if before.get(what, 0) > count}
        if sum(gone.values()) <= bool(self.cut):
            return None
        left = " and ".join(f"{now[what]} of the {before[what]} {_NAMES[what]}" for what in gone)
        return f"holds {left} that it held when the run last stopped"

    @property
    def notice(self) -> str | None:
        """What a person should be told about the log, if anything."""
        damaged = None
        if self.damaged:
            more = f" and {len(self.damaged) - 1} more" if len(self.damaged) > 1 else ""
            damaged = f"{self.damaged[0]}{more}, and is passed over: its trial lacks what it said"
        cut = f"the last line of the log was cut off ({self.cut} bytes) and is ignored" if self.cut else None
        missing = f"the log {self.missing}" if self.missing else None
        return "; ".join(filter(None, (damaged, cut, missing))) or None

    def add(self, line: bytes, file: str, number: int, run: str) -> None:
        """Note one line that stands at the end of what was scanned so far; see `lines.read_line`."""
        read = read_line(line, file, number, run)
        match read:
            case StepLine() if self._doubled(read):
                self.length += len(line)
            case StepLine():
                try:
                    self.add_step(read, len(line))
                except ValueError:
                    raise LineDamaged(
                        f"{file} line {number} of {run} has a turn or attempt out of range; the log was changed or "
                        "damaged there"
                    ) from None
            case EndLine():
                self.add_end(read.trial, read.status, len(line))
            case ChainLine():
                self.add_chain(read.set, read.chain, len(line))
            case NoteLine():
                self.add_note(read, len(line))
        self.lines += 1
        if read.at is not None:
            self.heard(read.at)

    def _doubled(self, step: StepLine) -> bool:
        """Return whether a line that does not stand where it was logged repeats one before it: it was paid for once."""
        if step.n in (None, self.lines + 1):
            return False
        key = Key(step.trial, step.seat, step.turn, step.attempt)
        return any(place.digest == packed(step.digest) for place in self.places.of(key))

    def pass_over(self, line: bytes, why: str) -> None:
        """Note a line that can't be read and stands at the end of what was scanned so far."""
        self.damaged.append(why)
        self.lines += 1
        self.length += len(line)

    def add_step(self, step: StepLine | Step, size: int) -> None:
        """Note a step whose line of `size` bytes stands at the end of what was scanned so far.

        Raises:
            ValueError: If its turn or attempt is out of range.
        """
        held = self.places.add(step, self.length, size)
        self.length += size
        model, reply = step.request.model, step.reply
        usage = whole(reply.usage)
        spent = self.spent.get(model)
        if spent is None:
            spent = self.spent[model] = Spent()
        spent.add(step.tries, usage, step.seconds)
        if reply.notes:
            self.noted += 1
        if model != "person":
            held.calls += 1
            held.tokens += usage.prompt + usage.completion
        if step.reused is not None:
            self.reused[step.reused] = self.reused.get(step.reused, 0) + 1

    def add_note(self, note: NoteLine | Note, size: int) -> None:
        """Count what a note says, whose line of `size` bytes stands at the end of what was scanned so far."""
        match note.note:
            case "began":
                self.driven += self._open_seconds()
                self._began = note.at
            case "unanswered":
                spent = self.spent.setdefault(str(note.model), Spent())
                spent.calls += note.calls
                spent.unanswered += note.calls
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

    def add_end(self, trial: str, status: Status, size: int) -> None:
        """Note a trial's end whose line of `size` bytes stands at the end of what was scanned so far."""
        self.places.end(trial, status, self.length, size)
        self.length += size

    def add_chain(self, of: str, name: str, size: int) -> None:
        """Note a chain of the set `of` whose line of `size` bytes stands at the end of what was scanned so far."""
        self.chains[of, name] = (self.length, size)
        self.length += size


def read_index(path: Path) -> LogIndex:
    """Index a log file; a missing one is an empty log.

    Raises:
        LogDamaged: If a whole line is no record.
    """
    found = LogIndex()
    file, run = path.name, path.parent.name
    try:
        with path.open("rb", buffering=AT_ONCE) as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    found.cut = len(line)
                    break
                try:
                    found.add(line, file, number, run)
                except LineDamaged as error:
                    found.pass_over(line, str(error))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise LogDamaged(f"can't read {path}: {error.strerror}") from None
    if found.damaged and len(found.damaged) == found.lines:
        raise LogDamaged(found.damaged[0])  # it is no log at all
    return found
