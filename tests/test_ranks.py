"""Hazard ratios on the way down: what is planted by rank comes out, through the channel and the instrument too."""

import numpy as np
import pytest
from bench.planted_five_words import PLANTED, ways_down

from chains.rng import Draw
from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.fit.inference import How
from chains.stats.survival.ranks import Descents, rank_law
from chains.worlds.scenario.five_words import meant

WORLDS = 12


def drawn(ratio, worlds=60, *, base=0.12, hops=4, seed=0):
    """Return clauses that are lost with a hazard that grows by `ratio` with each rank."""
    rows = []
    for world in range(worlds):
        for rank in range(7):
            draw = Draw("ranks", seed, world, rank)
            hazard = 1 - (1 - base) ** (ratio**rank)
            miss = next((hop for hop in range(1, hops + 1) if draw.uniform() < hazard), 0)
            rows.append((world, 7 * world + rank, miss, hops, rank))
    world, clause, miss, depth, rank = map(np.array, zip(*rows, strict=True))
    about = np.column_stack([rank, np.zeros((len(rank), 3))]).astype(float)
    return Descents(world, clause, miss, depth, about)


@pytest.mark.parametrize("ratio", [1.0, 1.2, 1.4])
def test_a_planted_hazard_ratio_of_ranks_lies_in_the_interval(ratio):
    found = rank_law(drawn(ratio), How(), frailty=False)
    assert found["rank"].low <= ratio <= found["rank"].high
    assert (found["rank"].low > 1) == (ratio > 1.05)


def test_a_ratio_of_what_does_not_vary_is_not_given():
    found = rank_law(drawn(1.2), How(), frailty=False)
    assert isinstance(found["crowd"], Unknown)
    assert found["crowd"].why == "crowd does not vary"


def test_where_nothing_is_lost_there_is_no_ratio_and_no_trouble():
    found = rank_law(drawn(1.0, base=0.0), How(), frailty=False)
    assert all(isinstance(one, Unknown) for one in found.values())


def test_what_the_channel_plants_by_rank_must_not_crowd_and_owner_is_read_again():
    """Small: the signs, and every planted ratio within four standard errors; 200 worlds are in tests/bench."""
    worlds = [meant(seed, facts=6) for seed in range(1, WORLDS + 1)]
    found = rank_law(ways_down(worlds, PLANTED), How())
    for name, true in PLANTED.items():
        one = found[name]
        assert isinstance(one, Estimate)
        assert (one.value > 1) == (true > 1), name
        assert abs(np.log(one.value / true)) < 4 * one.se / one.value, name
