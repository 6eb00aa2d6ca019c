"""The runner: drives the trials of a run that have no finished end, several at a time, and logs how each ends."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chains.errors import Hopeless, MazedomError, NotThere, OverLimit, ProviderError, ReplyMissing, Stopped
from chains.experiments.experiment import TrialId
from chains.models.budget import Budget
from chains.models.provider import Provider
from chains.organisation.cast import Climb
from chains.organisation.plan import Plan
from chains.running.langgraph_wiring import climber, wire
from chains.running.log.log import Log
from chains.running.log.records import Note, Status, TrialEnd, now
from chains.running.reply_source import Desk, OtherReplies, Question, ReplySource, Watcher
from chains.running.run_record import Casts, RunRecord
from chains.running.trial import Reads, in_turn, run_trial


@dataclass
class Progress:
    """The result of driving a run's trials."""

    # repr=False: asyncio builds the repr of a finished task's result, which would grow with the run.
    ends: dict[str, Status] = field(default_factory=dict, repr=False)
    """How each trial driven this time ended; its readings are in the log."""
    questions: list[Question] = field(default_factory=list, repr=False)
    """Requests that people have not answered yet."""
    stopped: MazedomError | None = None
    """Why the run stopped before its end, if it did: a limit, or the user's wish."""


async def drive(
    record: RunRecord,
    log: Log,
    providers: Mapping[str, Provider] | None,
    *,
    budget: Budget | None = None,
    before_again: Callable[[], None] | None = None,
    watcher: Watcher | None = None,
    most_at_once: int = 8,
    only: set[str] | None = None,
    redo: Collection[str] = (),
    others: OtherReplies | None = None,
    desk: Desk | None = None,
    elsewhere: Reads | None = None,
    trace: bool = False,
) -> Progress:
    """Drive the run's trials that are not finished, and log how each ends.

    A trial whose endpoint gave no reply is driven again when all others are done, unless asking again can't help.

    Args:
        record: The run.
        log: Its log, open to write.
        providers: Who answers, by model name.
        budget: The budget of the providers; it is closed when the run can't go on, so that nothing more is sent.
        before_again: Called before failed trials are driven again.
        watcher: Told what happens.
        most_at_once: Trials under way at the same time.
        only: Drive these trials alone.
        redo: Finished trials to drive again, because replies of theirs are missing.
        others: Replies of other runs, which are taken before a model is asked.
        desk: Brings people's answers; without one, the seats where a person sits wait.
        elsewhere: Scores finished trials in place of this process.
        trace: Let LangSmith trace, if the environment asks for it.

    Returns:
        The result. A trial that failed twice ends as failed, and the others go on; a limit or a closed budget stops all
        trials where they are, and they can be resumed from there.

    Raises:
        MazedomError: If the whole run can't go on: the log can't be written, or a request differs from the logged
            one.
    """
    budget = budget or Budget()
    reply_source = ReplySource(log, providers, watcher, ambiguous(record), others, desk)
    driver = Driver(Casts(record), reply_source, budget, Climbs(trace=trace), most_at_once, elsewhere)
    todo = [trial for trial in unfinished(record, log, redo) if only is None or str(trial) in only]
    if todo:  # a run that is finished stays as it is
        log.append(Note(note="began", at=now()))
    try:
        with deadline(budget):
            await driver.all_of(todo)
            if before_again is not None and driver.failed:
                before_again()
            await driver.failed_again()
    except asyncio.CancelledError:
        reply_source.abandon()
        raise
    except MazedomError as error:
        budget.close(error)  # otherwise waiting requests would still be sent, and paid for
        raise
    finally:
        await reply_source.settle()
    driver.progress.questions = reply_source.questions
    return driver.progress


def unfinished(record: RunRecord, log: Log, redo: Collection[str] = ()) -> list[TrialId]:
    """Return the trials that are to be driven: those that are not finished, and those of `redo`."""
    return [
        trial
        for trial in record.trials()
        if (log.index.status(str(trial)) != "finished" or str(trial) in redo) and str(trial) not in log.index.forgotten
    ]


async def incomplete(record: RunRecord, log: Log) -> set[str]:
    """Return the finished trials some of whose replies are missing from the log."""
    casts, reply_source, found = Casts(record), ReplySource(log, None), set[str]()
    for trial in record.trials():
        if log.index.status(str(trial)) == "finished":
            cast = casts.cast(trial)
            try:
                await run_trial(str(trial), cast, in_turn(cast.plan), reply_source, read=False)
            except ReplyMissing:
                found.add(str(trial))
    return found


