"""A person asks to be forgotten: their name and texts go, digests stay, and what is left is still proved."""

import json
import zipfile
from pathlib import Path

import pytest
from conftest import steps_of

from chains.running.people.worklist import Worklist

SMALL = ("--set", "model=channel", "--set", "prompt=plain", "--set", "depth=2", "--set", "worlds=2")
WRITTEN = "I will not sign this, and neither will Jo."


@pytest.fixture
def run(mazedom):
    """A finished run in which two people sent back, and then wrote, a draft each."""
    folder = Path(mazedom("run", "--json", *SMALL, "--human", "L1=approve").document["path"]).absolute()
    work = Worklist(folder)
    for who, item in zip(("anna", "ben"), work.inbox("anna"), strict=True):
        work.send_back(who, item.id, f"{WRITTEN} ({who})")
    mazedom("resume", "--json")
    for who in ("anna", "ben"):
        work.answer(who, work.inbox(who)[0].id, work.inbox(who)[0].editable)
    assert mazedom("resume", "--json").status == 0
    return folder


def files(folder):
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


def test_the_name_and_every_text_of_a_person_go_and_others_stay(run, mazedom):
    before = mazedom("replay", "--verify", "--json").document
    shown = mazedom("show", "--json").document
    assert files(run).count(f"{WRITTEN} (anna)") > 2
    ran = mazedom("forget", "anna", "last", "--yes", "--json")
    assert (ran.status, ran.document["pseudonym"], ran.document["trials"]) == (0, "p1", 1)
    assert (ran.document["messages"], ran.document["quotes"]) == (2, 2)
    assert f"{WRITTEN} (anna)" not in files(run)
    assert '"anna"' not in files(run)
    assert f"{WRITTEN} (ben)" in files(run)
    after = mazedom("replay", "--verify", "--json").document
    assert (after["identical"], after["forgotten"]) == (True, 1)
    assert after["receipt"]["root"] == before["receipt"]["root"], "what was published still proves the run"
    assert "people asked to be forgotten" in mazedom("replay", "--verify").err
    assert mazedom("show", "--json").document["by_hop"] == shown["by_hop"], "readings stay"
    told = {turn["seat"]: turn for turn in mazedom("show", "--trial", "c1.w1.r1", "--json").document["messages"]}
    assert (told["L1"]["text"], set(told["L1"]["fates"].values())) == ("[forgotten]", {"kept"}), "as was logged"
    assert "degenerate" not in mazedom("show", "--trial", "c1.w1.r1").out
    assert mazedom("resume", "--json").document["finished"] == 2
    assert mazedom("forget", "anna", "last", "--yes").status == 2


def test_a_text_that_is_changed_where_one_was_forgotten_is_found(run, mazedom):
    mazedom("forget", "p1", "last", "--yes")
    log = run / "log.jsonl"
    log.write_text(log.read_text().replace("[forgotten]", "All is well.", 1))
    assert mazedom("replay", "--verify").status == 1


def test_a_trial_that_still_waits_ends_for_it_can_not_go_on(mazedom):
    folder = Path(mazedom("run", "--json", *SMALL, "--human", "L1", "--human", "L0").document["path"]).absolute()
    work = Worklist(folder)
    work.answer("anna", work.inbox("anna")[0].id, WRITTEN)
    mazedom("resume", "--json")
    assert mazedom("forget", "anna", "last", "--yes", "--json").status == 0
    ran = mazedom("resume", "--json")
    assert (ran.document["failed"], ran.document["waiting"]) == (1, 1)
    assert "asked to be forgotten" in json.dumps(ran.document["errors"])
    assert WRITTEN not in files(folder)
    assert {one["trial"] for one in ran.document["waiting_for"]} == {"c1.w2.r1"}


def test_a_pack_holds_neither_names_nor_drafts(run, mazedom, tmp_path):
    assert mazedom("pack", "last", "--to", tmp_path / "p.zip").status == 0
    with zipfile.ZipFile(tmp_path / "p.zip") as packed:
        assert not [name for name in packed.namelist() if "/people/" in name]
        assert not [name for name in packed.namelist() if b'anna"' in packed.read(name)]
    assert len(steps_of(run)) > 4


def test_one_is_asked_before_anything_is_forgotten(run, mazedom):
    assert "needs --yes" in mazedom("forget", "anna", "last").err
    assert "nobody called" in mazedom("forget", "carl", "last", "--yes").err
