"""Curves without a law, and the hazard ratio of bad news, on data small enough to count by hand or planted."""

import numpy as np
import pytest

from chains.stats.fit.inference import How
from chains.stats.fit.world_bootstrap import bootstrap_p, percentiles, resampled, tails
from chains.stats.law.valence_effect import valence_law
from chains.stats.observations.first_loss import paths_of
from chains.stats.observations.observations import Observations
from chains.stats.observations.simulate import Planted, simulate
from chains.stats.survival.survival import arrivals, survival

HAND = {
    # world, statement, weight, fates by hop
    ("w1", "a", 1.0): "KKKK",
    ("w1", "b", 3.0): "KOKK",
    ("w2", "a", 2.0): "BOOO",
    ("w2", "b", 2.0): "KKIA",
}


def by_hand():
    rows = [
        (world, statement, weight, hop, fate)
        for (world, statement, weight), fates in HAND.items()
        for hop, fate in enumerate(fates, start=1)
    ]
    world, statement, weight, hop, fate = zip(*rows, strict=True)
    some = Observations.of(
        world=world, replicate=[1] * 16, depth=[4] * 16, statement=statement, hop=hop, fate=fate, weight=weight
    )
    return paths_of(some)[0]


def test_survival_counts_first_misses_and_what_was_seen_again_does_not_come_back():
    found = survival(by_hand())
    assert found.at_risk.tolist() == [4, 3, 2, 1]
    assert found.missed.tolist() == [1, 1, 1, 0]
    assert found.survival.value.tolist() == pytest.approx([0.75, 0.5, 0.25, 0.25])
    assert found.cumulative.value.tolist() == pytest.approx((-np.log([0.75, 0.5, 0.25, 0.25])).tolist())
    assert found.weighted.value.tolist() == pytest.approx([2 / 8, 5 / 8, 7 / 8, 7 / 8])


def test_the_end_of_the_chain_counts_what_the_executive_hears():
    (found,) = arrivals(by_hand())
    assert found.retention.value.tolist() == [0.5]
    assert found.shares == {"kept": 0.5, "blurred": 0, "altered": 0.25, "inverted": 0, "omitted": 0.25}
    assert found.weighted_loss == pytest.approx(4 / 8)


def test_incidence_is_by_the_fate_at_the_first_miss():
    found = survival(by_hand()).incidence
    assert {fate: curve.value[-1] for fate, curve in found.items()} == pytest.approx(
        {"blurred": 0.25, "altered": 0.0, "inverted": 0.25, "omitted": 0.25}
    )


def test_chains_of_every_depth_together_are_censored_after_their_last_hop():
    paths = simulate(Planted(managers=(0, 3), worker=0.2), 1).paths()
    both = survival(paths)
    assert both.at_risk[0] == len(paths)
    assert both.at_risk[1] == (paths.depth == 4).sum() - ((paths.depth == 4) & (paths.miss == 1)).sum()


def test_bands_hold_the_curve_and_are_wider_where_less_is_at_risk():
    paths = simulate(Planted(managers=(8,), loss=0.3, fact_sd=0.8), 1).paths()
    weights = resampled(np.unique(paths.world), 500, np.random.default_rng(0))
    found = survival(paths, weights)
    hazard = found.hazard
    assert (found.survival.low <= found.survival.value).all()
    assert (found.survival.value <= found.survival.high).all()
    assert hazard.high[8] - hazard.low[8] > hazard.high[0] - hazard.low[0]


def test_nothing_lost_anywhere_has_no_band_for_resampling_cannot_say_how_surely():
    paths = simulate(Planted(managers=(3,), loss=0.0), 1).paths()
    found = survival(paths, resampled(np.unique(paths.world), 100, np.random.default_rng(0))).survival
    assert (found.value == 1).all()
    assert found.low[0] == found.high[0] == 1
    assert np.isnan(found.low[1:]).all()


def test_everything_lost_makes_an_infinite_cumulative_hazard_which_json_knows_as_null():
    found = survival(simulate(Planted(managers=(3,), loss=30.0), 1).paths())
    assert np.isinf(found.cumulative.value[-1])
    assert found.document()["cumulative_hazard"][-1]["value"] is None


def test_intervals_of_few_worlds_are_wider_than_plain_percentiles():
    """For a mean over worlds the interval is that of the t distribution, which plain percentiles fall short of."""
    worlds = np.random.default_rng(0).standard_normal(12)
    weights = resampled(np.arange(12), 40_000, np.random.default_rng(1))
    low, high = percentiles(weights @ worlds / 12, 12)
    half = 2.201 * worlds.std(ddof=1) / np.sqrt(12)
    assert (low, high) == (pytest.approx(worlds.mean() - half, abs=0.06), pytest.approx(worlds.mean() + half, abs=0.06))
    assert tails(12)[0] < 0.012


def test_a_p_from_resamples_is_05_where_the_interval_ends():
    draws = np.random.default_rng(0).normal(1.0, 0.4, 40_000)
    low, high = percentiles(draws, 24)
    assert bootstrap_p(draws, low, 24) == pytest.approx(0.05, abs=0.002)
    assert bootstrap_p(draws, high, 24) == pytest.approx(0.05, abs=0.002)


def test_among_twins_alone_who_share_what_is_hard_about_them_the_ratio_is_found():
    """Statements that differ much (sd 1.5) and each stand as bad news and as good: minimal pairs."""
    random = np.random.default_rng(3)
    shape = (24, 12, 2, 3)
    world, pair, bad, replicate = (each.ravel() for each in np.indices(shape))
    hard = np.exp(1.5 * random.standard_normal(shape[:2]))[world, pair]
    lost_at = np.ceil(random.standard_exponential(len(world)) / (0.1 * hard * 2.0**bad))
    hop = np.tile(np.arange(1, 6), len(world))
    columns = {"world": world, "pair": pair, "replicate": replicate, "statement": 2 * pair + bad, "depth": 5}
    rows = {name: np.repeat(np.broadcast_to(column, len(world)), 5) for name, column in columns.items()}
    fate = np.where(hop < np.repeat(lost_at, 5), "K", "O")
    valence = np.repeat(np.where(bad == 1, "bad", "good"), 5)
    observed = Observations.of(**rows, hop=hop, fate=fate, valence=valence)
    found = valence_law(paths_of(observed)[0], How())
    assert found.pairs == 24 * 12
    assert found.twins.low < 2 < found.twins.high
    assert found.twins.se < found.ratio.se


def test_without_twins_or_without_both_valences_it_is_said():
    paths = simulate(Planted(managers=(4,)), 1).paths()
    assert "twin" in valence_law(paths, How()).twins.why
    assert "one valence" in valence_law(paths.where(paths.bad == 1), How()).ratio.why
