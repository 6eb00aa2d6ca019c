"""What two factors do together, in a table and a sentence for each pair of settings."""

import math
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.compare.together import Together
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.output import counted


def together_view(found: Sequence[Together]) -> RenderableType:
    """Return the tables; nothing where no two settings meet."""
    parts: list[RenderableType] = []
    for one in found:
        neither, first, second, both = one.found.kept
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
        for heading in ("kept with", "neither", "A", "B", "both", "if added", "if multiplied"):
            table.add_column(heading, justify="right", no_wrap=True)
        multiplied = first * second / neither if neither else math.nan
        shares = (neither, first, second, both, first + second - neither, multiplied)
        table.add_row("", *("-" if math.isnan(share) else f"{100 * share:.1f}%" for share in shares))
        parts += [Text(f"\nA: {one.settings[0]}; B: {one.settings[1]}", style="bold"), table, Text(_said(one))]
    return Group(*parts)


def _said(one: Together) -> str:
    found, points, ratio = one.found, one.found.additive, one.found.multiplicative
    if found.worlds < FEWEST_WORLDS:
        return f"{counted(found.worlds, 'world')} of {FEWEST_WORLDS} are too few to tell what the two do together"
    figures = f"against added up {100 * points.value:+.1f} points ({100 * points.low:+.1f} to {100 * points.high:+.1f})"
    if not math.isnan(ratio.low):
        figures += f", against multiplied x {ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"
    if not found.loses:
        return f"one of the two alone loses nothing, so nothing is said of both; {figures}"
    verdict = found.verdict or "nothing can be said: nothing is kept in one of the four"
    return f"{verdict[0].upper()}{verdict[1:]}; {figures}."
