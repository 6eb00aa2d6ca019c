"""Limits: what a run may use of its models, all of them together."""

import asyncio
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_limits import ASKED, Scripted

from chains.errors import Busy, Hopeless, OverLimit, Stopped
from chains.models.budget import Budget, Taken, counting
from chains.models.metered import Metered
from chains.models.provider import Reply, Request, Usage
from chains.models.reply_parser import counted, read_usage
from chains.models.retries import ASK_AGAIN_AFTER, GIVEN_UP_AFTER, Guarded, Patient
from chains.models.spec import Prices


class Taking:
    """Sends each request through the budget; every reply takes the same."""

    def __init__(self, budget, prompt=100, completion=50):
        self.budget, self.usage, self.asked = budget, Usage(prompt=prompt, completion=completion), 0

    async def reply(self, request):
        self.budget.spend()
        self.asked += 1
        await asyncio.sleep(0)
        return Reply(text="well", usage=self.usage)


def asked_until_met(budget, *, at_once=1, prices=None, taking=None):
    """Ask until a limit is met; return how often, and the sentence."""

    async def ask():
        inner = taking or Taking(budget)
        metered = Metered(inner, "m", budget, prices)
        while True:
            outcomes = await asyncio.gather(*(metered.reply(ASKED) for _ in range(at_once)), return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, OverLimit):
                    return inner.asked, str(outcome)
                assert isinstance(outcome, Reply)

    return asyncio.run(ask())


@pytest.mark.parametrize("at_once", [1, 7, 32])
def test_calls_stop_exactly_at_their_limit_however_many_are_in_flight(at_once):
    asked, sentence = asked_until_met(Budget(100), at_once=at_once)
    assert asked == 100
    assert sentence == "the limit of 100 model calls is met; give more with `resume --set limits.calls=N`"


@pytest.mark.parametrize("at_once", [1, 7, 32])
def test_tokens_stop_short_of_their_limit_with_those_in_flight_counted(at_once):
    """What is in flight is counted with the most that it can take, so the limit is not passed."""
    budget = Budget(tokens=20_000)
    _, sentence = asked_until_met(budget, at_once=at_once)
    assert "the limit of 20,000 tokens is met" in sentence
    # A call takes 150; with every byte of it a token, and all that a template may add, it could take 400.
    assert 20_000 - 400 <= budget.taken.tokens <= 20_000


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(20, 100), st.integers(0, 50)), min_size=1, max_size=40), st.integers(1, 60))
def test_no_order_of_replies_passes_a_limit_of_tokens_or_cost(replies, at_once):
    """The first reply is the dearest that there is; what comes later may take anything up to it, in any order."""
    budget = Budget(tokens=4_000, cost=2.0)
    inner = Taking(budget)

    counts = itertools.chain([(100, 50)], itertools.cycle(replies))

    async def reply(request):
        budget.spend()
        await asyncio.sleep(0)
        prompt, completion = next(counts)
        return Reply(text="well", usage=Usage(prompt=prompt, completion=completion))

    inner.reply = reply
    asked_until_met(budget, at_once=at_once, prices=Prices(input=500, output=500), taking=inner)
    assert budget.taken.tokens <= 4_000
    assert budget.taken.cost <= 2.0


def test_who_finds_no_room_waits_for_those_in_flight_and_is_not_refused():
    """Each may take 1,000 tokens and takes 60: a hundred at once fit within 8,000 one after another."""
    request = Request("m", ASKED.messages, {"max_tokens": 1000})
    budget = Budget(tokens=8_000)
    metered = Metered(Taking(budget, prompt=10, completion=50), "m", budget)

    async def ask():
        return await asyncio.gather(*(metered.reply(request) for _ in range(100)))

    assert len(asyncio.run(ask())) == 100
    assert budget.taken.tokens == 6_000


def test_a_reply_that_was_lost_on_its_way_counts_towards_the_limit():
    """Who dropped the connection may have made the reply, and charged for it."""
    request = Request("m", ASKED.messages, {"max_tokens": 1000})
    budget = Budget(tokens=5_000)
    metered = Metered(Scripted(Busy("dropped", lost=True), Busy("turned away"), "well"), "m", budget)

    async def ask():
        for _ in range(2):
            with pytest.raises(Busy):
                await metered.reply(request)

    asyncio.run(ask())
    assert 1_000 < budget.taken.tokens < 1_000 + 400


def test_money_is_limited_by_the_models_prices():
    budget = Budget(cost=1.25)
    _, sentence = asked_until_met(budget, prices=Prices(input=1000, output=1000))  # 0.15 a call, and at most 0.395
    assert sentence.startswith("the limit of 1.25 in cost is met, 0.9000 spent and up to 0.39")
    assert budget.taken.cost == pytest.approx(0.9)


