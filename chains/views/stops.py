"""The table of stops: missed and needless ones, courage and panic, who stopped first, vetoes and overrides."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

_HEADINGS = ("hazards", "missed", "needless", "courage", "panic", "first hop", "vetoes", "overrides", "saved")


def stops_view(rows: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Return the tables of who stopped the work, from `stops.stop_rows`; nothing where nobody could."""
    if not rows:
        return
    yield Text("stops: missed in hazard worlds, needless in the others; 95% intervals over worlds", style="bold")
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(row["condition"], *_cells(row))
    yield table
    yield Text(
        "courage, panic: how often one who could stop or veto did, where what it had read warranted it, and where not; "
        "vetoes, overrides: right and wrong by the full ledger",
        style="dim",
    )
    for row in rows:
        if row["stops"]["by_hop"]:
            yield Text(f"{row['condition']}: {_hops(row)}", style="dim")
        if sentence := unread(row):
            yield Text(f"note: {row['condition']}: {sentence}", style="yellow")


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    kind = row["stops"] if row["stops"]["asked"] else row["vetoes"]
    yield f"{row['hazards']} of {row['trials']}"
    yield _share(row["missed"])
    yield _share(row["needless"])
    yield _share(kind["courage"])
    yield _share(kind["panic"])
    yield "-" if row["stops"]["first"] is None else f"{row['stops']['first']:.1f}"
    yield _right(row["vetoes"])
    yield _right(row["overrides"])
    yield "-" if row["intervention"] is None else f"{-row['intervention'] + 0:.1f}"


def _share(share: Mapping[str, Any] | None) -> str:
    if share is None:
        return "-"
    limits = "" if share["ci"] is None else f" ({share['ci'][0]:.0%}-{share['ci'][1]:.0%})"
    return f"{share['share']:.0%}{limits}"


def _right(calls: Mapping[str, Any]) -> str:
    return f"{calls['right']}+{calls['wrong']} of {calls['asked']}" if calls["asked"] else "-"


def _hops(row: Mapping[str, Any]) -> str:
    """Say how often the seats at each hop stopped where it was warranted."""
    said = [
        f"hop {hop} {calls['courage']['share']:.0%} of {calls['courage']['times']}"
        for hop, calls in row["stops"]["by_hop"].items()
        if calls["courage"] is not None
    ]
    return "stopped where warranted: " + (", ".join(said) or "it never was")


def unread(row: Mapping[str, Any]) -> str:
    """Say what could not be read in a condition's trials."""
    parts = [
        f"{row[kind]['unread']} of {row[kind]['asked']} {what}"
        for kind, what in (
            ("stops", "answers on stopping"), ("vetoes", "answers on a veto"), ("overrides", "answers on an override"),
        )
        if row[kind]["unread"]
    ]  # fmt: skip
    return ", ".join(parts) + " can't be read, and count as not stepping in" if parts else ""
