"""Contrasts between conditions and the headline, on planted truth."""

import numpy as np
import pytest
from forging import Forged, forged, rows_of

from chains.stats.fit.estimates import Unknown
from chains.stats.law.contrasts import reference
from chains.stats.law.decay_law import law
from chains.stats.observations.observations import Observations
from chains.stats.observations.simulate import Planted, simulate

ARMS = {"worlds": 12, "managers": (0, 2, 6), "fact_sd": 0.8, "worker": 0.1}


def two(first, second, seeds=(1, 1)):
    """Two conditions of the same worlds; with one seed their statements are as hard in both, as in real ones."""
    parts = [
        simulate(Planted(**(ARMS | settings)), seed).observations(f"prompt={name}")
        for seed, name, settings in zip(seeds, ("plain", "career"), (first, second), strict=True)
    ]
    return Observations.joined(parts)


@pytest.fixture(scope="module")
def pressed():
    return law(two({"loss": 0.1}, {"loss": 0.03, "q": 1.8, "bad": 3.0}), resamples=300)


def test_superlinear_only_under_pressure_is_a_difference_of_exponents(pressed):
    contrast = pressed.contrasts[0]
    assert (contrast.first, contrast.second) == ("prompt=plain", "prompt=career")
    assert contrast.q.low > 0
    assert contrast.q.low < 0.8 < contrast.q.high
    assert contrast.q.value == pytest.approx(pressed.conditions[1].depth.q.value - pressed.conditions[0].depth.q.value)
    # 300 resamples say no less than this
    assert contrast.q.p == pytest.approx(0.0248, abs=1e-4)
    assert contrast.q.p_sandwich < 0.01


def test_bad_news_that_fares_worse_under_pressure_alone_is_a_ratio_of_hazard_ratios(pressed):
    assert 1 < pressed.contrasts[0].hazard_ratio.low < 3 < pressed.contrasts[0].hazard_ratio.high


@pytest.mark.heavy
def test_the_same_law_in_both_conditions_shows_no_difference():
    contrast = law(two({}, {}, seeds=(5, 6)), resamples=300).contrasts[0]
    assert contrast.q.low < 0 < contrast.q.high
    assert contrast.k.low < 0 < contrast.k.high
    assert contrast.hazard_ratio.low < 1 < contrast.hazard_ratio.high
    assert min(contrast.q.p, contrast.k.p, contrast.hazard_ratio.p) > 0.05


def test_conditions_of_other_worlds_are_no_pairs():
    both = two({}, {})
    moved = np.where(both.condition == "prompt=career", np.char.add("w", both.world), both.world)
    rows = {name: [row[name] for row in both.rows()] for name in next(iter(both.rows()))}
    found = law(Observations.of(**(rows | {"world": moved})), resamples=20)
    assert "different worlds" in found.contrasts[0].q.why
    assert isinstance(found.headlines[0], Unknown)


def test_without_resamples_the_interval_is_that_of_the_sandwich(pressed):
    """The paired bootstrap's reaches higher: it is skewed with 12 worlds."""
    q = law(two({"loss": 0.1}, {"loss": 0.03, "q": 1.8, "bad": 3.0})).contrasts[0].q
    assert q.p == q.p_sandwich
    assert q.least_p == 0
    assert q.value == pytest.approx(pressed.contrasts[0].q.value)
    assert 0.3 < q.low < q.value < q.high < pressed.contrasts[0].q.high


def test_a_contrast_is_made_of_the_share_heard_too(pressed):
    contrast = pressed.contrasts[0]
    first, second = (one.depth.heard.value for one in pressed.conditions)
    assert contrast.q_heard.value == pytest.approx(second - first)
    assert contrast.q_heard.low > 0
    assert contrast.q.least_p > 0


def test_conditions_that_differ_in_repetition_alone_have_no_contrast_of_statements():
    arms = Forged(repeated=0.1, loss=0.15), Forged(repeated=0.8, loss=0.15)
    parts = [rows_of(forged(plan, seed), f"prompt={seed}") for seed, plan in enumerate(arms)]
    contrast = law(Observations.joined(parts)).contrasts[0]
    assert "repeat each other" in contrast.q.why
    assert contrast.q_heard.low < 0 < contrast.q_heard.high


def test_the_headline_is_the_excess_of_distortion_and_of_lost_bad_news(pressed):
    headline = pressed.headlines[0]
    assert headline.depth == 7
    assert headline.bad_news.low > 0
    assert headline.bad_news.value == pytest.approx(headline.bad_news.arm - headline.bad_news.plain)
    assert headline.retention.value == pytest.approx(headline.retention.arm - headline.retention.plain)
    assert headline.equal_words is None
    assert "not known" in headline.sentences[1]


def test_a_headline_at_unequal_words_says_so():
    both = two({}, {})
    rows = {name: [row[name] for row in both.rows()] for name in next(iter(both.rows()))}
    words = np.where(both.condition == "prompt=career", 50, 100)
    unequal = law(Observations.of(**(rows | {"words": words})), resamples=0).headlines[0]
    assert unequal.words == (100, 50)
    assert unequal.equal_words is False
    assert "not at equal words: 50 against 100" in unequal.sentences[1]
    assert "nan" not in " ".join(unequal.sentences)
    equal = law(Observations.of(**(rows | {"words": np.full(len(both), 80)})), resamples=0).headlines[0]
    assert equal.equal_words


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["prompt=career", "prompt=plain"], 1),
        (["prompt=career, words=50", "prompt=plain, words=50"], 1),
        (["prompt=plain, words=50", "prompt=plain, words=90", "prompt=career, words=50"], 0),
        (["model=a", "model=explained"], 0),
    ],
)
def test_the_plain_arm_is_the_one_that_others_are_held_against(names, chosen):
    assert reference(names) == chosen
