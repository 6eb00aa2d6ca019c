"""`compare` from the terminal: what can be compared, what is said where it can't be, checks, hypotheses."""

import json
import re
from pathlib import Path

import pytest

from chains.analysis.compare.fail_if import read_failing
from chains.analysis.compare.length_matched import first_words
from chains.analysis.compare.most_different import stretches

pytestmark = pytest.mark.usefixtures("channel_as_model")

DROPS = "model=channel:drop=0.05,channel:drop=0.4"
A, B = "model=channel:drop=0.05", "model=channel:drop=0.4"


def run(mazedom, *settings, worlds=10):
    words = [word for setting in settings for word in ("--set", setting)]
    ran = mazedom("run", "--json", "--set", f"worlds={worlds}", "--set", "depth=2", "--set", "facts=6", *words)
    assert ran.status == 0, ran.err
    return ran.document


def lossy(mazedom, *more, **worlds):
    """A run of two conditions, of which the second loses much."""
    return run(mazedom, DROPS, "prompt=plain", *more, **worlds)


def compared(mazedom, *words):
    ran = mazedom("compare", *words, "--json")
    assert ran.status == 0, ran.err
    return ran.document


def test_the_document_has_every_measure_with_interval_and_both_p_values(mazedom):
    lossy(mazedom)
    found = compared(mazedom)
    assert (found["pairs"], found["worlds"]) == (10, 10)
    row = found["measures"]["retention"]
    assert row["difference"] == pytest.approx(row["b"] - row["a"])
    assert row["ci"][0] <= row["difference"] <= row["ci"][1] < 0
    assert row["p"] <= row["p_adjusted"] < 0.05
    assert {"distortion", "omission", "bad_loss", "bad_excess", "weighted_drift", "words", "degenerate"} < set(
        found["measures"]
    )
    assert found["comparisons"] == [{key: found[key] for key in found["comparisons"][0]}]


@pytest.mark.parametrize("words", [(), ("c1", "c2"), (A, B), ("channel:drop=0.05", "channel:drop=0.4"), ("last",)])
def test_two_conditions_are_named_by_id_by_setting_or_not_at_all(words, mazedom):
    lossy(mazedom)
    found = compared(mazedom, *words)
    assert (found["a"], found["b"]) == (A, B)


def test_two_prompt_configurations_are_named_alone(mazedom):
    run(mazedom, "model=channel:drop=0.2", "prompt=honest,career,plain", worlds=2)
    assert compared(mazedom, "plain", "career")["a"] == "prompt=plain"
    every = compared(mazedom, "last", "--by", "prompt=plain")["comparisons"]
    assert [one["b"] for one in every] == ["prompt=honest", "prompt=career"]


def test_trials_are_matched_by_the_factors_that_are_not_compared(mazedom):
    run(mazedom, "model=channel:drop=0.2", "prompt=honest,career", "temperature=0.1,0.2", worlds=3)
    assert compared(mazedom, "honest", "career")["pairs"] == 6
    assert compared(mazedom, "prompt=honest,temperature=0.1", "prompt=career,temperature=0.2")["pairs"] == 3


