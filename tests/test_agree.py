"""People label pairs of a run: what they are asked, what is saved, and what the labels say of the instrument."""

import contextlib
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from conftest import channel_passing_for_a_model
from test_person import Terminal, plain

from chains.analysis.corrected.by_hop import errors_beside
from chains.rng import Draw
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.scoring.facts.instrument import INSTRUMENT
from chains.validation.labels import LabelFile, read_labels
from chains.validation.pairs import Pairs
from chains.validation.sampling import draw_sample, weights
from cli import main

pytestmark = pytest.mark.usefixtures("channel_as_model")

FATES = ("kept", "blurred", "altered", "inverted", "omitted")
CHANNEL = "model=channel:drop=0.1,flip=0.05,blur=0.1,alter=0.05"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of the synthetic channel: two conditions that ask alike, eight worlds, three hops."""
    folder = tmp_path_factory.mktemp("made")
    with contextlib.chdir(folder), channel_passing_for_a_model():
        settings = (CHANNEL, "worlds=8", "depth=3", "prompt=plain,honest")
        assert main(["run", "--json", *(word for setting in settings for word in ("--set", setting))]) == 0
    (run,) = folder.glob("runs/*/*/run.json")
    return run.parent


@pytest.fixture
def run(mazedom, made, tmp_path):
    """A copy of it, without a label."""
    return Path(shutil.copytree(made, tmp_path / "runs" / "watermelon" / made.name)).relative_to(tmp_path)


@pytest.fixture
def pairs(run):
    with Log(run) as log:
        yield Pairs(read_record(run), log)


def typed(monkeypatch, lines):
    """Let a program read these lines from a stdin that is no terminal."""
    monkeypatch.setattr("sys.stdin", lines_of(lines))


class lines_of:  # noqa: N801 - reads as a function
    def __init__(self, lines):
        self._lines = iter(lines)

    def isatty(self):
        return False

    def readline(self):
        return next(self._lines, "")


def write(path, labels):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(label) + "\n" for label in labels))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "c1.w1.r1/L1/F01", "fate": "kept"', "is not JSON"),
        ('["c1.w1.r1/L1/F01", "kept"]', 'is no object; write {"id": ..., "rater": ..., "fate": ...}'),
        ('{"fate": "kept"}', "has no 'id'"),
        ('{"id": "c1.w1.r1/L1/F01"}', "has no 'fate'"),
        ('{"id": 3, "fate": "kept"}', "id is 3"),
        ('{"id": "c1.w1.r1/L1/F01", "fate": "ketp"}', "unknown fate 'ketp'; did you mean kept?"),
        ('{"id": "c1.w1.r1/L1/F01", "fate": 1}', "unknown fate 1"),
        ('{"id": "c1.w1.r1/L1/F01", "fate": "kept", "rater": "../x"}', "can't be a rater's name"),
    ],
)
def test_a_malformed_label_is_one_sentence_with_file_and_line(mazedom, run, tmp_path, line, says):
    file = tmp_path / "elsewhere.jsonl"
    file.write_text('{"id": "c1.w1.r1/L1/F01", "fate": "k"}\n' + line + "\n")
    found = mazedom("agree", run, "--labels", file)
    assert found.status == 2
    assert f"{file} line 2" in found.err
    assert says in found.err
    assert found.err.count("\n") == 1


def test_labels_name_pairs_of_the_run(mazedom, run, tmp_path):
    file = tmp_path / "elsewhere.jsonl"
    write(file, [{"id": "c9.w1.r1/L1/F01", "fate": "kept"}])
    found = mazedom("agree", run, "--labels", file)
    assert found.status == 2
    assert "'c9.w1.r1/L1/F01', which run" in found.err
    assert "can't read" in mazedom("agree", run, "--labels", tmp_path / "none.jsonl").err


def test_what_a_crash_left_of_a_last_label_is_ignored_and_cut_off(run):
    with LabelFile(run, "anna") as file:
        file.add("a", "kept", "m")
        file.add("b", None, "m")
        path = file.path
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "c", "ra')
    assert [label.id for label in read_labels(path)] == ["a", "b"]
    with LabelFile(run, "anna") as file:
        file.add("c", "omitted", "m")
    assert path.read_bytes().startswith(whole)
    assert [(label.id, label.fate) for label in read_labels(path)] == [("a", "kept"), ("b", None), ("c", "omitted")]


def test_a_sample_is_shared_out_over_fates_conditions_and_hops(run, pairs):
    drawn = draw_sample(run, pairs, 40, 1)
    fates, hops = Counter(pair.read for pair in drawn), Counter(pair.hop for pair in drawn)
    there = Counter(pair.read for pair in pairs.all)
    assert len({pair.id for pair in drawn}) == 40
    assert all(count >= 7 for fate, count in fates.items() if there[fate] > 20), (fates, there)
    assert min(hops.values()) >= 6
    assert len({pair.condition for pair in drawn}) == 2
    messages = [(pair.world, pair.statement, pairs.message(pair)) for pair in drawn]
    assert len(set(messages)) == 40, "conditions that ask alike give one message, not two pairs"


def test_a_smaller_sample_is_the_beginning_of_a_larger_one_and_a_seed_draws_another(run, pairs):
    few = {pair.id for pair in draw_sample(run, pairs, 20, 1)}
    many = {pair.id for pair in draw_sample(run, pairs, 40, 1)}
    assert few < many
    assert {pair.id for pair in draw_sample(run, pairs, 20, 1)} == few
    assert {pair.id for pair in draw_sample(run, pairs, 20, 2)} != few


def test_the_order_of_a_sample_does_not_tell_the_fates(run, pairs):
    """Drawn in turn they would come kept, blurred, altered, ... and again."""
    fates = [pair.read for pair in draw_sample(run, pairs, 40, 1)]
    runs = [fates[at : at + 5] for at in range(0, 40, 5)]
    assert sum(len(set(five)) == 5 for five in runs) <= 2


def test_weights_give_back_the_run(run, pairs):
    drawn = draw_sample(run, pairs, 60, 1)
    weight = weights(pairs, drawn)
    there = Counter(pair.read for pair in pairs.all)
    for fate in FATES:
        assert sum(weight[pair.id] for pair in drawn if pair.read == fate) == pytest.approx(there[fate])


def test_a_person_labels_undoes_stops_and_goes_on(mazedom, run, monkeypatch):
    typed(monkeypatch, ["k\n", "x\n", "b\n", "u\n", "o\n", "?\n", "q\n"])
    found = mazedom("agree", run, "--as", "anna", "--sample", "6")
    assert found.status == 0, found.err
    assert "3 of 6 are left" in found.err
    first = read_labels(run / "labels" / "anna.jsonl")
    assert [label.fate for label in first] == ["kept", "omitted", None]
    typed(monkeypatch, ["u\n", "i\n", "A\n", "a\n", "kept\n"])
    done = mazedom("agree", run, "--as", "anna", "--sample", "6")
    assert done.status == 0
    labels = read_labels(run / "labels" / "anna.jsonl")
    assert [label.fate for label in labels] == ["kept", "omitted", "inverted", "altered", "altered", "kept"]
    assert [label.id for label in labels][:3] == [label.id for label in first]
    assert "against what people agree on" in done.out


def test_who_leaves_before_labelling_anything_leaves_nothing(mazedom, run, monkeypatch):
    typed(monkeypatch, ["q\n"])
    assert "2 of 2 are left" in mazedom("agree", run, "--as", "anna", "--sample", "2").err
    assert not list((run / "labels").glob("*.jsonl"))
    typed(monkeypatch, ["k\n", "q\n"])
    mazedom("agree", run, "--as", "anna", "--sample", "2")
    typed(monkeypatch, ["q\n"])
    mazedom("agree", run, "--as", "bert", "--sample", "2")
    assert [path.name for path in (run / "labels").glob("*.jsonl")] == ["anna.jsonl"]


def test_nothing_that_anybody_else_reads_is_shown_before_all_is_labelled(mazedom, run, pairs, monkeypatch):
    typed(monkeypatch, ["k\n", "l\n", "k\n"])
    found = mazedom("agree", run, "--as", "anna", "--sample", "5")
    assert found.out == ""
    assert "fates-" not in found.err
    assert "alpha" not in found.err
    for pair in draw_sample(run, pairs, 5, 1)[:2]:
        assert " ".join(pairs.statement(pair).render(0).split()) in " ".join(found.err.split())


def test_at_a_terminal_one_key_is_enough_and_arrows_are_no_letters(run, tmp_path):
    """An arrow key sends ESC [ A, and A would be altered."""
    person = Terminal(tmp_path, "agree", str(run), "--as", "anna", "--sample", "4")
    person.until("1 of 4")
    person.type("\x1b[A")
    person.type("k")
    assert "kept" in plain(person.until("2 of 4"))
    person.type("b")
    person.until("3 of 4")
    person.interrupt()
    assert person.ended() == 130
    assert "2 of 4 are left" in person.seen
    assert [label.fate for label in read_labels(run / "labels" / "anna.jsonl")] == ["kept", "blurred"]


def test_a_file_that_another_process_writes_is_not_written_twice(mazedom, run):
    with LabelFile(run, "anna"):
        found = mazedom("agree", run, "--as", "anna")
    assert found.status == 1
    assert "another process writes" in found.err


def labelled(run, pairs, rater, see, count=100):
    """Write a rater's labels of a sample: `see` says what the rater sees in a pair."""
    drawn = draw_sample(run, pairs, count, 1)
    write(run / "labels" / f"{rater}.jsonl", [{"id": pair.id, "fate": see(pair)} for pair in drawn])
    return drawn


def test_the_report_says_how_far_people_and_the_instrument_agree(mazedom, run, pairs):
    labelled(run, pairs, "anna", lambda pair: pair.read)
    labelled(run, pairs, "ben", lambda pair: "omitted" if pair.read == "blurred" else pair.read)
    found = mazedom("agree", run, "--report", "--json").document
    alphas = {who: one["value"] for who, one in found["alpha"].items()}
    instrument = found["instrument"]
    assert alphas[f"anna and {instrument}"] == 1.0
    assert alphas["anna and ben"] == alphas[f"ben and {instrument}"] < 1.0
    # Where the two differ there is no majority, so what people agree on is what both say.
    matrix = found["against_reference"][instrument]
    assert matrix["agreement"] == 1.0
    assert found["undecided"] == 100 - matrix["items"] > 0
    assert found["raters"]["ben"] == 100 == found["raters"]["anna"]
    assert found["reference"] == "people"
    assert found["clustered_by"] == "world"


def test_three_people_outvote_one_of_them(mazedom, run, pairs):
    for name in ("anna", "ben"):
        labelled(run, pairs, name, lambda pair: pair.read)
    labelled(run, pairs, "cleo", lambda _: "kept")
    found = mazedom("agree", run, "--report", "--json").document
    assert "people" in found["alpha"]
    assert found["against_reference"][found["instrument"]]["agreement"] == 1.0
    shown = mazedom("agree", run, "--disagreements")
    assert "agree on every pair" in shown.out


def test_an_instrument_that_loses_what_is_kept_is_found_out_at_the_hop_where_it_does(mazedom, run, pairs):
    """People see every blurred fact of a last message as kept: false loss there, and nowhere else."""
    drawn = labelled(
        run, pairs, "anna", lambda pair: "kept" if pair.read == "blurred" and pair.band == "last" else pair.read
    )
    found = mazedom("agree", run, "--report", "--json").document
    assert found["by_hop"]["first"]["false_loss"] == 0
    there = [pair for pair in pairs.all if pair.band == "last"]
    lost = sum(pair.read == "blurred" for pair in there)
    kept = sum(pair.read == "kept" for pair in there)
    assert found["by_hop"]["last"]["false_loss"] == pytest.approx(lost / (lost + kept), abs=1e-6)
    assert len(found["disagreements"]) == sum(pair.read == "blurred" and pair.band == "last" for pair in drawn)
    shown = mazedom("agree", run, "--disagreements").out
    assert "blurred: " in shown


@pytest.mark.heavy
def test_retention_is_shown_corrected_beside_the_raw_one_once_the_error_is_measured(mazedom, run, pairs):
    before = mazedom("show", run, "--json").document
    assert before["instrument_error"] is None
    assert "kept_corrected" not in before["by_hop"][0]
    labelled(run, pairs, "anna", lambda pair: "kept" if pair.read == "blurred" else pair.read)
    found = mazedom("show", run, "--json").document
    error = found["instrument_error"]
    assert error["sensitivity"] == 1.0
    assert error["specificity"] < 0.95
    last = [row for row in found["by_hop"] if row["hop"] == 3]
    for row in last:
        assert row["kept"] == next(
            old["kept"] for old in before["by_hop"] if (old["hop"], old["condition"]) == (3, row["condition"])
        )
        low, high = row["kept_corrected"]["ci"]
        assert row["kept"] < row["kept_corrected"]["value"]
        assert low <= row["kept"] + row["blurred"] <= high
    assert "kept, corrected for the instrument's measured error: hop 1" in mazedom("show", run).out
    each = found["instrument_error_by_condition"]
    assert [row["condition"] for row in each] == [row["condition"] for row in found["summary"]]
    assert sum(row["error"]["labelled_kept"] for row in each) == error["labelled_kept"]
    assert mazedom("report", run).status == 0
    page = Path("report.html").read_text()
    for row in each:
        assert re.search(rf'{row["error"]["specificity"]}" data-at="show.instrument_error_by_condition', page)


def test_a_comparison_shows_retention_corrected_beside_the_raw_one(mazedom, run, pairs):
    labelled(run, pairs, "anna", lambda pair: "kept" if pair.read == "blurred" else pair.read)
    found = mazedom("compare", run, "--by", "prompt", "--json").document
    raw, corrected = found["measures"]["retention"], found["retention_corrected"]
    assert corrected["a"]["raw"] == pytest.approx(raw["a"], abs=1e-6)
    assert corrected["a"]["value"] > raw["a"]
    assert corrected["difference"] == pytest.approx(0, abs=1e-9), "the channel does not read prompts"
    assert (
        "retention corrected for the instrument's error as measured in each condition: a "
        in mazedom("compare", run, "--by", "prompt").out
    )
    (run / "labels" / "anna.jsonl").unlink()
    assert mazedom("compare", run, "--by", "prompt", "--json").document["retention_corrected"] is None


def test_the_law_is_given_the_error_at_first_middle_and_last_hops(run, pairs):
    """People see blurred facts as kept at the last hop alone: false loss rises there, as a forged law would have it."""
    labelled(
        run,
        pairs,
        "anna",
        lambda pair: "kept" if pair.read == "blurred" and pair.band == "last" else pair.read,
        count=500,
    )
    errors = errors_beside(pairs.record, pairs.log, run)
    assert errors.hops == (1, 2, 3)
    assert errors.false_loss[:2] == (0, 0)
    assert errors.false_loss[2] > 0.1
    assert min(errors.false_loss_se) > 0
    assert errors.covers(3)


def test_the_law_is_told_at_which_hop_labels_are_missing(run, pairs):
    assert errors_beside(pairs.record, pairs.log, run) is None
    labelled(run, pairs, "anna", lambda pair: pair.read, count=20)
    assert "not measured at the first hop" in errors_beside(pairs.record, pairs.log, run)


def test_the_error_of_one_version_corrects_nothing_that_another_has_read(mazedom, run, pairs):
    """Labels measure the instrument of today; what `show` shows was read by the one that is logged."""
    labelled(run, pairs, "anna", lambda pair: pair.read)
    log = run / "log.jsonl"
    log.write_text(log.read_text().replace(f'"instrument":"{INSTRUMENT}"', '"instrument":"fates-0"'))
    shown = mazedom("show", run)
    assert "read by fates-0, and the error measured by its labels is that of" in shown.err
    assert "corrected for" not in shown.out
    compared = mazedom("compare", run, "--by", "prompt", "--json")
    assert compared.document["retention_corrected"]["a"]["value"] is not None, compared.err
    with Log(run) as again:
        assert "nothing is corrected" in errors_beside(pairs.record, again, run)


def test_too_few_labels_correct_nothing_and_say_so(mazedom, run, pairs):
    labelled(run, pairs, "anna", lambda pair: pair.read, count=10)
    shown = mazedom("show", run)
    assert "not measured" in shown.err
    assert "corrected" not in shown.out


def test_a_label_of_another_message_is_left_out(mazedom, run, pairs):
    drawn = draw_sample(run, pairs, 5, 1)
    write(run / "labels" / "anna.jsonl", [{"id": pair.id, "fate": "kept", "message": "0" * 64} for pair in drawn[:2]])
    write(run / "labels" / "ben.jsonl", [{"id": pair.id, "fate": "kept"} for pair in drawn])
    found = mazedom("agree", run, "--report", "--json").document
    assert found["stale"] == 2
    assert "anna" not in found["raters"]


def test_a_worksheet_is_labelled_elsewhere_and_read_back(mazedom, run, pairs, tmp_path):
    sheet = tmp_path / "clara.jsonl"
    assert mazedom("agree", run, "--worksheet", sheet, "--sample", "10").status == 0
    rows = [json.loads(line) for line in sheet.read_text().splitlines()]
    assert set(rows[0]) == {"id", "fate", "statement", "text", "message"}
    assert mazedom("agree", run, "--labels", sheet).status == 2, "nothing is labelled yet"
    for row in rows[:8]:
        row["fate"] = pairs.by_id[row["id"]].read[0].upper()
    write(sheet, rows)
    found = mazedom("agree", run, "--labels", sheet, "--json").document
    assert found["raters"] == {"clara": 8, found["instrument"]: 8}


def test_the_tables_of_the_report_fit_eighty_columns(mazedom, run, pairs):
    labelled(run, pairs, "anna", lambda pair: pair.read)
    shown = mazedom("agree", run, "--report").out
    table = [line for line in shown.splitlines() if not line.startswith(("counts", "same", "the instrument's error"))]
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip()) for line in table) <= 80


