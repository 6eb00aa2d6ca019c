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
        if asked := sum(row.asked for row in mine):
            yield Text(f"{sum(row.refused for row in mine)} of {asked} seats asked to give themselves up refused")
        yield _table(mine)
    legend = (
        "lost: facts heard and not kept, mean per report; found: share of them that findings name; "
        "alarms: share of the kept facts that findings name"
    )
    if any(row.watched for row in rows):
        legend += "; alone: the same of the auditor without its watchers"
    if any(row.unaudited for row in rows):
        legend += "; loss, no audit: share of the facts heard that reports lose, audited or not"
    yield Text(legend, style="dim")


def _table(rows: Sequence[Row]) -> Table:
    watched, missed = any(row.watched for row in rows), any(row.unaudited for row in rows)
    alone = ("alone",) if watched else ()
    names = ("seat", "audited", "unread", "lost", "found", *alone, "bad lost", "found", "alarms", *alone)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for number, name in enumerate((*names, *(("loss", "no audit") if missed else ()))):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(
            f"{row.seat} (hop {row.hop})", str(row.audited), _share(row.unread), _mean(row.lost), _share(row.found),
            *([_share(row.alone)] if watched else []),
            _mean(row.bad_lost), _share(row.bad_found), _share(row.alarms),
            *([_share(row.alarms_alone)] if watched else []),
            *([_share(row.audited_loss), _share(row.unaudited_loss)] if missed else []),
        )  # fmt: skip
    return table


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _mean(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
