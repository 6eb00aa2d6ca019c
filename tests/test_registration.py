"""Preregistration: a run is confirmatory only if it is what was registered, whole, and to its end."""

import json
from pathlib import Path

import pytest

from chains.experiments.experiment import DEFAULT
from chains.experiments.overrides import override
from chains.running.prepare import prepare
from chains.running.registration import changed, registration

pytestmark = pytest.mark.usefixtures("channel_as_model")

HYPOTHESIS = "hypotheses.h1=retention(prompt=career) < retention(prompt=honest)"
LOSSY = ("--set", "model=channel:drop=0.1,flip=0.05", "--set", "worlds=2", "--set", "depth=2")


def staged(*settings):
    return prepare(override(DEFAULT, ["model=channel:drop=0.1", HYPOTHESIS, *settings]), "run")


def test_a_run_without_hypotheses_registers_nothing():
    assert prepare(override(DEFAULT, ["model=channel"]), "run").registered is None


def test_the_digest_is_the_same_whenever_the_same_is_staged():
    assert staged().registered == staged().registered


def test_limits_are_no_part_of_it():
    assert staged("limits.calls=500").registered == staged().registered


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ("worlds=4", "seeds"),
        ("replicates=2", "replicates"),
        ("facts=7", "worlds"),
        ("prompt=honest,career,plain", "arms"),
        ("depth=3", "arms"),
        ("model=channel:drop=0.2", "models"),
        ("hypotheses.h1=retention(prompt=career) > retention(prompt=honest)", "hypotheses"),
    ],
)
def test_everything_that_could_be_bent_changes_it(settings, part):
    before, after = staged(), staged(settings)
    assert before.registered.digest != after.registered.digest
    assert part in changed(after, before.registered)


def test_another_text_of_a_prompt_changes_it():
    before = staged()
    prompts = dict(before.prompts)
    name = "manager/career"
    prompts[name] = prompts[name].model_copy(update={"body": prompts[name].body + " Be brief."})
    assert changed(before.model_copy(update={"prompts": prompts}), before.registered) == ["prompts"]


def test_a_digest_that_was_swapped_is_seen():
    record = staged()
    assert changed(record, record.registered.model_copy(update={"digest": "0" * 64})) == ["registration"]
    assert registration(record) == record.registered


def standing(mazedom):
    return mazedom("show", "--json").document["standing"]


def test_a_whole_run_of_what_was_registered_is_confirmatory(mazedom):
    ran = mazedom("run", "--json", *LOSSY, "--set", HYPOTHESIS)
    assert ran.document["standing"]["standing"] == "confirmatory"
    published = mazedom("run", "--dry-run", "--json", *LOSSY, "--set", HYPOTHESIS).document["registration"]
    assert standing(mazedom)["registration"] == published
    assert "confirmatory: registered before the first trial" in mazedom("show").out


def test_a_run_without_hypotheses_is_exploratory(mazedom):
    mazedom("run", *LOSSY)
    assert standing(mazedom)["why"] == "no hypothesis was registered"


def test_an_unfinished_run_is_exploratory_and_going_on_under_other_limits_mends_that(mazedom):
    stopped = mazedom("run", "--json", *LOSSY, "--set", HYPOTHESIS, "--max-calls", 4)
    assert stopped.status == 1
    assert "not finished" in standing(mazedom)["why"]
    assert mazedom("resume", "--max-calls", 100).status == 0
    assert standing(mazedom)["standing"] == "confirmatory"


def edited(run, change):
    path = Path(run, "run.json")
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def swap_hypothesis(content):
    content["experiment"]["hypotheses"]["h1"] = "retention(prompt=career) > retention(prompt=honest)"


def add_hypothesis_late(content):
    content["registered"] = None


def reword_prompt(content):
    content["prompts"]["manager/career"]["body"] += "\nBe brief."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (swap_hypothesis, "changed since it was registered: hypotheses"),
        (add_hypothesis_late, "not registered when the run was made"),
        (reword_prompt, "changed since it was registered: prompts"),
        (lambda content: content["held"].update(steps=99), "lines were removed"),
        (lambda content: content["registered"].update(digest="0" * 64), "registration"),
    ],
)
def test_a_run_that_was_changed_is_exploratory_and_says_what_changed(change, said, mazedom):
    run = mazedom("run", "--json", *LOSSY, "--set", HYPOTHESIS).document["path"]
    edited(run, change)
    found = standing(mazedom)
    assert found["standing"] == "exploratory"
    assert said in found["why"]


def test_messages_read_by_another_instrument_are_no_test(mazedom):
    run = mazedom("run", "--json", *LOSSY, "--set", HYPOTHESIS).document["path"]
    log = Path(run, "log.jsonl")
    log.write_text(log.read_text().replace('"instrument":"fates-', '"instrument":"faces-'))
    assert "were read by faces-" in standing(mazedom)["why"]
