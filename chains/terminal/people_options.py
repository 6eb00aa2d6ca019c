"""The options of verbs about people. Imports nothing that takes time, so that `--help` is quick."""

import argparse

from chains.terminal.options import a_run, as_json, as_tables, person, positive


def answer(parser: argparse.ArgumentParser) -> None:
    """Add the options of `answer`."""
    a_run(parser)
    person(parser)
    parser.add_argument("--list", action="store_true", help="only say who waits for what since when")
    as_json(parser)


def forget(parser: argparse.ArgumentParser) -> None:
    """Add the options of `forget`."""
    parser.add_argument("name", metavar="NAME", help="the person's name, or their pseudonym in the log, as in p2")
    a_run(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    as_json(parser)


def read(parser: argparse.ArgumentParser) -> None:
    """Add the options of `read`."""
    a_run(parser)
    person(parser)
    parser.add_argument(
        "--questions", type=positive, default=5, metavar="N", help="facts asked about in each report (default: 5)"
    )
    parser.add_argument("--report", action="store_true", help="ask nobody; what readers recall, beside the fates")
    as_tables(parser)
