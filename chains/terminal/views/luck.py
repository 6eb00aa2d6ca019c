"""What past success does to the next decision, for the terminal: a row for each round, and sentences on the creep."""

import math
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.luck import Change, LuckRow
from chains.stats.paired.shares import FEWEST_WORLDS, Share
from chains.terminal.views.output import figures_by

TABLES = {"kept": "the plan carried out", "right": "where that is right", "milder": "milder grades at the top"}
"""The tables by round, by the names of `LuckRow`."""


def luck_view(rows: Sequence[LuckRow]) -> Iterator[RenderableType]:
    """Return a table of the rounds, a row for each condition, then what is found of each; nothing without decisions."""
    if not rows:
        return
    for of, what in TABLES.items():
        if any(share.worlds for row in rows for share in getattr(row, of)):
            yield Text(f"{what}, by round", "bold")
            yield _by_round(rows, of)
    for row in rows:
        yield Text(f"{row.condition}: {creep_sentence(row)}")
        yield from (Text(f"  {sentence}") for sentence in _sentences(row) if sentence)
    yield Text(
        "a round survived: one in which the plan was carried out; log-odds by a logit model over rounds with the true "
        "risk, 95% intervals by world; a change point by likelihood, p by shuffling the rounds of each world",
        style="dim",
    )
    worlds = max(share.worlds for row in rows for share in row.kept)
    if worlds < FEWEST_WORLDS:
        yield Text(f"note: {worlds} world{'s are' if worlds > 1 else ' is'} too few for a conclusion on luck", "yellow")


def _by_round(rows: Sequence[LuckRow], of: str) -> Table:
    table = figures_by(*map(str, range(1, max(len(row.kept) for row in rows) + 1)))
    cells = {row.condition: [_percent(share) for share in getattr(row, of)] for row in rows}
    if of == "right" and len(set(map(tuple, cells.values()))) == 1:
        cells = {"": next(iter(cells.values()))}  # the worlds are the same in all conditions
    for condition, shares in cells.items():
        table.add_row(condition, *shares)
    return table


def _sentences(row: LuckRow) -> tuple[str, ...]:
    return (
        change_sentence(row.kept_changes, "the plan is carried out"),
        change_sentence(row.milder_changes, "graded facts are heard with a milder grade"),
        first_sentence(row),
    )


def creep_sentence(row: LuckRow) -> str:
    """Say what each round survived adds to the log-odds of carrying the plan out."""
    if not row.figures:
        return "what past rounds add can't be estimated: too little differs between rounds"
    added = with_interval(row.figures["creep"])
    sentence = f"each round survived adds {added} to the log-odds of carrying the plan out"
    if row.figures["keenness"][0] <= 0:
        return sentence
    return f"{sentence}; the accepted risk grows by {with_interval(row.figures['shift'])} log-odds of failure"


def with_interval(figure: tuple[float, float, float]) -> str:
    """Return a figure with its sign, and with its interval if there is one."""
    value, low, high = figure
    return f"{value:+.2f}" if math.isnan(low) else f"{value:+.2f} ({low:+.2f} to {high:+.2f})"


def change_sentence(change: Change | None, what: str) -> str:
    """Say from which round a share is another one; empty if it never differs."""
    if change is None:
        return ""
    number, before, after, p = change
    return f"change point: from round {number} on {what} in {after:.0%}, before in {before:.0%} (p {p:.3f})"


def first_sentence(row: LuckRow) -> str:
    """Say at which hop graded facts are first told with a milder grade; empty if there are none."""
    rounds = sum(row.first_milder.values())
    if not rounds:
        return ""
    told = ", ".join(f"hop {hop} in {row.first_milder[hop]}" for hop in sorted(hop for hop in row.first_milder if hop))
    return (
        f"a milder grade is first told at {told} of {rounds} rounds" if told else f"no milder grade in {rounds} rounds"
    )


def _percent(share: Share) -> str:
    return f"{share.value:.0%}" if share.worlds else "-"
