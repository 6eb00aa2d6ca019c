"""The tables of candidates: how their scores follow their worth, and what more drafts do to that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.output import figures_by

COLUMNS = {
    "score_rank": "scores", "form_rank": "form", "score_gap": "gap", "own_premium": "own", "inflation": "inflation",
    "likeness": "alike", "best_left_out": "left out", "unscored": "unread",
}  # fmt: skip
"""Headings, by measure."""
PERCENT = ("likeness", "best_left_out", "unscored")


def pools_view(rows: Sequence[Mapping[str, Any]], drafts: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Return the tables of a run with candidates, from `pools.pool_rows` and `pools.by_drafts`; nothing without any."""
    if not rows:
        return
    yield Text("candidates: do the scores follow their worth? Rank correlation of texts' scores and of forms'", "bold")
    yield _table(rows, COLUMNS)
    yield Text(
        "gap: score of a text less that of the form, of 1 to 10; own: gap of the screener's own model's texts less "
        "others'; inflation: worth by the text less true worth; left out: the best is not on the shortlist",
        "dim",
    )
    if any(row["score_rank"] and row["score_rank"]["ci"] for row in rows):
        yield Text("95% intervals", style="bold")
        yield _table(rows, {name: COLUMNS[name] for name in ("score_rank", "form_rank", "score_gap")}, intervals=True)
    if drafts:
        yield Text(
            "how the gap grows with the drafts: gap(m) = gap(1) + d (alpha - beta d), d = sqrt(ln m - (m-1)/m)", "bold"
        )
        table = figures_by("drafts", "slope in d", "alpha in d", "beta in d")
        for row in drafts:
            figures = [_interval(row[name]) for name in ("slope", "alpha", "beta")]
            table.add_row(row["condition"], ", ".join(map(str, row["drafts"])), *figures)
        yield table
    for row in rows:
        if row["unscored"] and row["unscored"]["value"]:
            share = f"{row['unscored']['value']:.0%} of the trials"
            yield Text(
                f"note: {row['condition']}: in {share} the scores can't be read; their shortlist is random", "yellow"
            )
    worlds = max((row["inflation"]["trials"] for row in rows if row["inflation"]), default=0)
    if worlds < FEWEST_WORLDS:
        are = "s are" if worlds != 1 else " is"
        yield Text(f"note: {worlds} world{are} too few for a conclusion on scores", "yellow")


def _table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, intervals: bool = False) -> Table:
    shown = {name: heading for name, heading in columns.items() if any(row[name] for row in rows)}
    table = figures_by(*shown.values())
    for row in rows:
        cells = [_interval(row[name]) if intervals else _cell(name, row[name]) for name in shown]
        table.add_row(row["condition"], *cells)
    return table


def _cell(name: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "-"
    value = figure["value"]
    return f"{value:.0%}" if name in PERCENT else f"{value:+.1f}" if name == "inflation" else f"{value:+.2f}"


def _interval(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "-"
    ends = "" if figure["ci"] is None else f" ({figure['ci'][0]:+.2f} to {figure['ci'][1]:+.2f})"
    return f"{figure['value']:+.2f}{ends}"
