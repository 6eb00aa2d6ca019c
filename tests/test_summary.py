"""A run begins by saying what it will do, and `show` begins with its answer: a row for each condition, best first."""

import dataclasses
import re

import chains
from chains.terminal.views.compare_headline import verdict

CHANNEL = "model=channel:drop=0.3"


def test_the_summary_has_the_condition_that_keeps_most_first(mazedom):
    made = mazedom("run", "--set", CHANNEL, "--set", "depth=4,1", "--set", "worlds=8", "--json").document
    rows = made["summary"]
    assert [row["factors"]["depth"] for row in rows] == [1, 4]
    for row in rows:
        last = [hop for hop in made["by_hop"] if hop["condition"] == row["condition"]][-1]
        assert abs(row["kept"]["share"] - last["kept"]) < 1e-6
        low, high = row["kept"]["ci"]
        assert low <= row["kept"]["share"] <= high
        assert high - low < 0.45, "8 worlds of 6 facts, and not 8 answers of yes or no"
    shown = mazedom("show", made["run"]).out.splitlines()
    assert re.match(r"depth=1 keeps most of the facts, \d+%, and depth=4 fewest, \d+%; `compare` tells", shown[0])
    assert [line.split()[0] for line in shown[2:4]] == ["c2", "c1"]
    assert all(re.search(r"\d+% to +\d+%", line) for line in shown[2:4])


def test_below_eight_worlds_there_is_a_dash_and_the_reason(mazedom):
    made = mazedom("run", "--set", CHANNEL, "--set", "depth=1,4", "--set", "worlds=3").out
    assert "too few worlds to conclude from" in made.splitlines()[0]
    assert "-: too few worlds (3 of 8) for an interval" in made
    assert "% to " not in made


def test_the_summary_fits_eighty_columns_with_long_names(mazedom, monkeypatch):
    monkeypatch.setattr("chains.terminal.views.output.results.width", 80)
    ran = mazedom("run", "--set", CHANNEL, "--set", "depth=1,2", "--set", "remedy=none,audit:rate=0.5+verbatim")
    rows = [line for line in ran.out.splitlines() if re.match(r"c\d depth", line)]
    assert len(rows) == 4
    assert all(len(line) <= 80 and line.split()[-1].replace(".", "").isdigit() for line in rows[:4])


def test_a_run_says_first_what_it_will_do_and_where_it_is_logged(mazedom):
    ran = mazedom("run", "--set", CHANNEL, "--set", "depth=1,2", "--set", "worlds=3")
    first = ran.err.splitlines()[0]
    assert re.match(r"2 conditions x 3 worlds = 6 trials, at most 15 calls; logged in runs/", first), first


def test_compare_begins_with_who_keeps_more_and_whether_that_is_real(mazedom):
    mazedom("run", "--set", CHANNEL, "--set", "depth=1,6", "--set", "worlds=12")
    first = " ".join(mazedom("compare", "last", "--by", "depth").out.partition("\n\n")[0].split())
    said = r"depth 1 keeps more of the facts than depth 6, [\d.]+% against [\d.]+%: [\d.]+ points more \(95% interval "
    assert re.match(said, first), first
    assert "The difference is real (adjusted p " in first
    assert re.search(r"at equal words (depth [16] keeps [\d.]+ points more|both keep the same)", first), first


def test_compare_on_few_worlds_tells_nothing_real_from_chance(mazedom):
    mazedom("run", "--set", CHANNEL, "--set", "depth=1,6", "--set", "worlds=3")
    first = " ".join(mazedom("compare", "last", "--by", "depth").out.partition("\n\n")[0].split())
    assert first.endswith("3 of 8 worlds are too few to tell whether that is real.")
    assert "The difference is real" not in first


def test_compare_on_few_worlds_prints_no_tests(mazedom):
    mazedom("run", "--set", CHANNEL, "--set", "depth=1,6", "--set", "worlds=3")
    out = mazedom("compare", "last", "--by", "depth").out
    assert "retention" in out
    assert not re.search(r"adj\. p|detects|sign flips|interval *p", out)


def test_a_tie_is_called_one_whatever_the_last_bit_of_its_mean(mazedom):
    run = mazedom("run", "--set", CHANNEL, "--set", "depth=1,6", "--set", "worlds=8", "--json").document["run"]
    found = chains.compare(chains.load(run), {"depth": 1}, {"depth": 6})
    row = found.measures["retention"]
    tie = row.paired._replace(a=0.146, b=0.146, difference=-6.9e-18, low=-0.25, high=0.167)
    tied = dataclasses.replace(found, measures={"retention": row._replace(paired=tie)})
    said = "depth 1 and depth 6 keep the same share of the facts, 14.6%, on average"
    assert verdict(tied) == f"{said} (95% interval of depth 6 less depth 1: -25.0 to +16.7 points)."
