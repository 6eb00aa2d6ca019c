"""Pause worlds: a tested system is released, or the project pauses."""

import statistics
from itertools import groupby

import pytest

from chains.errors import BadInput
from chains.models.channel.channel import Channel, parse_channel
from chains.models.channel.codebook import planted
from chains.models.provider import Occasion
from chains.scoring.facts.belief import believed
from chains.scoring.facts.reader import instrument_of
from chains.worlds.rules.decision_world_rules import MARGIN, enumerate_world
from chains.worlds.scenario.pause import LEAST, PAUSE, RELEASE, WIDEST, pause
from chains.worlds.scenario_registry import world_for

WORLDS = [pause(seed, facts=10) for seed in range(1, 61)]


def points_of(world):
    """The points of every run, above its limit as positive."""
    return {
        fact.id: fact.slot("gap").value * (1 if fact.valence == "bad" else -1)
        for fact in world.facts
        if not fact.distractor
    }


def test_the_best_decision_is_what_the_rule_of_the_charter_says():
    for world in WORLDS:
        limit = world.charter.clauses[0].slot("limit").value
        pauses = sum(points_of(world).values()) > limit
        assert world.decision.best().id == (PAUSE if pauses else RELEASE)


def test_just_at_the_limit_the_system_is_released_and_a_point_above_it_is_not():
    world = WORLDS[0]
    limit, decision = world.charter.clauses[0].slot("limit").value, world.decision
    assert decision.best({"": 0.06 * limit}).id == RELEASE
    assert decision.best({"": 0.06 * (limit + 1)}).id == PAUSE


def test_about_half_of_the_worlds_are_safe():
    safe = [enumerate_world(world).safe for world in WORLDS]
    assert 0.35 < statistics.mean(safe) < 0.65


def test_every_world_keeps_the_rules():
    for world in WORLDS:
        found = enumerate_world(world)
        assert found.broken is None
        assert found.safe == (found.best == RELEASE)
        release, other = world.decision.option(RELEASE), world.decision.option(PAUSE)
        assert abs(release.utility(found.p) - other.utility(found.p)) >= MARGIN * release.exposure


def test_two_tests_or_more_were_run_several_times_and_their_runs_disagree():
    for world in WORLDS:
        runs = sorted((fact for fact in world.facts if fact.series), key=lambda fact: fact.series)
        several = [
            {fact.valence for fact in group}
            for group in (list(group) for _, group in groupby(runs, key=lambda fact: fact.series))
            if len(group) > 1
        ]
        assert len(several) >= 2
        assert all(valences == {"bad", "good"} for valences in several)


def test_no_two_runs_of_a_world_ended_as_far_from_their_limit():
    for world in WORLDS:
        sizes = [abs(points) for points in points_of(world).values()]
        assert len(set(sizes)) == len(sizes)
        assert all(LEAST <= size <= WIDEST for size in sizes)


def test_the_twin_of_a_world_has_every_run_on_the_other_side_of_its_limit():
    world = WORLDS[4]
    assert points_of(world.twinned()) == {name: -points for name, points in points_of(world).items()}


def test_the_same_seed_gives_the_same_world_and_scenarios_know_it():
    assert pause(3).digest == pause(3).digest == world_for("pause", 3, 12).digest
    assert pause(3).digest != pause(4).digest


@pytest.mark.parametrize(
    ("asked", "said"), [({"facts": 7}, "8 to 18"), ({"facts": 19}, "8 to 18"), ({"setting": "ward"}, "evals")]
)
def test_what_can_not_be_made_is_said(asked, said):
    with pytest.raises(BadInput, match=said):
        pause(1, **asked)


@pytest.mark.parametrize("facts", [8, 18])
def test_small_and_large_ledgers_are_found(facts):
    for seed in range(1, 6):
        assert len(pause(seed, facts=facts).facts) == facts


def test_the_instrument_reads_what_the_channel_planted():
    """A scenario's wordings are read as well as those that the gates calibrate on."""
    channel = Channel(parse_channel("channel:drop=0.1,blur=0.1,alter=0.1,flip=0.1"))
    right = total = 0
    for world in WORLDS[:25]:
        notes = "\n".join(f"- {fact.render(0)}" for fact in world.facts)
        heard = Occasion(world=world, replicate=1, seat="L3", role="worker", hop=1, depth=3, heard=(notes,))
        message = "\n".join(f"- {line}" for line in channel.relayed(heard))
        truth, read = planted(world, message).fates, instrument_of(world).read(message)
        total += len(truth)
        right += sum(read[name].fate == fate for name, fate in truth.items())
    assert right / total > 0.99


def test_a_run_that_is_turned_round_weighs_as_much_the_other_way():
    world = WORLDS[0]
    fact = next(fact for fact in world.facts if fact.series)
    turned = fact.render(0, {"way": fact.slot("way").flipped()})
    told = believed(world, instrument_of(world).read(turned), turned)
    assert told[fact.id] == pytest.approx(-world.decision.weight_of[fact.id].true)


def test_a_run_with_another_figure_weighs_what_is_said():
    world = WORLDS[0]
    fact = next(fact for fact in world.facts if fact.valence == "bad" and fact.slot("gap").value != 12)
    said = fact.render(0, {"gap": fact.slot("gap").model_copy(update={"value": 12})})
    told = believed(world, instrument_of(world).read(said), said)
    assert told[fact.id] == pytest.approx(0.06 * 12)
