"""In-family (E7): a truth that moves over rounds, what is remembered of decisions, acceptance that creeps."""

import math
import random

import pytest

from chains.errors import BadInput
from chains.experiments.settings import ConditionSettings
from chains.models.channel.channel import parse_channel
from chains.models.channel.decisions import keeps_plan
from chains.models.provider import Occasion
from chains.organisation.hierarchy import chain
from chains.organisation.round_settings import OF_DECISIONS, OUTCOMES_REMEMBERED, seed_in
from chains.organisation.rounds import RoundResult, first_staff, remembered, went_well
from chains.rng import Draw
from chains.scoring.measures.luck import Met, accepted, first_milder, held, highest_risk, relabelled
from chains.stats.creep import Accepted, change_point, creep_of
from chains.worlds.decisions.decision import even_chance, log_odds
from chains.worlds.scenario.in_family import DUE, FLIGHTS, FLY, HOLD, in_family, in_family_shuffled, share_of_breach
from chains.worlds.scenario_registry import APART, world_for

FLOWN = {seed: [in_family(seed, facts=4, to_come=FLIGHTS - at) for at in range(1, FLIGHTS + 1)] for seed in range(1, 9)}


def size(world):
    """The size of the anomaly."""
    return next(
        float(fact.slot("size").value) for fact in world.facts if len(fact.slots) and fact.slots[0].name == "size"
    )


def test_the_anomaly_grows_from_flight_to_flight_and_stays_below_its_breach():
    for flights in FLOWN.values():
        sizes = [size(world) for world in flights]
        assert sizes == sorted(sizes)
        assert 0 < sizes[0] < sizes[-1] < next(w.ramp.values[1] for w in flights[0].decision.weights if w.ramp)


def test_the_flights_of_a_craft_share_their_subject_payoffs_and_charter():
    for flights in FLOWN.values():
        assert len({world.decision.options for world in flights}) == 1
        assert len({world.charter for world in flights}) == 1
        assert len({world.title for world in flights}) == FLIGHTS


def test_a_flight_should_be_held_once_the_anomaly_is_past_what_is_due():
    for seed, flights in FLOWN.items():
        for place, world in enumerate(flights):
            if abs(share_of_breach(seed, place) - DUE) > 0.05:  # other news and rounding weigh less than that
                best = world.decision.best().id
                assert best == (HOLD if share_of_breach(seed, place) > DUE else FLY)


def test_shuffled_flights_have_the_same_sizes_in_another_order():
    for seed, flights in FLOWN.items():
        shuffled = [in_family_shuffled(seed, facts=4, to_come=FLIGHTS - at) for at in range(1, FLIGHTS + 1)]
        assert sorted(map(size, shuffled)) == [size(world) for world in flights]
    assert any(size(in_family_shuffled(seed, to_come=0)) != size(FLOWN[seed][-1]) for seed in FLOWN)


def test_the_rounds_of_a_trial_are_one_craft_and_the_last_has_the_trials_own_seed():
    rounds = [world_for("in_family", seed_in(3, number, FLIGHTS), 4) for number in range(1, FLIGHTS + 1)]
    assert [size(world) for world in rounds] == [size(world) for world in FLOWN[3]]
    assert rounds[-1].seed == 3
    assert len({world.seed for world in rounds}) == len({world.digest for world in rounds}) == FLIGHTS


def test_fewer_rounds_are_the_last_flights():
    assert size(world_for("in_family", seed_in(3, 1, 2), 4)) == size(FLOWN[3][-2])


def test_a_scenario_that_does_not_move_has_another_world_in_every_round():
    assert world_for("watermelon", 3 + APART, 8).title != world_for("watermelon", 3, 8).title


@pytest.mark.parametrize("facts", [1, 8])
def test_too_few_or_too_many_facts_are_refused(facts):
    with pytest.raises(BadInput, match="2 to 7 facts"):
        in_family(1, facts=facts)


