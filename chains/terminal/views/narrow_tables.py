"""Tables that keep their figures whole on a narrow terminal: what does not fit is left out, and said to be."""

import copy
from collections.abc import Sequence

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.table import Column, Table

LEAST = 16
"""Characters that a column of words keeps, where its longest word is longer."""


def narrowed(table: Table, console: Console, options: ConsoleOptions) -> tuple[Table, list[str]]:
    """Return a table that fits, and the headings of the columns that it lacks.

    Figures and names are never broken; columns of words wrap. The last columns go first, and the first one stays.
    """
    columns = [copy.copy(column) for column in table.columns]
    for column in columns:
        column.no_wrap = column.no_wrap or column.justify == "right"
    needs = [_needed(column, console, options) for column in columns]
    left_out: list[str] = []
    while len(columns) > 1 and _width(table, needs) > options.max_width:
        last = max((at for at, column in enumerate(columns) if at and column.no_wrap), default=len(columns) - 1)
        left_out.insert(0, plain(columns.pop(last).header))
        needs.pop(last)
    for number, column in enumerate(columns):
        column._index = number  # noqa: SLF001  a column of rich knows its own place
    fitting = copy.copy(table)
    fitting.columns = columns
    return fitting, left_out


def plain(cell: object) -> str:
    """Return the words of a cell, without style and indent."""
    return str(cell).strip()


def _needed(column: Column, console: Console, options: ConsoleOptions) -> int:
    """Return the fewest characters in which a column can be read."""
    sizes = [Measurement.get(console, options, cell) for cell in (column.header, *column.cells)]
    if column.no_wrap:
        need = max(size.maximum for size in sizes)
    else:
        need = min(max(size.minimum for size in sizes), LEAST)
    return need if column.max_width is None else min(need, column.max_width)


def _width(table: Table, needs: Sequence[int]) -> int:
    _, right, _, left = table.padding
    between = (left + right) * (len(needs) if table.pad_edge else len(needs) - 1)
    return sum(needs) + between + (len(needs) + 1 if table.box else 0)
