"""A fork takes from its parent all that was said before the change, and asks for the rest alone."""

import json
from pathlib import Path

import pytest
from conftest import steps_of

from chains.running.folders import find_run

CHAIN = "depth = 8\nfacts = 6"


def said(run):
    return {(step["trial"], step["name"]): step["reply"]["text"] for step in steps_of(Path(run))}


def every(run):
    return {(step["trial"], step["round"], step["name"]): step["reply"]["text"] for step in steps_of(Path(run))}


def asked_in(run):
    """Return the turns that the run itself asked for."""
    return {step["name"] for step in steps_of(Path(run)) if "reused" not in step}


@pytest.fixture
def parent(mazedom, serve, experiment):
    """Return a finished run of one chain of eight hops on a deterministic endpoint, and that endpoint."""
    server = serve("copies")
    return mazedom("run", experiment(server, fixed=CHAIN), "--json").document, server


def test_a_fork_in_the_middle_asks_exactly_the_seats_from_there_on(mazedom, parent):
    before, server = parent
    asked = server.calls
    fork = mazedom("fork", before["run"], "--at", "L4", "--set", "prompt=honest", "--json").document
    assert server.calls - asked == 5
    assert asked_in(fork["path"]) == {"L4", "L3", "L2", "L1", "L0"}
    assert (fork["parent"], fork["asked"], fork["reused"]) == (before["run"], 5, 4)
    assert fork["changed"] == {"at": "L4", "settings": ["prompt.L4=honest"], "messages": {}}


def test_a_fork_that_changes_nothing_says_the_same_to_the_letter_and_leaves_its_parent_as_it_was(mazedom, parent):
    before, _ = parent
    kept = {path.name: path.read_bytes() for path in Path(before["path"]).iterdir()}
    fork = mazedom("fork", "last", "--at", "4", "--json").document
    assert said(fork["path"]) == said(before["path"])
    assert fork["by_hop"] == before["by_hop"]
    assert {path.name: path.read_bytes() for path in Path(before["path"]).iterdir()} == kept


def test_a_fork_replays_without_its_parent_and_says_that_it_is_exploratory(mazedom, parent):
    before, _ = parent
    fork = mazedom("fork", "last", "--at", "L4", "--json").document
    Path(before["path"]).rename("gone")
    replayed = mazedom("replay", fork["run"], "--verify", "--json").document
    assert (replayed["steps"], replayed["differences"]) == (9, [])
    assert "a fork of run" in json.dumps(fork["standing"])


def test_continuations_draw_anew_from_the_fork_on_and_the_first_draws_as_the_parent_did(mazedom):
    before = mazedom("run", "--set", "model=channel:drop=0.3", "--set", "depth=6", "--set", "prompt=plain", "--json")
    fork = mazedom("fork", "last", "--at", "L3", "--times", "3", "--json").document
    old, new = said(before.document["path"]), said(fork["path"])
    assert all(new[trial, turn] == text for (trial, turn), text in old.items())
    for world in ("w1", "w2", "w3"):
        for turn in ("L6", "L5", "L4"):
            assert len({new[f"c1.{world}.r{number}", turn] for number in (1, 2, 3)}) == 1
    tops = [{new[f"c1.{world}.r{number}", "L0"] for number in (1, 2, 3)} for world in ("w1", "w2", "w3")]
    assert max(map(len, tops)) > 1
    again = mazedom("fork", fork["run"], "--trial", "c1.w2.r3", "--at", "L2", "--json").document
    assert {turn: text for (_, turn), text in said(again["path"]).items()} == {
        turn: text for (trial, turn), text in new.items() if trial == "c1.w2.r3"
    }


@pytest.mark.parametrize(
    "shape",
    [
        ("span=2", "depth=2"),
        ("scenario=go_ahead", "facts=8", "loop=true", "prompt=plain"),
        ("rounds=2", "promotion=rating", "depth=3"),
        ("selection=2", "depth=3"),
        ("remedy=audit:rate=1", "depth=3"),
        ("side=skip:L3>L0", "depth=3"),
    ],
    ids=lambda shape: shape[0],
)
def test_every_shape_of_organisation_forks_and_replays(mazedom, shape):
    sets = [word for text in ("model=channel:drop=0.2", "worlds=1", *shape) for word in ("--set", text)]
    before = mazedom("run", *sets, "--json")
    assert before.status == 0, before.err
    fork = mazedom("fork", "last", "--at", "level.1", "--json")
    assert fork.status == 0, fork.err
    old, new = every(before.document["path"]), every(fork.document["path"])
    assert old == new
    assert 0 < fork.document["asked"] < len(old)
    assert mazedom("replay", "last", "--verify", "--json").document["differences"] == []


