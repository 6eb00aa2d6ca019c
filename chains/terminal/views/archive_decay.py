"""What an archive with counts alone shows: how the kept share falls, as curves, a table and sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.stats.survival.aggregate import BASES, Aggregate, Decay
from chains.terminal.views.curve_data import Curve, Panel
from chains.terminal.views.output import counted
from chains.terminal.views.run_tables import shown_hops
from chains.terminal.views.terminal_plot import Plot

CONSTANT = "dotted: a constant hazard"


def aggregate_view(found: Aggregate) -> RenderableType:
    """Return the cumulative hazard as a plot and a table, its slope, and the notes but `NO_STATEMENTS`."""
    parts: list[RenderableType] = [
        Text(f"{found.name}: {counted(found.chains, 'chain')}", style="bold"),
        Text(found.what),
        Plot(replace(hazard_panel(found), title="")),
        _slopes(found.decays),
    ]
    parts += [_by_generation(found, decay) for decay in found.decays]
    parts += [Text(f"- {sentence}") for sentence in (*_readings(found), *found.sentences[1:])]
    return Group(*parts)


def hazard_panel(found: Aggregate) -> Panel:
    """Return L(n) on n, one curve for each basis, each with the straight line to its end."""
    curves: list[Curve] = []
    for number, decay in enumerate(found.decays):
        name = f"by {decay.basis}" if len(found.decays) > 1 else ""
        points = list(zip(map(float, decay.n), decay.hazard, strict=True))
        curve = Curve(name, points, decay.band, number)
        curves.append(curve)
        curves.append(Curve("", [points[0], curve.finite[-1]], (), number, dotted=True))
    since = f"generations after {found.base}"
    title = f"{found.name}: {found.what}"
    return Panel(title, curves, since, f"cumulative hazard net of generation {found.base}", CONSTANT)


def _slopes(decays: Sequence[Decay]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("basis", no_wrap=True)
    table.add_column("slope", justify="right")
    table.add_column("95% interval", justify="right", no_wrap=True)
    table.add_column("which is")
    for decay in decays:
        slope = "none" if np.isnan(decay.slope) else f"{decay.slope:.2f}"
        interval = "none" if np.isnan(decay.ci[0]) else f"{decay.ci[0]:.2f} to {decay.ci[1]:.2f}"
        table.add_row(decay.basis, slope, interval, BASES[decay.basis])
    return table


def _by_generation(found: Aggregate, decay: Decay) -> Table:
    shown = shown_hops(range(len(decay.n)))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(f"by {decay.basis}, at generation" if len(found.decays) > 1 else "at generation")
    for at in shown:
        table.add_column(str(decay.n[at] + found.base), justify="right", no_wrap=True)
    table.add_row("kept", *(f"{decay.share[at]:.2f}" for at in shown))
    table.add_row("hazard", *(f"{decay.hazard[at]:.2f}" for at in shown))
    return table


def _readings(found: Aggregate) -> Iterator[str]:
    """Say what each slope means, as far as it means anything."""
    for decay in found.decays:
        low, high = decay.ci
        if np.isnan(low):
            continue
        if high < 1:
            said = "the hazard falls along the chain, early texts lose most"
        elif low > 1:
            said = "the hazard rises along the chain"
        else:
            said = "a constant hazard is within the interval"
        yield f"by {decay.basis}: {said}"