def test_conditions_of_two_runs_are_named_with_their_runs(mazedom):
    first = lossy(mazedom, worlds=3)["run"]
    second = run(mazedom, "model=channel", "prompt=plain", worlds=3)["run"]
    assert [one["a"] for one in compared(mazedom, first, second)["comparisons"]] == [f"{first} {A}", f"{first} {B}"]
    assert compared(mazedom, f"{first}:c1", f"{first}:c2")["b"] == B
    assert compared(mazedom, first, "c1", "c2")["b"] == B
    third = lossy(mazedom, worlds=3)["run"]
    across = compared(mazedom, f"{first}:c1", f"{third}:channel:drop=0.4")
    assert (across["a"], across["b"], across["pairs"]) == (f"{first} {A}", f"{third} {B}", 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("carer", "plain"), "neither a run nor a condition"),
        (("honest", "carer"), "did you mean career?"),
        (("honest",), "one condition; name the one"),
        (("honest", "honest"), "compared with itself"),
        (("honest", "temperature=0.1"), "only one condition says which"),
        (("0.1", "nothing=3"), "'nothing' is not varied"),
        (("c1", "c2", "c9"), "neither a run nor a condition"),
        (("last", "last", "last"), "compared with itself"),
        (("last", "last", "--by", "prompt"), "named twice"),
        (("last", "--measures", "retenton"), "did you mean retention?"),
        (("last", "--measures", ","), "names none"),
        (("last", "last"), "compared with itself"),
        (("last",), "varies prompt, temperature"),
        (("last", "--by", "temperatur"), "did you mean temperature?"),
        (("last", "--by", "temperature=0.15"), "never '0.15'"),
        (("honest", "career", "--by", "prompt"), "within one run"),
        (("honest", "career", "--fail-if", "retenton < 0"), "did you mean retention?"),
        (("honest", "career", "--fail-if", "retention.hihg < 0"), "did you mean high?"),
        (("honest", "career", "--fail-if", "retention = 0"), "can't be read"),
        (("honest", "career", "--fail-if", "words at equal words < 0"), "only fates can"),
        (("honest", "career", "--messages", "-1"), "--messages"),
    ],
)
def test_what_can_t_be_compared_is_told_why(words, said, mazedom):
    run(mazedom, "model=channel", "prompt=honest,career", "temperature=0.1,0.2", worlds=1)
    ran = mazedom("compare", *words, "--json")
    assert ran.status == 2
    assert said in ran.document["error"]


def test_runs_without_a_common_world_say_which_seeds_they_have(mazedom):
    first = run(mazedom, "model=channel", "prompt=plain", worlds=2)["run"]
    second = mazedom("run", "--json", "--set", "model=channel", "--set", "seeds=7,8", "--set", "prompt=plain").document
    ran = mazedom("compare", first, second["run"])
    assert ran.status == 2
    assert "seeds 1, 2 against 7, 8" in ran.err


def test_runs_of_the_same_seeds_and_other_worlds_say_what_made_them_differ(mazedom):
    first = run(mazedom, "model=channel", "prompt=plain", worlds=2)["run"]
    second = mazedom(
        "run", "--json", "--set", "model=channel", "--set", "worlds=2", "--set", "prompt=plain", "--set", "facts=9"
    ).document["run"]
    said = mazedom("compare", first, second).err
    assert "the seeds are the same and the worlds are not" in said
    assert "facts: 6 | 9" in said


def test_runs_that_differ_in_more_than_one_thing_say_in_what(mazedom):
    first = run(mazedom, "model=channel:drop=0.1", "prompt=plain", worlds=2)["run"]
    second = mazedom(
        "run", "--json", "--set", "model=channel", "--set", "worlds=3", "--set", "prompt=plain", "--set", "depth=3",
        "--set", "facts=6", "--set", "replicates=2",
    ).document["run"]  # fmt: skip
    found = compared(mazedom, first, second)
    assert found["pairs"] == 2
    assert found["left_out"]["b"] == ["c1.w3.r1", "c1.w1.r2", "c1.w2.r2", "c1.w3.r2"]
    assert {line.split(":")[0] for line in found["differing"]} == {"depth", "model"}
    shown = mazedom("compare", first, second).out
    assert "differ in 2 things" in shown
    assert "4 finished trials of b have no partner and are left out: c1.w3.r1" in " ".join(shown.split())


def test_trials_that_are_not_finished_are_counted(mazedom):
    made = mazedom("run", "--json", "--set", DROPS, "--set", "prompt=plain", "--set", "worlds=4", "--max-calls", 22,
                   "--set", "limits.trials=1")  # fmt: skip
    assert made.status == 1
    found = compared(mazedom)
    assert sum(found["unfinished"].values()) == 8 - made.document["finished"]
    assert "not finished" in mazedom("compare").out