def test_a_rater_has_a_name_that_a_file_can_have(mazedom, run):
    found = mazedom("agree", run, "--as", "../anna")
    assert found.status == 2
    assert "can't be a rater's name" in found.err


def read_as_lost_in_one(pairs):
    """Return what people see where the instrument takes blurred facts for lost that are kept, in one condition."""
    (honest,) = (one.id for one in pairs.record.conditions if "honest" in one.name)
    return lambda pair: "kept" if pair.read == "blurred" and pair.condition == honest else pair.read


def oracle(pairs, see, prompt):
    (condition,) = (one.id for one in pairs.record.conditions if prompt in one.name)
    seen = [see(pair) == "kept" for pair in pairs.all if pair.band == "last" and pair.condition == condition]
    return sum(seen) / len(seen)


def test_labels_of_what_the_executive_hears_correct_every_measure_of_fates_under_an_error_that_differs(
    mazedom, run, pairs
):
    see = read_as_lost_in_one(pairs)
    drawn = Draw("labels", 1).shuffled([pair for pair in pairs.all if pair.band == "last"])[:100]
    write(run / "labels" / "anna.jsonl", [{"id": pair.id, "fate": see(pair)} for pair in drawn])
    found = mazedom("compare", run, "--by", "prompt", "--json").document
    raw, rows = found["measures"], found["by_labels"]["measures"]
    true = oracle(pairs, see, "honest") - oracle(pairs, see, "plain")
    assert abs(raw["retention"]["difference"] - true) > 0.04
    low, high = rows["retention"]["ci"]
    assert low < true < high
    assert rows["retention"]["difference"] == pytest.approx(true, abs=0.03)
    assert rows["omission"]["difference"] == pytest.approx(raw["omission"]["difference"], abs=0.02)
    assert rows["bad_excess"]["a"] == pytest.approx(raw["bad_excess"]["a"], abs=0.1)
    assert "pattern_visible" not in rows, "it is no sum over facts"
    shown = mazedom("compare", run, "--by", "prompt").out
    assert "by labels" in shown
    assert "the instrument's error in all messages: a false loss 0.0%" in " ".join(shown.split())
    assert "they differ" in shown


