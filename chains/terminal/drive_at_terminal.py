"""What `run` and `resume` share: drive a run at the terminal, ask people, print what came of it."""

import asyncio
import contextlib
import os
import shlex
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from chains.analysis.added_measures import added_rows
from chains.analysis.results.run_results import Results, results
from chains.errors import BadInput, MazedomError, OverLimit
from chains.models.budget import Budget
from chains.models.pool import Models
from chains.running.cluster.drive import OnCluster, drive_on
from chains.running.cluster.on_ray import connected
from chains.running.cluster.shard_log import Joined
from chains.running.gc_tuning import kept
from chains.running.log.log import Log
from chains.running.people.desk import Desk
from chains.running.people.worklist import Worklist
from chains.running.reader_pool import fitting, readers
from chains.running.recorded_finding import record_finding
from chains.running.reply_source import OtherReplies, Watcher
from chains.running.reuse import EarlierReplies, earlier
from chains.running.run_record import Casts, RunRecord
from chains.running.runner import Progress, drive, incomplete
from chains.running.spending import budget_of, check_limits, most_at_once, note_what_came, unbounded
from chains.running.token_estimate import longest_prompt
from chains.running.trial import Reads
from chains.terminal.answering import Asks, Lines, work_through
from chains.terminal.views.events import Events, Several
from chains.terminal.views.item import waiting_lines
from chains.terminal.views.live import LiveView
from chains.terminal.views.output import counted, print_json, progress, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.run_tables import finding, results_view


def drive_run(
    record: RunRecord,
    folder: Path,
    *,
    as_json: bool,
    events: str | None = None,
    others: OtherReplies | None = None,
    again: bool = False,
    who: str | None = None,
    wait: bool = False,
    where: OnCluster | None = None,
) -> int:
    """Drive a run's unfinished trials, show them, print the results; return the exit status.

    Args:
        record: The run.
        folder: Where it is.
        as_json: Print one JSON document.
        events: Where to write a line of JSON for everything that happens, if anywhere.
        others: Replies of earlier runs, to be taken in place of calls.
        again: Ask again for what was logged and is gone.
        who: The name of the person at the terminal, if they gave one.
        wait: Stay while trials wait for people, and go on whenever one answers.
        where: Drive it on a cluster.
    """
    began = time.monotonic()
    worklist = Worklist(folder, record.experiment.people)
    found, added, stopped = driven(record, folder, events, others, again=again, who=who, wait=wait, where=where)
    seconds = time.monotonic() - began
    if as_json:
        document = found.document() | {"path": str(folder), "seconds": round(seconds, 3)}
        document |= {"added_measures": added} if added else {}
        document |= {"waiting_for": [one._asdict() for one in worklist.waiting()]} if found.waiting else {}
        print_json(document | ({"stopped": stopped} if stopped else {}))
    else:
        _print(found, added, folder, worklist, stopped, seconds)
    if stopped:
        return 130 if stopped == INTERRUPTED else 1
    return 1 if found.failed else WAITING if found.waiting else 0


def driven(
    record: RunRecord,
    folder: Path,
    events: str | None = None,
    others: OtherReplies | None = None,
    *,
    again: bool = False,
    who: str | None = None,
    wait: bool = False,
    where: OnCluster | None = None,
) -> tuple[Results, list[dict[str, Any]], str | None]:
    """Drive a run's unfinished trials without printing what came of it; arguments as for `drive_run`.

    Returns:
        The results; the rows of the measures that plugins add; why it stopped early, if it did.
    """
    worklist = Worklist(folder, record.experiment.people)
    check_limits(record)
    count = fitting(record) if where is None else 0
    with readers(record, count) as elsewhere, Log(folder, write=True, held=record.held, again=again) as log:
        if left := Joined(log).left_over(folder):
            say(f"note: {counted(left, 'log')} that workers of a cluster left beside the run's log joined to it")
        if log.index.notice:
            say(f"note: {log.index.notice}")
        if (warning := unbounded(record)) is not None:
            say(f"note: {warning}")
        try:
            with contextlib.ExitStack() as stack:
                told = [] if events is None else [stack.enter_context(Events(record, log, Path(events)))]
                sitting = _Sitting(Desk(record, worklist), worklist.at_the_terminal(who), wait=wait)
                if where is None:
                    driving = _drive(record, folder, log, sitting, told, others, elsewhere, again=again)
                else:
                    processors = stack.enter_context(connected(where.on))
                    driving = _drive_on(where, processors, record, folder, log, sitting, told)
                stopped = asyncio.run(driving)
        except asyncio.CancelledError:
            stopped = INTERRUPTED
        found, added = results(record, log), _added(record, log)
    record_finding(folder, finding(found), found.cost)
    return found, added, stopped


