"""An endpoint that fails three calls in ten: nothing is lost, nothing is paid for twice, and both sides count alike."""

import asyncio
from collections import Counter
from pathlib import Path

from conftest import steps_of

from chains.experiments.experiment import read_experiment
from chains.models.budget import Budget
from chains.models.pool import Models
from chains.running.log.log import Log
from chains.running.prepare import prepare
from chains.running.record_file import create
from chains.running.replay import replay
from chains.running.runner import drive


async def hardly_wait(seconds):
    await asyncio.sleep(min(seconds, 0.01))


def driven(path):
    """Drive an experiment of a test endpoint to its end without the patience that a person needs to have."""
    record = prepare(read_experiment(path), "flaky")
    folder = create(record)

    async def run():
        async with Models(record.experiment.models, budget=Budget(), sleep=hardly_wait) as models:
            providers = {name: models.provider(name) for name in record.models}
            done = await drive(record, log, providers, budget=models.budget, before_again=models.hope, most_at_once=8)
            return done, models.budget.sent

    with Log(folder, write=True) as log:
        done, sent = asyncio.run(run())
        spent = log.index.calls
        again = asyncio.run(replay(record, log, verify=True))
    return done, sent, spent, again, Path(folder)


def test_with_three_calls_in_ten_failing_all_trials_finish_and_both_sides_count_alike(
    tmp_path, monkeypatch, serve, experiment
):
    """At full size, and with calls that hang: `python tests/bench/flaky.py`."""
    monkeypatch.chdir(tmp_path)
    server = serve("flaky")
    path = experiment(server, seeds=range(1, 17), fixed="depth = 3", spec="attempts = 8\ntimeout = 60\nin_flight = 8")
    done, sent, spent, again, folder = driven(path)
    assert Counter(done.ends.values()) == {"finished": 16}
    steps = steps_of(folder)
    assert len(steps) == 16 * 4
    assert len({(step["trial"], step["seat"]) for step in steps}) == len(steps)
    assert server.calls == sent == spent
    assert server.calls > len(steps) * 1.2  # it did fail
    assert sum(step["tries"] for step in steps) == spent
    assert max(Counter(server.digests).values()) <= 8
    assert set(server.answered.values()) <= {0, 1}  # nothing was paid for twice,
    assert server.answered.total() == len(steps)  # and nothing that was paid for is lost
    assert again.identical
