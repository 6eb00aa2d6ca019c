"""Observations of runs: what names a condition, whose path a fact is followed along, and which runs go together."""

import pytest

from chains.analysis.observations import Run, of_runs, pairs_by
from chains.errors import BadInput
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.running.record_file import read_record

pytestmark = pytest.mark.usefixtures("channel_as_model")

CHANNEL = "model=channel:drop=0.2"


@pytest.fixture
def observed(mazedom):
    """Make runs, one for each list of settings, and return the ways of their facts taken together."""

    def make(*lists):
        runs = []
        for settings in lists:
            words = [word for setting in settings for word in ("--set", setting)]
            ran = mazedom("run", "--json", *words)
            assert ran.status == 0, ran.err
            folder = find_run("last")
            runs.append(Run(read_record(folder), Log(folder)))
        return of_runs(runs)

    return make


def test_a_condition_is_named_by_every_factor_but_depth(observed):
    found = observed([CHANNEL, "depth=1,3", "prompt=plain,career", "worlds=2"])
    assert set(found.conditions) == {"prompt=plain", "prompt=career"}
    assert set(found.depth) == {1, 3}
    assert found.names["world"] == ("w1", "w2")
    assert found.exact


def test_each_fact_is_followed_from_hop_1_to_its_depth(observed):
    found = observed([CHANNEL, "depth=3", "prompt=plain", "worlds=1", "facts=6"])
    assert found.conditions == ("all",)
    assert found.depth.tolist() == [3] * 6
    lost = found.fates.reshape(6, 3) != ord("K")
    assert (lost[:, 1:] >= lost[:, :-1]).all(), "a channel brings nothing back"


def test_in_an_uneven_hierarchy_a_fact_is_as_deep_as_its_holder(observed, tmp_path):
    (tmp_path / "uneven.toml").write_text('[reports_to]\nAna = "Eve"\nBob = "Eve"\nCid = "Bob"\nDan = "Cid"\n')
    found = observed([CHANNEL, "hierarchy=uneven.toml", "prompt=plain", "worlds=1", "facts=6"])
    assert set(found.depth) == {1, 3}
    assert len(set(found.statement)) == 6


def test_replicates_that_say_the_same_are_copies_and_others_are_not(observed):
    found = observed(["model=channel:drop=0.3", "depth=2", "prompt=plain", "worlds=1", "replicates=3"])
    assert len(set(found.copy)) == 3
    again = observed(*[["model=channel:drop=0.3", "depth=2", "prompt=plain", "worlds=1"]] * 2)
    assert len(set(again.replicate)) == 2
    assert len(set(again.copy)) == 1


def test_arms_of_one_condition_may_stand_in_two_runs(observed):
    found = observed([CHANNEL, "prompt=plain", "depth=1,2"], [CHANNEL, "prompt=plain", "depth=4"])
    assert found.conditions == ("all",)
    assert set(found.depth) == {1, 2, 4}


def test_runs_are_told_apart_by_the_settings_that_differ(observed):
    found = observed([CHANNEL, "prompt=plain", "depth=2"], [CHANNEL, "prompt=career", "depth=2,3"])
    assert set(found.conditions) == {"prompt=plain", "prompt=career"}


def test_twins_are_statements_of_one_condition(observed):
    found = observed([CHANNEL, "prompt=plain", "depth=2", "twin=false,true", "worlds=1"])
    assert found.conditions == ("all",)
    valences = {}
    for pair, statement, bad in zip(found.pair, found.statement, found.bad, strict=True):
        if found.names["pair"][pair]:
            twin = found.names["statement"][statement].endswith("twin")
            valences.setdefault(pair, set()).add((twin, {1: "bad", 0: "good"}.get(bad)))
    assert valences
    for both in valences.values():
        assert {valence for _, valence in both} == {"bad", "good"}
        assert {twin for twin, _ in both} == {True, False}
    assert len(set(found.copy)) == 1, "both are one chain of one replicate"


def test_a_world_of_one_number_must_be_the_same_world(observed):
    with pytest.raises(BadInput, match=r"world 1 of run .* is not world 1 of run"):
        observed([CHANNEL, "prompt=plain", "depth=2"], [CHANNEL, "prompt=plain", "depth=2", "facts=7"])


CROSSED = [
    "model=channel:drop=0.1,flip=0.2, prompt=career",
    "model=channel, prompt=career",
    "model=channel, prompt=plain",
]


def test_conditions_are_contrasted_where_one_factor_alone_differs():
    assert pairs_by(CROSSED, "prompt") == [(CROSSED[2], CROSSED[1])]
    assert pairs_by(CROSSED, "model") == [(CROSSED[0], CROSSED[1])]


def test_a_factor_that_does_not_vary_is_named():
    with pytest.raises(BadInput, match="did you mean prompt"):
        pairs_by(CROSSED, "promt")
    with pytest.raises(BadInput, match="about depth already"):
        pairs_by(CROSSED, "depth")
