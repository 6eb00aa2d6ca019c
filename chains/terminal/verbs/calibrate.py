"""`calibrate`: check the instrument on messages whose truth is planted, no model called."""

import argparse

from chains.scoring.facts.instrument import INSTRUMENT
from chains.terminal.views.gates import gates_view
from chains.terminal.views.output import print_json, progress
from chains.terminal.views.output import results as stdout
from chains.validation.gates.calibration import calibrate


def main(arguments: argparse.Namespace) -> int:
    """Pass the instrument through every gate; return 0 if it passes all, else 1."""
    gates = []
    with progress.status("checking the instrument") as status:
        for gate in calibrate(arguments.worlds):
            gates.append(gate)
            status.update(f"checking the instrument: {len(gates)} gates done, the last was {gate.name}")
    passed = all(gate.passed for gate in gates)
    if arguments.json:
        print_json({"instrument": INSTRUMENT, "passed": passed, "gates": [gate.document() for gate in gates]})
    else:
        stdout.print(gates_view(gates, INSTRUMENT))
    return 0 if passed else 1
