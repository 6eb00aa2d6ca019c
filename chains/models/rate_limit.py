"""How fast one endpoint may be asked, shared by every trial that asks it.

A request waits for a place among those in flight, then for its turn under the
requests and tokens a minute, then for the end of any pause that the endpoint
asked for. `Retry-After` and the `x-ratelimit-*` headers pause all requests. Each
time the endpoint turns requests away, fewer may be in flight; as replies come,
one more per round. (Additive increase, multiplicative
decrease: Chiu and Jain 1989, "Analysis of the increase and decrease algorithms
for congestion avoidance in computer networks".)
"""

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime

from chains.errors import Busy
from chains.models.provider import CHARACTERS_A_TOKEN, Provider, Reply, Request

Sleep = Callable[[float], Awaitable[None]]
LONGEST_HOLD = 60.0
"""Longest pause for all requests, in seconds; if the endpoint asks for more, each request waits on its own."""
FIRST_HOLD = 0.5
"""Seconds of the pause if requests are turned away and no time is named; doubled each time."""
FEWER = 0.6
"""Share of the requests in flight that is allowed after some were turned away."""
SHORTEST_WAIT = 0.002
"""Seconds; a shorter wait costs more than it is worth."""
FIRST_MOMENT = 1e9
"""A number from here on (seconds) is a moment since 1970, not a span: a span would be thirty years."""
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h|d)")


