"""Joins the shards of a run's workers into its log, by the key of each line, while they grow.

A step is joined once, whatever shards hold it: one that a worker was given with a dead worker's trial stands in both
shards. Other lines (ends of trials, notes of calls that brought no reply) are joined once for each time that they were
written. A shard is removed when all of it is joined and on the disk. If the process that joins is killed, the shards
stay, and whoever opens the run to write joins what is left.
"""

import fcntl
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from chains.errors import LineDamaged
from chains.organisation.turn_key import Key
from chains.running.log.line_index_schema import EndLine, StepLine, read_line
from chains.running.log.log import Log
from chains.running.log.seals import unsealed
from chains.running.log.step_index import packed

SHARDS = "log-*.jsonl"
PATIENCE = 60.0
"""Seconds to wait until a dead worker's shard is let go."""


def shards_in(folder: Path) -> list[Path]:
    """Return the shards in a run's folder."""
    return sorted(folder.glob(SHARDS))


class Joined:
    """Joins shards into an open log.

    Args:
        log: The run's log, open to write.
        ended: Called with the name of each trial whose end was joined.
        stepped: Called for each step that was joined.
    """

    def __init__(
        self,
        log: Log,
        ended: Callable[[str], None] = lambda _: None,
        stepped: Callable[[], None] = lambda: None,
    ) -> None:
        self._log, self._ended, self._stepped = log, ended, stepped
        self._read: dict[Path, int] = {}
        """How far each shard was read."""
        self._before: Counter[bytes] | None = None
        """Lines other than steps that the log holds already, if an earlier process joined part of the shards."""

    def join(self, shard: Path) -> None:
        """Join what a shard holds beyond what was joined of it.

        Raises:
            MazedomError: If the log can't be written.
        """
        at = self._read.get(shard, 0)
        try:
            with shard.open("rb") as file:
                file.seek(at)
                for line in file:  # not all at once: a shard that was left may be longer than memory
                    if not line.endswith(b"\n"):
                        break  # it is being written, or a crash cut it off
                    self._take(shard, unsealed(line.rstrip(b"\n")))
                    at += len(line)
                    self._read[shard] = at
        except FileNotFoundError:
            return

    def left_over(self, folder: Path) -> int:
        """Join the shards that a killed process left, and remove them; return how many there were.

        Raises:
            MazedomError: If the log can't be written.
        """
        shards = shards_in(folder)
        if not shards:
            return 0
        self._before = Counter(unsealed(line) for line in self._log.lines() if b'"kind":"step"' not in line[:40])
        for shard in shards:
            self.join(shard)
        self._before = None
        self.remove(shards)
        return len(shards)

    def remove(self, shards: list[Path]) -> None:
        """Remove shards whose lines are all joined, once those are on the disk."""
        self._log.sync(whole=True)
        for shard in shards:
            shard.unlink(missing_ok=True)
            self._read.pop(shard, None)

    def _take(self, shard: Path, body: bytes) -> None:
        try:
            read = read_line(body, shard.name, 0, shard.parent.name)
        except LineDamaged:
            return  # cut off by a crash in the middle of the shard: its trial asks again
        if isinstance(read, StepLine):
            if is_there(self._log, read):
                return
        elif self._before is not None and self._before[body] > 0:
            self._before[body] -= 1
            return
        self._log.take(body)
        if isinstance(read, StepLine):
            self._stepped()
        elif isinstance(read, EndLine):
            self._ended(read.trial)


def is_there(log: Log, step: StepLine) -> bool:
    """Return whether a log holds the reply to a step's request."""
    key = Key(step.trial, step.seat, step.turn, step.attempt)
    return any(place.digest == packed(step.digest) for place in log.index.places.of(key))


def take_known(log: Log, lines: Iterable[bytes]) -> set[str]:
    """Add steps that were logged elsewhere to a log, as far as it lacks them; return the trials that they are of."""
    trials = set()
    for line in lines:
        step = read_line(line, log.path.name, 0, log.path.parent.name)
        if isinstance(step, StepLine):
            trials.add(step.trial)
            if not is_there(log, step):
                log.take(line)
    return trials


def known_of(log: Log, trials: Iterable[str]) -> list[bytes]:
    """Return the lines of all steps that are logged of some trials."""
    return [unsealed(log.line_at(place)) for trial in trials for _, place in log.index.places.steps_of(trial)]


def let_go(shard: Path, patience: float = PATIENCE) -> bool:
    """Wait until no process holds a shard open to write: only then is it certain that a worker is dead.

    A worker locks its shard, and the lock goes with its process, however that ends.

    Args:
        shard: The shard.
        patience: Seconds to wait.

    Returns:
        Whether it was let go in time.
    """
    until = time.monotonic() + patience
    while True:
        try:
            file = os.open(shard, os.O_RDONLY)
        except OSError:
            return True  # it has written nothing
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
        else:
            return True
        finally:
            os.close(file)
        time.sleep(0.1)
