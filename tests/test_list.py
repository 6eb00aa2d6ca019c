"""`list runs` finds runs: by experiment, day, status, model and condition."""

import re
from pathlib import Path

import pytest

from chains.running.log import log as run_log

MADE = (
    ("--set", "name=first", "--set", "model=channel:drop=0.1", "--set", "prompt=plain", "--set", "depth=1,2"),
    ("--set", "name=second", "--set", "model=channel", "--set", "prompt=plain"),
)


@pytest.fixture
def made(mazedom, serve, experiment):
    """Make three runs; the last of them fails."""
    for words in MADE:
        assert mazedom("run", "--set", "worlds=1", "--set", "depth=1", *words).status == 0
    assert mazedom("run", experiment(serve("not_found"))).status == 1
    return mazedom


def found(mazedom, *words):
    ran = mazedom("list", "runs", "--json", *words)
    assert ran.status == 0, ran.err
    return [row["experiment"] for row in ran.document["runs"]]


def test_runs_are_found_by_what_they_are(made):
    assert found(made) == ["faults", "second", "first"]
    assert found(made, "--experiment", "second") == ["second"]
    assert found(made, "--status", "failed") == ["faults"]
    assert found(made, "--status", "finished") == ["second", "first"]
    assert found(made, "--model", "drop=") == ["first"]
    assert found(made, "--condition", "depth=2") == ["first"]
    assert found(made, "--model", "channel", "--status", "finished", "--condition", "h=2") == ["first"]
    assert found(made, "--since", "2020-01-31") == ["faults", "second", "first"]
    assert found(made, "--since", "2999-01-01") == []
    assert found(made, "--until", "2999-01-01", "--status", "failed") == ["faults"]
    assert found(made, "--since", "2020-01-31", "--until", "2020-02-29") == []


def test_the_log_of_a_run_that_said_that_it_is_finished_is_not_read_until_it_changes(made, monkeypatch):
    """A gigabyte of log would take half a minute, and there may be dozens."""
    read = []
    real = run_log.Log
    monkeypatch.setattr(run_log, "Log", lambda folder: read.append(folder.parent.name) or real(folder))
    assert found(made, "--status", "finished") == ["second", "first"]
    assert read == ["faults"]
    (log,) = Path().glob("runs/first/*/log.jsonl")
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]))
    assert found(made, "--status", "unfinished") == ["first"]


def test_a_run_that_a_process_writes_is_running(made):
    (log,) = Path().glob("runs/faults/*/log.jsonl")
    with run_log.Log(log.parent, write=True, again=True):
        assert found(made, "--status", "running") == ["faults"]
        assert found(made, "--status", "failed") == []
    assert found(made, "--status", "running") == []


def test_a_run_is_listed_with_what_was_found_and_what_it_cost(made):
    kept = {row["experiment"]: row for row in made("list", "runs", "--json").document["runs"]}
    shown = made("show", str(kept["first"]["run"])).out.splitlines()[0]
    assert kept["first"]["found"]
    assert shown.startswith(kept["first"]["found"].partition(";")[0])
    assert (kept["first"]["cost"], kept["faults"]["found"]) == ("0", "no trial is finished yet")
    assert found(made, "--search", kept["first"]["found"]) == ["first"]
    lines = made("list", "runs").out.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith(kept["first"]["run"]))
    assert kept["first"]["found"].startswith(lines[place + 1].strip())
    assert "1/1" in lines[place - 2]
    assert re.search(r"\d\d \w{3} \d\d:\d\d", lines[place])


@pytest.mark.parametrize("longest", [1 << 18, 0], ids=["by its digest", "by its size and time"])
def test_what_was_found_in_a_log_that_has_changed_since_is_not_told(longest, mazedom, monkeypatch):
    monkeypatch.setattr("chains.running.recorded_finding.WHOLE", longest)
    words = ("--set", "model=channel:drop=0.3", "--set", "depth=2", "--set", "worlds=2")
    folder = Path(mazedom("run", "--json", *words).document["path"])

    def told():
        (row,) = mazedom("list", "runs", "--json").document["runs"]
        return row["found"]

    before = told()
    assert before
    log = folder / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"fates":"K', b'"fates":"O'))
    assert told() is None
    assert mazedom("show").status == 0
    assert told() not in (None, before)


def test_a_run_whose_folder_can_t_be_written_to_is_shown_all_the_same(mazedom, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    words = ("--set", "model=channel", "--set", "depth=1", "--set", "worlds=1")
    folder = Path(mazedom("run", "--json", *words).document["path"])
    (folder / "found.json").unlink()
    monkeypatch.setattr("pathlib.Path.write_bytes", refuse)
    assert mazedom("show").status == 0
    assert not (folder / "found.json").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"stamp": 1}', "\x00"])
def test_a_damaged_finding_is_no_finding(content, mazedom):
    words = ("--set", "model=channel", "--set", "depth=1", "--set", "worlds=1")
    folder = Path(mazedom("run", "--json", *words).document["path"])
    (folder / "found.json").write_text(content)
    (row,) = mazedom("list", "runs", "--json").document["runs"]
    assert row["found"] is None


def test_nothing_found_and_wrong_questions_are_one_sentence(made):
    assert "no run matches" in made("list", "runs", "--model", "gpt").err
    for words in (
        ("runs", "--since", "yesterday"),
        ("runs", "--until", "2026-13-01"),
        ("prompts", "--model", "x"),
        ("runs", "--status", "odd"),
    ):
        refused = made("list", *words, "--json")
        assert refused.status == 2
        assert refused.err.count("\n") <= 5
