"""Runs that are killed or interrupted: they go on where they were, and no reply is paid for twice."""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest
from conftest import steps_of

from cli import main

SERVERS = multiprocessing.get_context("forkserver")
"""A process that has imported the program and forks one for each run: a fresh interpreter would take a second."""
SERVERS.set_forkserver_preload(["chains.terminal.verbs.run", "chains.terminal.verbs.resume", "chains.models.endpoint"])
IN_FLIGHT = 3
STEPS = 24


def _in_a_process(words, folder, environment):
    os.chdir(folder)
    os.environ.update(environment)
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdout, sys.stderr = out, err
        status = main(words)
    os._exit(status)


def started(folder, *words, **environment):
    process = SERVERS.Process(target=_in_a_process, args=([str(word) for word in words], folder, environment))
    process.start()
    return process


HUNG = 600
"""Seconds after which a process that is still alive counts as hung; no machine is so busy."""


def until(condition, what, process=None):
    """Wait for something that will happen; not longer than the process lives that will bring it about."""
    give_up = time.monotonic() + HUNG
    while not condition():
        assert process is None or process.is_alive() or condition(), f"{what} did not happen before the process ended"
        assert time.monotonic() < give_up, f"{what} did not happen"
        time.sleep(0.002)


def _said(folder):
    return (folder / "err").read_text() if (folder / "err").exists() else ""


def made(folder, process):
    """Return the folder of the run that a process makes, once there is one."""
    until(lambda: list(folder.glob("runs/*/*/run.json")), "run.json", process)
    return next(folder.glob("runs/*/*/run.json")).parent


def settled(server):
    """Return the calls of an endpoint once it has read what a process sent before it was killed."""
    before = -1
    while server.calls != before:  # each answer comes after what stood in its queue
        before = server.calls
        for _ in range(3):
            httpx.get(f"{server.url}/models", timeout=HUNG)
            time.sleep(0.02)
    return before


def whole_steps(run):
    """Return the steps in a log whose last line may be cut off."""
    lines = (run / "log.jsonl").read_bytes().splitlines(keepends=True)
    records = [json.loads(line) for line in lines if line.endswith(b"\n")]
    return [record for record in records if record["kind"] == "step"]


def said(run):
    """Return what a run came to, whatever the order in which it happened."""
    return {(step["trial"], step["seat"]): (step["digest"], step["reply_digest"]) for step in steps_of(run)}


def readings(run):
    records = map(json.loads, (run / "log.jsonl").read_bytes().splitlines())
    return {record["trial"]: record["readings"] for record in records if record.get("status") == "finished"}


@pytest.fixture
def endpoint_run(serve, experiment):
    """Return an endpoint whose reply hangs on the request alone, and an experiment of 24 calls to it."""

    def make(*behaviours, latency=0.01, seeds=range(1, 7), fixed="depth = 3", spec=""):
        server = serve(*(behaviours or ("ok",)), latency=latency)
        return server, experiment(
            server,
            seeds=seeds,
            fixed=fixed,
            spec=f"attempts = 1\ntimeout = {2 * HUNG}\nin_flight = {IN_FLIGHT}\n{spec}",
        )

    return make


@pytest.mark.heavy
def test_a_run_killed_at_any_moment_goes_on_and_pays_for_no_reply_twice(tmp_path, endpoint_run, mazedom):
    """Fifty runs, each killed with SIGKILL at a random moment, then resumed to its end."""
    server, path = endpoint_run()
    undisturbed = mazedom("run", path, "--json").document
    expected = said(Path(undisturbed["path"]))
    assert len(expected) == STEPS
    draw = random.Random(7)
    cut_short = 0
    for number in range(50):
        folder = tmp_path / f"killed{number}"
        folder.mkdir()
        before = server.calls
        process = started(folder, "run", path)
        run = made(folder, process)
        moment = draw.uniform(0, STEPS)
        while process.is_alive() and server.calls - before < moment:  # an event, not a time: the machine may be busy
            time.sleep(0.0005)
        time.sleep(draw.uniform(0, 0.01))
        process.kill()
        process.join()
        logged = whole_steps(run)
        cut_short += 0 < len(logged) < STEPS
        at_the_kill = settled(server)

        mazedom("list")  # whatever state it is in, it can be looked at
        resumed = mazedom("resume", run, "--json")
        assert resumed.status == 0, resumed.err
        assert resumed.document["finished"] == resumed.document["trials"] == 6
        assert server.calls - before <= STEPS + IN_FLIGHT
        assert server.calls - at_the_kill == STEPS - len(logged)
        asked_again = [body["messages"] for body in server.requests[at_the_kill:]]
        assert not [step for step in logged if step["request"]["messages"] in asked_again]
        assert said(run) == expected
        assert readings(run) == readings(Path(undisturbed["path"]))
        assert resumed.document["by_hop"] == undisturbed["by_hop"]
        assert mazedom("replay", run, "--verify").status == 0
    assert cut_short >= 38