INTERRUPTED = "interrupted"
WAITING = 3
"""The exit status of a run that waits for people."""
LOOK_EVERY = 1.0
"""Seconds between two looks at the worklist while a run stays to wait."""
TO_UNDO = 5.0
"""Seconds in which an answer can be undone while a run stays to wait for it."""
GRACE = 8.0
"""Seconds that calls in flight have after SIGTERM; containers are killed after ten."""
TRACE = os.environ.get("MAZEDOM_TRACE") == "1"
"""Whether LangSmith may trace runs: asked for here, and not by the variables that other programs set."""


class _Sitting(NamedTuple):
    """The people of a run, as this process meets them."""

    desk: Desk
    who: str | None
    """The person at the terminal; None: nobody is asked there."""
    wait: bool

    async def goes_on(self, view: LiveView, driven: set[str]) -> set[str]:
        """Let people answer; return the trials that can go on, none if nobody is to be waited for any longer.

        Args:
            view: Leaves the terminal to them.
            driven: Trials that were driven just now; if one of them could go on, it would have.
        """
        worklist = self.desk.worklist
        if self.who is not None and attended() and any(one.state != "answered" for one in worklist.inbox(self.who)):
            with view.paused():
                work_through(worklist, self.who, at_hand())
            if ready := worklist.ready():
                return ready
        while self.wait and worklist.anything():
            if ready := worklist.ready(TO_UNDO) - driven:
                return ready
            await asyncio.sleep(LOOK_EVERY)
            driven = set()
        return worklist.ready() - driven


async def _drive(
    record: RunRecord,
    folder: Path,
    log: Log,
    sitting: _Sitting,
    told: Sequence[Watcher] = (),
    others: OtherReplies | None = None,
    elsewhere: Reads | None = None,
    *,
    again: bool = False,
) -> str | None:
    """Drive and ask until nothing is left to do here; return why it stopped early, if it did."""
    opened = Models(
        record.experiment.models,
        reproducible=record.experiment.reproducible,
        budget=budget_of(record, log),
        longest_prompt=longest_prompt(record),
        waiting=told_once(),
    )
    async with opened as models:
        with kept():
            providers = {name: models.provider(name) for name in record.models}
        with LiveView(record, log, progress) as view:
            redo = await incomplete(record, log) if again else set[str]()

            async def once(only: set[str] | None) -> Progress:
                with interrupts(models.budget):
                    done = await drive(
                        record,
                        log,
                        providers,
                        budget=models.budget,
                        before_again=models.hope,
                        watcher=Several(view, *told) if told else view,
                        most_at_once=most_at_once(record),
                        only=only,
                        redo=redo,
                        others=others,
                        desk=sitting.desk,
                        elsewhere=elsewhere,
                        trace=TRACE,
                    )
                sitting.desk.tidy(done.ends)
                return done

            stopped = await _in_rounds(once, sitting, view)
        found = record.model_copy(update={"served": {**record.served, **models.describe()}})
        for note in note_what_came(found, folder, log):
            say(f"note: {note}")
    return stopped


async def _drive_on(
    where: OnCluster,
    processors: int,
    record: RunRecord,
    folder: Path,
    log: Log,
    sitting: _Sitting,
    told: Sequence[Watcher],
) -> str | None:
    """Drive on a cluster and ask until nothing is left to do here; return why it stopped early, if it did.

    Workers end while people are asked, so that nothing of the cluster is held for them.
    """
    served: dict[str, Any] = dict(record.served)
    with LiveView(record, log, progress) as view:
        watcher = Several(view, *told) if told else view

        async def once(only: set[str] | None) -> Progress:
            budget = budget_of(record, log)  # workers have spent of it in the round before
            with interrupts(budget):
                done, found = await drive_on(where, processors, record, log, folder, budget, watcher, only)
            served.update(found)
            return done

        stopped = await _in_rounds(once, sitting, view)
    for note in note_what_came(record.model_copy(update={"served": served}), folder, log):
        say(f"note: {note}")
    return stopped


async def _in_rounds(
    once: Callable[[set[str] | None], Awaitable[Progress]], sitting: _Sitting, view: LiveView
) -> str | None:
    """Drive, let people answer, and drive on what has an answer, until nothing is left to do here.

    Args:
        once: Drives the trials named, or all that are not finished.
        sitting: The people.
        view: Leaves the terminal to them.

    Returns:
        Why it stopped early, if it did.
    """
    only: set[str] | None = None
    while True:
        done = await once(only)
        if done.stopped is not None or not sitting.desk.worklist.anything():
            return _why(done.stopped)
        try:
            only = await sitting.goes_on(view, set(done.ends))
        except (KeyboardInterrupt, asyncio.CancelledError):
            say("what you have sent is kept, and so is the draft that you were writing")
            return INTERRUPTED
        if not only:
            return None


def _why(stopped: MazedomError | None) -> str | None:
    """Return why a run stopped early, in words."""
    if stopped is None:
        return None
    return str(stopped) if isinstance(stopped, OverLimit) else INTERRUPTED


