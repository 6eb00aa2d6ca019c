"""Draws from a hash: the same everywhere, for ever."""

import pytest

from chains.rng import Draw, seed_of


def test_draws_are_what_they_have_always_been():
    """Written down once: a change would silently change every world."""
    draw = Draw(7, "watermelon")
    assert [draw.integer(0, 999) for _ in range(5)] == [449, 118, 464, 49, 568]
    assert seed_of("sampling", "w", 1) == 2099531618


def test_streams_of_different_paths_differ():
    assert Draw("a", "b").uniform() != Draw("ab").uniform()
    assert Draw(1).uniform() != Draw("1").uniform()


def test_uniform_draws_fill_the_unit_interval_evenly():
    draw = Draw("uniform")
    values = [draw.uniform() for _ in range(4000)]
    assert 0 <= min(values) < 0.01
    assert 0.99 < max(values) < 1
    assert sum(values) / 4000 == pytest.approx(0.5, abs=0.02)


def test_shuffling_keeps_every_item_and_leaves_the_input():
    items = list(range(20))
    assert sorted(Draw("s").shuffled(items)) == items
    assert items == list(range(20))


@pytest.mark.parametrize("asked", [0, 1, 5, 20])
def test_what_is_handed_from_the_end_is_a_shuffle_backwards_and_later_draws_are_the_same(asked):
    whole, handed = Draw("s"), Draw("s")
    items = handed.from_the_end(range(20))
    order = whole.shuffled(range(20))
    assert handed.uniform() == whole.uniform()
    assert [next(items) for _ in range(asked)] == order[::-1][:asked]


def test_every_order_of_three_is_as_likely_as_any_other():
    counts = {}
    for seed in range(6000):
        order = tuple(Draw("order", seed).shuffled("abc"))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert all(850 < count < 1150 for count in counts.values())


def test_a_sample_larger_than_its_source_is_an_error():
    with pytest.raises(ValueError, match="can't draw 4 of 3"):
        Draw("x").sample("abc", 4)


def test_normal_draws_are_standard():
    draw = Draw("normal")
    values = [draw.normal() for _ in range(4000)]
    mean = sum(values) / 4000
    assert mean == pytest.approx(0, abs=0.06)
    assert sum((value - mean) ** 2 for value in values) / 4000 == pytest.approx(1, abs=0.08)
