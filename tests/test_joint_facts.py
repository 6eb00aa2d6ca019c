"""Facts that bear on a decision only together."""

import math

import pytest

from chains.errors import BadInput
from chains.models.channel.decisions import weights_heard
from chains.models.provider import Occasion
from chains.scoring.facts.belief import believed
from chains.scoring.facts.instrument import Instrument
from chains.worlds.rules.decision_world_rules import enumerate_world
from chains.worlds.rules.joint_facts import with_joint_facts
from chains.worlds.scenario_registry import world_for

PLAIN = world_for("go_ahead", 2, 12)
JOINT = with_joint_facts(PLAIN, 2)


def told(world, names):
    return "\n".join(f"- {world.fact(name).render(0)}" for name in names)


def logit(world, names):
    message = told(world, names)
    return world.decision.logit(believed(world, Instrument(world.facts).read(message), message))


def test_without_pairs_a_world_is_what_it_was():
    assert with_joint_facts(PLAIN, 0).digest == PLAIN.digest != JOINT.digest


def test_the_full_ledger_means_what_it_did_and_each_fact_of_a_pair_alone_means_nothing():
    everything = [fact.id for fact in PLAIN.facts]
    assert math.isclose(logit(JOINT, everything), logit(PLAIN, everything), abs_tol=1e-3)
    assert math.isclose(JOINT.decision.p(), PLAIN.decision.p(), abs_tol=1e-4)
    for pair in JOINT.decision.joint:
        one, other = pair.facts
        assert logit(JOINT, [one]) == logit(JOINT, [other]) == JOINT.decision.intercept
        assert math.isclose(logit(JOINT, [one, other]), logit(PLAIN, [one, other]), abs_tol=1e-3)


def test_the_channel_believes_a_pair_as_the_instrument_does():
    for names in (JOINT.decision.joint[0].facts, JOINT.decision.joint[0].facts[:1]):
        occasion = Occasion(JOINT, 1, "L0", "executive", 2, 2, (told(JOINT, names),))
        assert math.isclose(JOINT.decision.logit(weights_heard(occasion)), logit(JOINT, names))


def test_enumeration_agrees_with_belief_on_sets_that_split_a_pair():
    found = enumerate_world(JOINT)
    everything = [fact.id for fact in JOINT.facts]
    for name in {name for pair in JOINT.decision.joint for name in pair.facts}:
        left = logit(JOINT, [other for other in everything if other != name])
        best = JOINT.decision.best({"": left - JOINT.decision.intercept}).id
        assert (best != found.best) == (name in found.single)


def test_twins_of_a_pair_are_a_pair():
    twin = JOINT.twinned()
    assert [pair.facts for pair in twin.decision.joint] == [pair.facts for pair in JOINT.decision.joint]
    assert twin.twinned().digest == JOINT.digest


@pytest.mark.parametrize(
    ("scenario", "pairs", "sentence"),
    [("watermelon", 1, "joint needs a world with a decision"), ("go_ahead", 7, "has no 7 pairs of facts")],
)
def test_a_world_that_can_have_no_such_pairs_says_so(scenario, pairs, sentence):
    with pytest.raises(BadInput, match=sentence):
        with_joint_facts(world_for(scenario, 2, 12), pairs)
