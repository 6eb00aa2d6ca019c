"""Tags and notes by which runs are found, and runs that are deleted."""

import json

import pytest

import chains
import cli
from chains.running.log.log import Log
from chains.shipped import shipped


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def runs():
    return [chains.run_sync(settings={"model": "channel", "depth": 2, "worlds": worlds}) for worlds in (1, 2)]


def listed(capsys, *words):
    capsys.readouterr()
    assert cli.main(["list", "runs", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["runs"]


def test_a_tagged_run_is_found_by_its_tag_and_by_words_of_its_note(runs, capsys):
    assert cli.main(["tag", runs[0].id, "pilot", "keep", "--note", "Before the new prompt"]) == 0
    (found,) = listed(capsys, "--tag", "pilot")
    assert (found["run"], found["tags"], found["note"]) == (runs[0].id, "pilot, keep", "Before the new prompt")
    assert [row["run"] for row in listed(capsys, "--search", "new PROMPT")] == [runs[0].id]
    assert listed(capsys, "--tag", "pil") == []
    assert cli.main(["tag", runs[0].id, "--remove", "pilot", "--note", ""]) == 0
    assert listed(capsys, "--tag", "pilot") == []
    assert cli.main(["tag", runs[0].id, "--remove", "keep"]) == 0
    assert all("tags" not in row for row in listed(capsys))


def test_a_tag_changes_nothing_of_the_run(runs, capsys):
    cli.main(["tag", runs[0].id, "pilot"])
    assert cli.main(["replay", runs[0].id, "--verify"]) == 0
    assert "everything is as logged" in capsys.readouterr().out


@pytest.mark.parametrize("tag", ["two words", "a,b", "", "x" * 41, "\x1b"])
def test_what_is_no_tag_is_refused(tag, runs, capsys):
    assert cli.main(["tag", "last", tag]) == 2
    assert "is no tag" in capsys.readouterr().err
    assert cli.main(["tag", "last", "--remove", "nothing"]) == 2


def test_a_run_is_deleted_only_when_that_is_said(runs, capsys):
    assert cli.main(["delete", runs[0].id]) == 2
    assert "needs --yes" in capsys.readouterr().err
    assert runs[0].folder.is_dir()
    assert cli.main(["delete", runs[0].id, "--yes"]) == 0
    assert [row["run"] for row in listed(capsys)] == [runs[1].id]


def test_a_run_that_is_driven_and_the_sample_are_not_deleted(runs, capsys):
    with Log(runs[0].folder, write=True):
        assert cli.main(["delete", runs[1].id, runs[0].id, "--yes"]) == 1
    assert "another process writes" in capsys.readouterr().err
    assert all(run.folder.is_dir() for run in runs), "none is deleted if one can't be"
    for name in ("sample", "sample_full_loop"):
        assert cli.main(["delete", str(shipped("runs") / name), "--yes"]) == 2
        assert (shipped("runs") / name / "log.jsonl").exists()