def test_a_check_that_is_met_ends_with_status_1_and_says_where(mazedom):
    lossy(mazedom)
    for check in ("retention < -5%", "retention.high < 0", "omission > 0.05 and omission.p_adjusted < 0.05"):
        ran = mazedom("compare", "--fail-if", check)
        assert ran.status == 1, check
        assert f"fails: {check}" in ran.err
    met = mazedom("compare", "--json", "--fail-if", "retention > 0", "--fail-if", "retention < 0")
    assert (met.status, len(met.document["failed"])) == (1, 1)
    assert mazedom("compare", "--fail-if", "retention > 0", "--fail-if", "words > 0").status == 0
    assert mazedom("compare", "--fail-if", "retention < 0 and retention > 0").status == 0


@pytest.mark.parametrize("check", ["retention < -0.5", "retention > -0.5", "words > 999 and retention < 0"])
def test_a_check_that_no_finding_can_answer_fails_and_says_why(check, mazedom, channel_as_model):
    """Both conditions keep everything, which tells nothing apart; how long their messages are is another matter."""
    assert mazedom("run", "--set", "model=channel", "--set", "prompt=honest,career", "--set", "worlds=8").status == 0
    ran = mazedom("compare", "--fail-if", check)
    assert ran.status == 1
    assert f"fails: {check} can't be checked (" in ran.err
    assert "too light a load to tell conditions apart" in ran.err
    assert mazedom("compare", "--fail-if", "words > 999").status == 0


def test_a_check_that_can_t_be_made_is_not_passed(mazedom):
    """With three worlds there is no interval, so nobody knows that its limit is above 0."""
    lossy(mazedom, worlds=3)
    ran = mazedom("compare", "--fail-if", "retention.high < -0.9")
    assert ran.status == 1
    assert "is not defined" in ran.err


@pytest.mark.parametrize("text", ["retention at equal words.high < 0", "retention.high at equal words < 0"])
def test_a_check_at_equal_words_may_name_its_field_on_either_side(text):
    (term,) = read_failing(text).terms
    assert (term.equal_words, term.field) == (True, "high")


def test_few_worlds_are_called_a_look(mazedom):
    lossy(mazedom, worlds=7)
    assert "7 worlds are too few for a conclusion" in " ".join(mazedom("compare").out.split())
    lossy(mazedom, worlds=8)
    assert "too few" not in mazedom("compare").out


def test_at_equal_words_a_longer_report_has_no_head_start(mazedom):
    """The channel writes a sentence a fact: cut to the same words, both keep about the same share."""
    lossy(mazedom)
    found = compared(mazedom)
    gap, equal = found["measures"]["retention"]["difference"], found["at_equal_words"]["retention"]["difference"]
    assert gap < -0.25
    assert abs(equal) < 0.1
    assert found["measures"]["words"]["difference"] < -10
    assert "invention" not in found["at_equal_words"]


def test_equally_long_conditions_have_nothing_at_equal_words(mazedom):
    run(mazedom, "model=channel:drop=0.1", "prompt=honest,career", worlds=2)
    assert compared(mazedom)["at_equal_words"] == {}


def test_a_text_is_cut_after_its_words_with_its_lines_as_they_were():
    text = "- one two\n- three\n\n- four"
    assert first_words(text, 5) == "- one two\n- three"
    assert first_words(text, 0) == ""
    assert first_words(text, 99) == text


def test_the_pairs_that_differ_most_are_shown_side_by_side(mazedom):
    lossy(mazedom)
    pair = compared(mazedom, "--messages", "2")["most_unlike"][0]
    assert pair["fates"]
    assert all(row["a"] != row["b"] for row in pair["fates"].values())
    trial = mazedom("show", "--trial", pair["a"], "--json").document
    heard = next(message for message in trial["messages"] if message["hop"] == 2)
    assert pair["text_a"] == heard["text"].strip()
    shown = mazedom("compare").out
    assert f"differ most: {pair['a']} and {pair['b']}" in shown
    assert "[-" in shown
    assert "differ most" not in mazedom("compare", "--messages", "0").out


