"""Distortion, bad news and regret: planted, and found again by worlds alone."""

import numpy as np
import pytest

from chains.stats.fit.estimates import Unknown
from chains.stats.law.decay_law import Regret, law
from chains.stats.law.growth import (
    bad_news_curve,
    distorted_when_right,
    distortion_curve,
    growth,
    growth_contrast,
    regret_curve,
)
from chains.stats.observations.simulate import Planted, simulate

WRONG = {"fact_sd": 0.8, "worker": 0.1, "causes": (0.1, 0.4, 0.2, 0.3)}
LINEAR, PRESSED = Planted(q=1.0, loss=0.1, **WRONG), Planted(q=1.8, loss=0.02, **WRONG)
MANAGERS = np.array([0.0, 1, 2, 4, 8])


def regrets(q, seed, worlds=60, cost=2.0):
    """A mean of 5 + cost N^q, by world, replicate and arm, with most trials far from it."""
    random = np.random.default_rng(seed)
    mean = 5 + cost * np.where(MANAGERS > 0, np.maximum(MANAGERS, 1) ** q, 0)
    values = mean * random.gamma(0.5, 2, (worlds, 3, len(MANAGERS)))
    world, _, arm = (each.ravel() for each in np.indices(values.shape))
    return world.astype(float), MANAGERS[arm], values.ravel(), worlds


@pytest.mark.parametrize("curve", [distortion_curve, distorted_when_right])
def test_distortion_that_grows_faster_than_linearly_is_found_and_none_is_made_up(curve):
    verdicts = [
        [growth(curve(simulate(study, seed).paths())).verdict for seed in range(20)] for study in (LINEAR, PRESSED)
    ]
    assert verdicts[0].count("superlinear") <= 2
    assert verdicts[1].count("superlinear") >= 12


def test_of_shares_nothing_is_concluded_but_that_they_bend_up():
    """They saturate, so that they bend down of themselves."""
    found = growth(distortion_curve(simulate(Planted(q=0.5, loss=0.3, **WRONG), 1).paths()))
    assert found.exponent.high < 1
    assert found.verdict == "inconclusive"


def test_omission_takes_nothing_from_the_hazard_of_what_is_still_told_right():
    paths = simulate(Planted(worlds=200, q=1.0, loss=0.15, worker=0.0, causes=(0.0, 0.2, 0.0, 0.8)), 1).paths()
    right = growth(distorted_when_right(paths))
    assert right.exponent.low < 1 < right.exponent.high
    assert right.values[-1] == pytest.approx(0.2 * 0.15 * 8, rel=0.1)
    assert growth(distortion_curve(paths)).values[-1] < right.values[-1]


@pytest.mark.parametrize(("q", "word"), [(1.0, "superlinear"), (2.0, "superlinear"), (0.4, "sublinear")])
def test_the_law_of_regret_is_found(q, word):
    found = [growth(regret_curve(*regrets(q, seed, worlds=120))) for seed in range(12)]
    said = sum(one.verdict == word for one in found)
    assert said <= 2 if q == 1 else said >= 5
    known = [one.exponent.value for one in found if not isinstance(one.exponent, Unknown)]
    assert len(known) >= 10
    assert np.median(known) == pytest.approx(q, abs=0.3)


def test_the_bend_is_over_the_widest_equally_spaced_depths():
    found = growth(regret_curve(*regrets(2.0, 1)))
    assert found.triple == (0, 4, 8)
    values = dict(zip(found.managers, found.values, strict=True))
    assert found.bend.value == pytest.approx(values[8] - 2 * values[4] + values[0])
    assert "managers 5 to 8 add" in found.sentence


def test_the_excess_over_the_plain_arm_bends_as_the_difference_of_both():
    one, other = (growth(regret_curve(*regrets(q, 3))) for q in (1.0, 2.0))
    found = growth_contrast(("plain", "career"), one, other)
    assert found.bend.value == pytest.approx(other.bend.value - one.bend.value)
    assert found.bend.low < found.bend.value < found.bend.high


def test_bad_news_needs_both_kinds_in_every_arm():
    paths = simulate(Planted(bad=2.0), 1).paths()
    assert growth(bad_news_curve(paths)).verdict is not None
    assert bad_news_curve(paths.where(paths.bad == 1)) is None


@pytest.mark.parametrize(
    ("worlds", "managers", "why"), [(4, MANAGERS, "too few"), (24, MANAGERS[1:], "without managers")]
)
def test_what_gives_no_verdict_says_why(worlds, managers, why):
    world, arm, values, count = regrets(1.0, 1, worlds=worlds)
    here = np.isin(arm, managers)
    assert why in growth(regret_curve(world[here], arm[here], values[here], count)).why


def test_they_head_what_law_says():
    world, arm, values, _ = regrets(2.0, 1, worlds=24)
    rows = [Regret(f"w{int(w)}", int(a), float(v)) for w, a, v in zip(world, arm, values, strict=True)]
    found = law(simulate(PRESSED, 1).observations(), regrets={"all": rows})
    names = [one.name for one in found.conditions[0].growths]
    assert names == ["distortion", "distortion of what was right", "bad news", "regret"]
    assert [one["of"] for one in found.document()["conditions"][0]["growth"]] == names
