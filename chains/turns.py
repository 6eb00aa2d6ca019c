"""Who speaks when in a trial: every seat reports; in the whole loop it also decides, orders, relays or acts.

A turn is one message of one seat, and has a name: the seat's own for its first
turn, and the seat and the task for the others. In a chain of depth 2:

    L2  L1  L0                the reports climb, and the executive decides
    L0/ledger  L0/nothing     for reference: the same decision with the full ledger, and without any report
    L0/order  L1/relay        the order goes down
    L2/act                    the worker acts
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from chains.hierarchy import Hierarchy, Seat
from chains.models.provider import Task
from chains.records import Pass

LEDGER, NOTHING = "ledger", "nothing"
"""The executive's reference turns: it reads the full ledger, or no report at all."""


class Turn(NamedTuple):
    """One message of one seat."""

    name: str
    seat: Seat
    task: Task
    number: int
    """0 for the seat's first turn; part of its key in the log."""
    hears: tuple[str, ...]
    """The names of the turns whose messages it reads; empty where it reads notes, the ledger or nothing."""
    reference: str = ""
    """`ledger` or `nothing` for a reference turn, on which nothing depends."""

    @property
    def pass_(self) -> Pass:
        """Which way the message goes."""
        return _PASSES[self.task] if self.seat.role != "executive" or self.task == "order" else "decide"


_PASSES: Mapping[Task, Pass] = {"report": "up", "decide": "decide", "order": "down", "relay": "down", "act": "act"}
_LATER: Mapping[str, Mapping[int, Task]] = {
    "executive": {1: "order", 2: "decide", 3: "decide"}, "manager": {1: "relay"}, "worker": {1: "act"},
}  # fmt: skip


def pass_of(seat: Seat, number: int) -> Pass:
    """Return which way the message of a seat's turn goes: the executive decides, all others report up first."""
    if number == 0:
        return "decide" if seat.role == "executive" else "up"
    return _PASSES[_LATER[seat.role][number]]


def turns_of(hierarchy: Hierarchy, *, loop: bool = False) -> tuple[Turn, ...]:
    """Return the turns of a trial in an order in which each comes after those that it hears.

    Args:
        hierarchy: Who reports to whom.
        loop: Whether the executive decides, its order goes down and workers act; else reports climb, and the
            executive says something about them.
    """
    return _turns(_Same(hierarchy), loop)


class _Same:
    """A hierarchy compared by identity: comparing all its seats costs more than making its turns."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy

    def __hash__(self) -> int:
        return id(self.hierarchy)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.hierarchy is self.hierarchy


@lru_cache(maxsize=64)
def _turns(same: _Same, loop: bool) -> tuple[Turn, ...]:
    hierarchy = same.hierarchy
    top = hierarchy.executive
    turns = [
        Turn(seat.name, seat, "decide" if loop and seat is top else "report", 0, hierarchy.reports_of(seat.name))
        for seat in hierarchy.upward()
    ]
    if not loop:
        return tuple(turns)
    turns += [
        Turn(f"{top.name}/{LEDGER}", top, "decide", 2, (), LEDGER),
        Turn(f"{top.name}/{NOTHING}", top, "decide", 3, (), NOTHING),
    ]
    down = {top.name: f"{top.name}/order"}
    turns.append(Turn(down[top.name], top, "order", 1, (top.name,)))
    for seat in hierarchy.seats[1:]:
        task: Task = "act" if seat.role == "worker" else "relay"
        down[seat.name] = f"{seat.name}/{task}"
        turns.append(Turn(down[seat.name], seat, task, 1, (down[hierarchy.superior(seat.name) or top.name],)))
    return tuple(turns)
