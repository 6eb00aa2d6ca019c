"""What keeps a run's limits, the pace of each endpoint and people's answers for all workers of a cluster: one actor.

It uses the same `Budget` and `Pace` as a run in one process, so the limits are as hard: a call is counted, and the most
that it can take is set aside, before a worker may send it. Calls are handed out in small blocks, which get smaller as
the limit comes nearer, and what a worker does not need it gives back when another lacks it. A place at an endpoint is
for a block of calls too, so that a busy worker asks once for many. What a dead worker held is let go; what was set
aside for its requests in flight is charged, because they may have been answered.

Nothing is raised here: an actor's errors come back wrapped, so why nothing more may be sent is returned as a sentence.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from chains.errors import Hopeless, MazedomError, OverLimit
from chains.models.budget import Budget, Most, SetAside, Taken
from chains.models.rate_limit import Pace
from chains.running.log.records import Status
from chains.running.people.desk import Desk
from chains.running.people.worklist import Worklist
from chains.running.record_file import read_record
from chains.running.reply_source import Given, Overdue, Question

LARGEST_BLOCK = 16
"""Most calls that are handed out ahead to one worker; and how many calls one place at an endpoint is for."""
RECALLED_WITHIN = 5.0
"""Seconds in which workers give back calls that they do not need; who has not answered then is busy or dead."""


class Allowed(NamedTuple):
    """What a run may still use."""

    calls: int | None
    tokens: int | None
    cost: float | None
    taken: Taken
    """What it has used before."""


class Speed(NamedTuple):
    """How fast one endpoint may be asked."""

    in_flight: int
    requests_per_minute: float | None
    tokens_per_minute: float | None


class Entered(NamedTuple):
    """A place at an endpoint."""

    calls: int
    """For how many calls it is, one after another, before it is given back; 1 where each call is to be asked for."""
    slowed: bool
    """Whether fewer requests than usual are let in, so that replies must be told."""
    crowded: bool
    """Whether others wait for a place, so that one that is not needed is given back at once."""
    why: str | None = None
    """Why the request may not be sent."""


class News(NamedTuple):
    """How often something happened that workers must hear of."""

    slowed: int = 0
    """An endpoint turned a request away, or asked for a pause: places are to be given back."""
    wanted: int = 0
    """A request has to wait for a place: those that nobody needs just now are to be given back."""
    short: int = 0
    """No call is left: those that are not needed are to be given back."""


class AtDesk(NamedTuple):
    """What the desk says to a question."""

    given: Given | Overdue | None
    """None: it stands on the worklist, and the trial waits."""
    late: str | None = None
    """Why the trial is to be marked, if nobody answered in time."""
    broken: str | None = None
    """Why the whole run can't go on, if so."""


def shard_name(worker: str) -> str:
    """Return the name of a worker's shard in the run's folder."""
    return f"log-{worker}.jsonl"


