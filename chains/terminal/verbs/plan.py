"""`plan`: what an experiment could find, what "linear" would take, and what it would cost; nothing is run."""

import argparse
from dataclasses import asdict

from chains.analysis.registered.power_plan import assumed_of, design_of, labels_bought, planned
from chains.experiments.experiment import read_experiment
from chains.experiments.overrides import override
from chains.running.cost_estimate import estimate
from chains.running.folders import find_experiment, new_run_id
from chains.running.prepare import prepare
from chains.running.spending import most_at_once
from chains.stats.power import worlds_for_checks
from chains.terminal.views.estimate import estimate_view
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.plan import plan_view
from chains.terminal.views.working import working


def main(arguments: argparse.Namespace) -> int:
    """Draw studies and print; return the exit status."""
    assumed = assumed_of(arguments.assume)
    experiment = override(read_experiment(find_experiment(arguments.experiment)), arguments.settings)
    record = prepare(experiment, new_run_id())
    design = design_of(record, {})
    cost = estimate(record, most_at_once(record))
    say("drawing studies; no model is asked")
    found = []
    with working("drawing studies") as tell:
        for one in planned(record, assumed, studies=arguments.studies, seed=arguments.seed):
            found.append(one)
            tell(f"{len(found)} of {len(experiment.registered) + 1} hypotheses done")
        labels = labels_bought(record, assumed, arguments.seed)
        checked = worlds_for_checks(assumed.planted(design), arguments.seed)
    if arguments.json:
        print_json(
            {
                "experiment": experiment.name,
                **design._asdict(),
                "assumed": asdict(assumed),
                "hypotheses": [one.document() for one in found[:-1]],
                "linear": found[-1].document(),
                "labels": [one._asdict() for one in labels],
                "worlds_for_checks": checked,
                **cost.document(),
            }
        )
    else:
        stdout.print(plan_view(design, assumed, found, labels, checked, hypotheses=len(experiment.registered)))
        stdout.print()
        stdout.print(estimate_view(record, cost))
    return 0
