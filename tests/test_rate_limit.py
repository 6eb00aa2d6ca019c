"""How fast an endpoint is asked: places, turns, and what it says of its limits."""

import asyncio

import pytest
from msgspec import structs
from test_limits import ASKED, Crowd, Scripted

from chains.errors import Busy, OverLimit
from chains.models.budget import Budget
from chains.models.rate_limit import LONGEST_HOLD, Pace, Paced, span


class Clock:
    """Time that passes when somebody waits, and a note of how long each waited."""

    def __init__(self):
        self.now = 0.0
        self.waited = []

    def __call__(self):
        return self.now

    async def rest(self, seconds):
        self.waited.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


class Stamped:
    """Answers at once; keeps the time of each request."""

    def __init__(self, clock):
        self.clock, self.at = clock, []

    async def reply(self, request):
        self.at.append(self.clock.now)
        return await Scripted("well").reply(request)


def paced(inner, clock, in_flight=50, expected=None, **limits):
    return Paced(inner, Pace(in_flight, rest=clock.rest, clock=clock, **limits), expected)


async def crowd_of(provider, count):
    return await asyncio.gather(*(provider.reply(ASKED) for _ in range(count)), return_exceptions=True)


def test_requests_a_minute_are_evenly_spaced():
    clock = Clock()
    inner = Stamped(clock)
    asyncio.run(crowd_of(paced(inner, clock, requests_per_minute=120), 10))
    assert sorted(inner.at) == pytest.approx([0.5 * number for number in range(10)])


def test_tokens_a_minute_space_large_requests_further_apart():
    async def ask(tokens):
        clock = Clock()
        inner = Stamped(clock)
        await crowd_of(paced(inner, clock, in_flight=1, expected=lambda _: tokens, tokens_per_minute=6000), 3)
        return clock.now

    # What was expected and not taken (these replies count no tokens) is given back, so a second request may follow.
    assert asyncio.run(ask(100)) <= 1.0 + 1e-9

    class Counting(Stamped):
        async def reply(self, request):
            reply = await super().reply(request)
            return structs.replace(reply, usage=structs.replace(reply.usage, prompt=200))

    clock = Clock()
    inner = Counting(clock)
    asyncio.run(crowd_of(paced(inner, clock, in_flight=1, expected=lambda _: 100, tokens_per_minute=6000), 3))
    # 200 tokens each at 100 a second: what was taken counts, not what was expected.
    assert inner.at == pytest.approx([0, 2, 4])


def test_one_that_is_turned_away_holds_up_all():
    """The second endpoint call is refused with a wait of 7 s; nobody asks before that, on any trial's behalf."""

    async def ask():
        clock = Clock()
        pace = Pace(4, rest=clock.rest, clock=clock)
        with pytest.raises(Busy):
            await Paced(Scripted(Busy("a", 7, throttled=True)), pace).reply(ASKED)
        inner = Stamped(clock)
        await crowd_of(Paced(inner, pace), 6)
        return inner.at

    assert min(asyncio.run(ask())) == pytest.approx(7)


def test_what_is_no_throttling_holds_up_nobody():
    async def ask():
        clock = Clock()
        pace = Pace(4, rest=clock.rest, clock=clock)
        with pytest.raises(Busy):
            await Paced(Scripted(Busy("a", 7)), pace).reply(ASKED)
        return pace.allowed, clock.waited

    assert asyncio.run(ask()) == (4, [])


def test_fewer_are_let_in_after_a_crowd_was_turned_away_and_more_again_as_replies_come():
    async def ask():
        clock = Clock()
        pace = Pace(32, rest=clock.rest, clock=clock)
        crowd = Scripted(*(Busy("a", 1, throttled=True) for _ in range(32)))
        await crowd_of(Paced(crowd, pace), 32)
        after_one_crowd = pace.allowed
        lowest = after_one_crowd
        for _ in range(20):
            clock.now += 2
            await crowd_of(Paced(Scripted(Busy("a", 1, throttled=True)), pace), 1)
            lowest = min(lowest, pace.allowed)
        inside = Crowd()
        await crowd_of(Paced(inside, pace), 600)
        return after_one_crowd, lowest, pace.allowed, inside.most

    assert asyncio.run(ask()) == (19, 1, 32, 32)  # a crowd that is turned away together counts once: 0.6 * 32


def test_without_a_named_wait_the_hold_doubles_up_to_a_minute():
    clock = Clock()
    pace = Pace(8, rest=clock.rest, clock=clock)
    holds = []

    async def ask():
        for _ in range(12):
            pace.turned_away(clock.now, None)
            before = clock.now
            async with pace.place(1):
                holds.append(clock.now - before)
            clock.now += 0.01

    asyncio.run(ask())
    assert holds[:4] == pytest.approx([0.5, 1, 2, 4])
    assert holds[-1] == LONGEST_HOLD


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, LONGEST_HOLD),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5s"}, 1.5),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms"}, 0.02),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "6m0s"}, 0),
        ({"x-ratelimit-remaining-requests": "0"}, 0),
        ({"x-ratelimit-remaining-requests": "soon", "x-ratelimit-reset-requests": "1s"}, 0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "later"}, 0),
    ],
)
def test_the_rate_limit_headers_are_kept_to(headers, wait):
    clock = Clock()
    pace = Pace(8, rest=clock.rest, clock=clock)
    pace.heard(headers)

    async def ask():
        async with pace.place(1):
            return clock.now

    assert asyncio.run(ask()) == pytest.approx(wait)


@pytest.mark.parametrize(
    ("text", "seconds"), [("1h2m3.5s", 3723.5), ("2", 2), ("500ms", 0.5), ("", None), ("1x", None)]
)
def test_a_reset_header_is_read(text, seconds):
    assert span(text) == seconds


def test_one_who_gives_up_in_the_queue_takes_nobodys_place():
    async def ask():
        pace = Pace(1)
        release = asyncio.Event()

        async def hold():
            async with pace.place(1):
                await release.wait()

        holder, first, second = (asyncio.create_task(hold()) for _ in range(3))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        release.set()
        await asyncio.wait_for(asyncio.gather(holder, second), 5)
        async with asyncio.timeout(5), pace.place(1):
            return True

    assert asyncio.run(ask())


def test_who_waits_for_a_turn_is_told_at_once_that_the_run_stops():
    async def ask():
        budget = Budget()
        pace = Pace(4, rest=budget.rest)
        pace.hold(50)
        waiting = asyncio.create_task(Paced(Scripted("never"), pace).reply(ASKED))
        await asyncio.sleep(0.01)
        budget.close(OverLimit("enough"))
        with pytest.raises(OverLimit, match="enough"):
            await asyncio.wait_for(waiting, 5)

    asyncio.run(ask())
