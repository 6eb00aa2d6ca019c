"""Observations: the fate of each statement at each hop of each chain, column by column; what the laws are fitted to.

A row is one statement in one message. Where they come from, a run or a file of
anybody's data, is no matter here: readers make them with `Observations.of`, which
sorts the rows and refuses what can't be right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chains.errors import BadInput
from chains.fates import LETTERS

Words = NDArray[np.str_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

KEPT = LETTERS["kept"]
VALENCES = ("bad", "good", "neutral", "ambiguous", "")
"""What a statement is to who hears it; the last where it is not known."""
ALL = "all"
"""The condition where nothing but depth is varied."""
_KEY = ("condition", "world", "replicate", "depth", "statement", "hop")
_KINDS: dict[str, Any] = {
    "depth": np.int64,
    "hop": np.int64,
    "weight": float,
    "words": float,
    "cut_off": bool,
    "foreign": bool,
}


@dataclass(frozen=True, eq=False)
class Observations:
    """Rows by (condition, world, replicate, depth, statement, hop), sorted so; each such key occurs once."""

    world: Words
    replicate: Words
    depth: Integers
    """Hops from the worker to the executive: one more than the managers between them."""
    statement: Words
    hop: Integers
    """1 is the worker's message, `depth` what the executive hears."""
    fate: Words
    """A letter: K kept, B blurred, A altered, I inverted, O omitted."""
    valence: Words
    """One of VALENCES."""
    weight: Floats
    """How much the statement matters, above 0: its severity."""
    condition: Words
    """Every factor but depth, such as prompt=career."""
    copy: Words
    """The same for replicates that are copies of each other, replies and all; empty where that is not known."""
    pair: Words
    """What a statement has in common with its twin of the other valence, in its world; empty without a twin."""
    words: Floats
    """Length of the message in words; nan where it is not known."""
    cut_off: Flags
    """Whether the message was cut off by its length limit."""
    foreign: Flags
    """Whether the message is in another language than English, which alone the instrument reads."""
    exact: bool = field(default=False, kw_only=True)
    """Whether the fates are known without error, as those of a planted channel are."""

    def __post_init__(self) -> None:
        """Refuse rows that can't be right.

        Raises:
            BadInput: Columns differ in length, a value is impossible, a key occurs twice, or a hop is missing.
        """
        rows = len(self.world)
        for name in _columns():
            if len(getattr(self, name)) != rows:
                raise BadInput(f"column {name} has {len(getattr(self, name))} rows and world has {rows}")
        if not rows:
            raise BadInput("there are no observations; a run needs at least one finished trial")
        self._refuse(~np.isin(self.fate, list(LETTERS.values())), "fate", "one of " + " ".join(LETTERS.values()))
        self._refuse(~np.isin(self.valence, VALENCES), "valence", f"one of {', '.join(VALENCES[:-1])}")
        self._refuse(self.depth < 1, "depth", "at least 1 hop")
        self._refuse((self.hop < 1) | (self.hop > self.depth), "hop", "from 1 to depth")
        self._refuse(~(np.isfinite(self.weight) & (self.weight > 0)), "weight", "a number above 0")
        order = np.lexsort(tuple(_codes(getattr(self, name)) for name in reversed(_KEY)))
        if (order != np.arange(rows)).any():
            for name in _columns():
                object.__setattr__(self, name, getattr(self, name)[order])
        self._refuse_holes()

    @classmethod
    def of(
        cls,
        *,
        world: ArrayLike,
        replicate: ArrayLike,
        depth: ArrayLike,
        statement: ArrayLike,
        hop: ArrayLike,
        fate: ArrayLike,
        exact: bool = False,
        **more: ArrayLike | None,
    ) -> Self:
        """Return observations from columns of equal length, in any order of rows.

        Args:
            world: And the other columns: see the fields. Names may be numbers.
            replicate: Which of the chains of this world, condition and depth.
            depth: Hops of the chain.
            statement: Which statement of its world.
            hop: Which message on its way up.
            fate: Letters.
            exact: Whether the fates are known without error.
            more: Any of valence, weight, condition, copy, pair, words, cut_off, foreign; what is missing or None is
                unknown.

        Raises:
            BadInput: As the class does.
        """
        given: dict[str, ArrayLike] = {
            "world": world, "replicate": replicate, "depth": depth, "statement": statement, "hop": hop, "fate": fate,
        }  # fmt: skip
        given |= {name: column for name, column in more.items() if column is not None}
        rows = len(np.atleast_1d(np.asarray(world)))
        unknown: dict[str, Any] = {"weight": 1.0, "condition": ALL, "words": np.nan, "cut_off": False, "foreign": False}
        columns = {
            name: np.asarray(given.pop(name, np.full(rows, unknown.get(name, "")))).astype(
                _KINDS.get(name, str), copy=False
            )
            for name in _columns()
        }
        if given:
            raise TypeError(f"no such column: {', '.join(given)}")
        return cls(**columns, exact=exact)

    @classmethod
    def joined(cls, parts: Sequence["Observations"]) -> "Observations":
        """Return the rows of several, which must not have a key in common; exact if all are."""
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _columns()}
        return Observations(**columns, exact=all(part.exact for part in parts))

    def where(self, mask: Flags) -> "Observations":
        """Return the rows that a mask marks; it must take or leave a statement's chain whole."""
        return replace(self, **{name: getattr(self, name)[mask] for name in _columns()})

    def select(self, **wanted: str | int) -> "Observations":
        """Return the rows with these values, such as condition="all", depth=4."""
        mask = np.ones(len(self), dtype=bool)
        for name, value in wanted.items():
            mask &= getattr(self, name) == value
        return self.where(mask)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.world)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Their names, in order of first appearance among the sorted rows."""
        return _distinct(self.condition)

    @property
    def worlds(self) -> tuple[str, ...]:
        """The names of the worlds."""
        return _distinct(self.world)

    @property
    def depths(self) -> tuple[int, ...]:
        """The depths in hops, ascending."""
        return tuple(int(depth) for depth in np.unique(self.depth))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Return each row as a mapping of plain values."""
        names = _columns()
        for values in zip(*(getattr(self, name).tolist() for name in names), strict=True):
            yield dict(zip(names, values, strict=True))

    def _refuse(self, wrong: Flags, name: str, must: str) -> None:
        if wrong.any():
            at = int(np.argmax(wrong))
            raise BadInput(f"{self._named(at)}: {name} is {getattr(self, name)[at].item()!r}; it must be {must}")

    def _refuse_holes(self) -> None:
        """Refuse a key that occurs twice and a statement that is not followed from hop 1 to the last."""
        starts = np.ones(len(self), dtype=bool)
        starts[1:] = np.any([getattr(self, name)[1:] != getattr(self, name)[:-1] for name in _KEY[:-1]], axis=0)
        expected = np.arange(len(self)) - np.flatnonzero(starts)[np.cumsum(starts) - 1] + 1
        wrong = self.hop != expected
        if wrong.any():
            at = int(np.argmax(wrong))
            if not starts[at] and self.hop[at] == self.hop[at - 1]:
                raise BadInput(f"{self._named(at)}: hop {self.hop[at]} is there twice; each may be there once")
            raise BadInput(f"{self._named(at)}: hop {expected[at]} is missing; give hops 1 to {self.depth[at]}")
        ends = np.append(starts[1:], True)
        short = ends & (self.hop != self.depth)
        if short.any():
            at = int(np.argmax(short))
            raise BadInput(f"{self._named(at)}: hop {self.hop[at] + 1} is missing; give hops 1 to {self.depth[at]}")

    def _named(self, at: int) -> str:
        condition = "" if self.condition[at] == ALL else f"condition {self.condition[at]}, "
        return (
            f"{condition}world {self.world[at]}, replicate {self.replicate[at]}, depth {self.depth[at]}, "
            f"statement {self.statement[at]}"
        )


class Regret(NamedTuple):
    """What one trial's decision cost."""

    world: str
    managers: int
    value: float


def _columns() -> tuple[str, ...]:
    return tuple(column.name for column in fields(Observations) if column.name != "exact")


def _codes(column: NDArray[Any]) -> NDArray[Any]:
    """Return numbers that sort as first seen, for names; numbers as they are.

    Names keep the order in which a reader gave them, so that conditions stand as the experiment has them.
    """
    if column.dtype.kind != "U":
        return column
    _, first, inverse = np.unique(column, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _distinct(column: Words) -> tuple[str, ...]:
    return tuple(str(name) for name in dict.fromkeys(column.tolist()))
