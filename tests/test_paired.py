"""Paired comparison: by world, exact sign flips, and the interval that they give."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from chains.rng import Draw
from chains.stats.paired.multiplicity import benjamini_hochberg, holm
from chains.stats.paired.paired import paired, paired_all, sign_flip, wider


def table(values):
    """Values by (world, replicate), one replicate a world."""
    return {(world, 1): value for world, value in enumerate(values)}


def of(differences):
    return paired(table([0.0] * len(differences)), table(differences))


def normal(study, worlds, shift=0.0):
    draw = Draw("study", study, worlds)
    return np.array([shift + draw.normal() for _ in range(worlds)])


def test_the_difference_is_second_minus_first():
    row = paired(table([0.5, 0.6, 0.7]), table([0.4, 0.4, 0.4]))
    assert (row.a, row.b) == (pytest.approx(0.6), pytest.approx(0.4))
    assert row.difference == pytest.approx(-0.2)


def test_only_pairs_count():
    row = paired({("w1", 1): 1.0, ("w2", 1): 0.0}, {("w1", 1): 0.5, ("w3", 1): 0.0})
    assert (row.pairs, row.worlds, row.a, row.b) == (1, 1, 1.0, 0.5)


def test_no_pairs_is_an_error():
    with pytest.raises(ValueError, match="no pairs"):
        paired(table([1.0]), {})


def test_one_world_has_neither_interval_nor_p():
    row = paired({("w", 1): 1.0, ("w", 2): 0.5}, {("w", 1): 0.5, ("w", 2): 0.5})
    assert all(map(math.isnan, (row.low, row.high, row.p, row.detectable, *row.bootstrap)))


def test_the_flips_of_six_worlds_leave_an_interval_and_those_of_five_none():
    """2 of the 2^5 flips are more than 5%, 2 of 2^6 are not."""
    assert math.isnan(sign_flip(np.array([0.1, 0.2, 0.3, 0.4, 0.5])).low)
    six = sign_flip(np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]))
    assert (six.low, six.high, six.p) == (pytest.approx(0.1), pytest.approx(0.6), 2 / 64)


def test_a_comparison_has_intervals_from_eight_worlds_on():
    differences = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    row = of(differences[:7])
    assert all(map(math.isnan, (row.low, row.high, row.detectable, *row.bootstrap)))
    row = of(differences)
    assert row.low < row.difference < row.high
    assert not math.isnan(row.detectable)


def test_each_world_counts_once_however_many_replicates_it_has():
    a = {("many", r): 0.0 for r in range(50)} | {("one", 1): 0.0}
    b = {("many", r): 1.0 for r in range(50)} | {("one", 1): 0.0}
    row = paired(a, b)
    assert row.difference == pytest.approx(row.b - row.a) == pytest.approx(0.5)


def test_a_trial_without_the_measure_leaves_its_pair_out_of_that_measure_alone():
    a = {("w1", 1): (1.0, 0.2), ("w2", 1): (1.0, math.nan), ("w3", 1): (1.0, 0.4)}
    b = {("w1", 1): (0.0, 0.3), ("w2", 1): (0.0, 0.9), ("w3", 1): (0.0, math.nan)}
    whole, part = paired_all(a, b)
    assert (whole.worlds, part.worlds, part.pairs) == (3, 1, 1)
    assert part.difference == pytest.approx(0.1)


def test_a_measure_that_no_trial_has_is_nan():
    row = paired(table([math.nan] * 3), table([1.0] * 3))
    assert row.worlds == 0
    assert math.isnan(row.p)


@pytest.mark.parametrize("worlds", [4, 8, 12])
def test_the_p_value_is_scipy_s_exact_permutation_test(worlds):
    for study in range(4):
        values = np.round(normal(study, worlds, 0.4), 1)  # rounded, so that there are ties
        theirs = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
        assert sign_flip(values).p == pytest.approx(theirs)


def test_the_drawn_p_value_is_the_exact_one_but_for_the_draw():
    values = normal(3, 15, 0.5)
    theirs = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=2**15).pvalue
    assert sign_flip(values).p == pytest.approx(theirs, abs=4 * math.sqrt(theirs / 10_000))


@pytest.mark.parametrize("worlds", [6, 9, 14, 20])
def test_the_interval_holds_exactly_the_shifts_that_the_test_does_not_reject(worlds):
    values = normal(1, worlds, 0.3)
    found = sign_flip(values)
    width = found.high - found.low
    for limit, inward in ((found.low, 1), (found.high, -1)):
        assert sign_flip(values - limit - inward * 0.01 * width).p > 0.05
        assert sign_flip(values - limit + inward * 0.01 * width).p <= 0.05


def test_the_interval_is_near_the_t_interval_where_worlds_are_many_and_normal():
    values = normal(5, 200, 0.3)
    theirs = stats.t.interval(0.95, 199, values.mean(), stats.sem(values))
    row = of(values)
    assert (row.low, row.high) == (pytest.approx(theirs[0], abs=0.02), pytest.approx(theirs[1], abs=0.02))


def test_the_bootstrap_interval_is_scipy_s():
    values = normal(2, 40)
    theirs = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=20_000, rng=np.random.default_rng(1)
    ).confidence_interval
    assert of(values).bootstrap == (pytest.approx(theirs.low, abs=0.03), pytest.approx(theirs.high, abs=0.03))


def test_the_detectable_difference_has_a_power_of_80_percent():
    """Two-sided t test at its own spread: noncentral t."""
    values = normal(4, 24)
    row = of(values)
    noncentral = row.detectable / (values.std(ddof=1) / math.sqrt(24))
    bar = stats.t.ppf(0.975, 23)
    assert 1 - stats.nct.cdf(bar, 23, noncentral) == pytest.approx(0.8, abs=0.01)


def test_the_same_data_give_the_same_figures():
    values = normal(6, 30)
    assert of(values) == of(values)


def test_worlds_that_never_differ_give_no_difference_and_p_1():
    row = of([0.0] * 20)
    assert (row.difference, row.low, row.high, row.p, row.moved) == (0, 0, 0, 1, 0)


@pytest.mark.parametrize("worlds", [8, 20])
def test_p_values_are_uniform_where_nothing_differs(worlds):
    found = [sign_flip(normal(study, worlds), seed=study).p for study in range(400)]
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert sum(p <= 0.05 for p in found) / 400 <= 0.075


@pytest.mark.parametrize("worlds", [8, 24])
def test_the_interval_covers_the_truth_as_often_as_it_says(worlds):
    """400 studies, give or take 2.3 standard errors; a percentile bootstrap of 8 worlds covers in 90 of 100."""
    found = [sign_flip(normal(study, worlds, 0.3), seed=study) for study in range(400)]
    assert 0.925 <= sum(at.low <= 0.3 <= at.high for at in found) / 400 <= 0.975


def closed_testing(p):
    """Holm's method by its definition: Bonferroni for every subset of the family that a test belongs to."""
    places = range(len(p))
    subsets = [subset for size in range(1, len(p) + 1) for subset in itertools.combinations(places, size)]
    return [
        max(min(1, len(subset) * min(p[other] for other in subset)) for subset in subsets if place in subset)
        for place in places
    ]


