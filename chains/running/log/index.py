"""The index of a run's log: where each step and end is, what was spent, how long it took. It holds no messages."""

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
"""Words for what a log holds, by the keys of `held`."""
AT_ONCE = 2**18
"""Bytes per read when a whole log is read."""


@dataclass
class Spent:
    """What the logged replies of one model cost; shared replies and people's answers cost nothing."""

    calls: int = 0
    """Requests sent, re-asked ones included."""
    prompt: int = 0
    completion: int = 0
    reasoning: int = 0
    cached: int = 0
    """Tokens; see `models.provider.Usage`."""
    written: int = 0
    cost: float = 0.0
    """What endpoints say they charged."""
    largest_prompt: int = 0
    largest_completion: int = 0
    """Tokens of the largest prompt and reply; limits use them to bound what a call can cost."""
    seconds: float = 0.0
    """Sum of the seconds from sending to reply, over answered attempts."""
    unanswered: int = 0
    """Requests among `calls` that brought no reply; their tokens are not known."""

    unknown_tokens: int = 0
    """What answers that never came whole took, at most; limits count it, sums that are shown don't."""
    unknown_cost: float = 0.0

    @property
    def usage(self) -> Usage:
        """The tokens alone."""
        return Usage(self.prompt, self.completion, self.reasoning, self.cached, self.written, self.cost)

    def take(self, usage: Usage) -> None:
        """Count what an answer took."""
        self.prompt += usage.prompt
        self.completion += usage.completion
        self.reasoning += usage.reasoning
        self.cached += usage.cached
        self.written += usage.written
        self.cost += usage.cost

    def add(self, calls: int, usage: Usage, seconds: float) -> None:
        """Count one reply that took `calls` requests."""
        if calls:
            self.calls += calls
            self.seconds += seconds
            self.take(usage)
            self.largest_prompt = max(self.largest_prompt, usage.prompt)
            self.largest_completion = max(self.largest_completion, usage.completion)


class Taken(NamedTuple):
    """What the replies of one trial cost, including replies that another trial was sent first.

    So a condition's cost is what it would cost alone. A request that was sent again counts once; people's answers cost
    nothing.
    """

    calls: int = 0
    tokens: int = 0
    """Tokens of prompts and replies, as the endpoints counted them."""


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
    """What is wrong with each unreadable line. Such lines are skipped, so their trials lack those messages."""
    cut: int = 0
    """Bytes of a line that a crash cut off."""
    before: Mapping[str, int] = field(default_factory=dict)
    """`held` when the run last stopped, as run.json says."""
    spent: dict[str, Spent] = field(default_factory=dict)
    """What was spent on each model, by its name in requests."""
    noted: int = 0
    """Replies that carry a note, such as that the endpoint may have truncated the prompt."""
    reused: dict[str, int] = field(default_factory=dict)
    """Replies that were taken from other runs, by the run's id."""
    forgotten: set[str] = field(default_factory=set)
    """Trials from which a person's text was taken out; they can't be driven again."""
    driven: float = 0.0
    """Seconds that processes drove the run so far; for a process that was killed, until its last line."""
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

    @property
    def answered(self) -> bool:
        """Whether a reply was given to this run, and not only taken from other runs."""
        return len(self.places) > sum(self.reused.values())

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
        """What is missing since the run last stopped, in words; None if nothing is, or only a cut-off last line."""
        now, before = self.held, self.before
        gone = {what: before[what] - count for what, count in now.items() if before.get(what, 0) > count}
        if sum(gone.values()) <= bool(self.cut):
            return None
        left = " and ".join(f"{now[what]} of the {before[what]} {_NAMES[what]}" for what in gone)
        return f"holds {left} that it held when the run last stopped"

    @property
    def notice(self) -> str | None:
        """What to tell the user about the log, if anything."""
        damaged = None
        if self.damaged:
            more = f" and {len(self.damaged) - 1} more" if len(self.damaged) > 1 else ""
            damaged = f"{self.damaged[0]}{more}, and is passed over: its trial lacks what it said"
        cut = f"the last line of the log was cut off ({self.cut} bytes) and is ignored" if self.cut else None
        missing = f"the log {self.missing}" if self.missing else None
        return "; ".join(filter(None, (damaged, cut, missing))) or None

    def add(self, line: bytes, file: str, number: int, run: str) -> None:
        """Index the next line of the log; see `line_index_schema.read_line`."""
        read = read_line(line, file, number, run)
        match read:
            case StepLine() if self._doubled(read):
                self.length += len(line)
            case StepLine():
                if read.forgotten is not None:
                    self.forgotten.add(read.trial)
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
        """Return whether a line that was moved repeats an earlier line; such a reply was paid for once."""
        if step.n in (None, self.lines + 1):
            return False
        key = Key(step.trial, step.seat, step.turn, step.attempt)
        return any(place.digest == packed(step.digest) for place in self.places.of(key))

    def pass_over(self, line: bytes, why: str) -> None:
        """Skip the next line of the log, which can't be read."""
        self.damaged.append(why)
        self.lines += 1
        self.length += len(line)

    def add_step(self, step: StepLine | Step, size: int) -> None:
        """Index a step, whose line of `size` bytes is the next in the log.

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
        """Count a note, whose line of `size` bytes is the next in the log."""
        match note.note:
            case "began":
                self.driven += self._open_seconds()
                self._began = note.at
            case "unanswered" | "lost":
                spent = self.spent.setdefault(str(note.model), Spent())
                spent.calls += note.calls
                spent.unanswered += note.calls
                if note.usage is not None:
                    spent.take(whole(note.usage))
                spent.unknown_tokens += max(0, note.tokens or 0)
                spent.unknown_cost += max(0.0, note.cost or 0.0)
        self.length += size

    def heard(self, at: str) -> None:
        """Remember when the last line was written."""
        self._last = at

    def _open_seconds(self) -> float:
        """Return how long the last process has driven the run."""
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
        """Index a trial's end, whose line of `size` bytes is the next in the log."""
        self.places.end(trial, status, self.length, size)
        self.length += size

    def add_chain(self, of: str, name: str, size: int) -> None:
        """Index a chain of the set `of`, whose line of `size` bytes is the next in the log."""
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
        raise LogDamaged(found.damaged[0])  # not a log at all
    return found
