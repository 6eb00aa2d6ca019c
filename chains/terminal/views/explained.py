"""What the columns of the tables that were just printed mean."""

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.words import explained


def explained_view(words: Iterable[str]) -> RenderableType:
    """Return a row for each heading, or name of a row, that has a meaning of its own."""
    return Group(Text("\nwhat the words of the tables mean", "bold"), meanings(explained(words)))


def meanings(found: Mapping[str, str]) -> Table:
    """Return words with their meanings as a table without headings."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for word, meant in found.items():
        table.add_row(Text(word), Text(meant))
    return table
