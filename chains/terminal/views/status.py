"""The status on its way up for the terminal: the 3x3 matrix of true and told at every hop, and shares by hop."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.status import StatusRow
from chains.scoring.replies.status import TOLD
from chains.stats.paired.shares import FEWEST_WORLDS, Share
from chains.worlds.facts.status_rule import STATUSES

HEADINGS = {"red": "true red", "amber": "true amber", "green": "true green"}


def status_view(rows: Sequence[StatusRow], shown: Sequence[int]) -> Iterator[RenderableType]:
    """Return a table for each condition, a row for each hop.

    Args:
        rows: By condition and hop, from `results.status.status_rows`.
        shown: The hops to show.
    """
    if not rows:
        return
    yield Text("the status: trials in which red, amber, green, an unclear one or none is told, by what is true", "bold")
    for condition, group in groupby(rows, key=lambda row: row.condition):
        hops = list(group)
        yield Text(f"{condition} ({hops[0].trials} trial{'s' if hops[0].trials > 1 else ''})", style="bold")
        last = hops[-1].hop
        yield _table([row for row in hops if row.hop in shown or row.hop == last])
    yield Text(
        "told as: r a g ? -; softened: greener than the truth, of those not green; hardened: worse, of those not red; "
        "here: greener than one hop below; 95% intervals over worlds",
        style="dim",
    )
    worlds = max(row.untold.worlds for row in rows)
    if worlds < FEWEST_WORLDS:
        yield Text(
            f"note: {worlds} world{'s are' if worlds > 1 else ' is'} too few for a conclusion on the status", "yellow"
        )


def told_sentence(rows: Sequence[StatusRow]) -> str:
    """Say in which condition the executive is most often told a greener status than the true one, in which least."""
    tops: dict[str, StatusRow] = {}
    for row in rows:
        if row.softened.worlds and (row.condition not in tops or row.hop > tops[row.condition].hop):
            tops[row.condition] = row
    if not tops:
        return "No status is told yet that could have been told greener than it is."
    ranked = sorted(tops.values(), key=lambda row: -row.softened.value)
    most, least = ranked[0], ranked[-1]
    few = min(row.softened.worlds for row in ranked) < FEWEST_WORLDS
    end = "; too few worlds to conclude from" if few else ""
    said = "The executive is told a greener status than the true one"
    of = "the trials that are not green"
    if most.softened.value == least.softened.value:
        which = " with every condition" if len(ranked) > 1 else ""
        return f"{said} in {most.softened.value:.0%} of {of}{which}{end}."
    return (
        f"{said} most often with {most.condition}, in {most.softened.value:.0%} of {of}, "
        f"and least with {least.condition}, in {least.softened.value:.0%}{end}."
    )


def _table(rows: Sequence[StatusRow]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("hop", justify="right")
    for status in STATUSES:
        table.add_column(HEADINGS[status], style=status if status != "amber" else "yellow")
    for heading in ("softened", "hardened", "untold", "here"):
        table.add_column(heading, justify="right")
    for row in rows:
        matrix = [" ".join(str(row.matrix[true][told]) for told in TOLD) for true in STATUSES]
        shares = [share_text(row.softened), share_text(row.hardened), _percent(row.untold), _percent(row.softened_here)]
        table.add_row(str(row.hop), *matrix, *shares)
    return table


def share_text(share: Share) -> str:
    """Return a share and its 95% interval in per cent."""
    return f"{share.value:.0%} ({100 * share.low:.0f} to {100 * share.high:.0f})" if share.worlds else "-"


def _percent(share: Share) -> str:
    return f"{share.value:.0%}" if share.worlds else "-"
