"""What a planned experiment could find, and what it would take."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.registered.power_plan import Assumed, Design, Planned
from chains.stats.measurement_error.prediction_powered import Bought
from chains.stats.power import Power
from chains.terminal.views.output import counted

ABOUT = (
    "power: share of drawn studies that find it; worlds for 80%, with the power there in parentheses. "
    "Arms are drawn apart, so what pairing gains is not counted: contrasts are lower bounds. "
    "Where nothing is wrong each check fails in 25 of 1,000 studies, and that is counted"
)
LABELS = (
    "labels of what the executive hears, in two conditions together (`agree --heard`), drawn equally over the fates "
    "read: half the 95% interval of the difference in retention, with the readings and alone. Without labels an error "
    "that differs between the conditions shifts the difference by as much"
)


ENOUGH = 0.8
"""A power that is worth a study."""


def plan_view(
    design: Design,
    assumed: Assumed,
    found: Sequence[Planned],
    labels: Sequence[Bought],
    checked: int | None,
    *,
    hypotheses: int,
) -> RenderableType:
    """Return the power of every hypothesis, what the worlds needed would take, and what labels would buy.

    `checked` is the number of worlds from which on replicates can be checked.
    """
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
    steps = [part for one in found if one.power is not None and one.power.steps for part in _steps(one.name, one.power)]
    said = Text(_sentence(design, found), "bold")
    rests = "can't be checked" if checked is None else f"can be checked from {counted(checked, 'world')} on"
    steps.append(Text(f"whether replicates repeat each other {rests}, by 20 pairs of losses within two hops"))
    return Group(
        said,
        Text(),
        *lines,
        Text(),
        table,
        Text(ABOUT),
        Text(),
        *told,
        *notes,
        *steps,
        Text(),
        _labels(labels),
        Text(LABELS),
    )


def _steps(name: str, found: Power) -> list[RenderableType]:
    """Return what each thing that a verdict asks for costs, with all before it."""
    table = Table(
        title=f"{name.strip()}: what each thing it asks for leaves", title_justify="left", title_style="bold", box=None,
        pad_edge=False, padding=(0, 2, 0, 0),
    )  # fmt: skip
    for number, column in enumerate(("", "power", "worlds for 80%")):
        table.add_column(column, justify="right" if number else "left")
    for step in found.steps:
        table.add_row(step.what, f"{step.power:.2f}", "out of reach" if step.needed is None else f"{step.needed:,}")
    return [Text(), table]


def _labels(labels: Sequence[Bought]) -> Table:
    table = Table(
        title="labels", title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for column in ("labels", "with the readings", "alone"):
        table.add_column(column, justify="right")
    for one in labels:
        table.add_row(f"{one.labels:,}", f"±{one.half:.1%}", f"±{one.alone:.1%}")
    return table


def _sentence(design: Design, found: Sequence[Planned]) -> str:
    """Say whether the study is large enough, and how large it would have to be."""
    drawn = {one.name: one.power for one in found if one.power is not None and np.isfinite(one.power.power)}
    if not drawn:
        return "No power can be drawn for this design; the notes say why."
    short = [name for name, power in drawn.items() if power.power < ENOUGH]
    if not short:
        return f"{counted(design.worlds, 'world')} are enough: each finding is made in 80 of 100 such studies or more."
    needed = [power.needed for name, power in drawn.items() if name in short]
    small = f"{counted(design.worlds, 'world')} are too few for {_listed(short)}"
    reach = [worlds for worlds in needed if worlds is not None]
    if len(reach) < len(needed):
        return f"{small}; not all are in reach of any reasonable number of worlds."
    return f"{small}: {max(reach):,} worlds find what is assumed in 80 of 100 studies."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _cells(one: Planned) -> tuple[str, str, str, str]:
    found = one.power
    if found is None or not np.isfinite(found.power):
        return "-", "-", "-", "-"
    power = f"{found.power:.2f}" + ("" if one.why else f" ±{found.margin:.2f}")
    if found.needed is None:
        return power, "out of reach", "-", "-"
    there = "" if found.checked is None else f" ({found.checked:.2f})"
    return power, f"{found.needed:,}{there}", f"{one.calls:,}", f"{one.tokens:,}"
