"""Limits of whole runs, from the terminal: kept to across resumes, kills and models; and runs that can't go on."""

import json
from pathlib import Path

import pytest
from conftest import steps_of

from chains.running.log import log as log_module
from chains.running.log.index import read_index

PRICES = "prices = {input = 1000.0, output = 1000.0}"


def tokens_of(run):
    return sum(
        step["reply"]["usage"]["prompt"] + step["reply"]["usage"]["completion"]
        for step in steps_of(run)
        if step["tries"]
    )


@pytest.mark.parametrize("in_flight", [1, 8])
def test_a_limit_of_calls_is_met_exactly_and_a_higher_one_goes_on_from_there(in_flight, mazedom, serve, experiment):
    server = serve("ok", latency=0.01)
    path = experiment(server, seeds=range(1, 16), spec=f"in_flight = {in_flight}", limits="calls = 20")
    stopped = mazedom("run", path, "--json")
    assert stopped.status == 1
    assert stopped.document["stopped"].startswith("the limit of 20 model calls is met")
    assert server.calls == stopped.document["calls"] == 20
    assert stopped.document["failed"] == 0
    plain = mazedom("resume")
    assert plain.status == 1
    assert "goes on" not in plain.err, "the limit stands until another is set"
    again = mazedom("resume", "--set", "limits.calls=33", "--json")
    assert (again.status, server.calls) == (1, 33)
    done = mazedom("resume", "--set", "limits.calls=1000", "--json")
    assert (done.status, done.document["finished"], server.calls) == (0, 15, 45)
    assert mazedom("replay", "--verify").status == 0


def test_calls_that_brought_no_reply_count_towards_the_limit_of_a_run_that_goes_on(mazedom, serve, experiment):
    server = serve("server_error")
    path = experiment(server, seeds=(1, 2, 3), spec="attempts = 1", limits="calls = 10\ntrials = 1")
    failed = mazedom("run", path, "--json")
    sent = server.calls
    assert failed.document["calls"] == sent == 6  # three trials, each tried again at the end
    assert mazedom("resume", "--json").status == 1
    assert server.calls == 10
    assert mazedom("resume", "--json").document["stopped"].startswith("the limit of 10 model calls is met")
    assert server.calls == 10


def test_tokens_and_money_are_limited_across_resumes(mazedom, serve, experiment):
    server = serve("ok")
    path = experiment(server, seeds=range(1, 9), spec=f"in_flight = 4\n{PRICES}", limits="tokens = 2500")
    stopped = mazedom("run", path, "--json")
    assert "the limit of 2,500 tokens is met" in stopped.document["stopped"]
    run = Path(stopped.document["path"])
    assert 1500 < tokens_of(run) == stopped.document["tokens"] <= 2600
    calls = server.calls
    assert mazedom("resume", "--json").status == 1
    assert server.calls <= calls + 1  # what is left may do for one more
    priced = mazedom("resume", "--set", "limits.tokens=100000", "--set", "limits.cost=4.0", "--json").document
    assert "the limit of 4 in cost is met" in priced["stopped"]
    assert 2.5 < priced["cost"] <= 4.2
    assert priced["cost"] == pytest.approx(tokens_of(run) / 1000)
    assert mazedom("resume", "--set", "limits.cost=1000", "--json").document["finished"] == 8


def test_money_is_limited_where_the_endpoint_counts_what_it_had_cached_apart(mazedom, serve, experiment):
    """It counts 10 tokens of the prompt and 10,000 that were cached: each call costs 10.06, and none earns anything."""
    server = serve("counts_cached_apart")
    path = experiment(server, seeds=range(1, 9), spec="prices = {input=1000, output=1000, cached=1000}")
    stopped = mazedom("run", path, "--set", "limits.cost=50", "--set", "limits.trials=1", "--json")
    assert stopped.status == 1
    assert 3 <= server.calls <= 4  # a fifth would have passed the limit
    assert stopped.document["stopped"].startswith("the limit of 50 in cost is met")
    assert stopped.document["cost"] == pytest.approx(server.calls * 10.06)
    again = mazedom("resume", "--json").document
    assert again["cost"] == pytest.approx(server.calls * 10.06)
    assert again["cost"] <= 50  # what a call can take stands in the log


