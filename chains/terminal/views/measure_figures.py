"""How comparisons print figures: shares as percent, all else as numbers, what is not defined as a dash."""

import math

from rich.table import Table
from rich.text import Text

from chains.scoring.measures.measures import MEASURES


def is_share(name: str) -> bool:
    """Return whether a measure is a share."""
    return name in MEASURES and MEASURES[name].share


def plain(value: float, *, share: bool) -> str:
    """Return a figure; a dash for one that is not defined."""
    if math.isnan(value):
        return "-"
    said = f"{value:.1%}" if share else f"{value:.2f}"
    return said if said.strip("-0.%") else said.removeprefix("-")  # nothing is rounded to less than nothing


def detects(value: float, *, share: bool) -> str:
    """Return the difference that would be found; "none" if it is more than all."""
    return "none" if share and value > 1 else plain(value, share=share)


def signed(value: float, *, share: bool) -> str:
    """Return a difference with its sign."""
    if math.isnan(value):
        return "-"
    said = f"{value:+.1%}" if share else f"{value:+.2f}"
    return said if said.strip("-0.%") else f"+{said[1:]}"


def interval(low: float, high: float, *, share: bool) -> str:
    """Return an interval of a difference; "none" where there is none."""
    if math.isnan(low) or math.isnan(high):
        return "none"
    return f"{signed(low, share=share)} to {signed(high, share=share)}"


def p_value(value: float) -> str:
    """Return a p-value."""
    if math.isnan(value):
        return "-"
    return "<.001" if value < 0.001 else f"{value:.3f}".replace("0.", ".", 1)


def comparison_table(*headings: str) -> Table:
    """Return an empty table of figures, words on the left."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for number, heading in enumerate(headings):
        text = heading in ("measure", "hypothesis", "so", "by labels")
        table.add_column(heading, justify="left" if text else "right", no_wrap=number == 0)
    return table


def note(text: str) -> Text:
    """Return a note."""
    return Text(f"note: {text}", style="yellow")
