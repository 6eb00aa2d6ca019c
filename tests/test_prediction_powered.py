"""Labels and readings together: no bias whatever the instrument's error, and narrower than labels alone."""

import numpy as np
import pytest

from chains.stats.measurement_error.prediction_powered import labels_needed, powered_difference, powered_mean

TRUE = (0.7, 0.6)


def side(random, kept, false_loss, worlds=40, each=60, labels=300, world_sd=0.0):
    level = np.clip(kept + world_sd * random.standard_normal(worlds), 0, 1)
    world = np.repeat(np.arange(worlds), each)
    true = random.random(len(world)) < level[world]
    read = np.where(true, random.random(len(world)) > false_loss, random.random(len(world)) < 0.05)
    chosen = random.choice(len(world), labels, replace=False)
    return powered_mean(read.astype(float), world, chosen, true[chosen].astype(float))


def test_coverage_and_width_under_an_error_that_differs_between_conditions():
    """A thousand studies: the difference is -.1, false loss 2% and 14%."""
    held, values, gains = [], [], []
    for seed in range(1000):
        random = np.random.default_rng(seed)
        one, other = side(random, TRUE[0], 0.02), side(random, TRUE[1], 0.14)
        found = powered_difference(one, other)
        held.append(found.low <= TRUE[1] - TRUE[0] <= found.high)
        values.append(found.value)
        gains.append((one.gain, other.gain))
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(values) == pytest.approx(-0.1, abs=0.004)
    # theory: 1 / ((1 - r^2) + r^2 n / N), with r the correlation of labels and readings
    for at, (kept, false_loss) in enumerate(zip(TRUE, (0.02, 0.14), strict=True)):
        shares = kept * (1 - false_loss) + (1 - kept) * 0.05
        covariance = kept * (1 - false_loss) - kept * shares
        square = covariance**2 / (kept * (1 - kept) * shares * (1 - shares))
        expected = 1 / ((1 - square) + square * 300 / 2400)
        assert np.median([one[at] for one in gains]) == pytest.approx(expected, rel=0.15)


def test_an_instrument_that_says_nothing_is_left_out():
    random = np.random.default_rng(0)
    world = np.repeat(np.arange(40), 50)
    chosen = random.choice(2000, 300, replace=False)
    label = (random.random(300) < 0.5).astype(float)
    found = powered_mean((random.random(2000) < 0.5).astype(float), world, chosen, label)
    assert found.tuned < 0.2
    assert found.value == pytest.approx(label.mean(), abs=0.02)


def test_weights_undo_a_sample_that_was_drawn_by_what_is_read():
    random = np.random.default_rng(1)
    world = np.repeat(np.arange(40), 100)
    true = random.random(4000) < 0.9
    read = np.where(true, random.random(4000) > 0.1, random.random(4000) < 0.1).astype(float)
    kept, lost = np.flatnonzero(read == 1)[:150], np.flatnonzero(read == 0)[:150]
    chosen = np.append(kept, lost)
    weight = np.repeat([(read == 1).sum() / 150, (read == 0).sum() / 150], 150)
    found = powered_mean(read, world, chosen, true[chosen].astype(float), weight)
    assert found.low < true.mean() < found.high
    assert abs(found.value - 0.9) < 0.03


def test_fewer_than_eight_worlds_give_no_interval():
    found = side(np.random.default_rng(0), 0.7, 0.02, worlds=7)
    assert np.isnan(found.low)


def test_the_labels_needed_fall_with_the_agreement():
    alone, good = labels_needed(0.5, 0.0, 5000, 0.04), labels_needed(0.5, 0.9, 5000, 0.04)
    assert good < alone / 3
    assert labels_needed(0.5, 0.9, 500, 0.001) == 500