@pytest.mark.parametrize("limit", ["cost=0.1", "tokens=9000"])
@pytest.mark.parametrize("behaviour", ["counts_a_million_cached", "fails_and_counts_a_million"])
def test_a_count_beyond_what_can_be_passes_no_limit_and_stops_the_run(behaviour, limit, mazedom, serve, experiment):
    """A million tokens are counted for a prompt of two thousand bytes: no more is charged than was set aside for it."""
    server = serve("ok", behaviour)
    prices = "prices = {input=10, output=10, cached=1}\nparams.max_tokens = 100"
    path = experiment(server, seeds=range(1, 9), spec=f"in_flight = 4\n{prices}")
    key, most = limit.split("=")
    stopped = mazedom("run", path, "--set", f"limits.{limit}", "--json")
    assert stopped.status == 1
    assert stopped.document["stopped"].startswith("the endpoint of 'echo' counts 1,000,0")
    assert f"that would pass limits.{key}" in stopped.document["stopped"]
    assert stopped.document[key] <= float(most)
    assert server.calls <= 1 + 4  # the first goes alone
    again = mazedom("resume", "--json")
    assert again.document[key] <= float(most)
    if behaviour == "counts_a_million_cached":
        noted = [note for step in steps_of(Path(stopped.document["path"])) for note in step["reply"]["notes"]]
        assert any("counts 1,000,020 tokens" in note for note in noted)
    assert mazedom("replay", "--verify").status == 0


@pytest.mark.parametrize(
    ("spec", "fixed", "told"),
    [("", "depth = 2", True), ("params.max_tokens = 100", "depth = 2", False), ("context = 4096", "depth = 2", False),
     ("", "depth = 2\nmax_tokens = 100", False), ("", "depth = 2\nmax_tokens.manager = 100", True)],
)  # fmt: skip
def test_a_limit_that_nothing_bounds_is_said_to_be_so(spec, fixed, told, mazedom, serve, experiment):
    path = experiment(serve("ok"), spec=spec, fixed=fixed, limits="tokens = 100000")
    ran = mazedom("run", path)
    assert ran.status == 0
    assert ("note: limits.tokens holds only while no reply of 'echo' is longer" in ran.err) is told


def test_what_an_endpoint_does_not_count_is_charged_as_what_it_can_be(mazedom, serve, experiment):
    """It counts the reply and not the prompt, so each call is charged all that it can take: some 2,000 tokens."""
    server = serve("counts_replies_alone")
    path = experiment(server, seeds=range(1, 9), spec="params.max_tokens = 100", limits="tokens = 9000")
    stopped = mazedom("run", path, "--json").document
    assert stopped["stopped"].startswith("the limit of 9,000 tokens is met")
    assert 3 <= server.calls <= 8


def test_money_can_only_be_limited_where_prices_are_known(mazedom, serve, experiment, tmp_path):
    ran = mazedom("run", experiment(serve("ok")), "--set", "limits.cost=2", "--json")
    assert ran.status == 2
    assert "nobody knows what 'echo' costs" in ran.document["error"]
    assert not (tmp_path / "runs").exists()
    channel = ("run", "--set", "model=channel", "--set", "worlds=1", "--set", "limits.cost=0.01", "--json")
    assert mazedom(*channel).status == 0  # it costs nothing


def test_time_is_limited_over_all_resumes(mazedom, serve, experiment):
    """A call hangs past the limit: the run waits for its time-out, and asks nothing more."""
    server = serve("ok", "hang", "ok")
    path = experiment(server, seeds=(1, 2), spec="attempts = 9\ntimeout = 1.5", limits="minutes = 0.01\ntrials = 1")
    stopped = mazedom("run", path, "--json")
    assert "the limit of 0.01 minutes is met" in stopped.document["stopped"]
    assert server.calls == 2
    again = mazedom("resume", "--json")
    assert again.document["stopped"]
    assert server.calls == 2
    assert mazedom("resume", "--set", "limits.minutes=60", "--json").document["finished"] == 2


