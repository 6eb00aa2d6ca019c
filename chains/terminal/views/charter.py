"""Tables of what became of a charter whose order went down alone."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text


def carried_view(clauses: Sequence[Mapping[str, Any]], deeds: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Return the tables of a run in which orders went down alone.

    Args:
        clauses: What became of each clause at each hop, from `results.charter.clause_rows`.
        deeds: What the workers did, from `results.charter.deed_rows`.
    """
    yield Text("kept of the charter at each hop down, by the rank of the goal (hop 1: the executive's order)", "bold")
    for condition, rows in groupby(clauses, key=lambda row: row["condition"]):
        yield Text(condition)
        yield _clauses(list(rows))
    yield Text("the last order: its goals, must-not and owner", style="bold")
    yield _orders(deeds)
    yield Text("what the worker does: the best action by the whole charter, and what it costs to do another", "bold")
    yield _deeds(deeds)
    for row in deeds:
        if row["deeds_unread"]:
            sentence = f"{row['deeds_unread']} of {row['deeds']} deeds can't be read, which count as not right"
            yield Text(f"note: {row['condition']}: {sentence}", style="yellow")
    if cut := max(row["cut_off"] for row in deeds):
        yield Text(f"note: up to {cut:.0%} of a condition's orders were cut off by their length limit", style="yellow")
    if silent := max(row["silent"] for row in deeds):
        yield Text(f"note: up to {silent:.0%} of a condition's orders were refused, filtered or empty", style="yellow")
    if loops := max(row["degenerate"] for row in deeds):
        yield Text(f"note: up to {loops:.0%} of a condition's orders loop, or are empty of any claim", style="yellow")


def acted_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say in which condition the workers do what is best most often, and in which least."""
    ranked = sorted((row for row in rows if row["right_action"] is not None), key=lambda row: -row["right_action"])
    if not ranked:
        return "No deed can be read yet."
    best, worst = ranked[0], ranked[-1]
    if best["right_action"] == worst["right_action"]:
        which = "In all conditions the" if len(ranked) > 1 else "The"
        return f"{which} workers do what is best by the whole charter in {best['right_action']:.0%} of the trials."
    return (
        f"{best['condition']} has the best action done most often, in {best['right_action']:.0%} of the trials, and "
        f"{worst['condition']} least, in {worst['right_action']:.0%}; `compare` tells whether the difference is real."
    )


def _clauses(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return a row for each hop and a column for each place of the charter, and how often the must-not is turned."""
    places = list(dict.fromkeys(row["clause"] for row in rows))
    table = _table("hop", *places, *(["inverted"] if "must not" in places else []))
    for hop, group in groupby(rows, key=lambda row: row["hop"]):
        by_place = {row["clause"]: row for row in group}
        cells = [_share(by_place[place]["kept"]) for place in places]
        turned = [_share(by_place["must not"]["inverted"])] if "must not" in places else []
        table.add_row(str(hop), *cells, *turned)
    return table


def _orders(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("", "words", "goals", "first", "lower", "must not", "excess", "owner", "tau")
    names = ("goals_kept", "first_goal_kept", "lower_goals_excess", "must_not_kept", "must_not_excess", "owner_kept")
    for row in rows:
        shares = (_share(row[name]) for name in names)
        table.add_row(row["condition"], _figure(row["words"], 0), *shares, _figure(row["rank_order"], 2))
    return table


def _deeds(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("", "trials", "right", "guess", "net", "informed", "regret", "order", "deed")
    for row in rows:
        shares = [_share(row[name]) for name in ("right_action", "right_uninformed", "right_net", "right_informed")]
        costs = [_figure(row[name], 1) for name in ("action_regret", "order_regret", "deed_regret")]
        table.add_row(row["condition"], str(row["trials"]), *shares, *costs)
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading else "left")
    return table


def _figure(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value + 0:.{places}f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
