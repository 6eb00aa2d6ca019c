"""Retention corrected for the instrument's error, on planted truth."""

import sys
from pathlib import Path

import numpy as np
import pytest

from chains.stats.measurement_error.correction import (
    ErrorRates,
    Labelled,
    corrected,
    corrected_pair,
    error_rates,
    rogan_gladen,
)

sys.path.insert(0, str(Path(__file__).parent / "bench"))

from correction import delta_interval

sys.path.insert(0, str(Path(__file__).parent / "bench"))

from instrument_error import ROWS, off_zero, study

FATES = ("kept", "blurred", "altered", "inverted", "omitted")


def planted(random, pairs, retention, *, se, sp, worlds=40):
    """A population: for each pair its world, whether it is truly kept, and the fate read."""
    kept = random.random(pairs) < retention
    read_kept = np.where(kept, random.random(pairs) < sp, random.random(pairs) >= se)
    lost_as = random.choice(FATES[1:], pairs, p=[0.2, 0.1, 0.1, 0.6])
    read = np.where(read_kept, "kept", lost_as)
    return random.integers(0, worlds, pairs), kept, read


def drawn(random, world, kept, read, each):
    """As many pairs of each fate read, as `agree` draws them."""
    places = [at for fate in FATES for at in random.permutation(np.flatnonzero(read == fate))[:each]]
    return [Labelled(str(read[at]), bool(kept[at]), int(world[at])) for at in places]


def shares(read):
    return {fate: float((read == fate).mean()) for fate in FATES}


def rates(se, sp):
    return ErrorRates(se, sp, np.tile([se, sp], (200, 1)), 50, 50, 20, 1.0)


@pytest.mark.parametrize(("retention", "se", "sp"), [(0.5, 0.97, 0.94), (0.9, 0.9, 0.8), (0.1, 0.99, 0.7)])
def test_what_an_instrument_reads_is_turned_back_into_what_is_true(retention, se, sp):
    read = retention * sp + (1 - retention) * (1 - se)
    assert rogan_gladen(read, se, sp) == pytest.approx(retention)


def test_an_instrument_that_knows_nothing_corrects_nothing():
    assert np.isnan(rogan_gladen(0.5, 0.5, 0.52))
    found = corrected(0.5, np.array([0.5]), rates(0.5, 0.52))
    assert (found.low, found.high) == (0.0, 1.0)
    assert found.document()["value"] is None
    assert delta_interval(0.5, 0.01, rates(0.5, 0.52)) == (0.0, 1.0)


def test_an_estimate_outside_0_to_1_is_clipped_and_says_so():
    found = corrected(0.97, np.array([0.97]), rates(0.99, 0.94))
    assert (found.value, found.clipped) == (1.0, True)
    assert not corrected(0.5, np.array([0.5]), rates(0.99, 0.94)).clipped


def test_too_few_labels_are_no_measurement():
    some = [Labelled("kept", True, 1)] * 100 + [Labelled("omitted", False, 1)] * 9
    assert "9 lost" in error_rates(some)
    assert "10 of each" in error_rates(some)


def test_error_rates_survive_that_pairs_are_drawn_by_the_fate_that_was_read():
    """Sensitivity straight from such a sample would be .83 here and specificity .78: an unequal draw, not the truth."""
    random = np.random.default_rng(5)
    world, kept, read = planted(random, 400_000, 0.85, se=0.9, sp=0.95)
    found = error_rates(drawn(random, world, kept, read, 4000), shares(read))
    assert found.sensitivity == pytest.approx(0.9, abs=0.03)
    assert found.specificity == pytest.approx(0.95, abs=0.005)
    straight = error_rates(drawn(random, world, kept, read, 4000))
    assert abs(straight.specificity - 0.95) > 0.05


