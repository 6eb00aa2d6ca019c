"""Drives a run on a cluster, in place of `runner.drive`."""

import asyncio
import importlib.util
import os
from pathlib import Path
from typing import Any, NamedTuple

from chains.errors import BadInput
from chains.models.budget import Budget
from chains.running.cluster.keeper import Allowed
from chains.running.cluster.on_ray import INSTALL, MOST_WORKERS, RayCrew, address_in
from chains.running.cluster.supervisor import Supervisor, mark_in
from chains.running.cluster.worker import Job, speeds_of
from chains.running.folders import RUN_FILE
from chains.running.log.log import Log
from chains.running.reply_source import Watcher
from chains.running.run_record import Casts, RunRecord
from chains.running.runner import Progress, deadline, unfinished
from chains.running.spending import most_at_once

VARIABLES = ("MAZEDOM_PLUGINS",)
"""Environment variables that workers get from whoever starts the run; keys they must have themselves."""


class OnCluster(NamedTuple):
    """Where a run is driven."""

    on: str
    """As `--on` has it: `ray` or `ray:ADDRESS`."""
    workers: int | None = None
    """How many workers; None: one for each processor of the cluster."""


def check_on(where: OnCluster, record: RunRecord, *, takes_replies: bool) -> None:
    """Check that a run can be driven on a cluster, before anything is written.

    Args:
        where: The cluster.
        record: The run.
        takes_replies: Whether it takes replies of other runs.

    Raises:
        BadInput: If it can't.
    """
    address_in(where.on)
    if takes_replies:
        raise BadInput("replies of other runs are taken on one machine; leave --on out, or --reuse")
    for name, source in record.models.items():
        if source.traits.has_file:
            raise BadInput(f"model {name!r} is served on one machine; name an endpoint, or leave --on out")
    if importlib.util.find_spec("ray") is None:
        raise BadInput(INSTALL)


async def drive_on(
    where: OnCluster,
    processors: int,
    record: RunRecord,
    log: Log,
    folder: Path,
    budget: Budget,
    watcher: Watcher,
    only: set[str] | None = None,
) -> tuple[Progress, dict[str, Any]]:
    """Drive the run's unfinished trials on a cluster, and log how each ends; see `runner.drive`.

    Args:
        where: The cluster, which must be connected.
        processors: How many it has.
        record: The run.
        log: Its log, open to write.
        folder: Where it is.
        budget: What it may still use; closed when it is to stop.
        watcher: Told what happens.
        only: Drive these trials alone.

    Returns:
        The result, and what was found out about the models.

    Raises:
        MazedomError: If the whole run can't go on.
    """
    todo = [trial for trial in unfinished(record, log) if only is None or str(trial) in only]
    if not todo:
        return Progress(), {}
    count = max(1, min(where.workers or min(processors, MOST_WORKERS), len(todo)))
    limits = budget.limits
    allowed = Allowed(limits.calls, limits.tokens, limits.cost, budget.taken)
    job = Job(
        folder=str(await asyncio.to_thread(folder.resolve)),
        mark=mark_in(folder),
        allowed=allowed,
        seconds=budget.seconds_left,
        largest=dict(budget.largest),
        at_once=-(-most_at_once(record) // count),
        record=await asyncio.to_thread((folder / RUN_FILE).read_bytes),
        variables={name: os.environ[name] for name in VARIABLES if name in os.environ},
    )
    people = bool(Casts(record).people())
    crew = await asyncio.to_thread(RayCrew, job, speeds_of(record.models), allowed, count, processors, people=people)
    supervisor = Supervisor(record, log, folder, budget, watcher, count, job.at_once)
    with deadline(budget):
        progress = await supervisor.drive(crew, todo)
    if people:
        await crew.tidy(progress.ends)
    return progress, supervisor.served
