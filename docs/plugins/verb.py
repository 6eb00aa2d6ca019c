"""A verb in one file: the longest message of a run.

MAZEDOM_PLUGINS=docs/plugins/verb.py mazedom longest runs/sample --lines 3
"""

import argparse

from chains.errors import BadInput
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.terminal.added_verbs import verb
from chains.terminal.options import a_run, positive
from chains.terminal.views.output import print_json, results


def _arguments(parser: argparse.ArgumentParser) -> None:
    a_run(parser)
    parser.add_argument("--lines", type=positive, metavar="N", help="print its first N lines alone")


@verb(arguments=_arguments, example="mazedom longest last --lines 3")
def longest(arguments: argparse.Namespace) -> int:
    """The longest message of a run."""
    with Log(find_run(arguments.run)) as log:
        step = max(log.steps(), key=lambda one: len(one.reply.text), default=None)
    if step is None:
        raise BadInput(f"run {arguments.run} has no message yet")  # one sentence, exit status 2
    text = "\n".join(step.reply.text.splitlines()[: arguments.lines])
    if arguments.json:
        print_json({"trial": step.trial, "seat": step.seat, "words": len(step.reply.text.split()), "text": text})
    else:
        results.print(f"{step.trial} {step.seat}\n{text}")
    return 0
