"""`replay --step`: through a trial message by message; in a pipe all of them as plain text."""

import pytest

import chains
import cli
from chains.analysis.results.fate_grid import changes
from chains.analysis.results.trial_story import find_trial, story
from chains.running.log.log import Log
from chains.terminal import step_through
from chains.terminal.views import output
from chains.terminal.views.step import steps_of
from chains.terminal.views.word_difference import word_difference

SETTINGS = {"model": "channel:drop=0.25", "depth": 9, "worlds": 1, "replicates": 2, "facts": 8}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(output.results, "width", 80)
    monkeypatch.setattr(output.results, "height", 24)


class Pressed:
    """Stands for a person at the keys, who quits at the end."""

    def __init__(self, keys):
        self.keys = iter([*keys, "q"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def next(self):
        return next(self.keys)


def screens(keys, capsys, monkeypatch, settings=SETTINGS):
    """Return what is shown at first and after each key."""
    run = chains.run_sync(settings=settings)
    shown = []
    monkeypatch.setattr(step_through, "Keys", lambda: Pressed(keys))
    monkeypatch.setattr(output.results, "clear", lambda: shown.append(capsys.readouterr().out))
    with Log(run.folder) as log:
        step_through._Walk(run.record, log, find_trial(run.record, log, ""), 0.01).go()
    return [*shown[1:], capsys.readouterr().out]


def test_keys_go_forward_and_back_and_to_a_hop(capsys, monkeypatch):
    at = [
        next(line for line in screen.splitlines() if line.startswith("hop "))
        for screen in screens("nnb7bb1n", capsys, monkeypatch)
    ]
    assert [line.split(":")[0] for line in at] == [f"hop {hop}" for hop in (1, 2, 3, 2, 7, 6, 5, 1, 2)]


def test_next_loss_stops_only_where_something_changes(capsys, monkeypatch):
    found = screens("llllllllll", capsys, monkeypatch)
    run = chains.load("last")
    with Log(run.folder) as log:
        told = story(run.record, log, find_trial(run.record, log, ""))
    lost = [turn.hop for turn in steps_of(told) if turn.hop > 1 and changes(told, turn)]
    stops = [int(screen.split("\nhop ")[1].split(":")[0]) for screen in found[1:]]
    assert list(dict.fromkeys(stops))[: len(lost)] == lost


def test_other_trials_are_reached_and_the_ends_are_ends(capsys, monkeypatch):
    found = screens("ttrr", capsys, monkeypatch)
    assert [screen.split()[0] for screen in found] == ["c1.w1.r1", "c1.w1.r2", "c1.w1.r2", "c1.w1.r1", "c1.w1.r1"]


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("c", "no trial in another condition"),
        ("r", "this is the first trial"),
        ("tt", "this is the last trial"),
        ("9l", "nothing more is lost or changed"),
    ],
)
def test_a_key_that_changes_nothing_says_why(keys, says, capsys, monkeypatch):
    *before, last, after = [*screens(f"{keys}n", capsys, monkeypatch)]
    assert says in last
    assert says not in after
    assert not [screen for screen in before if says in screen]


def test_another_condition_stands_beside_at_the_same_seat(capsys, monkeypatch):
    settings = SETTINGS | {"model": ["channel:drop=0.1", "channel:drop=0.6"], "depth": 3, "replicates": 1}
    heard, beside, again = screens("cc", capsys, monkeypatch, settings)
    assert "passed on" in heard
    assert "drop=0.6" in beside
    assert heard == again


def test_every_screen_fits_80_by_24(capsys, monkeypatch):
    for screen in screens("nnnjjjk9", capsys, monkeypatch):
        lines = screen.splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 80


def test_in_a_pipe_every_message_is_told(capsys):
    chains.run_sync(settings=SETTINGS)
    assert cli.main(["replay", "last", "--step"]) == 0
    out = capsys.readouterr().out
    assert [f"hop {hop}:" in out for hop in range(1, 10)] == [True] * 9


def test_differences_are_marked_on_each_side():
    before, after = "- The pump failed on Monday.\n- All is well.", "- The pump runs.\n- All is well."
    assert word_difference(before, after).plain == "- The pump [-failed on Monday.-] {+runs.+}\n- All is well."
    assert word_difference(before, after, "first").plain == "- The pump [-failed on Monday.-]\n- All is well."
    assert word_difference(before, after, "second").plain == "- The pump {+runs.+}\n- All is well."
