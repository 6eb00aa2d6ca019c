"""Scopes: how one setting differs between seats.

A scope is written after the setting's name and a dot. The narrowest one that is given wins:

    model.L2.1        one seat
    model.level.2     all seats of a level
    model.manager     all seats of a role
    model             all seats
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from chains.organisation.hierarchy import Seat
from chains.organisation.prompts import BESIDE

T = TypeVar("T")


@dataclass(frozen=True)
class Scoped(Generic[T]):
    """A setting's value for all seats, and the values of narrower scopes."""

    general: T
    """For all seats."""
    narrower: Mapping[str, T] = field(default_factory=dict)
    """By scope: "L2.1", "level.2", "manager"."""

    def __hash__(self) -> int:
        """Equal values have equal hashes, so that what depends on settings can be kept by them."""
        return hash((self.general, frozenset(self.narrower.items())))

    def at(self, seat: Seat, general: T | None = None) -> T:
        """Return the value for one seat.

        Args:
            seat: Of the hierarchy or beside it.
            general: The value for all seats, in place of this setting's own general value.
        """
        wider: tuple[str, ...] = (f"level.{seat.level}", seat.role)
        if seat.role in BESIDE:  # no levels; without a value for watchers, a watcher counts as an auditor
            wider = (seat.role, "auditor")
        for scope in (seat.name, *wider):
            if scope in self.narrower:
                return self.narrower[scope]
        return self.general if general is None else general

    def values(self) -> tuple[T, ...]:
        """Return the values of all scopes, the general one first."""
        return (self.general, *self.narrower.values())


def scope_of(who: str) -> str:
    """Return the scope that a command line's word for seats means: a level's number, else a role or a seat."""
    return f"level.{who}" if who.isdecimal() else who
