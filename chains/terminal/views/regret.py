"""Tables of what decisions cost, and of what became of orders on their way down."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.scoring.measures.regret import TERMS
from chains.terminal.views.output import figures_by

HEADINGS = {"information": "inform.", "invention": "invent.", "judgement": "judge", "intervention": "stops",
            "directive": "direct.", "execution": "execute"}  # fmt: skip
"""The terms of the split, short enough for eighty columns."""


def regret_view(
    rows: Sequence[dict[str, Any]], down: Sequence[dict[str, Any]], by_hop: Callable[[Sequence[dict[str, Any]]], Table]
) -> Iterator[RenderableType]:
    """Return the tables of a run of the whole loop.

    Args:
        rows: What each condition lost, from `results.regret.regret_rows`.
        down: What became of clauses at each hop down, from `results.regret.down_rows`.
        by_hop: How shares by hop are shown.
    """
    for condition, group in groupby(down, key=lambda row: row["condition"]):
        yield Text(f"the charter on its way down: {condition}", style="bold")
        yield by_hop(list(group))
    if any(row["paying"] for row in rows):
        yield Text(
            "regret: what was paid less than by the best decision on the full ledger, mean of trials", style="bold"
        )
        yield _split(rows)
        yield Text("the executive, against itself with the full ledger and with no report", style="bold")
        yield _executive(rows)
    else:
        yield Text("no payoffs are given, so that there is no best decision and no regret")
    yield Text("flips: decided otherwise than on the full ledger, and than on reading that twice", style="bold")
    yield _flips(rows)
    for row in rows:
        if sentence := unread(row):
            yield Text(f"note: {row['condition']}: {sentence}", style="yellow")


def _split(rows: Sequence[dict[str, Any]]) -> Table:
    stops = any(row["intervention"] for row in rows)
    terms = [term for term in TERMS if stops or term != "intervention"]  # a column that few runs have a use for
    table = figures_by("trials", "regret", *(HEADINGS[term] for term in terms))
    for row in rows:
        figures = [_figure(row[name]) for name in ("regret", *terms)]
        table.add_row(row["condition"], f"{row['split']} of {row['trials']}", *figures)
        if any(row["ci"].values()):
            table.add_row("95% interval", "", *(_range(row["ci"][name]) for name in ("regret", *terms)), style="dim")
    return table


def _executive(rows: Sequence[dict[str, Any]]) -> Table:
    table = figures_by("right", "guess", "net", "informed", "no report", "wary", "judge net")
    for row in rows:
        shares = [_share(row[name]) for name in ("right", "guessed", "right_net")]
        names = ("regret_informed", "regret_uninformed", "regret_wary", "judgement_net")
        table.add_row(row["condition"], *shares, *(_figure(row[name]) for name in names))
    return table


def _flips(rows: Sequence[dict[str, Any]]) -> Table:
    table = figures_by("trials", "flipped", "pairs", "reread", "net", "95% interval")
    for row in rows:
        found = row["flips"]
        ends = "-" if found["ci"] is None else f"{found['ci'][0]:+.0%} to {found['ci'][1]:+.0%}"
        net = "-" if found["net"] is None else f"{found['net']:+.0%}"
        shares = str(found["trials"]), _share(found["flipped"]), str(found["pairs"]), _share(found["reread"])
        table.add_row(row["condition"], *shares, net, ends)
    return table


def unread(row: dict[str, Any]) -> str:
    """Return notes: what could not be read in a condition's trials, and its regret if that counts as no decision."""
    parts = [
        f"{count} of {of} {what}"
        for count, of, what in (
            (row["undecided"], row["trials"], "decisions can't be read"),
            (row["orders_unread"], row["deeds"], "orders name no one option"),
            (row["unordered"], row["deeds"], "workers got no order (the standing plan counts as theirs)"),
            (row["deeds_unread"], row["deeds"], "deeds can't be read"),
        )
        if count
    ]
    if row["split"] < row["paying"]:
        parts.append(f"over all trials, unreadable deeds taken for the plan, regret {row['regret_standing']:.1f}")
    return "; ".join(parts)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value + 0:.1f}"


def _range(ends: Sequence[float] | None) -> str:
    """Return an interval in few columns: whole numbers do beside a figure with its tenth."""
    return "" if ends is None else f"{ends[0] + 0:.0f}..{ends[1] + 0:.0f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
