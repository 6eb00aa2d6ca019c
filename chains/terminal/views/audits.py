"""What auditors found, seat by seat, for the terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.audits import Row


def audits_view(rows: Sequence[Row]) -> Iterator[RenderableType]:
    """Return a table for each condition, and at which seat the most bad news was found missing or wrong."""
    for condition, group in groupby(rows, key=lambda row: row.condition.name):
        mine = list(group)
        yield Text(condition, style="bold")
        most = max(row.pointed for row in mine)
        worst = [row.seat for row in mine if row.pointed == most]
        if most and len(mine) > 1:
            yield Text(f"most bad news found missing or wrong at {' and '.join(worst)}: {most:.1f} facts a report")
        yield _table(mine)
    yield Text(
        "lost: facts heard and not kept, mean per report; found: share of them that findings name; "
        "alarms: share of the kept facts that findings name",
        style="dim",
    )


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for number, name in enumerate(("seat", "audited", "unread", "lost", "found", "bad lost", "found", "alarms")):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(
            f"{row.seat} (hop {row.hop})", str(row.audited), _share(row.unread), f"{row.lost:.1f}", _share(row.found),
            f"{row.bad_lost:.1f}", _share(row.bad_found), _share(row.alarms),
        )  # fmt: skip
    return table


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
