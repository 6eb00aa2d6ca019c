"""An organisation that meets again: what is remembered, who is rated, who rises and who leaves."""

import json

import pytest

from chains.experiments.condition_plan import PlanSettings, planned
from chains.experiments.settings import ConditionSettings
from chains.models.spec import resolve
from chains.organisation.cast import Cast, Part
from chains.organisation.hierarchy import chain, deal, tree
from chains.organisation.prompts import read_prompt
from chains.organisation.round_settings import RoundSettings
from chains.organisation.rounds import RoundResult, first_staff, in_round, next_staff, remembered
from chains.scoring.measures.regret import mean
from chains.worlds.scenario_registry import world_for


def cast_of(hierarchy, **round_settings):
    worlds = tuple(world_for("watermelon", seed, 6, None) for seed in (3, 2, 1))
    plan = planned(PlanSettings.of(ConditionSettings.of({"rounds": 3})), hierarchy)
    rate = {"rate": read_prompt("rate", "plain")}
    return Cast(
        world=worlds[-1],
        worlds=worlds,
        replicate=1,
        plan=plan,
        parts={
            seat.name: Part(model="channel", prompt=read_prompt(seat.role, "plain"), words=60 + place, tasks=rate)
            for place, seat in enumerate(plan.seats)
        },
        dealt=deal([fact.id for fact in worlds[-1].facts], hierarchy, worlds[-1].digest, 1),
        sources={"channel": resolve("channel")},
        round_settings=RoundSettings(3, **round_settings),
    )


def met(hierarchy, ratings):
    return RoundResult(first_staff(hierarchy), ratings, {name: f"- Report of {name}." for name in ratings})


RATINGS = {"L4": 9.0, "L3": 7.0, "L2": 8.0, "L1": 2.0}


def test_the_best_rated_manager_below_a_manager_rises_and_the_one_above_steps_down():
    hierarchy = chain(4)
    staff = next_staff(cast_of(hierarchy, promotion="rating"), met(hierarchy, RATINGS))
    assert staff == {"L0": "L0", "L1": "L2", "L2": "L1", "L3": "L3", "L4": "L4"}


def test_the_worst_rated_manager_leaves_and_a_newcomer_remembers_nothing():
    hierarchy = chain(4)
    cast = cast_of(hierarchy, leaving="rating", memory="reports")
    was = met(hierarchy, RATINGS)
    staff = next_staff(cast, was)
    assert staff["L1"] not in RATINGS
    told = remembered("reports", staff, [was])
    assert set(told) == {"L2", "L3", "L4"}


def test_whoever_rises_takes_memory_and_prompts_along():
    hierarchy = chain(4)
    cast = cast_of(hierarchy, promotion="rating", memory="reports")
    was = met(hierarchy, RATINGS)
    staff = next_staff(cast, was)
    after = in_round(cast, 2, staff, [was])
    assert after.parts["L1"] == cast.parts["L2"] != cast.parts["L1"]
    assert "rated 8 of 10" in after.remembered["L1"]
    assert "Report of L2." in after.remembered["L1"]
    assert after.world == cast.worlds[1]
    asked = after.report_on(after.plan.by_name["L1"], ["- All is well."], ("L2",))
    assert asked.messages[-1].content.startswith("You remember earlier rounds")


def test_where_ratings_could_not_be_read_somebody_random_moves_and_where_moves_are_off_nobody_does():
    hierarchy = chain(4)
    unread = met(hierarchy, dict.fromkeys(RATINGS))
    assert next_staff(cast_of(hierarchy), unread) == first_staff(hierarchy)
    moved = next_staff(cast_of(hierarchy, promotion="rating"), unread)
    assert sorted(moved.values()) == sorted(first_staff(hierarchy).values())
    assert moved != first_staff(hierarchy)


def test_in_a_hierarchy_without_a_manager_above_a_manager_nobody_rises():
    hierarchy = tree(2, 2)
    ratings = dict.fromkeys(("L2.1", "L2.2", "L2.3", "L2.4", "L1.1", "L1.2"), 5.0)
    assert next_staff(cast_of(hierarchy, promotion="rating"), met(hierarchy, ratings)) == first_staff(hierarchy)


def test_the_executive_has_no_boss_to_be_rated_by_and_remembers_nothing():
    hierarchy = chain(2)
    was = RoundResult(first_staff(hierarchy), {"L2": 5.0, "L1": 4.0}, {"L2": "- A.", "L1": "- B.", "L0": "My brief."})
    assert set(remembered("reports", first_staff(hierarchy), [was])) == {"L2", "L1"}


