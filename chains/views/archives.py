"""What was found in a set of logged chains."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.archives.summary import FIRST, RECALL, Summary

MILESTONES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Generations shown of a long chain, besides its last; all of them are in `--json`."""
FEW = 6
"""Generations that are all shown."""


def archive_view(found: Summary) -> RenderableType:
    """Return properties and scores by generation, and attractors with what they take as the first text."""
    parts: list[RenderableType] = [
        Text(f"{found.name}: {found.chains} chains of {found.generations} generations", style="bold")
    ]
    if found.attractors:
        parts.append(_attractors(found))
    parts.append(_by_generation(found))
    if found.recall:
        parts.append(Text(f"recall: {RECALL}"))
    return Group(*parts)


def _attractors(found: Summary) -> Table:
    table = Table(title="attractor: last text on first, least squares over chains", title_justify="left")
    table.add_column("property")
    table.add_column("strength", justify="right")
    table.add_column("position", justify="right")
    table.add_column("which is")
    for name, row in found.attractors.items():
        for first, line in row.items():
            cells = (f"{line.strength:.4f}", f"{line.position:.1f}") if line else ("none", "none")
            table.add_row(name, *cells, FIRST[first][1])
    return table


def _by_generation(found: Summary) -> Table:
    rows = {**found.properties, **({"recall": found.recall} if found.recall else {}), **found.scores}
    generations = sorted({at for row in rows.values() for at in row})
    if len(generations) > FEW:
        generations = [at for at in generations if at in MILESTONES or at == generations[-1]]
    table = Table(title="mean over chains, by generation", title_justify="left", box=None, pad_edge=False)
    table.add_column("", overflow="fold", max_width=22)
    for generation in generations:
        table.add_column(str(generation), justify="right", no_wrap=True)
    for name, row in rows.items():
        digits = 3 if all(abs(value) <= 1 for value in row.values()) else 1
        table.add_row(name, *(f"{row[at]:.{digits}f}" if at in row else "" for at in generations))
    return table
