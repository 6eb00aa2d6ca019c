"""Ways: each statement's way up one chain in a row, names numbered, in a fraction of the memory that observations take.

A run of a million messages has several million observations, a row for each statement in each message. Of a way a law
needs what is said once of it, and a letter for each hop. Ways are in the order in which observations stand.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from chains.errors import BadInput
from chains.stats.observations.observations import ALL, KEPT, Floats, Integers, Observations, Words

NAMED = ("condition", "world", "replicate", "statement", "pair", "copy")
"""The columns that are numbers of names."""
_KEY = ("condition", "world", "replicate", "depth", "statement")
_VALENCES = {"bad": 1, "good": 0}
Small = NDArray[np.int32]


class Ends(NamedTuple):
    """What became of each statement at hops of its own."""

    miss: Integers
    """The hop of the first miss; 0 if there is none."""
    missed_as: Words
    """The fate there; empty without one."""
    end: Words
    """The fate in what the executive hears."""


@dataclass(frozen=True, eq=False)
class Ways:
    """Rows by (condition, world, replicate, depth, statement), sorted so; each such key occurs once."""

    condition: Small
    """The number of its name; likewise the other columns of `NAMED`."""
    world: Small
    replicate: Small
    depth: Small
    """Hops."""
    statement: Small
    pair: Small
    """Has an empty name where there is no twin."""
    copy: Small
    """Has an empty name where it is not known."""
    bad: NDArray[np.int8]
    """1 for bad news, 0 for good, -1 for neither or unknown."""
    weight: Floats
    words: Floats
    """Of the executive's message; nan where not known."""
    cut_off: Small
    """How many of the messages were cut off by their length limit."""
    foreign: Small
    """How many are in another language than English."""
    fates: NDArray[np.uint8]
    """The letters of all hops, way after way."""
    names: dict[str, tuple[str, ...]]
    """Of each column of `NAMED`."""
    exact: bool = field(default=False, kw_only=True)
    """Whether the fates are known without error."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.world)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Their names, in order of first appearance."""
        return tuple(self.names["condition"][number] for number in dict.fromkeys(self.condition.tolist()))

    @property
    def first(self) -> Integers:
        """Where the letters of each way begin."""
        return _starts(self.depth)

    def ends(self) -> Ends:
        """Return where each statement was first missed, and how it ended."""
        first, rows = self.first, len(self.fates)
        last = first + self.depth - 1
        missed = np.flatnonzero(self.fates != ord(KEPT))
        # the first miss at or after the way's beginning; past the end where there is none
        at = np.append(missed, rows)[np.searchsorted(missed, first)]
        is_missed = at <= last
        at = np.where(is_missed, at, last)
        letters = self.fates[at].view("S1").astype("U1")
        return Ends(
            miss=np.where(is_missed, at - first + 1, 0),
            missed_as=np.where(is_missed, letters, ""),
            end=self.fates[last].view("S1").astype("U1"),
        )

    @classmethod
    def joined(cls, parts: Sequence["Ways"]) -> "Ways":
        """Return the ways of several, which must not have a key in common; exact if all are."""
        names: dict[str, tuple[str, ...]] = {}
        columns: dict[str, Any] = {}
        for name in NAMED:
            known: dict[str, int] = {}
            for part in parts:
                for one in part.names[name]:
                    known.setdefault(one, len(known))
            names[name] = tuple(known)
            renumbered = [np.array([known[one] for one in part.names[name]], dtype=np.int32) for part in parts]
            columns[name] = np.concatenate(
                [new[getattr(part, name)] for new, part in zip(renumbered, parts, strict=True)]
            )
        for name in _columns():
            if name not in NAMED:
                columns[name] = np.concatenate([getattr(part, name) for part in parts])
        return Ways(**columns, names=names, exact=all(part.exact for part in parts)).sorted()

    def sorted(self) -> Self:
        """Return them in order; names keep the order in which they are first met.

        Raises:
            BadInput: If a key occurs twice.
        """
        keys = [_as_met(getattr(self, name)) if name in NAMED else getattr(self, name) for name in _KEY]
        order = np.lexsort(tuple(reversed(keys)))
        found = self
        if (order != np.arange(len(self))).any():
            # whose letters, one way after another, go where
            steps = np.repeat(self.first[order] - _starts(self.depth[order]), self.depth[order])
            fates = self.fates[steps + np.arange(len(self.fates))]
            columns = {name: getattr(self, name)[order] for name in _columns() if name != "fates"}
            found = replace(self, **columns, fates=fates)
        same = np.ones(len(self) - 1, dtype=bool)
        for name in _KEY:
            column = getattr(found, name)
            same &= column[1:] == column[:-1]
        if same.any():
            raise BadInput(f"{found.named(int(np.argmax(same)) + 1)}: hop 1 is there twice; each may be there once")
        return found

    def named(self, at: int) -> str:
        """Return what one way is of, in words."""
        condition, world, replicate, statement = (
            self.names[name][getattr(self, name)[at]] for name in ("condition", "world", "replicate", "statement")
        )
        first = "" if condition == ALL else f"condition {condition}, "
        return f"{first}world {world}, replicate {replicate}, depth {self.depth[at]}, statement {statement}"