def test_cached_tokens_that_stand_beside_the_prompt_are_paid_for_and_never_given_back():
    usage = read_usage({**COUNTED, "prompt_tokens_details": {"cached_tokens": 10_000}})
    assert usage == Usage(prompt=10_010, completion=50, cached=10_000)
    budget = Budget(cost=0.02)
    inner = Taking(budget)
    inner.usage = usage
    asked, _ = asked_until_met(budget, taking=inner, prices=Prices(input=3, output=15, cached=0.3))
    assert budget.taken.cost == pytest.approx(asked * 0.00378)
    assert 0 < budget.taken.cost <= 0.02


def test_reasoning_that_stands_beside_the_reply_is_paid_for():
    usage = read_usage({**COUNTED, "completion_tokens_details": {"reasoning_tokens": 400}})
    assert usage == Usage(prompt=10, completion=450, reasoning=400)


COUNTED = {"prompt_tokens": 10, "completion_tokens": 50}
ANY = st.integers(-9, 10**13) | st.sampled_from([None, True, "7", [7], 0.5, 2**64, math.inf, -math.inf, math.nan])
NAMES = ("prompt_tokens", "completion_tokens", "prompt_cache_hit_tokens")


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"prompt_tokens": "300", "completion_tokens": "1,050"}, Usage(300, 1050)),
        ({"input_tokens": 300, "output_tokens": 50}, Usage(300, 50)),
        # Anthropic: what was cached and what was written to the cache stand beside the prompt.
        (
            {"input_tokens": 10, "output_tokens": 50, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 7},
            Usage(22, 50, 0, 5, 7),
        ),
        # A gateway that keeps Anthropic's names beside OpenAI's counts, which hold everything.
        (
            {"prompt_tokens": 22, "completion_tokens": 50, "total_tokens": 72, "cache_read_input_tokens": 5},
            Usage(22, 50, 0, 5),
        ),
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "total_tokens": 190,
                "prompt_tokens_details": {"cached_tokens": 40},
            },
            Usage(140, 50, 0, 40),
        ),
        # Thought that is counted beside the reply, told or not.
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 50,
                "total_tokens": 460,
                "completion_tokens_details": {"reasoning_tokens": 400},
            },
            Usage(10, 450, 400),
        ),
        ({"prompt_tokens": 10, "completion_tokens": 50, "total_tokens": 460}, Usage(10, 450, 400)),
        ({"prompt_tokens": 100, "completion_tokens": 5, "prompt_cache_hit_tokens": 64}, Usage(100, 5, 0, 64)),
        ({"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25}, Usage(10, 5, cost=0.25)),
        ({"prompt_tokens": 10, "completion_tokens": 5, "cost": -3}, Usage(10, 5)),
    ],
)
def test_tokens_are_counted_as_their_provider_means_them(told, usage):
    assert read_usage(told) == usage


def test_counts_that_can_not_be_are_noted():
    assert counted({"prompt_tokens": -5, "completion_tokens": 7})[1] == [
        "the endpoint counts what can't be (prompt_tokens = -5); it is taken as 0"
    ]
    assert counted({"prompt_tokens": 5, "completion_tokens": None})[1] == []


def test_what_is_written_to_a_cache_has_its_price_and_what_was_charged_is_the_least():
    usage = Usage(prompt=1_000_000, written=400_000, cached=500_000)
    assert Prices(input=1, output=1, cached=0.1, cache_write=1.25).cost(usage) == pytest.approx(0.1 + 0.5 + 0.05)
    assert Prices(input=1, output=1).cost(Usage(10, 10, cost=0.5)) == 0.5


@given(
    st.dictionaries(st.sampled_from(NAMES), ANY),
    ANY | st.fixed_dictionaries({"cached_tokens": ANY}),
    ANY | st.fixed_dictionaries({"reasoning_tokens": ANY}),
)
def test_whatever_an_endpoint_counts_nothing_is_given_back(counted, of_prompt, of_reply):
    parts = {"prompt_tokens_details": of_prompt, "completion_tokens_details": of_reply}
    usage = read_usage(counted | parts)
    assert 0 <= usage.cached <= usage.prompt
    assert 0 <= usage.reasoning <= usage.completion
    assert 0 <= Prices(input=3, output=15, cached=0.3).cost(usage) < math.inf


def test_what_was_used_before_counts():
    assert asked_until_met(Budget(10, taken=Taken(calls=7)))[0] == 3
    assert asked_until_met(Budget(tokens=1500, taken=Taken(tokens=1200)))[0] <= 2


