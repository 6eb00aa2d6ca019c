"""What a person sees of a world made from documents: where it stands, and what the instrument makes of it."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.scoring.text.legible import legible
from chains.worlds.world import World


def made_view(document: Mapping[str, Any]) -> RenderableType:
    """Return how many facts stand, what was left out and why, and what to do next."""
    parts: list[RenderableType] = [
        Text(
            f"{document['file']}: {document['facts']} facts, {document['confirmed']} confirmed, "
            f"{document['unverified']} unverified, {document['refused']} refused",
            "bold",
        )
    ]
    if document["left_out"]:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
        table.add_column("left out", justify="right")
        table.add_column("why")
        for reason, count in document["left_out"].items():
            table.add_row(str(count), legible(reason))
        parts.append(table)
    for name, reason in document["misread"].items():
        parts.append(Text(f"note: {name} can't be relied on: {reason}; edit it in the file, or refuse it", "yellow"))
    if document["unverified"]:
        parts.append(
            Text("note: results on it will say that it is unverified; `mazedom world confirm` goes on", "yellow")
        )
    parts.append(Text(f"run it: mazedom run --set scenario={shlex.quote(document['file'])}"))
    return Group(*parts)


def checked_view(world: World, found: Mapping[str, Sequence[str]]) -> RenderableType:
    """Return which facts the instrument misreads, and how."""
    parts: list[RenderableType] = []
    for name, reasons in found.items():
        parts.append(Text(f"{name}  {legible(world.fact(name).render(0))}", "bold"))
        parts += [Text(f"     {legible(reason)}", "red") for reason in reasons]
    good = len(world.facts) - len(found)
    parts.append(Text(f"{good} of {len(world.facts)} facts are read as they should be"))
    return Group(*parts)
