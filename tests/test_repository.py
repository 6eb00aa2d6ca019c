"""What is in version control: nothing large, and nothing at the top level that belongs in a folder."""

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
MAY_BE_LARGER = ("runs/sample/", "tests/labelled/")
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
