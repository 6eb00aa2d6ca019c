"""`calibrate`: check the instrument on messages whose truth is planted, no model called."""

import argparse
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.scoring.facts.instrument import INSTRUMENT
from chains.terminal.views.output import counted, print_json
from chains.terminal.views.output import results as stdout
from chains.terminal.views.working import working
from chains.validation.gates.calibration import calibrate
from chains.validation.gates.gate import Gate


def main(arguments: argparse.Namespace) -> int:
    """Pass the instrument through every gate; return 0 if it passes all, else 1."""
    gates = []
    with working("checking the instrument") as tell:
        for gate in calibrate(arguments.worlds):
            gates.append(gate)
            tell(f"{len(gates)} gates done, the last was {gate.name}")
    passed = all(gate.passed for gate in gates)
    if arguments.json:
        print_json({"instrument": INSTRUMENT, "passed": passed, "gates": [gate.document() for gate in gates]})
    else:
        stdout.print(gates_view(gates, INSTRUMENT))
    return 0 if passed else 1


def gates_view(gates: Sequence[Gate], instrument: str) -> RenderableType:
    """Return whether the instrument passes, every gate with its bar and figure, and what those check that failed."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
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
    said = Text(f"the instrument, {instrument}, passes all {len(gates)} gates", "bold green")
    if failed:
        said = Text(
            f"the instrument, {instrument}, fails {len(failed)} of {counted(len(gates), 'gate')}: no result counts "
            "while a gate fails",
            "bold red",
        )
    return Group(said, table, *notes)
