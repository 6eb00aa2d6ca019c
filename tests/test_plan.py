"""Planning: power by drawn studies, what can't be planned, and what the verb prints."""

from dataclasses import replace

import numpy as np
import pytest
from test_prediction_powered import side

from chains.analysis.registered.power_plan import Assumed, assumed_of
from chains.errors import BadInput
from chains.stats.fit.inference import How
from chains.stats.law.depth import depth_law
from chains.stats.measurement_error.prediction_powered import bought, difference
from chains.stats.observations.simulate import Planted, simulate
from chains.stats.paired.bounded import bounded
from chains.stats.power import (
    by_world,
    equivalence,
    exponent_above,
    exponents_differ,
    measures_differ,
    power,
    superlinear,
)

PLAIN = Planted(worlds=24, statements=8, worker=0.1, fact_sd=0.8)
FILE = """
worlds = 8
replicates = {replicates}
[fixed]
model = "channel"
facts = 8
[factors]
depth = [1, 2, 4]
prompt = ["plain", "career"]
[hypotheses]
{hypotheses}
"""


def test_power_rises_with_worlds_and_the_effect_and_is_the_same_each_time():
    test = exponent_above(replace(PLAIN, q=1.5), "q", 1.0, studies=30)
    few, many = (power(test, worlds, 3) for worlds in (8, 32))
    assert few.power < many.power
    assert few == power(exponent_above(replace(PLAIN, q=1.5), "q", 1.0, studies=30), 8, 3)
    assert power(exponent_above(replace(PLAIN, q=1.1), "q", 1.0, studies=30), 32, 3).power < many.power


def test_the_worlds_that_it_names_are_those_in_which_drawn_studies_find_it():
    """The same at full size is `tests/bench/planning.py`."""
    steep = replace(PLAIN, q=1.4)
    planned = power(exponent_above(steep, "q", 1.0, studies=100), 24, 3)
    drawn = replace(steep, worlds=planned.needed)
    found = [depth_law(simulate(drawn, seed).paths(), How()).q.low > 1 for seed in range(60)]
    assert 0.8 <= planned.checked < 0.9
    assert 0.65 <= np.mean(found) <= 0.95


def test_a_verdict_is_told_by_what_each_thing_that_it_asks_for_leaves():
    conditional, anyway = superlinear(replace(PLAIN, q=1.4), studies=30)
    found = power(conditional, 24, 3)
    left = [step.power for step in found.steps]
    assert left == sorted(left, reverse=True)
    assert left[-1] == found.power
    assert found.needed >= found.steps[0].needed
    assert power(anyway, 24, 3).power < found.power


def test_of_one_tenth_as_a_margin_it_names_the_worlds_that_betting_needs():
    """Nothing is lost in truth: 40 worlds find it in half of the studies where few facts are lost, 50 in nearly all."""
    sparing = Planted(statements=12, loss=0.01, worker=0.02)
    test = measures_differ((sparing, sparing), "retention", -0.1, up=True, level=0.05, studies=100)
    found = power(test, 24, 3)
    assert found.power == 0, "24 worlds can't show it, whatever they show"
    assert 40 <= found.needed <= 50

    def drawn(worlds, seed):
        left, right = (by_world(replace(sparing, worlds=worlds), "retention", 1000 + 2 * seed + at) for at in (0, 1))
        return bounded(left - right, -0.1, -1, 1).p <= 0.05

    assert np.mean([drawn(found.needed, seed) for seed in range(60)]) >= 0.7
    assert np.mean([drawn(found.needed - 5, seed) for seed in range(60)]) < 0.7


def test_what_labels_buy_is_what_drawn_studies_show():
    """24 worlds, 150 labels in each of two conditions: as the intervals of such studies are."""
    random, halves = np.random.default_rng(0), []
    for _ in range(40):
        sides = [side(random, np.full(24, 0.6), 0.05, by_fate=True) for _ in range(2)]
        low, high = difference(*sides).interval
        halves.append((high - low) / 2)
    spread = np.sqrt(2 * 0.6 * 0.4 / (24 * 36))
    assert bought(300, spread, 0.6, 0.05).half == pytest.approx(np.mean(halves), rel=0.15)
    assert bought(300, spread, 0.6, 0.05).half < bought(300, spread, 0.6, 0.05).alone


def test_arms_that_are_the_same_are_found_to_differ_about_as_often_as_the_level():
    test = measures_differ((PLAIN, PLAIN), "retention", 0.0, up=True, level=0.1, studies=400)
    assert power(test, 12, 3).power == pytest.approx(0.05, abs=0.03), "one side of .1"