def test_facts_of_a_pattern_go_to_different_workers_in_every_round(mazedom):
    settings = ("--set", "scenario=common_cause", "--set", "span=3", "--set", "depth=2", "--set", "rounds=2")
    mazedom(
        "run", "--set", "model=channel", "--set", "prompt=plain", "--set", "worlds=1", "--set", "facts=12", *settings
    )
    for number in (1, 2):
        document = mazedom("show", "last", "--trial", "c1.w1.r1", "--round", number, "--json").document
        workers = [message for message in document["messages"] if message["role"] == "worker"]
        assert all(fate == "kept" for message in workers for fate in message["fates"].values())
    assert mazedom("replay", "last", "--verify").status == 0


def test_only_the_last_rounds_are_remembered():
    hierarchy = chain(2)
    history = [met(hierarchy, {"L2": float(rating), "L1": 1.0}) for rating in range(1, 8)]
    told = remembered("ratings", first_staff(hierarchy), history)["L2"]
    assert [f"round {number} " in told for number in range(1, 8)] == [False] * 4 + [True] * 3
    assert "You wrote" not in told


@pytest.fixture
def ran(mazedom):
    """A run of three rounds on the channel."""
    status = mazedom(
        "run", "--set", "model=channel:drop=0.15,taste=0.8", "--set", "rounds=3", "--set", "promotion=rating",
        "--set", "leaving=random", "--set", "depth=4", "--set", "worlds=3", "--set", "prompt=plain",
    ).status  # fmt: skip
    assert status == 0
    return mazedom


def test_a_run_of_rounds_replays_to_the_letter_and_shows_each_round(ran):
    assert ran("replay", "last", "--verify").status == 0
    document = ran("show", "last", "--json").document
    assert [row["round"] for row in document["by_round"]] == [1, 2, 3]
    assert document["by_round"][0]["moved"] == 0
    assert document["calls"] == 3 * 3 * (5 + 4)
    last = [row["kept"] for row in document["by_hop"] if row["hop"] == 4]
    assert document["by_round"][-1]["kept"] == pytest.approx(mean(last))
    shown = ran("show", "last")
    assert "by round" in shown.out


def test_every_round_can_be_told_and_only_those_that_there_are(ran):
    first, third = (ran("show", "last", "--trial", "c1.w1.r1", "--round", number).out for number in (1, 3))
    assert first != third
    assert third == ran("show", "last", "--trial", "c1.w1.r1").out
    refused = ran("show", "last", "--trial", "c1.w1.r1", "--round", 4)
    assert refused.status == 2
    assert "has no round 4; it has 3" in refused.err


def test_conditions_with_different_numbers_of_rounds_are_compared_on_the_same_world(mazedom):
    mazedom(
        "run", "--set", "model=channel:drop=0.1", "--set", "rounds=1,3", "--set", "worlds=6", "--set", "prompt=plain"
    )
    one, three = (mazedom("show", "last", "--trial", f"c{n}.w2.r1", "--json").document for n in (1, 2))
    assert one["world"]["digest"] == three["world"]["digest"]
    assert mazedom("compare", "last", "--by", "rounds").status == 0


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("memory=all", "memory is 'all'; it must be none, ratings, reports, outcomes or rounds"),
        ("promotion=best", "promotion is 'best'; it must be none, rating, value or random"),
        ("rounds=0", "it must be at least 1"),
    ],
)
def test_a_custom_that_there_is_not_is_refused_in_one_sentence(mazedom, setting, says):
    refused = mazedom("run", "--set", "model=channel", "--set", "rounds=2", "--set", setting)
    assert refused.status == 2
    assert says in refused.err


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (lambda end: end["top"].update(fates="K" * 6), "all at the top"),
        (lambda end: end["rounds"][0]["readings"]["L1"].update(fates="K" * 6), "L1 in round 1"),
        (lambda end: end["rounds"][1]["ratings"].update(L2=10.0), "how reports were rated"),
        (lambda end: end.update(unrated=7), "7 unrated"),
    ],
)
def test_a_reading_that_somebody_changed_is_found_out_wherever_it_stands(mazedom, tmp_path, changed, says):
    settings = ("model=channel:drop=0.5", "rounds=2", "worlds=1", "depth=3", "prompt=plain", "side=skip:L3>L0")
    mazedom("run", *(word for setting in settings for word in ("--set", setting)))
    (log,) = tmp_path.glob("runs/*/*/log.jsonl")
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    for record in lines:
        if record["kind"] == "trial":
            changed(record)
    log.write_text("".join(json.dumps(record, separators=(",", ":")) + "\n" for record in lines))
    verified = mazedom("replay", "last", "--verify")
    assert verified.status == 1
    assert says in verified.out + verified.err