def test_a_remedy_is_added_and_only_what_it_changes_is_asked(mazedom, parent):
    before, _ = parent
    fork = mazedom("fork", before["run"], "--set", "remedy=audit:rate=1", "--json").document
    assert fork["reused"] > 0
    assert any("audit" in turn for turn in asked_in(fork["path"]))


def test_a_message_is_put_in_place_of_a_reply_and_the_seats_above_hear_it(mazedom, parent):
    _, server = parent
    asked = server.calls
    Path("m.txt").write_text("- Nothing happened.\n")
    fork = mazedom("fork", "last", "--trial", "c1.w1.r1", "--at", "L4", "--message", "m.txt", "--json").document
    assert said(fork["path"])["c1.w1.r1", "L0"] == "- Nothing happened."
    assert (server.calls - asked, fork["asked"], fork["reused"]) == (4, 4, 4)
    assert fork["changed"]["messages"] == {"c1.w1.r1": {"L4": "- Nothing happened."}}
    assert "put this in place of what the seat said" in mazedom("show", "last", "--trial").out
    assert mazedom("replay", "last", "--verify", "--json").document["differences"] == []


def test_a_message_and_a_prompt_are_edited_in_the_persons_editor(mazedom, parent, monkeypatch):
    script = Path("edit.sh")
    script.write_text("#!/bin/sh\necho '- One more thing.' >> \"$1\"\n")
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script.resolve()))
    fork = mazedom("fork", "last", "--trial", "c1.w1.r1", "--at", "L4", "--edit", "message", "--json").document
    assert said(fork["path"])["c1.w1.r1", "L0"].endswith("- One more thing.")
    fork = mazedom("fork", parent[0]["run"], "--at", "L4", "--edit", "prompt", "--json").document
    (step,) = [step for step in steps_of(Path(fork["path"])) if step["name"] == "L4"]
    assert step["request"]["messages"][-1]["content"].endswith("- One more thing.")
    monkeypatch.setenv("EDITOR", "true")
    left = mazedom("fork", parent[0]["run"], "--at", "L4", "--edit", "prompt")
    assert (left.status, "is as it was, so nothing changes" in left.err) == (2, True)
    monkeypatch.setenv("EDITOR", "false")
    left = mazedom("fork", parent[0]["run"], "--at", "L4", "--edit", "prompt")
    assert (left.status, "ended with status 1; nothing was run" in left.err) == (2, True)


def test_prompts_are_the_logs_even_if_their_files_have_changed_and_it_says_so(mazedom, serve, experiment):
    own = Path("own.md")
    own.write_text("+++\n+++\nPass this on, a line each:\n{{ reports }}\n")
    server = serve("copies")
    mazedom("run", experiment(server, fixed="depth = 4\n'prompt.manager' = 'own.md'"), "--json")
    own.write_text("+++\n+++\nSay something else of this:\n{{ reports }}\n")
    fork = mazedom("fork", "last", "--at", "L2", "--json")
    assert "prompt manager/own.md is not in its file as it is in the log any more; the log's is used" in " ".join(
        fork.err.split()
    )
    assert all(
        "Say something else" not in json.dumps(step["request"]) for step in steps_of(Path(fork.document["path"]))
    )


def test_a_fork_that_stopped_goes_on_and_takes_the_rest_from_its_parent(mazedom, serve, experiment):
    server = serve("copies")
    mazedom("run", experiment(server, seeds=(1, 2, 3), fixed=CHAIN), "--json")
    asked = server.calls
    stopped = mazedom("fork", "last", "--at", "L4", "--max-calls", "6", "--json").document
    assert stopped["finished"] < 3
    mazedom("resume", "last", "--set", "limits.calls=100", "--json")
    assert server.calls - asked == 15


