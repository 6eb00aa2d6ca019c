"""`resume`: go on with an unfinished run, from its own record alone."""

import argparse

from chains.errors import BadInput
from chains.experiments.overrides import with_limits
from chains.registry import differing
from chains.running.folders import find_run
from chains.running.fork import parent_replies
from chains.running.record_file import read_record
from chains.terminal.drive_at_terminal import drive_run, reused_again
from chains.terminal.start_run import on_cluster


def main(arguments: argparse.Namespace) -> int:
    """Drive what is unfinished of a run; return the exit status."""
    folder = find_run(arguments.run)
    record = read_record(folder)
    if changed := differing(record.plugins):
        raise BadInput(f"{changed[0]}; a run goes on with the plugins that it was begun with")
    record, others = reused_again(record, arguments.reuse)
    settings = [*arguments.settings, *(f"limits.calls={n}" for n in (arguments.max_calls,) if n is not None)]
    if settings:
        limits = with_limits(record.experiment.limits, settings)
        experiment = record.experiment.model_copy(update={"limits": limits})
        record = record.model_copy(update={"experiment": experiment})
    with parent_replies(record) as replies:
        where = on_cluster(arguments, record, takes_replies=bool(replies or others))
        if where is not None and arguments.again:
            raise BadInput("--again looks through the whole log on one machine; leave --on out")
        return drive_run(
            record,
            folder,
            as_json=arguments.json,
            events=arguments.events,
            others=replies or others,
            again=arguments.again,
            who=arguments.who,
            wait=arguments.wait,
            where=where,
        )
