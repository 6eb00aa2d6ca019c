"""Replies that conditions share: the same question, seed and all, is asked once."""

import asyncio
import tracemalloc
from hashlib import sha256

from chains.experiments.experiment import Experiment
from chains.experiments.overrides import override
from chains.models.provider import Reply, Usage
from chains.organisation.turn_key import Key
from chains.running.log.log import Log
from chains.running.log.step_index import Place
from chains.running.prepare import prepare
from chains.running.runner import drive
from chains.running.shared_replies import SharedReplies

NAME = "http://localhost:1/v1#m"


def staged(settings):
    return prepare(override(Experiment(), [*settings, f"model={NAME}"]), "run")


class Fickle:
    """Never says the same twice, whatever the seed, and takes its time."""

    def __init__(self):
        self.asked = 0

    async def reply(self, request):
        self.asked += 1
        text = f"- Pump P-{self.asked} is fine."
        await asyncio.sleep(0.001)
        return Reply(text=text, usage=Usage(prompt=10, completion=5))


def driven(record, folder):
    """Drive a run and return how often the model was asked, with the steps."""
    model = Fickle()
    with Log(folder, write=True) as log:
        asyncio.run(drive(record, log, {NAME: model}))
        assert log.index.calls == model.asked
        assert log.index.tokens == 15 * model.asked
        return model.asked, list(log.steps())


def test_conditions_that_ask_the_same_are_given_the_same_answer_and_asked_once(tmp_path):
    """The workers of conditions that differ in the managers' prompt alone."""
    asked, steps = driven(staged(["prompt=plain,honest,career", "worlds=2", "depth=3", "facts=6"]), tmp_path)
    assert len(steps) == 24
    assert asked == 24 - 2 * 2
    for world in ("w1", "w2"):
        workers = [step for step in steps if step.seat == "L3" and world in step.trial]
        assert len({step.reply.text for step in workers}) == 1
        assert sorted(step.tries for step in workers) == [0, 0, 1]
        managers = [step for step in steps if step.seat == "L2" and world in step.trial]
        assert len({step.reply.text for step in managers}) == 3


def test_replicates_are_asked_anew(tmp_path):
    """They differ in their seeds, so nothing is shared between them."""
    asked, _ = driven(staged(["prompt=plain", "worlds=1", "replicates=3", "depth=1", "facts=6"]), tmp_path)
    assert asked == 6


def test_a_run_that_goes_on_shares_what_was_logged_before(tmp_path):
    record = staged(["prompt=plain,honest", "worlds=1", "depth=2", "facts=6"])
    model = Fickle()
    with Log(tmp_path, write=True) as log:
        asyncio.run(drive(record, log, {NAME: model}, only={"c1.w1.r1"}))
    assert model.asked == 3
    with Log(tmp_path, write=True) as log:
        asyncio.run(drive(record, log, {NAME: model}))
        texts = {step.reply.text for step in log.steps() if step.seat == "L2"}
    assert model.asked == 5
    assert len(texts) == 1


def test_a_channel_is_asked_for_every_trial(tmp_path):
    """Its reply depends on the hop and the depth, which its request does not name."""
    record = prepare(override(Experiment(), ["depth=1,2", "worlds=1", "facts=6", "model=channel"]), "run")
    model = Fickle()
    with Log(tmp_path, write=True) as log:
        asyncio.run(drive(record, log, {"channel": model}))
    assert model.asked == 5


def test_what_is_remembered_of_each_request_is_small():
    """There is an entry for every reply of a run: with the names of its step it would be 300 bytes."""
    count = 20_000
    logged = (
        (Key(f"c1.w{number}.r1", "L1"), Place(sha256(b"%d" % number).digest(), number * 1_700, 1_700))
        for number in range(count)
    )
    tracemalloc.start()
    try:
        shared = SharedReplies(None, logged)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(shared._found) == count
    assert taken / count <= 190
