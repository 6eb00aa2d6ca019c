"""The budget of a run, shared by all its models: calls, tokens, money, time.

The limits are hard. A request that would exceed one is not sent, and the run
stops: requests that wait are told at once. Before a request is sent, the most
that it can take is reserved; if that does not fit beside the reservations of
requests in flight, it waits for them. So a limit of tokens or cost is never
exceeded, as long as the endpoint counts tokens plausibly and keeps to
`max_tokens`.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from chains.errors import Busy, MazedomError, OverLimit, Stopped
from chains.models.dialect import LENGTH_NAMES
from chains.models.provider import CHARACTERS_A_TOKEN, Provider, Reply, Request, Usage
from chains.models.spec import Prices

UNKNOWN_COMPLETION = 256
"""Tokens expected of a reply before the first one has come, if the request sets no limit."""
MOST_TOKENS_A_CHARACTER = 0.5
"""Most tokens per character of a prompt, before the first reply shows it: twice that of text full of figures."""
TOKENS_A_PROMPT = 32
"""Tokens that a prompt may have besides its text, to mark its messages."""
ROOM_FOR_WORSE = 1.1
"""The next one may be this many times the worst seen so far."""


@dataclass
class Taken:
    """What was used so far."""

    calls: int = 0
    """Requests sent, including repeated ones."""
    tokens: int = 0
    """Tokens of prompts and replies together, as the endpoints counted them."""
    cost: float = 0.0
    """In the currency of the models' prices."""