def test_time_is_limited_with_the_time_before():
    now = [0.0]
    budget = Budget(seconds=120, spent_seconds=60, clock=lambda: now[0])
    budget.spend()
    now[0] = 59.9
    budget.spend()
    assert budget.seconds_left == pytest.approx(0.1)
    now[0] = 60
    with pytest.raises(OverLimit, match="the limit of 2 minutes is met"):
        budget.spend()
    assert budget.sent == 2


def test_who_waits_to_ask_again_is_told_at_once_that_a_limit_is_met():
    async def ask():
        budget = Budget(1)
        waiting = asyncio.create_task(Patient(Scripted(Busy("a", 500), "never"), sleep=budget.rest).reply(ASKED))
        await asyncio.sleep(0.01)
        budget.spend()
        with pytest.raises(OverLimit):
            budget.spend()
        with pytest.raises(OverLimit):
            await asyncio.wait_for(waiting, 5)

    asyncio.run(ask())


def test_who_waits_to_ask_again_is_told_at_once_that_the_run_was_stopped():
    """A back-off must not hold up Ctrl-C."""

    async def ask():
        budget = Budget()
        waiting = asyncio.create_task(Patient(Scripted(Busy("a", 500), "never"), sleep=budget.rest).reply(ASKED))
        await asyncio.sleep(0.01)
        budget.close()
        with pytest.raises(Stopped):
            await asyncio.wait_for(waiting, 5)

    asyncio.run(ask())


def test_an_endpoint_that_counts_no_tokens_stops_a_run_whose_tokens_are_limited():
    budget = Budget(tokens=1000)
    asked, sentence = asked_until_met(budget, taking=Taking(budget, 0, 0))
    assert asked == 1
    assert sentence.startswith("the endpoint of 'm' does not count tokens, so limits.tokens can't be kept")


def test_what_is_sent_is_counted_whatever_comes_of_it():
    async def ask():
        budget = Budget()

        class Lost(Taking):
            async def reply(self, request):
                await super().reply(request)
                raise Busy("lost")

        async def no_wait(seconds):
            pass

        with counting() as count, pytest.raises(Busy):
            await Patient(Lost(budget), attempts=4, sleep=no_wait).reply(ASKED)
        return count.sent, budget.sent

    assert asyncio.run(ask()) == (4, 4)


def guarded(*outcomes, now):
    inner = Scripted(*outcomes)
    return inner, Guarded(inner, clock=lambda: now[0])


def outcome_of(provider):
    try:
        return asyncio.run(provider.reply(ASKED)).text
    except (Busy, Hopeless) as error:
        return f"{type(error).__name__}: {error}"


def test_an_endpoint_that_is_down_is_not_waited_for_by_every_trial():
    """After three requests in a row the others fail at once, then one tries it now and then."""
    now = [0.0]
    inner, provider = guarded(*[Busy("down")] * (GIVEN_UP_AFTER + 1), "well", "well", now=now)
    for _ in range(GIVEN_UP_AFTER + 5):
        assert outcome_of(provider) == "Busy: down"
    assert len(inner.asked) == GIVEN_UP_AFTER
    now[0] += ASK_AGAIN_AFTER
    assert [outcome_of(provider), outcome_of(provider)] == ["Busy: down", "Busy: down"]
    assert len(inner.asked) == GIVEN_UP_AFTER + 1
    now[0] += ASK_AGAIN_AFTER
    assert [outcome_of(provider), outcome_of(provider)] == ["well", "well"]


def test_an_endpoint_that_answers_now_and_then_is_not_given_up():
    _, provider = guarded(*[Busy("busy"), Busy("busy"), "well"] * 5, now=[0.0])
    assert [outcome_of(provider) for _ in range(15)] == ["Busy: busy", "Busy: busy", "well"] * 5


def test_requests_that_are_themselves_the_trouble_give_no_endpoint_up():
    inner, provider = guarded(*[Hopeless("too long")] * 9, "well", now=[0.0])
    assert [outcome_of(provider) for _ in range(10)] == ["Hopeless: too long"] * 9 + ["well"]
    assert len(inner.asked) == 10


def test_a_last_round_asks_again_whom_the_run_gave_up():
    inner, provider = guarded(*[Busy("down")] * GIVEN_UP_AFTER, "well", now=[0.0])
    for _ in range(GIVEN_UP_AFTER + 1):
        outcome_of(provider)
    provider.hope()
    assert outcome_of(provider) == "well"
    assert len(inner.asked) == GIVEN_UP_AFTER + 1
