"""Both sides automated: candidates, a text on each, a screener's scores; what is planted is found again."""

import itertools
import json
import math
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from chains.errors import BadInput
from chains.models.channel.channel import better_told
from chains.models.channel.codebook import codebook
from chains.models.channel.replies import most_told
from chains.organisation.cast import hands_of
from chains.organisation.hierarchy import chain, side_by_side
from chains.scoring.measures.pools import spearman
from chains.scoring.measures.regret import payoffs, wary
from chains.scoring.text.likeness import likeness
from chains.stats.goodhart import distance, overoptimisation
from chains.worlds.decisions.decision import Decision, Option, Weight
from chains.worlds.rules.decision_world_rules import enumerate_world
from chains.worlds.scenario.both_sides import POOLS, broken
from chains.worlds.scenario_registry import world_for
from chains.worlds.settings.candidates import PLACES

BASE = (
    "scenario=both_sides", "setting=jobs", "facts=12", "lines=4", "depth=2", "decide_only=true", "remedy=screen:send=2",
    "prompt=applications", "hypotheses=none",
)  # fmt: skip


def ran(mazedom, *settings, worlds=4):
    """Run candidates with some settings; return the document of the run."""
    words = [word for setting in (*BASE, f"worlds={worlds}", *settings) for word in ("--set", setting)]
    done = mazedom("run", "--json", *words)
    assert done.status == 0, done.document
    return done.document


def pools(run):
    """Return what was logged of the candidates in each trial of a run."""
    (folder,) = Path("runs").glob(f"*/{run['run']}")
    lines = map(json.loads, (folder / "log.jsonl").read_text().splitlines())
    return {line["trial"]: line["pool"] for line in lines if line.get("kind") == "trial"}


def test_worlds_keep_the_rules_by_enumeration_and_every_candidate_is_the_best_now_and_then():
    best = set()
    for seed, setting in itertools.product(range(1, 6), PLACES):
        world = world_for("both_sides", seed, 12, setting)
        found = enumerate_world(world)
        assert broken(world.decision) is None
        assert found.broken is None
        assert found.best == world.decision.best().id != "open"
        best.add(found.best)
    assert best == {"c1", "c2", "c3", "c4"}


@pytest.mark.parametrize(("facts", "size"), POOLS.items())
def test_a_pool_has_as_many_candidates_and_facts_on_each_as_it_says(facts, size):
    candidates = world_for("both_sides", 1, facts).decision.candidates
    assert (len(candidates), {len(one.facts) for one in candidates}) == (size[0], {size[1]})


@pytest.mark.parametrize(("facts", "setting", "says"), [(8, None, "has 12, 16, 20, 24"), (12, "job", "mean jobs")])
def test_what_a_pool_can_not_be_is_refused_in_a_sentence(facts, setting, says):
    with pytest.raises(BadInput, match=says):
        world_for("both_sides", 1, facts, setting)


def test_the_facts_on_one_candidate_go_to_one_worker_and_no_world_is_dealt_otherwise_than_before():
    world = world_for("both_sides", 1, 16)
    groups = {frozenset(option.facts) for option in world.decision.candidates}
    assert {frozenset(hand) for hand in hands_of(world, side_by_side(4, 3), 1).values()} == groups
    (hand,) = hands_of(world, chain(2), 1).values()
    assert sorted(hand) == [fact.id for fact in world.facts]
    assert all(len(hand) in (4, 8) for hand in hands_of(world, side_by_side(3, 1), 1).values())


