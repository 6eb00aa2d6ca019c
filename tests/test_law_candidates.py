"""Candidate laws: the one that was planted says most of a world that it was not fitted to."""

from dataclasses import replace

import numpy as np
import pytest

from chains.stats.fit.estimates import Unknown
from chains.stats.fit.hazard_families import SHAPES, ShapeHazard, change_points
from chains.stats.fit.inference import How
from chains.stats.fit.likelihood import Counts
from chains.stats.fit.world_bootstrap import resampled
from chains.stats.law.candidates import candidates
from chains.stats.observations.simulate import Planted, simulate

CHAIN = Planted(worlds=16, managers=(6,), fact_sd=0.5, worker=0.1)
WEIGHTS = resampled(np.arange(16), 500, np.random.default_rng(0))


def compared(seed=1, draws=19, **planted):
    return candidates(simulate(replace(CHAIN, **planted), seed).paths(), How(weights=WEIGHTS), null_draws=draws)


def test_a_planted_change_point_is_found_where_it_is():
    found = compared(loss=0.04, tau=4, after=0.25)
    assert found.laws[0].name == "change-point"
    assert found.laws[0].wins > 0.8
    # manager 4 speaks at hop 5
    assert found.change.hop == 5
    assert found.change.before < 0.1 < found.change.after
    assert found.change.p == pytest.approx(1 / 20)


def test_a_constant_hazard_is_not_beaten_by_much_and_no_change_point_is_clear():
    found = compared(loss=0.1, k=1.0)
    geometric = next(law for law in found.laws if law.name == "geometric")
    assert geometric.behind < 3
    assert found.change.p > 0.05


def test_a_planted_power_law_beats_a_constant_hazard_and_a_straight_line():
    found = compared(loss=0.02, k=2.0, draws=1)
    order = [law.name for law in found.laws]
    assert order[0] in ("weibull", "logistic", "gompertz")
    assert order.index("weibull") < order.index("geometric")
    assert order.index("weibull") < order.index("linear")
    assert sum(law.wins for law in found.laws) == pytest.approx(1)


def test_a_law_with_a_parameter_too_many_pays_for_it():
    """On data of a constant hazard the change-point, free to look for a hop, says less of left-out worlds."""
    found = compared(seed=3, loss=0.1, k=1.0, draws=1)
    scores = {law.name: law.score for law in found.laws}
    assert scores["geometric"] > scores["change-point"]


@pytest.mark.parametrize("shape", [*SHAPES, *change_points(4)], ids=lambda shape: f"{shape.name}{shape.tau or ''}")
def test_the_slopes_of_each_law_are_those_of_differences(shape):
    hazard = ShapeHazard(shape, 4)
    start = hazard.start(Counts(np.ones((1, 5)), np.full((1, 5), 4.0), np.ones((1, 1))))
    at = start[None] + 0.1
    _, slopes = hazard.at(at)
    for number in range(at.shape[1]):
        step = np.zeros_like(at)
        step[0, number] = 1e-6
        difference = (hazard.at(at + step)[0] - hazard.at(at - step)[0]) / 2e-6
        assert slopes[0, number] == pytest.approx(difference[0], abs=1e-5)


def test_the_linear_law_loses_the_same_share_of_all_there_was_at_each_hop():
    linear = next(shape for shape in SHAPES if shape.name == "linear")
    eta, _ = ShapeHazard(linear, 4).at(np.array([[-2.0, 1.0]]))
    kept = np.exp(-np.cumsum(np.exp(eta[0, 1:])))
    assert np.diff(np.append(1.0, kept)) == pytest.approx(np.full(4, kept[0] - 1))


@pytest.mark.parametrize(("planted", "says"), [({"managers": (2,)}, "3 managers"), ({"loss": 0.0, "k": 1.0}, "lost")])
def test_laws_that_cannot_be_told_apart_are_not_compared(planted, says):
    found = compared(**planted)
    assert isinstance(found, Unknown)
    assert says in found.why
