"""`law` of a run in which orders went down alone: what tells clauses apart on their way down."""

import argparse
from collections.abc import Sequence

from chains.analysis.observations import Run, law_notes
from chains.analysis.results.charter import told_of
from chains.analysis.results.order_hazard_ratios import ranked
from chains.errors import BadInput
from chains.running.run_record import RunRecord
from chains.stats.survival.ranks import rank_document
from chains.terminal.views.law_of_orders import descents_view
from chains.terminal.views.output import print_json
from chains.terminal.views.output import results as stdout


def goes_down_alone(record: RunRecord) -> bool:
    """Whether no report climbs in any condition of a run, so that there is no law of decay upwards to ask for."""
    return not any(condition.settings.reports for condition in record.conditions)


def show_descents(runs: Sequence[Run], arguments: argparse.Namespace) -> int:
    """Estimate and print; return the exit status.

    Raises:
        BadInput: If more than one run is named, or an option that says nothing here.
    """
    if len(runs) > 1:
        raise BadInput("runs in which nothing climbs are asked for their law one at a time")
    for option, given in (("--by", arguments.by is not None), ("--figure", arguments.figure is not None)):
        if given:
            raise BadInput(f"{option} says nothing of a run in which nothing climbs; `compare` compares its conditions")
    record, log = runs[0]
    ends = {trial: end for trial in record.experiment.trials() if (end := log.end(str(trial))) is not None}
    found = ranked(record, told_of(record, ends))
    if not found:
        raise BadInput(f"run {record.id} has no finished trial; `cli.py resume {record.id}` goes on with it")
    notes = law_notes([record])
    if arguments.json:
        rows = [
            {"condition": one.name, "worlds": one.worlds, "ways_down": one.clauses, **rank_document(one.ratios)}
            for one in found
        ]
        print_json({"run": record.id, "descents": rows, "notes": notes})
    else:
        stdout.print(descents_view(found, notes))
    return 0