class Driver:
    """Drives trials, several at a time, and knows which of them failed once."""

    def __init__(
        self,
        casts: Casts,
        reply_source: ReplySource,
        budget: Budget,
        climbs: "Climbs",
        most_at_once: int,
        elsewhere: Reads | None = None,
    ) -> None:
        self._casts, self._budget, self._climbs, self._most_at_once = casts, budget, climbs, most_at_once
        self.reply_source, self._elsewhere = reply_source, elsewhere
        self.progress = Progress()
        self.failed: dict[TrialId, ProviderError] = {}

    async def all_of(self, trials: Iterable[TrialId], *, again: bool = False) -> None:
        """Drive trials to their ends, unless the run stops; with `again`, a failure is final."""
        todo = iter(trials)

        async def worker() -> None:
            for trial in todo:
                # Check here too: trials whose replies are all logged or reused never meet the closed budget.
                self.progress.stopped = self.progress.stopped or self._budget.why
                if self.progress.stopped is not None:
                    return
                await self.one(trial, again=again)

        await together(worker, self._most_at_once)

    async def failed_again(self) -> None:
        """Drive the failed trials again, if the run has not stopped, and log the failures that remain."""
        failed = dict(self.failed)
        if self.progress.stopped is None:
            await self.all_of(failed, again=True)
        for trial, error in failed.items():
            if str(trial) not in self.progress.ends:
                self._ended(failed_end(trial, error))

    async def one(self, trial: TrialId, *, again: bool) -> None:
        """Drive one trial; `progress` and `failed` say what became of it.

        Args:
            trial: The trial.
            again: It failed before, and if it fails now, that is its end.

        Raises:
            MazedomError: If the whole run can't go on.
        """
        cast = self._casts.cast(trial)
        try:
            climb = self._climbs.of(cast.plan)
            self._ended(await run_trial(str(trial), cast, climb, self.reply_source, elsewhere=self._elsewhere))
        except (OverLimit, Stopped) as error:
            self.progress.stopped = error
        except NotThere as error:
            if not self.reply_source.log.index.answered:
                raise  # no model has replied at all: an address is wrong
            self._ended(failed_end(trial, error))
        except ProviderError as error:
            if again or isinstance(error, Hopeless):
                self._ended(failed_end(trial, error))
            else:
                self.failed[trial] = error
                self.reply_source.watcher.postponed(str(trial), str(error))

    def _ended(self, end: TrialEnd) -> None:
        self.reply_source.log.append(end)
        self.progress.ends[end.trial] = end.status
        self.reply_source.watcher.ended(end)


def ambiguous(record: RunRecord) -> set[str]:
    """Return the names in requests that several models of the run share; such models' replies are not shared."""
    labels = Counter(source.label for source in record.models.values())
    return {label for label, count in labels.items() if count > 1}


@contextlib.contextmanager
def deadline(budget: Budget) -> Iterator[None]:
    """Close the budget when its time is over, even if all trials are waiting."""
    left = budget.seconds_left
    timer = None if left is None else asyncio.get_running_loop().call_later(max(0.0, left), budget.out_of_time)
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()


def failed_end(trial: TrialId, error: ProviderError) -> TrialEnd:
    """Return the end of a trial whose endpoint gave no reply."""
    return TrialEnd(trial=str(trial), status="failed", error=str(error), at=now())


async def together(worker: Callable[[], Coroutine[Any, Any, None]], count: int) -> None:
    """Run `count` workers until all are done, or one fails for good.

    What is raised under `except*` comes out wrapped in a group again from Python 3.11.2, Debian's.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(worker())
    except ExceptionGroup as errors:
        ours, others = errors.split(MazedomError)
        if ours is None or others is not None:
            raise
        raise ours.exceptions[0] from None


class Climbs:
    """Compiles the graph of each plan once, for all trials and conditions that share it."""

    def __init__(self, *, trace: bool) -> None:
        self._trace = trace
        self._made: dict[int, tuple[Plan, Climb]] = {}

    def of(self, plan: Plan) -> Climb:
        """Return the way to take a plan's turns."""
        if id(plan) not in self._made:
            self._made[id(plan)] = plan, climber(wire(plan), plan, trace=self._trace)
        return self._made[id(plan)][1]
