"""Conditions in which everybody is asked the same: left out with a note, or kept as a control and never judged."""

import pytest
from endpoint import MODEL

SMALL = ("--set", "worlds=2", "--set", "depth=2")


@pytest.fixture
def prompts(tmp_path):
    """Two managers' prompts of a user's own."""
    for name in ("a", "b"):
        text = f"+++\n+++\nThis is {name}.\n{{{{ reports }}}}\nWrite to {{{{ superior }}}}. One line for each point.\n"
        (tmp_path / f"{name}.md").write_text(text)
    return "prompt.manager=a.md,b.md"


def conditions(ran):
    return [row["condition"] for row in ran.document["by_hop"] if row["hop"] == 1] if ran.status == 0 else ran.err


def test_prompts_on_the_channel_make_one_condition_and_a_note(mazedom, prompts):
    """The channel reads no prompt, and the default factor does not cross into a user's own."""
    ran = mazedom("run", *SMALL, "--set", "model=channel:drop=0.05", "--set", prompts, "--json")
    assert len(conditions(ran)) == 1
    assert "prompt.manager=b.md makes the same requests as prompt.manager=a.md, so it is left out" in ran.err


def test_prompts_on_an_endpoint_make_two_conditions(mazedom, serve, prompts):
    ran = mazedom("run", *SMALL, "--set", f"model={serve('copies').url}#{MODEL}", "--set", prompts, "--json")
    assert conditions(ran) == ["prompt.manager=a.md", "prompt.manager=b.md"]
    assert "note" not in ran.err


def test_the_default_experiment_keeps_its_factor_where_the_user_varies_nothing(mazedom, serve):
    ran = mazedom("run", *SMALL, "--set", f"model={serve('copies').url}#{MODEL}", "--json")
    assert conditions(ran) == ["prompt=honest", "prompt=career"]


def test_a_users_factor_stands_alone(mazedom, serve):
    ran = mazedom("run", *SMALL, "--set", f"model={serve('copies').url}#{MODEL}", "--set", "words=20,40", "--json")
    assert "prompt" not in str(conditions(ran))


def test_a_factor_that_changes_something_in_one_arm_alone_stays(mazedom, serve):
    """On the endpoint the two prompts differ; a half of a crossed design is not left out."""
    models = f"model=channel,{serve('copies').url}#{MODEL}"
    ran = mazedom("run", *SMALL, "--set", models, "--set", "prompt=honest,career", "--json")
    assert len(conditions(ran)) == 4


def test_values_that_differ_in_what_is_asked_all_stay(mazedom):
    ran = mazedom("run", *SMALL[:2], "--set", "model=channel:drop=0.1", "--set", "depth=2,4", "--json")
    assert conditions(ran) == ["depth=2", "depth=4"]


def test_with_hypotheses_twins_stay_and_get_no_verdict(mazedom, tmp_path):
    """Twin arms are a control that a design may want."""
    (tmp_path / "twins.toml").write_text(
        "worlds = 8\n[fixed]\nmodel = 'channel:drop=0.1'\ndepth = 2\n[factors]\nprompt = ['honest', 'career']\n"
        "[hypotheses]\nsafe = 'retention(prompt=honest) > retention(prompt=career) - 0.05'\n"
    )
    assert len(conditions(mazedom("run", "twins.toml", "--json"))) == 2
    compared = mazedom("compare", "last", "honest", "career", "--json")
    (tested,) = compared.document["hypotheses"]
    assert tested["verdict"] == "not tested"
    assert "asked exactly the same" in tested["why"]


def test_a_synthetic_channel_confirms_nothing(mazedom, tmp_path):
    (tmp_path / "planted.toml").write_text(
        "worlds = 8\n[fixed]\nmodel = 'channel:drop=0.1'\n[factors]\ndepth = [2, 4]\n"
        "[hypotheses]\ndeep = 'retention(depth=2) > retention(depth=4)'\n"
    )
    mazedom("run", "planted.toml")
    compared = mazedom("compare", "last", "depth=2", "depth=4")
    assert "exploratory: a synthetic channel holds every seat" in compared.out
    assert "confirmatory:" not in compared.out
