"""Who read a run's messages, and how far the rules and a judge agree, by condition and by hop."""

import math
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.scoring.facts.instrument import INSTRUMENT
from chains.validation.readers import Alike, Readers


def reader_line(found: Readers | None) -> Text:
    """Return who read the messages, to stand before figures; empty where the rules did."""
    return Text("") if found is None or found.name == INSTRUMENT else Text(f"fates as {found.name} reads them", "bold")


def readers_view(found: Readers) -> Group:
    """Return who read the messages, and how far the rules and the judges agree."""
    parts: list[RenderableType] = [Text(f"reader: {found.name}", "bold")]
    for judge, rows in found.alike.items():
        parts += [Text(""), _table(judge, rows)]
    return Group(*parts, *(Text(f"note: {note}", "yellow") for note in found.notes))


def _table(judge: str, rows: Sequence[Alike]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(f"{INSTRUMENT} and {judge}", overflow="fold")
    for heading in ("pairs", "kept or not", "alpha", "five fates", "alpha"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(Text(row.where), *_cells(row))
    return table


def _cells(row: Alike) -> Iterator[str]:
    yield f"{row.pairs:,}"
    for share, alpha in ((row.kept, row.alpha_kept), (row.fates, row.alpha)):
        yield "" if math.isnan(share) else f"{share:.1%}"
        yield "" if math.isnan(alpha) else f"{alpha:.2f}"
