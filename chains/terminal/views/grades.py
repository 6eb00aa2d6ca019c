"""Graded facts on their way up, for the terminal: a row for each hop of each condition."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.grades import GradedRow
from chains.stats.paired.shares import FEWEST_WORLDS, Share

COLUMNS = ("told", "milder", "worse", "success", "warning")
"""Shares that are shown with their intervals."""


def grades_view(rows: Sequence[GradedRow], shown: Sequence[int]) -> Iterator[RenderableType]:
    """Return a table for each condition, a row for each hop.

    Args:
        rows: By condition and hop, from `results.grades.graded_rows`.
        shown: The hops to show.
    """
    if not rows:
        return
    yield Text("graded facts: told at all, with a milder or a worse grade, close calls as success or warning", "bold")
    for condition, group in groupby(rows, key=lambda row: row.condition):
        hops = list(group)
        yield Text(f"{condition} ({hops[0].trials} trial{'s' if hops[0].trials > 1 else ''})", style="bold")
        last = hops[-1].hop
        yield _table([row for row in hops if row.hop in shown or row.hop == last])
        if sentence := estimated_sentence(hops[0]):
            yield Text(sentence)
    yield Text(
        "told: of all; milder, worse: of those told with a clear grade that can be; unclear: told without one; "
        "success, warning: of the close calls told; 95% intervals over worlds",
        style="dim",
    )
    worlds = max(row.shares["told"].worlds for row in rows)
    if worlds < FEWEST_WORLDS:
        yield Text(
            f"note: {worlds} world{'s are' if worlds > 1 else ' is'} too few for a conclusion on grades", "yellow"
        )


def estimated_sentence(row: GradedRow) -> str:
    """Say what two lists of workers alone would tell of how much is reported; empty if there is one list."""
    if row.estimated is None:
        return ""
    value, low, high = row.estimated
    if math.isnan(value):
        return "by capture and recapture nothing can be said of how much is reported: nobody reports anything"
    interval = "" if math.isnan(low) else f" ({100 * low:.0f} to {100 * high:.0f})"
    true = row.shares["told"].value
    return f"the staff report {true:.0%}; by capture and recapture, from their two lists alone: {value:.0%}{interval}"


def graded_sentence(rows: Sequence[GradedRow]) -> str:
    """Say in which condition the executive hears of most graded facts and in which of fewest."""
    tops: dict[str, GradedRow] = {}
    for row in rows:
        if row.shares["told"].worlds and (row.condition not in tops or row.hop > tops[row.condition].hop):
            tops[row.condition] = row
    ranked = sorted(tops.values(), key=lambda row: -row.shares["told"].value)
    if not ranked:
        return "No graded fact is told yet."
    most, least = ranked[0], ranked[-1]
    few = min(row.shares["told"].worlds for row in ranked) < FEWEST_WORLDS
    end = "; too few worlds to conclude from" if few else ""
    said, (high, low) = "The executive hears of", (one.shares["told"].value for one in (most, least))
    if high == low:
        which = " in all conditions alike" if len(ranked) > 1 else ""
        return f"{said} {high:.0%} of the graded facts{which}{end}."
    which = f"most graded facts with {most.condition}, {high:.0%}, and of fewest with {least.condition}, {low:.0%}"
    return f"{said} {which}{end}."


def _table(rows: Sequence[GradedRow]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("hop", *COLUMNS, "unclear"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        unclear = row.shares["unclear"]
        shares = (_compact(row.shares[name]) for name in COLUMNS)
        table.add_row(str(row.hop), *shares, f"{unclear.value:.0%}" if unclear.worlds else "-")
    return table


def _compact(share: Share) -> str:
    return f"{share.value:.0%} {100 * share.low:.0f}..{100 * share.high:.0f}" if share.worlds else "-"
