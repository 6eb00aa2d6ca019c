"""Measures that plugins add, for the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.scoring.measures.measures import MEASURES


def added_view(rows: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Return a table with a row for each condition and a column for each measure, from `added_rows`."""
    if not rows:
        return
    yield Text("added measures, mean over trials", "bold")
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("")
    for heading in ("trials", *rows[0]["measures"]):
        table.add_column(heading, justify="right")
    for row in rows:
        cells = (_shown(value, share=MEASURES[name].share) for name, value in row["measures"].items())
        table.add_row(row["condition"], str(row["trials"]), *cells)
    yield table


def _shown(value: float | None, *, share: bool) -> str:
    if value is None:
        return "—"
    return f"{value:.1%}" if share else f"{value:,.2f}"
