"""The table of the gates: what each found, and its bar."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.validation.gates.gate import Gate


def gates_view(gates: Sequence[Gate], instrument: str) -> RenderableType:
    """Return every gate with its bar and figure, then in words what those check that failed."""
    table = Table(title=f"instrument {instrument}", title_justify="left", box=None, padding=(0, 1, 0, 0))
    for heading in ("gate", "bar"):
        table.add_column(heading)
    for heading in ("figure", "95% interval", "n"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for gate in gates:
        interval = "" if gate.low is None or gate.high is None else f"{gate.low:.2%} to {gate.high:.2%}"
        mark = Text("passed", "green") if gate.passed else Text("failed", "bold red")
        table.add_row(gate.name, gate.bar, f"{gate.figure:.2%}", interval, f"{gate.n:,}", mark)
    failed = [gate for gate in gates if not gate.passed]
    notes = [Text(f"failed: {gate.name}: {gate.checks}", "red") for gate in failed]
    if failed:
        notes.append(Text("no result counts while a gate fails", "bold red"))
    return Group(table, *notes)
