"""Worlds in which something is decided: their rules, their generator, and the worked world "Kestrel pump line"."""

import math
from pathlib import Path

import pytest

from chains.errors import BadInput
from chains.models.channel.codebook import codebook
from chains.scoring.facts.instrument import Instrument
from chains.worlds.decisions.decision import Decision, Option, Ramp, Weight, chance
from chains.worlds.files.world_file import read_world
from chains.worlds.rules.decision_world_rules import enumerate_world
from chains.worlds.scenario.go_ahead import go_ahead
from chains.worlds.scenario.watermelon import SETTINGS, watermelon
from chains.worlds.scenario_registry import world_for
from chains.worlds.world import World

KESTREL = read_world(Path(__file__).parent.parent / "runs" / "worlds" / "kestrel.toml")
BAD = ("F01", "F02", "F03", "F04", "F05")


def without(*lost):
    return {weight.fact: weight.true for weight in KESTREL.decision.weights if weight.fact not in lost}


def p_without(*lost):
    return KESTREL.decision.p(without(*lost))


def test_the_worked_world_has_the_chances_of_failure_that_were_printed():
    everything = [weight.fact for weight in KESTREL.decision.weights]
    assert f"{p_without():.2f}" == "0.55"
    assert f"{p_without(*BAD):.2f}" == "0.03"
    assert f"{p_without(*everything):.2f}" == "0.07"
    assert f"{p_without('F01'):.2f}" == "0.23"
    assert f"{p_without('F01', 'F02', 'F03'):.2f}" == "0.06"


def test_the_worked_world_has_the_payoffs_that_were_printed():
    payoffs = {option.id: f"{option.utility(p_without()):.1f}" for option in KESTREL.decision.options}
    assert payoffs == {
        "start_now": "-229.9", "start_one_line": "-118.9", "replace_seal": "-25.0", "stop_investigate": "13.4",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lost", "option", "regret"),
    [
        (("F01",), "replace_seal", "38.4"),
        (("F01", "F02", "F03"), "start_one_line", "132.3"),
        (BAD, "start_now", "243.3"),
        (("F10", "F11", "F12"), "stop_investigate", "0.0"),
    ],
)
def test_the_worked_world_has_the_regrets_that_were_printed(lost, option, regret):
    chosen = KESTREL.decision.best(without(*lost))
    assert chosen.id == option
    assert f"{KESTREL.decision.regret(chosen.id):.1f}" == regret


def test_the_worked_world_keeps_the_rules_with_the_printed_counts():
    found = enumerate_world(KESTREL)
    assert found.broken is None
    assert not found.safe
    assert f"{found.margin:.1%}" == "15.8%"
    assert found.single == ("F01",)
    assert len(found.pairs) == 16
    assert found.optimal == {
        "replace_seal": 2144, "stop_investigate": 1424, "start_one_line": 368, "start_now": 160,
    }  # fmt: skip


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    assert go_ahead(3, facts=12).digest == go_ahead(3, facts=12).digest
    assert go_ahead(3, facts=12).digest != go_ahead(4, facts=12).digest


def test_digests_of_worlds_in_which_nothing_is_decided_are_what_they_were():
    """Runs logged before there were decisions must verify."""
    assert watermelon(1, facts=6).digest == "6a6656f5ef378dfc1502c0f15260e64df5604b4a5da406bd79e14dccf2d48baf"


@pytest.mark.parametrize("facts", [8, 12, 18])
def test_generated_worlds_keep_every_rule(facts):
    for seed in range(1, 9):
        assert enumerate_world(go_ahead(seed, facts=facts)).broken is None


def test_about_three_in_ten_worlds_are_safe():
    """Of 120 worlds, 36 are expected to be safe; 22 to 50 are within 2.8 standard deviations."""
    safe = sum(enumerate_world(go_ahead(seed, facts=10)).safe for seed in range(1, 121))
    assert 22 <= safe <= 50


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_makes_worlds_whose_charter_the_instrument_reads_whole(setting):
    for seed in range(1, 4):
        charter = go_ahead(seed, facts=8, setting=setting).charter
        instrument = Instrument(charter.clauses)
        for wording in (0, 1):
            message = "\n".join(f"- {clause.render(wording)}" for clause in charter.clauses)
            assert {verdict.fate for verdict in instrument.read(message).values()} == {"kept"}, message
        assert {verdict.fate for verdict in instrument.read("- All is well.").values()} == {"omitted"}


def test_a_forbidden_thing_that_is_allowed_is_inverted():
    for clause in (KESTREL.charter.must_nots[0], go_ahead(1, facts=8).charter.must_nots[0]):
        flipped = clause.render(0, {"may": clause.slot("may").flipped()})
        assert Instrument((*KESTREL.charter.clauses, clause)).read(flipped)[clause.id].fate == "inverted"


