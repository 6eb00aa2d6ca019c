"""Readers: processes that read finished trials while the run goes on."""

import contextlib
import multiprocessing
import os
import signal
import sys
from pathlib import Path

import pytest
from test_kill import readings, said, started, until

from chains.experiments.experiment import DEFAULT, Experiment
from chains.experiments.overrides import override
from chains.models.spec import ModelSpec
from chains.running.prepare import prepare
from chains.running.reader_pool import FEWEST, MOST, fitting

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="readers are forked on Linux alone")

CHANNEL = ("model=channel:drop=0.2,flip=0.1,invent=0.3", "depth=4", "worlds=6", "replicates=2", "prompt=plain")


def words(*settings):
    return [word for setting in settings for word in ("--set", setting)]


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid):
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("scenario=go_ahead", "facts=8", "loop=true", "prompt.order=charter", "remedy=none,audit:watchers=1"),
        ("scenario=five_words", "loop=true", "reports=false", "prompt.order=charter"),
        ("rounds=2", "promotion=rating", "leaving=rating"),
    ],
)
def test_readers_read_what_the_run_itself_would(mazedom, monkeypatch, more):
    ends = []
    for count in ("0", "2"):
        monkeypatch.setenv("MAZEDOM_READERS", count)
        ran = mazedom("run", *words(*CHANNEL, *more), "--json")
        assert ran.status == 0, ran.err
        ends.append({name: ran.document[name] for name in ran.document.keys() - {"run", "path", "seconds"}})
        assert mazedom("replay", "--verify").status == 0
        assert not multiprocessing.active_children()
    here, elsewhere = ends
    assert here == elsewhere
    assert here["finished"] == here["trials"] > 0


def test_a_run_whose_reader_dies_reads_by_itself(tmp_path, mazedom, serve, experiment):
    server = serve(latency=0.02)
    path = experiment(server, seeds=range(1, 9), fixed="depth = 3", spec="in_flight = 3")
    process = started(tmp_path, "run", path, "--json", MAZEDOM_READERS="1")
    until(lambda: server.calls >= 3, "the third call")
    (reader,) = children_of(process.pid)
    os.kill(reader, signal.SIGKILL)
    process.join(30)
    assert process.exitcode == 0
    (run,) = tmp_path.glob("runs/faults/*")
    assert len(readings(run)) == 8
    assert all(readings(run).values())
    assert mazedom("replay", run, "--verify").status == 0


def test_where_nothing_can_be_forked_the_run_reads_by_itself(monkeypatch, mazedom):
    def no():
        raise BlockingIOError("no room for another process")

    monkeypatch.setenv("MAZEDOM_READERS", "2")
    monkeypatch.setattr(os, "fork", no)
    ran = mazedom("run", *words(*CHANNEL), "--json")
    assert (ran.status, ran.document["finished"]) == (0, 12)
    assert mazedom("replay", "--verify").status == 0


def test_readers_of_a_run_that_was_killed_end_and_hold_nothing(tmp_path, mazedom, serve, experiment):
    server = serve(latency=0.05)
    path = experiment(server, seeds=range(1, 9), fixed="depth = 3", spec="in_flight = 3")
    process = started(tmp_path, "run", path, MAZEDOM_READERS="2")
    until(lambda: server.calls >= 6, "the sixth call")
    children = children_of(process.pid)
    assert len(children) == 2
    process.kill()
    process.join()
    (run,) = tmp_path.glob("runs/faults/*")
    resumed = mazedom("resume", run, "--json")  # at once: no reader has the log's lock
    assert resumed.status == 0, resumed.err
    assert resumed.document["finished"] == 8
    assert len(said(run)) == 32
    until(lambda: not any(map(alive, children)), "the end of the readers")


def test_ctrl_c_is_for_the_run_and_not_for_its_readers(tmp_path, mazedom, serve, experiment):
    """A terminal sends it to all of them: calls in flight are finished, and trials that are done are read."""
    server = serve(latency=0.05)
    path = experiment(server, seeds=range(1, 9), fixed="depth = 3", spec="in_flight = 3")
    process = started(tmp_path, "run", path, "--json", MAZEDOM_READERS="1")
    until(lambda: server.calls >= 14, "the fourteenth call")
    children = children_of(process.pid)
    for pid in (*children, process.pid):
        os.kill(pid, signal.SIGINT)
    process.join(20)
    assert process.exitcode == 130
    (run,) = tmp_path.glob("runs/faults/*")
    assert readings(run)
    assert not any(map(alive, children))
    assert mazedom("resume", "--json").document["finished"] == 8


def test_readers_are_for_runs_with_much_to_read_and_a_core_to_spare(monkeypatch):
    monkeypatch.delenv("MAZEDOM_READERS", raising=False)
    endpoint = Experiment(
        seeds=tuple(range(50)),
        models={"m": ModelSpec(base_url="http://localhost:1/v1", model="m")},
        fixed={"model": "m", "depth": 7, "prompt": "plain"},
    )
    record = prepare(endpoint, "r")
    for cores, count in ((1, 0), (2, 1), (64, MOST)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)))
        assert fitting(record) == count
    small = prepare(endpoint.model_copy(update={"seeds": tuple(range(10))}), "r")
    assert small.estimate["calls"] < FEWEST
    assert fitting(small) == 0
    for model in ("smollm2", "channel"):
        here = prepare(override(DEFAULT, [f"model={model}", "depth=7", "prompt=plain", "worlds=60"]), "r")
        assert fitting(here) == 0
    monkeypatch.setenv("MAZEDOM_READERS", "3")
    assert fitting(here) == 3
    monkeypatch.setenv("MAZEDOM_READERS", "many")
    assert fitting(here) == 0
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv("MAZEDOM_READERS", "3")
    assert fitting(record) == 0
