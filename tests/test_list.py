"""`list runs` finds runs: by experiment, day, status, model and condition."""

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
