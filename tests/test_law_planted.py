"""The estimators on planted studies: a few, with fixed seeds; `tests/bench/coverage.py` has them by the thousand."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chains.errors import BadInput
from chains.stats.fit.inference import How
from chains.stats.fit.misclassification import Errors, Measured
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law
from chains.stats.observations.simulate import Planted, simulate

sys.path.insert(0, str(Path(__file__).parent / "bench"))
from coverage import planted
from through_the_instrument import estimate

SEEDS = range(30)


def estimates(law, study, how=None):
    paths = [simulate(study, 500 + seed).paths() for seed in SEEDS]
    how = how or How()
    return [depth_law(each, how).q if law == "q" else hop_law(each, how).k for each in paths]


@pytest.mark.heavy
@pytest.mark.parametrize("exponent", [1.0, 1.4])
@pytest.mark.parametrize("law", ["q", "k"])
def test_intervals_hold_the_planted_exponent_and_estimates_are_right_on_average(law, exponent):
    """Of 30 intervals at 95% fewer than 25 hold it in 3 of 1,000 tries; the mean has a standard error of .02."""
    found = estimates(law, planted(law, exponent, fact_sd=0.8, worker=0.1))
    assert sum(one.low <= exponent <= one.high for one in found) >= 25
    assert np.mean([one.value for one in found]) == pytest.approx(exponent, abs=0.05)


@pytest.mark.heavy
def test_a_true_exponent_of_1_is_hardly_ever_called_superlinear_even_if_chains_differ():
    for law in ("q", "k"):
        found = estimates(law, planted(law, 1.0, fact_sd=0.8, worker=0.1, chain_sd=0.5))
        assert sum(one.low > 1 for one in found) <= 3


@pytest.mark.heavy
def test_a_false_loss_left_out_pulls_a_superlinear_law_toward_1_and_the_likelihood_puts_it_right():
    """5% of false loss ignored turns 1.4 into less."""
    study = planted("q", 1.4, fact_sd=0.8, worker=0.1, false_loss=0.08, false_alive=0.05)
    known = Errors(hops=(1, 9), false_loss=(0.08, 0.08), false_alive=(0.05, 0.05))
    ignored = np.mean([one.value for one in estimates("q", study)])
    corrected = np.mean([one.value for one in estimates("q", study, How(errors=known))])
    assert ignored < 1.34
    assert corrected == pytest.approx(1.4, abs=0.07)


@pytest.mark.heavy
def test_a_false_loss_that_grows_with_the_hop_forges_a_rising_hazard_unless_it_is_known():
    """Why there is no verdict on k before it is measured at first, middle and last hops."""
    study = planted("k", 1.0, fact_sd=0.0, worker=0.1, false_loss=0.01, false_loss_last=0.08)
    known = Errors(hops=(1, 7), false_loss=(0.01, 0.08), false_alive=(0.0, 0.0))
    assert np.mean([one.value for one in estimates("k", study)]) > 1.1
    assert np.mean([one.value for one in estimates("k", study, How(errors=known))]) == pytest.approx(1.0, abs=0.07)


def test_not_knowing_the_instrument_well_widens_the_interval():
    paths = simulate(planted("q", 1.4, fact_sd=0.8, worker=0.1, false_loss=0.05), 1).paths()
    sure = Errors(hops=(1, 9), false_loss=(0.05, 0.05), false_alive=(0.0, 0.0))
    unsure = replace(sure, false_loss_se=(0.03, 0.03), false_alive_se=(0.03, 0.03))
    one, two = (depth_law(paths, How(errors=errors)).q for errors in (sure, unsure))
    assert one.value == pytest.approx(two.value)
    assert two.se > 1.1 * one.se


@pytest.mark.heavy
def test_without_an_estimate_of_the_workers_own_loss_depth_would_look_harmless():
    """A one-off loss of a tenth makes the slope of a straight log-log line fall far below a true 1.4."""
    found = estimates("q", planted("q", 1.4, worker=0.2))
    arms = simulate(planted("q", 1.4, worker=0.2), 500).paths()
    with_managers = arms.where(arms.managers > 0)
    depths = np.unique(with_managers.managers)
    lost = [with_managers.lost[with_managers.managers == n].mean() for n in depths]
    naive = np.polyfit(np.log(depths), np.log(-np.log1p(-np.array(lost))), 1)[0]
    assert naive < 1.1
    assert np.mean([one.value for one in found]) == pytest.approx(1.4, abs=0.08)


def test_k_is_found_through_the_instrument():
    """The channel renders, the instrument reads, `law` estimates: one small study; the bench has the bar."""
    found = estimate(1.3, 0, count=10, replicates=2)
    assert found.low < 1.3 < found.high


def test_planted_studies_are_the_same_for_the_same_seed_and_plant_what_they_say():
    study = Planted(worlds=60, loss=0.2, managers=(0, 3), worker=0.1, bad=2.0)
    first, again, other = simulate(study, 1), simulate(study, 1), simulate(study, 2)
    assert (first.fates == again.fates).all()
    assert (first.fates != other.fates).any()
    paths = first.paths()
    good = paths.where((paths.bad == 0) & (paths.depth == 4))
    bad = paths.where((paths.bad == 1) & (paths.depth == 4))
    assert good.lost.mean() == pytest.approx(1 - 0.9 * np.exp(-0.6), abs=0.04)
    assert bad.lost.mean() == pytest.approx(1 - 0.9**2 * np.exp(-1.2), abs=0.04)
    assert simulate(study, 1).observations().depths == (1, 4)


def test_errors_measured_on_known_truth_lie_on_straight_lines_between_hops():
    errors = Errors.of([Measured(1, 100, 2, 100, 0), Measured(5, 100, 6, 100, 4)])
    unsure = errors.unsure(np.array([1, 3, 5, 9]))
    assert unsure.misread.false_loss == pytest.approx([0.02, 0.04, 0.06, 0.06])
    assert unsure.misread.false_alive == pytest.approx([0.0, 0.02, 0.04, 0.04])
    assert errors.false_alive_se[0] > 0, "none of 100 is not certainty"
    assert (errors.covers(5), errors.covers(2)) == (False, True)
    drawn = errors.drawn(np.array([1, 5]), 2000, np.random.default_rng(0))
    assert drawn.false_loss.std(axis=0) == pytest.approx(errors.false_loss_se, rel=0.2)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"hops": ()}, "ascending"),
        ({"hops": (3, 1), "false_loss": (0.0, 0.0), "false_alive": (0.0, 0.0)}, "ascending"),
        ({"false_loss": (0.5,)}, "false_loss"),
        ({"false_alive": (0.0, 0.0)}, "2 values for 1 hops"),
    ],
)
def test_errors_that_cannot_be_are_refused(wrong, says):
    with pytest.raises(BadInput, match=says):
        Errors(**({"hops": (1,), "false_loss": (0.0,), "false_alive": (0.0,)} | wrong))


def test_verdicts_of_nothing_measure_no_error():
    with pytest.raises(BadInput, match="0 of 0"):
        Errors.of([Measured(1, 0, 0, 10, 1)])
