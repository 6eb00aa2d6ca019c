"""A comparison corrected for the instrument's error, where people measured it beside its runs.

Labels of what the executive hears correct every measure of fates without assuming
anything of the error (`by_labels`). Where there are too few of those, retention alone is
corrected by the error that labels of all messages show in each condition, taken to be
the same at all hops.
"""

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np

from chains.analysis.compare.comparison import Comparison
from chains.analysis.corrected.by_labels import Corrected, corrected_by_labels
from chains.analysis.corrected.labels_beside import LabelsBeside
from chains.scoring.measures.measures import MEASURES
from chains.stats.measurement_error.correction import CorrectedPair, ErrorRates, corrected_pair


class Correction(NamedTuple):
    """What labels make of a comparison; each part a sentence where they are too few, None where there are none."""

    by_labels: Corrected | str | None
    retention: CorrectedPair | str | None
    """By the error of all messages."""
    errors: tuple[ErrorRates, ErrorRates] | None
    """Of the instrument in each side, in all messages; None where it is not known in both."""

    @property
    def known(self) -> bool:
        """Whether there are labels at all."""
        return self != (None, None, None)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        errors = None if self.errors is None else {"a": self.errors[0].document(), "b": self.errors[1].document()}
        return {
            "retention_corrected": self.retention.document()
            if isinstance(self.retention, CorrectedPair)
            else self.retention,
            "by_labels": self.by_labels.document() if isinstance(self.by_labels, Corrected) else self.by_labels,
            "instrument_error": errors,
        }


def correction_of(comparison: Comparison, beside: LabelsBeside) -> Correction:
    """Correct a comparison by the labels beside its runs.

    Raises:
        BadInput: If a label file can't be understood.
    """
    a, b = beside.error(comparison.a), beside.error(comparison.b)
    known = (a, b) if isinstance(a, ErrorRates) and isinstance(b, ErrorRates) else None
    return Correction(corrected_by_labels(comparison, beside), retention_corrected(comparison, beside), known)


def retention_corrected(comparison: Comparison, beside: LabelsBeside) -> CorrectedPair | str | None:
    """Correct the retention of both sides of a comparison.

    Returns:
        The correction; a sentence if the labels are too few; None if one of the runs has no labels.

    Raises:
        BadInput: If a label file can't be understood.
    """
    of_a, of_b = beside.error(comparison.a), beside.error(comparison.b)
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
