"""Planning: power by drawn studies, what can't be planned, and what the verb prints."""

from dataclasses import replace

import pytest

from chains.analysis.registered.power_plan import Assumed, assumed_of
from chains.errors import BadInput
from chains.stats.observations.simulate import Planted
from chains.stats.power import equivalence, exponent_above, exponents_differ, measures_differ, power

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


@pytest.mark.heavy
def test_power_rises_with_worlds_and_the_effect_and_is_the_same_each_time():
    test = exponent_above(replace(PLAIN, q=1.5), "q", 1.0)
    few, many = (power(test, worlds, 3, studies=30) for worlds in (8, 32))
    assert few.power < many.power
    assert few == power(test, 8, 3, studies=30)
    assert power(exponent_above(replace(PLAIN, q=1.1), "q", 1.0), 32, 3, studies=30).power < many.power


@pytest.mark.heavy
def test_the_worlds_needed_are_checked_by_drawing_them():
    found = power(exponent_above(replace(PLAIN, q=1.3), "q", 1.0), 8, 3, studies=40)
    assert found.needed is not None
    assert found.needed > 8
    assert found.checked is not None
    assert found.checked >= 0.7


def test_arms_that_are_the_same_are_found_to_differ_about_as_often_as_the_level():
    test = measures_differ((PLAIN, PLAIN), "retention", 0.0, up=True, level=0.1)
    assert power(test, 12, 3, studies=120).power <= 0.11, "one side of .1 is .05"


@pytest.mark.heavy
def test_contrasts_and_equivalence_take_more_than_a_single_exponent():
    pressed = replace(PLAIN, q=1.4)
    alone = power(exponent_above(pressed, "q", 1.0), 24, 3, studies=30)
    contrast = power(exponents_differ((pressed, PLAIN), "q", 0.0), 24, 3, studies=30)
    linear = power(equivalence(PLAIN), 24, 3, studies=30)
    assert alone.needed < contrast.needed < linear.needed


@pytest.mark.parametrize(("worlds", "replicates", "why"), [(24, 1, "one replicate"), (4, 3, "fewer than 8 worlds")])
def test_a_study_that_concludes_nothing_has_no_power(worlds, replicates, why):
    found = power(exponent_above(replace(PLAIN, q=1.5), "q", 1.0), worlds, replicates, studies=5)
    assert found.power == 0
    assert why in found.why


def test_a_design_that_can_not_tell_says_why():
    found = power(exponent_above(replace(PLAIN, managers=(5,), q=1.5), "q", 1.0), 24, 3, studies=20)
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


def test_the_plan_of_one_replicate_says_that_it_concludes_nothing(mazedom, tmp_path):
    ran = plan(mazedom, tmp_path, 1, "q(prompt=career) > 1")
    assert ran.status == 0
    assert "one replicate" in ran.out
    assert "0.00" in ran.out
