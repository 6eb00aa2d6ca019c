"""How the program was started, so that the commands it suggests can be pasted into the same shell.

Messages everywhere name commands as `mazedom VERB ...`; `views.output` puts in place of `mazedom` what was typed. This
module imports nothing that takes time: `--help` needs it too.
"""

import os
import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

NAME = "mazedom"
"""The program where it is installed, and in all messages of the code."""


@cache
def started() -> str:
    """Return the words that start this program: `mazedom`, `uv run cli.py`, `python cli.py`."""
    script = sys.argv[0] if sys.argv else ""
    if Path(script).name != "cli.py":
        if Path(script).stem != NAME:
            return NAME  # a notebook, a test, another program: the installed name
        if (words := _of_uv(NAME)) is not None:
            return shlex.join(words)
        found = shutil.which(NAME)
        return NAME if found is not None and Path(found).samefile(script) else shlex.quote(_short(script))
    if (words := _of_uv(script)) is not None:
        return shlex.join(words)
    before = sys.orig_argv[: sys.orig_argv.index(script)] if script in sys.orig_argv else ["python"]
    return shlex.join([_as_found(before[0]), *before[1:], script])


def _as_found(interpreter: str) -> str:
    """Return the name by which this shell finds an interpreter, if it does: version managers hand on its whole path."""
    path = Path(interpreter)
    if not path.is_absolute():
        return interpreter
    for name in dict.fromkeys((path.name, "python", "python3")):
        found = shutil.which(name)
        # the same file behind a link of another folder is another environment
        if found is not None and Path(found).samefile(path) and Path(found).parent.samefile(path.parent):
            return name
    return interpreter


def _of_uv(script: str) -> list[str] | None:
    """Return the words up to the script if `uv run` started it, None if it did not.

    What `uv run` starts hands uv's variables on to all that it starts itself, so the parent is asked too.
    """
    uv = os.environ.get("UV")
    if uv is None or "UV_RUN_RECURSION_DEPTH" not in os.environ:
        return None
    typed = _words_of_parent()
    if typed and Path(typed[0]).name not in {"uv", "uv.exe"}:
        return None
    if script not in typed:
        typed = [uv, "run", script]
    if Path(typed[0]).is_absolute():  # nobody typed that: a shell, or pip's uv, found it
        typed[0] = "uv" if shutil.which("uv") is not None else _short(typed[0])
    return typed[: typed.index(script) + 1]


def _words_of_parent() -> list[str]:
    """Return the command line of the process that started this one; none where the system does not tell."""
    try:
        return Path(f"/proc/{os.getppid()}/cmdline").read_text(encoding="utf-8").rstrip("\0").split("\0")
    except (OSError, UnicodeDecodeError):
        return []


def _short(path: str) -> str:
    """Return a path as seen from the folder that one stands in, if it is below it."""
    try:
        below = Path(path).absolute().relative_to(Path.cwd())
    except ValueError:
        return path
    return str(below) if len(below.parts) > 1 else f"./{below}"


_KEPT_WHOLE = re.compile(rf"{NAME} [a-z]+ [^`\n]*|(?:`[^`\n]*`|\S)+")
"""A command to its end, what stands in backticks, or a word."""


def wrapped(text: str, width: int) -> str:
    """Return a text broken between words so that its lines fit; commands, and lines in columns, stay whole."""
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    if len(line) <= width or "  " in line.strip():
        return line
    broken, at = "", 0
    for found in _KEPT_WHOLE.finditer(line):
        long = len(found[0].replace(f"{NAME} ", f"{started()} "))
        if at and at + 1 + long > width:
            broken, at = f"{broken}\n", 0
        broken += f" {found[0]}" if at else found[0]
        at += long + bool(at)
    return broken
