"""Orders that go down alone: what is asked, read, measured and shown, from the terminal."""

import math

import pytest

from chains.experiments.experiment import Experiment, TrialId
from chains.organisation.assignment_turns import actions_shown, measured_by
from chains.running.prepare import prepare
from chains.running.run_record import Casts
from chains.scoring.measures.intent import CARRIED, Carried, Reached, kendall
from chains.worlds.scenario.five_words import five_words

SEEDS = "9,14"
"""Of which worlds are found at once."""
DOWN = ("--set", "scenario=five_words", "--set", "loop=true", "--set", "reports=false", "--set", "facts=6",
        "--set", f"seeds={SEEDS}", "--set", "depth=3")  # fmt: skip


def run(mazedom, *settings, prompt="budget", model="channel"):
    words = [part for one in (f"prompt={prompt}", f"model={model}", *settings) for part in ("--set", one)]
    return mazedom("run", "--json", *DOWN, *words)


def rows_of(ran, name):
    assert ran.status == 0, ran.err
    return ran.document[name]


def test_a_faultless_organisation_carries_every_goal_and_does_what_is_best(mazedom):
    for row in rows_of(run(mazedom, "goals=1,3,7", "owner=true"), "deeds"):
        assert row["goals_kept"] == row["must_not_kept"] == row["owner_kept"] == 1
        assert row["right_action"] == row["right_informed"] == 1
        assert row["action_regret"] == row["order_regret"] == row["deed_regret"] == 0
        assert row["rank_order"] == (1 if row["factors"]["goals"] > 1 else None)


def test_what_the_channel_loses_on_the_way_down_costs_the_order_and_not_the_deed(mazedom):
    ran = run(mazedom, "replicates=6", model="channel:drop=0.4")
    (row,) = rows_of(ran, "deeds")
    assert row["goals_kept"] < 0.6
    assert row["order_regret"] > 0
    # several actions may be equally good on what is left: which of them is taken is chance, in both directions
    assert abs(row["deed_regret"]) < 2
    hops = {one["hop"]: one["kept"] for one in ran.document["charter_by_hop"] if one["clause"] == "goal 1"}
    assert hops[1] == 1 > hops[2] >= hops[3]


def test_a_worker_that_disobeys_costs_the_deed_and_not_the_order(mazedom):
    (row,) = rows_of(run(mazedom, "replicates=6", model="channel:disobey=1"), "deeds")
    assert row["order_regret"] == 0
    assert row["deed_regret"] == row["action_regret"] > 0
    assert row["right_action"] == 0


def test_must_nots_can_be_turned_round_and_are_then_counted_as_inverted(mazedom):
    ran = run(mazedom, "replicates=4", model="channel:flip=0.5,must_not=100")
    turned = [row for row in ran.document["charter_by_hop"] if row["clause"] == "must not" and row["hop"] == 3]
    assert turned[0]["inverted"] > 0.5


def test_hypotheses_on_what_reaches_workers_are_registered_and_tested(mazedom):
    ran = run(mazedom, "goals=3,7", "hypotheses.lower=lower_goals_excess(goals=7) > 0", model="channel:drop=0.2,rank=2")
    assert ran.status == 0
    compared = mazedom("compare", ran.document["run"], "--by", "goals", "--json")
    assert compared.status == 0
    (test,) = compared.document["hypotheses"]
    assert test["hypothesis"] == "lower"
    shown = mazedom("compare", ran.document["run"], "--by", "goals")
    assert "what the workers hear and do" in shown.out
    assert "goals_kept" in shown.out


def test_the_law_of_such_a_run_is_told_by_rank_and_few_worlds_give_none(mazedom):
    ran = run(mazedom, "goals=3,7", model="channel:drop=0.2")
    law = mazedom("law", ran.document["run"], "--json")
    assert law.status == 0
    (row,) = law.document["descents"]
    assert row["rank"]["hazard_ratio"] is None
    assert row["rank"]["why"] == "2 worlds are too few; 8 are needed"
    assert mazedom("law", ran.document["run"], "--by", "goals").status == 2


def test_such_a_run_replays_from_its_log_to_the_same_deeds(mazedom):
    ran = run(mazedom, model="channel:drop=0.2,flip=0.1,disobey=0.3")
    again = mazedom("replay", ran.document["run"], "--verify", "--json")
    assert again.status == 0
    story = mazedom("show", ran.document["run"], "--trial", f"c1.w{SEEDS.partition(',')[0]}.r1")
    assert "(the best)" in story.out
    assert "G1 " in story.out


def test_the_worker_sees_the_same_actions_and_managers_have_the_same_figures_however_much_is_told():
    fixed = {"scenario": "five_words", "loop": True, "reports": False, "facts": 6, "prompt": "kpi", "model": "channel"}
    cast_of = Casts(
        prepare(Experiment(seeds=(9,), fixed=fixed, factors={"goals": (1, 7), "owner": (False, True)}), "x")
    ).cast
    casts = [cast_of(TrialId(f"c{one}", 9, 1)) for one in (1, 2, 3, 4)]
    assert len({actions_shown(cast) for cast in casts}) == 1
    assert len({cast.world.digest for cast in casts}) == 4
    managers = [seat for seat in casts[0].hierarchy.seats if seat.role == "manager"]
    assert len({tuple(measured_by(cast, seat) for seat in managers) for cast in casts}) == 1
    figures = {one.name for one in casts[0].world.assignment.properties}
    assert {measured_by(casts[0], seat) for seat in managers} <= figures


@pytest.mark.parametrize(
    ("settings", "prompt", "sentence"),
    [
        (("reports=true",), "budget", "nothing is decided at the top; set reports = false"),
        ((), "plain", "prompt order/plain has the hole decided"),
        (("goals=9",), "budget", "goals is 9, and the charter has 7"),
        (("scenario=go_ahead", "facts=8"), "kpi", "prompt relay/kpi has the hole kpi"),
        (("scenario=watermelon", "goals=2"), "budget", "goals and owner need a world with a charter"),
        (("remedy=none,audit",), "budget", "act on reports, and reports = false leaves none"),
        (("selection=1,2",), "budget", "act on reports, and reports = false leaves none"),
        (("lineage.manager=smollm2+channel", "model.manager=channel"), "budget", "both say who holds these seats"),
        (("side=skip:L3>L0",), "budget", "act on reports, and reports = false leaves none"),
    ],
)
def test_settings_that_do_not_fit_are_refused_in_a_sentence(mazedom, settings, prompt, sentence):
    ran = run(mazedom, *settings, prompt=prompt)
    assert ran.status == 2
    assert sentence in ran.err


def test_kendalls_tau_is_one_in_order_minus_one_reversed_and_nothing_for_one_goal():
    assert kendall((1, 2, 5, 7)) == 1
    assert kendall((7, 3, 1)) == -1
    assert kendall((2, 1, 3)) == pytest.approx(1 / 3)
    assert math.isnan(kendall((4,)))


def test_a_deed_that_cannot_be_read_is_not_right_and_costs_nothing_that_is_known():
    task = five_words(9, facts=6).assignment
    reached = Reached("KKKKKKK", "K", "", (1, 2, 3), task.best(), None, None, None)
    at = Carried(task, [reached])
    assert CARRIED["right_action"].of(at) == 0
    assert math.isnan(CARRIED["action_regret"].of(at))
    assert CARRIED["order_regret"].of(at) == 0
    assert math.isnan(CARRIED["owner_kept"].of(at))
