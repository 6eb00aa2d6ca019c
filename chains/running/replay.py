"""Replay: drive a run again from its log alone, without calling a model, and compare everything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from chains.errors import LogDamaged, MazedomError, ReplyMissing
from chains.models.provider import Reply, Request
from chains.organisation.hierarchy import Seat
from chains.organisation.turn_key import Key
from chains.running.log.log import Log
from chains.running.log.records import RoundEnd, Step, TrialEnd
from chains.running.receipt import Receipt, receipt_of
from chains.running.reply_source import Asked, ReplySource, Watcher
from chains.running.run_record import Casts, RunRecord
from chains.running.trial import in_turn, run_trial
from chains.scoring.facts.reader import Reader
from chains.scoring.reading import Outcome, Reading

MOST_ENDS = 12
"""How many trials' ends are kept for showing; a long run's would fill the memory."""


class Difference(NamedTuple):
    """One place where the log differs from what the run computes."""

    trial: str
    seat: str | None
    what: str

    def __str__(self) -> str:
        """Say where and what in one line."""
        return f"{self.trial}{', seat ' + self.seat if self.seat else ''}: {self.what}"


@dataclass
class Replay:
    """The result of a replay."""

    trials: int = 0
    steps: int = 0
    ended: int = 0
    """Trials whose end is in the log."""
    # repr=False: asyncio builds the repr of a finished task's result, which would grow with the run.
    ends: list[TrialEnd] = field(default_factory=list, repr=False)
    """The ends of the first `MOST_ENDS` trials: as read now if verified or never read, else as logged."""
    differences: list[Difference] = field(default_factory=list, repr=False)
    unread: int = 0
    """Trials whose fates were not compared: logged by another version of the instrument, or not logged."""
    forgotten: int = 0
    """Trials with texts that people asked to be forgotten: their requests can't be built again, and their digests
    stand."""
    unfinished: int = 0
    """Trials of the experiment whose end is not in the log."""
    receipt: Receipt | None = field(default=None, repr=False)
    """Digests of the run's files, if they were verified."""

    def keep(self, end: TrialEnd) -> None:
        """Count how a trial ended, and keep what is shown of it."""
        self.ended += 1
        if len(self.ends) < MOST_ENDS:
            self.ends.append(end)

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


class _Counter(Watcher):
    """Counts the steps that a replay passes through."""

    def __init__(self) -> None:
        self.steps = 0

    def said(self, trial: str, seat: Seat, reply: Reply, *, live: bool) -> None:
        self.steps += 1


class _Comparing(ReplySource):
    """Compares each logged step's seat, level and senders with the run; the texts are compared elsewhere."""

    def __init__(self, log: Log, watcher: Watcher) -> None:
        super().__init__(log, None, watcher)
        self.differences: list[Difference] = []

    async def reply(
        self, key: Key, turn: Asked, model: str, heard: tuple[str, ...], request: Request, *, drafts: bool = False
    ) -> Reply | None:
        reply = await super().reply(key, turn, model, heard, request, drafts=drafts)
        step = self.log.find(key, request.digest)
        if step is not None and (step.heard, step.level, step.pass_) != (heard, turn.seat.level, turn.pass_):
            what = f"the log says that it heard {', '.join(step.heard) or 'nobody'} at level {step.level}"
            told = f"and the run has it hear {', '.join(heard) or 'nobody'} at level {turn.seat.level}"
            self.differences.append(Difference(key.trial, key.seat, f"{what}, {told}"))
        return reply


async def replay(record: RunRecord, log: Log, *, verify: bool = False) -> Replay:
    """Drive every trial that has a step in the log again, from the log alone.

    Args:
        record: The run.
        log: Its log.
        verify: Compare everything: each reply with its digest, each request with the one built anew, each fate
            with the one logged (if the instrument is the same).

    Returns:
        The result; differences are collected in it, not raised.
    """
    result = Replay()
    casts = Casts(record)
    watcher = _Counter()
    reply_source = _Comparing(log, watcher) if verify else ReplySource(log, None, watcher)
    started = set(log.index.places.trials)
    for trial in record.trials():
        name = str(trial)
        result.unfinished += log.index.status(name) != "finished"
        if name not in started:
            continue
        started.discard(name)
        result.trials += 1
        logged = log.end(name)
        finished = logged is not None and logged.status == "finished"
        if name in log.index.forgotten:
            result.forgotten += 1
            if logged is not None:
                result.keep(logged)
            continue
        try:
            cast = casts.cast(trial)
            as_read = logged.rounds if logged is not None and finished and _other_instrument(logged) else ()
            end = await run_trial(
                name, cast, in_turn(cast.plan), reply_source, read=verify or not finished, logged=as_read
            )
        except ReplyMissing as error:
            if finished:
                result.differences.append(Difference(name, None, str(error)))
            continue
        except MazedomError as error:
            result.differences.append(Difference(name, None, str(error).removeprefix(f"{name}, ")))
            continue
        _take_in(result, logged if finished else None, end, verify=verify)
    result.steps = watcher.steps
    if verify:
        result.differences += [Difference(name, None, "the run has no such trial") for name in sorted(started)]
        if isinstance(reply_source, _Comparing):
            result.differences += reply_source.differences
        result.receipt, changes = receipt_of(log.path.parent, log)
        result.receipt.extended = tuple(one.at for one in record.extended)
        result.differences += [Difference(*change) for change in changes]
        result.differences += _changed_steps(log)
        result.differences += _removed(record, log)
    return result


