"""`resume`: go on with an unfinished run, from its own record alone."""

import argparse
from collections.abc import Sequence

from chains.errors import BadInput
from chains.experiments.overrides import with_limits
from chains.registry import differing
from chains.running.folders import find_run
from chains.running.record_file import read_record
from chains.running.reuse import EarlierReplies
from chains.running.run_record import RunRecord
from chains.terminal.drive_at_terminal import drive_run, reused


def main(arguments: argparse.Namespace) -> int:
    """Drive what is unfinished of a run; return the exit status."""
    folder = find_run(arguments.run)
    record = read_record(folder)
    if changed := differing(record.plugins):
        raise BadInput(f"{changed[0]}; a run goes on with the plugins that it was begun with")
    record, others = _others(record, arguments.reuse)
    settings = [*arguments.settings, *(f"limits.calls={n}" for n in (arguments.max_calls,) if n is not None)]
    if settings:
        limits = with_limits(record.experiment.limits, settings)
        experiment = record.experiment.model_copy(update={"limits": limits})
        record = record.model_copy(update={"experiment": experiment})
    return drive_run(
        record, folder, as_json=arguments.json, events=arguments.events, others=others, again=arguments.again
    )


def _others(record: RunRecord, words: Sequence[str]) -> tuple[RunRecord, EarlierReplies | None]:
    """Return the earlier replies that a run takes, and its record. `words` change which runs they are from."""
    if words:
        return reused(record, words)
    if record.held.get("finished") == sum(1 for _ in record.experiment.trials()):
        return record, None  # it asks nothing any more, and those runs may be gone
    try:
        return reused(record, record.reuses)
    except BadInput as error:
        raise BadInput(f"{error}; this run takes its replies, and `--reuse none` goes on without") from None
