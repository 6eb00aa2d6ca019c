"""The retention of a comparison, corrected for the instrument's error where people measured it beside its runs."""

from collections import defaultdict

import numpy as np

from chains.analysis.compare.arms import Side
from chains.analysis.compare.comparison import Comparison
from chains.analysis.corrected.correction import measured_beside
from chains.scoring.measures.measures import MEASURES
from chains.stats.measurement_error.correction import CorrectedPair, ErrorRates, corrected_pair


def retention_corrected(comparison: Comparison) -> CorrectedPair | str | None:
    """Correct the retention of both sides of a comparison.

    Returns:
        The correction; a sentence if the labels are too few; None if one of the runs has no labels.

    Raises:
        BadInput: If a label file can't be understood.
    """
    of_a, of_b = _error(comparison.a), _error(comparison.b)
    for side, error in ((comparison.a, of_a), (comparison.b, of_b)):
        if isinstance(error, str):
            return (
                f"{side.label}: {error}; without its error in each of the two conditions the difference is not "
                "corrected, as one that differs between them would make a difference or hide one"
            )
    if not isinstance(of_a, ErrorRates) or not isinstance(of_b, ErrorRates):
        return None
    by_world: dict[object, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for (world, _), pair in comparison.pairs.items():
        for kept, side, trial in zip(by_world[world], (comparison.a, comparison.b), pair, strict=True):
            kept.append(MEASURES["retention"].of(side.run.heard(trial)))
    a, b = (np.array([np.mean(row[side]) for row in by_world.values()]) for side in (0, 1))
    return corrected_pair(a, b, of_a, of_b)


def _error(side: Side) -> ErrorRates | str | None:
    """Return the instrument's error in the conditions of one side."""
    run, conditions = side.run, {condition.id for condition in side.conditions}
    return measured_beside(run.record, run.log, run.log.path.parent, as_logged=not run.reread, conditions=conditions)