def _take_in(result: Replay, logged: TrialEnd | None, end: TrialEnd, *, verify: bool) -> None:
    """Take the end of a trial that was driven again into the result, beside the finished one that was logged."""
    if logged is None:
        result.keep(end)
        result.unread += verify
    elif not verify:
        result.keep(logged)
    else:
        result.keep(end)
        result.differences += _changed_readings(logged, end)
        result.differences += _changed_outcome(logged, end)
        result.unread += _other_instrument(logged)


def _other_instrument(logged: TrialEnd) -> bool:
    return logged.instrument != Reader.version


def _changed_steps(log: Log) -> Iterator[Difference]:
    """Find steps whose request or reply does not match its digest."""
    for at, line in log.step_lines():
        try:
            step = log.step_at(at, len(line))
        except LogDamaged as error:
            yield Difference("the log", None, str(error))
            continue
        if step.forgotten is not None:
            continue
        if step.reply.digest != step.reply_digest:
            yield Difference(step.trial, step.seat, f"the reply was changed after it was logged: {_quoted(step)}")
        if step.request.digest != step.digest:
            yield Difference(step.trial, step.seat, "the request was changed after it was logged")


def _removed(record: RunRecord, log: Log) -> Iterator[Difference]:
    """Find out whether the log holds less than when the run last stopped."""
    for what, before in record.held.items():
        if (now := log.index.held[what]) < before:
            name = "steps" if what == "steps" else "finished trials"
            yield Difference("the log", None, f"{before} {name} were logged and {now} are left; lines were removed")


def _quoted(step: Step) -> str:
    text = " ".join(step.reply.text.split())
    return f"{text[:60]!r}{'...' if len(text) > 60 else ''}"


def _changed_readings(logged: TrialEnd, read: TrialEnd) -> Iterator[Difference]:
    """Find messages whose fates are not those that were logged, if the instrument is the same."""
    if logged.instrument != read.instrument:
        return
    orders = (logged.down, read.down) if logged.clauses == read.clauses else ({}, {})
    for then, now in ((logged.readings, read.readings), orders, (_past(logged), _past(read))):
        for seat in sorted(set(then) | set(now)):
            before, after = then.get(seat), now.get(seat)
            if before is not None and after is not None and before.risk is None:
                after = after.model_copy(update={"risk": None})  # the log is from before this figure existed
            if before != after:
                yield Difference(
                    logged.trial, seat, f"the log has {_written(before)} and the instrument reads {_written(after)}"
                )
    if logged.unrated != read.unrated:
        yield Difference(logged.trial, None, f"the log has {logged.unrated} unrated and there are {read.unrated}")
    if [_of_round(one) for one in logged.rounds] != [_of_round(one) for one in read.rounds]:
        yield Difference(logged.trial, None, "who sat where in its rounds, or how reports were rated, is not as logged")
    for number, (past, new) in enumerate(zip(logged.rounds, read.rounds, strict=False), start=1):
        if past.outcome is not None and new.outcome is not None and past.outcome != new.outcome:
            yield Difference(logged.trial, None, f"what was decided in round {number} is not as logged")


def _of_round(end: RoundEnd) -> tuple[object, ...]:
    return end.staff, end.ratings, end.values


def _past(end: TrialEnd) -> dict[str, Reading]:
    """Return the other readings of a trial: of all that the executive read, and of each round."""
    found = {} if end.top is None else {"all at the top": end.top}
    for number, one in enumerate(end.rounds, start=1):
        found |= {f"{seat} in round {number}": reading for seat, reading in one.readings.items()}
        found |= {} if one.top is None else {f"all at the top in round {number}": one.top}
    return found


def _changed_outcome(logged: TrialEnd, read: TrialEnd) -> Iterator[Difference]:
    """Find an outcome that differs from the logged one, if the same versions read both."""
    if logged.instrument != read.instrument or logged.clauses != read.clauses:
        return
    if logged.deeds != read.deeds:
        yield Difference(logged.trial, None, f"the log has deeds {logged.deeds} and it reads {read.deeds}")
    then, now = logged.outcome, read.outcome
    if then == now:
        return
    if then is not None and now is not None and then.version != now.version:
        return
    names = [name for name in Outcome.model_fields if getattr(then, name, None) != getattr(now, name, None)]
    what = names[0]
    yield Difference(
        logged.trial, None,
        f"the log has {what} {getattr(then, what, None)!r} and it reads {getattr(now, what, None)!r}",
    )  # fmt: skip


def _written(reading: Reading | None) -> str:
    if reading is None:
        return "no reading"
    more = {name: getattr(reading, name) for name in ("status", "patterns", "grades", "calls")}
    said = "".join(f", {name} {value}" for name, value in more.items() if value is not None)
    return f"{reading.fates} (invented {reading.invented}, unfounded {reading.unfounded}, words {reading.words}{said})"
