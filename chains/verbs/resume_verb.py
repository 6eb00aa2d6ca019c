"""`resume`: go on with an unfinished run, from its own record alone."""

import argparse

from chains.runs import find_run, read_record
from chains.verbs.driving import drive_run


def main(arguments: argparse.Namespace) -> int:
    """Drive what is unfinished of a run; return the exit status."""
    folder = find_run(arguments.run)
    record = read_record(folder)
    if arguments.max_calls is not None:
        limits = record.experiment.limits.model_copy(update={"calls": arguments.max_calls})
        experiment = record.experiment.model_copy(update={"limits": limits})
        record = record.model_copy(update={"experiment": experiment})
    return drive_run(record, folder, as_json=arguments.json)
