"""Margins by betting: right however rare and large losses are, and how many worlds that takes."""

import sys
from pathlib import Path

import numpy as np
import pytest

from chains.errors import BadInput
from chains.stats.paired.bounded import bounded, differences, fewest_worlds

sys.path.insert(0, str(Path(__file__).parent / "bench"))

from margins import MARGIN, ROWS, supported


@pytest.mark.parametrize(("worlds", "replicates", "loss", "kept"), ROWS)
def test_a_margin_that_does_not_hold_is_not_supported(worlds, replicates, loss, kept):
    """By sign flips it is in up to a quarter of the studies; 17 of 200 is what a true 5% exceeds once in 40."""
    assert supported(worlds, replicates, loss, kept, loss * kept, 200)[0] <= 17 / 200


def test_a_margin_that_holds_is_supported_with_some_worlds_more_than_the_fewest():
    fewest = fewest_worlds(MARGIN, 0.05)
    assert 36 <= fewest <= 45, "37 worlds without a loss are needed by the binomial distribution alone"
    assert supported(fewest + 10, 3, 0.0, 0.95, MARGIN, 60)[0] >= 0.8
    assert supported(24, 3, 0.0, 0.95, MARGIN, 20)[0] == 0


def test_p_and_interval_say_the_same():
    values = np.random.default_rng(1).binomial(12, 0.8, 40) / 12
    found = bounded(values, 0.7, 0, 1)
    assert 0.7 < found.low < values.mean() < found.high < 1
    assert bounded(values, found.low, 0, 1).p == pytest.approx(0.05, abs=1e-4)
    assert bounded(values, found.high, 0, 1).p == pytest.approx(0.05, abs=1e-4)
    assert bounded(1 - values, 0.3, 0, 1).p == pytest.approx(found.p)


def test_the_interval_of_a_mean_holds_it():
    random = np.random.default_rng(0)
    studies = [bounded(random.binomial(1, 0.05, 30).astype(float), 0.05, 0, 1) for _ in range(200)]
    assert np.mean([one.low <= 0.05 <= one.high for one in studies]) >= 0.95


def test_a_value_out_of_bounds_is_refused():
    with pytest.raises(BadInput, match="outside 0 to 1"):
        bounded(np.array([0.5, 1.2]), 0.5, 0, 1)


def test_differences_are_means_of_worlds():
    a = {("w1", 1): 0.5, ("w1", 2): 0.7, ("w2", 1): 0.1, ("w3", 1): float("nan")}
    b = {("w1", 1): 0.6, ("w1", 2): 1.0, ("w2", 1): 0.1, ("w3", 1): 0.4}
    assert differences(a, b) == pytest.approx([0.2, 0.0])
