"""Readers: processes that score finished trials, so that the process that asks models does not wait for scoring.

Each reader is a fork with the same run in memory, so it need only be sent a
trial's replies. Readers use the same function and return the same readings. If
there are none, or they have died, the process that drives the trials scores
them itself. A reader ends when that process closes the connection or dies.

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
"""Readers are worth starting from this many messages on."""
MOST = 4
"""Enough readers to keep up with one process that asks."""
PATIENCE = 1.0
"""Seconds that an idle reader has to end."""
_LENGTH = struct.Struct(">I")
"""The length in front of each message."""


def fitting(record: RunRecord) -> int:
    """Return how many readers suit a run: one less than there are cores, or none if they would be of no use.

    They are of no use with one core, little to read, or a model that computes on these cores, or if processes can't
    safely be forked. The environment variable MAZEDOM_READERS overrides the number.
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

    Enter it before opening the run's log: forks inherit open files and their locks.

    Args:
        record: The run.
        count: How many. With 0, None is returned.
    """
    if not count:
        yield None
        return
    forked: list[_Forked] = []
    gc_tuning.before_a_fork()
    try:
        with contextlib.suppress(OSError):  # no more processes allowed
            for _ in range(count):
                forked.append(_Forked(record, forked))
        yield _Readers(forked).read
    finally:
        for reader in forked:
            reader.end()


class _Readers:
    """The readers of a run."""

    def __init__(self, forked: Sequence["_Forked"]) -> None:
        self._forked = forked

    async def read(self, end: TrialEnd, cast: Cast, replies: Mapping[str, Reply]) -> TrialEnd:
        """Have the least busy reader read a trial; see `Reads`."""
        alive = [reader for reader in self._forked if not reader.gone]
        if alive:
            reader = min(alive, key=lambda reader: reader.waiting)
            with contextlib.suppress(OSError):  # the reader was killed, for example for lack of memory
                read = TrialEnd.model_validate_json(await reader.ask(msgspec.msgpack.encode((end.trial, replies))))
                if read.trial != end.trial:
                    raise RuntimeError(f"asked for {end.trial}, a reader read {read.trial}")
                return read
        return end.model_copy(update=read_replies(cast, replies))


class _Forked:
    """One reader, seen from the process that forked it."""

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
        """How many questions it has not answered yet."""
        self.gone = False

    async def ask(self, question: bytes) -> bytes:
        """Return its answer; questions are answered in the order in which they are put.

        Raises:
            OSError: If it is gone.
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
            self.gone = True  # after a cancelled wait, the answer would be taken for the next question's
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
        """End it; at once, if nobody waits for its answers."""
        self.line.close()
        if self.gone:
            self._process.terminate()
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _serve(record: RunRecord, line: socket.socket, others: Sequence[socket.socket]) -> None:
    """Be a reader until the connection ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the process that drives the trials
    for other in others:
        other.close()  # otherwise the connections would outlive that process
    gc_tuning.seldom()
    casts = Casts(record)
    trials = {str(trial): trial for trial in record.trials()}
    asked: msgspec.msgpack.Decoder[tuple[str, dict[str, Reply]]] = msgspec.msgpack.Decoder(tuple[str, dict[str, Reply]])
    with contextlib.suppress(OSError), line.makefile("rb") as questions:
        while (question := _question(questions)) is not None:
            name, replies = asked.decode(question)
            end = TrialEnd(trial=name, status="finished", instrument=Reader.version, at=now())
            read = end.model_copy(update=read_replies(casts.cast(trials[name]), replies)).line()
            line.sendall(_LENGTH.pack(len(read)) + read)


def _question(line: BinaryIO) -> bytes | None:
    """Return the next question; None when the connection ends."""
    head = line.read(_LENGTH.size)
    return line.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else None
