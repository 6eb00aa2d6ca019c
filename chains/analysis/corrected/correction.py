"""A run's retention, corrected for the instrument's error as people measured it beside that run."""

import math
from collections import defaultdict
from pathlib import Path

import numpy as np

from chains.analysis.results.run_results import Results
from chains.running.log.log import Log
from chains.running.run_record import RunRecord
from chains.scoring.facts.instrument import INSTRUMENT
from chains.stats.measurement_error.corrected_retention import Corrected
from chains.stats.measurement_error.correction import ErrorRates, corrected
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.validation.agreement import measured
from chains.validation.all_labels import gather_people
from chains.validation.labels import has_labels
from chains.validation.pairs import Pairs

RESAMPLES = 2000


def measured_beside(record: RunRecord, log: Log, folder: Path) -> ErrorRates | str | None:
    """Return the instrument's error from the labels beside a run; a sentence if they don't give it, None without any.

    The error is that of the instrument of today, so it is of no use for what another version read and logged.

    Args:
        record: The run.
        log: Its log.
        folder: Where both are.

    Raises:
        BadInput: If a label file can't be understood.
    """
    if not has_labels(folder):
        return None
    pairs = Pairs(record, log)
    if pairs.read_by:
        return stale_reading(pairs)
    return measured(gather_people(pairs, folder))


def errors_by_condition(record: RunRecord, log: Log, folder: Path) -> dict[str, ErrorRates | str]:
    """Return the instrument's error in each condition, by name; empty without labels that are of any use.

    Raises:
        BadInput: If a label file can't be understood.
    """
    if not has_labels(folder):
        return {}
    pairs = Pairs(record, log)
    if pairs.read_by:
        return {}
    found = gather_people(pairs, folder)
    return {condition.name: measured(found, {condition.id}) for condition in record.conditions}


def stale_reading(pairs: Pairs) -> str:
    """Say that the logged readings are of another version of the instrument than the one whose error is measured."""
    return (
        f"nothing is corrected: the run was read by {', '.join(sorted(pairs.read_by))}, and the error measured by its "
        f"labels is that of {INSTRUMENT}; `compare` reads anew"
    )


def corrected_by_hop(found: Results, rates: ErrorRates) -> dict[tuple[str, int], Corrected]:
    """Return the corrected retention of each condition (by name) and hop.

    The error is taken to be the same in all conditions and at all hops, which the labels of one run are too few to
    check; `agree --report` shows false loss by hop.
    """
    out = {}
    for condition in found.record.conditions:
        by_world: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        for trial, shares in found.by_trial.items():
            if trial.condition == condition.id:
                for hop, at in shares.items():
                    if not math.isnan(at.kept):
                        by_world[hop][trial.seed].append(at.kept)
        for hop, worlds in by_world.items():
            values = [kept for replicates in worlds.values() for kept in replicates]
            means = np.array([np.mean(replicates) for replicates in worlds.values()])
            drawn = np.random.default_rng(0).integers(0, len(means), (RESAMPLES, len(means)))
            found_at = corrected(float(np.mean(values)), means[drawn].mean(axis=1), rates)
            few = len(means) < FEWEST_WORLDS
            out[condition.name, hop] = found_at.without_interval() if few else found_at
    return out
