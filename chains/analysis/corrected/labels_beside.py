"""People's labels beside the runs of a comparison, gathered once for each run."""

from collections.abc import Mapping
from functools import cached_property

from chains.analysis.compare.arms import RunHeard, Side
from chains.analysis.corrected.correction import stale_reading
from chains.experiments.experiment import TrialId
from chains.fates import Fate
from chains.stats.measurement_error.correction import ErrorRates
from chains.validation.agreement import measured
from chains.validation.all_labels import gather_people
from chains.validation.labels import has_labels
from chains.validation.pairs import Pair, Pairs


class RunLabels:
    """The labels beside one run."""

    def __init__(self, run: RunHeard, pairs: Pairs) -> None:
        """Gather them."""
        self.found = gather_people(pairs, run.log.path.parent)
        self.truth: Mapping[str, Fate] = self.found.agreed()
        """What most people say, by the name of a pair."""

    @cached_property
    def heard(self) -> Mapping[tuple[TrialId, str], Pair]:
        """The pairs that are read in the messages that the executive reads, by trial and statement."""
        return {(pair.trial, pair.statement): pair for pair in self.found.pairs.all if pair.hop == pair.depth}


class LabelsBeside:
    """The labels beside every run that is asked for."""

    def __init__(self) -> None:
        """Begin with none."""
        self._found: dict[int, tuple[RunHeard, RunLabels | str | None]] = {}

    def of(self, run: RunHeard) -> RunLabels | str | None:
        """Return a run's labels; a sentence where they are of no use, None where nobody has labelled.

        Raises:
            BadInput: If a label file can't be understood.
        """
        if id(run) not in self._found:
            self._found[id(run)] = run, self._gathered(run)
        return self._found[id(run)][1]

    def error(self, side: Side) -> ErrorRates | str | None:
        """Return the instrument's error in the conditions of one side; a sentence where labels don't give it."""
        labels = self.of(side.run)
        if not isinstance(labels, RunLabels):
            return labels
        return measured(labels.found, {condition.id for condition in side.conditions})

    @staticmethod
    def _gathered(run: RunHeard) -> RunLabels | str | None:
        if not has_labels(run.log.path.parent):
            return None
        pairs = Pairs(run.record, run.log)
        if not run.reread and pairs.read_by:
            return stale_reading(pairs)
        return RunLabels(run, pairs)