def history(*chosen):
    """The results of rounds in which these options were in force."""
    decision, staff = FLOWN[1][0].decision, first_staff(chain(2))
    options = [decision.option(name) if name else None for name in chosen]
    return [RoundResult(staff, {}, {}, option, name == FLY) for option, name in zip(options, chosen, strict=True)]


def test_everybody_remembers_what_was_decided_and_what_came_of_it():
    told = remembered("outcomes", first_staff(chain(2)), history(FLY, HOLD))
    assert set(told) == {"L0", "L1", "L2"}
    assert "In round 1 the decision was to fly on the date, and the craft came back safe." in told["L0"]
    assert "In round 2 the decision was to hold the mission" in told["L2"]


def test_the_placebo_remembers_as_many_rounds_and_nothing_of_them():
    staff, past = first_staff(chain(2)), history(FLY, FLY, HOLD)
    told, placebo = (remembered(memory, staff, past)["L0"].splitlines() for memory in OF_DECISIONS)
    assert len(told) == len(placebo) == 4
    assert not any(word in " ".join(placebo) for word in ("fly", "hold", "safe"))


def test_a_newcomer_remembers_no_decision_and_unread_decisions_are_not_told():
    staff = first_staff(chain(2)) | {"L1": "L1 since round 2"}
    assert set(remembered("outcomes", staff, history(FLY))) == {"L0", "L2"}
    assert remembered("outcomes", first_staff(chain(2)), history(None)) == {}


def test_an_option_that_does_not_say_what_came_of_it_is_remembered_as_decided():
    decision = FLOWN[1][0].decision
    bare = decision.option(FLY).model_copy(update={"came": ""})
    past = [RoundResult(first_staff(chain(2)), {}, {}, bare, stood=True)]
    assert remembered("outcomes", first_staff(chain(2)), past)["L0"].endswith(
        "In round 1 the decision was to fly on the date."
    )


def test_a_memory_of_decisions_is_refused_where_nothing_is_decided(mazedom):
    refused = mazedom("run", "--set", "model=channel", "--set", "rounds=2", "--set", "memory=outcomes")
    assert refused.status == 2
    assert "nothing is decided; set decide_only = true" in refused.err


def test_no_more_decisions_are_remembered_than_a_prompt_has_room_for():
    told = remembered("outcomes", first_staff(chain(2)), history(*[FLY] * 20))
    assert len(told["L0"].splitlines()) == 1 + OUTCOMES_REMEMBERED
    assert went_well(history(FLY, HOLD, FLY)) == 2


def test_reports_are_not_rated_where_only_decisions_are_remembered():
    def rated(**settings):
        return ConditionSettings.of({"rounds": 3, **settings}).rates_reports

    assert rated(memory="none")
    assert rated(memory="ratings")
    assert not rated(memory="outcomes")
    assert rated(memory="outcomes", promotion="rating")


def test_a_channel_keeps_its_plan_the_more_often_the_more_it_has_survived():
    world = FLOWN[1][4]
    heard = ("\n".join(fact.render(0) for fact in world.facts),)
    even = even_chance(world.decision)
    beyond = world.decision.logit() - log_odds(even)

    def share(survived):
        occasion = Occasion(world, 1, "L0", "executive", 3, 2, heard, task="decide", more={"went_well": survived})
        return sum(keeps_plan(occasion, even, 1.0, 0.7, Draw("test", at)) for at in range(2000)) / 2000

    for survived in (0, 3):
        assert share(survived) == pytest.approx(1 / (1 + math.exp(beyond - 0.7 * survived)), abs=0.04)


def test_creep_without_keenness_is_refused():
    with pytest.raises(BadInput, match="creep needs keen"):
        parse_channel("creep=0.5")


ROUNDS = [
    Met(kept=True, survived=0, lead=2.0, risk=0.1, milder=(0.0, 0.0)),
    Met(kept=False, survived=1, lead=1.0, risk=0.2, milder=(0.0, 1.0)),
    Met(kept=True, survived=1, lead=-1.0, risk=0.5, milder=(1.0, 1.0)),
    Met(kept=None, survived=2, lead=-2.0, risk=0.7, milder=(math.nan, math.nan)),
    Met(kept=False, survived=2, lead=-2.0, risk=0.7, milder=(1.0, 0.0)),
]