class Budget:
    """The budget that all providers of a run share.

    Args:
        calls: Most requests that may be sent, including repeated ones. None, here and below: no limit.
        tokens: Most tokens of prompts and replies together.
        cost: Most money, in the currency of the models' prices.
        seconds: Longest time.
        taken: What a resumed run used before.
        spent_seconds: The seconds that a resumed run took before.
        largest: Tokens of the largest prompt and the largest reply before, by the model's name in requests.
        clock: A monotonic clock, in seconds.
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
        largest: Mapping[str, tuple[int, int]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls, self._tokens, self._cost, self._seconds = calls, tokens, cost, seconds
        self._clock, self._began = clock, clock() - spent_seconds
        self.taken = taken or Taken()
        self.largest = largest or {}
        self._in_flight = Taken()
        self._freed: list[asyncio.Future[None]] = []
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
        """Allow no further request, and wake all that wait; if called again, the first reason stays.

        Args:
            why: The reason; None: the run was stopped.
        """
        self._why = self._why or why or Stopped("the run was stopped")
        self._shut.set()
        self._wake()

    def out_of_time(self) -> None:
        """Close because the time is over."""
        if self._seconds is not None:
            self.close(_met(f"{self._seconds / 60:g} minutes", "minutes"))

    def spend(self) -> None:
        """Count a request that is about to be sent.

        Raises:
            OverLimit: If it would exceed a limit; it is not counted and must not be sent.
            Stopped: The budget was closed.
        """
        if self._why is None and (met := self._limit_met()) is not None:
            self.close(met)
        if self._why is not None:
            raise self._why.with_traceback(None)
        self.taken.calls += 1
        sent_one()

    def _limit_met(self) -> OverLimit | None:
        taken = self.taken
        if self._calls is not None and taken.calls >= self._calls:
            return _met(f"{self._calls:,} model calls", "calls")
        if self._tokens is not None and taken.tokens > self._tokens:
            return _met(f"{self._tokens:,} tokens", "tokens", f", {taken.tokens:,} used")
        if self._cost is not None and taken.cost > self._cost:
            return _met(f"{self._cost:g} in cost", "cost", f", {taken.cost:.4f} spent")
        if (left := self.seconds_left) is not None and left <= 0:
            self.out_of_time()
        return None

    async def rest(self, seconds: float) -> None:
        """Wait, but stop waiting when the run stops.

        Raises:
            OverLimit: A limit was met meanwhile.
            Stopped: The budget was closed.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._shut.wait()
        if self._why is not None:
            raise self._why.with_traceback(None)

    @property
    def measures(self) -> bool:
        """Whether tokens or money are limited, not only calls."""
        return self._tokens is not None or self._cost is not None

    @contextlib.asynccontextmanager
    async def room(self, most: Callable[[], tuple[int, float]]) -> AsyncIterator[None]:
        """Reserve the most that a request can take while it is in flight; wait until there is room.

        Args:
            most: Returns the most tokens and cost that it can take, as far as is known when it is called.

        Raises:
            OverLimit: It would not fit even if nothing else were in flight.
            Stopped: The budget was closed.
        """
        while True:
            if self._why is not None:
                raise self._why.with_traceback(None)
            tokens, cost = most()
            if (met := self._too_much(tokens, cost)) is None:
                break
            if not self._in_flight.calls:
                self.close(met)
                raise met
            freed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._freed.append(freed)
            await freed
        flying = self._in_flight
        flying.calls, flying.tokens, flying.cost = flying.calls + 1, flying.tokens + tokens, flying.cost + cost
        try:
            yield
        finally:
            flying.calls, flying.tokens, flying.cost = flying.calls - 1, flying.tokens - tokens, flying.cost - cost
            if not flying.calls:
                flying.cost = 0.0  # otherwise rounding errors would add up
            self._wake()

    def _too_much(self, tokens: int, cost: float) -> OverLimit | None:
        taken, flying = self.taken, self._in_flight
        if self._tokens is not None and taken.tokens + flying.tokens + tokens > self._tokens:
            used = f", {taken.tokens:,} used and about {tokens:,} more in the next call"
            return _met(f"{self._tokens:,} tokens", "tokens", used)
        if self._cost is not None and taken.cost + flying.cost + cost > self._cost:
            used = f", {taken.cost:.4f} spent and about {cost:.4f} more in the next call"
            return _met(f"{self._cost:g} in cost", "cost", used)
        return None

    def _wake(self) -> None:
        """Let all requests that wait for room check again."""
        for freed in self._freed:
            if not freed.done():
                freed.set_result(None)
        self._freed.clear()

    def took(self, usage: Usage, prices: Prices | None) -> None:
        """Count the tokens of an answer and their cost at these prices."""
        self.taken.tokens += usage.prompt + usage.completion
        self.taken.cost += _cost(usage, prices)

    def lost(self, usage: Usage, prices: Prices | None) -> None:
        """Count what an answer that failed took, at these prices; whoever counts is told too, for the log."""
        self.took(usage, prices)
        if (count := _COUNT.get()) is not None:
            count.lost.append(usage)

    def may_have_taken(self, tokens: int, cost: float) -> None:
        """Count what a request took at most whose answer never came whole, as above."""
        self.taken.tokens += tokens
        self.taken.cost += cost
        if (count := _COUNT.get()) is not None:
            count.unknown_tokens += tokens
            count.unknown_cost += cost

    def uncounted(self, name: str) -> None:
        """Close if tokens or money are limited, because a model's endpoint does not count tokens."""
        for limit, most in (("tokens", self._tokens), ("cost", self._cost)):
            if most is not None:
                why = f"the endpoint of {name!r} does not count tokens, so limits.{limit} can't be kept"
                self.close(OverLimit(f"{why}; limit the calls instead, with limits.calls"))


def _met(what: str, key: str, used: str = "") -> OverLimit:
    return OverLimit(f"the limit of {what} is met{used}; give more with `resume --set limits.{key}=N`")


