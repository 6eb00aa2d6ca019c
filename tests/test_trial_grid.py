"""`show --trial`: facts by hops with what is new marked; one hop with what was asked, said and lost there, and why."""

import itertools
import json
import re

import pytest

import chains
import cli
from chains.analysis.observations import Run
from chains.analysis.results.fate_grid import changes, grid, heard_by
from chains.analysis.results.trial_story import find_trial, story
from chains.running.log.log import Log
from chains.terminal.views import output

SETTINGS = {"model": "channel:drop=0.25,invert=0.1", "depth": 5, "worlds": 1, "facts": 8}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(output.results, "width", 80)


def told(settings=SETTINGS):
    run = chains.run_sync(settings=settings)
    with Log(run.folder) as log:
        return story(Run(run.record, log).record, log, find_trial(run.record, log, ""))


def shown(capsys, *words):
    capsys.readouterr()
    assert cli.main(["show", "last", *words]) == 0
    return capsys.readouterr().out


def test_the_grid_has_the_fates_of_the_table_of_facts_and_marks_each_change_once():
    one = told()
    found = grid(one)
    rows = {(row["statement"], row["hop"]): row["fate"] for row in chains.load("last").facts()}
    assert {(fact, hop): cell.fate for fact, cells in found.facts.items() for hop, cell in cells.items()} == rows
    for cells in found.facts.values():
        fates = ["kept", *(cell.fate for cell in cells.values())]
        assert [cell.new for cell in cells.values()] == [a != b for a, b in itertools.pairwise(fates)]
    assert any(cell.new for cells in found.facts.values() for cell in cells.values())


def test_in_a_tree_each_fact_is_followed_along_the_path_of_its_worker():
    found = grid(told(SETTINGS | {"depth": 2, "span": 2}))
    assert all(list(cells) == [1, 2] for cells in found.facts.values())


def test_what_changed_in_a_message_is_what_the_grid_marks_there():
    one = told()
    found = grid(one)
    for turn in one.turns:
        if turn.seat.name != "L0":
            marked = {fact for fact, cells in found.facts.items() if cells[turn.hop].new}
            assert {change.fact for change in changes(one, turn)} == marked
            assert all(change.why for change in changes(one, turn))


def test_a_seat_hears_its_notes_or_the_report_below_it():
    one = told()
    assert heard_by(one, one.turns[0]) == one.notes["L5"]
    assert heard_by(one, one.turns[1]) == one.turns[0].reply.text


def test_the_letters_say_without_colour_what_is_new(capsys):
    found = grid(told())
    out = shown(capsys, "--trial")
    for fact, cells in found.facts.items():
        row = next(line for line in out.splitlines() if line.startswith(fact))
        letters = re.match(r"F\d+ +\S+ +\*+ +((?:[kbaioKBAIO] +)+)", row)[1].split()
        assert [letter.isupper() for letter in letters] == [cell.new for cell in cells.values()]
        assert [letter.upper() for letter in letters] == [cell.fate[0].upper() for cell in cells.values()]
    assert max(map(len, out.splitlines())) <= 80


def test_one_hop_shows_exactly_what_was_asked_and_what_was_lost_there(capsys):
    one = told()
    turn = next(turn for turn in one.turns if turn.seat.name != "L0" and turn.hop > 1 and changes(one, turn))
    out = shown(capsys, "--hop", str(turn.hop))
    for line in turn.step.request.messages[-1].content.splitlines():
        assert all(word in out for word in line.split())
    document = json.loads(shown(capsys, "--hop", str(turn.hop), "--json"))
    (message,) = document["messages"]
    assert message["asked"]["messages"] == turn.step.request.plain()["messages"]
    assert [change["fact"] for change in message["changed"]] == [change.fact for change in changes(one, turn)]
    assert "lost or changed here" in out
    assert max(map(len, out.splitlines())) <= 80


def test_prompts_stand_with_every_message_that_was_asked_for(capsys):
    one = told()
    asked = sum(turn.step is not None for turn in one.turns)
    assert shown(capsys, "--prompts").count("asked (user):") == asked
    messages = json.loads(shown(capsys, "--prompts", "--json"))["messages"]
    assert sum(message["asked"] is not None for message in messages) == asked


def test_words_put_in_and_left_out_are_marked_at_their_place(capsys):
    def says(messages):
        return "- The pump is fine today." if "boss" in messages[-1]["content"] else "- The pump failed today."

    chains.run_sync(settings={"model": "channel", "model.manager": says, "depth": 2, "worlds": 1, "facts": 6})
    out = " ".join(shown(capsys, "--hop", "2").split())
    assert "{+" in out
    assert "[-" in out


def test_a_hop_that_is_not_there_is_told_with_those_that_are(capsys):
    told()
    assert cli.main(["show", "last", "--hop", "9"]) == 2
    assert "has no hop 9; its messages are at hops 1 to 6" in capsys.readouterr().err


def test_what_a_model_says_moves_no_terminal(capsys):
    def says(messages):
        return "- \x1b[2JThe pump\u202e failed."

    chains.run_sync(settings={"model": says, "depth": 2, "worlds": 1, "facts": 6})
    for words in (["--trial"], ["--hop", "2"], ["--prompts"]):
        out = shown(capsys, *words)
        assert "\x1b[2J" not in out
        assert "\u202e" not in out
