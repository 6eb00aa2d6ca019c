"""`resume`: go on with an unfinished run, from its own record alone."""

import argparse

from chains.errors import BadInput
from chains.experiment import with_limits
from chains.runs import find_run, read_record
from chains.verbs.driving import drive_run, reused


def main(arguments: argparse.Namespace) -> int:
    """Drive what is unfinished of a run; return the exit status."""
    folder = find_run(arguments.run)
    record = read_record(folder)
    words = arguments.reuse or record.reuses
    try:
        record, others = reused(record, words)
    except BadInput as error:
        raise BadInput(f"{error}; this run takes its replies, and `--reuse none` goes on without") from None
    settings = [*arguments.settings, *(f"limits.calls={n}" for n in (arguments.max_calls,) if n is not None)]
    if settings:
        limits = with_limits(record.experiment.limits, settings)
        experiment = record.experiment.model_copy(update={"limits": limits})
        record = record.model_copy(update={"experiment": experiment})
    return drive_run(record, folder, as_json=arguments.json, events=arguments.events, others=others)
