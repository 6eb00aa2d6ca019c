"""A log that holds less than it held: nothing is paid for again without a word, and no crash is taken for one."""

import os
import random
import shutil
import time
from pathlib import Path

import pytest
from conftest import steps_of
from test_kill import started

from chains.running import spending
from chains.running.log import log as log_module
from chains.running.log.index import read_index
from chains.running.record_file import read_record

SEEDS = range(1, 7)
CALLS = 18


@pytest.fixture
def held(mazedom, serve, experiment):
    """Make a finished run of six trials and 18 calls; return its endpoint and its log."""
    server = serve("copies")
    ran = mazedom("run", experiment(server, seeds=SEEDS), "--json")
    assert (ran.status, server.calls) == (0, CALLS)
    return server, Path(ran.document["path"], "log.jsonl")


def emptied(log):
    log.write_bytes(b"")


def cut_in_half(log):
    os.truncate(log, log.stat().st_size // 2)


def without_a_line(kind):
    def change(log):
        lines = log.read_bytes().splitlines(keepends=True)
        gone = next(number for number, line in enumerate(lines) if f'"kind":"{kind}"'.encode() in line)
        log.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))

    return change


def replaced(log):
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:1]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (emptied, "holds 0 of the 18 replies and 0 of the 6 finished trials that it held when the run last stopped"),
        (cut_in_half, "of the 18 replies and "),
        (without_a_line("step"), "holds 17 of the 18 replies that it held"),
        (without_a_line("trial"), "holds 5 of the 6 finished trials that it held"),
        (replaced, "holds 0 of the 18 replies"),
        (Path.unlink, "is gone; put it back, or begin a new run"),
    ],
)
def test_what_is_gone_from_a_log_is_not_paid_for_again(change, says, held, mazedom):
    server, log = held
    change(log)
    before = {path: path.read_bytes() for path in log.parent.iterdir()}
    refused = mazedom("resume", "--json")
    assert refused.status == 1
    assert (server.calls, {path: path.read_bytes() for path in log.parent.iterdir()}) == (CALLS, before)
    assert says in refused.document["error"]
    assert refused.err == f"mazedom: {refused.document['error']}\n"
    for words in (("show",), ("replay",)):
        assert says in mazedom(*words).err


def test_a_log_that_was_put_back_is_as_good_as_before(held, mazedom, tmp_path):
    _, log = held
    shutil.copy(log, tmp_path / "kept")
    emptied(log)
    assert mazedom("resume").status == 1
    shutil.copy(tmp_path / "kept", log)
    assert mazedom("resume").status == 0
    assert mazedom("replay", "--verify").status == 0


def test_a_new_run_takes_the_replies_that_are_left(held, mazedom, tmp_path):
    server, log = held
    cut_in_half(log)
    left = len(read_index(log).places)
    assert 0 < left < CALLS
    name = log.parent.name
    assert f"begin a new run (`--reuse {name}` takes the replies that are left)" in mazedom("resume").err
    again = mazedom("run", tmp_path / "faults.toml", "--reuse", name, "--json")
    assert again.document["finished"] == len(SEEDS)
    assert server.calls == CALLS + CALLS - left


def test_a_last_line_that_was_cut_off_is_no_reason_to_refuse(held, mazedom):
    server, log = held
    os.truncate(log, log.stat().st_size - 3)
    again = mazedom("resume", "--json")
    assert (again.status, again.document["finished"], server.calls) == (0, len(SEEDS), CALLS)
    assert "is ignored" in again.err
    assert mazedom("replay", "--verify").status == 0


@pytest.mark.heavy
def test_a_run_that_was_stopped_and_then_killed_at_any_moment_goes_on(tmp_path, serve, experiment, mazedom):
    """It has said what its log held, and whatever becomes of it then, the log holds no less."""
    server = serve("copies", latency=0.01)
    path = experiment(server, seeds=SEEDS, spec="attempts = 1\nin_flight = 3")
    draw = random.Random(3)
    for _ in range(3):
        before = server.calls
        stopped = mazedom("run", path, "--set", f"limits.calls={draw.randint(1, 12)}", "--json")
        run = Path(stopped.document["path"])
        assert read_record(run).held["steps"] == len(steps_of(run))
        for _ in range(2):
            moment = server.calls + draw.uniform(0, 6)
            process = started(tmp_path, "resume", run, "--set", "limits.calls=99")
            while process.is_alive() and server.calls < moment:
                time.sleep(0.0005)
            process.kill()
            process.join()
        resumed = mazedom("resume", run, "--set", "limits.calls=99", "--json")
        assert (resumed.status, resumed.document["finished"]) == (0, len(SEEDS)), resumed.err
        assert server.calls - before <= CALLS + 2 * 3


@pytest.mark.parametrize("model", ["channel", "endpoint"])
def test_what_is_said_to_be_held_is_on_the_disk_by_then(model, mazedom, serve, experiment, monkeypatch):
    """A power failure takes what is not, and the run would refuse to go on with what it left."""
    synced, sizes = [0], []
    real, write = os.fdatasync, spending.write_record

    def sync(file):
        real(file)
        synced.append(os.fstat(file).st_size)

    def looked(record, folder):
        sizes.append((folder / "log.jsonl").stat().st_size)
        assert synced[-1] == sizes[-1]
        write(record, folder)

    monkeypatch.setattr(log_module.os, "fdatasync", sync)
    monkeypatch.setattr(spending, "write_record", looked)
    path = experiment(serve("copies"), seeds=SEEDS)
    words = ("--set", "model=channel", "--set", "worlds=6") if model == "channel" else (path,)
    assert mazedom("run", *words).status == 0
    assert len(sizes) == 1
    assert sizes[0] > 0


def test_what_the_disk_does_not_keep_is_not_said_to_be_held(mazedom, monkeypatch):
    def broken(file):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(log_module.os, "fdatasync", broken)
        ran = mazedom("run", "--set", "model=channel", "--set", "worlds=2", "--json")
    assert "note: can't write " in ran.err
    assert read_record(Path(ran.document["path"])).held == {}
    again = mazedom("resume", "--json")
    assert (again.status, again.document["finished"]) == (0, ran.document["finished"])


@pytest.mark.parametrize(
    ("change", "calls"),
    [(emptied, CALLS), (without_a_line("step"), 1), (without_a_line("trial"), 0), (replaced, CALLS)],
)
def test_again_asks_for_exactly_what_is_gone(change, calls, held, mazedom):
    server, log = held
    change(log)
    ran = mazedom("resume", "--again", "--json")
    assert (ran.status, ran.document["finished"]) == (0, 6)
    assert server.calls == CALLS + calls
    assert mazedom("resume", "--json").status == 0
    assert server.calls == CALLS + calls