def reused(record: RunRecord, words: Sequence[str]) -> tuple[RunRecord, EarlierReplies | None]:
    """Find the earlier replies that a run may take; return its record with the runs that they are of.

    Args:
        record: The run.
        words: As `--reuse` has them: runs with commas between them, `all`, or `none`.
    """
    found, used = earlier(record, [name.strip() for word in words for name in word.split(",") if name.strip()])
    for notice in [] if found is None else found.notices:
        say(f"note: {notice}")
    return record.model_copy(update={"reuses": used}), found


def reused_again(record: RunRecord, words: Sequence[str]) -> tuple[RunRecord, EarlierReplies | None]:
    """Return the record of a run that goes on, and the earlier replies that it takes: as it was begun, or by `words`.

    Raises:
        BadInput: If a run that it takes replies of is gone.
    """
    if words:
        return reused(record, words)
    if record.held.get("finished") == sum(1 for _ in record.trials()):
        return record, None  # it asks nothing any more, and those runs may be gone
    try:
        return reused(record, record.reuses)
    except BadInput as error:
        raise BadInput(f"{error}; this run takes its replies, and `--reuse none` goes on without") from None


def told_once() -> Callable[[str, float], None]:
    """Return what tells the person of each trouble with a model once, however many requests meet it."""
    told: set[str] = set()

    def tell(trouble: str, seconds: float) -> None:
        if trouble not in told:
            told.add(trouble)
            say(f"{trouble}; asking again in {seconds:.0f} s")

    return tell


def attended() -> bool:
    """Return whether a person can be asked: stdin is a terminal, and not closed."""
    return sys.stdin is not None and sys.stdin.isatty()


def at_hand() -> Asks:
    """Return how to ask at this terminal: in an editor, or line by line where it is a pipe or can do no more."""
    if sys.stdin is None or not sys.stdin.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return Lines()
    from chains.terminal.editor import Editor  # noqa: PLC0415  a tenth of a second, which only people need

    return Editor()


def confirmed(question: str) -> bool:
    """Ask the person at the terminal; anything but a plain yes is no."""
    progress.print(f"{question} [y/N] ", end="", markup=False)
    try:
        return input().strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        return False


@contextlib.contextmanager
def interrupts(budget: Budget) -> Iterator[None]:
    """Let Ctrl-C stop the run after the calls in flight, and a second one at once.

    Whoever sends SIGTERM sends SIGKILL soon after, so calls in flight are then waited for no longer than `GRACE`.
    """
    loop = asyncio.get_running_loop()
    driving = asyncio.current_task()
    timers: list[asyncio.TimerHandle] = []

    def stop_now() -> None:
        if driving is not None:
            driving.cancel()

    def interrupted(*, grace: float | None = None) -> None:
        if budget.closed:
            stop_now()
            return
        budget.close()
        if grace is not None:
            timers.append(loop.call_later(grace, stop_now))
        say("stopping after the calls in flight; Ctrl-C again stops at once")

    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGTERM, partial(interrupted, grace=GRACE))
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        for timer in timers:
            timer.cancel()


def _added(record: RunRecord, log: Log) -> list[dict[str, Any]]:
    """Return the rows of the measures that plugins add; if one fails, a note says so, and the run still stands."""
    try:
        return added_rows(record, log)
    except MazedomError as error:
        say(f"note: {error}")
        return []


def _print(
    found: Results,
    added: Sequence[Mapping[str, Any]],
    folder: Path,
    worklist: Worklist,
    stopped: str | None,
    seconds: float,
) -> None:
    run = found.record.id if folder.name == found.record.id else shlex.quote(str(folder))
    if not (found.waiting and Casts(found.record).people()):
        stdout.print(results_view(found, seconds, added=added))
    for sentence, count in found.errors.items():
        say(f"{count} trial{'s' if count > 1 else ''} failed: {sentence}")
    if found.waiting:
        who = "1 trial waits" if found.waiting == 1 else f"{found.waiting} trials wait"
        say("\n".join(waiting_lines(worklist.waiting())))
        say(f"{who} for a person: `mazedom answer {run}` asks, then `mazedom resume {run}` goes on")
    elif stopped or found.finished + found.failed < found.trials:
        why = "" if stopped in (None, INTERRUPTED) else f"{stopped}; "
        left = found.trials - found.finished
        goes_on = "" if why else f": `mazedom resume {run}` goes on"  # with a limit met, `why` says how
        say(f"{why}{left} of {found.trials} trials are left{goes_on}")
    elif found.failed:
        say(f"try the failed ones again: mazedom resume {run}")
    else:
        first = next(iter(found.by_trial), None)
        say(f"what the seats said:   mazedom show {run} --trial {first or ''}")
        if any("audit" in condition.settings.remedy for condition in found.record.conditions):
            say(f"what auditors found:   mazedom show {run} --audits")
        if len(found.record.conditions) > 1:
            factor = next(iter(found.record.experiment.factors))
            say(f"compare {factor:<14} mazedom compare {run} --by {factor}")
        if (fork := found.record.forked) is not None:
            say(f"beside its parent:     mazedom compare {fork.run} {run} --trial {first or ''}")
        say(f"play it back:          mazedom replay {run} --verify")
