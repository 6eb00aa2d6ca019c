"""What is in version control: nothing large, and nothing at the top level that belongs in a folder."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml",
    "chains", "cli.py", "docs", "prompts", "runs", "tests",
}  # fmt: skip
LARGEST = 250_000
"""Bytes of a file."""
MAY_BE_LARGER = ("runs/sample", "tests/labelled/")
"""A logged run, and texts with people's labels."""


@pytest.fixture(scope="module")
def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this folder is no git checkout")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def test_no_tracked_file_is_large_but_a_sample_or_labelled_texts(tracked):
    large = {name: size for name in tracked if (size := (ROOT / name).stat().st_size) > LARGEST}
    assert {name: size for name, size in large.items() if not name.startswith(MAY_BE_LARGER)} == {}


def test_the_top_level_holds_only_what_belongs_there(tracked):
    assert {name.partition("/")[0] for name in tracked} - TOP == set()


def is_there(path, tracked):
    """Return whether a path, from any folder on, is tracked; a folder ends with a slash."""
    return any(f"/{name}".endswith(f"/{path}") or (path.endswith("/") and f"/{path}" in f"/{name}") for name in tracked)


def test_every_path_that_the_architecture_page_names_is_there(tracked):
    named = re.findall(r"`((?:[a-z_]+/)+|(?:[a-z_]+/)*[a-z_]+\.py)`", (ROOT / "docs" / "architecture.md").read_text())
    assert len(named) > 20
    assert [path for path in named if not is_there(path, tracked)] == []


def test_every_python_file_that_a_docstring_or_comment_names_is_there(tracked):
    for file in (name for name in tracked if name.startswith("chains/") and name.endswith(".py")):
        named = re.findall(r"`([\w/]+\.py)`", (ROOT / file).read_text())
        assert [path for path in named if not is_there(path, tracked)] == [], file
