"""The runner: drives the trials of a run that have no finished end, several at a time, and logs how each ends."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from chains.errors import MazedomError, OverLimit, ProviderError, Stopped
from chains.experiment import TrialId
from chains.graph import climber, wire
from chains.hierarchy import Hierarchy
from chains.log import Log
from chains.models.provider import Provider
from chains.records import TrialEnd, now
from chains.seats import Cast, Climb
from chains.staging import RunRecord, Stage
from chains.trial import Question, Tape, Watcher, run_trial


@dataclass
class Progress:
    """What came of driving a run's trials."""

    ends: dict[str, TrialEnd] = field(default_factory=dict)
    """How each trial driven this time ended."""
    questions: list[Question] = field(default_factory=list)
    """What people were asked and have not answered."""
    stopped: MazedomError | None = None
    """Why the run stopped before its end, if it did: a limit, or the person's wish."""


async def drive(
    record: RunRecord,
    log: Log,
    providers: Mapping[str, Provider] | None,
    *,
    watcher: Watcher | None = None,
    most_at_once: int = 8,
    only: set[str] | None = None,
    trace: bool = False,
) -> Progress:
    """Drive the run's trials that are not finished, and log how each ends.

    Args:
        record: The run.
        log: Its log, open to write.
        providers: Who answers, by model name.
        watcher: Told what happens.
        most_at_once: Trials under way at the same time.
        only: Drive these trials alone.
        trace: Let LangSmith trace, if the environment asks for it.

    Returns:
        What came of it. A trial whose endpoint gave no reply is a failed end, and the others go on; a limit or a
        closed budget stops them all where they are, each able to go on from there.

    Raises:
        MazedomError: What makes the whole run senseless: a log that can't be written, a request that is not the
            logged one.
    """
    stage = Stage(record)
    climbs = _Climbs(trace=trace)
    tape = Tape(log, providers, watcher)
    progress = Progress()
    todo = iter(
        [
            trial
            for trial in record.experiment.trials()
            if log.scan.status(str(trial)) != "finished" and (only is None or str(trial) in only)
        ]
    )

    async def worker() -> None:
        for trial in todo:
            if progress.stopped is not None:
                return
            try:
                cast = stage.cast(trial)
                end = await _end_of(trial, cast, climbs.up(cast.hierarchy), tape)
            except (OverLimit, Stopped) as error:
                progress.stopped = error
                return
            log.append(end)
            progress.ends[end.trial] = end
            tape.watcher.ended(end)

    try:
        await _together(worker, most_at_once)
    except asyncio.CancelledError:
        tape.abandon()
        raise
    finally:
        await tape.settle()
    progress.questions = tape.questions
    return progress


async def _together(worker: Callable[[], Coroutine[Any, Any, None]], count: int) -> None:
    """Run `count` workers until all are done, or one fails for good."""
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(worker())
    except* MazedomError as errors:
        raise errors.exceptions[0] from None


class _Climbs:
    """A way up each hierarchy, its graph compiled once and shared among all trials and conditions that have it."""

    def __init__(self, *, trace: bool) -> None:
        self._trace = trace
        self._made: dict[int, tuple[Hierarchy, Climb]] = {}

    def up(self, hierarchy: Hierarchy) -> Climb:
        if id(hierarchy) not in self._made:
            climb = climber(wire(hierarchy), hierarchy.depth, trace=self._trace)
            self._made[id(hierarchy)] = hierarchy, climb
        return self._made[id(hierarchy)][1]


async def _end_of(trial: TrialId, cast: Cast, climb: Climb, tape: Tape) -> TrialEnd:
    try:
        return await run_trial(str(trial), cast, climb, tape)
    except ProviderError as error:
        return TrialEnd(trial=str(trial), status="failed", error=str(error), at=now())
