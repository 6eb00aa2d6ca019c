"""What a run will take is said before it is paid for."""

import json
from pathlib import Path

import pytest
from conftest import steps_of

from chains.experiments.experiment import Experiment
from chains.experiments.overrides import override
from chains.running.prepare import prepare
from chains.running.token_estimate import expected
from chains.terminal.views.estimate import span_text

PRICED = (
    "--set", "models.big.base_url=http://127.0.0.1:9/v1", "--set", "models.big.model=m", "--set", "model=big",
    "--set", "models.big.prices.input=2.0", "--set", "models.big.prices.output=8.0",
)  # fmt: skip
SPEED = ("--set", "models.big.seconds_per_call=3", "--set", "models.big.in_flight=10")
SIZE = ("--set", "worlds=50", "--set", "depth=3", "--set", "prompt=plain")


def dry(mazedom, *words):
    ran = mazedom("run", "--dry-run", "--json", *words)
    assert ran.status == 0, ran.err
    return ran.document


def test_calls_tokens_and_money_are_those_of_the_prices(mazedom):
    found = dry(mazedom, *PRICED, *SIZE)
    (row,) = found["by_model"].values()
    assert found["calls"] == row["calls"] == 50 * 4
    assert found["tokens"] == row["prompt_tokens"] + row["completion_tokens"]
    assert found["cost"] == pytest.approx((2 * row["prompt_tokens"] + 8 * row["completion_tokens"]) / 1e6, abs=1e-6)
    assert found["cost"] > 0


def test_an_unknown_price_or_speed_is_said_and_nothing_is_claimed(mazedom):
    words = ("--set", "model=http://127.0.0.1:9/v1#m", *SIZE)
    found = dry(mazedom, *words)
    assert (found["cost"], found["seconds"]) == (None, None)
    shown = mazedom("run", "--dry-run", *words).out
    assert "unknown: no prices for" in shown
    assert "[models.NAME.prices]" in shown
    assert "unknown: no run here has asked" in shown


def test_time_goes_by_the_calls_in_flight_and_never_below_a_trial(mazedom):
    assert dry(mazedom, *PRICED, *SPEED, *SIZE)["seconds"] == 200 * 3 / 10
    one = dry(mazedom, *PRICED, *SPEED, "--set", "worlds=1", "--set", "depth=8", "--set", "prompt=plain")
    assert one["seconds"] == 9 * 3


@pytest.mark.parametrize(
    ("sets", "calls", "in_turn"),
    [
        (("hierarchy=pyramid:1-3-9",), 13, 3),
        (("depth=4", "rounds=3"), 27, 15),
        (("depth=3", "loop=true", "scenario=go_ahead", "facts=8"), None, 8),
    ],
)
def test_time_goes_by_the_calls_that_wait_for_one_another_where_one_trial_runs(sets, calls, in_turn, mazedom):
    words = [word for text in ("worlds=1", "prompt=plain", *sets) for word in ("--set", text)]
    found = dry(mazedom, *PRICED, *SPEED, *words)
    assert calls in (None, found["calls"])
    assert found["seconds"] == in_turn * 3


def test_time_goes_by_the_requests_a_minute_where_those_are_fewer(mazedom):
    found = dry(mazedom, *PRICED, *SPEED, *SIZE, "--set", "models.big.requests_per_minute=20")
    assert found["seconds"] == 10 * 60


def test_speed_is_that_of_a_run_that_asked_the_model(mazedom, serve, experiment):
    server = serve("ok", latency=0.1)
    path = experiment(server, seeds=(1, 2))
    made = mazedom("run", path, "--json").document
    found = mazedom("run", path, "--dry-run", "--json").document["by_model"]["echo"]
    assert found["speed_from"] == f"measured in run {made['run']}"
    steps = steps_of(Path(made["path"]))
    assert found["seconds_per_call"] == pytest.approx(sum(step["seconds"] for step in steps) / len(steps), rel=0.01)
    (run,) = Path(made["path"]).parent.iterdir()
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"spend": {}}))  # as after a kill
    assert mazedom("run", path, "--dry-run", "--json").document["by_model"]["echo"] == found


def test_speed_is_that_of_the_run_with_most_calls_and_is_called_a_guess(mazedom, serve, experiment):
    server = serve("ok")
    larger = mazedom("run", experiment(server, seeds=(1, 2, 3)), "--json").document["run"]
    path = experiment(server)
    assert mazedom("run", path, "--json").document["run"] != larger
    found = mazedom("run", path, "--set", "worlds=4", "--dry-run", "--json").document
    assert found["by_model"]["echo"]["speed_from"] == f"measured in run {larger}"
    assert found["trials_at_once"] == found["trials"] == 4, "more are never under way than there are"
    shown = " ".join(mazedom("run", path, "--set", "worlds=4", "--dry-run").out.split())
    assert f"4 trials at the same time; a guess by the seconds a call in run {larger}" in shown


def test_a_word_budget_and_a_limit_of_tokens_bound_the_replies():
    def completion(*settings):
        record = prepare(override_default(*settings), "r")
        return expected(record)["channel"].completion

    whole = completion("facts=30")
    assert completion("facts=30", "prompt=five_words", "words=20") < whole
    assert completion("facts=30", "max_tokens=10") == 10 * 4


def override_default(*settings):
    return override(Experiment(), [*settings, "worlds=1", "depth=3", "model=channel"])


@pytest.mark.parametrize("levels", [6, pytest.param(8, marks=pytest.mark.heavy)])
def test_a_tree_of_many_levels_and_four_reports_is_seen_before_it_is_paid_for(levels, mazedom, monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none-at-all")
    words = ("--set", "model=openai:gpt-5", "--set", f"depth={levels}", "--set", "span=4", "--set", "worlds=1")
    words += ("--set", "prompt=plain")
    calls = (4 ** (levels + 1) - 1) // 3
    assert dry(mazedom, *words)["calls"] == calls
    refused = mazedom("run", "--json", *words)
    assert refused.status == 2
    assert f"{calls:,} calls" in refused.document["error"]
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "a second"), (40, "40 s"), (700, "12 min"), (12_000, "3 h 20 min"), (400_000, "4.6 days")],
)
def test_a_time_reads_as_a_person_says_it(seconds, text):
    assert span_text(seconds) == text


def test_what_no_run_could_be_made_of_has_no_size(mazedom):
    ran = mazedom("run", "--dry-run", "--set", "model=channel:dorp=.2")
    assert ran.status == 2
    assert "did you mean drop?" in ran.err
    assert ran.out == ""