def test_generated_weights_grow_with_the_value_and_turn_with_the_direction():
    world = go_ahead(1, facts=12)
    for weight in world.decision.weights:
        fact = world.fact(weight.fact)
        assert (weight.true > 0) == (fact.valence == "bad")
        assert (weight.twin > 0) == (fact.valence == "good")
        if weight.ramp is not None:
            assert math.isclose(weight.ramp.at(fact.slot(weight.ramp.slot).value), weight.true, abs_tol=1e-4)
            assert abs(weight.ramp.weights[0]) < abs(weight.ramp.weights[1])


def test_the_twin_of_a_world_weighs_what_its_facts_now_say():
    world = go_ahead(2, facts=12)
    twin = world.twinned()
    for weight in world.decision.weights:
        assert twin.decision.weight_of[weight.fact].true == weight.twin
    assert twin.twinned() == world


def test_facts_without_a_weight_change_nothing():
    assert KESTREL.fact("F12").distractor
    assert "F12" not in KESTREL.decision.weight_of


def test_a_ramp_is_straight_between_its_ends_and_level_outside():
    ramp = Ramp(slot="delay", values=(2, 12), weights=(0.2, 1.2))
    assert [round(ramp.at(value), 6) for value in (0, 2, 7, 12, 40)] == [0.2, 0.2, 0.7, 1.2, 1.2]
    falling = Ramp(slot="pressure", values=(48, 21), weights=(0.2, 1.2))
    assert round(falling.at(34.5), 6) == 0.7
    assert falling.at(60) == 0.2


def test_a_chance_of_failure_does_not_overflow():
    assert (chance(-800), chance(0), chance(800)) == (0.0, 0.5, 1.0)


def test_of_equal_options_the_first_is_the_best():
    options = (Option(id="a", text="wait", base=1, exposure=0), Option(id="b", text="go", base=1, exposure=0))
    decision = Decision(question="?", options=options, standing="a", intercept=0, weights=())
    assert decision.best().id == "a"


def rules(**changes):
    plain = {name: getattr(KESTREL.decision, name) for name in Decision.model_fields}
    world = {name: getattr(KESTREL, name) for name in World.model_fields}
    return enumerate_world(World(**world | {"decision": Decision(**plain | changes)})).broken


def test_a_world_that_breaks_a_rule_is_told_which():
    assert "leads by" in rules(intercept=-3.55)
    assert "no single fact" in rules(intercept=8)
    one = tuple(weight for weight in KESTREL.decision.weights if weight.fact == "F01")
    assert "pairs of facts" in rules(weights=one, intercept=-1.2)
    dominated = Option(id="hide", text="hide it", base=99, exposure=700)
    assert "hide is never the best" in rules(options=(*KESTREL.decision.options, dominated))


def test_what_a_decision_can_not_be_is_refused():
    go = Option(id="go", text="go", base=1, exposure=0)
    again = Option(id="again", text="go again", base=1, exposure=0)
    with pytest.raises(ValueError, match="contains the words of go"):
        Decision(question="?", options=(go, again), standing="go", intercept=0, weights=())
    with pytest.raises(ValueError, match="none of the options"):
        Decision(question="?", options=(go, go.model_copy(update={"id": "b", "text": "wait"})), standing="c",
                 intercept=0, weights=())  # fmt: skip
    plain = {name: getattr(KESTREL, name) for name in World.model_fields}
    decision = KESTREL.decision.model_copy(update={"weights": (Weight(fact="F99", true=1),)})
    with pytest.raises(ValueError, match="no fact F99"):
        World(**plain | {"decision": decision})


def test_go_ahead_says_how_many_facts_it_makes():
    with pytest.raises(BadInput, match="8 to 60 facts, not 6"):
        world_for("go_ahead", 1, 6)


def test_the_channel_can_write_every_world():
    for seed in range(1, 6):
        codebook(go_ahead(seed, facts=12))


LEAST = """
[[facts]]
subject = "cooling pump P-12"
renderings = ["{subject} was delivered {delay} {when}.", "Delivery of {subject} came {delay} {when}."]
slots = { delay = "3 weeks", when = "late/early" }
valence = "bad"
"""


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("weight = 1\n", "F01 has a weight and nothing is decided"),
        ("[decision]\nquestion = 'Go?'\nstandng = 'a'\n", "unknown key 'standng'; did you mean standing"),
        ("[decision]\nquestion = 'Go?'\nstanding = 'a'\nintercept = 0\n", "decision: options is"),
        ("[[charter]]\nsubject = 'x'\n", "clause C1 has no 'renderings'"),
    ],
)
def test_a_slip_in_a_decision_is_told_in_one_sentence(tmp_path, more, sentence):
    path = tmp_path / "mine.toml"
    path.write_text(LEAST + more)
    with pytest.raises(BadInput, match=sentence):
        read_world(path)


@pytest.mark.parametrize("facts", [19, 40, 60])
def test_in_a_large_world_what_turns_the_decision_is_not_what_is_most_severe(facts):
    """Most of its news has no bearing, and the loudest of it has none."""
    for seed in (1, 3):
        world = world_for("go_ahead", seed, facts)
        found = enumerate_world(world)
        turning = max(world.fact(name).severity for name in found.single)
        assert turning < max(fact.severity for fact in world.facts if fact.valence == "bad")
        assert len(world.decision.weights) <= 14
