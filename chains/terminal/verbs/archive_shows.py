"""What `import`, `show`, `replay` and `law` say of a run that holds others' chains."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.text import Text

from chains.analysis.archives.archive_run import Archive, ArchiveSet, read_archive
from chains.analysis.archives.attractors import FIRST_TAKEN, released
from chains.analysis.archives.kept_counts import kept_counts
from chains.analysis.archives.summary import ABOUT, Summary, measured, summary
from chains.errors import BadInput
from chains.stats.survival.aggregate import NO_STATEMENTS, Aggregate, Counts, aggregate
from chains.terminal.views.archive_decay import aggregate_view, hazard_panel
from chains.terminal.views.archives import archive_view, chain_view
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout

MANY = 20_000
"""From so many texts in a set on, a person is told to wait."""


def show(folder: Path, arguments: argparse.Namespace) -> int:
    """Show an imported run, or one of its chains; return the exit status."""
    with read_archive(folder) as archive:
        return _show(archive, arguments)


def _show(archive: Archive, arguments: argparse.Namespace) -> int:
    parts = (
        (arguments.profile, "profile"),
        (arguments.alike, "correlation of losses"),
        (arguments.audits, "audits"),
        (arguments.hop is not None or arguments.prompts, "single hop and no prompts"),
    )
    for asked, what in parts:
        if asked:
            raise BadInput(f"run {archive.folder.name} holds others' chains, in which no fact is followed: no {what}")
    if arguments.graph:
        raise BadInput(f"run {archive.record.id} was imported: no hierarchy is known of it; `--trial` shows a chain")
    if archive.log.index.notice:
        say(f"note: {archive.log.index.notice}")
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


def replay(folder: Path, arguments: argparse.Namespace) -> int:
    """Check that an imported run holds what was imported; return the exit status."""
    with read_archive(folder) as archive:
        return _replay(archive, arguments)


def _replay(archive: Archive, arguments: argparse.Namespace) -> int:
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


def decay(folder: Path, arguments: argparse.Namespace, figure: Path | None) -> int:
    """Show how the kept share falls in every set of an archive; return the exit status."""
    with read_archive(folder) as archive:
        return _decay(archive, arguments, figure)


def _decay(archive: Archive, arguments: argparse.Namespace, figure: Path | None) -> int:
    for option, given in (("--by", arguments.by is not None), ("--exact", arguments.exact)):
        if given:
            raise BadInput(
                f"{option} says nothing of run {archive.record.id}: an imported archive has counts, no fates"
            )
    found = [
        aggregate(
            Counts(of.name, of.what, of.generations, np.array(of.kept), np.array(of.total), of.groups),
            resamples=arguments.resamples,
            seed=arguments.seed,
        )
        for of in kept_counts(archive)
    ]
    if not found:
        raise BadInput(f"run {archive.record.id} has no counts of what was kept")
    if arguments.json:
        print_json(_as_law(archive.record.id, found))
    else:
        for one in found:
            stdout.print(aggregate_view(one))
        stdout.print(f"no verdict: these are counts for each text; {NO_STATEMENTS}")
    if figure is not None:
        from chains.terminal.views.figure_file import write_figure  # noqa: PLC0415  matplotlib takes a second

        caption = f"run {archive.record.id}; bands: 95% over chains"
        write_figure(figure, [hazard_panel(one) for one in found], caption)
        say(f"figure written to {figure}")
    return 0


def _as_law(run: str, found: Sequence[Aggregate]) -> dict[str, Any]:
    """Return archives as JSON in the form of a law; what is not known of them is null, with a `why`."""
    return {
        "run": run,
        **{part: {name: None, "ci": None, "p": None, "why": NO_STATEMENTS} for part, name in _PARTS.items()},
        "verdict": None,
        "worlds": None,
        "replicates": None,
        "why": NO_STATEMENTS,
        "aggregate": [one.document() for one in found],
    }


_PARTS = {"depth": "q", "hop": "k", "valence": "hazard_ratio"}
