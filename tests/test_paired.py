"""Paired comparison: by world, with an interval over worlds."""

import math

import numpy as np
import pytest
from scipy import stats

from chains.draw import Draw
from chains.laws.paired import paired


def table(values):
    """Values by (world, replicate), one replicate a world."""
    return {(world, 1): value for world, value in enumerate(values)}


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


def test_one_world_has_no_interval():
    row = paired({("w", 1): 1.0, ("w", 2): 0.5}, {("w", 1): 0.5, ("w", 2): 0.5})
    assert math.isnan(row.low)
    assert math.isnan(row.high)


def test_each_world_counts_once_however_many_replicates_it_has():
    a = {("many", r): 0.0 for r in range(50)} | {("one", 1): 0.0}
    b = {("many", r): 1.0 for r in range(50)} | {("one", 1): 0.0}
    assert paired(a, b).difference == pytest.approx(0.5)


def test_the_interval_is_scipy_s_percentile_bootstrap_of_the_world_differences():
    draw = Draw("worlds")
    differences = [draw.normal() for _ in range(40)]
    row = paired(table([0.0] * 40), table(differences))
    theirs = stats.bootstrap(
        (np.array(differences),), np.mean, method="percentile", n_resamples=20_000, rng=np.random.default_rng(1)
    ).confidence_interval
    assert row.low == pytest.approx(theirs.low, abs=0.03)
    assert row.high == pytest.approx(theirs.high, abs=0.03)


def test_the_same_data_give_the_same_interval():
    a, b = table([0.1, 0.5, 0.2]), table([0.4, 0.3, 0.9])
    assert paired(a, b) == paired(a, b)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """24 worlds, 400 studies: a 95% percentile interval covers in 89 to 98 of 100."""
    covered = 0
    for study in range(400):
        draw = Draw("study", study)
        row = paired(table([0.0] * 24), table([0.3 + draw.normal() for _ in range(24)]))
        covered += row.low <= 0.3 <= row.high
    assert 0.89 <= covered / 400 <= 0.98
