"""Where nearly everything is kept, or nearly nothing, no condition can be told from another, and that is said first."""

from pathlib import Path

import pytest
from test_faults import one_line

from chains.stats.paired.ceiling_and_floor import all_at_one, at_limit
from chains.stats.paired.shares import Share, share_by_world

LIGHT = ("--set", "model=channel:drop=0.002,channel:drop=0.001", "--set", "depth=4", "--set", "prompt=plain")
HEAVY = ("--set", "model=channel:drop=0.75,channel:drop=0.8", "--set", "depth=4", "--set", "prompt=plain")
WORLDS = ("--set", "worlds=8", "--set", "replicates=2")
REGISTERED = "hypotheses.h1=retention(model=channel:drop=0.{}) < retention(model=channel:drop=0.{})"


def test_the_bound_of_the_hazard_is_that_of_the_end_of_the_interval():
    """Eight worlds that keep everything over four hops: Wilson's interval ends at 8 / (8 + 1.96^2) = .675."""
    found = at_limit(share_by_world({world: [1.0] for world in range(8)}), hops=4)
    assert found.limit == "ceiling"
    assert found.hazard == pytest.approx(1 - (8 / (8 + 1.959964**2)) ** 0.25, abs=1e-6)
    assert "the hazard is at most 9.3% a hop (95% bound over 8 worlds)" in found.why


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_result_between_the_limits_lies_at_neither(share):
    assert at_limit(Share(share, share - 0.05, share + 0.05, 20), 4) is None


def test_what_is_at_different_limits_can_be_told_apart():
    high, low = (at_limit(Share(value, value, value, 20), 4) for value in (0.98, 0.02))
    assert all_at_one([high, high])
    assert not all_at_one([high, low])
    assert not all_at_one([high, None])
    assert not all_at_one([])


@pytest.mark.parametrize(
    ("words", "limit", "load"),
    [pytest.param(LIGHT, "ceiling", "light", marks=pytest.mark.heavy), (HEAVY, "floor", "heavy")],
)
def test_run_show_compare_and_law_bar_a_headline_at_ceiling_and_floor(words, limit, load, mazedom, channel_as_model):
    first, second = ("002", "001") if limit == "ceiling" else ("8", "75")
    ran = mazedom("run", *words, *WORLDS, "--set", REGISTERED.format(first, second))
    for out in (ran.out, mazedom("show").out):
        assert one_line(out).startswith("No finding on what "), out
        assert f"too {load} a load to tell conditions apart; the hazard is at" in one_line(out)
        assert "keeps most of the facts" not in out
    assert [one["limit"] for one in mazedom("show", "--json").document["limits"]] == [limit, limit]
    if limit == "ceiling":
        assert mazedom("report", "--out", "page.md").status == 0
        assert one_line(Path("page.md").read_text()).count(f"lies at the {limit}:** ") == 2
    compared = mazedom("compare", "--json").document
    assert compared["says"].startswith("No finding on what channel:drop=0.")
    assert [compared["limits"][side]["limit"] for side in "ab"] == [limit, limit]
    assert compared["hypotheses"][0]["verdict"] == "no finding"
    assert one_line(mazedom("compare").out).startswith("No finding on what channel:drop=0.")
    found = mazedom("law", "--json").document
    assert [one["verdict"] for one in found["conditions"]] == [None, None]
    assert all(one["sentences"][0].startswith("no finding: ") for one in found["conditions"])
    assert "no headline of" in found["headlines"][0]["why"]


def test_one_condition_at_the_ceiling_is_told_and_bars_nothing(mazedom, channel_as_model):
    """A perfect relay against a lossy one is a finding."""
    words = ("--set", "model=channel:drop=0.001,channel:drop=0.2", "--set", "depth=4", "--set", "prompt=plain")
    assert mazedom("run", *words, *WORLDS).status == 0
    shown = one_line(mazedom("show").out)
    assert "No finding" not in shown
    assert "note: model=channel:drop=0.001 lies at the ceiling: " in shown
    compared = mazedom("compare")
    assert "No finding" not in compared.out
    assert "channel:drop=0.001 lies at the ceiling" in one_line(compared.out)
    assert "keeps more of the facts" in one_line(compared.out)


def test_the_longest_chain_counts_where_depth_is_varied(mazedom, channel_as_model):
    words = ("--set", "model=channel:drop=0.04", "--set", "depth=1,8", "--set", "prompt=plain")
    assert mazedom("run", *words, *WORLDS).status == 0
    assert mazedom("show", "--json").document["limits"] == []
    assert "No finding" not in mazedom("show").out


def test_a_floor_at_the_end_of_the_longest_chains_alone_leaves_the_law_its_verdict(mazedom):
    """The exponent rests on the shorter chains, in which something is left; the note says so."""
    words = ("--set", "model=channel:drop=0.4", "--set", "depth=1,2,9", "--set", "prompt=plain")
    assert mazedom("run", *words, "--set", "worlds=8", "--set", "replicates=2").status == 0
    (found,) = mazedom("law", "--json").document["conditions"]
    assert found["limit"]["limit"] == "floor"
    assert found["verdict"] is not None
    assert any("rests on the shorter ones" in sentence for sentence in found["sentences"])
