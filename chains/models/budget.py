"""The budget of a run, shared by all its models: calls, tokens, money, time.

The limits are hard. A request that would exceed one is not sent, and the run
stops: requests that wait are told at once. Before a request is sent, the most
that it can take is set aside: a token is at least one byte of what is sent, and
a reply has at most `max_tokens`. If that does not fit beside what is set aside
for requests in flight, it waits for them.

An endpoint that counts more is believed as long as the limit holds all the same:
it may add a prompt of its own, and later requests set aside as much. A count
that would pass the limit stops the run at once, and what was set aside is
charged in its place. So what is charged never passes a limit. What remains: an
endpoint that sends more text than `max_tokens` allows is charged for all of it,
and one that bills what it does not count can't be seen.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, NamedTuple

from chains.errors import MazedomError, OverLimit, Stopped
from chains.models.provider import Usage
from chains.models.spec import Prices


@dataclass
class Taken:
    """What was used so far."""

    calls: int = 0
    """Requests sent, including repeated ones."""
    tokens: int = 0
    """Tokens of prompts and replies together, as the endpoints counted them."""
    cost: float = 0.0
    """In the currency of the models' prices."""


@dataclass(frozen=True)
class Most:
    """The most that a request and its reply can take."""

    prompt: int
    completion: int
    cost: float

    @property
    def tokens(self) -> int:
        """Of prompt and reply together."""
        return self.prompt + self.completion

    def capped(self, usage: Usage, came: int) -> Usage:
        """Return a count with no part larger than it can be.

        Args:
            usage: As the endpoint counted it.
            came: Bytes of the reply: what came was counted rightly, even if it is longer than it may be.
        """
        prompt = min(usage.prompt, self.prompt)
        completion = min(usage.completion, max(self.completion, came))
        cached = min(usage.cached, prompt)
        return Usage(
            prompt=prompt,
            completion=completion,
            reasoning=min(usage.reasoning, completion),
            cached=cached,
            written=min(usage.written, prompt - cached),
            cost=min(usage.cost, self.cost),
        )


@dataclass
class SetAside:
    """What is set aside for one request in flight, as far as nothing was charged for it yet."""

    most: Most
    tokens: int
    cost: float


_SET_ASIDE: ContextVar[SetAside | None] = ContextVar("set_aside", default=None)
"""What is set aside for the request that this task has sent."""


@contextlib.contextmanager
def setting_aside(aside: SetAside) -> Iterator[None]:
    """Inside, `Budget.took` charges what was set aside for this task's request."""
    before = _SET_ASIDE.set(aside)
    try:
        yield
    finally:
        _SET_ASIDE.reset(before)


