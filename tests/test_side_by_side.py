"""`compare` at a glance: which measures stand there, several conditions, runs and models, and what is averaged over."""

import re
from statistics import fmean, stdev

import pytest

from chains.analysis.compare.side_by_side import Spread
from chains.stats.paired.multiplicity import holm

pytestmark = pytest.mark.usefixtures("channel_as_model")

ALIKE = "channel:drop=0.1"
WORSE = "channel:drop=0.4"
MIDDLE = "channel:drop=0.2"


def run(mazedom, *settings, worlds=8):
    words = [word for setting in settings for word in ("--set", setting)]
    ran = mazedom("run", "--json", "--set", "prompt=plain", "--set", f"worlds={worlds}", "--set", "facts=6", *words)
    assert ran.status == 0, ran.err
    return ran.document["run"]


def compared(mazedom, *words):
    ran = mazedom("compare", *words, "--json")
    assert ran.status == 0, ran.err
    return ran.document


def rows_of(text):
    """Return what stands before the figures of each line."""
    return [re.split(r" +-?\d+\.\d", line.strip())[0] for line in text.splitlines()]


@pytest.fixture
def two(mazedom):
    return run(mazedom, f"model={ALIKE},{WORSE}", "depth=2")


def test_the_table_has_the_headline_and_what_moves_and_the_rest_on_demand(two, mazedom):
    measures = compared(mazedom, two)["measures"]
    shown = compared(mazedom, two)["shown"]
    assert "retention" in shown
    assert set(shown) == {"retention", "words"} | {
        name for name, row in measures.items() if row["p"] is not None and row["p"] <= 0.05
    }
    out = mazedom("compare", two).out
    rest = [name for name, row in measures.items() if row["difference"] is not None and (row["a"] or row["b"])]
    assert f"{len(rest) - len(shown)} measure" in out
    assert set(rest) <= set(rows_of(mazedom("compare", two, "--all").out))
    only = rows_of(mazedom("compare", two, "--measures", "omission,words").out)
    assert {"omission", "words"} <= set(only)
    assert "retention" not in only


def test_a_registered_measure_is_shown_though_it_does_not_move(mazedom):
    registered = run(
        mazedom, f"model={ALIKE},{MIDDLE}", f"hypotheses.h1=invention(model={MIDDLE}) > invention(model={ALIKE})"
    )
    found = compared(mazedom, registered)
    assert not found["measures"]["invention"]["a"]
    assert "invention" not in found["shown"], "nothing of the kind on either side, and the table of hypotheses says so"
    blurred = run(
        mazedom, f"model={ALIKE},{MIDDLE}", f"hypotheses.h1=bad_excess(model={MIDDLE}) > bad_excess(model={ALIKE})"
    )
    found = compared(mazedom, blurred)
    assert found["measures"]["bad_excess"]["p"] > 0.05
    assert "bad_excess" in found["shown"]


def test_a_difference_that_rests_on_some_of_the_pairs_says_so_at_the_number(mazedom):
    words = (f"model={ALIKE},{WORSE}", "hypotheses=none", "worlds=8", "depth=2", "prompt=plain")
    assert mazedom("run", "watermelon_status", *(part for word in words for part in ("--set", word))).status == 0
    found = compared(mazedom, "last")
    part = {name: row["pairs"] for name, row in found["measures"].items() if 0 < row["pairs"] < found["pairs"]}
    name, pairs = next(iter(part.items()))
    out = mazedom("compare", "last", "--measures", f"{name},words").out
    row = next(line for line in out.splitlines() if line.startswith(name))
    assert f" n={pairs} " in f"{row} "
    assert "n=" not in next(line for line in out.splitlines() if line.startswith("words"))
    assert f"defined in so many of the {found['pairs']} pairs alone: {name}" in " ".join(out.split())


def test_a_factor_that_is_averaged_over_is_shown_setting_by_setting(mazedom):
    made = run(mazedom, f"model={ALIKE},{WORSE}", "depth=1,2,3")
    found = compared(mazedom, made, "--by", "model")
    assert found["averaged_over"] == {"depth": [1, 2, 3]}
    assert [level["setting"] for level in found["levels"]] == [1, 2, 3]
    each = [level["measures"]["retention"]["difference"] for level in found["levels"]]
    assert fmean(each) == pytest.approx(found["measures"]["retention"]["difference"])
    alone = compared(mazedom, made, f"model={ALIKE},depth=2", f"model={WORSE},depth=2")
    assert alone["measures"]["retention"]["difference"] == pytest.approx(each[1])
    out = mazedom("compare", made, "--by", "model").out
    assert "averaged over depth (1, 2, 3)" in out
    assert out.partition("retention by depth")[2].split("\n")[1].split()[0] == "1"


def test_several_conditions_stand_in_one_table_against_one_with_p_by_holm(mazedom):
    made = run(mazedom, f"model={MIDDLE}", "depth=1,2,4,6")
    found = compared(mazedom, made, "--by", "depth=2")["comparisons"]
    assert [(one["a"], one["b"]) for one in found] == [("depth=2", f"depth={depth}") for depth in (1, 4, 6)]
    rows = [one["measures"]["retention"] for one in found]
    assert [row["p_holm"] for row in rows] == pytest.approx(holm([row["p"] for row in rows]))
    ran = mazedom("compare", made, "--by", "depth=2")
    assert ran.out.startswith("Against depth 2, which keeps ")
    assert ran.out.count("each against depth=2 (a)") == 1
    table = rows_of(ran.out)
    assert table[table.index("retention") + 1 :][:3] == ["depth 1", "depth 4", "depth 6"]
    same = compared(mazedom, made, "depth=2", "c1", "c3", "c4")["comparisons"]
    assert [one["measures"] for one in same] == [one["measures"] for one in found]


