"""A worker of a cluster: drives trials as a run in one process does, and logs them in a shard of its own.

    runs/<experiment>/<run id>/log-<worker>.jsonl

Each line is on the disk before the worker says that a trial is done, so nothing is lost with it. A worker on a machine
that does not see that folder keeps its shard in one of its own, and sends it as it grows to the keeper, which keeps
it beside the run's log. Whoever supervises the workers joins the shards into the run's log (`shard_log`), and gives a
trial of a dead worker to another one with what was logged of it.
"""

import asyncio
import contextlib
import os
import socket
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chains.errors import MazedomError, NotThere, ProviderError
from chains.experiments.experiment import TrialId
from chains.models.pool import Models
from chains.models.provider import Provider
from chains.models.spec import ModelSpec, Source
from chains.running.cluster.keeper import Allowed, News, Speed, shard_name
from chains.running.cluster.shard_log import take_known
from chains.running.cluster.shared_desk import SharedDesk
from chains.running.cluster.shared_limits import Ahead, SharedBudget, SharedPace, told
from chains.running.folders import RUN_FILE
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.running.reply_source import ReplySource
from chains.running.run_record import Casts
from chains.running.runner import Climbs, Driver, ambiguous
from chains.running.token_estimate import longest_prompt

MARK_FILE = ".cluster"
"""Holds a word that a worker must find in the run's folder, to know that it is the same folder."""


SENT_EVERY = 0.1
"""Seconds between two times that a worker sends what it has logged, if it does not see the run's folder."""


def endpoint_name(spec: ModelSpec) -> str:
    """Return what the keeper calls a model's endpoint; names of one place share its pace."""
    return f"{spec.base_url} {spec.model}"


def speeds_of(sources: Mapping[str, Source]) -> dict[str, Speed]:
    """Return how fast the endpoints of a run's models may be asked, by the keeper's name for each."""
    specs = [spec for source in sources.values() for spec in source.spec.each_server()]
    return {
        endpoint_name(spec): Speed(spec.in_flight, spec.requests_per_minute, spec.tokens_per_minute)
        for spec in reversed(specs)
    }


class Job(NamedTuple):
    """What a worker needs to know of a run."""

    folder: str
    mark: str
    """Stands in the folder; see `MARK_FILE`."""
    allowed: Allowed
    seconds: float | None
    """Longest time from now."""
    largest: dict[str, tuple[int, int]]
    """Tokens of the largest prompt and reply before, by the model's name in requests."""
    at_once: int
    """Trials at the same time."""
    variables: dict[str, str]
    """Environment variables that matter and hold no secret."""
    record: bytes
    """What run.json holds, for machines that do not see the folder."""


class Ended(NamedTuple):
    """What became of one trial that a worker was given."""

    trial: str
    how: str
    """logged: the shard says how it ended; postponed: its endpoint gave no reply; stopped; away: nothing answers at the
    address of its model; broken: the whole run can't go on."""
    why: str = ""


class Sending:
    """Sends a shard to the keeper as it grows.

    Args:
        worker: The worker's name.
        keeper: The keeper's handle.
        shard: The shard.
    """

    def __init__(self, worker: str, keeper: Any, shard: Path) -> None:
        self._worker, self._keeper, self._shard = worker, keeper, shard
        self._sent = 0
        self._lock = asyncio.Lock()

    async def send(self) -> None:
        """Send what the shard holds beyond what was sent; the keeper has it when this returns.

        Raises:
            MazedomError: If the keeper is gone, or can't write.
        """
        async with self._lock:
            with self._shard.open("rb") as file:
                file.seek(self._sent)
                grown = file.read()
            if grown and (why := await told(self._keeper.keep.remote(self._worker, self._sent, grown))) is not None:
                raise MazedomError(why)
            self._sent += len(grown)


