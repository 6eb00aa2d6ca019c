"""Retention against load: the curve finds the capacity that a channel was planted with, and compares models by it."""

import math

import pytest

from chains.stats.load.dose_response import dose_response

RUN = ("run", "--set", "facts=12,18,22,24,28", "--set", "depth=3", "--set", "prompt=plain", "--set", "worlds=8")


def shares(loads, curve, worlds=10):
    return {
        load: {world: [min(1.0, curve(load) + 0.02 * (world % 3 - 1))] for world in range(worlds)} for load in loads
    }


def test_capacity_is_where_the_falling_curve_crosses_four_fifths():
    found = dose_response(shares((10, 20, 30), lambda load: 1.1 - load / 50))
    assert found.capacity.value == pytest.approx(15, abs=0.5)
    assert found.capacity.low <= 15 <= found.capacity.high
    assert found.capacity.high - found.capacity.low < 2


def test_a_capacity_beyond_what_was_tried_is_said_to_lie_beyond_it():
    assert dose_response(shares((10, 20), lambda _: 0.95)).capacity.value == math.inf
    assert dose_response(shares((10, 20), lambda _: 0.5)).capacity.value == 0


def test_few_worlds_give_no_interval_and_worlds_that_agree_no_point():
    few = dose_response(shares((10, 20), lambda load: 1 - load / 40, worlds=4))
    assert math.isnan(few.capacity.low)
    assert math.isnan(few.doses[0].low)
    alike = dose_response({load: {world: [1.0] for world in range(8)} for load in (10, 20)})
    assert alike.doses[0].low == pytest.approx(8 / (8 + 1.96**2), abs=0.001)


def test_loads_that_lie_far_apart_around_the_crossing_are_said(mazedom):
    model = "model=channel:overload=0.1,capacity=12"
    mazedom("run", "--set", model, "--set", "facts=8,16", "--set", "worlds=8", "--set", "prompt=plain")
    assert "no load between 8 and 16 was tried" in " ".join(mazedom("load", "last").out.split())


def test_models_are_compared_by_the_load_that_they_carry_and_the_planted_one_is_found(
    mazedom, channel_as_model, tmp_path
):
    """At 20 facts and a tenth more hazard for each beyond, four fifths are kept of 20 + ln(1 / .8) / .1 = 22.2."""
    models = "model=channel:overload=0.1,capacity=20,channel:overload=0.1,capacity=12"
    assert mazedom(*RUN, "--set", models).status == 0
    found = {one["condition"]: one for one in mazedom("load", "--json").document["carried"]}
    planted = found["model=channel:overload=0.1,capacity=20"]
    assert planted["hops"] == 3
    assert planted["capacity"] == pytest.approx(22.2, abs=0.8)
    assert planted["ci"][0] <= 22.2 <= planted["ci"][1]
    shown = mazedom("load", "--figure", "load.svg")
    first, second = shown.out.splitlines()[:2]
    assert first.startswith("model=channel:overload=0.1,capacity=20: 2")
    assert "facts carried at 80% over 3 hops (95% interval" in first
    assert second.startswith("model=channel:overload=0.1,capacity=12: 1")
    assert (tmp_path / "load.svg").read_text().startswith("<?xml")
    assert mazedom("load", "watermelon", "--json").document["carried"] == list(found.values())


@pytest.mark.parametrize(
    ("words", "why"),
    [((), "there is only one load"), (("last", "last"), "is named twice"), (("--hops", "9"), "a chain here has 2"),
     (("--figure", "a.txt"), "a figure can't be")],
)  # fmt: skip
def test_what_shows_no_load_is_refused_in_a_sentence(words, why, mazedom):
    made = mazedom("run", "--set", "model=channel", "--set", "depth=2", "--set", "prompt=plain", "--set", "worlds=2")
    assert made.status == 0
    refused = mazedom("load", *words)
    assert refused.status == 2
    assert why in refused.err
