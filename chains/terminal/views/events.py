"""A run as a stream of events for machines: a line of JSON when it begins and stops, and for every trial that ends.

    {"event": "trial", "trial": "c1.w2.r1", "condition": "depth=4", "status": "finished", "kept": 0.5, "finished": 7,
     "failed": 0, "trials": 40, "calls": 41, "tokens": 9125, "cost": null, "seconds": 12.3}

`kept` is the share of the facts in what the executive heard; it is left out while a person holds a seat. `cost` is
null where a price is not known.
"""

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from chains.errors import BadInput
from chains.models.provider import Reply, Request
from chains.organisation.hierarchy import Seat
from chains.running.log.log import Log
from chains.running.log.records import TrialEnd
from chains.running.reply_source import Watcher
from chains.running.run_record import Casts, RunRecord
from chains.running.spending import cost
from chains.scoring.measures.fate_shares import shares_by_hop
from chains.terminal.views.output import say


class Events(Watcher):
    """Writes each event whole and at once to a file; if writing fails, the run goes on without events."""

    def __init__(self, record: RunRecord, log: Log, path: Path) -> None:
        """Write the events of a run to `path`: a file, which is added to, a pipe or a device.

        Raises:
            BadInput: If it can't be written.
        """
        self._casts, self._log = Casts(record), log
        self._trials = {str(trial): trial for trial in record.trials()}
        self._blind = self._casts.people()
        self._began = time.monotonic()
        self._finished = sum(log.index.status(name) == "finished" for name in self._trials)
        self._failed = 0
        self._path, self._lost = path, False
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as error:
            raise BadInput(f"can't write events to {path}: {error.strerror}") from None

    def __enter__(self) -> Self:
        """Say that the run begins."""
        self._write("began", run=self._casts.record.id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write that the run stopped; it may be resumed."""
        self._write("stopped", **({} if error is None else {"error": str(error) or type(error).__name__}))
        os.close(self._file)

    def postponed(self, trial: str, error: str) -> None:
        """Say that a trial failed and is tried again at the end."""
        self._write("postponed", trial=trial, error=error)

    def ended(self, end: TrialEnd) -> None:
        """Say how a trial ended."""
        trial = self._trials[end.trial]
        self._finished += end.status == "finished"
        self._failed += end.status == "failed"
        about: dict[str, Any] = {"condition": self._casts.condition(trial).name, "status": end.status}
        if end.error:
            about["error"] = end.error
        depth = self._casts.hierarchy(trial.condition).depth
        if not self._blind and depth in (shares := shares_by_hop(end.readings.values(), depth)):
            about["kept"] = round(shares[depth].kept, 6)
        self._write("trial", trial=end.trial, **about)

    def _write(self, event: str, **about: Any) -> None:
        index = self._log.index
        totals = {
            "finished": self._finished,
            "failed": self._failed,
            "trials": len(self._trials),
            "calls": index.calls,
            "tokens": index.tokens,
            "cost": cost(self._casts.record.models.values(), index.spent),
            "seconds": round(time.monotonic() - self._began, 3),
        }
        if self._lost:
            return
        try:
            os.write(self._file, orjson.dumps({"event": event, **about, **totals}) + b"\n")
        except OSError as error:  # the disk is full, or whoever read the pipe has gone: the run is worth more
            self._lost = True
            say(f"note: no more events are written to {self._path}: {error.strerror}; the run goes on")


class Several(Watcher):
    """Passes progress on to several watchers."""

    def __init__(self, *watchers: Watcher) -> None:
        self._watchers = watchers

    def asked(self, trial: str, seat: Seat, request: Request) -> None:
        """Pass it on."""
        for watcher in self._watchers:
            watcher.asked(trial, seat, request)

    def said(self, trial: str, seat: Seat, reply: Reply, *, live: bool) -> None:
        """Pass it on."""
        for watcher in self._watchers:
            watcher.said(trial, seat, reply, live=live)

    def joined(self) -> None:
        """Pass it on."""
        for watcher in self._watchers:
            watcher.joined()

    def postponed(self, trial: str, error: str) -> None:
        """Pass it on."""
        for watcher in self._watchers:
            watcher.postponed(trial, error)

    def ended(self, end: TrialEnd) -> None:
        """Pass it on."""
        for watcher in self._watchers:
            watcher.ended(end)