def test_contrasts_and_equivalence_take_more_than_a_single_exponent():
    pressed = replace(PLAIN, q=1.4)
    alone = power(exponent_above(pressed, "q", 1.0, studies=100), 24, 3)
    contrast = power(exponents_differ((pressed, PLAIN), "q", 0.0, studies=100), 24, 3)
    linear = power(equivalence(PLAIN, studies=100), 24, 3)
    assert alone.needed < contrast.needed < linear.needed


@pytest.mark.parametrize(("worlds", "replicates", "why"), [(24, 1, "one replicate"), (4, 3, "fewer than 8 worlds")])
def test_a_study_that_concludes_nothing_has_no_power(worlds, replicates, why):
    found = power(exponent_above(replace(PLAIN, q=1.5), "q", 1.0, studies=5), worlds, replicates)
    assert found.power == 0
    assert why in found.why


def test_a_design_that_can_not_tell_says_why():
    found = power(exponent_above(replace(PLAIN, managers=(5,), q=1.5), "q", 1.0, studies=20), 24, 3)
    assert "one depth" in found.why
    assert found.needed is None


def test_assumptions_are_read_over_the_usual_ones():
    assert assumed_of(["q=1.2,loss=0.3", "chain_sd=0"]) == Assumed(q=1.2, loss=0.3, chain_sd=0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fact_ds=1", "did you mean fact_sd?"),
        ("q=much", "give a number from 0.1 to 10"),
        ("q", "give a number from 0.1 to 10"),
        ("worker=2", "give a number from 0 to 0.95"),
        ("loss=nan", "give a number"),
    ],
)
def test_assumptions_that_can_not_be_are_refused(text, said):
    with pytest.raises(BadInput, match=said.replace("?", r"\?")):
        assumed_of([text])


def plan(mazedom, tmp_path, replicates, *hypotheses, words=("--studies", "10")):
    lines = "\n".join(f'h{number} = "{text}"' for number, text in enumerate(hypotheses, 1))
    (tmp_path / "mine.toml").write_text(FILE.format(replicates=replicates, hypotheses=lines))
    return mazedom("plan", "mine.toml", *words)


def test_every_registered_hypothesis_has_its_power_and_what_it_takes(mazedom, tmp_path):
    ran = plan(
        mazedom, tmp_path, 2,
        "q(prompt=career) > q(prompt=plain)",
        "hazard_ratio(prompt=career) > 1",
        "retention(prompt=career) < retention(prompt=plain)",
        "invention(prompt=career) > invention(prompt=plain)",
        words=("--studies", "10", "--json"),
    )  # fmt: skip
    assert ran.status == 0
    found = ran.document
    assert [one["hypothesis"] for one in found["hypotheses"]] == ["h1", "h2", "h3", "h4"]
    assert all(0 <= one["power"] <= 1 for one in found["hypotheses"][:3])
    assert found["hypotheses"][3]["power"] is None
    assert "no invention" in found["hypotheses"][3]["why"]
    assert found["linear"]["text"].startswith("q = 1 shown by equivalence")
    assert (found["worlds"], found["replicates"], found["facts"], found["managers"]) == (8, 2, 8, [0, 1, 3])
    assert found["calls"] > 0
    assert found["cost"] == 0
    assert [step["what"] for step in found["linear"]["steps"]][-1] == "and both checks passed"
    assert [one["labels"] for one in found["labels"]] == [100, 200, 400, 800]
    assert found["worlds_for_checks"] >= 1
    assert found["labels"][0]["half"] < found["labels"][0]["alone"]


def test_a_margin_by_which_an_arm_may_be_worse_is_planned_without_a_difference(mazedom, tmp_path):
    ran = plan(mazedom, tmp_path, 3, "retention(prompt=career) > retention(prompt=plain) - 0.1", words=("--json",))
    assert ran.document["hypotheses"][0]["assumed"] == "no difference"
    shown = plan(mazedom, tmp_path, 3, "q(prompt=career) > 1").out
    assert "what each thing it asks for leaves" in shown
    assert "with the readings" in shown
    assert "whether replicates repeat each other can be checked from" in " ".join(shown.split())


def test_the_plan_of_one_replicate_says_that_it_concludes_nothing(mazedom, tmp_path):
    ran = plan(mazedom, tmp_path, 1, "q(prompt=career) > 1")
    assert ran.status == 0
    assert ran.out.startswith("8 worlds are too few for h1")
    assert "one replicate" in ran.out
    assert "0.00" in ran.out
