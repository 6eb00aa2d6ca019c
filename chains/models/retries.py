"""Wrappers of providers that retry, and that give up an endpoint that is down.

They are stacked as `Guarded(Patient(Paced(Metered(endpoint))))`. A request that
waits for its retry holds no place among those in flight. The same request object
passes through all of them, unchanged.
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
"""Longest wait between two attempts, in seconds, unless the service asks for more."""
LONGEST_ASKED = 600.0
"""Longest wait that a service may ask for, in seconds; a longer one is a quota, and the request fails."""
_BACK_OFF = wait_exponential_jitter(multiplier=1, max=LONGEST_WAIT, jitter=1)


class Counted:
    """Wraps a provider that counts nothing itself: counts every request in the budget before it is sent.

    Args:
        inner: The provider that is asked.
        budget: The run's budget.
    """

    def __init__(self, inner: Provider, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    async def reply(self, request: Request) -> Reply:
        """Answer a request, if the budget allows it."""
        self._budget.spend()
        return await self._inner.reply(request)


class Patient:
    """Wraps a provider: waits and asks again while the service is busy.

    Waits as long as the service asks for, else about 1, 2, 4, ... seconds with
    jitter, at most a minute. Sets the reply's `tries`.

    Args:
        inner: The provider that is asked.
        attempts: How often a request is sent, the first time included.
        sleep: How to wait; tests replace it.
        waiting: Called before each wait with the trouble in a sentence, and the seconds.
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
            return await self._inner.reply(request)  # the usual case; retrying costs a tenth of a call
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
    # A little more than asked for, so that requests turned away together do not come back together.
    return _BACK_OFF(state) if asked is None else asked + random.uniform(0, min(1.0, asked))


GIVEN_UP_AFTER = 3
"""How many requests in a row, with all their attempts, must fail before an endpoint is given up."""
ASK_AGAIN_AFTER = 30.0
"""Seconds after which one request may test whether an endpoint that was given up answers again."""


class Guarded:
    """Wraps a provider: gives up an endpoint that is down, so that trials that need other endpoints go on.

    After several requests in a row failed because of the endpoint, later ones
    fail at once with the same sentence; every half minute one is sent, to see
    whether the endpoint answers again.

    Args:
        inner: The provider that is asked.
        clock: A monotonic clock, in seconds.
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
            ProviderError: If it was given up, or fails this request too.
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
