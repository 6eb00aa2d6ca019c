"""What a notebook imports."""

import asyncio
import subprocess
import sys

import pytest
from endpoint import MODEL

import chains
from chains.analysis.tables import COLUMNS
from chains.errors import BadInput, OverLimit

LOSSY = {"model": "channel:drop=0.1", "depth": [2, 4], "worlds": 8}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lossy():
    return chains.run_sync(settings=LOSSY)


def test_every_public_name_is_there():
    for name in chains.__all__:
        assert getattr(chains, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        chains.nothing  # noqa: B018


def test_importing_chains_imports_nothing_heavy():
    code = "import sys, chains\nprint(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=sys.path[0])
    for heavy in ("'pydantic'", "'numpy'", "'langgraph'", "'openai'"):
        assert heavy not in done.stdout


def test_a_run_is_awaited_in_a_running_loop_and_waited_for_without_one():
    async def notebook():
        awaited = await chains.run(settings=LOSSY)
        return awaited, chains.run_sync(settings=LOSSY)  # a script's form works here too

    awaited, waited = asyncio.run(notebook())
    assert awaited.facts()[0]["fate"] == waited.facts()[0]["fate"]
    assert awaited.id != waited.id


def test_tables_have_the_columns_they_say(lossy):
    for name in COLUMNS:
        table = getattr(lossy, name)()
        assert len(table) > 0
        assert all(list(row) == list(table.columns) for row in table)
        assert all(table.columns.values())
    assert {row["factor.depth"] for row in lossy.trials()} == {2, 4}


def test_a_run_is_forked_as_at_the_terminal(lossy):
    fork = asyncio.run(lossy.fork("level.1", {"model": "channel"}))
    assert {row["reused"] for row in fork.calls()} == {lossy.id, None}
    assert fork.record.forked.settings == ("model.level.1=channel",)
    with pytest.raises(BadInput, match="nothing changes"):
        asyncio.run(lossy.fork())


def test_a_run_is_extended_as_at_the_terminal_and_says_that_it_is_exploratory(lossy):
    before = [row["text"] for row in lossy.messages()]
    grown = asyncio.run(lossy.extend({"depth": [2, 4, 6], "worlds": 9}))
    assert (grown.id, len(grown.trials())) == (lossy.id, 27)
    assert set(before) <= {row["text"] for row in grown.messages()}
    assert grown.record.extended
    assert asyncio.run(grown.replay()).identical
    with pytest.raises(BadInput, match="takes nothing away"):
        asyncio.run(grown.extend({"depth": [2]}))
    with pytest.raises(BadInput, match="has all of these 27 trials"):
        asyncio.run(grown.extend({"worlds": 9}))


def test_a_study_is_planned_as_at_the_terminal():
    found = chains.plan(settings=LOSSY, studies=20, assume={"loss": 0.2})
    assert (found["worlds"], found["trials"], found["assumed"]["loss"]) == (8, 16, 0.2)
    planned = chains.plan(settings={**LOSSY, "depth": [1, 2, 4, 8], "worlds": 60}, studies=20)
    assert 0 <= planned["linear"]["power"] <= 1
    with pytest.raises(BadInput, match="losses"):
        chains.plan(settings=LOSSY, assume={"losses": 0.2})


def test_the_facts_of_a_trial_add_up_to_its_retention(lossy):
    for trial in lossy.trials():
        last = [row for row in lossy.facts() if row["trial"] == trial["trial"] and row["hop"] == row["depth"]]
        assert sum(row["fate"] == "kept" for row in last) / len(last) == pytest.approx(trial["retention"])


def test_messages_hold_what_was_said_and_calls_what_it_took(lossy):
    assert len(lossy.messages()) == len(lossy.calls())
    first = lossy.messages()[0]
    assert (first["hop"], first["role"], first["prompt"]) == (1, "worker", "worker/plain")
    assert sum(row["tries"] for row in lossy.calls()) == sum(row["calls"] for row in lossy.trials())


def test_arms_are_compared_as_at_the_terminal(lossy):
    by_settings = chains.compare(lossy, {"depth": 2}, {"depth": 4})
    by_word = chains.compare(lossy, "depth=2", "depth=4")
    assert by_settings.document()["measures"] == by_word.document()["measures"]
    assert by_settings.measures["retention"].paired.difference < 0
    with pytest.raises(BadInput, match="no condition with depth=3"):
        chains.compare(lossy, {"depth": 2}, {"depth": 3})


def test_the_law_is_fitted_to_runs(lossy):
    assert chains.law(lossy).conditions[0].worlds == 8


def test_the_law_of_a_run_has_its_regret_and_what_is_missing_as_at_the_terminal():
    settings = {"depth": [1, 2, 3], "worlds": 8, "replicates": 2, "scenario": "go_ahead", "loop": True}
    run = chains.run_sync(settings={"model": "channel:drop=0.1", **settings})
    assert "regret" in [growth.name for growth in chains.law(run).conditions[0].growths]
    log = run.folder / "log.jsonl"
    lines = [line for line in log.read_text().splitlines() if '"trial":"c3.w1.' not in line]
    log.write_text("\n".join(lines) + "\n")
    assert any("missing" in said for said in chains.law(chains.load(run.id)).sentences)


def test_a_run_is_opened_by_its_name_and_replayed(lossy):
    assert chains.load(lossy.id[:14]).id == lossy.id
    assert asyncio.run(chains.load().replay()).identical


def test_a_run_that_met_a_limit_says_so_and_goes_on(serve):
    limited = {"model": f"{serve('copies').url}#{MODEL}", "depth": 2, "worlds": 2, "limits.calls": 1}
    with pytest.raises(OverLimit, match="limit"):
        chains.run_sync(settings=limited)
    assert {row["status"] for row in chains.load().trials()} == {"missing"}


def test_impossible_settings_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(BadInput, match="dept"):
        chains.run_sync(settings={"dept": 3})
    with pytest.raises(BadInput, match="depth has no value"):
        chains.run_sync(settings={"depth": []})
    assert not (tmp_path / "runs").exists()


def test_a_message_is_read_against_a_world():
    world = chains.world(seed=3)
    fates = chains.read(world.facts[0].render(0), world)
    assert fates[world.facts[0].id].fate == "kept"
    assert {verdict.fate for name, verdict in fates.items() if name != world.facts[0].id} == {"omitted"}


def test_rows_need_no_pandas_and_a_frame_says_what_is_missing(lossy):
    try:
        import pandas as pd  # noqa: F401, PLC0415
    except ImportError:
        with pytest.raises(BadInput, match=r"pip install 'mazedom\[pandas\]'"):
            lossy.facts().frame()
    else:
        frame = lossy.facts().frame()
        assert list(frame.columns) == list(lossy.facts().columns)
        assert len(frame) == len(lossy.facts())
