"""A release in stages: what goes ahead, what is checked, what is held, and what it pays."""

from pathlib import Path

import pytest

import chains
from chains.running.log.log import Log
from chains.running.run_record import Casts
from chains.running.transcript import retold
from chains.scoring.measures.regret import payoffs
from chains.worlds.scenario_registry import world_for

SETTINGS = {"model": "channel", "model.executive": "channel:lean=1", "worlds": 6, "facts": 8, "hypotheses": "none"}


def trials(run, remedy):
    return [row for row in run.trials() if row["factor.remedy"] == remedy]


def decision_of(row):
    return world_for("pause", int(row["world"][1:]), 8).decision


def test_work_that_is_held_before_its_second_stage_of_three_has_cost_a_third(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = chains.run_sync("staged", SETTINGS)
    hazards = 0
    for row in trials(run, "staged"):
        decision = decision_of(row)
        hazard = decision.best().id != decision.standing
        hazards += hazard
        third = decision.regret(decision.standing) / 3
        assert row["regret"] == pytest.approx(third if hazard else 0), "everything is heard, so that it is held at once"
        assert row["exposed"] == (pytest.approx(1 / 3) if hazard else None)
        assert row["needless_stop"] == (None if hazard else 0)
    assert 0 < hazards < 6
    without, placebo = trials(run, "none"), trials(run, "staged:placebo=true")
    assert [row["regret"] for row in placebo] == [row["regret"] for row in without], (
        "a placebo's answers change nothing"
    )
    assert {row["exposed"] for row in without} == {1.0, None}


def test_what_is_checked_is_of_the_ledger_and_each_fact_once_and_a_placebo_adds_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = chains.run_sync(
        "staged",
        SETTINGS | {"worlds": 1, "model.manager": "channel:drop=1", "model.executive": "channel:lean=1,stop=0"},
    )
    with Log(Path("runs/staged") / run.id) as log:
        casts = Casts(run.record)
        said = {one.condition: retold(casts.cast(one), log, str(one)) for one in run.record.trials()}
    true, placebo = (
        [reply.spoken for turn, reply in one.items() if "checks" in turn] for one in (said["c4"], said["c2"])
    )
    lines = [line for text in true for line in text.splitlines()]
    assert len(lines) == len(set(lines)) == 4, "two facts before each of two further stages"
    assert set(placebo) == {None}, "nothing was heard that could be shown again"


def test_payoffs_of_what_went_ahead_and_of_the_rest_add_up():
    decision = world_for("pause", 1, 8).decision
    go, halt = decision.standing, decision.careful_option.id
    pays = decision.payoffs()
    found = payoffs(decision, {}, go, [], [halt], in_force=halt, ahead=0.25)
    assert found.done == pytest.approx(0.25 * pays[go] + 0.75 * pays[halt])
    assert found.forced == found.received == found.done
    assert found.regret == pytest.approx(found.best - found.done)


def test_stages_that_are_impossible_are_refused(mazedom):
    for remedy, says in (("staged:stages=1", "stages='1'"), ("staged:checks=-1", "checks='-1'")):
        refused = mazedom("run", "staged", "--set", "hypotheses=none", "--set", f"remedy={remedy}", "--json")
        assert (refused.status, says in refused.document["error"]) == (2, True), refused.out
