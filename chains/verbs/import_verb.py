"""`import`: read chains that others logged, and say what became of their texts."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from chains.archives import broken_telephone, mesoudi, telephone
from chains.archives.chain import ChainSet
from chains.archives.summary import FIRST, RECALL, summary
from chains.views.archives import archive_view
from chains.views.output import print_json, say
from chains.views.output import results as stdout

READERS: Mapping[str, Callable[[Path], list[ChainSet]]] = {
    "telephone": telephone.read,
    "broken-telephone": broken_telephone.read,
    "mesoudi": mesoudi.read,
}
"""One for each KIND that `verbs.arguments` offers."""


def main(arguments: argparse.Namespace) -> int:
    """Read, measure and print; return the exit status.

    The JSON document has the first set's numbers at the top, and every set's under `sets`.
    """
    found = [summary(chains) for chains in READERS[arguments.kind](Path(arguments.path))]
    if arguments.json:
        documents = [one.document() for one in found]
        about = {first: which for first, (_, which) in FIRST.items()} | {"recall": RECALL}
        print_json({"run": None} | documents[0] | {"sets": documents, "about": about})
    else:
        for one in found:
            stdout.print(archive_view(one))
    if len(found) > 1 and arguments.json:
        say(f"note: {len(found)} sets of chains; the numbers at the top are those of {found[0].name!r}")
    say("note: measured, not kept: no run was made of these chains, so `show` can't read them")
    return 0