class Keeper:
    """Keeps the limits of a run, the paces of its endpoints, and its worklist.

    Args:
        allowed: The limits.
        speeds: The speed of each endpoint, by a name for it.
        workers: How many workers share the limits.
        folder: The run's, on this machine.
        people: Whether people sit in the run.
    """

    def __init__(
        self,
        allowed: Allowed,
        speeds: Mapping[str, Speed],
        workers: int,
        folder: str | None = None,
        *,
        people: bool = False,
    ) -> None:
        self._budget = Budget(allowed.calls, tokens=allowed.tokens, cost=allowed.cost, taken=allowed.taken)
        self._calls, self._workers = allowed.calls, workers
        self._metered = {
            name
            for name, speed in speeds.items()
            if speed.requests_per_minute is not None or speed.tokens_per_minute is not None
        }
        self._news, self._hearing = News(), list[asyncio.Future[None]]()
        self._full: set[str] = set()
        """Endpoints that had no place for the last request that came."""
        self._unused = 0
        """Calls that were counted and given back."""
        self._held: dict[str, int] = {}
        """Calls that each worker has in hand, as far as is known."""
        self._back = asyncio.Event()
        self._paces = {
            name: Pace(
                speed.in_flight,
                requests_per_minute=speed.requests_per_minute,
                tokens_per_minute=speed.tokens_per_minute,
                rest=self._budget.rest,
            )
            for name, speed in speeds.items()
        }
        self._inside: dict[str, Counter[str]] = {}
        """Requests in flight of each worker, by endpoint."""
        self._aside: dict[str, dict[int, SetAside]] = {}
        """What is set aside for requests in flight of each worker."""
        self._desk: Desk | None = None
        self._folder = None if folder is None else Path(folder)
        if people and self._folder is not None:
            record = read_record(self._folder)
            self._desk = Desk(record, Worklist(self._folder, record.experiment.people))
        self._number = 0
        self._dead: set[str] = set()

    async def lease(self, worker: str, held: int, *, wait: bool = True) -> tuple[int, str | None]:
        """Hand out a block of calls.

        Where all are handed out, other workers are asked for those that they do not need.

        Args:
            worker: Who asks.
            held: Calls that it still has in hand.
            wait: False: ask nobody, for the worker can do nothing else meanwhile.

        Returns:
            How many; why the worker, which has none in hand, gets none.
        """
        if worker in self._dead:
            return 0, "this worker was given up"
        self._held[worker] = held
        if self._calls is not None and not self._left:
            if held:
                return 0, None
            if wait:
                await self._recalled()
        size = LARGEST_BLOCK
        if self._calls is not None:
            size = max(1, min(size, self._left // (4 * self._workers)))
        for count in range(size):
            if self._unused and not self._budget.closed:
                self._unused -= 1
                continue
            try:
                self._budget.spend()
            except MazedomError as error:
                self._held[worker] = held + count
                return (count, None) if count else (0, str(error))
        self._held[worker] = held + size
        return size, None

    @property
    def _left(self) -> int:
        """Calls that can be handed out; only where calls are limited."""
        return (self._calls or 0) - self._budget.sent + self._unused

    async def _recalled(self) -> None:
        """Have workers give back calls that they do not need, until one is there or none is in hand anywhere."""
        self._tell(self._news._replace(short=self._news.short + 1))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RECALLED_WITHIN):
                while not self._left and any(self._held.values()) and not self._budget.closed:
                    self._back.clear()
                    await self._back.wait()

    async def give_back(self, worker: str, calls: int, held: int) -> None:
        """Take calls back that a worker does not need.

        Args:
            worker: Its name.
            calls: How many.
            held: How many it has in hand beside these.
        """
        if worker not in self._dead:  # what a dead one had in hand counts as sent
            self._unused += calls
            self._held[worker] = held
            self._back.set()

    async def news(self, heard: News) -> News:
        """Return what happened, as soon as it is more than what a worker has heard of."""
        while self._news == heard:
            happened = asyncio.get_running_loop().create_future()
            self._hearing.append(happened)
            await happened
        return self._news

    def _tell(self, news: News) -> None:
        self._news = news
        for happened in self._hearing:
            if not happened.done():
                happened.set_result(None)
        self._hearing.clear()

    async def set_aside(self, worker: str, tokens: int, cost: float) -> tuple[int, str | None]:
        """Set aside the most that a request can take; return a number for it, and why not where it can't be."""
        try:
            aside = await self._budget.set_aside(lambda: Most(tokens, 0, cost))
        except MazedomError as error:
            return 0, str(error)
        self._number += 1
        self._aside.setdefault(worker, {})[self._number] = aside
        if worker in self._dead:  # it died while it waited, and has sent nothing
            self._put_back(worker, self._number)
        return self._number, None

    async def settle(self, worker: str, number: int, tokens: int, cost: float) -> None:
        """Charge what a request took, and put back the rest of what was set aside for it."""
        if (aside := self._aside.get(worker, {}).pop(number, None)) is not None:
            self._budget.settle(aside, tokens, cost)

    async def passes(self, tokens: int, cost: float) -> str | None:
        """Return which limit would be passed by so much more than is used and set aside; None if none would."""
        return self._budget.passed(tokens, cost)

    async def enter(self, worker: str, endpoint: str, tokens: float) -> Entered:
        """Wait for a place and a turn at an endpoint.

        A place is for several calls, one after another, unless the endpoint's calls or tokens a minute are limited, or
        it has turned requests away.
        """
        pace = self._paces[endpoint]
        if pace.full and endpoint not in self._full:
            self._full.add(endpoint)
            self._tell(self._news._replace(wanted=self._news.wanted + 1))
        elif not pace.full:
            self._full.discard(endpoint)
        try:
            await pace.enter(tokens)
        except MazedomError as error:
            return Entered(0, slowed=False, crowded=False, why=str(error))
        if worker in self._dead:
            pace.leave()
        else:
            self._inside.setdefault(worker, Counter())[endpoint] += 1
        single = endpoint in self._metered or pace.slowed or pace.paused
        return Entered(1 if single else LARGEST_BLOCK, pace.slowed, pace.crowded)

    async def leave(self, worker: str, endpoint: str) -> None:
        """Give a place back."""
        mine = self._inside.get(worker)
        if mine is not None and mine[endpoint] > 0:
            mine[endpoint] -= 1
            self._paces[endpoint].leave()

    async def answered(self, endpoint: str) -> None:
        """Note a reply."""
        self._paces[endpoint].answered()

    async def took(self, endpoint: str, expected: float, tokens: float) -> None:
        """Note that a request took `tokens` tokens in place of the expected ones."""
        self._paces[endpoint].took(expected, tokens)

    async def turned_away(self, endpoint: str, seconds_ago: float, retry_after: float | None) -> None:
        """Note that an endpoint turned away a request that began so many seconds ago."""
        pace = self._paces[endpoint]
        pace.turned_away(pace.clock - seconds_ago, retry_after)
        self._tell(self._news._replace(slowed=self._news.slowed + 1))

    async def hold(self, endpoint: str, seconds: float) -> None:
        """Pause all requests to an endpoint."""
        self._paces[endpoint].hold(seconds)
        self._tell(self._news._replace(slowed=self._news.slowed + 1))

    async def close(self, why: str | None = None) -> None:
        """Allow nothing more; wake all that wait."""
        self._budget.close(None if why is None else OverLimit(why))
        self._back.set()

    async def bury(self, worker: str) -> None:
        """Let go what a dead worker held, and charge what was set aside for its requests."""
        self._dead.add(worker)
        self._held.pop(worker, None)
        self._back.set()
        for endpoint, count in self._inside.pop(worker, Counter()).items():
            for _ in range(count):
                self._paces[endpoint].leave()
        for aside in self._aside.pop(worker, {}).values():
            self._budget.settle(aside, aside.tokens, aside.cost)

    async def sent(self) -> int:
        """Return how many calls were counted, those handed out ahead included."""
        await asyncio.sleep(0)
        return self._budget.sent

    async def keep(self, worker: str, at: int, grown: bytes) -> str | None:
        """Keep what a worker on a machine without the run's folder has logged; return why that can't be.

        Args:
            worker: Its name.
            at: How long its shard was before.
            grown: What it has grown by.
        """
        if worker in self._dead or self._folder is None:
            return "this worker was given up"
        try:
            with (self._folder / shard_name(worker)).open("ab") as shard:
                shard.truncate(at)  # what was sent twice is kept once
                shard.write(grown)
        except OSError as error:
            return f"can't write {error.filename}: {error.strerror}"
        return None

    async def given(self, question: Question) -> AtDesk:
        """Return a person's answer to a question, or put it on the worklist."""
        if self._desk is None:
            return AtDesk(None)
        try:
            return AtDesk(await self._desk.given(question))
        except Hopeless as error:
            return AtDesk(None, late=str(error))
        except MazedomError as error:
            return AtDesk(None, broken=str(error))

    async def tidy(self, ends: Mapping[str, Status]) -> None:
        """Take off the worklist what trials that were driven again did not ask any more; see `Desk.tidy`."""
        if self._desk is not None:
            self._desk.tidy(ends)

    def _put_back(self, worker: str, number: int) -> None:
        if (aside := self._aside.get(worker, {}).pop(number, None)) is not None:
            self._budget.settle(aside, 0, 0.0)
