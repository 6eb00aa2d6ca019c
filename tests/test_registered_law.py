"""Registered hypotheses on exponents: tested by the law, in the registered direction, by Holm."""

import numpy as np
import pytest

from chains.analysis.registered.registered_law import exponents_tested
from chains.experiments.hypotheses import read_hypotheses
from chains.stats.law.decay_law import law
from chains.stats.observations.observations import Observations
from chains.stats.observations.simulate import Planted, simulate

FACTORS = {"prompt": ("plain", "career"), "depth": (1, 2, 3, 5, 9)}
TEXTS = {
    "up": "q(prompt=career) > 1",
    "down": "q(prompt=career) < 1",
    "pressure": "q(prompt=career) > q(prompt=plain)",
    "measure": "retention(prompt=career) < retention(prompt=plain)",
}


@pytest.fixture(scope="module")
def found():
    """Two conditions, q 1 and 1.8, on the same worlds."""
    arms = {"prompt=plain": (1.0, 1), "prompt=career": (1.8, 2)}
    parts = [
        simulate(Planted(worlds=14, replicates=2, statements=5, loss=0.1, q=q), seed).observations(name)
        for name, (q, seed) in arms.items()
    ]
    return law(Observations.joined(parts), resamples=120)


def test_a_hypothesis_is_supported_in_its_direction_and_contradicted_in_the_other(found):
    tests = {one.hypothesis.name: one for one in exponents_tested(read_hypotheses(TEXTS, FACTORS), found)}
    assert tests["up"].outcome == "supported"
    assert tests["down"].outcome == "contradicted"
    assert tests["pressure"].outcome == "supported"
    assert "measure" not in tests, "compare tests it"


def test_those_that_compare_tests_count_in_the_family(found):
    alone = exponents_tested(read_hypotheses({"up": TEXTS["up"]}, FACTORS), found)[0]
    among = exponents_tested(read_hypotheses({name: TEXTS[name] for name in ("up", "measure")}, FACTORS), found)[0]
    assert alone.adjusted == pytest.approx(alone.p)
    assert among.adjusted == pytest.approx(2 * alone.p)


def test_an_arm_of_several_conditions_has_no_exponent(found):
    test = exponents_tested(read_hypotheses({"any": "q > 1"}, FACTORS), found)[0]
    assert test.outcome == "not tested"
    assert "2 conditions; an exponent is of one" in test.line
    assert np.isnan(test.p)
