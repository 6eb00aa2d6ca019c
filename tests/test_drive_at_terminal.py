"""A large run asks the person at the terminal before it asks a model, and tells what it will take."""

import json

import pytest
from conftest import steps_of
from test_kill import until
from test_person import Terminal

LARGE = ("--set", "worlds=300", "--set", "depth=3", "--set", "prompt=plain")


@pytest.fixture
def asked(tmp_path, serve):
    """Begin a run of 1,200 calls to an endpoint, at a terminal, and wait for the question."""
    server = serve("ok", latency=0.02)
    terminal = Terminal(tmp_path, "run", "--set", f"model={server.url}#echo", *LARGE)
    return server, terminal, terminal.until("run it? [y/N] ")


def test_a_large_run_shows_its_size_and_does_nothing_without_a_yes(asked, tmp_path):
    server, terminal, shown = asked
    words = " ".join(shown.split())
    assert "at most 1,200" in words
    assert "unknown: no prices for" in words
    terminal.type("n\n")
    assert "nothing was run" in terminal.until("nothing was run")
    assert terminal.ended() == 130
    assert server.calls == 0
    assert not (tmp_path / "runs").exists()


def test_a_large_run_begins_with_a_yes_and_can_be_interrupted(asked, tmp_path):
    server, terminal, _ = asked
    terminal.type("y\n")
    until(lambda: server.calls > 50, "the fiftieth call")
    terminal.interrupt()
    terminal.until("stopping after the calls in flight")
    assert terminal.ended() == 130
    (run,) = tmp_path.glob("runs/watermelon/*")
    assert len(steps_of(run)) == server.calls < 1200
    assert json.loads((run / "run.json").read_text())["held"]["steps"] == server.calls
