"""The full loop on the channel: every part of the regret is as large as what was planted; the bench has 200 worlds."""

import sys
from pathlib import Path

import pytest

from chains.stats.paired.paired import paired

sys.path.insert(0, str(Path(__file__).parent / "bench"))

from planted_full_loop import PLANTED, cast_of, expected, recovered, trials


@pytest.mark.heavy
def test_each_part_of_the_regret_is_as_large_as_planted_within_its_interval():
    for term, found in recovered(12, 1).items():
        assert found.low <= 0 <= found.high, term


def test_what_is_expected_sums_to_the_whole_and_each_rate_moves_its_own_part():
    cast = cast_of(1, 1)
    nothing = expected(cast, {})
    assert nothing == pytest.approx(dict.fromkeys(nothing, 0.0))
    for rate, term in zip(PLANTED, ("information", "judgement", "directive", "execution"), strict=True):
        alone = expected(cast, {rate: PLANTED[rate]})
        assert alone[term] > 0
        assert sum(map(abs, alone.values())) == pytest.approx(alone[term])


@pytest.mark.heavy
def test_a_rate_that_is_not_the_planted_one_is_found_out():
    """The comparison can fail: against a lower rate than the planted one the difference is clear."""
    worlds = range(1, 13)
    less = {(seed, 1): expected(cast_of(seed, 1), {"misjudge": 0.1})["judgement"] for seed in worlds}
    found = {key: terms["judgement"] for key, terms, _ in trials(len(worlds), 1, {"misjudge": 0.9})}
    assert paired(less, found).low > 0
