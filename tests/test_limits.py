"""Patience, places in flight and budgets."""

import asyncio

import pytest

from chains.errors import Busy, Hopeless, OverLimit
from chains.models.budget import Budget
from chains.models.provider import Message, Reply, Request
from chains.models.rate_limit import Pace, Paced
from chains.models.retries import LONGEST_ASKED, LONGEST_WAIT, Patient

ASKED = Request(model="m", messages=(Message(role="user", content="How are things?"),))


class Scripted:
    """Raises or returns what it is given, in order; keeps the requests."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.asked = []

    async def reply(self, request):
        self.asked.append(request)
        await asyncio.sleep(0)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return Reply(text=outcome)


class Waits:
    """Keeps the seconds that it was asked to wait, and waits for none of them."""

    def __init__(self):
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)


def test_a_busy_service_is_asked_again_and_the_tries_are_counted():
    inner, waits = Scripted(Busy("a"), Busy("b"), "well"), Waits()
    reply = asyncio.run(Patient(inner, sleep=waits).reply(ASKED))
    assert (reply.text, reply.tries) == ("well", 3)
    assert len(waits.seconds) == 2
    assert all(request is ASKED for request in inner.asked)


def test_the_wait_that_the_service_asks_for_is_kept_to():
    inner, waits = Scripted(Busy("a", retry_after=7), Busy("b", retry_after=0), "well"), Waits()
    asyncio.run(Patient(inner, sleep=waits).reply(ASKED))
    assert 7 <= waits.seconds[0] <= 8
    assert waits.seconds[1] == 0


def test_waits_grow_and_stay_within_a_minute():
    inner, waits = Scripted(*(Busy("a") for _ in range(10)), "well"), Waits()
    asyncio.run(Patient(inner, attempts=11, sleep=waits).reply(ASKED))
    assert waits.seconds[0] <= 2
    assert waits.seconds[3] > 4
    assert waits.seconds[-1] == LONGEST_WAIT


def test_patience_ends_with_the_last_attempt():
    inner, waits = Scripted(*(Busy(str(number)) for number in range(9))), Waits()
    with pytest.raises(Busy, match="2"):
        asyncio.run(Patient(inner, attempts=3, sleep=waits).reply(ASKED))
    assert len(inner.asked) == 3


def test_a_service_that_asks_for_hours_is_not_waited_for():
    inner, waits = Scripted(Busy("quota", retry_after=LONGEST_ASKED + 1)), Waits()
    with pytest.raises(Busy, match="quota"):
        asyncio.run(Patient(inner, sleep=waits).reply(ASKED))
    assert waits.seconds == []


@pytest.mark.parametrize("error", [Hopeless("no such model"), OverLimit("enough"), ValueError("a fault of ours")])
def test_what_waiting_can_not_mend_is_raised_at_once(error):
    inner = Scripted(error, "well")
    with pytest.raises(type(error)):
        asyncio.run(Patient(inner, sleep=Waits()).reply(ASKED))
    assert len(inner.asked) == 1


def test_a_wait_can_be_cancelled():
    async def ask():
        asked = asyncio.create_task(Patient(Scripted(Busy("a"), "well")).reply(ASKED))
        await asyncio.sleep(0.01)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked

    asyncio.run(ask())


def test_calls_in_parallel_keep_their_tries_apart():
    async def ask():
        waits = Waits()
        once = Patient(Scripted(*(Busy("a") for _ in range(5)), *"12345"), sleep=waits)
        return await asyncio.gather(*(once.reply(ASKED) for _ in range(5)))

    assert [reply.tries for reply in asyncio.run(ask())] == [2] * 5


class Crowd:
    """Knows how many were inside at most."""

    def __init__(self):
        self.inside = self.most = 0

    async def reply(self, request):
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0)
        self.inside -= 1
        return Reply(text="well")


def test_no_more_requests_are_in_flight_than_allowed():
    async def ask(in_flight):
        crowd = Crowd()
        capped = Paced(crowd, Pace(in_flight))
        await asyncio.gather(*(capped.reply(ASKED) for _ in range(20)))
        return crowd.most

    assert [asyncio.run(ask(in_flight)) for in_flight in (1, 3, 50)] == [1, 3, 20]


def test_one_who_waits_holds_no_place():
    async def ask():
        waiting = asyncio.Event()

        async def wait(seconds):
            await waiting.wait()

        # The first is turned away and waits; the second is served meanwhile, in the only place there is.
        patient = Patient(Paced(Scripted(Busy("a"), "second", "first"), Pace(1)), sleep=wait)
        first = asyncio.create_task(patient.reply(ASKED))
        await asyncio.sleep(0)
        second = await patient.reply(ASKED)
        waiting.set()
        return (await first).text, second.text

    assert asyncio.run(ask()) == ("first", "second")


def test_a_budget_refuses_the_call_that_exceeds_it_and_does_not_count_it():
    budget = Budget(2)
    budget.spend()
    budget.spend()
    with pytest.raises(OverLimit, match=r"the limit of 2 model calls is met; give more with `resume"):
        budget.spend()
    assert budget.sent == 2


def test_a_budget_without_a_limit_only_counts():
    budget = Budget()
    for _ in range(100):
        budget.spend()
    assert budget.sent == 100