class MostInAll(NamedTuple):
    """The limits of a run; None: no limit."""

    calls: int | None
    tokens: int | None
    cost: float | None


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
    def limits(self) -> "MostInAll":
        """What may be used in all, time left out."""
        return MostInAll(self._calls, self._tokens, self._cost)

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
    async def room(self, most: Callable[[], Most]) -> AsyncIterator[SetAside]:
        """Set aside the most that a request can take while it is in flight; wait until there is room.

        Args:
            most: Returns the most that it can take, as far as is known when it is called.

        Raises:
            OverLimit: It would not fit even if nothing else were in flight.
            Stopped: The budget was closed.
        """
        aside = await self.set_aside(most)
        try:
            with setting_aside(aside):
                yield aside
        finally:
            self._put_back(aside)

    async def set_aside(self, most: Callable[[], Most]) -> SetAside:
        """Set aside the most that a request can take, which `settle` puts back; see `room`.

        Raises:
            OverLimit: It would not fit even if nothing else were in flight.
            Stopped: The budget was closed.
        """
        while True:
            if self._why is not None:
                raise self._why.with_traceback(None)
            held = most()
            if (met := self._too_much(held.tokens, held.cost)) is None:
                break
            if not self._in_flight.calls:
                self.close(met)
                raise met
            freed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._freed.append(freed)
            await freed
        flying = self._in_flight
        flying.calls, flying.tokens, flying.cost = (
            flying.calls + 1,
            flying.tokens + held.tokens,
            flying.cost + held.cost,
        )
        return SetAside(held, held.tokens, held.cost)

    def settle(self, aside: SetAside, tokens: int, cost: float) -> None:
        """Charge what a request took that another process sent, and put back what was set aside for it."""
        self.taken.tokens += tokens
        self.taken.cost += cost
        self._put_back(aside)

    def _put_back(self, aside: SetAside) -> None:
        flying = self._in_flight
        flying.calls -= 1
        self._release(aside, aside.tokens, aside.cost)
        if not flying.calls:
            flying.cost = 0.0  # otherwise rounding errors would add up
        self._wake()

    def _release(self, aside: SetAside, tokens: int, cost: float) -> None:
        """Set aside less for a request, by what was charged for it."""
        tokens, cost = min(tokens, aside.tokens), min(cost, aside.cost)
        aside.tokens, aside.cost = aside.tokens - tokens, aside.cost - cost
        self._in_flight.tokens -= tokens
        self._in_flight.cost -= cost

    def _too_much(self, tokens: int, cost: float) -> OverLimit | None:
        taken = self.taken
        match self.passed(tokens, cost):
            case "tokens":
                used = f", {taken.tokens:,} used and up to {tokens:,} more in the next call"
                return _met(f"{self._tokens:,} tokens", "tokens", used)
            case "cost":
                used = f", {taken.cost:.4f} spent and up to {cost:.4f} more in the next call"
                return _met(f"{self._cost:g} in cost", "cost", used)
        return None

    def passed(self, tokens: int, cost: float) -> Literal["tokens", "cost"] | None:
        """Return which limit would be passed by so much more than is used and set aside; None if none would."""
        taken, flying = self.taken, self._in_flight
        if self._tokens is not None and taken.tokens + flying.tokens + tokens > self._tokens:
            return "tokens"
        if self._cost is not None and taken.cost + flying.cost + cost > self._cost:
            return "cost"
        return None

    def _wake(self) -> None:
        """Let all requests that wait for room check again."""
        for freed in self._freed:
            if not freed.done():
                freed.set_result(None)
        self._freed.clear()

    def took(self, usage: Usage, prices: Prices | None, name: str = "", came: int = 0) -> tuple[Usage, str | None]:
        """Count the tokens of an answer and their cost at these prices.

        Args:
            usage: As the endpoint counted it.
            prices: The model's prices, if it has any.
            name: What the model is called.
            came: Bytes of the reply.

        Returns:
            What was charged, and a note if that is less than the endpoint counted.
        """
        aside, note = _SET_ASIDE.get(), None
        tokens, cost = usage.prompt + usage.completion, charge(usage, prices)
        if aside is not None and (key := self.passed(tokens - aside.tokens, cost - aside.cost)) is not None:
            capped = aside.most.capped(usage, came)
            if capped != usage:
                counted, most = f"{tokens:,} tokens", f"{aside.most.tokens:,}"
                if key == "cost":
                    counted, most = f"{counted} ({cost:.4g} in cost)", f"{most} ({aside.most.cost:.4g})"
                note = f"the endpoint of {name!r} counts {counted} for one call, which can take {most} at most"
                usage, tokens, cost = capped, capped.prompt + capped.completion, charge(capped, prices)
                why = f"{note}: that would pass limits.{key}, so the run stops, with no more than that charged"
                self.close(OverLimit(f"{why}; compare the bill, then `resume --set limits.{key}=N` if you trust it"))
        self.taken.tokens += tokens
        self.taken.cost += cost
        if aside is not None:
            self._release(aside, tokens, cost)
        return usage, note

    def lost(self, usage: Usage, prices: Prices | None, name: str = "") -> None:
        """Count what an answer that failed took, at these prices; whoever counts is told too, for the log."""
        usage, _ = self.took(usage, prices, name)
        if (count := _COUNT.get()) is not None:
            count.lost.append(usage)

    def may_have_taken(self, aside: SetAside) -> None:
        """Count all that is set aside for a request whose answer never came whole, or did not count."""
        tokens, cost = aside.tokens, aside.cost
        self.taken.tokens += tokens
        self.taken.cost += cost
        self._release(aside, tokens, cost)
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


def charge(usage: Usage, prices: Prices | None) -> float:
    """Return what a call costs at these prices; without prices, what the endpoint says that it charged."""
    return usage.cost if prices is None else prices.cost(usage)


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
