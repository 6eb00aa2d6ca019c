"""`import`: keep chains that others logged as a run, and say what became of their texts."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from chains.analysis.archives import broken_telephone, mesoudi, telephone
from chains.analysis.archives.archive_run import keep, read_archive
from chains.analysis.archives.chain import Chain
from chains.terminal.verbs.archive_shows import show_sets
from chains.terminal.views.output import say

READERS: Mapping[str, Callable[[Path], Iterator[Chain]]] = {
    "telephone": telephone.read,
    "broken-telephone": broken_telephone.read,
    "mesoudi": mesoudi.read,
}
"""One for each KIND that `verbs.arguments` offers."""


def main(arguments: argparse.Namespace) -> int:
    """Read, keep, measure and print; return the exit status."""
    path = Path(arguments.path)
    kept = keep(arguments.kind, path, READERS[arguments.kind](path))
    with read_archive(kept.folder) as archive:
        show_sets(archive, as_json=arguments.json)
    if not kept.made:
        say(f"note: these very chains are run {kept.folder.name} already; nothing was written")
    say(f"run {kept.folder.name} in {kept.folder.parent}: `mazedom show {kept.folder.name} --trial` tells one chain")
    return 0
