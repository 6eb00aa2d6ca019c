"""Wrappers of providers and what they share: patience, requests in flight, a budget of calls.

Stacked from the outside: `Patient(Capped(endpoint))`. Someone who waits to ask
again holds no place among the requests in flight. One request object goes
through them all, unchanged.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from chains.errors import Busy, OverLimit, Stopped
from chains.models.provider import Provider, Reply, Request

Sleep = Callable[[float], Awaitable[None]]
pause: Sleep = asyncio.sleep
"""How a provider waits outside of tests."""

LONGEST_WAIT = 60.0
"""Seconds between two attempts, where the service does not ask for more."""
LONGEST_ASKED = 600.0
"""A service that asks for a longer wait than this, in seconds, is not waited for: that is a quota, not a queue."""
_BACK_OFF = wait_exponential_jitter(multiplier=1, max=LONGEST_WAIT, jitter=1)


class Budget:
    """A limit on how often models may be asked, shared by all providers of a run.

    Every request that is sent counts, the re-asked ones too.

    Args:
        most: How many requests may be sent; None for no limit.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self.closed = False
        """Whether the run was stopped."""
        self.sent = 0
        """Requests sent so far."""

    def close(self) -> None:
        """Let no further request be sent, those that wait for a place or to be asked again included."""
        self.closed = True

    def spend(self) -> None:
        """Count a request that is about to be sent.

        Raises:
            OverLimit: It would be one too many; it is not counted and must not be sent.
            Stopped: The budget was closed.
        """
        if self.closed:
            raise Stopped("the run was stopped")
        if self._most is not None and self.sent >= self._most:
            raise OverLimit(f"the limit of {self._most:,} model calls is met; give more with `resume --max-calls N`")
        self.sent += 1


class Counted:
    """Wraps a provider that counts nothing itself: every request is spent before it is asked.

    Args:
        inner: The provider that is asked.
        budget: What it is spent from.
    """

    def __init__(self, inner: Provider, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    async def reply(self, request: Request) -> Reply:
        """Answer a request, if there is any left."""
        self._budget.spend()
        return await self._inner.reply(request)


class Capped:
    """Wraps a provider: so many requests in flight and no more.

    Args:
        inner: The provider that is asked.
        in_flight: How many requests it may have at the same time. Those that wait are served in their order.
    """

    def __init__(self, inner: Provider, in_flight: int) -> None:
        self._inner = inner
        self._places = asyncio.Semaphore(in_flight)

    async def reply(self, request: Request) -> Reply:
        """Answer a request as soon as there is a place for it."""
        async with self._places:
            return await self._inner.reply(request)


class Patient:
    """Wraps a provider: waits and asks again while the service is busy.

    Waits as long as the service asks for, else about 1, 2, 4, ... seconds with
    jitter, at most a minute. Sets the reply's `tries`.

    Args:
        inner: The provider that is asked.
        attempts: How often a request is sent, the first time included.
        sleep: How to wait; a test has no time for it.
        waiting: Told before each wait: the trouble in a sentence, and for how many seconds.
    """

    def __init__(
        self,
        inner: Provider,
        attempts: int = 6,
        sleep: Sleep = pause,
        waiting: Callable[[str, float], None] | None = None,
    ) -> None:
        self._inner = inner
        self._waiting = waiting
        self._retrying = AsyncRetrying(
            retry=retry_if_exception(_worth_waiting),
            wait=_wait,
            stop=stop_after_attempt(attempts),
            sleep=sleep,
            before_sleep=self._tell,
            reraise=True,
        )

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        if self._waiting is not None and error is not None:
            self._waiting(str(error), state.upcoming_sleep)

    async def reply(self, request: Request) -> Reply:
        """Answer a request, however often it takes to ask.

        Raises:
            Busy: It was still busy at the last attempt, or asked for a longer wait than `LONGEST_ASKED`.
        """
        failed = 0

        async def ask() -> Reply:
            nonlocal failed
            try:
                return await self._inner.reply(request)
            except Busy:
                failed += 1
                raise

        # tenacity keeps the state of a call in the object, so calls in parallel need one each.
        reply: Reply = await self._retrying.copy()(ask)
        return reply.model_copy(update={"tries": reply.tries + failed}) if failed else reply


def _worth_waiting(error: BaseException) -> bool:
    return isinstance(error, Busy) and (error.retry_after or 0) <= LONGEST_ASKED


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.retry_after if isinstance(error, Busy) else None
    # A little more than asked for, so that a crowd that was turned away together does not come back together.
    return _BACK_OFF(state) if asked is None else asked + random.uniform(0, min(1.0, asked))
