"""What `import`, `show` and `replay` say of a run that holds others' chains."""

import argparse
import time
from typing import Any

from rich.text import Text

from chains.analysis.archives.archive_run import Archive, ArchiveSet
from chains.analysis.archives.published_attractors import FIRST_TAKEN, released
from chains.analysis.archives.summary import ABOUT, Summary, measured, summary
from chains.errors import BadInput
from chains.terminal.views.archives import archive_view, chain_view
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout

MANY = 20_000
"""Texts of a set from which on a person is told to wait."""


def show(archive: Archive, arguments: argparse.Namespace) -> int:
    """Show an imported run, or one of its chains; return the exit status."""
    if arguments.graph:
        raise BadInput(f"run {archive.record.id} was imported: no hierarchy is known of it; `--trial` shows a chain")
    if archive.log.scan.notice:
        say(f"note: {archive.log.scan.notice}")
    if arguments.trial is not None or arguments.why:
        if arguments.why:
            say("note: the facts of these worlds are not known, so there are no fates to give reasons for")
        return _show_chain(archive, arguments.trial or "", as_json=arguments.json)
    show_sets(archive, as_json=arguments.json)
    return 0


def show_sets(archive: Archive, *, as_json: bool) -> None:
    """Measure and print every set; the JSON document has the first set's numbers at the top, all under `sets`."""
    found = [_measured(archive, of) for of in archive.record.sets]
    if as_json:
        documents = [_document(one) for one in found]
        head = {"run": archive.record.id, "path": str(archive.folder), "archive": archive.record.archive}
        print_json(head | documents[0] | {"sets": documents, "about": ABOUT, "notes": archive.record.notes})
    else:
        for of, one in zip(archive.record.sets, found, strict=True):
            stdout.print(archive_view(one, [f"{of.id}.{name}" for name in of.chains]))
    if len(found) > 1 and as_json:
        say(f"note: {len(found)} sets of chains; the numbers at the top are those of {found[0].name!r}")
    if archive.record.notes:
        most = archive.record.notes[0]
        say(f"note: {len(archive.record.notes)} rows have more right than there was, and count as they are: {most}")


def _measured(archive: Archive, of: ArchiveSet) -> Summary:
    texts = len(of.chains) * (of.generations + 1)
    if texts > MANY:
        say(f"measuring {texts:,} texts of {of.name}, about a thousand a second")
    return summary(of.name, archive.chains(of))


def _document(found: Summary) -> dict[str, Any]:
    theirs = {
        name: {"strength": value, "first": FIRST_TAKEN[name]}
        for name, value in released(found.name).items()
        if name in found.attractors
    }
    return found.document() | {"released": theirs}


def _show_chain(archive: Archive, name: str, *, as_json: bool) -> int:
    of, found = archive.find(name)
    chain = archive.chain(of, found)
    trial = f"{of.id}.{found}"
    if as_json:
        print_json(
            {
                "run": archive.record.id,
                "trial": trial,
                "set": of.name,
                "texts": chain.texts,
                "properties": measured(chain) if chain.texts else {},
                "scores": chain.scores,
                "about": ABOUT,
            }
        )
    else:
        stdout.print(chain_view(trial, chain))
    return 0


def replay(archive: Archive, arguments: argparse.Namespace) -> int:
    """Check that an imported run holds what was imported; return the exit status."""
    record = archive.record
    if not arguments.verify:
        raise BadInput(
            f"run {record.id} holds chains that others logged without their requests, so none can be played again; "
            "`--verify` checks that they are as imported"
        )
    began = time.monotonic()
    differences = list(archive.differences())
    seconds = time.monotonic() - began
    chains = sum(len(of.chains) for of in record.sets)
    if arguments.json:
        print_json(
            {
                "run": record.id,
                "trials": chains,
                "steps": 0,
                "identical": not differences,
                "model_calls": 0,
                "seconds": round(seconds, 3),
                "differences": differences,
            }
        )
    elif differences:
        stdout.print(Text(f"{chains} chains read; {len(differences)} differences", style="bold red"))
    else:
        text = f"{chains} chains are as imported; others logged them without their requests, so none were built anew"
        stdout.print(Text(text, style="green"))
    for difference in differences:
        say(f"differs: {difference}")
    return 1 if differences else 0
