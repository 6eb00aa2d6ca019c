"""`delete`: remove runs from the disk, after a question."""

import argparse
import contextlib
import shutil
import sys
from pathlib import Path

from chains.errors import BadInput, LogDamaged, MazedomError
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.shipped import shipped
from chains.terminal.views.output import counted, print_json, progress, say


def main(arguments: argparse.Namespace) -> int:
    """Delete; return the exit status, 1 if the person says no."""
    folders = list(dict.fromkeys(find_run(name) for name in arguments.runs))
    for folder in folders:
        _check(folder)
    size = sum(_size(folder) for folder in folders) / 1e6
    if not arguments.yes and not _agreed(folders, size):
        say("nothing was deleted")
        return 1
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise MazedomError(f"can't delete {folder}: {error.strerror}") from None
        with contextlib.suppress(OSError):
            folder.parent.rmdir()  # the experiment's, if that was its last run
    if arguments.json:
        print_json({"deleted": [folder.name for folder in folders]})
    else:
        say(f"{counted(len(folders), 'run')} deleted, {size:,.1f} MB")
    return 0


def _check(folder: Path) -> None:
    """Refuse what ships with the program, and what another process writes."""
    if folder.resolve().parent == shipped("runs").resolve():
        raise BadInput(f"{folder} ships with the program and is not deleted")
    with contextlib.suppress(LogDamaged), Log(folder, write=True, again=True):
        pass


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _agreed(folders: list[Path], size: float) -> bool:
    """Ask at the terminal; elsewhere `--yes` is needed."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise BadInput("deleting needs --yes where nobody can be asked")
    names = ", ".join(str(folder) for folder in folders[:5]) + (", ..." if len(folders) > 5 else "")
    progress.print(f"delete {names} ({size:,.1f} MB) for good? y/n ", end="", markup=False)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
