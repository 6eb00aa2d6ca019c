"""Options that several verbs share. Imports nothing that takes time, so that `--help` is quick."""

import argparse

RUN_HELP = "a run: its id, a unique beginning of it, a path, or `last`, the latest run or imported here (default: last)"


def settings(parser: argparse.ArgumentParser) -> None:
    """Add `--set`."""
    parser.add_argument(
        "--set", action="append", default=[], dest="settings", metavar="KEY=VALUE",
        help="a setting; several with commas are crossed (see `list settings`)",
    )  # fmt: skip


def positive(text: str) -> int:
    """Read a whole number, at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number, at least 1")
    return int(text)


def continuations(text: str) -> int:
    """Read how often something goes on: a whole number from 1 to 1,000."""
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1,000")
    return int(text)


def count(text: str) -> int:
    """Read a whole number, 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def reuse(parser: argparse.ArgumentParser, about: str) -> None:
    """Add `--reuse`."""
    parser.add_argument("--reuse", action="append", default=[], metavar="RUN[,RUN...]", help=about)


def limits(parser: argparse.ArgumentParser) -> None:
    """Add `--max-calls`."""
    parser.add_argument(
        "--max-calls", type=positive, metavar="N", help="stop cleanly after N calls to models in this run"
    )


def limit_settings(parser: argparse.ArgumentParser) -> None:
    """Add `--set`, for limits alone."""
    parser.add_argument(
        "--set", action="append", default=[], dest="settings", metavar="limits.KEY=N",
        help="a limit: limits.calls, .tokens, .cost, .minutes; what was asked before counts",
    )  # fmt: skip


def cluster(parser: argparse.ArgumentParser) -> None:
    """Add `--on` and `--workers`."""
    parser.add_argument(
        "--on", metavar="ray[:ADDRESS]",
        help="drive the trials on a Ray cluster: one on this machine, or the one at ADDRESS (auto: the one that is "
        "there); all its machines share the run's folder",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=positive, metavar="N", help="with --on: how many workers (default: one a processor)"
    )


def events(parser: argparse.ArgumentParser) -> None:
    """Add `--events`."""
    parser.add_argument(
        "--events", metavar="FILE",
        help="write a line of JSON there as each trial ends, with what was spent so far: a file, a pipe, /dev/stderr",
    )  # fmt: skip


def person(parser: argparse.ArgumentParser) -> None:
    """Add `--as`."""
    parser.add_argument(
        "--as", dest="who", metavar="NAME", help="who you are; what is logged has a pseudonym instead (default: me)"
    )


def waits(parser: argparse.ArgumentParser) -> None:
    """Add `--wait`."""
    parser.add_argument(
        "--wait", action="store_true", help="stay, and go on whenever somebody answers elsewhere; Ctrl-C stops"
    )


def a_run(parser: argparse.ArgumentParser) -> None:
    """Add the name of a run."""
    parser.add_argument("run", nargs="?", default="last", help=RUN_HELP)


def reader(parser: argparse.ArgumentParser) -> None:
    """Add `--reader`."""
    parser.add_argument(
        "--reader", metavar="WHO",
        help="whose fates count: rules (default), or judge:MODEL where `judge --all` had that model read the run",
    )  # fmt: skip


def as_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout, everything else on stderr")


def as_tables(parser: argparse.ArgumentParser) -> None:
    """Add `--explain` and `--json`, for a verb that prints tables."""
    parser.add_argument("--explain", action="store_true", help="say below the tables what their columns mean")
    as_json(parser)
