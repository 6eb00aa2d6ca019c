"""Gaps on their way up for the terminal: what became of them at each hop."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.gaps import GapRow
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.status import share_text

_COLUMNS = {"reported": "reported", "made_up": "made up", "vague": "vague", "untold": "untold"}
_HERE = {"made_up_here": "made up here", "silenced_here": "silenced here"}


def gaps_view(rows: Sequence[GapRow], shown: Sequence[int]) -> Iterator[RenderableType]:
    """Return a table for each condition, a row for each hop.

    Args:
        rows: From `results.gaps.gap_rows`.
        shown: The hops to show.
    """
    if not rows:
        return
    yield Text("what could not be found out: reported as such, or a result made up in its place", "bold")
    for condition, group in groupby(rows, key=lambda row: row.condition):
        some = list(group)
        yield Text(f"{condition} ({some[0].trials} trial{'s' if some[0].trials > 1 else ''})", style="bold")
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
        for heading in ("hop", *_COLUMNS.values(), *_HERE.values()):
            table.add_column(heading, justify="right")
        for row in some:
            if row.hop in shown or row.hop == some[-1].hop:
                shares = [getattr(row, name) for name in _COLUMNS]
                here = [share_text(getattr(row, name)) for name in _HERE]
                table.add_row(str(row.hop), *(f"{share.value:.0%}" for share in shares), *here)
        yield table
    yield Text("here: of those reported one hop below; 95% intervals over worlds", style="dim")
    worlds = max(row.reported.worlds for row in rows)
    if worlds < FEWEST_WORLDS:
        are = "s are" if worlds > 1 else " is"
        yield Text(f"note: {worlds} world{are} too few for a conclusion on what could not be found out", "yellow")
