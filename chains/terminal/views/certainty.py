"""Hedges and sources on their way up for the terminal: what became of them at each hop, bad and good news apart."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.certainty import CertaintyRow
from chains.stats.paired.shares import FEWEST_WORLDS, Share
from chains.terminal.views.status import share_text

_HEDGES = ("kept", "dropped", "strengthened", "lost_here", "added_here")
_SOURCES = ("source_kept", "source_dropped", "source_changed", "source_lost_here")
_HEADINGS = {"kept": "stands", "strengthened": "made sure", "lost_here": "lost here", "added_here": "added here"}
_WITH_INTERVAL = ("lost_here", "added_here", "source_lost_here")


def certainty_view(rows: Sequence[CertaintyRow], shown: Sequence[int]) -> Iterator[RenderableType]:
    """Return two tables for each condition: hedges and sources, a row for each hop and valence.

    Args:
        rows: From `results.certainty.certainty_rows`.
        shown: The hops to show.
    """
    if not rows:
        return
    yield Text("what is known of facts, where they are still told: hedges and sources, beside the fates", "bold")
    for condition, group in groupby(rows, key=lambda row: row.condition):
        some = list(group)
        mine = [row for row in some if row.hop in shown or row.hop == some[-1].hop]
        yield Text(condition, style="bold")
        yield _table(mine, "hedges", _HEDGES)
        if any(row.sourced for row in mine):
            yield _table(mine, "sources", _SOURCES)
    yield Text(
        "lost here: of those that stood one hop below; added here: facts without a hedge made uncertain; "
        "95% intervals over worlds",
        style="dim",
    )
    worlds = max(share.worlds for row in rows for share in (row.kept, row.added, row.source_kept))
    if worlds < FEWEST_WORLDS:
        are = "s are" if worlds > 1 else " is"
        yield Text(f"note: {worlds} world{are} too few for a conclusion on hedges and sources", "yellow")


def _table(rows: Sequence[CertaintyRow], title: str, columns: Sequence[str]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("hop", justify="right")
    table.add_column(title)
    table.add_column("mentioned", justify="right")
    for column in columns:
        name = column.removeprefix("source_")
        table.add_column(_HEADINGS.get(name, name), justify="right")
    for row in rows:
        told = row.hedged if title == "hedges" else row.sourced
        cells = [_cell(getattr(row, column), interval=column in _WITH_INTERVAL) for column in columns]
        table.add_row(str(row.hop), row.news, str(told), *cells)
    return table


def _cell(share: Share, *, interval: bool) -> str:
    if not share.worlds:
        return "-"
    return share_text(share) if interval else f"{share.value:.0%}"
