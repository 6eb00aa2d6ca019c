"""`list runs` finds runs: by experiment, day, status, model and condition."""

import pytest

MADE = (
    ("--set", "name=first", "--set", "model=channel:drop=0.1", "--set", "prompt=plain,career"),
    ("--set", "name=second", "--set", "model=channel", "--set", "prompt=plain"),
)


@pytest.fixture
def made(mazedom, serve, experiment):
    """Make three runs; the last of them fails."""
    for words in MADE:
        assert mazedom("run", "--set", "worlds=1", "--set", "depth=1", *words).status == 0
    assert mazedom("run", experiment(serve("not_found"))).status == 1
    return mazedom


def found(mazedom, *words):
    ran = mazedom("list", "runs", "--json", *words)
    assert ran.status == 0, ran.err
    return [row["experiment"] for row in ran.document["runs"]]


def test_runs_are_found_by_what_they_are(made):
    assert found(made) == ["faults", "second", "first"]
    assert found(made, "--experiment", "second") == ["second"]
    assert found(made, "--status", "failed") == ["faults"]
    assert found(made, "--status", "finished") == ["second", "first"]
    assert found(made, "--model", "drop=") == ["first"]
    assert found(made, "--condition", "prompt=career") == ["first"]
    assert found(made, "--model", "channel", "--status", "finished", "--condition", "career") == ["first"]
    assert found(made, "--since", "2020-01-31") == ["faults", "second", "first"]
    assert found(made, "--since", "2999-01-01") == []


def test_nothing_found_and_wrong_questions_are_one_sentence(made):
    assert "no run is like that" in made("list", "runs", "--model", "gpt").err
    for words in (("runs", "--since", "yesterday"), ("prompts", "--model", "x"), ("runs", "--status", "odd")):
        refused = made("list", *words, "--json")
        assert refused.status == 2
        assert refused.err.count("\n") <= 5
