"""The stream of events: a line for every trial, whole at once, that agrees with the document at the end."""

import json
import os
from pathlib import Path

import pytest

from chains.running import record_file as runs
from chains.terminal.verbs import run as run_verb

pytestmark = pytest.mark.usefixtures("channel_as_model")


def test_every_trial_is_an_event_and_the_totals_are_those_of_the_document(mazedom, tmp_path):
    words = ("--set", "model=channel:drop=0.3", "--set", "worlds=3", "--set", "depth=2")
    ran = mazedom("run", "--json", "--events", tmp_path / "events.jsonl", *words)
    assert ran.status == 0, ran.err
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events] == ["began", *["trial"] * 6, "stopped"]
    assert {event["trial"] for event in events[1:-1]} == {f"c{c}.w{w}.r1" for c in (1, 2) for w in (1, 2, 3)}
    assert [event["finished"] for event in events] == [0, 1, 2, 3, 4, 5, 6, 6]
    found = ran.document
    assert all(events[-1][name] == found[name] for name in ("finished", "failed", "trials", "calls", "tokens", "cost"))
    for condition in ("prompt=honest", "prompt=career"):
        kept = [event["kept"] for event in events[1:-1] if event["condition"] == condition]
        (row,) = [row for row in found["by_hop"] if (row["condition"], row["hop"]) == (condition, 2)]
        assert abs(sum(kept) / 3 - row["kept"]) < 1e-5


def test_failures_and_limits_are_events_too(mazedom, serve, experiment, tmp_path):
    server = serve("server_error")
    path = experiment(server, seeds=(1, 2), spec="attempts = 1", limits="trials = 1")
    mazedom("run", path, "--events", tmp_path / "events")
    events = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]
    assert [event["event"] for event in events] == ["began", "postponed", "postponed", "trial", "trial", "stopped"]
    assert (events[-1]["failed"], events[-1]["calls"]) == (2, server.calls)
    assert "answers 500" in events[1]["error"]


def test_a_run_goes_on_when_its_events_can_not_be_written_any_more(mazedom, tmp_path, monkeypatch):
    """The disk is full, or whoever read the pipe has gone."""
    words = ("--set", "model=channel", "--set", "worlds=2", "--set", "depth=1")
    ran = mazedom("run", "--json", "--events", "/dev/full", *words)
    assert (ran.status, ran.document["finished"]) == (0, 2)
    assert ran.err.count("no more events are written to /dev/full") == 1

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    opened = os.open

    def opens(path, *flags):
        file = opened(path, *flags)
        if str(path) == str(pipe):
            os.close(reader)
        return file

    monkeypatch.setattr(os, "open", opens)
    ran = mazedom("run", "--json", "--events", pipe, *words)
    assert (ran.status, ran.document["finished"]) == (0, 2)
    assert "Broken pipe; the run goes on" in ran.err


def test_a_disk_that_is_full_at_the_end_costs_no_result(mazedom, monkeypatch):
    """The log is whole; run.json stays as it was before the run."""

    def full(file):
        raise OSError(28, "No space left on device")

    words = ("--set", "model=channel", "--set", "worlds=1", "--set", "depth=1")
    created = runs.create

    def made(record):
        folder = created(record)
        monkeypatch.setattr(runs.os, "fsync", full)
        return folder

    monkeypatch.setattr(run_verb, "create", made)
    ran = mazedom("run", "--json", *words)
    assert (ran.status, ran.document["finished"]) == (0, 1)
    assert "No space left on device; the log is whole" in ran.err
    (folder,) = Path().glob("runs/watermelon/*")
    assert {path.name for path in folder.iterdir()} - {"found.json"} == {"log.jsonl", "run.json"}
    assert mazedom("replay", "--verify").status == 0


def test_events_that_can_not_be_written_are_wrong_usage(mazedom, tmp_path):
    words = ("--set", "model=channel", "--set", "worlds=1", "--events", tmp_path / "no" / "such" / "folder")
    ran = mazedom("run", "--json", *words)
    assert ran.status == 2
    assert "can't write events to" in ran.document["error"]
