"""Ways: the laws get from them what they get from a row for each statement in each message."""

from dataclasses import fields, replace

import numpy as np
import pytest

from chains.errors import BadInput
from chains.stats.law.independence import _kinds_of_pairs
from chains.stats.observations.first_loss import Paths, paths_of
from chains.stats.observations.observations import Observations
from chains.stats.observations.simulate import Planted, simulate
from chains.stats.observations.ways import Gathered, Ways, ways_in


@pytest.fixture(scope="module")
def seen():
    """Observations of a study in which some statements come back after they were missed."""
    rows = simulate(Planted(worlds=5, replicates=3, statements=4, managers=(0, 2, 5)), 7).observations()
    fate = np.random.default_rng(1).choice(list("KKKKBAIO"), len(rows))
    return replace(rows, fate=fate, words=rows.hop * 10.0, copy=rows.replicate)


def test_first_miss_and_end_are_those_of_the_rows(seen):
    found = ways_in(seen).ends()
    first = np.flatnonzero(seen.hop == 1)
    for at, (begin, depth) in enumerate(zip(first, seen.depth[first], strict=True)):
        fates = "".join(seen.fate[begin : begin + depth])
        misses = [hop for hop, fate in enumerate(fates, 1) if fate != "K"]
        assert found.miss[at] == (misses[0] if misses else 0)
        assert found.missed_as[at] == (fates[misses[0] - 1] if misses else "")
        assert found.end[at] == fates[-1]


def test_ways_that_are_added_in_any_order_are_those_of_the_rows(seen):
    whole, gathered = ways_in(seen), Gathered()
    for at in np.random.default_rng(2).permutation(len(whole)):
        chain, about = (
            tuple(gathered.number(name, whole.names[name][getattr(whole, name)[at]]) for name in names)
            for names in (("condition", "world", "replicate", "copy"), ("statement", "pair"))
        )
        letters = whole.fates[whole.first[at] :][: whole.depth[at]].tobytes().decode()
        messages = (float(whole.words[at]), int(whole.cut_off[at]), int(whole.foreign[at]))
        gathered.add(chain, (*about, int(whole.bad[at]), float(whole.weight[at])), letters, messages)
    assert told(gathered.ways(exact=False)) == told(whole)


def told(ways):
    """Return what became of each statement, by the name of the way."""
    columns = zip(*ways.ends(), ways.bad, ways.weight, ways.words, strict=True)
    return {ways.named(at): tuple(each.item() for each in row) for at, row in enumerate(columns)}


def test_parts_joined_are_the_whole(seen):
    parts = [seen.where(seen.world == world) for world in seen.worlds]
    joined, whole = Ways.joined([ways_in(part) for part in parts]), ways_in(Observations.joined(parts))
    for one, other in zip(paths_of(joined), paths_of(whole), strict=True):
        if isinstance(one, Paths):
            for column in fields(Paths):
                np.testing.assert_array_equal(getattr(one, column.name), getattr(other, column.name))
        else:
            assert one == other


def test_a_way_that_is_there_twice_is_refused(seen):
    with pytest.raises(BadInput, match=r"world .*, replicate .*, depth 1, statement .*: hop 1 is there twice"):
        Ways.joined([ways_in(seen), ways_in(seen)])


@pytest.mark.parametrize("within", [False, True])
def test_pairs_of_chains_are_counted_as_if_they_were_listed(within):
    random = np.random.default_rng(3)
    slots = random.permutation(24)[:17]  # some replicates lack a depth
    replicate, depth = slots // 3, np.array([2, 3, 6])[slots % 3]
    first, second = random.random((2, 5, len(slots))) < 0.4
    listed = {}
    for left in range(len(slots)):
        for right in range(len(slots)):
            same = replicate[left] == replicate[right]
            if (same and depth[left] < depth[right]) if within else (not same and depth[left] <= depth[right]):
                some = listed.setdefault((depth[left], depth[right]), [])
                some.append(first[:, left] & second[:, right])
    found = {one.depths: one for one in _kinds_of_pairs(depth, replicate, within=within)}
    assert {kind for kind, one in found.items() if one.pairs} == set(listed)
    for kind, some in listed.items():
        assert found[kind].pairs == len(some)
        assert found[kind].alike(first, second).tolist() == np.sum(some, axis=0).tolist()
