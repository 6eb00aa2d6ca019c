"""What a planned experiment could find, and what it would take."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.registered.power_plan import Assumed, Design, Planned
from chains.terminal.views.output import counted

ABOUT = (
    "power: share of drawn studies that find it; worlds for 80%, with the power drawn there in parentheses. "
    "Arms are drawn apart, so what pairing gains is not counted: contrasts are lower bounds. "
    "Of statements of given frailty nothing is said where a check fails; where nothing is wrong one does in 5 of 100 "
    "studies, so take 1.1 times as many worlds"
)


MANY = 100
"""From so many drawn studies on, a power is shown with two digits."""


def plan_view(design: Design, assumed: Assumed, found: Sequence[Planned], *, hypotheses: int) -> RenderableType:
    """Return the power of every hypothesis, and what the worlds needed would take."""
    table = Table(
        title="power", title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for number, column in enumerate(("", "if", "power", "worlds for 80%", "calls", "tokens")):
        table.add_column(column, justify="right" if number > 1 else "left", no_wrap=number != 0)
    for one in found:
        table.add_row(one.name, one.assumed, *_cells(one))
    managers = ", ".join(map(str, design.managers))
    lines = [
        Text(
            f"{counted(design.worlds, 'world')}, {counted(design.replicates, 'replicate')}, "
            f"{counted(design.facts, 'fact')}, "
            f"{managers} managers between worker and executive"
        ),
        Text("assumed: " + ", ".join(f"{name} {value:g}" for name, value in asdict(assumed).items())),
    ]
    told = [Text(f"{one.name}: {one.text}") for one in found]
    notes = [Text(f"note: {one.name}: {one.why}", style="yellow") for one in found if one.why]
    if hypotheses > 1:
        notes.insert(
            0,
            Text(f"each of {hypotheses} hypotheses is tested at .05 / {hypotheses}, the hardest step of Holm's method"),
        )
    if not hypotheses:
        notes.insert(0, Text("no hypothesis is registered; [hypotheses] in the experiment file does it"))
    return Group(*lines, Text(), table, Text(ABOUT), Text(), *told, *notes)


def _cells(one: Planned) -> tuple[str, str, str, str]:
    found = one.power
    if found is None or not np.isfinite(found.power):
        return "-", "-", "-", "-"
    digits = 2 if found.studies >= MANY else 1
    power = f"{found.power:.{digits}f}" + ("" if one.why else f" ±{found.margin:.{digits}f}")
    if found.needed is None:
        return power, "out of reach", "-", "-"
    there = "" if found.checked is None else f" ({found.checked:.{digits}f})"
    return power, f"{found.needed:,}{there}", f"{one.calls:,}", f"{one.tokens:,}"
