"""Which conditions lose the same facts, for the terminal."""

import math
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.compare.loss_correlation import Alike
from chains.stats.paired.shares import FEWEST_WORLDS


def alike_view(rows: Sequence[Alike]) -> RenderableType:
    """Return a row for each pair of conditions, those of a condition with itself first."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("", "", "phi", "95% interval", "lost", "lost", "pairs"):
        table.add_column(heading, justify="left" if not heading else "right")
    for row in sorted(rows, key=lambda row: row.a != row.b):
        found = row.found
        same = row.a == row.b
        between = Text("itself") if same else Text(row.b)
        interval = "none" if math.isnan(found.low) else f"{found.low:+.2f} to {found.high:+.2f}"
        value = "-" if math.isnan(found.phi) else f"{found.phi:+.2f}"
        table.add_row(row.a, between, value, interval, *(f"{share:.0%}" for share in found.lost), f"{found.pairs:,}")
    few = max(row.found.worlds for row in rows)
    notes = [Text(f"note: {few} worlds are too few for a conclusion", "yellow")] if few < FEWEST_WORLDS else []
    return Group(
        Text("are the same facts lost? correlation of losses between other replicates of the same worlds", "bold"),
        table,
        Text("phi: 1 the same facts, 0 independent; some facts are hard for all, so hold pairs against pairs", "dim"),
        *notes,
    )
