"""Options of the verbs that hand runs on, take runs in, and keep house. Imports nothing that takes time."""

import argparse

from chains.terminal.options import a_run, as_json, reader


def import_(parser: argparse.ArgumentParser) -> None:
    """Add what `import` takes."""
    parser.add_argument(
        "kind", metavar="KIND", choices=("chains", "otel", "telephone", "broken-telephone", "mesoudi"),
        help="what it is: chains (JSON lines or CSV of trial, hop, seat, message), otel (spans of OpenTelemetry), or a "
        "published archive: telephone, broken-telephone, mesoudi",
    )  # fmt: skip
    parser.add_argument("path", metavar="PATH", help="the file; of an archive the folder or .tar.xz as published")
    parser.add_argument(
        "--world", metavar="FILE.toml", help="for chains and otel: the world file with the facts, or a folder of them"
    )
    parser.add_argument(
        "--agents", metavar="A,B,C",
        help="for otel: the agents of the chain, from the one who knows the facts up (default: all, as they spoke)",
    )  # fmt: skip
    as_json(parser)


def export(parser: argparse.ArgumentParser) -> None:
    """Add what `export` takes."""
    a_run(parser)
    parser.add_argument("--to", metavar="DIR", help="the folder to write to; it is made where there is none")
    parser.add_argument(
        "--format", default="csv", choices=("csv", "parquet", "otel", "inspect"),
        help="csv (default): tables of trials, messages, facts, calls, and a dictionary of their columns; parquet: the "
        "same in Parquet; otel: spans of OpenTelemetry; inspect: .eval files of Inspect",
    )  # fmt: skip
    parser.add_argument(
        "--why", action="store_true",
        help="say of each fact which words decided its fate; every message is read again, which takes long",
    )  # fmt: skip
    parser.add_argument("--endpoint", metavar="URL", help="with --format otel: send the spans there (OTLP over HTTP)")
    reader(parser)
    as_json(parser)


def pack(parser: argparse.ArgumentParser) -> None:
    """Add what `pack` takes."""
    a_run(parser)
    parser.add_argument("--to", metavar="FILE.zip", help="the file (default: named after the run, here)")
    parser.add_argument(
        "--redact", action="store_true", help="leave every text out: it can be verified then, and not replayed"
    )
    parser.add_argument(
        "--verify", action="store_true", help="check a pack, named in place of the run: is it as it was made?"
    )
    as_json(parser)


def report(parser: argparse.ArgumentParser) -> None:
    """Add what `report` takes."""
    parser.add_argument("runs", nargs="*", metavar="RUN", help="runs, as for `show` (default: last)")
    parser.add_argument("--out", default="report.html", metavar="FILE", help="the file (default: report.html)")
    parser.add_argument("--format", choices=("html", "md"), help="which it is (default: by the file's ending)")
    parser.add_argument("--figures", metavar="DIR", help="write the figures there too, as SVG, PNG and PDF")
    reader(parser)
    as_json(parser)


def tag(parser: argparse.ArgumentParser) -> None:
    """Add what `tag` takes."""
    a_run(parser)
    parser.add_argument("tags", nargs="*", metavar="TAG", help="words to find it by")
    parser.add_argument("--remove", action="append", default=[], metavar="TAG", help="take a tag off")
    parser.add_argument("--note", metavar="TEXT", help="a note in place of the one that is there; '' for none")
    as_json(parser)


def delete(parser: argparse.ArgumentParser) -> None:
    """Add what `delete` takes."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="runs: an id, a unique beginning of it, a path")
    parser.add_argument("--yes", action="store_true", help="ask nobody")
    as_json(parser)
