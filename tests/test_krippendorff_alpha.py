"""Krippendorff's alpha by hand, and its bootstrap against the package that computes the coefficient."""

import math
import random

import krippendorff
import numpy as np
import pytest

from chains.stats.measurement_error.confusion import Judged, confusion
from chains.stats.measurement_error.krippendorff_alpha import _of_sums, alpha

FATES = ("kept", "blurred", "altered", "inverted", "omitted")


def made(seed, items=60, raters=3, missing=0.3, noise=0.3):
    """Labels by raters who mostly see the same, with some missing."""
    draw = random.Random(seed)
    labels = {}
    for item in range(items):
        true = draw.choice(FATES)
        for rater in range(raters):
            if draw.random() >= missing:
                labels[item, f"r{rater}"] = draw.choice(FATES) if draw.random() < noise else true
    return labels


def theirs(labels):
    """The same coefficient by the `krippendorff` package."""
    items = sorted({item for item, _ in labels})
    raters = sorted({rater for _, rater in labels})
    table = [[FATES.index(labels[i, r]) if (i, r) in labels else np.nan for i in items] for r in raters]
    return krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")


@pytest.mark.parametrize("seed", range(8))
def test_alpha_and_what_its_draws_are_computed_by_are_what_the_package_says(seed):
    labels = made(seed, raters=2 + seed % 4, noise=seed / 10)
    assert alpha(labels).value == pytest.approx(theirs(labels), abs=1e-12)
    counts = np.zeros((60, len(FATES)))
    for (item, _), value in labels.items():
        counts[item, FATES.index(value)] += 1
    counts = counts[counts.sum(axis=1) >= 2]
    sizes = counts.sum(axis=1)
    apart = ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)).sum()
    assert _of_sums(np.array([[*counts.sum(axis=0), apart]]))[0] == pytest.approx(theirs(labels), abs=1e-12)


def test_alpha_of_two_raters_by_hand():
    """4 items, 3 agreements: D_o = 1/4; values a 5, b 3: D_e = (64 - 34) / 56."""
    labels = {
        (item, rater): value
        for item, pair in enumerate(("aa", "aa", "bb", "ab"))
        for rater, value in zip("xy", pair, strict=True)
    }
    found = alpha(labels)
    assert found.value == pytest.approx(1 - (2 / 8) / (30 / 56))
    assert (found.items, found.labels) == (4, 8)


def test_alpha_is_undefined_where_nothing_can_disagree():
    assert math.isnan(alpha({(1, "x"): "a", (2, "x"): "b"}).value)
    assert math.isnan(alpha({(1, "x"): "a", (1, "y"): "a"}).value)


def test_alpha_counts_only_the_raters_asked_for():
    labels = made(1, raters=3)
    two = {key: value for key, value in labels.items() if key[1] != "r2"}
    assert alpha(labels, ["r0", "r1"]).value == alpha(two).value


def test_the_interval_holds_the_value_that_more_items_would_give():
    """95% of intervals from 60 items should hold the value of 20,000; of 100 at least 88 do."""
    true = alpha(made(999, items=20_000)).value
    held = sum(found.low <= true <= found.high for found in (alpha(made(seed), resamples=400) for seed in range(100)))
    assert 88 <= held <= 100


def test_worlds_that_agree_within_widen_the_interval():
    """Ten items of one world are worth one where labels depend on the world alone."""
    draw = random.Random(3)
    labels, world = {}, {}
    for item in range(200):
        world[item] = item // 10
        if item % 10 == 0:
            pair = (draw.choice(FATES), draw.choice(FATES)) if draw.random() < 0.5 else (draw.choice(FATES),) * 2
        labels[item, "a"], labels[item, "b"] = pair
    alone, clustered = alpha(labels), alpha(labels, clusters=world)
    assert clustered.value == alone.value
    assert clustered.high - clustered.low > 2 * (alone.high - alone.low)
    assert clustered.clusters == 20


def test_recall_and_precision_weigh_each_item_by_what_it_stands_for():
    items = [
        Judged("kept", "kept", 9.0),
        Judged("kept", "blurred", 1.0),
        Judged("omitted", "omitted", 4.0),
        Judged("altered", "kept", 1.0),
    ]
    found = confusion(items)
    assert found.counts["kept"] == {"kept": 1, "blurred": 1, "altered": 0, "inverted": 0, "omitted": 0}
    assert found.recall["kept"] == pytest.approx(0.9)
    assert found.false_loss == pytest.approx(0.1)
    assert found.false_kept == pytest.approx(1 / 5)
    assert found.precision["kept"] == pytest.approx(0.9)
    assert math.isnan(found.recall["inverted"])
    assert found.agreement == pytest.approx(13 / 15)
    assert found.document()["recall"]["inverted"] is None
