"""What a first reader of the program found, so that it stays found."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chains.errors import BadInput
from chains.organisation.hierarchy_file import read_hierarchy

pytestmark = pytest.mark.usefixtures("channel_as_model")

ROOT = Path(__file__).parent.parent
LOSSY = ("--set", "model=channel:drop=0.2", "--set", "facts=6", "--set", "depth=2")


def run_of(mazedom, *words):
    return Path(mazedom("run", *LOSSY, *words, "--json").document["path"])


@pytest.mark.parametrize("left", [0, 1, 7])
def test_verify_notices_lines_that_were_removed(mazedom, left):
    """Whole trials cut out of a log leave each remaining line as it was."""
    run = run_of(mazedom, "--set", "worlds=2")
    log = run / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:left]))
    done = mazedom("replay", run, "--verify", "--json")
    assert done.status == 1
    assert done.document["identical"] is False
    assert "lines were removed" in str(done.document["differences"])


def test_verify_notices_that_the_ends_of_trials_were_removed(mazedom):
    run = run_of(mazedom, "--set", "worlds=1")
    log = run / "log.jsonl"
    log.write_bytes(b"".join(line for line in log.read_bytes().splitlines(keepends=True) if b'"kind":"step"' in line))
    done = mazedom("replay", run, "--verify", "--json")
    assert done.status == 1
    assert done.document["unfinished"] == 2
    assert done.document["fates_not_compared"] == 2


def test_twins_can_be_compared_with_their_originals(mazedom):
    """The factor changes the worlds themselves, so worlds pair by seed."""
    run = run_of(mazedom, "--set", "twin=false,true", "--set", "prompt=plain", "--set", "worlds=4")
    found = mazedom("compare", run, "--by", "twin", "--json").document
    assert found["pairs"] == 4
    assert (found["a"], found["b"]) == ("twin=false", "twin=true")


def test_a_met_limit_names_itself_and_what_goes_on(mazedom):
    run = run_of(mazedom, "--max-calls", "3", "--set", "worlds=1")
    again = mazedom("resume", run)
    assert "the limit of 3 model calls is met" in again.err
    assert "resume --set limits.calls=N" in again.err


@pytest.mark.parametrize("name", ["X|Y", "a:b", "__start__", "-", " ", "", "x" * 99])
def test_a_seat_has_a_name_that_a_graph_and_a_person_can_read(tmp_path, name):
    path = tmp_path / "org.toml"
    path.write_text(f"[reports_to]\n{json.dumps(name)} = 'Ana'\n")
    with pytest.raises(BadInput, match="no name"):
        read_hierarchy(path)


def test_a_password_in_an_address_is_not_repeated(mazedom, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[models.x]\nmodel = "m"\nbase_url = "http://user:hunter2@host/v1?key=hunter3"\n')
    done = mazedom("run", path)
    assert done.status == 2
    assert "hunter" not in done.err + done.out


@pytest.mark.parametrize(
    ("words", "status"),
    [(("run", "--human", "manager", *LOSSY, "--set", "worlds=1"), 3), (("list", "prompts"), 0)],
)
def test_closed_streams_are_no_failure(tmp_path, words, status):
    shell = f"exec {sys.executable} {ROOT / 'cli.py'} {' '.join(words)} <&- >&-"
    done = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_a_copied_run_is_spoken_of_by_where_it_lies(mazedom, tmp_path):
    run = run_of(mazedom, "--set", "worlds=1")
    shutil.copytree(run, tmp_path / "copied")
    assert "copied" in mazedom("resume", tmp_path / "copied").err


def test_settings_of_the_whole_experiment_are_listed(mazedom):
    listed = {row["setting"] for row in mazedom("list", "settings", "--json").document["settings"]}
    assert {"worlds", "seeds", "replicates", "depth"} <= listed
