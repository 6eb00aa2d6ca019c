"""A run that is extended: only what is missing is asked, nothing that was there changes, and it says so ever after."""

import json
from pathlib import Path

import pytest
from conftest import steps_of

CHANNEL = ("--set", "model=channel:drop=0.1", "--set", "hypotheses=none", "--set", "question=Why?")


def keys_of(run):
    return {(step["trial"], step["seat"]) for step in steps_of(run)}


def test_only_what_is_missing_is_asked_and_what_was_there_stays(mazedom, serve, experiment):
    server = serve("copies")
    path = experiment(server, seeds=(1, 2), more="[factors]\ntemperature = [0.2, 0.4]\n")
    run = Path(mazedom("run", path, "--json").document["path"])
    before, had, calls = (run / "log.jsonl").read_bytes(), keys_of(run), server.calls
    assert (calls, len(had)) == (12, 12)

    for words, more in ((("replicates=2",), 12), (("seeds=1,2,9",), 12), (("temperature=0.1,0.2,0.4",), 18)):
        dry = mazedom("run", "--extend", "last", *(w for text in words for w in ("--set", text)), "--dry-run", "--json")
        assert dry.document["calls"] == more
        assert server.calls == calls
        ran = mazedom("run", "--extend", "last", *(w for text in words for w in ("--set", text)), "--json")
        assert ran.status == 0, ran.err
        assert ran.document["finished"] == ran.document["trials"]
        assert server.calls == calls + more == len(steps_of(run))
        calls = server.calls
    assert (run / "log.jsonl").read_bytes().startswith(before)
    record = json.loads((run / "run.json").read_bytes())
    factors = {one["id"]: one["factors"]["temperature"] for one in record["conditions"]}
    assert factors == {"c1": 0.2, "c2": 0.4, "c3": 0.1}
    assert had < keys_of(run)

    verified = mazedom("replay", "last", "--verify", "--json")
    assert (verified.status, verified.document["differences"]) == (0, [])
    assert len(verified.document["receipt"]["extended"]) == 3
    assert "the run was extended on 20" in mazedom("replay", "last", "--verify").err
    assert mazedom("resume", "last").status == 0
    assert server.calls == calls


@pytest.mark.usefixtures("channel_as_model")
def test_what_was_registered_stays_so_and_the_run_is_exploratory_from_then_on(mazedom, tmp_path):
    (tmp_path / "e.toml").write_text(
        "worlds = 2\n[fixed]\nmodel = 'channel:drop=0.1'\n[factors]\ndepth = [1, 2]\n"
        "[hypotheses]\nh = 'retention(depth=1) > retention(depth=2)'\n"
    )
    shown = mazedom("run", "e.toml", "--json").document
    assert shown["standing"]["standing"] == "confirmatory"
    run = next(tmp_path.glob("runs/e/*/run.json"))
    registered = json.loads(run.read_bytes())["registered"]
    assert mazedom("run", "--extend", "last", "--set", "worlds=3").status == 0
    assert json.loads(run.read_bytes())["registered"] == registered
    why = "exploratory: extended by worlds=3 on 20"
    for verb in (("show",), ("compare", "last", "--by", "depth"), ("law",)):
        assert why in mazedom(*verb).out, verb
    assert "finished, extended (exploratory)" in mazedom("list").out
    assert mazedom("list", "--json").document["runs"][0]["extended"] is True
    assert mazedom("show", "--json").document["standing"]["standing"] == "exploratory"


def test_a_run_without_hypotheses_says_that_it_was_extended_too(mazedom):
    assert mazedom("run", *CHANNEL, "--set", "depth=1,2", "--set", "worlds=2").status == 0
    for verb in (("show",), ("compare", "last", "--by", "depth"), ("law",)):
        assert "exploratory" not in mazedom(*verb).out
    assert mazedom("run", "--extend", "last", "--set", "replicates=2").status == 0
    for verb in (("show",), ("compare", "last", "--by", "depth"), ("law",)):
        assert "exploratory: extended by replicates=2 on 20" in mazedom(*verb).out, verb


def test_a_fixed_setting_becomes_a_factor_and_its_condition_keeps_its_number(mazedom):
    run = Path(mazedom("run", *CHANNEL, "--set", "depth=2", "--json").document["path"])
    extended = mazedom("run", "--extend", "last", "--set", "depth=1,2", "--json")
    assert {row["condition"] for row in extended.document["by_hop"]} == {"depth=1", "depth=2"}
    conditions = json.loads((run / "run.json").read_bytes())["conditions"]
    assert {one["id"]: one["factors"]["depth"] for one in conditions} == {"c1": 2, "c2": 1}
    assert mazedom("replay", "--verify").status == 0


def test_an_extension_that_is_stopped_goes_on_with_resume(mazedom, serve, experiment):
    server = serve("copies")
    mazedom("run", experiment(server))
    stopped = mazedom("run", "--extend", "last", "--set", "worlds=4", "--max-calls", "6", "--json")
    assert (stopped.status, server.calls) == (1, 6)
    assert mazedom("resume", "last", "--set", "limits.calls=100").status == 0
    assert server.calls == 12
    assert mazedom("replay", "--verify").status == 0


def test_prompts_are_those_of_the_run_whatever_became_of_their_files(mazedom, tmp_path, serve, experiment):
    mine = tmp_path / "mine.md"
    mine.write_text('+++\nabout = "Mine."\n+++\nFirst wording.\n{{ reports }}\n')
    server = serve("copies")
    mazedom("run", experiment(server, fixed="depth = 2\nprompt.manager = 'mine.md'"))
    mine.write_text(mine.read_text().replace("First", "Second"))
    assert mazedom("run", "--extend", "last", "--set", "worlds=2").status == 0
    texts = [body["messages"][-1]["content"] for body in server.requests]
    assert sum("First wording" in text for text in texts) == 2
    assert not any("Second wording" in text for text in texts)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("replicates=1", "the run has 2 replicates; an extension takes none away"),
        ("worlds=1", "the run has world 2; name it too"),
        ("depth=3", "the run has depth = 1; name it beside what you add, as in --set depth=1,..."),
        ("depth=1,3", "the run has depth = 2"),
        ("facts=4", "the run has facts = 6"),
        ("name=other", "name stays as it was when the run was made"),
        ("hypotheses.h=retention > 0.5", "hypotheses stays as it was"),
        ("limits.calls=9", "has all of these 8 trials; add some, as with --set replicates=3"),
        ("prompt=plain,honest", "makes the same requests as"),
    ],
)
def test_what_takes_away_or_adds_nothing_is_refused(words, says, mazedom):
    ran = mazedom("run", *CHANNEL, "--set", "depth=1,2", "--set", "worlds=2", "--set", "replicates=2", "--set",
                  "prompt=plain", "--set", "facts=6", "--json")  # fmt: skip
    run = Path(ran.document["path"])
    whole = (run / "run.json").read_bytes()
    refused = mazedom("run", "--extend", "last", "--set", words)
    assert refused.status == 2
    assert says in refused.err
    assert (run / "run.json").read_bytes() == whole


def test_the_runs_own_experiment_and_models_can_not_be_replaced(mazedom, serve, experiment):
    path = experiment(serve("copies"))
    mazedom("run", path)
    assert "leave out" in mazedom("run", path, "--extend", "last", "--set", "worlds=2").err
    changed = mazedom("run", "--extend", "last", "--set", "models.echo.params.top_p=0.5", "--set", "worlds=2")
    assert "the run was made with that model as it is" in changed.err
