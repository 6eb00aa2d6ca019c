"""Where the program starts: finds the verb, and nothing else."""

import os
import sys
from collections.abc import Sequence

# pydantic would look through every installed package for plugins of its own: a twentieth of a second at each start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from chains.terminal.arguments import help_text
from chains.terminal.command_line import parse


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return the exit status.

    0: all finished. 1: a trial failed, an error, or a failed check. 2: wrong usage.
    3: trials wait for people. 130: interrupted.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(help_text())
        return 0 if words else 2
    arguments = parse(words)
    # Imported only now: `--help` must not wait for what a verb needs.
    from chains.terminal.dispatch import dispatch  # noqa: PLC0415

    return dispatch(arguments)