def test_an_option_pays_what_its_own_facts_weigh_for_one_who_believes_them():
    weights = (Weight(fact="F1", true=30, twin=-30), Weight(fact="F2", true=-10, twin=10), Weight(fact="F3", true=2))
    options = (
        Option(id="a", text="take a", base=0, exposure=0, facts=("F1",)),
        Option(id="b", text="take b", base=5, exposure=0, facts=("F2",)),
        Option(id="none", text="leave it", base=8, exposure=10),
    )
    decision = Decision(question="?", options=options, standing="none", intercept=0, weights=weights)
    p = 1 / (1 + math.exp(-2))
    assert decision.payoffs() == pytest.approx({"a": 30, "b": -5, "none": 8 - 10 * p})
    assert decision.payoffs({"F1": None, "F2": 10.0}) == pytest.approx({"a": 0, "b": 15, "none": 3})
    assert decision.regret("b") == pytest.approx(35)
    assert most_told(decision) == 30
    split = payoffs(decision, {"F1": None, "F2": 10.0, "F3": 2.0}, "b", [], [])
    assert (split.information, split.judgement) == pytest.approx((35, 0))


@pytest.mark.parametrize(("facts", "says"), [((("F1",), ("F1",)), "two options"), ((("F9",), ()), "has no weight")])
def test_a_fact_belongs_to_one_option_and_has_a_weight(facts, says):
    options = [Option(id="ab"[at], text=f"take {at}", base=0, exposure=0, facts=mine) for at, mine in enumerate(facts)]
    with pytest.raises(ValueError, match=says):
        Decision(question="?", options=options, standing="a", intercept=0, weights=[Weight(fact="F1", true=1)])


def test_who_is_wary_takes_what_is_not_said_of_a_candidate_for_worse():
    """With silence even, an unreported fact is worth nothing on average; where bad news is kept back, less."""
    world = world_for("both_sides", 2, 12)
    first, *others = world.decision.candidates
    told = {weight.fact: weight.true for weight in world.decision.weights}
    told |= dict.fromkeys(first.facts) | dict.fromkeys(fact for one in others for fact in one.facts)
    assert wary(world, told, {"bad": 0.5, "good": 0.5, "neutral": 1}) == "open"
    assert wary(world, told, {"bad": 0.9, "good": 0.1, "neutral": 1}) != "open"


def test_told_better_is_a_smaller_number_of_bad_news_and_a_larger_one_of_good_news():
    world = world_for("both_sides", 3, 12)
    for fact in world.facts:
        # a small number may have no smaller wrong one
        values = [float(state.variant.removeprefix("gap=")) for state in better_told(fact, codebook(world))]
        true = float(fact.slot("gap").value)
        assert all(value > true if fact.valence == "good" else value < true for value in values)


def test_a_faultless_chain_scores_candidates_by_their_worth_and_the_best_is_taken(mazedom):
    run = ran(mazedom, "model=channel")
    (row,) = run["candidates"]
    assert {name: row[name]["value"] for name in ("score_rank", "form_rank", "score_gap", "inflation", "unscored")} == {
        "score_rank": 1, "form_rank": 1, "score_gap": 0, "inflation": 0, "unscored": 0,
    }  # fmt: skip
    assert run["regret"][0]["regret"] == 0


def test_a_liking_for_its_own_writing_is_found_within_each_pool(mazedom):
    """Two lineages are dealt over the writers of each pool; the screener is of one of them."""
    own, other = "channel:kin=0.7", "channel:kin=0.7,seed=1"
    run = ran(mazedom, f"model={own}", f"lineage.worker={own}+{other}", f"lineage.manager={own}+{other}", worlds=8)
    assert run["candidates"][0]["own_premium"]["value"] == pytest.approx(0.7)


def test_the_best_of_more_drafts_is_further_from_the_truth_and_a_random_one_is_not(mazedom):
    sets = ("model=channel:inflate=0.3,taste=1", "selection.worker=1,4", "depth=1")
    guessed = ran(mazedom, *sets, "selected_by=guess", worlds=10)["by_drafts"][0]
    chance = ran(mazedom, *sets, "selected_by=random", worlds=10)["by_drafts"][0]
    assert guessed["slope"]["ci"][0] > 0
    assert chance["slope"]["ci"][0] < 0 < chance["slope"]["ci"][1]
    assert guessed["alpha"] is None  # two numbers of drafts tell no curve