def test_only_what_the_executive_hears_is_labelled_if_that_is_asked_for(mazedom, run, pairs):
    sheet = Path("sheet.jsonl")
    assert mazedom("agree", run, "--heard", "--sample", "20", "--worksheet", sheet).status == 0
    asked = [pairs.by_id[json.loads(line)["id"]] for line in sheet.read_text().splitlines()]
    assert {pair.band for pair in asked} == {"last"}
    assert draw_sample(run, pairs, 20, 1) != asked, "the other sample stays what it was"


def test_with_every_label_the_corrected_figures_are_what_people_say(mazedom, run, pairs):
    see = read_as_lost_in_one(pairs)
    heard = [pair for pair in pairs.all if pair.band == "last"]
    write(run / "labels" / "anna.jsonl", [{"id": pair.id, "fate": see(pair)} for pair in heard])
    row = mazedom("compare", run, "--by", "prompt", "--json").document["by_labels"]["measures"]["retention"]
    assert row["a"] == pytest.approx(oracle(pairs, see, "plain"))
    assert row["b"] == pytest.approx(oracle(pairs, see, "honest"))


def test_labels_of_too_little_that_the_executive_hears_say_how_to_get_more(mazedom, run, pairs):
    labelled(run, pairs, "anna", lambda pair: pair.read, count=40)
    found = mazedom("compare", run, "--by", "prompt", "--json").document["by_labels"]
    assert "agree" in found
    assert "--heard" in found


