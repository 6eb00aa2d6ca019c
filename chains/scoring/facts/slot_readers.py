"""Readers of slots: whether a piece of a message states a slot's value, another value, half of it, or nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from chains.scoring.facts.count_reader import CountSlot
from chains.scoring.facts.direction_reader import content
from chains.scoring.facts.ledger_vocabulary import known_tokens
from chains.scoring.facts.segments import Piece
from chains.scoring.facts.slot_match import MISSING, Explained, Found, State
from chains.scoring.text.clock_times import clocks_told
from chains.scoring.text.ledger_stems import STOP, bag, stem
from chains.scoring.text.negation import negated
from chains.scoring.text.numbers_and_dates import values_of
from chains.scoring.text.quantities import Quantity, closeness, compare
from chains.scoring.text.units import Unit, unit_of
from chains.worlds.facts.ledger import MONTHS, Slot


@dataclass(frozen=True)
class NumberSlot:
    """A number with or without a unit."""

    slot: Slot
    unit: Unit | None
    nouns: frozenset[str]
    """Stems that stand after the number in renderings, its unit among them."""
    named: frozenset[str]
    """Stems of what it counts: of its unit; without a unit, the same as `nouns`."""
    cues: frozenset[str]
    """"from" or "to", if every rendering has one before the number."""
    limit: bool = False
    """Whether it is the limit of a goal or must-not; then a bound ("at most 5") gives the side."""
    timed: bool = False
    """Whether its statement has a time of day too, whose figures are then no numbers."""

    def read(self, piece: Piece, explained: Explained) -> Found:
        """Look for the number in a piece."""
        others: list[Quantity] = []
        vague: Quantity | None = None
        timed = _of_clocks(piece) if self.timed else ()
        for quantity in piece.quantities:
            if quantity.first in timed:
                continue
            match self._judge(quantity, piece):
                case "right":
                    return Found("right", quantity.first, quantity.last)
                case "vague":
                    vague = vague or quantity
                case "wrong" if piece.shared == "together":
                    vague = vague or quantity
                case "wrong" if (quantity.ordinal or not quantity.weak) and not explained(quantity):
                    others.append(quantity)
        if vague is not None:
            return Found("vague", vague.first, vague.last)
        wrong = self._likely(others, piece)
        return Found("wrong", wrong.first, wrong.last) if wrong else MISSING

    @property
    def bare(self) -> bool:
        """Whether the number has no unit that a table knows: it counts things."""
        return self.unit is None or self.unit.dimension.startswith("?")

    def is_right(self, quantity: Quantity) -> bool:
        """Whether a quantity is this slot's value."""
        return self._same_kind(quantity) and compare(quantity, abs(float(self.slot.value)), self.unit) == "same"

    def _same_kind(self, quantity: Quantity) -> bool:
        if self.unit is None or self.bare:
            return quantity.unit is None
        if quantity.unit is None or quantity.of is not None:
            return False
        mine, theirs = self.unit.dimension, quantity.unit.dimension
        return mine == theirs or mine.split("/")[0] == theirs

    def _judge(self, quantity: Quantity, piece: Piece) -> State:
        # A minus is a direction ("-2.3 mm/s": it fell), not part of the number.
        true = abs(float(self.slot.value))
        if quantity.ordinal and not self._names_one(quantity, piece):
            return "missing"
        if self._same_kind(quantity):
            unit = self.unit
            if unit is not None and quantity.unit is not None and unit.dimension != quantity.unit.dimension:
                unit = quantity.unit if closeness(quantity.value, true, quantity.digits) == "same" else unit
            if quantity.bound and (self.limit or self._direction_word(quantity, piece)):
                quantity = _unbound(quantity)
            return {"same": "right", "rough": "vague", "other": "wrong"}[compare(quantity, true, unit)]  # type: ignore[return-value]
        same = quantity.value == true
        if quantity.of is not None or self.bare:
            # "below 25 minutes" for "below 25 a month" asks for something else
            return "wrong" if self.limit and same and quantity.unit is not None else "missing"
        if quantity.unit is None:
            lent = same and not quantity.weak and self._lent(quantity, piece)
            return "right" if lent else "vague" if same and not quantity.weak else "missing"
        return "wrong" if same else "missing"

    def _lent(self, quantity: Quantity, piece: Piece) -> bool:
        """Whether a bare number shares the unit of one beside it: "A up 4.6 degrees, B down 3.8", "A 4, B 9 h"."""
        after = piece.tokens[quantity.last] if quantity.last < len(piece.tokens) else None
        ends = after is None or after.kind == "mark" or after.low in _SHARES
        whole = values_of(piece.tokens, piece.named).quantities if ends and quantity.of is None else ()
        valued = [one for one in whole if one.unit is not None and not one.weak]
        before = [one for one in valued if one.last <= quantity.first]
        beside = before[-1:] or valued[:1]
        return bool(beside) and self._same_kind(beside[0])

    def _names_one(self, quantity: Quantity, piece: Piece) -> bool:
        """Whether an ordinal numbers the things that this number counts: "the third floor"."""
        after = piece.tokens[quantity.last : quantity.last + 1]
        return self.bare and any(token.stem in self.nouns for token in after)

    def _direction_word(self, quantity: Quantity, piece: Piece) -> bool:
        """Whether the bound ("over 3") is a direction that a rendering also has before the number."""
        return piece.tokens[quantity.first - 1].stem in self.cues

    def _likely(self, others: list[Quantity], piece: Piece) -> Quantity | None:
        """Choose the quantity in the place of this slot's value; a bare number needs its noun next to it."""
        if not others or not self.bare:
            return others[0] if others else None
        for quantity in others:
            after = piece.tokens[quantity.last : quantity.last + 4]
            before = piece.tokens[max(0, quantity.first - 5) : quantity.first]
            if any(token.stem in self.nouns for token in (*after, *before)):
                return quantity
        return others[0] if len(others) == 1 and not self.nouns else None


