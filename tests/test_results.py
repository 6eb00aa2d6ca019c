"""What a run has to show: what was spent, and what to make of silent seats."""

import asyncio

import pytest
from test_log import step

from chains.analysis.results.run_results import results
from chains.experiments.experiment import Experiment
from chains.experiments.overrides import override
from chains.models.provider import Reply, Usage
from chains.models.spec import ModelSpec, Prices, Source
from chains.running.log.index import Spent
from chains.running.log.log import Log
from chains.running.prepare import prepare
from chains.running.runner import drive
from chains.running.spending import cost

NAME = "http://localhost:1/v1#m"


def source(prices, label="m", kind="endpoint"):
    return Source(label, label, kind, ModelSpec(model=label, base_url="http://localhost:1/v1", prices=prices))


def test_cost_is_tokens_times_prices_with_cached_ones_at_their_own():
    spent = {"m": Spent(calls=3, prompt=1_000_000, completion=200_000, reasoning=50_000, cached=400_000)}
    prices = Prices(input=1.0, output=10.0, cached=0.25)
    assert cost([source(prices)], spent) == pytest.approx(0.6 * 1.0 + 0.4 * 0.25 + 0.2 * 10.0)


def test_old_logs_in_which_a_part_is_larger_than_its_whole_cost_what_each_call_cost(tmp_path):
    """One such call would vanish among others: in their sum the cached tokens are fewer than the prompt's."""
    odd = Usage(prompt=10, completion=50, reasoning=400, cached=10_000)
    ordinary = Usage(prompt=20_000, completion=1_000)
    with Log(tmp_path, write=True) as log:
        for trial, usage in (("c1.w1.r1", odd), ("c1.w2.r1", ordinary)):
            reply = Reply(text="All is well.", usage=usage)
            log.append(step(trial).model_copy(update={"reply": reply, "reply_digest": reply.digest, "tries": 1}))
    with Log(tmp_path) as log:
        spent, tokens = log.index.spent, [log.index.taken(trial).tokens for trial in log.index.places.trials]
    prices = Prices(input=3, output=15, cached=0.3)
    assert cost([source(prices, "echo")], spent) == pytest.approx(0.00978 + 0.075)
    assert tokens == [10_460, 21_000]


def test_an_unknown_price_makes_the_cost_unknown_not_nothing():
    assert cost([source(None)], {"m": Spent(calls=1)}) is None


def test_models_on_this_machine_cost_nothing():
    assert cost([source(None, "smollm2", "embedded")], {"smollm2": Spent(calls=9, prompt=9)}) == 0


class Refusing:
    """Refuses in one world's managers, and relays otherwise."""

    def __init__(self, title):
        self.title = title

    async def reply(self, request):
        if request.occasion.role == "manager" and request.occasion.world.title == self.title:
            return Reply(text="I can't help with that.", finish="refusal", usage=Usage(prompt=5, completion=5))
        return Reply(text=request.occasion.heard[0], usage=Usage(prompt=5, completion=5))


def test_results_are_shown_with_and_without_trials_in_which_a_seat_was_silent(tmp_path):
    record = prepare(override(Experiment(), ["worlds=2", "depth=2", "facts=6", f"model={NAME}"]), "run")
    refused = record.worlds[record.world_of["c1.w1"]].title
    with Log(tmp_path, write=True) as log:
        asyncio.run(drive(record, log, {NAME: Refusing(refused)}))
        told = {step.request.messages[0].content for step in log.steps() if step.seat == "L0"}
        found = results(record, log)
    assert sum("(no report)" in text for text in told) == 1
    assert [row["kept"] for row in found.by_hop()] == [1.0, 0.5]
    assert [row["silent"] for row in found.by_hop()] == [0.0, 0.5]
    assert [row["kept"] for row in found.by_hop(silent=False)] == [1.0, 1.0]
    assert found.document()["silent"] == 1
