"""The key of a turn's step in the log: its trial, seat and number.

A seat's first turn has the number 0; turns on the way down and reference turns have 1 to 3. A turn that a weaver
adds has its task's number (see `task.Task`) plus its place among the seat's turns of that task. Each later round
adds `ROUND`.
"""

from typing import Literal, NamedTuple

Pass = Literal["up", "decide", "down", "act", "audit"]

ROUND = 10_000_000
"""Added to the turn numbers for each round after the first."""

ROOM = 10_000
"""How many turns of one task a weaver can add to a seat."""


class Key(NamedTuple):
    """Names a step within a run, besides the digest of its request."""

    trial: str
    seat: str
    turn: int = 0
    attempt: int = 0

    @property
    def round(self) -> int:
        """The round of the trial, from 1."""
        return self.turn // ROUND + 1
