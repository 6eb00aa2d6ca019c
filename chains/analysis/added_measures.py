"""Measures that plugins add, for each condition of a run: `show` prints them, and so does the end of `run`."""

import math
from typing import Any

from chains.running.log.log import Log
from chains.running.run_record import RunRecord
from chains.scoring.measures.measures import MEASURES


def added_rows(record: RunRecord, log: Log) -> list[dict[str, Any]]:
    """Return a row for each condition: the mean of every added measure over the trials for which it is defined.

    Returns:
        Rows with condition, factors, trials (finished ones), and `measures`: a number by name, None where it is not
        defined for any trial. No row if no measure was added or no trial is finished.

    Raises:
        MazedomError: If a measure fails; the sentence names it.
    """
    added = MEASURES.added()
    if not added:
        return []
    from chains.analysis.compare.arms import RunHeard  # noqa: PLC0415  start-up: most runs have no such measures

    run = RunHeard(record, log)
    rows = []
    for condition in record.conditions:
        if heard := [run.heard(trial) for trial in run.ends if trial.condition == condition.id]:
            measured = {name: _mean([one.of(at) for at in heard]) for name, one in added.items()}
            about = {"condition": condition.name, "factors": dict(condition.factors), "trials": len(heard)}
            rows.append(about | {"measures": measured})
    return rows


def _mean(values: list[float]) -> float | None:
    defined = [value for value in values if not math.isnan(value)]
    return round(math.fsum(defined) / len(defined), 6) if defined else None