class Metered:
    """Wraps a provider: counts what its replies take, and reserves what requests in flight may take.

    Args:
        inner: The provider that is asked; it calls `Budget.spend` for every request that it sends.
        name: What the model is called in errors.
        budget: Shared with all other models of the run.
        prices: The model's prices. None: it costs nothing, or its prices are not known.
        largest: Tokens of its largest prompt and reply before, if it has been asked before.
    """

    def __init__(
        self,
        inner: Provider,
        name: str,
        budget: Budget,
        prices: Prices | None = None,
        largest: tuple[int, int] | None = None,
    ) -> None:
        self._inner, self._name, self._budget, self._prices = inner, name, budget, prices
        self._replies = self._characters = self._prompt = self._completion = 0
        self._worst_ratio = self._worst_price = 0.0
        self._largest_prompt, self._worst_completion = largest or (0, 0)
        self._first = asyncio.Lock()

    def expected(self, request: Request) -> tuple[int, int]:
        """Return the expected tokens of a request and of its reply, judged by earlier ones."""
        characters = _characters(request)
        if self._replies and self._prompt:
            return round(characters * self._prompt / self._characters), round(self._completion / self._replies)
        return round(characters / CHARACTERS_A_TOKEN), request.settings.get("max_tokens") or UNKNOWN_COMPLETION

    def tokens(self, request: Request) -> int:
        """Return the tokens that a request is expected to take, prompt and reply together."""
        return sum(self.expected(request))

    def most(self, request: Request) -> tuple[int, float]:
        """Return the most tokens that a request and its reply can take, and what they cost.

        No endpoint says beforehand how it counts a prompt, so this takes the worst rate of earlier prompts and a
        little more. Without `max_tokens`, the longest reply so far stands for the limit.
        """
        ratio = self._worst_ratio * ROOM_FOR_WORSE if self._replies else MOST_TOKENS_A_CHARACTER
        prompt = math.ceil(_characters(request) * ratio)
        prompt = max(prompt + TOKENS_A_PROMPT * (not self._replies), self._largest_prompt)
        limit = _length_limit(request)
        completion = max(self._worst_completion, limit or round(self._worst_completion * ROOM_FOR_WORSE))
        usage = Usage(prompt=prompt, completion=completion or UNKNOWN_COMPLETION)
        tokens = usage.prompt + usage.completion
        cost = _cost(usage, self._prices)
        return tokens, max(
            cost, tokens * self._worst_price * ROOM_FOR_WORSE if cost < tokens * self._worst_price else 0
        )

    async def reply(self, request: Request) -> Reply:
        """Answer a request, if the budget allows it."""
        if not self._budget.measures:
            return self._took(request, await self._inner.reply(request))
        if not self._replies:
            async with self._first:
                # The first request goes alone: until it is answered, others would reserve too little.
                if not self._replies:
                    return await self._within(request)
        return await self._within(request)

    async def _within(self, request: Request) -> Reply:
        async with self._budget.room(lambda: self.most(request)):
            try:
                return self._took(request, await self._inner.reply(request))
            except Busy as error:
                if error.lost:  # the reply may have been generated, and then it is paid for
                    self._budget.may_have_taken(*self.most(request))
                raise
            except asyncio.CancelledError:
                self._budget.may_have_taken(*self.most(request))
                raise

    def _took(self, request: Request, reply: Reply) -> Reply:
        usage, characters = reply.usage, _characters(request)
        self._replies += 1
        self._characters += characters
        self._prompt += usage.prompt
        self._completion += usage.completion
        self._worst_ratio = max(self._worst_ratio, usage.prompt / max(1, characters))
        self._worst_completion = max(self._worst_completion, usage.completion)
        self._largest_prompt = max(self._largest_prompt, usage.prompt)
        tokens = usage.prompt + usage.completion
        self._worst_price = max(self._worst_price, _cost(usage, self._prices) / max(1, tokens))
        self._budget.took(usage, self._prices)
        if reply.text and not tokens:
            self._budget.uncounted(self._name)
        return reply


def _length_limit(request: Request) -> int:
    """Return the most tokens that a request lets its reply have; 0 if it sets no limit."""
    limits = (request.settings.get(name) for name in LENGTH_NAMES)
    return max((int(limit) for limit in limits if isinstance(limit, int | float)), default=0)


def _cost(usage: Usage, prices: Prices | None) -> float:
    return usage.cost if prices is None else prices.cost(usage)


def _characters(request: Request) -> int:
    return sum(len(turn.content) for turn in request.messages)


class Count:
    """What was sent within one `counting`, including retries, dialects and restarts, and what of it was lost.

    A request costs money even if no reply comes, so the count must survive errors and interruption; a return value
    would not.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.lost: list[Usage] = []
        """What answers that failed took, as the endpoint counted it."""
        self.unknown_tokens, self.unknown_cost = 0, 0.0
        """What answers that never came whole took, at most."""


_COUNT: ContextVar[Count | None] = ContextVar("count", default=None)


@contextlib.contextmanager
def counting() -> Iterator[Count]:
    """Count what is sent inside, in this task and those that it starts."""
    count = Count()
    token = _COUNT.set(count)
    try:
        yield count
    finally:
        _COUNT.reset(token)


def sent_one() -> None:
    """Count one request, if anybody counts."""
    if (count := _COUNT.get()) is not None:
        count.sent += 1
