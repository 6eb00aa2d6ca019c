"""Readers: processes that read what finished trials said, so that nobody who could ask a model waits for that.

Each is a copy of the process that forked it, with the same run in memory, so
that a trial's replies are all that it must be sent. They read with the same
function and return the same readings; where there are none, or they are gone,
the process that drives the trials reads by itself.
"""

import asyncio
import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from typing import Self

import msgspec

from chains.drift.tally import Reader
from chains.models.provider import Reply
from chains.records import TrialEnd, now
from chains.seats import Cast
from chains.staging import RunRecord, Stage
from chains.trial import Reads, read_replies

FEWEST = 400
"""Messages of a run from which on readers are worth their start."""
MOST = 4
"""Readers that keep up with what one process can ask for."""
_Replies = dict[str, Reply]
WATCH_EVERY = 1.0
"""Seconds between two looks of a reader at whether the process that forked it still lives."""


def fitting(record: RunRecord) -> int:
    """Return how many readers suit a run: one less than there are cores; none where they would be of no use.

    That is where there is one core, little to read, or a model that takes the cores itself, and where processes can't
    safely be forked. The environment's MAZEDOM_READERS overrules it.
    """
    if sys.platform != "linux":
        return 0
    if (asked := os.environ.get("MAZEDOM_READERS", "")).isdecimal():
        return min(MOST, int(asked))
    embedded = any(source.kind == "embedded" for source in record.models.values())
    if embedded or record.estimate.get("calls", 0) < FEWEST:
        return 0
    return min(MOST, len(os.sched_getaffinity(0)) - 1)


@contextlib.contextmanager
def readers(record: RunRecord, count: int) -> Iterator[Reads | None]:
    """Fork readers of a run's trials, and end them.

    To be entered before the run's log is opened, for what is open then stays open in them, locks and all.

    Args:
        record: The run.
        count: How many; with 0 there is nobody to read elsewhere.
    """
    if not count:
        yield None
        return
    with _Readers(record, count) as forked:
        yield forked.read


class _Readers:
    """Some readers, as long as they live."""

    def __init__(self, record: RunRecord, count: int) -> None:
        self._reads: set[Future[bytes]] = set()
        before = set(multiprocessing.active_children())
        gc.freeze()  # a reader that looked through all this for garbage would have to copy it
        self._pool = _forked(record, count)
        self._children = set(multiprocessing.active_children()) - before

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._reads:  # the run was stopped at once, and nobody waits for what they still read
            for child in self._children:
                child.terminate()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    async def read(self, end: TrialEnd, cast: Cast, replies: Mapping[str, Reply]) -> TrialEnd:
        """Have a trial read by whichever reader is free; see `Reads`."""
        if self._pool is not None:
            try:
                read = self._pool.submit(_read, end.trial, msgspec.msgpack.encode(replies))
                self._reads.add(read)
                read.add_done_callback(self._reads.discard)
                line = await asyncio.wrap_future(read)
                return TrialEnd.model_validate_json(line)
            except (BrokenExecutor, OSError):  # ended by the system, for want of memory say
                self._pool = None
        return end.model_copy(update=read_replies(cast, replies))


def _forked(record: RunRecord, count: int) -> ProcessPoolExecutor | None:
    """Return readers that have all begun; None where the system allows no further processes."""
    try:
        fork = multiprocessing.get_context("fork")
        pool = ProcessPoolExecutor(count, fork, initializer=_begin, initargs=(record, os.getpid()))
        pool.submit(os.getpid).result()  # all are forked now, and not when the first trial is read
    except (BrokenExecutor, OSError, ImportError, NotImplementedError):  # no memory, no semaphores
        return None
    return pool


class _Reading:
    """What a reader knows of its run."""

    def __init__(self, record: RunRecord) -> None:
        self.stage = Stage(record)
        self.trials = {str(trial): trial for trial in record.experiment.trials()}


_here: list[_Reading] = []
"""In a reader, what it reads."""


def _begin(record: RunRecord, parent: int) -> None:
    """Begin to be a reader: Ctrl-C is the parent's to hear, and nobody reads for one who is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _here.append(_Reading(record))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_EVERY)
    os._exit(1)


def _read(trial: str, replies: bytes) -> bytes:
    """Read a trial; return its end as a line of the log. Bytes cross over at a fraction of what objects cost."""
    (reading,) = _here
    read = read_replies(reading.stage.cast(reading.trials[trial]), msgspec.msgpack.decode(replies, type=_Replies))
    end = TrialEnd(trial=trial, status="finished", instrument=Reader.version, at=now())
    return end.model_copy(update=read).line()