def test_a_word_diff_gives_back_both_texts():
    a, b = "- Cost is up 5%.\n- All well.", "- Cost is down 5%.\n- All\nwell again."
    found = stretches(a, b)
    assert " ".join(piece.a for piece in found).split() == a.split()
    assert " ".join(piece.b for piece in found).split() == b.split()
    assert [piece.a for piece in found if piece.b == "down"] == ["up"]


H1 = f"hypotheses.h1=retention({B}) < retention({A})"


def test_registered_hypotheses_are_tested_by_holm_and_the_rest_by_benjamini_hochberg(mazedom):
    lossy(mazedom, H1, f"hypotheses.h2=retention({B}) > retention({A}) - 0.02", f"hypotheses.h3=unfounded({A}) > 3")
    found = compared(mazedom)
    assert found["standing"]["standing"] == "confirmatory"
    first, second, third = found["hypotheses"]
    assert first["verdict"] == "supported"
    assert first["p_adjusted"] == pytest.approx(3 * first["p"])
    # a margin is tested by betting, which these few worlds do not suffice for
    assert (second["verdict"], third["verdict"]) == ("undecided", "not tested")
    assert "no bounds" in third["why"]
    row = found["measures"]["retention"]
    assert (row["registered"], row["adjusted_by"], row["p_adjusted"]) == ("h1", "holm", first["p_adjusted"])
    assert (row["p"], row["ci"]) == (first["p"], first["ci"])
    assert second["ci"][0] < first["ci"][0] < first["ci"][1] < second["ci"][1]  # both shown without the margin
    assert found["measures"]["omission"]["adjusted_by"] == "benjamini-hochberg"


def test_the_order_of_the_sides_of_a_hypothesis_does_not_matter(mazedom):
    lossy(mazedom, f"hypotheses.h1=retention({A}) > retention({B})")
    found = compared(mazedom)
    assert found["hypotheses"][0]["verdict"] == "supported"
    assert found["hypotheses"][0]["difference"] == -found["measures"]["retention"]["difference"]
    assert found["measures"]["retention"]["registered"] == "h1"


def test_a_hypothesis_at_equal_words_is_tested_there(mazedom):
    lossy(mazedom, f"{H1} at equal words")
    found = compared(mazedom)
    (test,) = found["hypotheses"]
    assert test["verdict"] == "undecided"
    assert found["at_equal_words"]["retention"]["registered"] == "h1"
    assert test["difference"] == pytest.approx(found["at_equal_words"]["retention"]["difference"])


def test_too_few_worlds_decide_no_hypothesis(mazedom):
    lossy(mazedom, H1, worlds=6)
    assert compared(mazedom)["hypotheses"][0]["verdict"] == "too few worlds"


def test_a_hypothesis_on_an_exponent_is_left_to_law_and_counts_in_the_family(mazedom):
    run(
        mazedom, DROPS, "prompt=plain", "depth=1,2,3", H1,
        f"hypotheses.h2=q({B}) > 1", worlds=8,
    )  # fmt: skip
    ran = mazedom("compare", "--by", "model", "--json")
    first, second = ran.document["hypotheses"]
    assert (second["verdict"], second["p"]) == ("not tested", None)
    assert first["p_adjusted"] == pytest.approx(2 * first["p"])


def test_a_changed_run_tests_nothing_and_says_so(mazedom):
    made = lossy(mazedom, H1)
    path = Path(made["path"], "run.json")
    content = json.loads(path.read_text())
    content["experiment"]["hypotheses"]["h1"] += " at equal words"
    path.write_text(json.dumps(content))
    found = compared(mazedom)
    assert found["standing"]["standing"] == "exploratory"
    assert all(row["registered"] is None for row in found["measures"].values())
    assert "changed since it was registered: hypotheses" in " ".join(mazedom("compare").out.split())


