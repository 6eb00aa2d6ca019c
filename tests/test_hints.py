"""Commands that the program suggests run when they are pasted into the shell that it was started from."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from chains.terminal import program
from chains.terminal.arguments import GROUPS, VERBS, help_text
from chains.terminal.views.output import Gate, as_started, say

ROOT = Path(__file__).parent.parent
ENTRY_POINT = Path(sys.executable).parent / "mazedom"
ELSEWHERE = os.pathsep.join(
    folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(ENTRY_POINT.parent)
)
"""The path of a shell that does not find this environment: `uv run` puts it there, and hints would be shorter."""
RUN = "run --set model=channel:drop=0.2 --set worlds=1 --set depth=1,2"


def in_shell(command, folder, **environment):
    """Run a command as a shell inside this process does: what started the tests may have left uv's variables."""
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": ELSEWHERE} | environment,
    )


@pytest.mark.parametrize(
    ("program_typed", "path"),
    [
        (f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'cli.py'))}", None),
        pytest.param(shlex.quote(str(ENTRY_POINT)), None, marks=pytest.mark.heavy),
        ("mazedom", ENTRY_POINT.parent),
    ],
    ids=["python cli.py", "by its path", "installed"],
)
def test_hints_of_a_run_can_be_pasted_into_the_same_shell(program_typed, path, tmp_path):
    environment = {} if path is None else {"PATH": os.pathsep.join([str(path), ELSEWHERE])}
    ran = in_shell(f"{program_typed} {RUN}", tmp_path, **environment)
    assert ran.returncode == 0, ran.stderr
    hints = re.findall(rf"{re.escape(program_typed)} (?:show|compare|replay) .*", ran.stderr)
    assert len(hints) == 3, ran.stderr
    for hint in hints:
        pasted = in_shell(hint, tmp_path, **environment)
        assert pasted.returncode == 0, f"{hint}: {pasted.stderr}"


def test_a_shell_below_uv_run_names_the_program_as_that_shell_typed_it(tmp_path):
    typed = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'cli.py'))}"
    failed = in_shell(f"{typed} show", tmp_path, UV="/usr/bin/uv", UV_RUN_RECURSION_DEPTH="1")
    assert f"`{typed} run` makes one" in failed.stderr


def test_a_notice_names_a_program_called_mazedom_once(monkeypatch, capsys):
    monkeypatch.setattr("chains.terminal.views.output.started", lambda: "uv run mazedom")
    say("then mazedom show last")
    assert capsys.readouterr().err == "then uv run mazedom show last\n"


def test_errors_name_the_program_as_it_was_started(tmp_path):
    failed = in_shell(f"{sys.executable} {ROOT / 'cli.py'} show", tmp_path)
    assert failed.returncode == 2
    assert f"`{sys.executable} {ROOT / 'cli.py'} run` makes one" in failed.stderr


@pytest.mark.parametrize(
    ("typed", "uv", "parent", "said"),
    [
        (["cli.py"], "/usr/bin/uv", ["uv", "run", "cli.py", "show"], "uv run cli.py"),
        (["cli.py"], "/x/.uv/bin/uv", [".uv/bin/uv", "run", "cli.py"], ".uv/bin/uv run cli.py"),
        (["cli.py"], "/usr/bin/uv", ["uv", "run", "--extra", "a b", "cli.py"], "uv run --extra 'a b' cli.py"),
        (["cli.py"], ".uv/bin/uv", [], ".uv/bin/uv run cli.py"),
        (["/x/.venv/bin/mazedom"], "/usr/bin/uv", ["uv", "run", "mazedom", "show"], "uv run mazedom"),
        (["cli.py"], "/usr/bin/uv", ["/bin/sh", "-c", "python cli.py"], "python cli.py"),
        (["/x/bin/pytest"], None, ["sh"], "mazedom"),
        (["/x/notebook.py"], "/usr/bin/uv", ["uv", "run", "notebook.py"], "mazedom"),
    ],
)
def test_the_program_is_named_as_it_was_typed(typed, uv, parent, said, monkeypatch):
    monkeypatch.setattr(sys, "argv", typed)
    monkeypatch.setattr(program, "_words_of_parent", lambda: parent)
    for name, value in (("UV", uv), ("UV_RUN_RECURSION_DEPTH", uv and "1")):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    program.started.cache_clear()
    try:
        assert program.started() == said
    finally:
        program.started.cache_clear()


@pytest.mark.parametrize(
    ("folder", "said"),
    [("bin", "python cli.py"), ("elsewhere", "{path} cli.py")],
    ids=["found by its name", "another is found by its name"],
)
def test_an_interpreter_is_named_as_the_shell_finds_it(folder, said, tmp_path, monkeypatch):
    for place in ("bin", "elsewhere"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "python").symlink_to(sys.executable)
    path = str(tmp_path / "bin" / "python")
    monkeypatch.setenv("PATH", str(tmp_path / folder))
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr(sys, "argv", ["cli.py"])
    monkeypatch.setattr(sys, "orig_argv", [path, "cli.py", "show"])
    program.started.cache_clear()
    try:
        assert program.started() == said.format(path=path)
    finally:
        program.started.cache_clear()


def test_only_commands_are_rewritten(monkeypatch):
    monkeypatch.setattr("chains.terminal.views.output.started", lambda: "uv run cli.py")
    assert as_started("`mazedom show last` or mazedom resume") == "`uv run cli.py show last` or uv run cli.py resume"
    untouched = "mazedom: mazedom reads facts; mazedom runs; amazedom run"
    assert as_started(untouched) == untouched


def test_commands_in_printed_text_keep_its_style(monkeypatch, capsys):
    monkeypatch.setattr("chains.terminal.views.output.started", lambda: "uv run cli.py")
    from rich.text import Text  # noqa: PLC0415

    Gate(width=80, force_terminal=True, color_system="standard").print(Text("then mazedom show last", "red"))
    assert re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out) == "then uv run cli.py show last\n"


def test_help_has_every_verb_once_the_daily_ones_first():
    grouped = [verb for verbs in GROUPS.values() for verb in verbs]
    assert sorted(grouped) == sorted(VERBS)
    assert grouped[:6] == ["run", "show", "compare", "law", "replay", "list"]
    assert all(line in help_text() for line in (f"\n{purpose}:\n" for purpose in GROUPS))
    assert max(map(len, help_text().splitlines())) <= 80
