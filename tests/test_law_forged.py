"""Ordinary behaviour of language models forges no verdict; `tests/bench/forged_verdicts.py` counts in full."""

from dataclasses import replace

import numpy as np
import pytest
from forging import CELLS, FOUND, Forged, forged, judged, judged_by_hop, too_many

from chains.stats.fit.inference import How
from chains.stats.law.checks import Checks
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law

REPEATED = Forged(repeated=0.5, fact_sd=0, loss=0.2, worker=0.3)


def checked(plan, seed=0):
    paths = forged(plan, seed)
    return Checks(paths, hop_law(paths, How(), exact=True))


@pytest.mark.parametrize("name", [name for name, cell in CELLS.items() if cell.plan.worlds < 100])
def test_no_verdict_is_forged(name):
    """Eight studies a cell, a look; a false verdict in three would be a rate of 5% only once in 150 such looks."""
    cell = CELLS[name]
    assert sum(judged(forged(cell.plan, seed)).word == cell.word for seed in range(8)) < 3


@pytest.mark.heavy
@pytest.mark.parametrize("name", CELLS)
def test_verdicts_are_forged_no_more_often_than_a_true_5_percent_comes_to(name):
    cell, studies = CELLS[name], 200
    assert not too_many(
        sum(judged(forged(cell.plan, seed)).word == cell.word for seed in range(studies)) / studies, studies
    )
    if cell.by_hop:
        false = sum(judged_by_hop(forged(cell.plan, seed)).word == cell.word for seed in range(studies))
        assert not too_many(false / studies, studies)


def test_what_is_superlinear_is_found():
    found = [judged(forged(FOUND["q 1.4, fact sd .8"].plan, seed)) for seed in range(12)]
    assert sum(one.word == "superlinear" for one in found) >= 9
    assert sum(one.tier == "all" for one in found) >= 4


def test_replicates_that_repeat_each_other_are_seen():
    assert not checked(REPEATED).repeated.passes
    assert not checked(replace(REPEATED, repeated=0.3)).repeated.passes
    assert "replicates repeat each other" in checked(REPEATED).doubts[0]


@pytest.mark.parametrize(
    "plan", [Forged(), Forged(fact_sd=1.2), Forged(never=0.3), Forged(chain_sd=1.0), Forged(q=1.5, loss=0.04)]
)
def test_facts_and_chains_that_differ_are_not_taken_for_repetition(plan):
    found = [checked(plan, seed).repeated for seed in range(4)]
    assert sum(one.passes for one in found) >= 3
    assert abs(np.mean([one.same - one.expected for one in found])) < 0.05


@pytest.mark.parametrize("plan", [Forged(prefix=True), Forged(worker_shared=True)])
def test_arms_that_share_messages_are_seen_and_not_taken_for_repetition(plan):
    found = checked(plan)
    assert not found.shared.passes
    assert found.repeated.passes


def test_one_arm_shares_nothing_with_others():
    assert checked(Forged(managers=(6,))).shared is None


def test_a_share_of_facts_that_are_never_lost_is_found():
    found = depth_law(forged(CELLS["never lost 25%"].plan, 3), How())
    low, high = found.never.interval
    assert found.never.needed
    assert low < 0.25 < high
    assert abs(found.never.exponent.value - 1) < 0.15
    assert found.given is found.never.exponent


def test_without_such_facts_the_exponent_is_the_same():
    found = depth_law(forged(Forged(), 1), How())
    assert not found.never.needed
    assert found.never.exponent.value == pytest.approx(found.q.value, abs=0.01)
    assert found.given is found.q
