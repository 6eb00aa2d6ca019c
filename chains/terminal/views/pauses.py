"""Tables of who held back: misses and false pauses, d' and criterion, how well reports follow the risk."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.terminal.views.output import figures_by

READERS = {"executive": "executive", "best_heard": "best on heard", "ledger": "with ledger", "no_report": "no report"}
"""The headings of `pauses.READERS`."""


def pauses_view(rows: Sequence[dict[str, Any]]) -> Iterator[RenderableType]:
    """Return the tables of a run in which something was decided.

    Args:
        rows: Who held back in each condition, from `pauses.pause_rows`.
    """
    if not rows:
        return
    yield Text("holding back from the plan: missed where it is wrong, false where it is right", style="bold")
    yield _decisions(rows)
    yield Text("d' and criterion (above 0: inclined to the plan) of four readers", style="bold")
    yield _readers(rows)
    yield Text("correlation of the risk that is reported with the true one, by hop", style="bold")
    yield _risks(rows)
    if any(row["fudge"] for row in rows):
        yield Text("tests run several times: one run gone at the top, and the other kept", style="bold")
        yield _fudges(rows)
    for row in rows:
        if row["undecided"]:
            figures = ", ".join(
                f"{name} {_figure(row['unread_as_standing'][key]['value'])}"
                for name, key in (("d'", "d_prime"), ("criterion", "criterion"))
            )
            said = f"{row['undecided']} of {row['trials']} decisions can't be read; taken for the plan: {figures}"
            yield Text(f"note: {row['condition']}: {said}", style="yellow")


def _decisions(rows: Sequence[dict[str, Any]]) -> Table:
    table = figures_by("plan wrong", "missed", "plan right", "false")
    for row in rows:
        counts = f"{row['signals']}", f"{row['trials'] - row['signals']}"
        table.add_row(row["condition"], counts[0], _share(row["miss"]), counts[1], _share(row["false_pause"]))
    return table


def _readers(rows: Sequence[dict[str, Any]]) -> Table:
    table = figures_by("d'", "95% interval", "criterion", "95% interval")
    for row in rows:
        for reader, name in READERS.items():
            found = row["readers"][reader]
            first = reader == "executive"
            table.add_row(
                f"{row['condition']}: {name}" if first else f"  {name}",
                _figure(found["d_prime"]["value"]),
                _range(found["d_prime"]["ci"]),
                _figure(found["criterion"]["value"]),
                _range(found["criterion"]["ci"]),
                style="" if first else "dim",
            )
    return table


def _risks(rows: Sequence[dict[str, Any]]) -> Table:
    hops = sorted({hop for row in rows for hop in row["eval_risk_by_hop"]})
    table = figures_by(*(f"hop {hop}" for hop in hops))
    for row in rows:
        found = [row["eval_risk_by_hop"].get(hop) for hop in hops]
        table.add_row(row["condition"], *("-" if at is None else _figure(at["value"]) for at in found))
        if any(at is not None and at["ci"] for at in found):
            table.add_row("  95% interval", *(_range(None if at is None else at["ci"]) for at in found), style="dim")
    return table


def _fudges(rows: Sequence[dict[str, Any]]) -> Table:
    table = figures_by("worst gone", "best gone", "difference", "95% interval")
    for row in rows:
        found = row["fudge"]
        if found is None:
            continue
        ends = found["excess"]["ci"]
        table.add_row(
            row["condition"],
            f"{found['best_alone']['value']:.0%}",
            f"{found['worst_alone']['value']:.0%}",
            f"{found['excess']['value']:+.0%}",
            "" if ends is None else f"{ends[0]:+.0%} to {ends[1]:+.0%}",
        )
    return table


def _share(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return "-"
    ends = found["ci"]
    return f"{found['value']:.0%}" + ("" if ends is None else f" ({ends[0]:.0%} to {ends[1]:.0%})")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value + 0:.2f}"


def _range(ends: Sequence[float] | None) -> str:
    return "" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"