class Worker:
    """Drives the trials that it is given.

    Args:
        name: Its name.
        keeper: The handle of the keeper of limits.
        job: The run.
        at_once: Waits for the keeper's answer at once.
    """

    def __init__(self, name: str, keeper: Any, job: Job, at_once: Callable[[Any], Any] | None = None) -> None:
        self._name, self._keeper, self._job = name, keeper, job
        self._at_once = at_once or _get
        self._opened = contextlib.ExitStack()
        self._places = asyncio.Semaphore(job.at_once)
        self._paces: list[SharedPace] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._sending: Sending | None = None
        """Sends the shard, on a machine that does not see the run's folder."""

    async def start(self) -> str | None:
        """Open the run, the shard and the models; return why that can't be, or None."""
        os.environ.update(self._job.variables)
        try:
            folder = self._folder()
            self._open(folder)
        except MazedomError as error:
            return f"{socket.gethostname()}: {error}"
        except OSError as error:
            return f"{socket.gethostname()}: {error.strerror}: {error.filename}"
        self._tasks.append(asyncio.create_task(self._hear()))
        if self._sending is not None:
            self._tasks.append(asyncio.create_task(self._send_often()))
        return None

    def _folder(self) -> Path:
        """Return the run's folder; where this machine does not see it, one of its own with the run's record."""
        shared = Path(self._job.folder)
        with contextlib.suppress(OSError):
            if (shared / MARK_FILE).read_text() == self._job.mark:
                return shared
        own = Path(self._opened.enter_context(tempfile.TemporaryDirectory(prefix="mazedom-"))) / shared.name
        own.mkdir()
        (own / RUN_FILE).write_bytes(self._job.record)
        self._sending = Sending(self._name, self._keeper, own / shard_name(self._name))
        return own

    async def _send_often(self) -> None:
        """Send what is logged to the machine where the run was started, so that hardly anything is lost with this."""
        with contextlib.suppress(MazedomError):
            while self._sending is not None:
                await asyncio.sleep(SENT_EVERY)
                await self._sending.send()

    def _open(self, folder: Path) -> None:
        job = self._job
        self._record = record = read_record(folder)
        self._trials = {str(trial): trial for trial in record.trials()}
        self._log = self._opened.enter_context(Log(folder, write=True, file=shard_name(self._name)))
        self._budget = SharedBudget(self._name, self._keeper, job.allowed, job.seconds, self._at_once, job.largest)
        self._models = Models(
            record.experiment.models,
            reproducible=record.experiment.reproducible,
            budget=self._budget,
            longest_prompt=longest_prompt(record),
            paced=self._pace,
        )
        providers: dict[str, Provider] = {
            name: Ahead(self._models.provider(name), self._budget) for name in record.models
        }
        self._replies = ReplySource(self._log, providers, None, ambiguous(record), desk=SharedDesk(self._keeper))
        self._driver = Driver(Casts(record), self._replies, self._budget, Climbs(trace=False), job.at_once)

    async def _hear(self) -> None:
        """Give back what the keeper wants back, whenever it says so."""
        heard = News()
        with contextlib.suppress(MazedomError):  # it is gone, which whoever asks it next says
            while True:
                news: News = await told(self._keeper.news.remote(heard))
                if news.short != heard.short:
                    self._budget.give_back()
                if news.slowed != heard.slowed or news.wanted != heard.wanted:
                    for pace in self._paces:
                        pace.give_back(slowed=news.slowed != heard.slowed)
                heard = news

    def _pace(self, spec: ModelSpec) -> SharedPace | None:
        """Return the shared pace of an endpoint; None for a model on this machine, which has its own."""
        if spec.base_url is None:
            return None
        speed = Speed(spec.in_flight, spec.requests_per_minute, spec.tokens_per_minute)
        self._paces.append(SharedPace(self._name, self._keeper, endpoint_name(spec), speed))
        return self._paces[-1]

    async def drive(self, trials: Sequence[str], known: Sequence[bytes], *, again: bool = False) -> list[Ended]:
        """Drive trials to their ends, side by side.

        Args:
            trials: Their names.
            known: Lines of what is logged of them, and of trials that may share replies with them.
            again: Log it if an endpoint gives no reply this time too.
        """
        for trial in take_known(self._log, known):
            self._replies.share(self._log.index.places.steps_of(trial))
        return list(await asyncio.gather(*(self._one(self._trials[name], again=again) for name in trials)))

    async def _one(self, trial: TrialId, *, again: bool) -> Ended:
        name, driver = str(trial), self._driver
        async with self._places:
            if (why := driver.progress.stopped or self._budget.why) is not None:
                return Ended(name, "stopped", str(why))
            try:
                await driver.one(trial, again=again)
            except NotThere as error:
                return Ended(name, "away", str(error))
            except MazedomError as error:
                self._budget.close(error)
                return Ended(name, "broken", str(error))
            finally:
                await asyncio.to_thread(self._log.sync)
                if self._sending is not None:
                    await self._sending.send()
        if (failed := driver.failed.pop(trial, None)) is not None:
            return Ended(name, "postponed", str(failed))
        if name in driver.progress.ends:
            return Ended(name, "logged")
        return Ended(name, "stopped", str(driver.progress.stopped or ""))

    async def hope(self) -> None:
        """Let endpoints that were given up be asked again."""
        self._models.hope()

    async def stop(self) -> None:
        """Send nothing more; what is in flight is waited for by whoever waits for the trials."""
        self._budget.close()

    async def close(self) -> dict[str, Any]:
        """Wait for what is in flight and close all; return what was found out about the models."""
        for task in self._tasks:
            task.cancel()
        await self._replies.settle()
        if self._sending is not None:
            await self._sending.send()
        found = self._models.describe()
        await self._models.aclose()
        self._opened.close()
        return found

    async def place(self) -> tuple[str, int]:
        """Return the machine and the process."""
        return socket.gethostname(), os.getpid()


def _get(asked: Any) -> Any:
    """Wait for an actor's answer at once."""
    import ray  # noqa: PLC0415 - an extra
    from ray.exceptions import RayError  # noqa: PLC0415

    try:
        return ray.get(asked)
    except RayError as error:
        raise ProviderError(f"the process that keeps the limits is gone ({type(error).__name__})") from None
