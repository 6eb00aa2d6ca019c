"""What is printed fits the terminal: words wrap, figures stay whole, and what is left out is named."""

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from rich.table import Table

from chains.terminal.program import wrapped
from chains.terminal.views.output import Gate
from chains.terminal.views.working import working

ROOT = Path(__file__).parent.parent
FIGURES = ("1.0", "-20.8% to +2.8%", "99,999")


def printed(table, width):
    console = Gate(width=width, file=io.StringIO(), markup=False)
    console.print(table)
    return console.file.getvalue().splitlines()


@pytest.fixture
def table():
    made = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    made.add_column("name", no_wrap=True)
    for heading in ("kept", "95% interval", "calls"):
        made.add_column(heading, justify="right")
    made.add_row("retention", *FIGURES)
    return made


def test_a_table_that_fits_is_printed_whole(table):
    assert printed(table, 40) == ["name      kept    95% interval  calls", "retention  1.0 -20.8% to +2.8% 99,999"]


def test_columns_that_do_not_fit_are_left_out_from_the_last_and_named(table):
    assert printed(table, 34) == [
        "name      kept    95% interval",
        "retention  1.0 -20.8% to +2.8%",
        "left out to fit 34 columns: calls",
    ]
    assert printed(table, 20)[:2] == ["name      kept", "retention  1.0"]
    assert [len(column.header) for column in table.columns] == [4, 4, 12, 5]  # the table itself is as it was


def test_columns_of_words_wrap_and_are_not_left_out():
    made = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    made.add_column("measure", no_wrap=True)
    made.add_column("about")
    made.add_row("retention", "share of the facts that are kept word for word or in other words")
    lines = printed(made, 40)
    assert max(map(len, lines)) <= 40
    assert "left out" not in " ".join(lines)


def test_notices_break_between_words_and_never_within_a_command_or_a_path():
    command = "mazedom show 20261129-232105-c9c2 --trial c1.w1.r1"
    text = f"a note of some length that is broken; then `{command}` shows it"
    lines = wrapped(text, 40).split("\n")
    assert any(f"`{command}`" in line for line in lines)
    assert " ".join(lines) == text
    path = "/a/" + "long/" * 20 + "path"
    assert path in wrapped(f"it is logged in {path}", 40).split("\n")
    assert wrapped("play it back:          " + command, 40) == "play it back:          " + command


def test_what_takes_long_says_so_where_nobody_sees_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("chains.terminal.views.working.PATIENCE", 0.05)
    monkeypatch.setattr("chains.terminal.views.working.EVERY", 0.0)
    with working("counting") as tell:
        time.sleep(0.3)
        tell("3 of 8")
    assert capsys.readouterr().err == "counting ...\ncounting: 3 of 8\n"
    with working("counting"):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("piped", "widest"), [(True, 80), (False, 160)])
def test_a_pipe_at_a_terminal_is_as_wide_as_the_terminal_and_a_file_is_wide(piped, widest, tmp_path):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, str(ROOT / "cli.py"), "list", "settings"]
    with (tmp_path / "out").open("w+b") as file:
        ran = subprocess.run(
            command, stdout=subprocess.PIPE if piped else file, stderr=theirs, env=environment, check=True
        )
        file.seek(0)
        out = ran.stdout if piped else file.read()
    os.close(ours)
    os.close(theirs)
    found = max(map(len, out.decode().splitlines()))
    assert found <= widest
    assert found > widest - 30
