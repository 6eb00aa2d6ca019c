"""A plugin is one file of the user's: one example of each kind under docs/plugins works like what is built in."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chains.models.kinds import Traits
from chains.models.spec import ModelSpec, Source, resolve

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "plugins"


@pytest.fixture
def program(tmp_path):
    """Return what runs the program in a folder of its own with plugins, and returns its status, stdout and stderr."""
    (tmp_path / "prompts").symlink_to(ROOT / "prompts")

    def run(*words, plugins=()):
        named = os.pathsep.join(str(EXAMPLES / name) for name in plugins)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "MAZEDOM_PLUGINS": named}
        done = subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *words],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return run


LOSSY = ("run", "--set", "model=channel:drop=0.3", "--set", "depth=2", "--set", "prompt=honest", "--json")


def record_of(tmp_path):
    return json.loads(next(tmp_path.glob("runs/*/*/run.json")).read_text())


# Scenario


def test_a_scenario_of_a_plugin_runs_and_its_run_says_what_made_it(program, tmp_path):
    status, _, told = program(*LOSSY, "--set", "scenario=night_shift", plugins=["scenario.py"])
    assert status == 0, told
    record = record_of(tmp_path)
    assert {world["scenario"] for world in record["worlds"].values()} == {"night_shift"}
    assert list(record["plugins"]) == ["scenario.py"]
    assert record["plugins"]["scenario.py"].startswith("sha256:")


def test_a_scenario_of_a_plugin_is_listed(program):
    assert "night_shift" in program("list", "scenarios", plugins=["scenario.py"])[1]
    assert "night_shift" not in program("list", "scenarios")[1]


def test_a_run_of_built_in_things_names_no_plugin(program, tmp_path):
    status, _, told = program(*LOSSY, plugins=["scenario.py"])
    assert status == 0, told
    assert record_of(tmp_path)["plugins"] == {}


def test_a_run_is_not_resumed_with_another_plugin_than_it_was_begun_with(program, tmp_path):
    mine = tmp_path / "scenario.py"
    mine.write_text((EXAMPLES / "scenario.py").read_text())
    words = (*LOSSY, "--set", "scenario=night_shift", "--set", "limits.calls=2")
    assert program(*words, plugins=[mine])[0] == 1
    mine.write_text(mine.read_text() + "# changed\n")
    status, _, told = program("resume", "last", plugins=[mine])
    assert (status, told.count("\n")) == (2, 1)
    assert "the run was made with plugin scenario.py (sha256:" in told
    assert "a run goes on with the plugins that it was begun with" in told
    status, _, told = program("resume", "last")
    assert "and it is not here; name its file in MAZEDOM_PLUGINS" in told


# Measure


def test_a_measure_of_a_plugin_is_shown_and_is_in_the_json(program):
    sample = str(ROOT / "runs" / "sample")
    assert "words_per_fact" in program("show", sample, plugins=["measure.py"])[1]
    rows = json.loads(program("show", sample, "--json", plugins=["measure.py"])[1])["added_measures"]
    assert all(row["measures"]["words_per_fact"] > 1 and 0 <= row["measures"]["worst_kept"] <= 1 for row in rows)
    assert "added_measures" not in json.loads(program("show", sample, "--json")[1])


def test_a_measure_of_a_plugin_is_listed_with_what_its_docstring_says(program):
    document = json.loads(program("list", "measures", "--json", plugins=["measure.py"])[1])
    listed = {row["measure"]: row["about"] for row in document["measures"]}
    assert listed["worst_kept"].startswith("whether the most severe bad fact is kept; the first one,")


def test_a_measure_of_a_plugin_is_compared_and_can_fail_a_comparison(program):
    words = ("compare", str(ROOT / "runs" / "sample"), "--json", "--fail-if", "words_per_fact.a > 0")
    status, out, told = program(*words, plugins=["measure.py"])
    assert status == 1, told
    assert json.loads(out)["comparisons"][0]["measures"]["worst_kept"]["a"] is not None
    status, _, told = program(*words)
    assert (status, "no measure 'words_per_fact'" in told) == (2, True)


def test_a_hypothesis_can_be_about_a_measure_of_a_plugin(program, tmp_path):
    (tmp_path / "mine.toml").write_text(
        '[fixed]\nmodel = "channel:drop=0.3"\n[factors]\ndepth = [1, 4]\n'
        '[hypotheses]\nworse = "worst_kept(depth=4) < worst_kept(depth=1)"\n'
    )
    assert program("run", "mine.toml", "--dry-run", plugins=["measure.py"])[0] == 0
    status, _, told = program("run", "mine.toml", "--dry-run")
    assert (status, "no measure or exponent 'worst_kept'" in told) == (2, True)


def test_the_end_of_a_run_shows_a_measure_of_a_plugin(program):
    status, out, told = program(*LOSSY, "--set", "worlds=2", plugins=["measure.py"])
    assert status == 0, told
    assert json.loads(out)["added_measures"][0]["measures"]["words_per_fact"] > 1


@pytest.fixture
def broken(tmp_path):
    """Return a plugin whose measure fails."""
    file = tmp_path / "broken.py"
    file.write_text(
        "from chains.scoring.measures.measures import measure\n"
        "@measure()\ndef mine(at):\n    '''Divides by nothing.'''\n    return 1 / 0\n"
    )
    return file


def test_a_run_stands_and_a_note_tells_where_a_measure_of_a_plugin_fails(program, broken):
    status, out, told = program(*LOSSY[:-1], "--set", "worlds=2", plugins=[broken])
    assert (status, "2 of 2 trials finished" in out, "note: measure 'mine' failed" in told) == (0, True, True)


def test_a_measure_that_fails_is_named_in_one_sentence(program, broken):
    status, _, told = program("show", str(ROOT / "runs" / "sample"), plugins=[broken])
    assert (status, told.count("\n")) == (1, 1)
    assert f"measure 'mine' failed: ZeroDivisionError: division by zero ({broken}, line 5)" in told


# Provider

ECHO = ("run", "--set", "depth=2", "--set", "prompt=honest", "--json", "--set")


def test_a_provider_of_a_plugin_answers_and_its_run_says_what_made_it(program, tmp_path):
    status, out, told = program(*ECHO, "model=echo", plugins=["provider.py"])
    assert status == 0, told
    assert json.loads(out)["by_hop"][-1]["kept"] == 1  # nothing is lost in an echo
    record = record_of(tmp_path)
    assert record["models"]["echo"]["kind"] == "echo"
    assert list(record["plugins"]) == ["provider.py"]
    status, _, told = program("replay", "last", "--verify")
    assert (status, "it is not here" in told) == (0, True)  # a replay asks no model


def test_what_stands_after_a_provider_s_name_is_its_own(program):
    status, out, told = program(*ECHO, "model=echo:1", plugins=["provider.py"])
    assert status == 0, told
    assert json.loads(out)["by_hop"][-1]["kept"] < 0.5
    status, _, told = program(*ECHO, "model=echo:loud", "--dry-run", plugins=["provider.py"])
    assert (status, told) == (2, "mazedom: model 'echo:loud': write echo, or echo:N for the last N lines\n")


def test_a_provider_of_a_plugin_is_listed_with_the_first_line_of_its_docstring(program):
    rows = json.loads(program("list", "models", "--json", plugins=["provider.py"])[1])["models"]
    assert {
        "model": "echo",
        "about": "Answers with the lines of the last message that begin with a dash, as notes and reports do.",
    } in rows


def test_a_provider_of_a_plugin_is_told_to_whom_it_is_near(program):
    _, _, told = program(*ECHO, "model=ecko", plugins=["provider.py"])
    assert "no model is called 'ecko'; did you mean echo?" in told


def test_a_provider_says_what_it_can(monkeypatch):
    monkeypatch.setenv("MAZEDOM_PLUGINS", str(EXAMPLES / "provider.py"))
    traits = resolve("echo").traits
    assert (traits.takes_schema, traits.in_process, traits.is_paid, traits.is_synthetic) == (False, True, False, False)


def test_a_source_of_a_plugin_that_is_not_here_has_the_usual_traits():
    assert Source("gone", "gone", "gone", ModelSpec()).traits == Traits()


def test_a_provider_that_fails_fails_its_trials_with_one_sentence(program, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text(
        "from chains.models.kinds import provider\n"
        "@provider('mine')\nclass Mine:\n    def __init__(self, source): pass\n"
        "    async def reply(self, request):\n        return request.nothing\n"
    )
    status, _, told = program(*ECHO, "model=mine", plugins=[broken])
    assert status == 1
    assert "provider 'mine' failed: AttributeError: 'Request' object has no attribute 'nothing'" in told
    assert "Traceback" not in told


# Remedy

TASK, RULE = "remedy_that_asks.py", "remedy_by_rule.py"


def remedied(remedy):
    return (*LOSSY, "--set", f"remedy={remedy}", "--set", "worlds=4")


def steps_in(tmp_path):
    lines = next(tmp_path.glob("runs/*/*/log.jsonl")).read_text().splitlines()
    return [step for step in map(json.loads, lines) if step["kind"] == "step"]


def test_a_remedy_of_a_plugin_asks_is_logged_and_replays(program, tmp_path):
    status, _, told = program(*remedied("none,second_look"), plugins=[TASK])
    assert status == 0, told
    looks = [step for step in steps_in(tmp_path) if step["task"] == "second_look"]
    assert {(step["seat"], step["name"], step["pass"]) for step in looks} == {
        ("L2", "L2/second_look", "up"), ("L1", "L1/second_look", "up"),
    }  # fmt: skip
    assert "Look at it once more." in looks[0]["request"]["messages"][-1]["content"]
    above = next(step for step in steps_in(tmp_path) if (step["trial"], step["seat"]) == (looks[0]["trial"], "L1"))
    assert looks[0]["reply"]["text"] in above["request"]["messages"][-1]["content"]
    status, out, told = program("replay", "last", "--verify", plugins=[TASK])
    assert (status, "everything is as logged" in told + out) == (0, True)
    assert list(record_of(tmp_path)["plugins"]) == [TASK]


def test_its_prompt_stands_in_the_run_and_the_run_does_not_go_without_the_plugin(program, tmp_path):
    assert program(*remedied("second_look"), plugins=[TASK])[0] == 0
    assert "You wrote this report:" in record_of(tmp_path)["prompts"]["second_look/plain"]["body"]
    status, _, told = program("replay", "last", "--verify")
    assert status != 0
    assert "there is no remedy 'second_look'" in told
    assert f"the run was made with plugin {TASK}" in told


def test_its_calls_are_estimated(program):
    calls = {
        remedy: json.loads(program(*remedied(remedy), "--dry-run", plugins=[TASK])[1])
        for remedy in ("none", "second_look", "second_look:placebo=true")
    }
    trials = calls["none"]["trials"]
    assert calls["second_look"]["calls"] == calls["none"]["calls"] + 2 * trials
    assert calls["second_look"]["tokens"] > calls["none"]["tokens"] * 1.5
    assert calls["second_look:placebo=true"]["calls"] == calls["second_look"]["calls"]


def test_remedies_of_plugins_and_their_prompts_are_listed(program):
    remedies = program("list", "remedies", plugins=[TASK, RULE])[1]
    assert "every seat looks at its report once more" in remedies
    assert "carbon_copy" in remedies
    assert "second_look/plain" in program("list", "prompts", plugins=[TASK])[1]
    assert "second_look" not in program("list", "prompts")[1]


def test_another_prompt_takes_the_place_of_the_one_beside_the_plugin(program, tmp_path):
    (tmp_path / "short.md").write_text('+++\nabout = "Short."\n+++\nSay it again in {{ words }} words: {{ report }}')
    words = (*remedied("second_look"), "--set", f"prompt.second_look={tmp_path / 'short.md'}")
    assert program(*words, plugins=[TASK])[0] == 0
    assert any("Say it again in 60 words" in step["request"]["messages"][-1]["content"] for step in steps_in(tmp_path))


def test_the_channel_relays_what_a_task_reads_that_does_not_say_how_it_replies(program, tmp_path):
    plain = (EXAMPLES / TASK).read_text().replace("    channel=in_two_looks,", "    #")
    (tmp_path / "mine.py").write_text(plain)
    shutil.copy(EXAMPLES / "second_look.md", tmp_path)
    status, _, told = program(*remedied("second_look"), plugins=[tmp_path / "mine.py"])
    assert status == 0, told
    first, second = (
        next(step["reply"]["text"] for step in steps_in(tmp_path) if step["name"] == name)
        for name in ("L2", "L2/second_look")
    )
    assert first != second, "another draft meets other losses"


def test_a_missing_prompt_and_a_bug_of_a_plugin_are_one_sentence(program, tmp_path):
    shutil.copy(EXAMPLES / TASK, tmp_path)
    status, _, told = program(*remedied("second_look"), plugins=[tmp_path / TASK])
    assert (status, told.count("\n")) == (2, 1)
    assert f"no prompt second_look/plain; write {tmp_path / 'second_look.md'}" in told
    shutil.copy(EXAMPLES / "second_look.md", tmp_path)
    for good, bad, said in (
        ("    holes = {", "    1 / 0\n    holes = {", "task 'second_look' failed: ZeroDivisionError"),
        (
            "        read = draft",
            "        1 / 0\n        read = draft",
            "remedy 'second_look' failed: ZeroDivisionError",
        ),
    ):
        (tmp_path / TASK).write_text((EXAMPLES / TASK).read_text().replace(good, bad))
        status, _, told = program(*remedied("second_look"), plugins=[tmp_path / TASK])
        assert status != 0
        assert said in told
        assert "Traceback" not in told


def test_a_remedy_by_rule_of_a_plugin_helps_and_its_placebo_does_not(program, tmp_path):
    status, _, told = program(*remedied("none,carbon_copy,carbon_copy:placebo=true"), plugins=[RULE])
    assert status == 0, told
    read = [step["request"]["messages"][-1]["content"] for step in steps_in(tmp_path) if step["seat"] == "L0"]
    assert sum("Carbon copy for you from L2:" in text for text in read) == len(read) * 2 // 3
    assert program("replay", "last", "--verify", plugins=[RULE])[0] == 0


# Verb

SAMPLE = str(ROOT / "runs" / "sample")


def test_a_verb_of_a_plugin_takes_its_arguments_and_json(program):
    status, out, told = program("longest", SAMPLE, "--lines", "1", "--json", plugins=["verb.py"])
    assert status == 0, told
    found = json.loads(out)
    assert found["words"] > 50
    assert "\n" not in found["text"]
    assert program("longest", SAMPLE, plugins=["verb.py"])[1].startswith(found["trial"])


def test_a_verb_of_a_plugin_has_a_help_of_its_own(program):
    status, out, _ = program("longest", "--help", plugins=["verb.py"])
    assert status == 0
    assert "The longest message of a run." in out
    assert "longest last --lines 3" in " ".join(out.split())


def test_an_unknown_verb_is_told_the_nearest_one_of_a_plugin(program):
    assert program("longst", plugins=["verb.py"])[2] == "mazedom: no verb 'longst'; did you mean longest?\n"
    assert program("longest")[0] == 2


def test_a_verb_that_fails_or_is_broken_is_named_in_one_sentence(program, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text(
        "from chains.terminal.added_verbs import verb\n"
        "@verb()\ndef mine(arguments):\n    '''Fail.'''\n    return [][0]\n"
    )
    status, _, told = program("mine", plugins=[broken])
    assert status == 1
    assert told == f"mazedom: verb 'mine' failed: IndexError: list index out of range ({broken}, line 5)\n"
    broken.write_text("import nothing_of_this_name\n")
    status, _, told = program("mine", plugins=[broken])
    assert (status, told.count("\n")) == (2, 1)
    assert told.startswith(f"mazedom: plugin {broken} can't be imported: ModuleNotFoundError: No module named 'nothing")


def test_help_and_a_known_verb_look_for_no_plugin(program, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("raise RuntimeError\n")
    assert program("--help", plugins=[broken])[0] == 0
    assert program("show", "--help", plugins=[broken])[0] == 0
    assert program("show", SAMPLE, "--graph", plugins=[broken])[0] == 0
