"""Calls the verb and turns every error into one sentence and an exit status."""

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Callable
from typing import TextIO, cast

from chains.errors import MazedomError
from chains.registry import blaming
from chains.running.gc_tuning import kept
from chains.terminal.added_verbs import ADDED
from chains.terminal.arguments import VERBS
from chains.terminal.views.output import Heedless, as_started, print_json, results, say, unheard

_UNWRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of a stream that can't be written. The error of a file names the file and is none of these."""


def dispatch(arguments: argparse.Namespace) -> int:
    """Run the verb in `arguments`; return the exit status."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us: there is nobody to tell
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  it stays open
    told = sys.stderr
    sys.stderr = cast("TextIO", Heedless(told))
    try:
        return _run(arguments)
    finally:
        sys.stderr = told


def _main(verb: str) -> Callable[[argparse.Namespace], int]:
    """Return what a verb does: a module of `verbs/`, or a function of a plugin, whose errors name it."""
    if verb not in VERBS:

        def added(arguments: argparse.Namespace) -> int:
            with blaming("verb", verb):
                return ADDED[verb].main(arguments) or 0

        return added
    with kept():
        main: Callable[[argparse.Namespace], int] = importlib.import_module(
            f"chains.terminal.verbs.{verb.replace('import', 'import_')}"
        ).main
    return main


def _run(arguments: argparse.Namespace) -> int:
    # our matrices are small: threads of the linear algebra wait for each other, which makes `law` four times slower
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    results.words.clear()
    try:
        status = _main(arguments.verb)(arguments)
        if not arguments.json:
            _explain(arguments)
        sys.stdout.flush()
    except MazedomError as error:
        say(f"mazedom: {error}")
        if arguments.json:
            print_json({"error": as_started(str(error)), "kind": type(error).__name__})
        return error.exit_code
    except KeyboardInterrupt:
        say("mazedom: interrupted")
        if arguments.json:
            print_json({"error": "interrupted", "kind": "Stopped"})
        return 130
    except BrokenPipeError:
        # Whoever read stdout has gone (`| head`): not our failure, and no second complaint when Python closes it.
        unheard(sys.stdout)
        return 0
    except OSError as error:
        why = error.strerror or str(error)
        if error.filename is not None:
            why = f"{error.filename}: {why}"
        elif error.errno in _UNWRITTEN:
            why = f"can't write the results: {why}; what was run is logged, and `mazedom show` prints it again"
        say(f"mazedom: {why}")
        unheard(sys.stdout)
        return 1
    return status


def _explain(arguments: argparse.Namespace) -> None:
    """Say what the columns of the tables just printed mean, or at a terminal how to have it said."""
    asked: bool | None = getattr(arguments, "explain", None)
    if asked:
        from chains.terminal.views.explained import explained_view  # noqa: PLC0415  start-up: only --explain needs it

        results.print(explained_view(results.words))
    elif asked is not None and results.words and results.is_terminal:
        say("what the columns mean: --explain")
