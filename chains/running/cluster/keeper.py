"""What keeps a run's limits and the pace of each endpoint for all workers of a cluster: one actor.

It uses the same `Budget` and `Pace` as a run in one process, so the limits are as hard: a call is counted, and the most
that it can take is set aside, before a worker may send it. Calls are handed out in small blocks, which get smaller as
the limit comes nearer. What a dead worker held is let go; what was set aside for its requests in flight is charged,
because they may have been answered.

Nothing is raised here: an actor's errors come back wrapped, so why nothing more may be sent is returned as a sentence.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from chains.errors import MazedomError, OverLimit
from chains.models.budget import Budget, Most, SetAside, Taken
from chains.models.rate_limit import Pace

LARGEST_BLOCK = 16
"""Most calls that are handed out ahead to one worker."""


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


class Keeper:
    """Keeps the limits of a run and the paces of its endpoints.

    Args:
        allowed: The limits.
        speeds: The speed of each endpoint, by a name for it.
        workers: How many workers share the limits.
    """

    def __init__(self, allowed: Allowed, speeds: Mapping[str, Speed], workers: int) -> None:
        self._budget = Budget(allowed.calls, tokens=allowed.tokens, cost=allowed.cost, taken=allowed.taken)
        self._calls, self._workers = allowed.calls, workers
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
        self._number = 0
        self._dead: set[str] = set()

    async def lease(self, worker: str) -> tuple[int, str | None]:
        """Hand out a block of calls; return how many, and why none where there are none."""
        if worker in self._dead:
            return 0, "this worker was given up"
        size = LARGEST_BLOCK
        if self._calls is not None:
            size = max(1, min(size, (self._calls - self._budget.sent) // (4 * self._workers)))
        for count in range(size):
            try:
                self._budget.spend()
            except MazedomError as error:
                return (count, None) if count else (0, str(error))
        return size, None

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

    async def enter(self, worker: str, endpoint: str, tokens: float) -> tuple[bool, str | None]:
        """Wait for a place and a turn at an endpoint.

        Returns:
            Whether fewer requests than usual are let in, so that replies must be told; why the request may not be sent.
        """
        pace = self._paces[endpoint]
        try:
            await pace.enter(tokens)
        except MazedomError as error:
            return False, str(error)
        if worker in self._dead:
            pace.leave()
        else:
            self._inside.setdefault(worker, Counter())[endpoint] += 1
        return pace.slowed, None

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

    async def hold(self, endpoint: str, seconds: float) -> None:
        """Pause all requests to an endpoint."""
        self._paces[endpoint].hold(seconds)

    async def close(self, why: str | None = None) -> None:
        """Allow nothing more; wake all that wait."""
        self._budget.close(None if why is None else OverLimit(why))

    async def bury(self, worker: str) -> None:
        """Let go what a dead worker held, and charge what was set aside for its requests."""
        self._dead.add(worker)
        for endpoint, count in self._inside.pop(worker, Counter()).items():
            for _ in range(count):
                self._paces[endpoint].leave()
        for aside in self._aside.pop(worker, {}).values():
            self._budget.settle(aside, aside.tokens, aside.cost)

    async def sent(self) -> int:
        """Return how many calls were counted, those handed out ahead included."""
        await asyncio.sleep(0)
        return self._budget.sent

    def _put_back(self, worker: str, number: int) -> None:
        if (aside := self._aside.get(worker, {}).pop(number, None)) is not None:
            self._budget.settle(aside, 0, 0.0)
