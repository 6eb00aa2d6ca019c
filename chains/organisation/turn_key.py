"""What names a turn in the log: its trial, its seat, and a number that says which task it is of."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from chains.models.provider import Task
from chains.organisation.hierarchy import Seat

Pass = Literal["up", "decide", "down", "act", "audit"]

NUMBERS: Mapping[Task, int] = {
    "report": 10_000, "rate": 20_000, "audit": 30_000, "revise": 40_000, "watch": 50_000, "skip": 60_000,
    "stop": 70_000, "override": 80_000, "veto": 90_000, "ask": 100_000, "answer": 110_000, "send": 990_000,
}  # fmt: skip
"""The number of a woven turn in the log is its task's, plus its place among the seat's turns of that task.

Sampling seeds are made of it, so it must not depend on what else is switched on.
"""

ROUND = 10_000_000
"""What the numbers of a round's turns are above those of the round before, in the log."""

ROOM = 10_000
"""Woven turns of one task that a seat can have."""

_PASSES: Mapping[Task, Pass] = {
    "report": "up", "decide": "decide", "order": "down", "relay": "down", "act": "act", "rate": "audit",
    "audit": "audit", "revise": "up", "watch": "audit", "skip": "up", "stop": "decide", "override": "decide",
    "veto": "audit", "ask": "down", "answer": "up", "send": "up",
}  # fmt: skip

_LATER: Mapping[str, Sequence[Task]] = {
    "executive": ("order", "decide", "decide"), "manager": ("relay",), "worker": ("act", "act", "act"),
}  # fmt: skip


class Key(NamedTuple):
    """What names a step within a run, beside the digest of its request."""

    trial: str
    seat: str
    turn: int = 0
    attempt: int = 0


def task_of(seat: Seat, number: int) -> Task:
    """Return what a seat was asked for in a turn, by the turn's number in the log."""
    number %= ROUND
    if number >= ROOM:
        return next(task for task, first in NUMBERS.items() if first == number // ROOM * ROOM)
    return _LATER[seat.role][number - 1] if number else "report"


def pass_of(seat: Seat, number: int) -> Pass:
    """Return which way the message of a seat's turn goes: the executive decides, all others report up first."""
    if number % ROUND == 0 and seat.role == "executive":
        return "decide"
    return _PASSES[task_of(seat, number)]
