"""`plan`: what an experiment could find, what "linear" would take, and what it would cost; nothing is run."""

import argparse

from chains.analysis.registered.power_plan import piloted, studied
from chains.experiments.experiment import read_experiment
from chains.experiments.overrides import override
from chains.experiments.pilot import read_pilot
from chains.running.cost_estimate import estimate
from chains.running.folders import find_experiment, new_run_id
from chains.running.prepare import prepare
from chains.running.spending import most_at_once
from chains.terminal.views.estimate import estimate_view
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.plan import plan_view
from chains.terminal.views.working import working


def main(arguments: argparse.Namespace) -> int:
    """Draw studies and print; return the exit status."""
    path = find_experiment(arguments.experiment)
    experiment = override(read_experiment(path), arguments.settings)
    record = prepare(experiment, new_run_id())
    assumed, notes = piloted(arguments.assume, read_pilot(path), record)
    for note in notes:
        say(f"note: {note}")
    cost = estimate(record, most_at_once(record))
    say("drawing studies; no model is asked")
    with working("drawing studies") as tell:
        study = studied(
            record, assumed, studies=arguments.studies, seed=arguments.seed,
            tell=lambda done: tell(f"{done} of {len(experiment.registered) + 1} hypotheses done"),
        )  # fmt: skip
    if arguments.json:
        print_json({"experiment": experiment.name, **study.document(), "notes": notes, **cost.document()})
    else:
        found, hypotheses = [*study.hypotheses, study.linear], len(experiment.registered)
        stdout.print(
            plan_view(study.design, assumed, found, study.labels, study.worlds_for_checks, hypotheses=hypotheses)
        )
        stdout.print()
        stdout.print(estimate_view(record, cost))
    return 0
