"""The decay of archives that hold counts alone: slopes that are planted, published shares, and what can't be said."""

from pathlib import Path

import numpy as np
import pytest

from chains.analysis.archives import broken_telephone
from chains.errors import BadInput
from chains.stats.survival.aggregate import Counts, aggregate

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "broken_telephone"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the published archives are not here: no ../shared/data")


def planted(slope, chains=60, *, noise=0.0, generations=(0, 1, 2, 4, 8, 16), rate=0.05, seed=0):
    """Counts whose cumulative hazard is rate * n ** slope, each chain with a level of its own."""
    random = np.random.default_rng(seed)
    n = np.array(generations, dtype=float) - generations[0]
    level = 40 * np.exp(noise * random.standard_normal((chains, 1)))
    jitter = np.exp(noise * random.standard_normal((chains, len(n))))
    kept = level * np.exp(-rate * n**slope) * jitter
    return Counts("planted", "claims", generations, kept, np.full_like(kept, 100 * kept.max()))


@pytest.mark.parametrize("slope", [0.5, 1.0, 1.5])
def test_the_planted_slope_is_found(slope):
    (decay,) = aggregate(planted(slope), resamples=50).decays
    assert decay.slope == pytest.approx(slope)
    assert decay.scale == pytest.approx(0.05)
    assert decay.points == 5
    assert decay.hazard[0] == 0


def test_a_constant_hazard_is_straight_from_any_base():
    """What was lost before the base is not seen, and does not bend the line."""
    (late,) = aggregate(planted(1.0, generations=(3, 4, 6, 10)), resamples=50).decays
    assert late.slope == pytest.approx(1.0)


def test_the_interval_covers_the_planted_slope_about_as_often_as_it_says():
    hits = 0
    for seed in range(120):
        (decay,) = aggregate(planted(1.2, 30, noise=0.05, seed=seed), resamples=300, seed=seed).decays
        hits += decay.ci[0] <= 1.2 <= decay.ci[1]
    assert 0.86 <= hits / 120 <= 0.99


def test_copies_of_a_chain_in_one_group_do_not_narrow_the_interval():
    once = planted(1.0, 20, noise=0.1)
    names = list(range(20)) * 5
    five = Counts("five", "claims", once.generations, np.tile(once.kept, (5, 1)), np.tile(once.total, (5, 1)), names)
    (one,), (other,) = aggregate(once).decays, aggregate(five).decays
    assert other.ci == pytest.approx(one.ci, abs=0.01)
    assert "100 chains began with 20 texts" in " ".join(aggregate(five).sentences)


def test_shares_of_what_is_said_hide_what_is_no_longer_said():
    """Half the claims go at each step and those left stay right: the share stands still, the count does not."""
    total = np.tile([64.0, 32.0, 16.0, 8.0], (10, 1))
    found = aggregate(Counts("halved", "facts", (0, 1, 2, 3), total * 0.9, total), resamples=20)
    share, count = found.decays
    assert share.share == pytest.approx([0.9] * 4)
    assert np.isnan(share.slope)
    assert "no slope by share" in " ".join(found.sentences)
    assert count.share == pytest.approx([1, 0.5, 0.25, 0.125])
    assert count.slope == pytest.approx(1.0)
    assert found.document()["decay"]["share"]["slope"] is None


def test_nothing_left_is_an_infinite_hazard_and_null_in_json():
    kept = np.tile([8.0, 4.0, 2.0, 1.0, 0.0], (9, 1))
    found = aggregate(Counts("gone", "claims", range(5), kept, np.full_like(kept, 8)), resamples=20)
    (decay,) = found.decays
    assert decay.hazard[-1] == np.inf
    assert decay.points == 3
    assert decay.document()["by_generation"][-1]["cumulative_hazard"] is None


def test_no_exponent_is_claimed_of_counts():
    found = aggregate(planted(1.4), resamples=20)
    assert "no exponent q or k" in found.sentences[0]
    assert not {"depth", "hop", "verdict"} & set(found.document())


def test_one_chain_has_no_interval():
    found = aggregate(planted(1.0, chains=1))
    assert found.decays[0].document()["ci"] is None
    assert "too few" in " ".join(found.sentences)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"generations": (0, 2, 1)}, "must ascend"),
        ({"generations": (0, 1)}, "chains x 2 generations"),
        ({"kept": np.full((2, 3), 9.0)}, "more was kept"),
        ({"kept": np.full((2, 3), np.nan)}, "a count is missing"),
        ({"groups": ("a",)}, "1 groups for 2 chains"),
    ],
)
def test_counts_that_can_not_be_right_are_refused(change, said):
    fine = {"generations": (0, 1, 2), "kept": np.ones((2, 3)), "total": np.full((2, 3), 2.0)}
    with pytest.raises(BadInput, match=said):
        Counts("mine", "claims", **(fine | change))


@needs_data
def test_the_published_chains_give_the_slopes_that_were_calculated_before():
    """Of the mean share on generation, net of step 0: .47 for Llama, .68 for three mixed models."""
    chains = list(broken_telephone.read(DATA))
    slopes = []
    for name in sorted({chain.set for chain in chains}):
        scores = [chain.scores for chain in chains if chain.set == name]
        at = sorted(scores[0]["supported_facts"])
        kept, total = (
            np.array([[row[score][g] for g in at] for row in scores])
            for score in ("supported_facts", "factscore_num_facts_per_response")
        )
        share, count = aggregate(Counts(name, "supported facts", at, kept, total), resamples=200).decays
        slopes.append(share.slope)
        assert share.ci[1] < 1
        assert count.ci[1] < 1
    assert slopes == pytest.approx([0.47, 0.68], abs=0.02)
