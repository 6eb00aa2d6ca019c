"""A person answers in an editor at a terminal of their own: arrow keys, corrections, previews, drafts, undo.

Heavy, because each key waits for a program that takes a second to start.
"""

import re
import time
from pathlib import Path

import pytest
from conftest import steps_of
from endpoint import BEHAVIOURS, said
from test_person import Terminal

from chains.running.people.worklist import Worklist

pytestmark = pytest.mark.heavy

UP, LEFT, DELETE, DONE, CTRL_C = "\x1b[A", "\x1b[D", "\x7f", "\x04", "\x03"
READY = "\x1b[0m>"
"""The editor is there."""
HOSTILE = "\x1b[2J\x1b[H\x1b]0;owned\x07- Sensor array is fine.\x1b[?25l"
SMALL = ("--set", "model=channel", "--set", "prompt=plain", "--set", "depth=2")


class Screen(Terminal):
    """A terminal that can move its cursor, and the words on it without what moves it."""

    def __init__(self, folder, *words):
        super().__init__(folder, *words, TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1")
        self._rest = ""

    def until(self, text):
        """Read until a text has appeared after the last one that was waited for; return what came up to it."""
        came, self._rest = self._rest, ""
        give_up = time.monotonic() + 30
        while text not in came:
            assert time.monotonic() < give_up, f"{text!r} did not come, but {came[-2000:]!r}"
            came += self._read()
        before, _, self._rest = came.partition(text)
        return before + text

    def press(self, keys, until):
        self.type(keys)
        return self.until(until)


def waiting(mazedom, tmp_path, *words, worlds=1):
    ran = mazedom("run", "--json", *SMALL, "--set", f"worlds={worlds}", *words)
    assert ran.status == 3, ran.err
    folder = Path(ran.document["path"]).absolute()
    return folder, Worklist(folder)


def said_by(folder, seat):
    return [step["reply"]["text"] for step in steps_of(folder) if (step["seat"], step["attempt"]) == (seat, 0)]


def test_a_message_is_written_with_corrections_looked_at_and_sent(mazedom, tmp_path):
    folder, _ = waiting(mazedom, tmp_path, "--human", "L1")
    screen = Screen(tmp_path, "answer", "last", "--as", "anna")
    screen.until("[q] quit")
    screen.press("w", READY)
    screen.type("- All is wel\r- Second line")
    screen.type(UP + LEFT * 20 + "\x05" + "l." + DELETE)
    seen = screen.press(DONE, "[n] not yet")
    assert "- All is well" in seen
    screen.press("y", "[f] finished")
    screen.type("f")
    assert screen.ended() == 0
    assert mazedom("resume", "--json").status == 0
    assert said_by(folder, "L1") == ["- All is well\n- Second line"]


def test_a_draft_survives_ctrl_c_and_a_killed_terminal(mazedom, tmp_path):
    folder, work = waiting(mazedom, tmp_path, "--human", "L1=edit")
    screen = Screen(tmp_path, "answer", "--as", "anna")
    screen.until("[q] quit")
    screen.press("e", READY)
    screen.type("- Mine.\r")
    screen.press(CTRL_C, "draft that you were writing")
    assert screen.ended() == 130
    (item,) = work.inbox("anna")
    assert item.text.endswith("- Mine.\n")

    screen = Screen(tmp_path, "answer", "--as", "anna")
    screen.until("[e] go on with what you have written")
    screen.press("e", READY)
    screen.type("- More.")
    while not work.inbox("anna")[0].text.endswith("- More."):
        time.sleep(0.1)
    screen._process.kill()
    screen.ended()
    work.answer("anna", item.id, work.inbox("anna")[0].text)
    assert mazedom("resume", "--json").status == 0
    (text,) = said_by(folder, "L1")
    assert text.endswith("- Mine.\n- More.")
    assert mazedom("replay", "--verify").status == 0


def test_drafts_are_approved_and_sent_back_and_the_last_answer_undone(mazedom, tmp_path):
    _, work = waiting(mazedom, tmp_path, "--human", "L1=approve", worlds=2)
    screen = Screen(tmp_path, "answer", "--as", "anna")
    screen.until("[q] quit")
    screen.press("a", "[u] undo the last answer")
    screen.press("u", "(1 of 2)")
    screen.until("[q] quit")
    screen.press("b", READY)
    screen.type("The dates are missing.")
    screen.press(DONE, "[n] not yet")
    screen.press("y", "(2 of 2)")
    screen.until("[q] quit")
    screen.press("a", "[f] finished")
    screen.type("f")
    assert screen.ended() == 0
    assert mazedom("resume", "--json").document["finished"] == 1
    (item,) = work.inbox("anna")
    assert "The dates are missing." in item.talk[-1].content


def test_keys_pressed_before_anything_is_asked_are_no_answer(mazedom, tmp_path):
    _, work = waiting(mazedom, tmp_path, "--human", "L1")
    screen = Screen(tmp_path, "answer", "--as", "anna")
    screen.type("wx\x04yq")
    screen.until("[q] quit")
    screen.press("n", "0 answers sent")
    assert screen.ended() == 3
    assert [item.text for item in work.inbox("anna")] == [None]


@pytest.mark.parametrize("way", ["write", "edit"])
def test_a_reply_full_of_escapes_leaves_the_screen_of_its_reader_as_it_is(way, serve, mazedom, tmp_path, monkeypatch):
    monkeypatch.setitem(BEHAVIOURS, "hostile", said(HOSTILE))
    server = serve("hostile")
    model = "L2" if way == "write" else "L1"
    waiting(mazedom, tmp_path, "--human", f"L1={way}", "--set", f"model.{model}={server.url}#evil")
    screen = Screen(tmp_path, "answer", "--as", "anna")
    shown = screen.until("[q] quit")
    assert "Sensor array is fine." in shown
    assert not re.search(r"\x1b\[2J|\x1b\]0;|\x1b\[\?25l|\x07", shown)
    if way == "edit":
        screen.press("e", READY)
        shown = screen.until("owned")
        assert not re.search(r"\x1b\]0;owned|\x07", shown)
    screen.press(CTRL_C if way == "edit" else "q", "s")
    screen.ended()
