"""The committed sample run replays and shows straight after cloning, with no model and no network."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from chains.running.log.log import Log
from chains.running.record_file import read_record

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "runs" / "sample"
NO_NETWORK = """
import socket, sys
def forbidden(*_):
    raise AssertionError("a replay opens no socket")
socket.socket.connect = forbidden
socket.socket.bind = forbidden
sys.path.insert(0, ".")
import cli
sys.exit(cli.main(sys.argv[1:]))
"""


def program(*words):
    return subprocess.run(
        [sys.executable, "-c", NO_NETWORK, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_sample_run_replays_exactly_as_it_was_logged():
    """It is remade whenever requests or the instrument change."""
    done = program("replay", "runs/sample", "--verify", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["identical"] is True
    assert found["model_calls"] == 0
    assert found["fates_not_compared"] == 0
    assert found["steps"] == 30


GALLERY = sorted(path.parent for path in (ROOT / "runs").glob("sample*/run.json"))


@pytest.mark.parametrize("run", GALLERY, ids=lambda run: run.name)
def test_each_run_of_the_gallery_replays_and_stands_in_its_page(run, capsys):
    assert cli.main(["replay", str(run), "--verify", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["identical"] is True
    page = (ROOT / "runs" / "README.md").read_text()
    assert f"[`{run.name}`]({run.name})" in page
    assert f'"runs/{run.name}" = ' in (ROOT / "pyproject.toml").read_text(), "it ships with the program"


def test_the_sample_run_was_made_by_the_embedded_model():
    record = read_record(SAMPLE)
    assert {source.kind for source in record.models.values()} == {"embedded"}
    assert record.served["smollm2"]["fingerprint"]["sha256"]
    with Log(SAMPLE) as log:
        assert {step.request.model for step in log.steps()} == {"smollm2"}


def test_the_sample_run_shows_its_results_and_its_trials():
    assert "kept" in program("show", "runs/sample").stdout
    told = json.loads(program("show", "runs/sample", "--trial", "--json").stdout)
    assert [message["hop"] for message in told["messages"]] == [1, 2, 3, 4, 5]
    assert "3 of 8 worlds" in program("compare", "runs/sample", "--by", "prompt").stdout
