"""The table of a paired comparison."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.comparison import ABOUT, Comparison
from chains.laws.paired import FEWEST_WORLDS, Paired

COUNTS = ("invention", "unfounded", "words")
"""Measures that are counts; all others are shares."""


def comparison_view(comparison: Comparison) -> RenderableType:
    """Return every measure of what the executive hears in both conditions, and the difference."""
    table = Table(title=f"{comparison.b} against {comparison.a}: what the executive hears", title_justify="left")
    table.add_column("measure")
    for heading in ("a", "b", "b - a", "95% interval"):
        table.add_column(heading, justify="right")
    table.add_column("which is")
    for name, row in comparison.measures.items():
        table.add_row(name, *_cells(row, share=name not in COUNTS), ABOUT[name])
    notes = [Text(f"a: {comparison.a}; b: {comparison.b}; {comparison.pairs} pairs from {comparison.worlds} worlds")]
    if comparison.left_out:
        notes.append(Text(f"note: {comparison.left_out} finished trials have no partner and are left out", "yellow"))
    if comparison.worlds < FEWEST_WORLDS:
        notes.append(
            Text(
                f"note: {comparison.worlds} worlds are too few for a conclusion (the interval over worlds needs "
                f"{FEWEST_WORLDS} or more); this is a look, not a finding",
                "yellow",
            )
        )
    return Group(table, *notes)


def _cells(row: Paired, *, share: bool) -> list[str]:
    def plain(value: float) -> str:
        return f"{value:.1%}" if share else f"{value:.2f}"

    def signed(value: float) -> str:
        return f"{value:+.1%}" if share else f"{value:+.2f}"

    interval = "one world: none" if row.worlds < 2 else f"{signed(row.low)} to {signed(row.high)}"
    clear = row.worlds >= FEWEST_WORLDS and (row.low > 0 or row.high < 0)
    return [plain(row.a), plain(row.b), signed(row.difference), f"[bold]{interval}[/bold]" if clear else interval]
