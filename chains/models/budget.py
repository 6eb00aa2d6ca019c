"""What a run may use of its models, all of them together: calls, tokens, money, time.

Hard. A request that would exceed a limit is not sent, and with it the run
stops: whoever waits to ask, or to ask again, is told at once. Requests in
flight are counted with what they are expected to take, so that a limit is not
passed by more than they turn out to take beyond that.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chains.errors import MazedomError, OverLimit, Stopped
from chains.models.provider import CHARACTERS_A_TOKEN, Provider, Reply, Request, Usage
from chains.models.request_count import sent_one
from chains.models.spec import Prices

UNKNOWN_COMPLETION = 256
"""Tokens that a reply is expected to take while nobody has replied and the request sets no limit."""


@dataclass
class Taken:
    """What was used so far."""

    calls: int = 0
    """Requests sent, re-asked ones included."""
    tokens: int = 0
    """Of prompts and replies together, as the endpoints counted them."""
    cost: float = 0.0
    """In the currency of the models' prices."""


class Budget:
    """What may be used, shared by all providers of a run.

    Args:
        calls: Most requests that may be sent, the re-asked ones too. None, here and below: no limit.
        tokens: Most tokens of prompts and replies together.
        cost: Most money, in the currency of the models' prices.
        seconds: Longest time.
        taken: What was used before, by a run that now goes on.
        spent_seconds: The time that it took before.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        calls: int | None = None,
        *,
        tokens: int | None = None,
        cost: float | None = None,
        seconds: float | None = None,
        taken: Taken | None = None,
        spent_seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls, self._tokens, self._cost, self._seconds = calls, tokens, cost, seconds
        self._clock, self._began = clock, clock() - spent_seconds
        self.taken = taken or Taken()
        self._in_flight = Taken()
        self._why: MazedomError | None = None
        self._shut = asyncio.Event()

    @property
    def sent(self) -> int:
        """Requests sent so far."""
        return self.taken.calls

    @property
    def closed(self) -> bool:
        """Whether nothing more may be sent."""
        return self._why is not None

    @property
    def why(self) -> MazedomError | None:
        """Why nothing more may be sent; None while it may."""
        return self._why

    @property
    def seconds_left(self) -> float | None:
        """Time left; None without a limit."""
        return None if self._seconds is None else self._seconds - (self._clock() - self._began)

    def close(self, why: MazedomError | None = None) -> None:
        """Let no further request be sent, and wake all who wait to; the first reason stands.

        Args:
            why: What they are told; None: that the run was stopped.
        """
        self._why = self._why or why or Stopped("the run was stopped")
        self._shut.set()

    def out_of_time(self) -> None:
        """Close because the time is over."""
        if self._seconds is not None:
            self.close(_met(f"{self._seconds / 60:g} minutes", "minutes"))

    def spend(self) -> None:
        """Count a request that is about to be sent.

        Raises:
            OverLimit: It would be one too many; it is not counted and must not be sent.
            Stopped: The budget was closed.
        """
        if self._why is None and (met := self._limit_met()) is not None:
            self.close(met)
        if self._why is not None:
            raise self._why.with_traceback(None)
        self.taken.calls += 1
        sent_one()

    def _limit_met(self) -> OverLimit | None:
        taken, flying = self.taken, self._in_flight
        if self._calls is not None and taken.calls >= self._calls:
            return _met(f"{self._calls:,} model calls", "calls")
        if self._tokens is not None and taken.tokens + flying.tokens > self._tokens:
            used = f", {taken.tokens:,} used and about {flying.tokens:,} more in this call and those in flight"
            return _met(f"{self._tokens:,} tokens", "tokens", used)
        if self._cost is not None and taken.cost + flying.cost > self._cost:
            used = f", {taken.cost:.4f} spent and about {flying.cost:.4f} more in this call and those in flight"
            return _met(f"{self._cost:g} in cost", "cost", used)
        if (left := self.seconds_left) is not None and left <= 0:
            self.out_of_time()
        return None

    async def rest(self, seconds: float) -> None:
        """Wait, but no longer than the run goes on.

        Raises:
            OverLimit: A limit was met meanwhile.
            Stopped: The budget was closed.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._shut.wait()
        if self._why is not None:
            raise self._why.with_traceback(None)

    @contextlib.contextmanager
    def expecting(self, tokens: int, cost: float) -> Iterator[None]:
        """Count a request as in flight, with what it is expected to take."""
        self._in_flight.tokens += tokens
        self._in_flight.cost += cost
        try:
            yield
        finally:
            self._in_flight.tokens -= tokens
            self._in_flight.cost -= cost

    def took(self, usage: Usage, prices: Prices | None) -> None:
        """Count what an answer took, at these prices."""
        self.taken.tokens += usage.prompt + usage.completion
        self.taken.cost += _cost(usage, prices)

    def uncounted(self, name: str) -> None:
        """Close, if it can't be kept to, because a model's endpoint does not count tokens."""
        for limit, most in (("tokens", self._tokens), ("cost", self._cost)):
            if most is not None:
                why = f"the endpoint of {name!r} does not count tokens, so limits.{limit} can't be kept"
                self.close(OverLimit(f"{why}; limit the calls instead, with limits.calls"))


def _met(what: str, key: str, used: str = "") -> OverLimit:
    return OverLimit(f"the limit of {what} is met{used}; give more with `resume --set limits.{key}=N`")


class Metered:
    """Wraps a provider: counts what its replies take, and what those in flight are expected to.

    Args:
        inner: The provider that is asked; it calls `Budget.spend` for every request that it sends.
        name: What the model is called in errors.
        budget: Shared with all other models of the run.
        prices: Of the model. None: it costs nothing, or nobody knows.
    """

    def __init__(self, inner: Provider, name: str, budget: Budget, prices: Prices | None = None) -> None:
        self._inner, self._name, self._budget, self._prices = inner, name, budget, prices
        self._replies = self._characters = self._prompt = self._completion = 0

    def expected(self, request: Request) -> tuple[int, int]:
        """Return the tokens that a request and its reply are expected to have, going by those before it."""
        characters = _characters(request)
        if self._replies and self._prompt:
            return round(characters * self._prompt / self._characters), round(self._completion / self._replies)
        return round(characters / CHARACTERS_A_TOKEN), request.settings.get("max_tokens") or UNKNOWN_COMPLETION

    def tokens(self, request: Request) -> int:
        """Return the tokens that a request is expected to take, prompt and reply together."""
        return sum(self.expected(request))

    async def reply(self, request: Request) -> Reply:
        """Answer a request, if it may be sent."""
        prompt, completion = self.expected(request)
        cost = _cost(Usage(prompt=prompt, completion=completion), self._prices)
        with self._budget.expecting(prompt + completion, cost):
            reply = await self._inner.reply(request)
        usage = reply.usage
        self._replies += 1
        self._characters += _characters(request)
        self._prompt += usage.prompt
        self._completion += usage.completion
        self._budget.took(usage, self._prices)
        if reply.text and not usage.prompt and not usage.completion:
            self._budget.uncounted(self._name)
        return reply


def _cost(usage: Usage, prices: Prices | None) -> float:
    return 0.0 if prices is None else prices.cost(usage)


def _characters(request: Request) -> int:
    return sum(len(turn.content) for turn in request.messages)