def test_the_time_of_a_killed_process_is_known_from_the_log(tmp_path):
    lines = [
        {"v": 1, "kind": "note", "note": "began", "at": "2026-11-24T10:00:00Z"},
        {"v": 1, "kind": "trial", "trial": "c1.w1.r1", "status": "failed", "at": "2026-11-24T10:00:30Z"},
        {"v": 1, "kind": "note", "note": "began", "at": "2026-11-25T10:00:00Z"},
        {"v": 1, "kind": "note", "note": "unanswered", "model": "m", "calls": 3, "at": "2026-11-25T10:00:12Z"},
    ]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = read_index(tmp_path / "log.jsonl")
    assert found.seconds == 42
    assert (found.calls, found.spent["m"].unanswered) == (3, 3)


@pytest.mark.parametrize("setting", ["depth=3", "limits", "limits.call=3", "limits.calls=0", "model=channel"])
def test_a_run_that_goes_on_takes_nothing_but_limits(setting, mazedom):
    assert mazedom("run", "--set", "model=channel", "--set", "worlds=1").status == 0
    refused = mazedom("resume", "--set", setting, "--json")
    assert refused.status == 2
    assert "Traceback" not in refused.err


def test_one_endpoint_that_is_down_does_not_stop_the_trials_that_need_another(mazedom, serve, tmp_path):
    """Half of the trials need a server that is not there; the others finish, and the run says which failed and why.

    Both servers give their model the same name: a reply of one is no reply of the other.
    """
    server = serve("ok")
    path = tmp_path / "mixed.toml"
    path.write_text(
        "seeds = [1, 2, 3, 4, 5, 6, 7, 8]\n[limits]\ntrials = 4\n[fixed]\ndepth = 1\n"
        "[factors]\nmodel = ['there', 'gone']\n"
        f"[models.there]\nbase_url = '{server.url}'\nmodel = 'echo'\nin_flight = 2\n"
        "[models.gone]\nbase_url = 'http://127.0.0.1:9/v1'\nmodel = 'echo'\nattempts = 2\nin_flight = 2\n"
    )
    ran = mazedom("run", path, "--json")
    assert ran.status == 1
    assert (ran.document["finished"], ran.document["failed"]) == (8, 8)
    ((sentence, count),) = ran.document["errors"].items()
    assert (count, sentence.startswith("can't connect to 'gone'")) == (8, True)
    # Each was asked at most three times over before it was given up, in either round, and not once by every trial.
    assert ran.document["calls"] - server.calls < 8 * 2 * 2


def test_a_disk_without_room_is_noticed_before_a_reply_is_paid_for(mazedom, serve, experiment, monkeypatch):
    server = serve("ok")
    monkeypatch.setattr(log_module, "ROOM", 2**62)
    ran = mazedom("run", experiment(server), "--json")
    assert ran.status == 1
    assert "too little to keep what models reply; make room, then `mazedom resume" in ran.document["error"]
    assert server.calls == 0
    monkeypatch.undo()


def test_when_the_log_can_not_be_written_what_waits_is_not_sent(mazedom, serve, experiment, monkeypatch):
    """Nine workers ask an endpoint that takes three at a time; the first reply does not fit on the disk."""
    server = serve("ok", latency=0.1)
    path = experiment(server, fixed='hierarchy = "pyramid:1-9"', spec="in_flight = 3", limits="trials = 1")
    real = log_module.os.write

    def full(file, data):
        if b'"kind":"step"' in bytes(data):
            raise OSError(28, "No space left on device")
        return real(file, data)

    with monkeypatch.context() as patch:
        patch.setattr(log_module.os, "write", full)
        ran = mazedom("run", path, "--json")
    assert ran.status == 1
    assert "No space left on device; make room, then `mazedom resume" in ran.document["error"]
    assert server.calls <= 1 + 3
    sent = server.calls
    done = mazedom("resume", "--json")
    assert (done.status, server.calls) == (0, sent + 10)
