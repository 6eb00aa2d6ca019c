"""Work that is scored, for the terminal: output and scores by round, the practices in use, how they spread and stay."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.output import figures_by

TABLES = {
    "output": ("true output, in units", "z.1f"),
    "score": ("score, of 10", "z.1f"),
    "excess": ("points of the score beyond what the output deserves", "+z.1f"),
    "follows": ("rank correlation of output and score", "+z.2f"),
    "real": ("practices that raise the score, share in use", ".0%"),
    "sham": ("practices that raise none, share in use", ".0%"),
}
"""The tables by round, by the names of `practices.BY_ROUND`."""
SHARES = {
    "adopted_read": "read of", "adopted_unread": "not read", "real_adopted": "real read",
    "sham_adopted": "sham read", "real_kept": "real kept", "sham_kept": "sham kept",
}  # fmt: skip


def practices_view(rows: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Return the tables of a run in which work is scored, from `practices.practice_rows`; nothing without any."""
    if not rows:
        return
    for of, (what, form) in TABLES.items():
        if any(one for row in rows for one in row["rounds"][of]):
            yield Text(f"{what}, by round", "bold")
            yield _by_round(rows, of, form)
    yield Text("practices not in a worker's last report that are in the next; those in it that stay", "bold")
    table = figures_by(*SHARES.values())
    for row in rows:
        table.add_row(row["condition"], *(_share(row[name]) for name in SHARES))
    yield table
    yield from (Text(sentence) for row in rows for sentence in _sentences(row))
    yield Text(
        "real: the metric adds points for it; a sham: it does not. What a practice adds is by least squares within "
        "rounds; 95% intervals by world",
        "dim",
    )
    trials = max(row["trials"] for row in rows)
    if trials < FEWEST_WORLDS:
        yield Text(
            f"note: {trials} trial{'s are' if trials > 1 else ' is'} too few for a conclusion on scores", "yellow"
        )


def _by_round(rows: Sequence[Mapping[str, Any]], of: str, form: str) -> Table:
    table = figures_by(*map(str, range(1, max(len(row["rounds"][of]) for row in rows) + 1)))
    cells = {
        row["condition"]: [format(one["value"], form) if one else "-" for one in row["rounds"][of]] for row in rows
    }
    if of == "output" and len(set(map(tuple, cells.values()))) == 1:
        cells = {"": next(iter(cells.values()))}  # the worlds are the same in all conditions
    for condition, figures in cells.items():
        table.add_row(condition, *figures)
    return table


def _sentences(row: Mapping[str, Any]) -> Iterator[str]:
    """Say how the excess grows, and what practices pay."""
    if row["growth"] is not None:
        paid = [f"a {kind} one {_points(row[f'{kind}_pays'])}" for kind in ("real", "sham") if row[f"{kind}_pays"]]
        pays = f"; a practice adds: {', '.join(paid)}" if paid else ""
        grows = f"the excess grows by {_points(row['growth'])} points from the first round to the last"
        yield f"{row['condition']}: {grows}{pays}"


def _points(figure: Mapping[str, Any]) -> str:
    if figure["ci"] is None:
        return f"{figure['value']:+z.2f}"
    low, high = figure["ci"]
    return f"{figure['value']:+z.2f} ({low:+z.2f} to {high:+z.2f})"


def _share(share: Mapping[str, Any] | None) -> str:
    return "-" if share is None else f"{share['share']:.0%}"
