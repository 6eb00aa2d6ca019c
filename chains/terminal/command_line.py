"""Read a command line: the verb, its options, and a sentence where they are wrong."""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from chains import VERSION
from chains.terminal.arguments import VERBS
from chains.terminal.options import as_json as _json
from chains.terminal.program import NAME, started, wrapped


class _Parser(argparse.ArgumentParser):
    """Reports a wrong command line in the form of every other error."""

    as_json = False

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        _leave(message, as_json=self.as_json)


def _leave(message: str, *, as_json: bool) -> NoReturn:
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else len(message) + 80
    sys.stderr.write(wrapped(f"mazedom: {message}", width) + "\n")
    if as_json:
        sys.stdout.write(json.dumps({"error": message, "kind": "BadInput"}, indent=2) + "\n")
    raise SystemExit(2)


def _added(verb: str, *, as_json: bool) -> tuple[str, Callable[[argparse.ArgumentParser], None], str]:
    """Return what a verb of a plugin takes; leaves with status 2 if there is none of that name."""
    from chains.errors import BadInput, nearest  # noqa: PLC0415  start-up: only an unknown verb needs them
    from chains.terminal.added_verbs import ADDED  # noqa: PLC0415

    try:
        if verb not in ADDED:
            _leave(f"no verb {verb!r}{nearest(verb, (*VERBS, *ADDED))}", as_json=as_json)
    except BadInput as error:
        _leave(str(error), as_json=as_json)
    found = ADDED[verb]

    def arguments(parser: argparse.ArgumentParser) -> None:
        found.arguments(parser)
        _json(parser)

    return found.about, arguments, found.example


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read a command line; leaves with status 2 and a sentence if it is wrong."""
    verb = words[0]
    if verb == "--version":
        sys.stdout.write(f"mazedom {VERSION}\n")
        raise SystemExit(0)
    about, arguments, example = VERBS[verb] if verb in VERBS else _added(verb, as_json="--json" in words)
    parser = _Parser(
        prog=f"{started()} {verb}",
        description=about[:1].upper() + about[1:] + ".",
        epilog=f"example: {example.replace(NAME, started(), 1)}" if example else None,
        allow_abbrev=False,
    )
    arguments(parser)
    parser.as_json = "--json" in words
    parsed = parser.parse_intermixed_args(list(words[1:]))
    if parsed.json and getattr(parsed, "explain", False):
        parser.error("--explain is said of tables; leave it out with --json")
    parsed.verb = verb
    return parsed