def test_holm_is_closed_testing_and_benjamini_hochberg_scipy_s():
    draw = Draw("p")
    for family in range(1, 9):
        p = [draw.uniform() ** 3 for _ in range(family)]
        assert holm(p) == pytest.approx(closed_testing(p))
        assert benjamini_hochberg(p) == pytest.approx(list(stats.false_discovery_control(p)))


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_a_hypothesis_that_was_not_tested_counts_in_holm_s_family_and_not_in_benjamini_hochberg_s():
    found = holm([0.01, math.nan, 0.02])
    assert [found[0], found[2]] == pytest.approx([0.03, 0.04])
    assert math.isnan(found[1])
    found = benjamini_hochberg([0.01, math.nan, 0.02])
    assert [found[0], found[2]] == pytest.approx([0.02, 0.02])


def test_what_is_detected_among_many_tests_is_larger_by_what_adjusting_takes():
    """Two-sided t test at a tenth of the level, the noncentral t again."""
    spread = 1 / math.sqrt(24)
    alone = (stats.t.ppf(0.975, 23) + stats.t.ppf(0.8, 23)) * spread
    bar = stats.t.ppf(1 - 0.0025, 23)
    assert 1 - stats.nct.cdf(bar, 23, alone * wider(24, 10) / spread) == pytest.approx(0.8, abs=0.02)
    assert wider(24, 1) == 1