def test_what_is_accepted_held_and_relabelled_is_counted_where_it_is_known():
    assert accepted(ROUNDS) == 0.5
    assert held(ROUNDS) == 0.5
    assert highest_risk(ROUNDS) == 0.5
    assert relabelled(ROUNDS) == 0.5
    assert [first_milder(one) for one in ROUNDS] == [None, 2, 1, None, 1]
    assert all(math.isnan(of([])) for of in (accepted, held, highest_risk, relabelled))


def drawn(creep, worlds, draw):
    """Rounds of some crafts under the model."""
    rows = []
    for craft in range(worlds):
        survived = 0
        for number in range(FLIGHTS):
            lead = 2.4 - 0.75 * number + draw.uniform(-0.3, 0.3)
            kept = draw.random() < 1 / (1 + math.exp(-(lead + creep * survived)))
            rows.append(Accepted(craft, kept, survived, lead))
            survived += kept
    return rows


def test_a_planted_creep_is_found_and_none_where_none_is_planted():
    found = creep_of(drawn(0.5, 200, random.Random(1)))
    assert found.creep.low <= 0.5 <= found.creep.high
    assert found.creep.low > 0
    assert found.shift.low <= 0.5 <= found.shift.high
    nothing = creep_of(drawn(0.0, 200, random.Random(2)))
    assert nothing.creep.low <= 0 <= nothing.creep.high


def test_nothing_is_said_of_a_plan_that_is_always_kept_and_no_interval_given_for_few_worlds():
    assert creep_of([Accepted(world, True, at, 0.1 * at) for world in range(9) for at in range(3)]) is None
    few = creep_of(drawn(0.5, 4, random.Random(3)))
    assert math.isfinite(few.creep.value)
    assert math.isnan(few.creep.low)


def test_separated_rounds_have_a_finite_estimate():
    rows = [Accepted(world, at < 4, min(at, 4), 3.5 - at) for world in range(10) for at in range(8)]
    assert math.isfinite(creep_of(rows).keenness.value)


def test_a_change_point_is_where_the_share_changes_and_none_is_where_nothing_does():
    draw = random.Random(4)
    worlds = [[float(draw.random() < (0.1 if at < 4 else 0.8)) for at in range(8)] for _ in range(40)]
    found = change_point(worlds)
    assert (found.round, found.p) == (5, 0.001)
    assert found.before < 0.25
    assert found.after > 0.65
    assert change_point([[1.0] * 8] * 3) is None
    assert change_point([[1.0], [0.0]]) is None


def test_a_run_over_flights_shows_what_luck_does_replays_and_goes_on_as_a_fork(mazedom):
    ran = mazedom(
        "run", "in_family", "--set", "worlds=8", "--set", "rounds=4", "--set", "rule=none",
        "--set", "hypotheses.words=relabelled(memory=outcomes) > relabelled(memory=rounds)",
        "--set", "model=channel:keen=1,creep=2,milder=0/0.3", "--json",
    ).document  # fmt: skip
    assert [row["factors"]["memory"] for row in ran["luck"]] == ["rounds", "outcomes"]
    assert all(len(row["kept"]) == 4 for row in ran["luck"])
    assert mazedom("replay", "last", "--verify").status == 0
    shown = mazedom("show", "last").out
    assert "each round survived adds" in shown
    compared = mazedom("compare", "last", "--by", "memory", "--json").document
    assert any("accepted" in one["text"] for one in compared["hypotheses"])
    fork = mazedom("fork", "last", "--at", "L1", "--set", "model.L1=channel:drop=0.5")
    assert fork.status == 0
    assert mazedom("replay", "last", "--verify").status == 0


def test_more_rounds_than_a_craft_has_flights_are_refused(mazedom):
    wrong = mazedom("run", "in_family", "--set", "model=channel", "--set", "rounds=9", "--json")
    assert wrong.status == 2
    assert "has 8 flights, one a round; set rounds=8 or fewer" in wrong.document["error"]
