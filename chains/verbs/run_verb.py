"""`run`: stage an experiment, make a run of it, drive it to its end."""

import argparse

from chains.errors import BadInput
from chains.experiment import DEFAULT, Experiment, override, read_experiment
from chains.models.open import Models
from chains.runs import create, find_experiment, new_run_id
from chains.seats import PERSON
from chains.settings import scope_of
from chains.staging import RunRecord, stage
from chains.verbs.driving import check_limits, drive_run
from chains.views.output import print_json, results, say
from chains.views.tables import estimate_table

UNASKED_CALLS = 1000
"""Calls to an endpoint that a run may make without being told how many it may."""


def main(arguments: argparse.Namespace) -> int:
    """Run every trial of an experiment; return the exit status."""
    experiment = _experiment(arguments)
    record = stage(experiment, new_run_id())
    if arguments.dry_run:
        return _dry_run(record, as_json=arguments.json)
    _check_models(record)
    return drive_run(record, create(record), as_json=arguments.json)


def _experiment(arguments: argparse.Namespace) -> Experiment:
    experiment = DEFAULT if arguments.experiment is None else read_experiment(find_experiment(arguments.experiment))
    settings = [*arguments.settings, *(f"model.{scope_of(who)}={PERSON}" for who in arguments.human)]
    if arguments.max_calls is not None:
        settings.append(f"limits.calls={arguments.max_calls}")
    made = override(experiment, settings)
    if arguments.experiment is None and made.factors != DEFAULT.factors and made.question == DEFAULT.question:
        made = made.model_copy(update={"question": ""})  # it is not what this run asks
    return made


def _dry_run(record: RunRecord, *, as_json: bool) -> int:
    trials = [str(trial) for trial in record.experiment.trials()]
    if as_json:
        print_json(
            {
                "experiment": record.experiment.name,
                "conditions": [{"condition": c.name, "factors": dict(c.factors)} for c in record.conditions],
                "trials": len(trials),
                **record.estimate,
                "models": sorted(record.models),
                "hypotheses": dict(record.experiment.hypotheses),
                "registration": None if record.registered is None else record.registered.digest,
            }
        )
    else:
        results.print(estimate_table(record))
        say("nothing was run; leave out --dry-run to run it")
    return 0


def _check_models(record: RunRecord) -> None:
    """Check before anything is written that every model can be opened, and that the bill was agreed to."""
    check_limits(record)
    models = Models(record.experiment.models)
    for name in record.models:
        models.ready(name)
    calls, limit = record.estimate["calls"], record.experiment.limits.calls
    paid = [name for name, source in record.models.items() if source.kind == "endpoint"]
    if paid and limit is None and calls > UNASKED_CALLS:
        raise BadInput(
            f"the run makes about {calls:,} calls, some of them to {paid[0]}; look at --dry-run, "
            f"then agree to them with --max-calls {calls}"
        )
