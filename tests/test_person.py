"""People in seats: the run waits for them, shows them what a model would read, and logs what they write."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from conftest import steps_of

ROOT = Path(__file__).parent.parent
FATES = ("kept", "blurred", "altered", "inverted", "omitted")


class Terminal:
    """The program at a terminal of its own, and a person at its keyboard."""

    def __init__(self, folder, *words, **env):
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), *words],
            cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True, start_new_session=True,
            env=os.environ | {"TERM": "dumb", "COLUMNS": "100"} | env,
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def until(self, text):
        """Read until a text has appeared since the last call; return all that came."""
        came = ""
        give_up = time.monotonic() + 30
        while text not in came:
            assert time.monotonic() < give_up, f"{text!r} did not come, but {came!r}"
            came += self._read()
        return came

    def type(self, text):
        os.write(self._ours, text.encode())

    def interrupt(self):
        self._process.send_signal(signal.SIGINT)

    def ended(self):
        """Read to the end; return the exit status."""
        with contextlib.suppress(OSError):  # Linux answers so when the other side is closed
            while self._read():
                pass
        status = self._process.wait(30)
        os.close(self._ours)
        return status

    def _read(self):
        if not select.select([self._ours], [], [], 30)[0]:
            self._process.kill()
            raise AssertionError(f"nothing came for 30 s after {self.seen[-300:]!r}")
        came = os.read(self._ours, 65536).decode(errors="replace")
        self.seen += came
        return came


def plain(text):
    """Return the words of a text on a terminal, without frames, colours and line ends."""
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[│╭╮╰╯─]", " ", text).split())


def waiting_run(mazedom, *words):
    ran = mazedom("run", "--json", "--set", "model=channel", "--set", "worlds=1", "--set", "prompt=plain", *words)
    assert ran.status == 3, ran.err
    return ran


@pytest.mark.parametrize(
    ("who", "seats"),
    [("manager", {"L1.1", "L1.2"}), ("1", {"L1.1", "L1.2"}), ("L1.2", {"L1.2"}), ("executive", {"L0"})],
)
def test_a_role_a_level_or_a_seat_can_be_given_to_a_person(who, seats, mazedom):
    """Not at a terminal: the trial waits, which is no failure, and the seats beside it have spoken."""
    ran = waiting_run(mazedom, "--human", who, "--set", "hierarchy=pyramid:1-2-4")
    found = ran.document
    assert (found["waiting"], found["finished"], found["failed"], found["by_hop"]) == (1, 0, 0, [])
    spoke = {step["seat"] for step in steps_of(Path(found["path"]))}
    below = {"L2.1", "L2.2", "L2.3", "L2.4"}
    assert spoke == below | ({"L1.1", "L1.2"} - seats)
    lines = map(json.loads, Path(found["path"], "log.jsonl").read_text().splitlines())
    (end,) = [record for record in lines if record["kind"] == "trial"]
    assert set(end["error"].split(", ")) == seats
    assert mazedom("list", "--json").document["runs"][0]["status"] == "waiting"
    assert mazedom("replay", "--verify").status == 0
    again = mazedom("resume", "--json")
    assert (again.status, again.document["waiting"]) == (3, 1)
    assert "1 trial waits for a person" in mazedom("resume").err


def test_a_person_reads_what_a_model_would_and_nothing_of_the_instruments(mazedom, tmp_path):
    """The answer is logged and replayed like any other; neither a resume nor a replay asks again."""
    twin = mazedom("run", "--json", "--set", "model=channel", "--set", "worlds=1", "--set", "prompt=plain").document
    (asked,) = [step["request"] for step in steps_of(Path(twin["path"])) if step["seat"] == "L2"]
    waiting_run(mazedom, "--human", "L2")

    terminal = Terminal(tmp_path, "resume")
    screen = terminal.until("leave it waiting.")
    assert plain(asked["messages"][-1]["content"]) in plain(screen)
    assert not [fate for fate in FATES if fate in plain(screen)]
    terminal.type("All is well.\nEverything is on time: Größe 3 µm.\n.\n")
    assert terminal.ended() == 0

    run = mazedom("show", "--json").document
    assert (run["finished"], run["waiting"]) == (1, 0)
    steps = {step["seat"]: step for step in steps_of(Path(run["path"]))}
    assert steps["L2"]["reply"]["text"] == "All is well.\nEverything is on time: Größe 3 µm."
    assert steps["L2"]["request"]["messages"] == asked["messages"]
    assert (steps["L2"]["reply"]["served_by"], steps["L2"]["tries"]) == ("person", 0)
    assert "Everything is on time" in steps["L1"]["request"]["messages"][-1]["content"]
    assert run["calls"] == 4
    assert mazedom("replay", "--verify", "--json").document["identical"]
    assert mazedom("resume", "--json").document["finished"] == 1
    assert len(steps_of(Path(run["path"]))) == 5


def test_several_people_in_one_trial_are_asked_in_turn_and_what_they_said_is_never_asked_again(mazedom, tmp_path):
    """Two siblings and their superior; the program is interrupted, then killed between their answers."""
    waiting_run(mazedom, "--human", "L1.1", "--human", "L1.2", "--human", "L0", "--set", "hierarchy=pyramid:1-2-4")

    first = Terminal(tmp_path, "resume")
    assert "you hold seat L1.1 (1 of 2)" in plain(first.until("leave it waiting."))
    first.type("First.\n.\n")
    assert "you hold seat L1.2 (2 of 2)" in plain(first.until("leave it waiting."))
    first.interrupt()
    assert first.ended() == 130
    assert "Traceback" not in first.seen

    second = Terminal(tmp_path, "resume")
    assert "you hold seat L1.2 (1 of 1)" in plain(second.until("leave it waiting."))
    second.type("Second.\n.\n")
    screen = plain(second.until("leave it waiting."))
    assert "you hold seat L0" in screen
    assert "First." in screen
    assert "Second." in screen
    second._process.kill()
    second.ended()

    third = Terminal(tmp_path, "resume", "last")
    assert "you hold seat L0 (1 of 1)" in plain(third.until("leave it waiting."))
    third.type("Third.\n\x04")
    assert third.ended() == 0
    found = mazedom("show", "--json").document
    assert found["finished"] == 1
    texts = {step["seat"]: step["reply"]["text"] for step in steps_of(Path(found["path"]))}
    assert (texts["L1.1"], texts["L1.2"], texts["L0"]) == ("First.", "Second.", "Third.")
    assert mazedom("replay", "--verify").status == 0


def test_a_person_who_writes_nothing_leaves_the_trial_waiting(mazedom, tmp_path):
    waiting_run(mazedom, "--human", "executive")
    terminal = Terminal(tmp_path, "resume")
    terminal.until("leave it waiting.")
    terminal.type("\n.\n")
    assert terminal.ended() == 3
    assert mazedom("show", "--json").document["waiting"] == 1


def test_a_person_can_sit_in_a_run_from_its_start(tmp_path, mazedom):
    terminal = Terminal(
        tmp_path, "run", "--human", "worker", "--set", "model=channel", "--set", "worlds=2",
        "--set", "prompt=plain", "--set", "depth=1",
    )  # fmt: skip
    for number in (1, 2):
        screen = plain(terminal.until("leave it waiting."))
        assert f"you hold seat L1 ({number} of 2)" in screen
        assert "c1.w" not in screen, "the trial's name would tell the condition"
        terminal.type(f"Report {number}.\n.\n")
    assert terminal.ended() == 0
    found = mazedom("show", "--json").document
    assert (found["finished"], found["calls"]) == (2, 2)
    assert {row["omitted"] for row in found["by_hop"]} == {1}


def test_trials_without_people_finish_beside_one_that_waits(mazedom):
    ran = waiting_run(mazedom, "--set", "model.manager=channel,person", "--set", "worlds=2")
    assert (ran.document["finished"], ran.document["waiting"]) == (2, 2)
    assert {row["condition"] for row in ran.document["by_hop"]} == {"model.manager=channel"}
