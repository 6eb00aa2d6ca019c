"""Wrappers of providers: patience, and knowing when to give an endpoint up.

Stacked from the outside: `Guarded(Patient(Paced(Metered(endpoint))))`. Someone
who waits to ask again holds no place among the requests in flight. One request
object goes through them all, unchanged.
"""

import asyncio
import random
import time
from collections.abc import Callable

from msgspec import structs
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from chains.errors import Busy, ProviderError
from chains.models.budget import Budget
from chains.models.provider import Provider, Reply, Request
from chains.models.rate_limit import Sleep

pause: Sleep = asyncio.sleep
"""How a provider waits outside of tests."""

LONGEST_WAIT = 60.0
"""Seconds between two attempts, where the service does not ask for more."""
LONGEST_ASKED = 600.0
"""A service that asks for a longer wait than this, in seconds, is not waited for: that is a quota, not a queue."""
_BACK_OFF = wait_exponential_jitter(multiplier=1, max=LONGEST_WAIT, jitter=1)


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
        try:
            return await self._inner.reply(request)  # nearly always; to retry nothing would cost a tenth of a call
        except Busy as error:
            first: Busy | None = error
        failed = 0

        async def ask() -> Reply:
            nonlocal first, failed
            failed += 1
            if first is not None:
                error, first = first, None
                raise error
            return await self._inner.reply(request)

        # tenacity keeps the state of a call in the object, so calls in parallel need one each.
        reply: Reply = await self._retrying.copy()(ask)
        return structs.replace(reply, tries=reply.tries + failed - 1)


def _worth_waiting(error: BaseException) -> bool:
    return isinstance(error, Busy) and (error.retry_after or 0) <= LONGEST_ASKED


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.retry_after if isinstance(error, Busy) else None
    # A little more than asked for, so that a crowd that was turned away together does not come back together.
    return _BACK_OFF(state) if asked is None else asked + random.uniform(0, min(1.0, asked))


GIVEN_UP_AFTER = 3
"""Requests in a row, all their attempts included, that an endpoint fails before it is given up."""
ASK_AGAIN_AFTER = 30.0
"""Seconds after which one request may try whether an endpoint that was given up answers again."""


class Guarded:
    """Wraps a provider: no longer waits for an endpoint that is down, so that trials that need others go on.

    Once several requests in a row failed for reasons that are the endpoint's,
    those that follow fail at once with the same sentence; every half a minute
    one is let through to see whether it answers again.

    Args:
        inner: The provider that is asked.
        clock: Seconds that never go back.
    """

    def __init__(self, inner: Provider, clock: Callable[[], float] = time.monotonic) -> None:
        self._inner, self._clock = inner, clock
        self._failed = 0
        self._last: ProviderError | None = None
        self._ask_again = 0.0

    def hope(self) -> None:
        """Forget that it was given up."""
        self._failed = 0

    async def reply(self, request: Request) -> Reply:
        """Answer a request, unless the endpoint was given up.

        Raises:
            ProviderError: It was, or fails this request too.
        """
        if self._failed >= GIVEN_UP_AFTER and self._last is not None:
            if self._clock() < self._ask_again:
                raise type(self._last)(str(self._last))
            self._ask_again = self._clock() + ASK_AGAIN_AFTER
        try:
            reply = await self._inner.reply(request)
        except ProviderError as error:
            if error.of_endpoint:
                self._failed += 1
                self._last = error
                if self._failed == GIVEN_UP_AFTER:
                    self._ask_again = self._clock() + ASK_AGAIN_AFTER
            raise
        self._failed = 0
        return reply
