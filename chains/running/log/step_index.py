"""Where each step of a run is in its log: packed by trial, and unpacked for the trials in use.

A run has a step for every message, and its index stays in memory until the run
ends. So a trial's steps are packed in one buffer, 60 bytes a step; to look up a
step, its trial is unpacked into a dictionary. Trials under way stay unpacked,
because every step looks into them; of ended trials, one at a time does.
"""

import struct
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from chains.organisation.turn_key import Key
from chains.running.log.line_index_schema import StepLine
from chains.running.log.records import Status, Step

MOST_UNPACKED = 65_536
"""Most steps unpacked at the same time (about 300 bytes each), unless a single trial has more."""

_STEP: Final = struct.Struct("<32sQIIqi")
"""Digest, offset and length of the line, number of the seat's name, turn, attempt."""


class Place(NamedTuple):
    """Where a step is logged."""

    digest: bytes
    """Digest of its request."""
    offset: int
    length: int


class Held:
    """What the log holds of one trial."""

    __slots__ = ("calls", "ended_at", "length", "status", "steps", "tokens")

    def __init__(self) -> None:
        """Nothing yet."""
        self.steps: bytes | bytearray = bytearray()
        """Its steps in the order logged, packed as `_STEP`; bytes once the trial has ended."""
        self.status: Status | None = None
        """How it last ended; None if it has not."""
        self.ended_at = self.length = 0
        """Offset and length of that end's line."""
        self.calls = self.tokens = 0
        """What its replies cost; see `index.Taken`."""


_Unpacked = dict[tuple[str, int, int], list[Place]]


class StepIndex:
    """What the log holds of each trial, by the trial's name."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.trials: dict[str, Held] = {}
        self._seats: list[str] = []
        self._number: dict[str, int] = {}
        self._unpacked: OrderedDict[str, _Unpacked] = OrderedDict()
        self._size = 0
        self._ended = ""
        """The one ended trial that is unpacked, if there is one."""

    def __len__(self) -> int:
        """How many steps are logged."""
        return sum(len(held.steps) for held in self.trials.values()) // _STEP.size

    def of(self, key: Key) -> Sequence[Place]:
        """Return where the steps logged under `key` are, in the order logged."""
        held = self.trials.get(key.trial)
        return () if held is None else self._open(key.trial, held).get(key[1:], ())

    def add(self, step: StepLine | Step, offset: int, length: int) -> Held:
        """Note where a step is logged; return its trial's entry.

        Raises:
            ValueError: If its turn or attempt is out of range.
        """
        trial = step.trial
        held = self.trials.get(trial)
        if held is None:
            held = self.trials[trial] = Held()
        number = self._number.get(step.seat)
        if number is None:
            number = self._number[step.seat] = len(self._seats)
            self._seats.append(step.seat)
        digest = packed(step.digest)
        if isinstance(held.steps, bytes):  # it failed or waited, and is driven again
            held.steps = bytearray(held.steps)
        try:
            held.steps += _STEP.pack(digest, offset, length, number, step.turn, step.attempt)
        except struct.error as error:
            raise ValueError(*error.args) from None
        if (unpacked := self._unpacked.get(trial)) is not None:
            unpacked.setdefault((step.seat, step.turn, step.attempt), []).append(Place(digest, offset, length))
            self._size += 1
        return held

    def end(self, trial: str, status: Status, offset: int, length: int) -> None:
        """Note how a trial ended, and where the log says so."""
        held = self.trials.get(trial)
        if held is None:
            held = self.trials[trial] = Held()
        held.status, held.ended_at, held.length = status, offset, length
        held.steps = bytes(held.steps)  # frees the room that a buffer keeps to grow
        self._close(trial)

    def steps(self) -> Iterator[tuple[Key, Place]]:
        """Return every step, trial by trial; those of a trial in the order logged."""
        return (step for trial in self.trials for step in self.steps_of(trial))

    def steps_of(self, trial: str) -> Iterator[tuple[Key, Place]]:
        """Return the steps of a trial in the order logged."""
        if (held := self.trials.get(trial)) is not None:
            for digest, offset, length, seat, turn, attempt in _STEP.iter_unpack(bytes(held.steps)):
                yield Key(trial, self._seats[seat], turn, attempt), Place(digest, offset, length)

    def _open(self, trial: str, held: Held) -> _Unpacked:
        """Return a trial's steps by seat, turn and attempt."""
        found = self._unpacked.get(trial)
        if found is not None:
            self._unpacked.move_to_end(trial)
            return found
        found = {}
        for digest, offset, length, seat, turn, attempt in _STEP.iter_unpack(held.steps):
            found.setdefault((self._seats[seat], turn, attempt), []).append(Place(digest, offset, length))
        if isinstance(held.steps, bytes):
            self._close(self._ended)
            self._ended = trial
        self._unpacked[trial] = found
        self._size += _count(found)
        while self._size > MOST_UNPACKED and len(self._unpacked) > 1:
            self._close(next(iter(self._unpacked)))
        return found

    def _close(self, trial: str) -> None:
        """Drop a trial's unpacked steps; the packed ones stay."""
        if (unpacked := self._unpacked.pop(trial, None)) is not None:
            self._size -= _count(unpacked)


def packed(digest: str) -> bytes:
    """Return a digest as bytes, for a `Place`; a text that is not lower-case hexadecimal SHA-256 matches no request."""
    try:
        found = bytes.fromhex(digest)
    except ValueError:
        return _NONE
    return found if len(found) == len(_NONE) and found.hex() == digest else _NONE


_NONE: Final = bytes(32)


def _count(unpacked: _Unpacked) -> int:
    return sum(map(len, unpacked.values()))
