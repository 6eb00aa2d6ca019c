"""What tests of whole programs share: a terminal, and an endpoint to talk to."""

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import threading
from typing import NamedTuple

# Readline, which pytest imports, sets these for the processes that it starts, and so for each worker of `-n`.
os.environ.pop("COLUMNS", None)
os.environ.pop("LINES", None)
# Programs that tests start would compile all that they import, seconds each, if they could not keep it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import pytest
from endpoint import MODEL, serving

from chains.analysis.archives.archive_run import keep, read_archive
from chains.models.kinds import OWN, PROVIDERS, Kind
from chains.terminal.verbs.import_ import READERS
from cli import main

# A shell starts background jobs with Ctrl-C ignored, and programs started by tests would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Ran(NamedTuple):
    """What one call of the program came to."""

    status: int
    out: str
    err: str

    @property
    def document(self):
        """Its one JSON document; fails if stdout holds anything besides."""
        return json.loads(self.out)


@pytest.fixture
def mazedom(tmp_path, monkeypatch, capfd):
    """Call the program in an empty folder, in this process: `mazedom("run", "--json")`."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        capfd.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as left:
            status = left.code
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Ran(status, out, err)

    return call


@contextlib.contextmanager
def in_background(*behaviours, latency=0.0):
    """Serve the test endpoint from a thread, so that programs in this process can ask it."""
    ready, stop = threading.Event(), asyncio.Event()
    holder = {}

    async def serve():
        async with serving(*behaviours, latency=latency) as server:
            holder.update(server=server, loop=asyncio.get_running_loop())
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield holder["server"]
    finally:
        holder["loop"].call_soon_threadsafe(stop.set)
        thread.join(10)


@pytest.fixture
def serve():
    """Start a test endpoint: `serve("server_error", "ok")`; it stops with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *behaviours, latency=0.0: stack.enter_context(in_background(*behaviours, latency=latency))


EXPERIMENT = """\
seeds = {seeds}
[fixed]
model = "echo"
{fixed}
[models.echo]
base_url = "{url}"
model = "{model}"
{spec}
[limits]
{limits}
"""


@pytest.fixture
def experiment(tmp_path):
    """Write an experiment file whose seats are all held by a test endpoint; returns its path."""

    def write(server, *, seeds=(1,), fixed="depth = 2", spec="attempts = 1\ntimeout = 2", limits="", more=""):
        path = tmp_path / "faults.toml"
        text = EXPERIMENT.format(seeds=list(seeds), fixed=fixed, url=server.url, model=MODEL, spec=spec, limits=limits)
        path.write_text(text + more)
        return path

    return write


def steps_of(run):
    """Return the steps in a run's log, as JSON."""
    lines = (run / "log.jsonl").read_bytes().splitlines()
    return [record for record in map(json.loads, lines) if record["kind"] == "step"]


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Import an archive into an empty place: returns the open run."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def call(kind, path):
        return read_archive(keep(kind, path, READERS[kind](path)).folder)

    return call


@contextlib.contextmanager
def channel_passing_for_a_model():
    """Let prompts make the channel's conditions differ, and its runs confirm something.

    For tests of what is done with two conditions or with a registered hypothesis, whoever answers.
    """
    real = dataclasses.replace(OWN["channel"], is_synthetic=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROVIDERS._things, "channel", Kind(real))
        yield


@pytest.fixture
def channel_as_model():
    """Do so for one test."""
    with channel_passing_for_a_model():
        yield
