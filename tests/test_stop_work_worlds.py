"""Worlds in which a change goes in unless somebody stops it: stopping is right iff the expected loss exceeds theta."""

import pytest

from chains.errors import BadInput
from chains.models.channel.codebook import codebook
from chains.worlds.decisions.decision import Decision
from chains.worlds.files.world_file import read_world
from chains.worlds.rules.decision_world_rules import MARGIN, enumerate_world
from chains.worlds.scenario.go_ahead import go_ahead
from chains.worlds.scenario.stop_work import PAID, stop_work
from chains.worlds.scenario_registry import world_for

SEEDS = range(1, 81)
WORLDS = {seed: stop_work(seed, facts=10) for seed in SEEDS}


def loss_and_theta(world):
    go, halt = world.decision.options
    return go.exposure * world.decision.p(), PAID - halt.base


def test_stopping_is_best_exactly_where_the_expected_loss_exceeds_theta():
    for world in WORLDS.values():
        loss, theta = loss_and_theta(world)
        assert (enumerate_world(world).best == "halt") == (loss > theta)


def test_about_three_in_ten_worlds_are_hazards():
    """Of 80 worlds 24 are expected; 13 to 35 are within 2.7 standard deviations."""
    assert 13 <= sum(enumerate_world(world).best == "halt" for world in WORLDS.values()) <= 35


def test_no_world_is_a_close_call():
    for world in WORLDS.values():
        loss, theta = loss_and_theta(world)
        assert abs(loss - theta) >= MARGIN * world.decision.options[0].exposure


def test_every_world_keeps_the_rules_of_decision_worlds():
    for world in WORLDS.values():
        found = enumerate_world(world)
        assert found.broken is None
        assert found.without_bad == "go", "without its bad news every world looks as if one could go on"


@pytest.mark.parametrize("facts", [8, 18])
def test_small_and_large_worlds_are_found(facts):
    for seed in range(1, 5):
        assert enumerate_world(stop_work(seed, facts=facts)).broken is None


def test_what_a_fact_weighs_is_the_same_in_hazard_worlds_and_in_others():
    """A seat could not tell them apart by what it reads if "9 weeks late" weighed more in one of them."""
    assert {world.decision.intercept for world in WORLDS.values()} == {-1.6}
    ramps = {weight.ramp.weights for world in WORLDS.values() for weight in world.decision.weights if weight.ramp}
    assert ramps == {(0.1, 1.4), (-0.1, -1.1)}


def test_the_same_seed_gives_the_same_world_and_the_channel_can_write_it():
    assert stop_work(3, facts=10).digest == WORLDS[3].digest != WORLDS[4].digest
    codebook(WORLDS[3])


def test_stop_work_says_how_many_facts_it_makes():
    with pytest.raises(BadInput, match="8 to 60 facts, not 6"):
        world_for("stop_work", 1, 6)


def test_the_careful_option_is_the_last_unless_a_world_names_another():
    decision = go_ahead(1, facts=8).decision
    assert decision.careful_option.id == "halt"
    plain = {name: getattr(decision, name) for name in Decision.model_fields}
    assert Decision(**plain | {"careful": "repair"}).careful_option.id == "repair"
    with pytest.raises(ValueError, match="careful option 'rest' is none"):
        Decision(**plain | {"careful": "rest"})


def test_naming_a_careful_option_changes_no_other_worlds_digest():
    """Runs logged before it could be named must verify."""
    assert go_ahead(1, facts=8).digest == "72fa8fd1782418d0f889cc7c355ee9edb5602312f2266976db3b6ea6833f1b8d"


def test_a_world_file_names_its_careful_option(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("""
[decision]
question = "Go?"
standing = "go"
careful = "wait"
intercept = 0
[[decision.options]]
id = "go"
text = "go on"
base = 10
exposure = 20
[[decision.options]]
id = "wait"
text = "wait and see"
base = 2
exposure = 0
[[decision.options]]
id = "sell"
text = "sell the yard"
base = 1
exposure = 0
[[facts]]
subject = "cooling pump P-12"
renderings = ["{subject} was delivered {delay} {when}.", "Delivery of {subject} came {delay} {when}."]
slots = { delay = "3 weeks", when = "late/early" }
valence = "bad"
weight = 1
""")
    assert read_world(path).decision.careful_option.id == "wait"
