"""Replies that break off because a server behind the endpoint failed: asked for again, never passed on."""

import asyncio
from pathlib import Path

import pytest
from conftest import steps_of
from endpoint import BEHAVIOURS, MODEL, answers, broken_off, completion, serving
from test_endpoint import answered, failed, plain

from chains.errors import Busy, Hopeless, OverLimit
from chains.models.budget import Budget
from chains.models.pool import Models
from chains.models.spec import ModelSpec, Prices
from chains.running.log.log import Log

HALF = "- All is w"
DIED = {"message": "the provider died", "code": 502}


def beside(text, error):
    return {**completion(text), "error": error}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (broken_off(HALF), "the reply broke off with an error"),
        (broken_off(HALF, error=None), "the reply broke off with an error"),
        (broken_off(HALF, error=DIED), "the provider died"),
        (broken_off(HALF, finish="stop", error=DIED), "the provider died"),
        (broken_off(HALF, finish=None, error={"message": "the provider died"}), "the provider died"),
        (broken_off(None, finish="length", error="the provider died"), "the provider died"),
        (beside(HALF, DIED), "the provider died"),
        (beside(HALF, {"message": "the provider died", "code": "server_error"}), "the provider died"),
        (beside(None, "the provider died"), "the provider died"),
        ({"error": {"message": "the provider died", "code": 0}}, "the provider died"),
        ({"error": {"message": "the provider died", "code": 200}, "choices": []}, "the provider died"),
    ],
)
def test_half_a_reply_is_no_reply_and_is_asked_for_again(answer, says, monkeypatch):
    monkeypatch.setitem(BEHAVIOURS, "odd", answers(answer))
    error = failed(Busy, "odd")
    assert f"answers 502 ({says}); wait, or lower in_flight" in str(error)
    assert HALF not in str(error)


@pytest.mark.parametrize(
    ("code", "kind", "throttled"), [(429, Busy, True), ("429", Busy, True), (503, Busy, True), (401, Hopeless, None)]
)
@pytest.mark.parametrize("made", [lambda error: broken_off(HALF, error=error), lambda error: beside(HALF, error)])
def test_the_status_that_such_an_error_names_is_kept_to(code, kind, throttled, made, monkeypatch):
    monkeypatch.setitem(BEHAVIOURS, "odd", answers(made({"message": "no", "code": code})))
    error = failed(kind, "odd")
    assert str(code) in str(error)
    assert getattr(error, "throttled", None) == throttled


@pytest.mark.parametrize("error", [None, "", {}, False, {"message": "", "type": "", "param": None, "code": 0}])
def test_an_error_that_says_nothing_is_none(error, monkeypatch):
    for whole in (beside("All is well.", error), broken_off("All is well.", finish="stop", error=error)):
        monkeypatch.setitem(BEHAVIOURS, "whole", answers(whole))
        assert (answered("whole").text, answered("whole").finish) == ("All is well.", "stop")


def test_what_broke_off_reaches_no_seat_and_no_log(mazedom, serve, experiment):
    server = serve("breaks_off", "copies")
    ran = mazedom("run", experiment(server, spec="attempts = 2"), "--json")
    assert ran.status == 0, ran.err
    assert [step["tries"] for step in steps_of(Path(ran.document["path"]))] == [2, 1, 1]
    assert [row["omitted"] for row in ran.document["by_hop"]] == [0, 0]
    assert ran.document["calls"] == server.calls == 4
    assert HALF not in (Path(ran.document["path"]) / "log.jsonl").read_text()


def test_a_seat_whose_replies_all_break_off_has_failed(mazedom, serve, experiment):
    server = serve("breaks_off")
    ran = mazedom("run", experiment(server, spec="attempts = 2"), "--json")
    assert (ran.status, ran.document["failed"], ran.document["by_hop"]) == (1, 1, [])
    (sentence,) = ran.document["errors"]
    assert "answers 502 (the provider died)" in sentence
    assert ran.document["calls"] == server.calls == 4  # and once more at the end
    assert steps_of(Path(ran.document["path"])) == []


def test_the_tokens_of_what_broke_off_count_towards_the_limits():
    async def ask():
        async with serving("breaks_off") as server:
            spec = ModelSpec(base_url=server.url, model=MODEL, prices=Prices(input=1000, output=1000), attempts=100)
            budget = Budget(cost=0.75)  # 0.15 a call, and at most 0.4
            async with Models({"m": spec}, budget=budget, sleep=no_wait) as models:
                with pytest.raises(OverLimit):
                    await models.provider("m").reply(plain("Report.", max_tokens=50))
            return budget.taken, server.calls

    taken, calls = asyncio.run(ask())
    assert (taken.calls, taken.tokens, calls) == (3, 450, 3)
    assert taken.cost == pytest.approx(0.45)


async def no_wait(seconds):
    """Wait for nothing."""


def counted(run):
    """Return what the log of a run says was taken: shown tokens, and what limits count besides."""
    with Log(Path(run)) as log:
        return log.index.tokens, sum(one.unknown_tokens for one in log.index.spent.values())


def test_what_broken_off_replies_took_is_not_forgotten_when_a_run_goes_on(mazedom, serve, experiment):
    """Each process would else start with the whole limit again."""
    server = serve("breaks_off")  # 150 tokens each
    path = experiment(server, spec="attempts = 2\nprices.input = 1000\nprices.output = 1000", limits="cost = 100.0")
    run = mazedom("run", path, "--json").document["path"]
    assert counted(run) == (600, 0)
    for _ in range(2):
        mazedom("resume", "--json")
    assert (server.calls, counted(run)[0]) == (12, 1800)
    assert mazedom("show", "--json").document["cost"] == pytest.approx(1.8)
    stopped = mazedom("resume", "--set", "limits.cost=1.5", "--json").document
    assert (server.calls, stopped["stopped"].split(",")[0]) == (12, "the limit of 1.5 in cost is met")


def test_a_reply_that_came_after_others_had_broken_off_does_not_hide_them(mazedom, serve, experiment):
    ran = mazedom("run", experiment(serve("breaks_off", "copies"), spec="attempts = 2"), "--json").document
    steps = steps_of(Path(ran["path"]))
    replied = sum(step["reply"]["usage"]["prompt"] + step["reply"]["usage"]["completion"] for step in steps)
    assert ran["tokens"] == replied + 150
    assert mazedom("replay", "--verify").status == 0


def test_a_reply_that_was_lost_on_its_way_counts_at_its_most_when_a_run_goes_on(mazedom, serve, experiment):
    path = experiment(serve("cut"), spec="attempts = 2\nparams.max_tokens = 100", limits="tokens = 100000")
    run = mazedom("run", path, "--json").document["path"]
    shown, unknown = counted(run)
    assert (shown, unknown > 4 * 100) == (0, True)
    mazedom("resume")
    assert counted(run)[1] == 2 * unknown
    assert mazedom("resume", "--set", f"limits.tokens={unknown}", "--json").document["stopped"].startswith("the limit")
