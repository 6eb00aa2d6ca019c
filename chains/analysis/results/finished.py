"""The ends of a run's finished trials, read from the log one at a time, and how far the reading is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from chains.errors import LogDamaged
from chains.experiments.experiment import TrialId
from chains.running.log.log import Log
from chains.running.log.records import TrialEnd
from chains.running.run_record import RunRecord

Tell = Callable[[str], None]
"""Is told how far something is, as in `3,000 of 50,000 trials`."""
Thing = TypeVar("Thing")
EVERY = 500
"""Trials between two times that it is said how far the reading is."""


def silent(far: str) -> None:
    """Say nothing."""


def telling(trials: Iterable[Thing], count: int, tell: Tell) -> Iterator[Thing]:
    """Yield trials, or what belongs to each, and say how far it is.

    Args:
        trials: What is read, a thing a trial.
        count: How many there are.
        tell: Told.
    """
    for number, one in enumerate(trials):
        if number % EVERY == 0 and number:
            tell(f"{number:,} of {count:,} trials")
        yield one


class Finished(Mapping[TrialId, TrialEnd]):
    """How each finished trial of a run ended, in the run's order.

    An end holds a reading of every message, so the ends of a long run together would not fit in memory. Only the last
    one that was asked for is kept.
    """

    def __init__(self, record: RunRecord, log: Log) -> None:
        """Note which trials are finished; read none."""
        self._log = log
        self._trials = dict.fromkeys(one for one in record.trials() if log.index.status(str(one)) == "finished")
        self._last: tuple[TrialId, TrialEnd] | None = None

    def __getitem__(self, trial: TrialId) -> TrialEnd:
        """Return how a trial ended."""
        if self._last is None or self._last[0] != trial:
            if trial not in self._trials:
                raise KeyError(trial)
            end = self._log.end(str(trial))
            if end is None:
                raise LogDamaged(f"{self._log.path}: the end of trial {trial} is gone")
            self._last = trial, end
        return self._last[1]

    def __contains__(self, trial: object) -> bool:
        """Return whether a trial is finished; nothing is read."""
        return trial in self._trials

    def __iter__(self) -> Iterator[TrialId]:
        """Return the finished trials."""
        return iter(self._trials)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._trials)
