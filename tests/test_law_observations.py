from dataclasses import replace

import numpy as np
import pytest

from chains.errors import BadInput
from chains.stats.observations.observations import Observations

TWO = {"world": [2, 2, 1, 1], "replicate": [1] * 4, "depth": [2] * 4, "statement": ["a"] * 4, "hop": [2, 1, 1, 2]}


def observed(**more):
    return Observations.of(**(TWO | {"fate": list("KKOK")} | more))


def test_rows_are_sorted_whatever_their_order():
    both = observed()
    assert both.worlds == ("2", "1")
    assert both.hop.tolist() == [1, 2, 1, 2]
    assert both.fate.tolist() == list("KKOK")


def test_what_is_not_given_is_unknown():
    row = next(observed().rows())
    assert (row["condition"], row["valence"], row["copy"], row["pair"], row["weight"]) == ("all", "", "", "", 1.0)
    assert np.isnan(row["words"])
    assert not row["cut_off"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"hop": [2, 2, 1, 2]}, "world 2, replicate 1, depth 2, statement a: hop 1 is missing; give hops 1 to 2"),
        ({"hop": [1, 1, 1, 2]}, "world 2, replicate 1, depth 2, statement a: hop 1 is there twice"),
        ({"depth": [3] * 4}, "statement a: hop 3 is missing; give hops 1 to 3"),
        ({"hop": [1, 3, 1, 2]}, "hop is 3; it must be from 1 to depth"),
        ({"fate": list("KXKK")}, "fate is 'X'; it must be one of K B A I O"),
        ({"weight": [1, 0, 1, 1]}, "weight is 0.0; it must be a number above 0"),
        ({"valence": ["bad", "bad", "evil", "bad"]}, "valence is 'evil'"),
        ({"hop": [2, 1, 1]}, "column hop has 3 rows and world has 4"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_place(more, sentence):
    with pytest.raises(BadInput, match=sentence):
        observed(**more)


def test_no_rows_are_refused():
    with pytest.raises(BadInput, match="no observations"):
        observed().where(np.zeros(4, dtype=bool))


def test_joined_observations_are_exact_only_if_all_are():
    first, second = observed(exact=True), observed(condition=["b"] * 4)
    assert not Observations.joined([first, second]).exact
    assert Observations.joined([first, replace(first, condition=second.condition)]).exact
    assert Observations.joined([first, second]).select(condition="b").worlds == first.worlds