def test_the_shortlist_is_the_best_scored_and_the_placebo_s_is_not(mazedom):
    for remedy, ordered in (("screen:send=2", True), ("screen:send=2,placebo=true", False)):
        found = pools(ran(mazedom, "model=channel:inflate=0.3", f"remedy={remedy}", worlds=8)).values()
        best = [
            sorted(pool["given"][name] for name in pool["sent"]) == sorted(pool["given"].values())[-2:]
            for pool in found
        ]
        assert all(best) == ordered
        assert all(len(pool["sent"]) == 2 for pool in found)


def test_scores_that_can_not_be_read_are_counted_and_a_random_shortlist_goes_on(mazedom, channel_as_model):
    """A program in the screener's place names an option and no scores."""
    run = ran(mazedom, "model=channel", "human.auditor=write", "holder=scripted:relay")
    (row,) = run["candidates"]
    assert row["unscored"]["value"] == 1
    assert row["score_rank"] is None
    assert all(pool["given"] is None and len(pool["sent"]) == 2 for pool in pools(run).values())


def test_without_a_screener_the_texts_are_read_and_nothing_is_scored(mazedom):
    run = ran(mazedom, "model=channel:inflate=0.5", "remedy=none")
    (row,) = run["candidates"]
    assert row["inflation"]["value"] > 0
    assert (row["score_gap"], row["unscored"]) == (None, None)


def test_one_report_on_several_candidates_is_scored_for_each_of_them(mazedom):
    run = ran(mazedom, "model=channel", "lines=1", "depth=2", "remedy=screen")
    assert run["candidates"][0]["score_rank"]["value"] == 1


@pytest.mark.heavy
def test_a_run_of_candidates_is_forked_replayed_and_reported_like_any_other(mazedom):
    run = ran(mazedom, "model=channel:inflate=0.3", "selection.worker=1,2", "selected_by=guess", worlds=1)
    assert mazedom("replay", run["run"], "--verify").status == 0
    forked = mazedom("fork", run["run"], "--at", "Screener", "--set", "model.auditor=channel:hunch=2", "--json")
    assert forked.status == 0, forked.document
    assert mazedom("show", run["run"], "--trial", "c1.w1.r1").status == 0
    assert mazedom("compare", run["run"], "--by", "selection.worker").status == 0
    assert mazedom("report", run["run"]).status == 0


def test_a_screener_of_a_world_without_candidates_is_refused_before_the_run_begins(mazedom):
    words = ("remedy=screen", "scenario=go_ahead", "facts=8", "decide_only=true", "model=channel")
    done = mazedom("run", "--json", *(word for one in words for word in ("--set", one)))
    assert done.status == 2
    assert "candidates" in done.document["error"]


def test_rank_correlation_is_scipy_s_and_0_where_one_side_is_all_equal():
    for one, other in (([1, 2, 3, 4], [2, 1, 4, 3]), ([5, 5, 7, 8], [1, 2, 2, 9]), ([3, 1, 2], [1, 3, 2])):
        assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert spearman([5, 5, 5], [1, 2, 3]) == 0


def test_texts_are_alike_by_their_words_whatever_figures_and_names_are_filled_in():
    form = "{} scored {} points above the mark in the entry test."
    assert likeness([form.format("Ilmar", 12), form.format("Kesdal", 7)], {"ilmar", "kesdal"}) == 1
    assert likeness([form.format("Ilmar", 12), "A gifted and tireless young colleague."], {"ilmar"}) == 0
    assert likeness(["", form.format("Ilmar", 3)]) is None


def test_the_distance_of_the_best_of_m_and_the_curve_that_was_planted():
    assert [round(distance(m), 3) for m in (1, 2, 4, 8)] == [0, 0.439, 0.798, 1.097]
    planted = {world: {m: world + distance(m) * (0.8 - 0.3 * distance(m)) for m in (1, 2, 4, 8)} for world in range(9)}
    fit = overoptimisation(planted)
    assert (fit.alpha.value, fit.beta.value, fit.worlds) == (pytest.approx(0.8), pytest.approx(0.3), 9)
    assert overoptimisation({1: {1: 0.5}}) is None
