"""What names a turn's step in the log: its trial, its seat and its number.

A seat's first turn has the number 0, those of the way down and the reference turns 1 to 3. A turn that a weaver adds
has its task's number (see `task.Task`) plus its place among the seat's turns of that task. In later rounds `ROUND`
is added for each round before.
"""

from typing import Literal, NamedTuple

Pass = Literal["up", "decide", "down", "act", "audit"]

ROUND = 10_000_000
"""What the numbers of a round's turns are above those of the round before."""

ROOM = 10_000
"""Turns of one task that a weaver can add to a seat."""


class Key(NamedTuple):
    """What names a step within a run, beside the digest of its request."""

    trial: str
    seat: str
    turn: int = 0
    attempt: int = 0

    @property
    def round(self) -> int:
        """The round of the trial, from 1."""
        return self.turn // ROUND + 1
