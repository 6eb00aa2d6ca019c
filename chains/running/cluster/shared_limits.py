"""A worker's end of the limits and paces that the keeper holds for all: a `Budget` and a `Pace` that ask it.

The keeper is an actor's handle: `keeper.lease.remote(...)` returns what can be awaited. Telling it something waits for
nothing; messages of one worker arrive in the order in which they were sent.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal, TypeVar

from chains.errors import MazedomError, OverLimit
from chains.models.budget import Budget, Most, SetAside, setting_aside
from chains.models.provider import Provider, Reply, Request
from chains.models.rate_limit import Pace
from chains.running.cluster.keeper import Allowed, Entered, Speed

Found = TypeVar("Found")
GONE = "the process that keeps the limits is gone; `mazedom resume` goes on with the run"
FEWEST_AHEAD = 2
"""Calls in hand below which a worker asks for more before it needs them."""


async def told(asked: Awaitable[Found]) -> Found:
    """Return what the keeper answers.

    Raises:
        MazedomError: If it is gone.
    """
    try:
        return await asked
    except Exception as error:
        if type(error).__module__.startswith("ray."):  # its errors can't be named here: Ray is an extra
            raise MazedomError(GONE) from None
        raise


class SharedBudget(Budget):
    """A worker's budget: every call, and the most that it can take, is allowed by the keeper.

    Args:
        worker: The worker's name.
        keeper: The keeper's handle.
        allowed: The limits.
        seconds: Longest time from now.
        at_once: Waits for the keeper's answer at once, for a call that nothing in hand is left for.
    """

    def __init__(
        self,
        worker: str,
        keeper: Any,
        allowed: Allowed,
        seconds: float | None,
        at_once: Callable[[Any], Any],
        largest: dict[str, tuple[int, int]] | None = None,
    ) -> None:
        super().__init__(tokens=allowed.tokens, cost=allowed.cost, seconds=seconds, largest=largest)
        self._worker, self._keeper, self._at_once = worker, keeper, at_once
        self._limits_calls = allowed.calls is not None
        self._in_hand = self._under_way = 0
        self._short = False
        self._asking = asyncio.Lock()
        self._charged: dict[int, list[float]] = {}
        """Tokens and cost that were charged for each request in flight, by the id of what is set aside for it."""

    def close(self, why: MazedomError | None = None) -> None:
        """Allow no further request; the keeper hears of a limit, so that no other worker passes it."""
        if not self.closed and isinstance(why, OverLimit):
            self._keeper.close.remote(str(why))
        super().close(why)

    @contextlib.asynccontextmanager
    async def ahead(self) -> AsyncIterator[None]:
        """Have a call in hand for a request that is about to be sent inside, if calls are limited."""
        self._under_way += 1
        try:
            if self._limits_calls and self._lacks and not self.closed:
                async with self._asking:
                    if self._lacks:
                        self._take(await told(self._keeper.lease.remote(self._worker, self._in_hand)))
            yield
        finally:
            self._under_way -= 1
            if self._short:
                self.give_back()

    @property
    def _lacks(self) -> bool:
        return self._in_hand < (1 if self._short else FEWEST_AHEAD)

    def give_back(self) -> None:
        """Give calls back that no request under way needs; from now on whenever there are some, for they are short."""
        self._short = True
        spare = max(0, self._in_hand - self._under_way)
        self._in_hand -= spare
        self._keeper.give_back.remote(self._worker, spare, self._in_hand)

    def _take(self, leased: tuple[int, str | None]) -> None:
        count, why = leased
        self._in_hand += count
        if why is not None and not self._in_hand:
            super().close(OverLimit(why))  # others may still have calls in hand

    def spend(self) -> None:
        """Count a request that is about to be sent; see `Budget.spend`."""
        if self._limits_calls and not self.closed:
            if not self._in_hand:
                self._take(self._at_once(self._keeper.lease.remote(self._worker, 0, wait=False)))
            super().spend()
            self._in_hand -= 1
            return
        super().spend()

    @contextlib.asynccontextmanager
    async def room(self, most: Callable[[], Most]) -> AsyncIterator[SetAside]:
        """Have the keeper set aside the most that a request can take; see `Budget.room`."""
        if self.why is not None:
            raise self.why.with_traceback(None)
        held = most()
        number, why = await told(self._keeper.set_aside.remote(self._worker, held.tokens, held.cost))
        if why is not None:
            super().close(OverLimit(why))
        aside = SetAside(held, held.tokens, held.cost)
        charged = self._charged[id(aside)] = [0, 0.0]
        try:
            if self.why is not None:
                raise self.why.with_traceback(None)
            with setting_aside(aside):
                yield aside
        finally:
            del self._charged[id(aside)]
            self._keeper.settle.remote(self._worker, number, int(charged[0]), charged[1])

    def _release(self, aside: SetAside, tokens: int, cost: float) -> None:
        if (charged := self._charged.get(id(aside))) is not None:
            charged[0] += tokens
            charged[1] += cost
        tokens, cost = min(tokens, aside.tokens), min(cost, aside.cost)
        aside.tokens, aside.cost = aside.tokens - tokens, aside.cost - cost

    def passed(self, tokens: int, cost: float) -> Literal["tokens", "cost"] | None:
        """Return which limit would be passed; what fits in what is set aside passes none, and nobody need be asked."""
        if tokens <= 0 and cost <= 0:
            return None
        found: Literal["tokens", "cost"] | None = self._at_once(self._keeper.passes.remote(tokens, cost))
        return found

    def _limit_met(self) -> OverLimit | None:
        """Look at the time alone: the keeper has looked at all else."""
        if (left := self.seconds_left) is not None and left <= 0:
            self.out_of_time()
        return None


class Ahead:
    """Wraps a provider: has a call in hand before a request is sent, so that nothing waits for it in between."""

    def __init__(self, inner: Provider, budget: SharedBudget) -> None:
        self._inner, self._budget = inner, budget

    async def reply(self, request: Request) -> Reply:
        """Answer a request."""
        async with self._budget.ahead():
            return await self._inner.reply(request)


LINGER = 0.1
"""Seconds for which a worker keeps a place that it does not need, where nobody waits for one."""


class _Place:
    """A place at an endpoint, for so many calls more."""

    def __init__(self, entered: Entered) -> None:
        self.calls, self.crowded = entered.calls, entered.crowded
        self.leaving: asyncio.TimerHandle | None = None


class SharedPace(Pace):
    """A worker's pace of one endpoint: the keeper lets its requests in.

    A place is handed on from one of this worker's requests to the next, for as many calls as the keeper gave it for;
    so the keeper is asked once for many calls, and other workers come to their turn.

    Args:
        worker: The worker's name.
        keeper: The keeper's handle.
        endpoint: The keeper's name for the endpoint.
        speed: How fast it may be asked, by all workers together.
    """

    def __init__(self, worker: str, keeper: Any, endpoint: str, speed: Speed) -> None:
        super().__init__(speed.in_flight)
        self._worker, self._keeper, self._endpoint = worker, keeper, endpoint
        self._counts_tokens = speed.tokens_per_minute is not None
        self._slowed = False
        self._mine = self._asked = 0
        self._idle: list[_Place] = []
        self._used: set[_Place] = set()
        self._want: deque[asyncio.Future[_Place]] = deque()
        self._asks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """This worker's requests that are in flight or wait."""
        return self._mine

    @contextlib.asynccontextmanager
    async def place(self, tokens: float) -> AsyncIterator[None]:
        """Wait for the keeper to let a request in; see `Pace.place`."""
        self._mine += 1
        try:
            place = await self._had(tokens)
            self._used.add(place)
            try:
                yield
            finally:
                self._used.discard(place)
                place.calls -= 1
                self._hand_on(place)
        finally:
            self._mine -= 1

    async def _had(self, tokens: float) -> _Place:
        """Return a place: one that is idle, one that another request of this worker leaves, or one from the keeper."""
        if self._idle:
            place = self._idle.pop()
            if place.leaving is not None:
                place.leaving.cancel()
            return place
        wanted: asyncio.Future[_Place] = asyncio.get_running_loop().create_future()
        self._want.append(wanted)
        if self._asked < len(self._want):  # so whoever waits has been asked for, whoever else takes the place
            self._asked += 1
            task = asyncio.ensure_future(self._ask(tokens))
            self._asks.add(task)
            task.add_done_callback(self._asks.discard)
        try:
            return await wanted
        except asyncio.CancelledError:
            if wanted.done() and not wanted.cancelled() and wanted.exception() is None:
                self._hand_on(wanted.result())
            raise

    async def _ask(self, tokens: float) -> None:
        """Ask the keeper for a place, for whichever request has waited longest when it is there."""
        try:
            entered: Entered = await told(self._keeper.enter.remote(self._worker, self._endpoint, tokens))
            if entered.why is not None:
                raise OverLimit(entered.why)
        except MazedomError as error:
            if (wanted := self._next()) is not None:
                wanted.set_exception(error)
            return
        finally:
            self._asked -= 1
        self._slowed = entered.slowed
        self._hand_on(_Place(entered))

    def _next(self) -> "asyncio.Future[_Place] | None":
        """Return the request that has waited longest; None if none waits."""
        while self._want:
            if not (wanted := self._want.popleft()).done():
                return wanted
        return None

    def _hand_on(self, place: _Place) -> None:
        """Give a place to a request that waits, keep it for a moment, or give it back."""
        if place.calls > 0 and (wanted := self._next()) is not None:
            wanted.set_result(place)
        elif place.calls > 0 and not place.crowded:
            self._idle.append(place)
            place.leaving = asyncio.get_running_loop().call_later(LINGER, self._leave, place)
        else:
            self._keeper.leave.remote(self._worker, self._endpoint)

    def _leave(self, place: _Place) -> None:
        self._idle.remove(place)
        self._keeper.leave.remote(self._worker, self._endpoint)

    def give_back(self, *, slowed: bool = True) -> None:
        """Give places back, for others wait for one, or the endpoint wants fewer calls.

        Args:
            slowed: Whether it wants fewer; then places in use go back after this call too.
        """
        self._slowed = self._slowed or slowed
        for place in self._used:
            place.crowded = True
            place.calls = 1 if slowed else place.calls
        while self._idle:
            place = self._idle.pop()
            if place.leaving is not None:
                place.leaving.cancel()
            self._keeper.leave.remote(self._worker, self._endpoint)

    def took(self, expected: float, tokens: float) -> None:
        """Tell the keeper, if tokens a minute are limited."""
        if self._counts_tokens:
            self._keeper.took.remote(self._endpoint, expected, tokens)

    def answered(self) -> None:
        """Tell the keeper, if it lets in fewer requests than usual."""
        if self._slowed:
            self._keeper.answered.remote(self._endpoint)

    def turned_away(self, began: float, retry_after: float | None) -> None:
        """Tell the keeper that the endpoint turned a request away, so that all workers' requests wait."""
        self.give_back()
        self._keeper.turned_away.remote(self._endpoint, max(0.0, self.clock - began), retry_after)

    def hold(self, seconds: float) -> None:
        """Have the keeper pause all requests."""
        super().hold(seconds)  # this worker's choice among servers sees it at once
        self.give_back()
        self._keeper.hold.remote(self._endpoint, seconds)