def test_a_run_that_another_instrument_read_is_read_anew(mazedom):
    made = lossy(mazedom, worlds=2)
    before = compared(mazedom)
    log = Path(made["path"], "log.jsonl")
    text = re.sub(r'"instrument":"fates-\d+"', '"instrument":"fates-0"', log.read_text())
    log.write_text(re.sub(r'"fates":"[KBAIO]+"', '"fates":"OOOOOO"', text))
    ran = mazedom("compare", "--json")
    assert "was read by fates-0; read anew by fates-" in ran.err
    assert ran.document["measures"] == before["measures"]


def test_all_of_it_holds_in_a_tree(mazedom):
    """Several messages reach the executive; each fact stands in one of them."""
    run(mazedom, DROPS, "prompt=plain", "span=2", worlds=3)
    found = compared(mazedom)
    assert found["measures"]["retention"]["difference"] < 0
    assert found["measures"]["retention"]["a"] + found["measures"]["omission"]["a"] == pytest.approx(1)
    assert found["at_equal_words"]
    assert "L1.1: " in found["most_unlike"][0]["text_a"]


def test_what_the_executive_hears_is_every_report_to_it_however_few_hops_it_took(mazedom, tmp_path):
    """Dan reports to the top directly, Ana through Ben: both are heard, and a lossless channel keeps all."""
    path = tmp_path / "firm.toml"
    path.write_text('[reports_to]\nAna = "Ben"\nBen = "Cy"\nDan = "Cy"\n')
    ran = mazedom("run", "--json", "--set", "model=channel,channel:drop=0.5", "--set", "prompt=plain",
                  "--set", f"hierarchy={path}", "--set", "worlds=2")  # fmt: skip
    assert ran.status == 0, ran.err
    assert compared(mazedom)["measures"]["retention"]["a"] == 1


def test_regret_is_compared_where_something_was_decided(mazedom):
    """A chain that loses all bad news costs what it hides; where nothing is decided, there is no regret."""
    run(
        mazedom, "scenario=go_ahead", "loop=true", "model=channel", "prompt=plain", "facts=12",
        "model.L1=channel,channel:drop=0.1,bad=100", worlds=8,
    )  # fmt: skip
    measures = compared(mazedom)["measures"]
    assert measures["regret"]["a"] == pytest.approx(0)
    assert measures["regret"]["b"] > 0
    assert measures["regret_information"]["b"] > 0
    lossy(mazedom, worlds=2)
    assert compared(mazedom)["measures"]["regret"]["pairs"] == 0
    assert "regret" not in mazedom("compare").out


def test_what_is_detected_is_told_by_the_p_value_that_the_table_goes_by(mazedom):
    lossy(mazedom)
    row = compared(mazedom)["measures"]["retention"]
    assert row["detectable_adjusted"] > row["detectable"]
    assert "by the adjusted p" in mazedom("compare").out


def test_a_margin_of_regret_is_tested_by_betting_and_one_without_bounds_is_refused(mazedom):
    run(
        mazedom, "scenario=go_ahead", "loop=true", "model=channel:drop=0.1", "prompt=plain,honest", "facts=12",
        "hypotheses.far=regret(prompt=honest) < regret(prompt=plain) + 1000",
        "hypotheses.near=regret(prompt=honest) < regret(prompt=plain) + 0.01",
        "hypotheses.long=words(prompt=honest) < words(prompt=plain) + 5", worlds=8,
    )  # fmt: skip
    far, near, long = compared(mazedom)["hypotheses"]
    assert far["verdict"] == "supported", "no world of the scenario has so much to lose"
    assert near["verdict"] == "undecided", "eight worlds without a difference can't show so small a margin"
    assert long["verdict"] == "not tested"
    assert "words has no bounds" in long["why"]