def test_all_combinations_of_factors_are_held_against_one(mazedom):
    made = run(mazedom, f"model={ALIKE},{WORSE}", "depth=1,3", worlds=3)
    found = compared(mazedom, made, "--by", f"depth=3,model={ALIKE}")["comparisons"]
    assert {one["a"] for one in found} == {f"depth=3, model={ALIKE}"}
    assert len(found) == 3
    assert "--by names depth twice" in mazedom("compare", made, "--by", "depth,depth").err
    refused = mazedom("compare", made)
    assert "--by model, --by depth, or --by model,depth" in refused.err.replace(
        "--by depth, --by model", "--by model, --by depth"
    )


def test_many_comparisons_are_told_in_one_sentence(mazedom):
    made = run(mazedom, f"model={ALIKE},{MIDDLE},{WORSE}", "depth=1,4")
    first = " ".join(mazedom("compare", made, "--by", "depth,model").out.partition("\n\n")[0].split())
    found = compared(mazedom, made, "--by", "depth,model")["comparisons"]
    real = sum(one["measures"]["retention"]["p_adjusted"] <= 0.05 for one in found)
    assert re.search(rf"Of 5 differences, against .*, {real} are real", first), first


def test_rows_are_numbered_where_their_names_leave_no_room_for_figures(mazedom, monkeypatch):
    monkeypatch.setattr("chains.terminal.views.output.results.width", 80)
    made = run(mazedom, f"model={ALIKE},{WORSE}", "depth=1,3")
    out = mazedom("compare", made, "--by", "depth,model", "--measures", "retention").out
    assert re.search(rf"^b3: .*{WORSE}", out, re.MULTILINE)
    assert "left out to fit" not in out
    assert {"b1", "b2", "b3"} <= set(rows_of(out))
    assert max(map(len, out.splitlines())) <= 80


def test_the_headline_is_shown_though_it_is_nought_on_both_sides(mazedom):
    made = run(mazedom, "model=channel:drop=1", "depth=1,2", worlds=2)
    assert "retention" in compared(mazedom, made, "--by", "depth")["shown"]


def test_a_run_of_one_condition_says_what_to_compare_it_with(mazedom):
    run(mazedom, f"model={ALIKE}", "depth=2", worlds=1)
    assert "it is one condition; name another run beside it" in mazedom("compare").err


def test_the_factor_that_alone_varies_need_not_be_named(mazedom, tmp_path):
    path = tmp_path / "one.toml"
    path.write_text(
        f'seeds = [1, 2]\n[fixed]\nmodel = "{ALIKE}"\nprompt = "plain"\n'
        "[factors]\ndepth = [1, 3]\ntemperature = [0.1]\n"
    )
    assert mazedom("run", path).status == 0
    assert compared(mazedom, "last")["a"] == "depth=1"


def test_runs_of_several_models_stand_side_by_side_with_the_spread_between_them(mazedom):
    runs = [run(mazedom, f"model={model}", "depth=1,3") for model in (ALIKE, MIDDLE, WORSE)]
    found = compared(mazedom, *runs, "--by", "depth")
    each = [one["measures"]["retention"]["difference"] for one in found["comparisons"]]
    (spread,) = found["between_models"]
    assert spread["figures"] == dict(zip((ALIKE, MIDDLE, WORSE), each, strict=True))
    assert spread["sd"] == pytest.approx(stdev(each))
    out = mazedom("compare", *runs, "--by", "depth").out
    first = " ".join(out.partition("\n\n")[0].split())
    assert re.match(rf"{ALIKE}: depth 3 keeps [\d.]+ points fewer than depth 1", first), first
    table = rows_of(out)
    assert table[table.index("retention") + 1 :][:3] == [ALIKE, MIDDLE, WORSE]
    assert "between 3 models the difference in retention" in " ".join(out.split())
    against = compared(mazedom, *(f"{name}:depth=1" for name in runs))
    assert list(against["between_models"][0]["figures"]) == [ALIKE, MIDDLE, WORSE]


def test_a_claim_about_models_wants_three_families(mazedom):
    made = run(mazedom, f"model={ALIKE},{WORSE}", "depth=1,3", worlds=2)
    said = " ".join(mazedom("compare", made, "--by", "depth").out.split())
    assert mazedom("compare", made, "--by", "depth", "--measures", "words").status == 0, "without the headline measure"
    assert "a claim about models in general wants 3 families of models or more; here are 2" in said
    three = run(mazedom, f"model={ALIKE},{MIDDLE},{WORSE}", "depth=2", worlds=2)
    assert "a claim about models" not in mazedom("compare", three).out
    cousins = Spread(
        "retention", None, {"gpt-5": 0.5, "gpt-5-mini": 0.4, "o3": 0.3}, frozenset({"gpt"}), (), synthetic=False
    )
    assert not cousins.enough


def test_channels_are_no_models():
    spread = Spread("retention", None, {"a": 0.1, "b": 0.2, "c": 0.3}, frozenset(), ("a", "b", "c"), synthetic=True)
    assert not spread.enough