@pytest.mark.heavy
def test_registered_hypotheses_are_tested_by_labels_and_readings_together(mazedom, tmp_path):
    settings = (CHANNEL, "worlds=16", "depth=2", "prompt=plain,honest", "facts=12",
                "hypotheses.more=retention(prompt=honest) > retention(prompt=plain)")  # fmt: skip
    assert mazedom("run", *(word for one in settings for word in ("--set", one))).status == 0
    (record,) = tmp_path.glob("runs/*/*/run.json")
    folder = record.parent
    assert mazedom("compare", "last", "--json").document["hypotheses"][0]["verdict"] == "undecided"
    with Log(folder) as log:
        pairs = Pairs(read_record(folder), log)
        see = read_as_lost_in_one(pairs)
        drawn = draw_sample(folder, pairs, 300, 1, heard=True)
        write(folder / "labels" / "anna.jsonl", [{"id": pair.id, "fate": see(pair)} for pair in drawn])
    compared = mazedom("compare", "last", "--json").document
    (test,) = compared["hypotheses"]
    assert test["by_labels"]
    assert test["verdict"] == "supported"
    assert test["difference"] == pytest.approx(compared["by_labels"]["measures"]["retention"]["difference"])
    assert "corrected by people's labels: more" in " ".join(mazedom("compare", "last").out.split())


def test_the_report_has_the_error_by_condition_and_hop(mazedom, run, pairs):
    labelled(run, pairs, "anna", read_as_lost_in_one(pairs), count=300)
    shown = mazedom("agree", run, "--report")
    assert "the instrument in" in shown.out
    assert "the conditions have different errors" in shown.out
    found = mazedom("agree", run, "--report", "--json").document
    assert found["errors_alike_p"] < 0.05
    assert {(row["condition"], row["hop"]) for row in found["by_condition_and_hop"]} >= {("prompt=plain", "last")}


def test_of_fewer_than_eight_worlds_no_corrected_figure_has_an_interval(mazedom, tmp_path):
    assert mazedom("run", *(w for one in (CHANNEL, "worlds=4", "depth=2") for w in ("--set", one))).status == 0
    (record,) = tmp_path.glob("runs/*/*/run.json")
    with Log(record.parent) as log:
        labelled(record.parent, Pairs(read_record(record.parent), log), "anna", lambda pair: pair.read)
    shown = mazedom("show", "last")
    assert "have no interval" in shown.err
    rows = mazedom("show", "last", "--json").document["by_hop"]
    assert [row["kept_corrected"]["ci"] for row in rows] == [None] * len(rows)