def test_a_fork_to_an_address_where_nobody_answers_is_one_sentence_and_leaves_no_run(mazedom, parent):
    refused = mazedom("fork", parent[0]["run"], "--at", "L4", "--set", "model=http://localhost:9/v1#m", "--json")
    assert (refused.status, "can't connect to" in refused.document["error"]) == (2, True)
    assert len(list(Path("runs").rglob("run.json"))) == 1


WRONG = [
    (("--at", "L9"), "has no seat, role, level or hop"),
    (("--at", "L2", "--trial", "c9.w1.r1"), "has no trial 'c9.w1.r1'"),
    ((), "nothing changes"),
    (("--at", "L2", "--set", "worlds=2"), "a fork keeps the worlds of its parent"),
    (("--at", "L2", "--set", "prompt=honest,career"), "a fork changes one thing to one value"),
    (("--at", "L2", "--set", "nonsense=1"), "unknown setting 'nonsense'"),
    (("--set", "facts=8"), "would not be the parent's"),
    (("--set", "prompt=plain"), "nothing would change"),
    (("--at", "hop.3", "--set", "prompt=honest"), "give --at a seat, a role or a level"),
    (("--at", "L2", "--message", "m.txt"), "name both"),
    (("--at", "manager", "--trial", "c1.w1.r1", "--message", "m.txt"), "is no turn of"),
    (("--at", "L2", "--trial", "c1.w1.r1", "--message", "none.txt"), "can't read the message"),
]


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_can_not_be_forked_is_refused_in_a_sentence_and_leaves_no_run(mazedom, parent, words, says):
    before = sorted(Path("runs").rglob("run.json"))
    refused = mazedom("fork", parent[0]["run"], *words, "--json")
    assert (refused.status, says in refused.document["error"]) == (2, True), refused.out
    assert sorted(Path("runs").rglob("run.json")) == before


def test_a_damaged_parent_is_one_sentence(mazedom, parent):
    log = Path(parent[0]["path"]) / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"text":"- ', b'"text":"+ '))
    refused = mazedom("fork", parent[0]["run"], "--at", "L4", "--json")
    assert (refused.status, "was changed or damaged after it was logged" in refused.document["error"]) == (1, True)
    assert len(list(Path("runs").rglob("run.json"))) == 1


def test_a_new_run_takes_all_settings_of_another_but_those_that_are_set(mazedom, parent):
    before, _ = parent
    again = mazedom("run", "--from", "last", "--set", "prompt=plain,honest", "--json").document
    record = json.loads((find_run(again["run"]) / "run.json").read_text())
    assert [one["factors"] for one in record["conditions"]] == [{"prompt": "plain"}, {"prompt": "honest"}]
    assert (again["experiment"], again["trials"], again["reused"]) == (before["experiment"], 2, {})
    assert {one["values"]["depth"] for one in record["conditions"]} == {8}
    refused = mazedom("run", "watermelon", "--from", "last")
    assert (refused.status, "leave out watermelon" in refused.err) == (2, True)


def test_a_trial_stands_beside_its_parents_hop_by_hop(mazedom, parent):
    before, _ = parent
    Path("m.txt").write_text("- Nothing happened.\n")
    fork = mazedom("fork", "last", "--trial", "c1.w1.r1", "--at", "L4", "--message", "m.txt", "--json").document
    both = mazedom("compare", before["run"], fork["run"], "--trial", "c1.w1.r1", "--json").document
    there = {one["turn"]: one for one in both["messages"]}
    assert [name for name, one in there.items() if one["same"]] == ["L8", "L7", "L6", "L5"]
    assert there["L4"]["kept"] == {"a": 6, "b": 0}
    assert there["L1"]["fates"]["F01"] == {"a": "kept", "b": "omitted"}
    shown = mazedom("compare", before["run"], fork["run"], "--trial", "c1.w1.r1").out
    assert "They part at L4; the first fact that fares otherwise is in L4." in shown
    assert "{+Nothing" in shown
    same = mazedom("compare", before["run"], before["run"], "--trial", "c1.w1.r1")
    assert same.status == 2
    wrong = mazedom("compare", before["run"], fork["run"], "--trial", "c1.w9.r1")
    assert (wrong.status, "no pair has a trial 'c1.w9.r1'" in wrong.err) == (2, True)
