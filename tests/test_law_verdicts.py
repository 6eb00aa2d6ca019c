"""Verdicts in words: the rules, case by case."""

import numpy as np
import pytest

from chains.stats.fit.estimates import Estimate
from chains.stats.fit.inference import How
from chains.stats.law.chain_random_effect import chain_sd
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law
from chains.stats.law.parametric_bootstrap import Null, depth_null, hop_null
from chains.stats.law.verdicts import Claim, verdict
from chains.stats.observations.simulate import Planted, simulate

CLAIM = Claim("the loss", "with the managers")


def estimate(value, se, bootstrap=None):
    half, short = 2.07 * se, 1.71 * se
    return Estimate(
        value=value, se=se, low=value - half, high=value + half, p=0.01, null=1.0,
        narrow=(value - short, value + short), bootstrap=bootstrap, draws=np.empty(0), influence=np.empty(0), worlds=24,
    )  # fmt: skip


def judged(value, se, null=(0.9, 1.1), bootstrap=None):
    draws = np.linspace(*null, 200)
    return verdict(estimate(value, se, bootstrap), "q", CLAIM, lambda: Null(draws, 0.8, 0.5))


@pytest.mark.parametrize(
    ("value", "se", "word"),
    [
        (1.4, 0.1, "superlinear"),
        (1.4, 0.2, "inconclusive"),
        (1.0, 0.05, "linear"),
        (1.0, 0.1, "inconclusive"),
        (1.06, 0.02, "superlinear"),
        (0.7, 0.1, "sublinear"),
    ],
)
def test_the_interval_decides(value, se, word):
    assert judged(value, se).word == word


def test_an_interval_below_1_that_differences_between_chains_can_make_is_no_sublinear_law():
    found = judged(0.7, 0.1, null=(0.6, 1.0))
    assert found.word == "inconclusive"
    assert "differences between chains can do that alone" in found.sentences[0]


def test_the_null_is_drawn_only_where_it_decides():
    def never():
        raise AssertionError

    assert verdict(estimate(1.4, 0.1), "q", CLAIM, never).word == "superlinear"
    assert verdict(estimate(1.0, 0.2), "q", CLAIM, never).word == "inconclusive"


def test_what_is_inconclusive_says_how_many_more_worlds_might_settle_it():
    """A half width of .41 that is to be .2 needs (.41 / .2)^2 times as many worlds: 103."""
    found = judged(1.2, 0.2)
    assert "about 80 more worlds would put the interval above 1" in found.sentences[1]
    assert "roughly" in found.sentences[1]
    assert "linear within .15" in judged(1.02, 0.1).sentences[1]
    assert "no reasonable number of worlds" in judged(0.84, 0.12).sentences[1]


def test_a_bootstrap_interval_that_holds_1_is_told():
    assert "less sure" in judged(1.4, 0.1, bootstrap=(0.99, 1.8)).sentences[1]
    assert len(judged(1.4, 0.1, bootstrap=(1.1, 1.8)).sentences) == 1


@pytest.mark.parametrize(("planted", "low", "high"), [(0.0, 0.0, 0.25), (0.5, 0.35, 0.6), (0.9, 0.6, 1.0)])
def test_how_much_chains_differ_is_found_by_moments(planted, low, high):
    study = Planted(worlds=48, managers=(6,), k=1.0, loss=0.12, worker=0.1, fact_sd=0.8, chain_sd=planted)
    paths = simulate(study, 2).paths()
    hazard = {7: float(study.hazards(6).sum())}
    assert low <= chain_sd(paths, paths.miss > 0, hazard, 0.8) <= high


def test_chains_that_differ_pull_exponents_down_and_the_null_knows():
    """At exponent 1 and a chain sd of .5 the estimate is low, and the null as low: no sublinear verdict."""
    study = Planted(worlds=24, fact_sd=0.8, chain_sd=0.8, worker=0.1, loss=0.1)
    paths = simulate(study, 4).paths()
    null = depth_null(paths, How(), 60)
    assert null.chain_sd > 0.4
    assert null.bias < -0.03
    assert depth_law(paths, How()).q.value > null.low
    one = simulate(Planted(managers=(6,), k=1.0, loss=0.12, fact_sd=0.8, chain_sd=0.8, worker=0.1), 4).paths()
    null = hop_null(one, How(), 60)
    assert null.bias < -0.03
    assert hop_law(one, How()).k.value > null.low
