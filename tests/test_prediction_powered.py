"""Labels and readings together: no bias whatever the instrument's error, and narrower than labels alone."""

import numpy as np
import pytest

from chains.stats.measurement_error.prediction_powered import Items, difference, powered

TRUE = (0.7, 0.6)
FALSE_LOSS = (0.02, 0.14)
FALSE_KEPT = 0.05


def side(random, level, false_loss, labels=150, each=36, by_fate=False):
    """Return the mean of one condition, labels a plain sample, or as many of each fate that is read."""
    world = np.repeat(np.arange(len(level)), each)
    true = random.random(len(world)) < level[world]
    read = np.where(true, random.random(len(world)) > false_loss, random.random(len(world)) < FALSE_KEPT)
    fate = np.where(read, 0, random.choice([1, 2, 3, 4], len(world), p=[0.2, 0.1, 0.1, 0.6]))
    order = random.permutation(len(world))
    places = [order[fate[order] == one][: labels // 5] for one in range(5)] if by_fate else [order[:labels]]
    labelled = np.zeros(len(world), bool)
    labelled[np.concatenate(places)] = True
    value = np.where(labelled, true, np.nan)
    return powered(Items(np.full(len(world), 1 / len(world)), world, (~read).astype(int), fate, labelled, value))


def studies(count, worlds=24, world_sd=0.08, true=TRUE, **of_side):
    for seed in range(count):
        random = np.random.default_rng(seed)
        level = world_sd * random.standard_normal(worlds)
        sides = [
            side(random, np.clip(kept + level, 0, 1), wrong, **of_side)
            for kept, wrong in zip(true, FALSE_LOSS, strict=True)
        ]
        yield sides, difference(*sides)


@pytest.mark.parametrize("by_fate", [False, True])
def test_intervals_hold_the_truth_in_93_to_97_of_100_studies_under_an_error_that_differs(by_fate):
    """A thousand studies of 24 worlds: the difference is -.1, false loss 2% and 14%."""
    found = [one for _, one in studies(1000, by_fate=by_fate)]
    held = np.mean([low <= TRUE[1] - TRUE[0] <= high for low, high in (one.interval for one in found)])
    assert 0.93 <= held <= 0.97
    assert np.mean([one.value for one in found]) == pytest.approx(-0.1, abs=0.004)


def test_as_read_the_same_studies_are_off_by_the_error():
    """What labels are for: the readings alone make the difference -.165."""
    kept = [level * (1 - wrong) + (1 - level) * FALSE_KEPT for level, wrong in zip(TRUE, FALSE_LOSS, strict=True)]
    assert kept[1] - kept[0] == pytest.approx(-0.165, abs=0.002)


def test_no_difference_is_found_in_a_twentieth_of_studies_where_there_is_none():
    p = np.array([one.p() for _, one in studies(1000, true=(0.6, 0.6))])
    assert 0.03 <= (p <= 0.05).mean() <= 0.07


def test_intervals_are_narrower_than_those_of_labels_alone_as_theory_has_it():
    """Variance (1 - r^2) + r^2 n / N of that of n labels alone, r the correlation of labels and readings of N items."""
    found = list(studies(200, world_sd=0.0))
    for at, (kept, false_loss) in enumerate(zip(TRUE, FALSE_LOSS, strict=True)):
        shares = kept * (1 - false_loss) + (1 - kept) * FALSE_KEPT
        covariance = kept * (1 - false_loss) - kept * shares
        square = covariance**2 / (kept * (1 - kept) * shares * (1 - shares))
        expected = 1 / ((1 - square) + square * 150 / 864)
        assert np.median([sides[at].gain for sides, _ in found]) == pytest.approx(expected, rel=0.15)


def test_labels_that_all_agree_do_not_make_it_sure():
    """Of 30 labels that agree with what is read, none says that it never errs."""
    read, world = np.arange(480) % 8 > 0, np.repeat(np.arange(24), 20)  # every world alike
    labelled = np.arange(480) < 60
    value = np.where(labelled, read, np.nan)
    cell = (~read).astype(int)
    found = powered(Items(np.full(480, 1 / 480), world, cell, cell, labelled, value))
    assert found.value == pytest.approx(read.mean())
    assert found.se > 0.008


def test_what_is_labelled_whole_is_known():
    random = np.random.default_rng(2)
    world, true = np.repeat(np.arange(12), 30), random.random(360) < 0.7
    items = Items(np.full(360, 1 / 360), world, np.zeros(360, int), np.zeros(360, int), np.ones(360, bool), true * 1.0)
    found = powered(items)
    means = np.bincount(world, true) / 30
    assert found.value == pytest.approx(true.mean())
    assert found.se == pytest.approx(means.std(ddof=1) / np.sqrt(12), rel=0.01)
    assert found.beyond == 0


def test_fewer_than_eight_worlds_give_no_interval():
    found = side(np.random.default_rng(0), np.full(7, 0.7), 0.02)
    assert np.isnan(found.interval).all()
    assert np.isnan(found.p())