_SHARES = bag("and but over under above below up down more less fewer late early")
"""Words that may follow a number whose unit stands elsewhere in its sentence."""


def _unbound(quantity: Quantity) -> Quantity:
    return Quantity(quantity.value, quantity.unit, quantity.first, quantity.last, quantity.digits, about=quantity.about)


_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})")


@dataclass(frozen=True)
class DateSlot:
    """A day."""

    slot: Slot

    def read(self, piece: Piece, explained: Explained) -> Found:
        """Look for the date in a piece."""
        best = MISSING
        for date in piece.dates:
            agrees = date.agrees(str(self.slot.value))
            if agrees:
                return Found("right", date.first, date.last)
            if date.inferred:
                continue
            state: State = "vague" if agrees is None else "wrong"
            if best.state in ("missing", "wrong") and (best.state, state) != ("wrong", "wrong"):
                best = Found(state, date.first, date.last)
        return self._in_figures(piece) or best

    def _in_figures(self, piece: Piece) -> Found | None:
        """Return the day where "3/11" or "3.11." is it under one of its readings; any other may be no date at all."""
        month, day = (int(part) for part in str(self.slot.value).split("-")[-2:])
        for at in range(piece.first, piece.last):
            if piece.tokens[at].kind != "number":
                continue
            dotted = _DOTTED.fullmatch(piece.tokens[at].text)
            parts = list(dotted.groups()) if dotted else [token.low for token in piece.tokens[at : at + 3]]
            if not dotted and (len(parts) < 3 or parts[1] != "/"):
                continue
            if (parts[0], parts[-1]) in ((f"{a:{width}}", f"{b:{width}}") for a, b in ((month, day), (day, month))
                                         for width in ("d", "02d")):  # fmt: skip
                return Found("right", at, at + (1 if dotted else 3))
        return None

    def is_right(self, quantity: Quantity) -> bool:
        """No quantity is a date."""
        return False


_SAME = (bag("floor level storey"), bag("gate door entrance"))
"""Nouns that count the same things."""
_COMMON = STOP | frozenset(month.lower() for month in MONTHS)


@dataclass(frozen=True)
class WordSlot:
    """A name or a category."""

    slot: Slot
    right: tuple[tuple[str, ...], ...]
    wrong: tuple[tuple[str, ...], ...]
    parts: tuple[frozenset[str], ...] = field(default=())
    """For a name of several people or words: one word of each part must be stated."""
    known: frozenset[str] = frozenset()
    """Every word of the ledger: a capitalised word outside it is another name."""

    def read(self, piece: Piece, explained: Explained) -> Found:
        """Look for the word in a piece."""
        best = MISSING
        stems = ["" if at in piece.aside else piece.tokens[at].stem for at in range(piece.first, piece.last)]
        for state, wordings in (("right", self.right), ("wrong", self.wrong)):
            for words in wordings:
                at = _find(stems, words)
                if at is None:
                    continue
                first, last = piece.first + at, piece.first + at + len(words)
                if state == "right":
                    return Found("right", first, last)
                if not negated(piece.tokens, first, piece.first):
                    best = Found("wrong", first, last)
        if best.state == "wrong" or self.slot.kind != "name":
            return best
        given = [next((at for at, word in enumerate(stems) if word in part), None) for part in self.parts]
        places = [piece.first + at for at in given if at is not None]
        if places and len(places) == len(given):
            return Found("right", min(places), max(places) + 1)
        stranger = self._stranger(piece)
        if stranger is not None:
            return Found("wrong", stranger, stranger + 1)
        return Found("vague", places[0], places[0] + 1) if places else MISSING

    def is_right(self, quantity: Quantity) -> bool:
        """No quantity is a word."""
        return False

    def _stranger(self, piece: Piece) -> int | None:
        for at in range(max(piece.first, 1), piece.last):
            token = piece.tokens[at]
            starts = piece.tokens[at - 1].text in ".:!?" or at == 0
            proper = token.kind == "word" and token.text[0].isupper() and not token.text.isupper() and not starts
            if proper and at not in piece.named and not (token.low in self.known or token.low in _COMMON):
                return at
        return None


