"""The runs that the page has open: their records and the indices of their logs, which are read on and kept."""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from chains.running.folders import LOG_FILE, RUN_FILE, all_runs
from chains.running.log.log import Log
from chains.running.people.worklist import Worklist
from chains.running.record_file import read_record
from chains.running.run_record import RunRecord
from chains.terminal.page.rendering import nothing_there

MOST_OPEN = 8
"""Logs kept open. The index of a step takes 60 bytes."""


class OpenRun(NamedTuple):
    """A run as it is now."""

    folder: Path
    record: RunRecord
    log: Log


class _Kept(NamedTuple):
    stamp: tuple[int, ...]
    record: RunRecord


class _Parent(msgspec.Struct):
    run: str


class _WithParent(msgspec.Struct):
    """The part of run.json that says what a run goes on from."""

    forked: _Parent | None = None


class OpenRuns:
    """Finds runs by name, and keeps those open that were asked for last."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        self._records: OrderedDict[Path, _Kept] = OrderedDict()
        self._logs: OrderedDict[Path, tuple[tuple[int, ...], Log]] = OrderedDict()
        self._parents: dict[Path, tuple[tuple[int, ...], str | None]] = {}
        """Which run each run goes on from, as far as its file was looked at."""
        self._reading, self._parsing = threading.Lock(), threading.Lock()

    def folder(self, name: str) -> Path:
        """Return the folder of the run of exactly this name.

        A name is looked for among the runs that there are, so it is never a path.

        Raises:
            HTTPException: If there is none.
        """
        found = next((folder for folder in reversed(all_runs()) if folder.name == name), None)
        if found is None:
            raise nothing_there("there is no run of that name")
        return found

    def record(self, folder: Path) -> RunRecord:
        """Return what was asked in a run; it is read again when its file has changed."""
        with self._parsing:
            stamp = stamp_of(folder / RUN_FILE)
            kept = self._records.get(folder)
            if kept is None or kept.stamp != stamp:
                kept = self._records[folder] = _Kept(stamp, read_record(folder))
            self._records.move_to_end(folder)
            while len(self._records) > MOST_OPEN:
                self._records.popitem(last=False)
            return kept.record

    def forks(self, parent: Path) -> list[str]:
        """Return the runs that go on from a run, oldest first; of each run only that part of its file is decoded."""
        found = []
        for folder in all_runs():
            stamp = stamp_of(folder / RUN_FILE)
            kept = self._parents.get(folder)
            if kept is None or kept[0] != stamp:
                with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    read = msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=_WithParent)
                    kept = self._parents[folder] = stamp, None if read.forked is None else read.forked.run
            if kept is not None and kept[1] in (parent.name, str(parent)):
                found.append(folder.name)
        return found

    def worklist(self, folder: Path) -> Worklist:
        """Return what waits for people in a run."""
        return Worklist(folder, self.record(folder).experiment.people)

    @contextlib.contextmanager
    def reading(self, name: str) -> Iterator[OpenRun]:
        """Open a run and read on in its log; one thread at a time reads."""
        folder = self.folder(name)
        record = self.record(folder)
        with self._reading:
            yield OpenRun(folder, record, self._log(folder, record))

    def _log(self, folder: Path, record: RunRecord) -> Log:
        device, inode, size, _ = stamp_of(folder / LOG_FILE)
        kept = self._logs.get(folder)
        if kept is not None and (kept[0] != (device, inode) or size < kept[1].index.length):
            self._logs.pop(folder)
            kept[1].__exit__()
            kept = None
        if kept is None:
            kept = self._logs[folder] = (device, inode), Log(folder, held=record.held)
        self._logs.move_to_end(folder)
        while len(self._logs) > MOST_OPEN:
            self._logs.popitem(last=False)[1][1].__exit__()
        kept[1].follow()
        return kept[1]


def stamp_of(path: Path) -> tuple[int, int, int, int]:
    """Return what changes when a file is replaced or written to; zeros if it is not there."""
    try:
        seen = path.stat()
    except OSError:
        return 0, 0, 0, 0
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns
