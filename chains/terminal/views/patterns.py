"""What of a common cause reaches the executive, for the terminal."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.patterns import PatternRow
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.status import share_text


def patterns_view(rows: Sequence[PatternRow]) -> Iterator[RenderableType]:
    """Return a row for each condition, from `patterned.pattern_rows`."""
    if not rows:
        return
    yield Text("the common cause at the top: visible (all its facts are kept), stated (a report says it)", "bold")
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("")
    for heading in ("trials", "visible", "stated"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(row.condition, str(row.trials), share_text(row.visible), share_text(row.stated))
    yield table
    if (worlds := max(row.visible.worlds for row in rows)) < FEWEST_WORLDS:
        are = "s are" if worlds > 1 else " is"
        yield Text(f"note: {worlds} world{are} too few for a conclusion on the common cause", "yellow")