_CLOCK = re.compile(r"(\d\d):(\d\d)")


@dataclass(frozen=True)
class ClockSlot:
    """A time of day."""

    slot: Slot
    minutes: int
    """After midnight."""
    beside: frozenset[int]
    """The other times of day of its statement."""

    def read(self, piece: Piece, explained: Explained) -> Found:
        """Look for the time in a piece; another time of day is a wrong one."""
        wrong = MISSING
        for said in clocks_told(piece.tokens):
            if not piece.first <= said.first < piece.last:
                continue
            if said.is_(self.minutes):
                return Found("right", said.first, said.last)
            if not any(said.is_(other) for other in self.beside):
                wrong = Found("vague" if said.near(self.minutes) else "wrong", said.first, said.last)
        return wrong

    def is_right(self, quantity: Quantity) -> bool:
        """No quantity is a time of day."""
        return False


def _of_clocks(piece: Piece) -> frozenset[int]:
    """Return the tokens of a piece's sentence that are part of a time of day, so that they are no numbers."""
    return frozenset(at for said in clocks_told(piece.tokens) for at in range(said.first, said.last))


def clocks_of(slots: Iterable[Slot]) -> frozenset[int]:
    """Return the times of day among some slots, in minutes after midnight."""
    found = (_CLOCK.fullmatch(str(slot.value)) for slot in slots if slot.kind == "category")
    return frozenset(60 * int(clock[1]) + int(clock[2]) for clock in found if clock)


def _find(stems: list[str], words: tuple[str, ...]) -> int | None:
    for at in range(len(stems) - len(words) + 1):
        if stems[at] == words[0] and tuple(stems[at : at + len(words)]) == words:
            return at
    return None


Reader = NumberSlot | CountSlot | DateSlot | WordSlot | ClockSlot


def compile_slot(
    slot: Slot,
    templates: tuple[str, ...],
    topic: frozenset[str],
    known: frozenset[str],
    *,
    limit: bool = False,
    clocks: frozenset[int] = frozenset(),
) -> Reader:
    """Make the reader of a slot other than a direction.

    Args:
        slot: The slot.
        templates: Its statement's renderings.
        topic: The stems of its statement's topic.
        known: Every word of the ledger.
        limit: Whether it is a limit of a clause that has a direction.
        clocks: All times of day of its statement, in minutes after midnight.
    """
    if slot.kind == "date":
        return DateSlot(slot)
    if slot.kind == "category" and (clock := _CLOCK.fullmatch(str(slot.value))):
        time = 60 * int(clock[1]) + int(clock[2])
        return ClockSlot(slot, time, clocks - {time})
    if slot.kind in ("name", "category"):
        return _word_slot(slot, known)
    nouns = set(topic)
    named = frozenset(content(slot.unit or ""))
    nouns |= named
    cues: list[str] = []
    for template in templates:
        if (place := _place(template, slot.name)) is not None:
            nouns |= place.nouns
            cues.append(place.cue)
    nouns |= {other for same in _SAME if same & nouns for other in same}
    if slot.kind == "count":
        return CountSlot(slot, frozenset(nouns))
    return NumberSlot(
        slot, unit_of(slot.unit), frozenset(nouns), named or frozenset(nouns), frozenset(cues), limit, bool(clocks)
    )


class _Place(NamedTuple):
    """Where a template puts a value."""

    nouns: frozenset[str]
    """Stems of the first words of content after it, and of the word before it."""
    cue: str
    """Stem of the word before it."""


@lru_cache(maxsize=4096)
def _place(template: str, name: str) -> _Place | None:
    """Return a template's place for a slot's value, if any; cached, because worlds of a setting share templates."""
    before, hole, after = template.partition("{" + name + "}")
    if not hole:
        return None
    words = known_tokens(re.sub(r"\{\w+\}", " . ", before))
    nouns = (*content(re.sub(r"\{\w+\}", ".", after))[:2], *content(words[-1].text if words else ""))
    return _Place(frozenset(nouns), words[-1].stem if words else "")


@lru_cache(maxsize=1024)
def _spelt(words: str) -> tuple[str, ...]:
    """Return a wording's stems; cached, because worlds of a setting share names and categories."""
    return tuple(token.stem for token in known_tokens(words) if token.kind != "mark")


def _word_slot(slot: Slot, known: frozenset[str]) -> WordSlot:
    parts: tuple[frozenset[str], ...] = ()
    if slot.kind == "name":
        people = re.split(r",|\band\b|&", str(slot.value))
        parts = tuple(
            frozenset(stem(token.low) for token in known_tokens(one) if token.text[0].isupper()) for one in people
        )
        parts = tuple(part for part in parts if part)
    return WordSlot(
        slot, tuple(_spelt(words) for words in (str(slot.value), *slot.also)),
        tuple(_spelt(words) for words in slot.others), parts, known,
    )  # fmt: skip
