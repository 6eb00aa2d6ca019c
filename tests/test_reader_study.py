"""A reader study: people answer questions from what the executive hears, beside the instrument's fates."""

import io
import sys

import pytest

from chains.analysis.compare.arms import RunHeard
from chains.analysis.reader_study import DECISION, ReaderFile, reports, summary
from chains.errors import BadInput
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.running.people.worklist import Worklist
from chains.running.record_file import read_record

WORDS = ("--set", "model=channel:drop=0.2,alter=0.1", "--set", "depth=3", "--set", "facts=8", "--set", "worlds=6")


@pytest.fixture
def run(mazedom):
    mazedom("run", *WORDS, "--set", "prompt=plain", "--set", "span=1,2", "--json")
    folder = find_run("last")
    with Log(folder) as log:
        yield RunHeard(read_record(folder), log), folder


def test_a_reader_reads_one_condition_of_each_world_and_two_readers_read_both(run):
    heard, _ = run
    first, second = (list(reports(heard, who)) for who in ("p1", "p2"))
    assert len(first) == len(second) == 6
    assert {one.trial.split(".")[0] for one in first} == {"c1", "c2"}
    assert not {one.trial for one in first} & {one.trial for one in second}
    asked = [[question.about for question in one.questions] for one in first]
    assert asked == [[question.about for question in one.questions] for one in second], "about the same facts"
    assert len(list(reports(heard, "p1", sat={1, 2}))) == 4


def test_one_answer_is_true_and_the_others_are_not(run):
    heard, _ = run
    for report in reports(heard, "p1", 8):
        facts = {
            fact.id: fact for fact in heard.casts.world(next(t for t in heard.ends if str(t) == report.trial)).facts
        }
        for question in report.questions:
            assert question.answers[question.right] in facts[question.about].renderings()
            others = [text for letter, text in question.answers.items() if letter != question.right]
            assert len(others) >= 2
            assert not set(others) & set(facts[question.about].renderings())
            assert question.answers[question.unsaid] == "the report does not say"


def test_a_reader_who_believes_the_report_recalls_what_the_instrument_reads_as_kept(run):
    heard, folder = run
    file = ReaderFile(folder, "p1")
    for report in reports(heard, "p1", 8):
        for question in report.questions:
            said = [letter for letter, text in question.answers.items() if text in report.text]
            said = said or [
                letter for letter, text in question.answers.items()
                if letter != question.unsaid and any(
                    line.lstrip("- ") in fact.renderings() and text in fact.renderings()
                    for fact in heard.casts.world(next(t for t in heard.ends if str(t) == report.trial)).facts
                    for line in report.text.splitlines()
                )
            ]  # fmt: skip
            file.add(question, said[0] if said else question.unsaid, 3 if said else 1, 2.0)
    rows = summary(heard, folder)
    assert [row.reports for row in rows] == [3, 3]
    assert all(row.recall == pytest.approx(row.kept, abs=0.01) for row in rows)
    again = ReaderFile(folder, "p1")
    assert again.answers == file.answers
    (folder / "readers" / "p2.jsonl").write_text("no\n")
    with pytest.raises(BadInput, match="line 1 is no answer"):
        summary(heard, folder)


def test_a_decision_is_asked_too_and_whoever_sat_in_a_world_does_not_read_about_it(mazedom, monkeypatch):
    words = ("--set", "scenario=go_ahead", "--set", "decide_only=true", "--set", "facts=8", "--set", "depth=2")
    mazedom(
        "run",
        *words,
        "--set",
        "model=channel:drop=0.1",
        "--set",
        "worlds=2",
        "--set",
        "prompt=plain",
        "--human",
        "L1=edit",
    )
    folder = find_run("last")
    work = Worklist(folder)
    for who in ("anna", "ben"):
        item = work.inbox(who)[0]
        work.answer(who, item.id, item.editable)
    assert mazedom("resume").status == 0
    with Log(folder) as log:
        heard = RunHeard(read_record(folder), log)
        assert [one.questions[-1].about for one in reports(heard, "p3")] == [DECISION, DECISION]
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\n3\n" * 6))
    ran = mazedom("read", "last", "--as", "anna", "--json")
    assert ran.document == {"answers": 6, "left": 0}, "only the world in which she did not sit"
    assert "kept" in mazedom("read", "last", "--report").out
    (row,) = mazedom("read", "last", "--report", "--json").document["readers"]
    assert (row["reports"], row["answers"]) == (1, 5)
    assert mazedom("forget", "anna", "--yes").status == 0
    assert "nobody has read" in mazedom("read", "last", "--report").err
    assert "say who reads" in mazedom("read").err
