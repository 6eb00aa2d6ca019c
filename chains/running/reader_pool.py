"""Readers: processes that read what finished trials said, so that nobody who could ask a model waits for that.

Each is a copy of the process that forked it, with the same run in memory, so
that a trial's replies are all that it must be sent. They read with the same
function and return the same readings; where there are none, or they are gone,
the process that drives the trials reads by itself. A reader ends when the
process that forked it closes the line to it, or is no more.

Why not `concurrent.futures.ProcessPoolExecutor`: in three pairs of the race
(tests/bench/race) a run with it took 1.46, 1.47 and 1.63 of the bare client's
wall seconds, and with the readers here 1.38, 1.43 and 1.50 on the same machine.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import msgspec

from chains.models.provider import Reply
from chains.organisation.cast import Cast
from chains.running import gc_tuning
from chains.running.log.records import TrialEnd, now
from chains.running.run_record import Casts, RunRecord
from chains.running.trial import Reads, read_replies
from chains.scoring.facts.reader import Reader

FEWEST = 400
"""Messages of a run from which on readers are worth their start."""
MOST = 4
"""Readers that keep up with what one process can ask for."""
PATIENCE = 1.0
"""Seconds in which a reader must have ended that has nothing to read."""
_LENGTH = struct.Struct(">I")
"""Stands before everything that is sent."""


def fitting(record: RunRecord) -> int:
    """Return how many readers suit a run: one less than there are cores; none where they would be of no use.

    That is where there is one core, little to read, or a model that computes on these cores, and where processes can't
    safely be forked. The environment's MAZEDOM_READERS overrules it.
    """
    if sys.platform != "linux":
        return 0
    if (asked := os.environ.get("MAZEDOM_READERS", "")).isdecimal():
        return min(MOST, int(asked))
    elsewhere = all(source.traits.is_elsewhere for source in record.models.values())
    if not record.models or not elsewhere or record.estimate.get("calls", 0) < FEWEST:
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
    forked: list[_Forked] = []
    gc_tuning.before_a_fork()
    try:
        with contextlib.suppress(OSError):  # no room for another process
            for _ in range(count):
                forked.append(_Forked(record, forked))
        yield _Readers(forked).read
    finally:
        for reader in forked:
            reader.end()


class _Readers:
    """Some readers, as long as they live."""

    def __init__(self, forked: Sequence["_Forked"]) -> None:
        self._forked = forked

    async def read(self, end: TrialEnd, cast: Cast, replies: Mapping[str, Reply]) -> TrialEnd:
        """Have a trial read by whoever has least to read; see `Reads`."""
        alive = [reader for reader in self._forked if not reader.gone]
        if alive:
            reader = min(alive, key=lambda reader: reader.waiting)
            with contextlib.suppress(OSError):  # ended by the system, for want of memory say
                read = TrialEnd.model_validate_json(await reader.ask(msgspec.msgpack.encode((end.trial, replies))))
                if read.trial != end.trial:
                    raise RuntimeError(f"asked for {end.trial}, a reader read {read.trial}")
                return read
        return end.model_copy(update=read_replies(cast, replies))


class _Forked:
    """One reader, as the process that forked it sees it."""

    def __init__(self, record: RunRecord, others: Sequence["_Forked"]) -> None:
        self.line, far = socket.socketpair()
        """Questions go out and answers come in."""
        with far:
            near = [self.line, *(other.line for other in others)]
            self._process = multiprocessing.get_context("fork").Process(
                target=_serve, args=(record, far, near), daemon=True
            )
            try:
                self._process.start()
            except OSError:
                self.line.close()
                raise
        self.line.setblocking(False)
        self._sending, self._receiving = asyncio.Lock(), asyncio.Lock()
        self.waiting = 0
        """Questions that it has not answered yet."""
        self.gone = False

    async def ask(self, question: bytes) -> bytes:
        """Return its answer; questions are answered in the order in which they are put.

        Raises:
            OSError: It is gone.
        """
        loop = asyncio.get_running_loop()
        self.waiting += 1
        try:
            async with self._sending:
                await loop.sock_sendall(self.line, _LENGTH.pack(len(question)) + question)
            async with self._receiving:
                (length,) = _LENGTH.unpack(await self._received(_LENGTH.size))
                return await self._received(length)
        except BaseException:
            self.gone = True  # who does not wait for an answer would take it for that to the next question
            raise
        finally:
            self.waiting -= 1

    async def _received(self, length: int) -> bytes:
        loop, got = asyncio.get_running_loop(), bytearray()
        while len(got) < length:
            part = b"" if self.gone else await loop.sock_recv(self.line, length - len(got))
            if not part:
                raise ConnectionResetError
            got += part
        return bytes(got)

    def end(self) -> None:
        """Let it end; at once, if nobody waits for what it still reads."""
        self.line.close()
        if self.gone:
            self._process.terminate()
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _serve(record: RunRecord, line: socket.socket, others: Sequence[socket.socket]) -> None:
    """Be a reader until the line ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that drives the trials
    for other in others:
        other.close()  # or the lines would not end with that process
    gc_tuning.seldom()
    casts = Casts(record)
    trials = {str(trial): trial for trial in record.experiment.trials()}
    asked: msgspec.msgpack.Decoder[tuple[str, dict[str, Reply]]] = msgspec.msgpack.Decoder(tuple[str, dict[str, Reply]])
    with contextlib.suppress(OSError), line.makefile("rb") as questions:
        while (question := _question(questions)) is not None:
            name, replies = asked.decode(question)
            end = TrialEnd(trial=name, status="finished", instrument=Reader.version, at=now())
            read = end.model_copy(update=read_replies(casts.cast(trials[name]), replies)).line()
            line.sendall(_LENGTH.pack(len(read)) + read)


def _question(line: BinaryIO) -> bytes | None:
    """Return what is asked next; None at the end of the line."""
    head = line.read(_LENGTH.size)
    return line.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else None
