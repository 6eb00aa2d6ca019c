"""Kinds of fact: templates with typed holes, from which a scenario makes facts.

A setting (`chains/worlds/settings/`) is a list of kinds about a few groups of
subjects. Each kind has one direction slot, called `way`, with a bad and a good
sense, and parts that draw the values that go with either sense.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, Protocol

from chains.rng import Draw
from chains.worlds.facts.direction_words import Sense
from chains.worlds.facts.invented_names import STRANGERS, Names
from chains.worlds.facts.ledger import MONTHS, Slot

Side = Literal["bad", "good"]

_NEAR = 0.2
"""Numbers in a fact and its twin differ by more than this share, if the range allows it."""


@dataclass
class Taken:
    """The values that a world has used so far, so that two facts rarely share one."""

    names: Names
    month: int
    """The first of two months for events, from 1 to 12; plans fall in the third month."""
    numbers: set[float] = field(default_factory=set)
    values: set[tuple[object, str | None]] = field(default_factory=set)

    def number(self, draw: Draw, candidates: Sequence[float], unit: str | None, own: set[float]) -> float:
        """Draw a number, new to the world if there is one, else new with this unit, else new to this fact.

        Args:
            draw: The source of chance.
            candidates: The numbers to draw from.
            unit: The number's unit.
            own: Numbers that this fact already uses.
        """
        apart: Sequence[float] = candidates
        for other in own:
            apart = [number for number in apart if abs(number - other) > _NEAR * other]
        mine = apart or [number for number in candidates if number not in own] or candidates
        unseen = [number for number in mine if number not in self.numbers]
        unpaired = [] if unseen else [number for number in mine if (number, unit) not in self.values]
        number = draw.choice(unseen or unpaired or mine)
        self.numbers.add(number)
        self.values.add((number, unit))
        own.add(number)
        return number


class Part(Protocol):
    """Draws one slot of a fact."""

    @property
    def name(self) -> str:
        """The hole that it fills."""
        ...

    def slot(self, draw: Draw, side: Side, taken: Taken, own: set[float]) -> Slot:
        """Return a slot whose value fits the bad or the good side."""
        ...

    def other_side(self, slot: Slot, draw: Draw, side: Side, taken: Taken, own: set[float]) -> Slot:
        """Return the valence twin's slot; `side` is the twin's side, opposite to the side of `slot`."""
        ...

    def strength(self, slot: Slot, side: Side) -> float | None:
        """Return how extreme the value is, from 0 (mild) to 1; None if the value has no size."""
        ...

    def ends(self, slot: Slot, side: Side) -> tuple[float, float] | None:
        """Return the mildest and the most extreme value of a side; None if the value has no size."""
        ...


class _Steady:
    """A part with the same value on both sides: when, who, which."""

    def other_side(self, slot: Slot, _draw: Draw, _side: Side, _taken: Taken, _own: set[float]) -> Slot:
        """Return the same slot."""
        return slot

    def strength(self, _slot: Slot, _side: Side) -> float | None:
        """Return None: the value has no size."""
        return None

    def ends(self, _slot: Slot, _side: Side) -> tuple[float, float] | None:
        """Return None: the value has no size."""
        return None


@dataclass(frozen=True)
class Amount:
    """A number with a unit. Ranges are in steps, from the mildest to the most extreme value of that side."""

    name: str
    unit: str | None
    bad: tuple[int, int]
    good: tuple[int, int]
    step: int = 1
    """What one step is worth: 1000 for round sums of money."""
    tenths: bool = False
    """Whether a step is worth a tenth."""

    def slot(self, draw: Draw, side: Side, taken: Taken, own: set[float]) -> Slot:
        """Return a number from the range of this side."""
        low, high = sorted(self._range(side))
        value = taken.number(draw, [self._worth(steps) for steps in range(low, high + 1)], self.unit, own)
        return Slot(name=self.name, kind="number", value=value, unit=self.unit)

    def other_side(self, _slot: Slot, draw: Draw, side: Side, taken: Taken, own: set[float]) -> Slot:
        """Return another number, from the range of the other side."""
        return self.slot(draw, side, taken, own)

    def strength(self, slot: Slot, side: Side) -> float | None:
        """Return where in its range the number lies."""
        mild, extreme = (self._worth(steps) for steps in self._range(side))
        return (float(slot.value) - mild) / (extreme - mild)

    def ends(self, _slot: Slot, side: Side) -> tuple[float, float] | None:
        """Return the mildest and the most extreme number of a side."""
        mild, extreme = (self._worth(steps) for steps in self._range(side))
        return mild, extreme

    def _range(self, side: Side) -> tuple[int, int]:
        return self.bad if side == "bad" else self.good

    def _worth(self, steps: int) -> float:
        return steps / 10 if self.tenths else steps * self.step


@dataclass(frozen=True)
class Share:
    """A count such as "7 of 40". Ranges are in per cent of the total, from the mildest to the most extreme."""

    name: str
    bad: tuple[int, int] = (8, 45)
    good: tuple[int, int] = (85, 100)
    of: tuple[int, int] = (24, 60)
    """The range of the total."""

    def slot(self, draw: Draw, side: Side, taken: Taken, own: set[float]) -> Slot:
        """Return a count whose share of its total is in the range of this side."""
        total = int(taken.number(draw, range(self.of[0], self.of[1] + 1), "in all", own))
        return self._count(total, draw, side, taken, own)

    def other_side(self, slot: Slot, draw: Draw, side: Side, taken: Taken, own: set[float]) -> Slot:
        """Return another count of the same total, in the range of the other side."""
        return self._count(slot.of or 0, draw, side, taken, own)

    def strength(self, slot: Slot, side: Side) -> float | None:
        """Return where in its range the share lies."""
        mild, extreme = self.bad if side == "bad" else self.good
        return (100 * float(slot.value) / (slot.of or 1) - mild) / (extreme - mild)

    def ends(self, slot: Slot, side: Side) -> tuple[float, float] | None:
        """Return the mildest and the most extreme count of a side, out of this total."""
        mild, extreme = self.bad if side == "bad" else self.good
        return mild * (slot.of or 1) / 100, extreme * (slot.of or 1) / 100

    def _count(self, total: int, draw: Draw, side: Side, taken: Taken, own: set[float]) -> Slot:
        low, high = sorted(self.bad if side == "bad" else self.good)
        counts = range(max(2, -(-low * total // 100)), high * total // 100 + 1)
        value = int(taken.number(draw, counts, f"of {total}", own))
        return Slot(name=self.name, kind="count", value=value, of=total)


@dataclass(frozen=True)
class Day(_Steady):
    """The date of an event or of a plan."""

    name: str
    planned: bool = False
    key: bool = True

    def slot(self, draw: Draw, _side: Side, taken: Taken, _own: set[float]) -> Slot:
        """Return a date that the world has not used, if there is one."""
        ahead = (2,) if self.planned else (0, 1)
        days = [
            f"{(taken.month - 1 + months) % len(MONTHS) + 1:02d}-{day:02d}" for months in ahead for day in range(1, 29)
        ]
        value = draw.choice([day for day in days if (day, "day") not in taken.values] or days)
        taken.values.add((value, "day"))
        return Slot(name=self.name, kind="date", value=value, key=self.key)


@dataclass(frozen=True)
class Who(_Steady):
    """The invented name of a person or a firm other than the subject."""

    name: str
    key: bool = True

    def slot(self, draw: Draw, _side: Side, taken: Taken, _own: set[float]) -> Slot:
        """Return a new name, with strangers as the wrong ones."""
        others = tuple(draw.sample(STRANGERS, 3))
        return Slot(name=self.name, kind="name", value=taken.names.next(), others=others, key=self.key)


@dataclass(frozen=True)
class OneOf(_Steady):
    """A category: one of a few words that exclude each other."""

    name: str
    words: tuple[str, ...]
    key: bool = True

    def slot(self, draw: Draw, _side: Side, _taken: Taken, _own: set[float]) -> Slot:
        """Return one of the words, with the rest as the wrong ones."""
        word = draw.choice(self.words)
        others = tuple(other for other in self.words if other != word)
        return Slot(name=self.name, kind="category", value=word, others=others, key=self.key)


@dataclass(frozen=True)
class Group:
    """Subjects of one sort: "cooling pump P-12", or with an invented name "vendor Kestrel"."""

    nouns: tuple[str, ...]
    code: str | None = None
    """The letter of the code; a group without one has names."""


@dataclass(frozen=True)
class Kind:
    """A kind of fact."""

    name: str
    group: str
    """The group of the setting's subjects that it is about."""
    topic: tuple[str, ...]
    bad: Sense
    good: Sense
    parts: tuple[Part, ...]
    templates: tuple[str, ...]
    """Holes: `{subject}`, `{way}` and every part by name."""
    vague: tuple[str, ...]
    neutral: bool = False
    """Whether neither sense is bad, so that the fact is a distractor."""


@dataclass(frozen=True)
class Setting:
    """A setting of a scenario: what can be true there."""

    name: str
    titles: tuple[str, ...]
    """Titles of reports; the hole `{name}` takes an invented name."""
    groups: dict[str, Group]
    kinds: tuple[Kind, ...]


def way(kind: Kind, side: Side) -> Slot:
    """Return the direction slot of a kind of fact, on one side."""
    return _way(kind.bad, kind.good) if side == "bad" else _way(kind.good, kind.bad)


@cache
def _way(here: Sense, there: Sense) -> Slot:
    """Return a direction slot: one object for all facts that have it."""
    return Slot(
        name="way", kind="direction", value=here.word, also=here.also, opposite=there.word, opposites=there.also
    )
