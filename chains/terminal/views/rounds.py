"""The rounds of an organisation that met again, for the terminal."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.table import Table


def rounds_view(rows: Sequence[dict[str, Any]]) -> list[Table]:
    """Return a table for each condition that has several rounds: what the executive heard, and how reports pleased."""
    tables = []
    for condition, group in groupby(rows, key=lambda row: row["condition"]):
        table = Table(title=f"{condition}: by round", title_justify="left", box=None, padding=(0, 1))
        for heading in ("round", "kept", "distorted", "rating", "unrated", "moved"):
            table.add_column(heading, justify="right")
        for row in group:
            rating = "" if row["rating"] is None else f"{row['rating']:.1f}"
            shares = [f"{row[name]:.0%}" for name in ("kept", "distorted")]
            table.add_row(str(row["round"]), *shares, rating, str(row["unrated"]), f"{row['moved']:.1f}")
        table.caption = "as the executive heard it; mean rating from 1 to 10; seats whose holder is not the first one"
        table.caption_justify = "left"
        tables.append(table)
    return tables