class Pace:
    """The pace of one endpoint: places in flight, and turns.

    Args:
        in_flight: Most requests at the same time.
        requests_per_minute: None: no limit of ours.
        tokens_per_minute: Of prompts and replies together. None: no limit of ours.
        rest: How to wait; raises if the run stops meanwhile.
        clock: A monotonic clock, in seconds.
    """

    def __init__(
        self,
        in_flight: int,
        *,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        rest: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._allowed = in_flight, float(in_flight)
        self._inside = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._between = 60 / requests_per_minute if requests_per_minute else 0.0
        self._a_token = 60 / tokens_per_minute if tokens_per_minute else 0.0
        self._next_request = self._next_token = self._not_before = clock()
        self._cut_at = -1.0
        self._turned_away = 0
        self._rest, self._clock = rest, clock

    @property
    def allowed(self) -> int:
        """Requests that may be in flight now; fewer than `in_flight` after some were turned away."""
        return max(1, int(self._allowed))

    @property
    def waiting(self) -> int:
        """Requests that are in flight or wait for a place."""
        return self._inside + len(self._queue)

    @property
    def crowded(self) -> bool:
        """Whether requests wait for a place."""
        return bool(self._queue)

    @property
    def full(self) -> bool:
        """Whether a request that comes now has to wait for a place."""
        return self._inside >= self.allowed or bool(self._queue)

    @property
    def slowed(self) -> bool:
        """Whether fewer requests may be in flight than usual, or requests were turned away since the last reply."""
        return self._allowed < self._most or self._turned_away > 0

    @property
    def paused(self) -> bool:
        """Whether all requests wait for the end of a pause."""
        return self._not_before > self._clock()

    @contextlib.asynccontextmanager
    async def place(self, tokens: float) -> AsyncIterator[None]:
        """Wait for a place and a turn for a request of about `tokens` tokens, and hold the place.

        Raises:
            MazedomError: The run stops.
        """
        await self.enter(tokens)
        try:
            yield
        finally:
            self.leave()

    async def enter(self, tokens: float) -> None:
        """Wait for a place and a turn, and take the place, which `leave` gives back; see `place`."""
        await self._enter()
        try:
            await self._turn(tokens)
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Give a place back."""
        self._inside -= 1
        self._let_in()

    async def _enter(self) -> None:
        if self._inside < self.allowed and not self._queue:
            self._inside += 1
            return
        waiting = asyncio.get_running_loop().create_future()
        self._queue.append(waiting)
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self._inside -= 1
                self._let_in()
            raise

    def _let_in(self) -> None:
        while self._queue and self._inside < self.allowed:
            waiting = self._queue.popleft()
            if not waiting.done():
                self._inside += 1
                waiting.set_result(None)

    async def _turn(self, tokens: float) -> None:
        now = self._clock()
        at = max(now, self._next_request if self._between else now, self._next_token if self._a_token else now)
        self._next_request = max(now, self._next_request) + self._between
        self._next_token = max(now, self._next_token) + tokens * self._a_token
        until = at
        while (until := max(until, self._not_before)) - now > SHORTEST_WAIT:
            await self._rest(until - now)
            now = until  # trust the sleeper: in tests it does not really wait

    def took(self, expected: float, tokens: float) -> None:
        """Note that a request took `tokens` tokens in place of the expected ones."""
        self._next_token += (tokens - expected) * self._a_token

    def answered(self) -> None:
        """Note a reply; after a round of replies, one more request may be in flight."""
        self._turned_away = 0
        if self._allowed < self._most:
            self._allowed = min(self._most, self._allowed + 1 / self._allowed)
            self._let_in()

    def turned_away(self, began: float, retry_after: float | None) -> None:
        """Note that the endpoint turned away a request that began at `began`: pause all requests.

        Requests that are turned away together count once.
        """
        now = self._clock()
        if began > self._cut_at:
            self._cut_at = now
            self._allowed = max(1.0, min(self._allowed, self._inside) * FEWER)
            self._turned_away += 1
        own = FIRST_HOLD * 2 ** min(self._turned_away - 1, 16)
        self.hold(own if retry_after is None else retry_after)

    def hold(self, seconds: float) -> None:
        """Pause all requests for `seconds`."""
        self._not_before = max(self._not_before, self._clock() + min(seconds, LONGEST_HOLD))

    def heard(self, headers: Mapping[str, str]) -> None:
        """Obey the rate-limit headers of an answer: if nothing remains, pause all requests until the reset."""
        for remaining, reset in _LEFT_AND_RESET:
            left = headers.get(remaining)
            if left is not None and _spent(left):
                wait = span(headers.get(reset, ""))
                if wait is not None:
                    self.hold(wait)

    @property
    def clock(self) -> float:
        """The time by this pace's clock."""
        return self._clock()


def span(text: str, now: float | None = None) -> float | None:
    """Return the seconds that a reset header names; None if it names none.

    Reads a span ("1s", "6m0s", "20ms", "1.5") or a moment: seconds, milliseconds or
    microseconds since 1970 (no span is that large), or ISO 8601.

    Args:
        text: The header.
        now: Seconds since 1970; None for the clock.
    """
    text, now = text.strip(), time.time() if now is None else now
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        if not number < float("inf"):
            return None
        if number < FIRST_MOMENT:
            return max(0.0, number)
        while number > 100 * FIRST_MOMENT:
            number /= 1000
        return max(0.0, number - now)
    parts = _SPAN.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    try:
        moment = datetime.fromisoformat(text)
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None


_LEFT_AND_RESET = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
)
"""Pairs of headers: how much is left, and when it is reset."""


def _spent(remaining: str) -> bool:
    try:
        return float(remaining) <= 0
    except ValueError:
        return False


class Paced:
    """Wraps a provider: keeps to its endpoint's pace, and tells the pace the result of each request.

    Args:
        inner: The provider that is asked.
        pace: Shared by all who ask the same endpoint.
        expected: Estimates the tokens of a request; None: those of its prompt.
    """

    def __init__(self, inner: Provider, pace: Pace, expected: Callable[[Request], float] | None = None) -> None:
        self._inner, self._pace, self._expected = inner, pace, expected or _prompt

    async def reply(self, request: Request) -> Reply:
        """Answer a request as soon as it is its turn."""
        pace, expected = self._pace, self._expected(request)
        async with pace.place(expected):
            began = pace.clock
            try:
                reply = await self._inner.reply(request)
            except Busy as error:
                if error.throttled:
                    pace.turned_away(began, error.retry_after)
                raise
        pace.answered()
        pace.took(expected, reply.usage.prompt + reply.usage.completion)
        return reply


def _prompt(request: Request) -> float:
    return sum(len(turn.content) for turn in request.messages) / CHARACTERS_A_TOKEN
