"""Calls the verb that was asked for, and turns what goes wrong into one sentence and an exit status."""

import argparse
import importlib
import os
import sys

from chains.errors import MazedomError
from chains.keeping import kept
from chains.views.output import print_json


def dispatch(arguments: argparse.Namespace) -> int:
    """Run the verb in `arguments`; return the exit status."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us: there is nobody to tell
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  it stays open
    try:
        with kept():
            verb = importlib.import_module(f"chains.verbs.{arguments.verb}_verb")
        status: int = verb.main(arguments)
        sys.stdout.flush()
    except MazedomError as error:
        sys.stderr.write(f"mazedom: {error}\n")
        if arguments.json:
            print_json({"error": str(error), "kind": type(error).__name__})
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("mazedom: interrupted\n")
        if arguments.json:
            print_json({"error": "interrupted", "kind": "Stopped"})
        return 130
    except BrokenPipeError:
        # Whoever read stdout has gone (`| head`): not our failure, and no second complaint when Python closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status