def test_the_corrected_interval_holds_the_truth_as_often_as_it_says():
    """200 studies of 100 labels on planted truth: between 91% and 99% of the 95% intervals hold it, both kinds."""
    held = {"drawn": 0, "delta": 0}
    errors = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        world, kept, read = planted(random, 3000, 0.45, se=0.93, sp=0.9)
        found = error_rates(drawn(random, world, kept, read, 20), shares(read), seed=seed)
        raw = float((read == "kept").mean())
        means = random.binomial(3000, raw, 500) / 3000
        after = corrected(raw, means, found)
        low, high = delta_interval(raw, float(means.var()), found)
        true = float(kept.mean())
        held["drawn"] += after.low <= true <= after.high
        held["delta"] += low <= true <= high
        errors.append(after.value - true)
    assert 182 <= held["drawn"] <= 199
    assert 176 <= held["delta"] <= 199
    assert abs(np.mean(errors)) < 0.01


def test_no_error_among_few_labels_is_not_taken_for_no_error():
    some = [Labelled("kept", True, at) for at in range(25)] + [Labelled("omitted", False, at) for at in range(25)]
    found = error_rates(some)
    assert found.sensitivity == found.specificity == 1.0
    assert found.interval(1)[0] < 0.95


def test_labels_that_err_world_by_world_are_worth_fewer():
    """Five pairs of one world that are all right or all wrong are one piece of evidence."""
    right = [Labelled("kept", True, at // 5) for at in range(80)] + [
        Labelled("kept", False, 90 + at // 5) for at in range(20)
    ]
    lost = [Labelled("omitted", False, 200 + at) for at in range(40)]
    found, alone = (
        error_rates(right + lost),
        error_rates([one._replace(cluster=at) for at, one in enumerate(right + lost)]),
    )
    assert found.design_effect > 3
    assert alone.design_effect == pytest.approx(1.0, abs=0.05)
    assert np.ptp(found.interval(0)) > np.ptp(alone.interval(0))


def test_a_fate_that_nobody_labelled_is_pooled_with_the_lost():
    some = [Labelled("kept", True, at) for at in range(30)] + [Labelled("omitted", at < 2, at) for at in range(30)]
    found = error_rates(some, {"kept": 0.5, "omitted": 0.3, "altered": 0.2})
    pooled = error_rates(some, {"kept": 0.5, "omitted": 0.5})
    assert found.specificity == pytest.approx(pooled.specificity)


def test_an_error_alike_on_both_sides_makes_no_difference_and_turns_none_round():
    random = np.random.default_rng(2)
    a = random.uniform(0.3, 0.6, 30)
    error = error_rates(
        [Labelled("kept", at >= 5, at) for at in range(60)] + [Labelled("omitted", at < 5, at) for at in range(60)]
    )
    same = corrected_pair(a, a, error, error)
    assert same.difference == 0
    assert (same.low, same.high) == (0, 0)
    less = corrected_pair(a, a - 0.2, error, error)
    power = error.sensitivity + error.specificity - 1
    assert less.difference == pytest.approx(-0.2 / power)
    assert less.low < less.difference < less.high < 0


def test_the_error_of_another_run_is_another_draw():
    """Two runs with labels of their own: their errors do not cancel, so the interval is wider."""
    a = np.full(30, 0.5)
    labels = [Labelled("kept", at >= 5, at) for at in range(60)] + [Labelled("omitted", at < 5, at) for at in range(60)]
    one, other = error_rates(labels), error_rates(labels)
    assert np.ptp(corrected_pair(a, a, one, other)[-2:]) > 0.05
    assert corrected_pair(a, a, one, one).document()["ci"] == [0.0, 0.0]


def test_fewer_than_eight_worlds_give_no_interval_of_a_difference():
    found = study(0, worlds=7)
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert found.document()["ci"] is None


@pytest.mark.parametrize("name", ROWS)
def test_no_difference_is_made_up_by_an_error_that_differs_between_conditions(name):
    """One error for both conditions makes one up in 77% to 87%; 12 of 120 is what a true 5% exceeds once in 40."""
    off, told = off_zero(120, **ROWS[name])
    assert off <= 12 / 120
    assert told > 0.5 if "and" in name else told < 0.15