def test_ctrl_c_finishes_the_calls_in_flight_and_the_run_goes_on(tmp_path, endpoint_run, mazedom):
    server, path = endpoint_run(latency=0.1)
    process = started(tmp_path, "run", path, "--json")
    until(lambda: server.calls >= 5, "the fifth call", process)
    os.kill(process.pid, signal.SIGINT)
    process.join(HUNG)
    assert process.exitcode == 130
    document = json.loads((tmp_path / "out").read_text())
    assert document["stopped"] == "interrupted"
    assert "stopping after the calls in flight" in (tmp_path / "err").read_text()
    (run,) = tmp_path.glob("runs/faults/*")
    assert len(steps_of(run)) == server.calls == document["calls"] < STEPS
    assert mazedom("resume", "--json").document["finished"] == 6
    assert server.calls == len(steps_of(run)) == STEPS


def test_ctrl_c_sends_nothing_that_still_waited_for_its_turn(tmp_path, endpoint_run, mazedom):
    """Nine workers ask at once of an endpoint that takes three at a time: the six in the queue are not sent."""
    server, path = endpoint_run(latency=0.3, seeds=(1,), fixed='hierarchy = "pyramid:1-9"', spec="")
    process = started(tmp_path, "run", path)
    # The first call of a kind goes alone, to learn the endpoint's dialect; then three at a time.
    until(lambda: server.calls >= 4, "the fourth call", process)
    os.kill(process.pid, signal.SIGINT)
    process.join(HUNG)
    assert process.exitcode == 130
    assert server.calls <= 1 + IN_FLIGHT
    (run,) = tmp_path.glob("runs/faults/*")
    assert len(steps_of(run)) == server.calls
    assert mazedom("resume", "--json").status == 0
    assert server.calls == 10


def test_ctrl_c_twice_stops_at_once_and_the_run_still_goes_on(tmp_path, endpoint_run, mazedom):
    """The endpoint hangs on the third call; nobody waits for it a second time."""
    server, path = endpoint_run("ok", "ok", "hang", "ok", seeds=(1, 2), fixed="depth = 1")
    process = started(tmp_path, "run", path, "--json")
    until(lambda: server.calls >= 4, "the fourth call", process)
    (run,) = tmp_path.glob("runs/faults/*")
    until(lambda: len(whole_steps(run)) == 3, "the third reply", process)
    os.kill(process.pid, signal.SIGINT)
    until(lambda: "stopping" in (tmp_path / "err").read_text(), "the notice", process)
    assert process.is_alive()
    os.kill(process.pid, signal.SIGINT)
    process.join(HUNG)  # the call's own time-out is longer
    assert process.exitcode == 130
    assert json.loads((tmp_path / "out").read_text())["stopped"] == "interrupted"
    assert mazedom("resume", "--json").document["finished"] == 2
    assert server.calls == 5
    assert mazedom("replay", "--verify").status == 0


def test_ctrl_c_while_everybody_waits_to_ask_again_stops_at_once(tmp_path, endpoint_run, mazedom):
    """The endpoint asks for half a minute's patience; nobody needs to have it once the run is to stop."""
    _, path = endpoint_run("busy_for_long", seeds=(1, 2), fixed="depth = 1", spec="attempts = 5")
    path.write_text(path.read_text().replace("attempts = 1\n", ""))
    process = started(tmp_path, "run", path, "--json")
    until(lambda: "asking again in" in _said(tmp_path), "the notice of the wait", process)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    process.join(HUNG)
    assert process.exitcode == 130
    assert time.monotonic() - began < 15
    document = json.loads((tmp_path / "out").read_text())
    assert (document["stopped"], document["failed"]) == ("interrupted", 0)


def test_sigterm_does_not_wait_for_a_call_that_hangs(tmp_path, endpoint_run, mazedom):
    """Whoever sends it kills soon after: the run must have stopped by then, whatever the call's own time-out is."""
    server, path = endpoint_run("ok", "ok", "hang", "ok", seeds=(1, 2), fixed="depth = 1")
    process = started(tmp_path, "run", path, "--json")
    until(lambda: server.calls >= 4, "the fourth call", process)
    (run,) = tmp_path.glob("runs/faults/*")
    until(lambda: len(whole_steps(run)) == 3, "the third reply", process)
    os.kill(process.pid, signal.SIGTERM)
    process.join(HUNG)
    assert process.exitcode == 130
    document = json.loads((tmp_path / "out").read_text())
    assert document["stopped"] == "interrupted"
    assert document["calls"] == server.calls == 4  # the call that was given up counts
    assert mazedom("resume", "--json").document["finished"] == 2
    assert server.calls == 5


def test_a_run_of_the_channel_can_be_interrupted_too(tmp_path, mazedom):
    words = ("--set", "model=channel:drop=0.1", "--set", "worlds=400", "--set", "depth=8", "--set", "prompt=plain")
    process = started(tmp_path, "run", "--json", *words)
    run = made(tmp_path, process)
    until(lambda: len(whole_steps(run)) > 20, "some steps", process)
    os.kill(process.pid, signal.SIGINT)
    process.join(HUNG)
    assert process.exitcode == 130
    assert json.loads((tmp_path / "out").read_text())["finished"] < 400
    assert mazedom("replay", "--verify", "--json").document["identical"]