class Gathered:
    """Ways that are added one at a time, by whoever reads them."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, int]] = {name: {} for name in NAMED}
        kinds = {"bad": "b", "weight": "d", "words": "d", "fates": "B"}
        self._columns = {name: _column(kinds.get(name, "i")) for name in _columns()}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._columns["world"])

    def number(self, column: str, name: str) -> int:
        """Return the number of a name."""
        known = self._known[column]
        return known.setdefault(name, len(known))

    def add(
        self,
        chain: tuple[int, int, int, int],
        about: tuple[int, int, int, float],
        fates: str,
        messages: tuple[float, int, int],
    ) -> None:
        """Add a way.

        Args:
            chain: Numbers of its condition, world, replicate and copy.
            about: Numbers of its statement and pair; whether it is bad news (1), good (0) or neither (-1); its weight.
            fates: A letter for each hop.
            messages: Words of the executive's message; how many were cut off; how many are in another language.
        """
        names = ("condition", "world", "replicate", "copy", "statement", "pair", "bad", "weight")
        for name, value in zip(names, (*chain, *about), strict=True):
            self._columns[name].append(value)
        for name, value in zip(("words", "cut_off", "foreign"), messages, strict=True):
            self._columns[name].append(value)
        self._columns["depth"].append(len(fates))
        self._columns["fates"].frombytes(fates.encode("ascii"))

    def ways(self, *, exact: bool) -> Ways:
        """Return them in order; nothing can be added then.

        Raises:
            BadInput: If a key occurs twice.
        """
        columns: dict[str, Any] = {name: np.asarray(column) for name, column in self._columns.items()}
        names = {name: tuple(known) for name, known in self._known.items()}
        return Ways(**columns, names=names, exact=exact).sorted()


def _column(kind: str) -> "array[Any]":
    return array(kind)


def bad_or_good(valence: str) -> int:
    """Return 1 for bad news, 0 for good, -1 for neither or unknown."""
    return _VALENCES.get(valence, -1)


def ways_in(observations: Observations) -> Ways:
    """Return the ways of observations."""
    seen = observations
    first = np.flatnonzero(seen.hop == 1)
    last = first + seen.depth[first] - 1
    names: dict[str, tuple[str, ...]] = {}
    columns: dict[str, Any] = {}
    for name in NAMED:
        told, at = np.unique(getattr(seen, name)[first], return_inverse=True)
        names[name] = tuple(told.tolist())
        columns[name] = at.astype(np.int32)
    valence = seen.valence[first]
    return Ways(
        **columns,
        depth=seen.depth[first].astype(np.int32),
        bad=np.select([valence == "bad", valence == "good"], [1, 0], -1).astype(np.int8),
        weight=seen.weight[first],
        words=seen.words[last],
        cut_off=np.add.reduceat(seen.cut_off, first, dtype=np.int32),
        foreign=np.add.reduceat(seen.foreign, first, dtype=np.int32),
        fates=np.frombuffer(seen.fate.astype("S1").tobytes(), dtype=np.uint8),
        names=names,
        exact=seen.exact,
    )


def numbered(*columns: NDArray[Any]) -> Integers:
    """Return a number for each distinct tuple of values, in order of first appearance."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, at = np.unique(column, return_inverse=True)
        key = _as_met(key * len(values) + at)
    return key


def _as_met(codes: NDArray[Any]) -> Integers:
    """Renumber values by where they are first met."""
    values, first, at = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(values), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(values))
    return rank[at]


def _starts(depth: Small) -> Integers:
    return np.cumsum(depth, dtype=np.int64) - depth


def _columns() -> tuple[str, ...]:
    return tuple(column.name for column in fields(Ways) if column.name not in ("names", "exact"))
