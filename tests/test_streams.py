"""Nobody takes what is printed: lost results are said to be lost, and lost progress ends nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLI = Path(__file__).parent.parent / "cli.py"
RUN = ("run", "--set", "model=channel:drop=0.1", "--set", "worlds=3", "--set", "depth=2", "--set", "prompt=plain")


def cli(folder, *words, **streams):
    return subprocess.run([sys.executable, CLI, *words], cwd=folder, text=True, check=False, timeout=300, **streams)


def finished(folder):
    (log,) = folder.glob("runs/*/*/log.jsonl")
    return sum(json.loads(line).get("status") == "finished" for line in log.read_text().splitlines())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_results_that_cannot_be_written_are_said_to_be_and_the_run_is_logged(tmp_path):
    with Path("/dev/full").open("w") as full:
        ran = cli(tmp_path, *RUN, stdout=full, stderr=subprocess.PIPE)
    assert ran.returncode == 1
    assert ran.stderr.rstrip().splitlines()[-1].startswith("mazedom: can't write the results: No space left on device")
    assert "Traceback" not in ran.stderr
    assert finished(tmp_path) == 3


def test_progress_that_nobody_takes_ends_no_run(tmp_path):
    """Its reader has gone (`2>&1 | head`), or the disk that it goes to is full."""
    gone, pipe = os.pipe()
    os.close(gone)
    targets = [pipe] + ([os.open("/dev/full", os.O_WRONLY)] if Path("/dev/full").exists() else [])
    for number, target in enumerate(targets):
        folder = tmp_path / str(number)
        folder.mkdir()
        ran = cli(folder, *RUN, "--json", stdout=subprocess.PIPE, stderr=target)
        os.close(target)
        assert ran.returncode == 0
        assert json.loads(ran.stdout)["finished"] == finished(folder) == 3
