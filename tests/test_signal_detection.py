"""Decisions as signals seen or missed."""

import math

import numpy as np
import pytest
from scipy import stats

from chains.stats.decisions.signal_detection import (
    AGGREGATES,
    FALSE_PAUSES,
    MISSES,
    Seen,
    against,
    differing,
    estimated,
    tabled,
)

D_PRIME, CRITERION, EVAL_RISK = (AGGREGATES[name] for name in ("d_prime", "criterion", "eval_risk"))


def study(hits, alarms, *, of=20):
    """A condition of `of` worlds with a signal and as many without, a trial each, of which so many are held back."""
    return tabled(
        [Seen(("signal", at), True, at < hits) for at in range(of)]
        + [Seen(("noise", at), False, at < alarms) for at in range(of)]
    )


def drawn(rate, false_rate, random, worlds=40, replicates=3):
    """A condition whose decisions are drawn at planted rates."""
    return tabled(
        Seen(world, world % 2 == 0, bool(random.random() < (rate if world % 2 == 0 else false_rate)))
        for world in range(worlds)
        for _ in range(replicates)
    )


def test_d_prime_and_criterion_are_the_printed_formulas():
    table = study(17, 4)
    hit, alarm = stats.norm.ppf(17.5 / 21), stats.norm.ppf(4.5 / 21)
    assert estimated(table, D_PRIME).value == pytest.approx(hit - alarm)
    assert estimated(table, CRITERION).value == pytest.approx(-(hit + alarm) / 2)


def test_the_log_linear_correction_keeps_perfect_decisions_finite():
    """Hautus 1995: of 20 of 20 hits and no false alarm, H is 20.5/21 and F is .5/21."""
    assert estimated(study(20, 0), D_PRIME).value == pytest.approx(2 * stats.norm.ppf(20.5 / 21))


def test_who_always_goes_on_has_no_d_prime_and_a_criterion_above_0():
    table = study(0, 0)
    assert estimated(table, D_PRIME).value == 0
    assert estimated(table, CRITERION).value > 1


def test_misses_and_false_pauses_are_plain_shares():
    table = study(15, 4)
    assert estimated(table, MISSES).value == 0.25
    assert estimated(table, FALSE_PAUSES).value == 0.2


def test_a_decision_that_can_not_be_read_counts_for_nothing():
    table = tabled([Seen("a", True, True), Seen("b", True, None), Seen("c", False, False)])
    assert estimated(table, MISSES).value == 0


def test_without_worlds_of_both_kinds_there_is_no_d_prime():
    table = tabled(Seen(world, True, True) for world in range(12))
    assert math.isnan(estimated(table, D_PRIME).value)
    assert math.isnan(estimated(table, D_PRIME).low)


def test_decisions_that_were_all_alike_still_have_an_interval():
    """20 of 20 hits don't say that the next world is one."""
    found = estimated(study(20, 0), D_PRIME)
    assert found.high - found.low > 0.5


def test_intervals_hold_planted_rates():
    truth = stats.norm.ppf(0.8) - stats.norm.ppf(0.2)
    random = np.random.default_rng(3)
    held = [
        found.low <= truth <= found.high for found in (estimated(drawn(0.8, 0.2, random), D_PRIME) for _ in range(40))
    ]
    assert sum(held) >= 35


def test_a_criterion_that_moves_alone_is_found_and_d_prime_stays():
    """Rates whose z both fall by .5: less is held back in either kind of world."""
    random = np.random.default_rng(4)
    plain = drawn(0.85, 0.15, random, worlds=200)
    shifted = drawn(stats.norm.cdf(stats.norm.ppf(0.85) - 0.5), stats.norm.cdf(stats.norm.ppf(0.15) - 0.5), random, 200)
    moved, stayed = differing(plain, shifted, CRITERION), differing(plain, shifted, D_PRIME)
    assert moved.low <= 0.5 <= moved.high
    assert moved.p < 0.001
    assert stayed.low <= 0 <= stayed.high


def test_the_p_value_is_where_the_interval_would_just_end():
    random = np.random.default_rng(5)
    found = differing(drawn(0.7, 0.3, random), drawn(0.5, 0.5, random), D_PRIME)
    assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


def test_a_condition_does_not_differ_from_itself_whatever_its_worlds():
    table = drawn(0.7, 0.3, np.random.default_rng(6))
    found = differing(table, table, CRITERION)
    assert (found.difference, found.low, found.high) == (0, 0, 0)


def test_only_worlds_of_both_conditions_are_compared():
    first, second = study(10, 5), tabled([Seen(("signal", 1), True, True), Seen(("noise", 1), False, False)])
    assert differing(first, second, D_PRIME).worlds == 2


def test_a_figure_is_held_against_a_number():
    found = against(drawn(0.8, 0.2, np.random.default_rng(7)), D_PRIME, 0.0)
    assert found.p < 0.01
    assert found.difference == found.second


def test_what_is_reported_as_it_is_correlates_fully_with_the_risk_and_noise_does_not():
    random = np.random.default_rng(8)
    true = random.normal(size=60)
    said = 0.5 * true + random.normal(size=60)
    exact = tabled(Seen(world, risk > 0, None, risk, risk) for world, risk in enumerate(true))
    noisy = tabled(
        Seen(world, risk > 0, None, risk, told) for world, (risk, told) in enumerate(zip(true, said, strict=True))
    )
    assert estimated(exact, EVAL_RISK).value == pytest.approx(1)
    assert estimated(noisy, EVAL_RISK).value == pytest.approx(np.corrcoef(true, said)[0, 1])


def test_reports_that_say_nothing_have_no_correlation():
    table = tabled(Seen(world, world % 2 == 0, None, float(world), 0.0) for world in range(20))
    assert math.isnan(estimated(table, EVAL_RISK).value)
