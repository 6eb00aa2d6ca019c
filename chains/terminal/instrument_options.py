"""The options of the verbs that ask whether the instrument is right. Imports nothing that takes time."""

import argparse

from chains.terminal.options import a_run, as_tables, limit_settings, limits, positive


def calibrate(parser: argparse.ArgumentParser) -> None:
    """Add what `calibrate` takes."""
    parser.add_argument("--worlds", type=int, default=40, metavar="N", help="worlds to check on (default: 40)")
    as_tables(parser)


def judge(parser: argparse.ArgumentParser) -> None:
    """Add what `judge` takes."""
    a_run(parser)
    parser.add_argument(
        "--model", action="append", default=[], dest="models", metavar="MODEL",
        help="who judges; several vote (default: nobody is asked, what is logged is shown)",
    )  # fmt: skip
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument(
        "--sample", type=positive, metavar="N",
        help="judge N (statement, message) pairs, drawn equally over the fates (default: those of `agree`, else 100)",
    )  # fmt: skip
    how_many.add_argument(
        "--all", action="store_true", dest="everything",
        help="judge every pair, each statement in each different message once; then `show`, `compare` and `law` take "
        "--reader judge:MODEL",
    )  # fmt: skip
    how_many.add_argument("--trials", type=positive, metavar="N", help="judge all pairs of the first N trials")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="seed of the sample, and of the statements' order"
    )
    parser.add_argument("--prompt", metavar="NAME", help="a prompt in prompts/judge/, or a path (default: plain)")
    parser.add_argument(
        "--per-call", type=positive, metavar="N", help="statements a call (default: 12; for an embedded model 1)"
    )
    parser.add_argument("--models", dest="defined", metavar="FILE", help="an experiment file that has [models.NAME]")
    parser.add_argument(
        "--allow-same-model", action="store_true",
        help="let a model judge seats that it, or its own lineage, holds; the result says so",
    )  # fmt: skip
    parser.add_argument(
        "--dry-run", action="store_true", help="what it would take: calls, tokens, money, time; ask nobody"
    )
    limit_settings(parser)
    limits(parser)
    as_tables(parser)


def fates(parser: argparse.ArgumentParser) -> None:
    """Add what `fates` takes."""
    parser.add_argument(
        "file", metavar="FILE.jsonl",
        help="a message a line: scenario, seed, facts (or world: a world file), message, and perhaps labels, hop, "
        "prompt, told; docs/formats.md shows them",
    )  # fmt: skip
    as_tables(parser)


def agree(parser: argparse.ArgumentParser) -> None:
    """Add what `agree` takes."""
    a_run(parser)
    parser.add_argument("--as", default="me", dest="rater", metavar="NAME", help="who labels (default: me)")
    parser.add_argument(
        "--sample", type=positive, default=100, metavar="N",
        help="label N (statement, message) pairs, drawn equally over the fates (default: 100)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the sample (default: 1)")
    parser.add_argument(
        "--heard", action="store_true",
        help="label only what the executive hears; these labels correct `compare` and hypotheses",
    )  # fmt: skip
    parser.add_argument("--report", action="store_true", help="ask nobody; show how far everybody agrees")
    parser.add_argument(
        "--disagreements", action="store_true", help="with the report: pairs on which instrument and people differ"
    )
    parser.add_argument(
        "--labels", action="append", default=[], metavar="FILE",
        help="with the report: labels made elsewhere, JSON lines of {id, rater, fate}",
    )  # fmt: skip
    parser.add_argument(
        "--worksheet", metavar="FILE", help="write the sample there to be labelled elsewhere (JSONL), and ask nobody"
    )
    as_tables(parser)
