"""The tables of stops: missed and needless ones, and how often those who could step in did, and whether rightly."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.output import figures_by

WHO = {"stops": "stop", "overrides": "override", "vetoes": "veto", "holds": "hold"}
"""Columns for those who may step in, by the key in a row."""


def stops_view(rows: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Return the tables of who stopped the work, from `stops.stop_rows`; nothing if nobody could."""
    if not rows:
        return
    yield Text("stops: missed in hazard worlds, needless in the others; what they saved of the regret", style="bold")
    yield _outcomes(rows)
    for row in rows:
        if any(row[kind]["asked"] for kind in WHO):
            yield Text(f"who stepped in: {row['condition']}", style="bold")
            yield _steps(row)
        if sentence := unread(row):
            yield Text(f"note: {row['condition']}: {sentence}", style="yellow")
    yield Text(
        "first stop: mean hop in hazard worlds; where warranted: of those who had read what warrants it; "
        "right, wrong: by the full ledger; 95% intervals over worlds",
        style="dim",
    )
    hazards = max(row["missed"]["worlds"] if row["missed"] else 0 for row in rows)
    if hazards < FEWEST_WORLDS:
        many = f"{hazards} hazard world{' is' if hazards == 1 else 's are'}"
        yield Text(f"note: {many} too few for a conclusion on missed stops", "yellow")


def _outcomes(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = figures_by("hazards", "missed", "needless", "first stop", "saved")
    for row in rows:
        first = row["stops"]["first"]
        table.add_row(
            row["condition"],
            f"{row['hazards']} of {row['trials']}",
            _share(row["missed"]),
            _share(row["needless"]),
            "-" if first is None else f"hop {first:.1f}",
            "-" if row["intervention"] is None else f"{0 - row['intervention']:.1f}",
        )
    return table


def _steps(row: Mapping[str, Any]) -> Table:
    table = figures_by("asked", "where warranted", "where not", "right", "wrong")
    for hop, calls in row["stops"]["by_hop"].items():
        table.add_row(f"hop {hop}: stop", *_cells(calls))
    for kind in ("overrides", "vetoes", "holds"):
        if row[kind]["asked"]:
            table.add_row(f"{'QE' if kind == 'vetoes' else 'L0'}: {WHO[kind]}", *_cells(row[kind]))
    return table


def _cells(calls: Mapping[str, Any]) -> tuple[str, ...]:
    shares = [_share(calls[name]) for name in ("courage", "panic")]
    return str(calls["asked"]), *shares, str(calls["right"]), str(calls["wrong"])


def _share(share: Mapping[str, Any] | None) -> str:
    if share is None:
        return "-"
    low, high = share["ci"]
    return f"{share['share']:.0%} ({100 * low:.0f} to {100 * high:.0f})"


def unread(row: Mapping[str, Any]) -> str:
    """Return notes on what could not be read in a condition's trials."""
    parts = [
        f"{row[kind]['unread']} of {row[kind]['asked']} answers whether to {what} can't be read and count as no"
        for kind, what in WHO.items()
        if row[kind]["unread"]
    ]
    if row["unknown"]:
        parts.append(f"in {row['unknown']} of {row['trials']} trials it can't be read what was in force")
    return "; ".join(parts)
