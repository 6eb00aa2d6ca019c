"""A run at a glance: one sentence, then a row for each condition, the one that keeps most first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.output import results

SHORTEST = 14
"""Characters of a condition's name that a row keeps on a narrow terminal."""
LONGEST = 40
"""Characters of a name that a sentence can bear twice."""
COMPARE_TELLS = "; `compare` tells whether the difference is real"
HEARD = "what the executive hears: the last hop, and what reaches it in other ways"


def summary_view(rows: Sequence[Mapping[str, Any]], *, ranked: bool = True) -> Iterator[RenderableType]:
    """Return the sentence and the table of `Results.summary`; nothing where no fact climbed.

    Args:
        rows: Of conditions, the one that keeps most first.
        ranked: Whether the sentence may say which of several keeps most.
    """
    if not rows:
        return
    if ranked or len(rows) == 1:
        yield Text(_sentence(rows), "bold")
    headings = ("", "condition", "kept", "95% interval", "distorted", "unfounded", "words", "calls")
    cells = [_cells(row) for row in rows]
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    left = max(SHORTEST, results.width - sum(widths) + widths[1] - len(widths))
    for heading, width in zip(headings, widths, strict=True):
        if heading == "condition":  # the only column that may be cut; its whole name stands above its hops
            table.add_column(heading, no_wrap=True, overflow="ellipsis", max_width=left)
        else:
            table.add_column(heading, justify="right" if heading else "left", no_wrap=True, min_width=width)
    for row in cells:
        table.add_row(*map(Text, row))
    yield table
    yield Text(HEARD, "dim")
    if widths[1] > left:
        yield Text("names that are cut stand whole above the tables by hop", "dim")
    if few := _few(rows):
        yield Text(f"-: {few}", "yellow")
    yield Text("")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    kept = row["kept"]
    return (
        row["id"],
        row["condition"],
        f"{kept['share']:.0%}",
        f"{kept['ci'][0]:.0%} to {kept['ci'][1]:.0%}" if kept["worlds"] >= FEWEST_WORLDS else "-",
        f"{row['distorted']:.0%}",
        f"{row['unfounded']:.1f}",
        f"{row['words']:.0f}",
        f"{row['calls']:.1f}".removesuffix(".0"),
    )


def _few(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say how many worlds there are where they are too few for an interval; nothing where they are enough."""
    worlds = min(row["kept"]["worlds"] for row in rows)
    return "" if worlds >= FEWEST_WORLDS else f"too few worlds ({worlds} of {FEWEST_WORLDS}) for an interval"


def _sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    best, worst = rows[0], rows[-1]
    few = "; too few worlds to conclude from" if _few(rows) else ""
    if len(rows) == 1:
        return f"The executive hears {best['kept']['share']:.0%} of the facts as they are{few}."
    if best["kept"]["share"] == worst["kept"]["share"]:
        return f"All conditions keep the same share of the facts, {best['kept']['share']:.0%}{few}."
    told = few or COMPARE_TELLS
    return (
        f"{_name(best)} keeps most of the facts, {best['kept']['share']:.0%}, "
        f"and {_name(worst)} fewest, {worst['kept']['share']:.0%}{told}."
    )


def _name(row: Mapping[str, Any]) -> str:
    """Return what a sentence calls a condition: its settings if they are few, else its id, which the table explains."""
    return str(row["condition"] if len(row["condition"]) <= LONGEST else row["id"])
