"""What was found in others' logged chains: a set of them, and one chain text by text."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chains.analysis.archives.attractors import FIRST_TAKEN, released
from chains.analysis.archives.chain import Chain
from chains.analysis.archives.properties import PROPERTIES, RECALL
from chains.analysis.archives.summary import FIRST, Summary, measured
from chains.scoring.text.legible import legible
from chains.terminal.views.output import counted
from chains.terminal.views.run_tables import shown_hops

MILESTONES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Generations shown of a long chain, besides its last; all of them are in `--json`."""
FEW = 6
"""Generations that are all shown."""


def archive_view(found: Summary, trials: Sequence[str]) -> RenderableType:
    """Return properties and scores by generation, and attractors with what they take as the first text.

    Args:
        found: A set, measured.
        trials: What its chains are called, in order.
    """
    parts: list[RenderableType] = [
        Text(
            f"{legible(found.name)}: {counted(found.chains, 'chain')} of {counted(found.generations, 'generation')}",
            style="bold",
        ),
        Text(legible(_named(trials))),
    ]
    if found.attractors:
        parts += _attractors(found)
    parts.append(_by_generation(found))
    parts += [Text(f"{name}: {PROPERTIES[name].about}") for name in found.properties]
    if found.recall:
        parts.append(Text(f"recall: {RECALL}"))
    return Group(*parts)


def _named(trials: Sequence[str]) -> str:
    """Return the first and last name, and the rule of order: c1.9 is the last of ten, after c1.10."""
    if len(trials) == 1:
        return f"chains: {trials[0]}"
    return f"chains: {trials[0]} to {trials[-1]}, ordered as words are"


def _attractors(found: Summary) -> Iterator[RenderableType]:
    theirs = released(found.name)
    table = Table(
        title="attractor: the line of the last text's value on the first's, least squares over chains",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("")
    headings = {"from_generation_1": "from generation 1", "from_initial": "from the initial text"}
    for first in headings.values():
        table.add_column(f"strength {first}", justify="right")
        table.add_column("position", justify="right")
        if theirs:
            table.add_column("released", justify="right")
    for name, row in found.attractors.items():
        cells: list[str] = []
        for first in headings:
            line = row.get(first)
            position = line.position if line else None
            cells.append(f"{line.strength:.4f}" if line else "none")
            cells.append("none" if position is None else f"{position:.{PROPERTIES[name].digits}f}")
            if theirs:
                cells.append(f"{theirs[name]:.3f}" if FIRST_TAKEN.get(name) == first else "")
        table.add_row(name, *cells)
    yield table
    for _, which in FIRST.values():
        yield Text(which)
    if theirs:
        yield Text(
            "released: the strength in the Telephone Game's own files, over all their chains of this model and prompt; "
            "their sentiment scores are by another VADER than ours, and differ a little"
        )


def _by_generation(found: Summary) -> Table:
    rows = {**found.properties, **({"recall": found.recall} if found.recall else {}), **found.scores}
    return _table("mean over chains, by generation", rows)


def _table(title: str, rows: Mapping[str, Mapping[int, float]]) -> Table:
    generations = sorted({at for row in rows.values() for at in row})
    if len(generations) > FEW:
        generations = [at for at in generations if at in MILESTONES or at == generations[-1]]
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("", overflow="fold", max_width=26)
    for generation in generations:
        table.add_column(str(generation), justify="right", no_wrap=True)
    for name, row in rows.items():
        # A share may be a hair above 1: some scores are computed in single precision.
        share = all(abs(value) <= 1.001 for value in row.values())
        counts = all(value.is_integer() for value in row.values())
        digits = 0 if counts else 3 if share else 1
        table.add_row(name, *(f"{row[at]:.{digits}f}" if at in row else "" for at in generations))
    return table


def chain_view(trial: str, chain: Chain) -> RenderableType:
    """Return one chain text by text with its numbers; of a long one, some generations."""
    parts: list[RenderableType] = [Text(legible(f"{trial}   {chain.set}"), style="bold")]
    if not chain.texts:
        return Group(*parts, _table("what was published of it, by generation; its texts were not", chain.scores))
    rows = measured(chain)
    generations = list(range(len(chain.texts)))
    shown = shown_hops(generations)
    for at in shown:
        parts += _generation(chain, rows, at)
    if len(shown) < len(generations):
        left = len(generations) - len(shown)
        parts.append(Text(f"{left} generations between are left out; --json has them all", style="yellow"))
    return Group(*parts)


def _generation(chain: Chain, rows: dict[str, list[float]], at: int) -> Iterator[RenderableType]:
    what = "the initial text" if at == 0 else f"generation {at}"
    yield Rule(f"{what}: {len(chain.texts[at].split())} words", align="left")
    yield Text(legible(chain.texts[at].strip()))
    if at and chain.texts[at] == chain.texts[at - 1]:
        yield Text("the same text as before it", style="yellow")
    numbers = {name: row[at] for name, row in rows.items() if name != "words"}
    yield Text(_numbers(numbers), style="cyan")
    scores = {name: row[at] for name, row in chain.scores.items() if at in row}
    if scores:
        yield Text(f"scores: {_numbers(scores)}", style="cyan")


def _numbers(values: dict[str, float]) -> str:
    digits = {name: found.digits for name, found in PROPERTIES.items()} | {"length": 0}
    return "  ".join(
        f"{name} {value:.{digits.get(name, 0 if value.is_integer() and abs(value) > 1 else 3)}f}"
        for name, value in values.items()
    )
