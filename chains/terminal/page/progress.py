"""How far a run is: from its log's index alone, as a sentence and as events while it goes on."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import anyio
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from chains.running.log.log import is_written
from chains.terminal.page.open_runs import OpenRun
from chains.terminal.views.output import counted

LOOK_EVERY = 1.0
"""Seconds between two looks at the log of a run that goes on."""


class Progress(NamedTuple):
    """How far a run is."""

    runs: bool
    """Whether a process drives it."""
    trials: int
    finished: int
    failed: int
    waiting: int
    told: str

    def event(self) -> bytes:
        """Return it as a server-sent event."""
        said = {"done": self.finished + self.failed, "told": self.told, "over": not self.runs}
        return b"data: " + orjson.dumps(said) + b"\n\n"


def progress_of(run: OpenRun, *, started: bool) -> Progress:
    """Return how far a run is.

    Args:
        run: The run.
        started: Whether a process was started that may not have opened the log yet.
    """
    experiment, index = run.record.experiment, run.log.index
    trials = len(experiment.conditions) * len(experiment.seeds) * experiment.replicates
    ended = Counter(held.status for held in index.places.trials.values())
    runs = started or is_written(run.folder)
    state = "finished" if ended["finished"] == trials else "waiting" if ended["waiting"] else "stopped"
    told = f"{'running' if runs else state}: {ended['finished']:,} of {counted(trials, 'trial')} finished"
    for count, says in ((ended["failed"], "failed"), (ended["waiting"], "waiting for people")):
        if count:
            told += f", {count:,} {says}"
    told += f"; {counted(index.calls, 'call')}, {counted(index.tokens, 'token')}"
    return Progress(runs, trials, ended["finished"], ended["failed"], ended["waiting"], told)


async def events(request: Request, look: Callable[[], Progress]) -> AsyncIterator[bytes]:
    """Yield how far a run is whenever that changes, until it stops or nobody looks any more."""
    before = None
    while not await request.is_disconnected():
        now = await run_in_threadpool(look)
        if now != before:
            yield now.event()
            before = now
        if not now.runs:
            return
        await anyio.sleep(LOOK_EVERY)
