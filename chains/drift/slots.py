"""What a piece of a message says of one slot: its value, another value, half of it, or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chains.drift.directions import content
from chains.drift.pieces import Piece
from chains.drift.polarity import negated
from chains.drift.quantities import Quantity, closeness, compare
from chains.drift.units import Unit, unit_of
from chains.drift.words import STOP, Token, bag, stem, tokens_of
from chains.worlds.ledger import MONTHS, Slot

State = Literal["right", "wrong", "vague", "missing"]
Explained = Callable[[Quantity], bool]
"""Whether a quantity is the value of something else that the ledger knows about the same subject."""


class Found(NamedTuple):
    """What a piece says of a slot, and where."""

    state: State
    first: int = 0
    last: int = 0
    complement: bool = False
    """Whether a count is given by the rest of its total (33 of 40 passed: 7 failed)."""


MISSING = Found("missing")
_NUMBER_WORDS = bag("all none every both")


@dataclass(frozen=True)
class NumberSlot:
    """A number with or without a unit."""

    slot: Slot
    unit: Unit | None
    nouns: frozenset[str]
    """Stems that stand after the number in renderings, its unit among them."""
    cues: frozenset[str]
    """"from" or "to", where every rendering puts one before the number."""

    def read(self, piece: Piece, explained: Explained) -> Found:
        """Look for the number in a piece."""
        others: list[Quantity] = []
        vague: Quantity | None = None
        for quantity in piece.quantities:
            match self._judge(quantity, piece):
                case "right":
                    return Found("right", quantity.first, quantity.last)
                case "vague":
                    vague = vague or quantity
                case "wrong" if not quantity.weak and not explained(quantity):
                    others.append(quantity)
        if vague is not None:
            return Found("vague", vague.first, vague.last)
        wrong = self._likely(others, piece)
        return Found("wrong", wrong.first, wrong.last) if wrong else MISSING

    def is_right(self, quantity: Quantity) -> bool:
        """Whether a quantity is this slot's value."""
        return self._same_kind(quantity) and compare(quantity, float(self.slot.value), self.unit) == "same"

    def _same_kind(self, quantity: Quantity) -> bool:
        if quantity.of is not None:
            return False
        if self.unit is None or self.unit.dimension.startswith("?"):
            return quantity.unit is None
        if quantity.unit is None:
            return False
        mine, theirs = self.unit.dimension, quantity.unit.dimension
        return mine == theirs or mine.split("/")[0] == theirs

    def _judge(self, quantity: Quantity, piece: Piece) -> State:
        true = float(self.slot.value)
        if self._same_kind(quantity):
            unit = self.unit
            if unit is not None and quantity.unit is not None and unit.dimension != quantity.unit.dimension:
                unit = quantity.unit if closeness(quantity.value, true, quantity.digits) == "same" else unit
            if quantity.bound and self._direction_word(quantity, piece):
                quantity = _unbound(quantity)
            return {"same": "right", "rough": "vague", "other": "wrong"}[compare(quantity, true, unit)]  # type: ignore[return-value]
        if quantity.of is not None or self.unit is None or self.unit.dimension.startswith("?"):
            return "missing"
        same = quantity.value == true
        if quantity.unit is None:
            return "vague" if same and not quantity.weak else "missing"
        return "wrong" if same else "missing"

    def _direction_word(self, quantity: Quantity, piece: Piece) -> bool:
        """Whether the bound ("over 3") is rather a direction that a rendering also puts before the number."""
        return piece.tokens[quantity.first - 1].stem in self.cues

    def _likely(self, others: list[Quantity], piece: Piece) -> Quantity | None:
        """Choose the quantity that stands where this slot's value should: a bare number needs its noun beside it."""
        if not others or (self.unit is not None and not self.unit.dimension.startswith("?")):
            return others[0] if others else None
        for quantity in others:
            after = piece.tokens[quantity.last : quantity.last + 4]
            before = piece.tokens[max(0, quantity.first - 3) : quantity.first]
            if any(token.stem in self.nouns for token in (*after, *before)):
                return quantity
        return others[0] if len(others) == 1 and not self.nouns else None


def _unbound(quantity: Quantity) -> Quantity:
    return Quantity(quantity.value, quantity.unit, quantity.first, quantity.last, quantity.digits, about=quantity.about)


@dataclass(frozen=True)
class CountSlot:
    """A count in a total: "7 of 40", 17.5%, "40 tests, 7 of them failed"."""

    slot: Slot
    nouns: frozenset[str]

    def read(self, piece: Piece, explained: Explained) -> Found:
        """Look for the count in a piece."""
        value, total = float(self.slot.value), float(self.slot.of or 0)
        bare = [q for q in piece.quantities if q.unit is None and q.of is None and not q.bound and q.high is None]
        vague: Quantity | None = None
        wrong: Quantity | None = None
        for quantity in piece.quantities:
            state, complement = self._judge(quantity)
            if state == "right":
                return Found("right", quantity.first, quantity.last, complement)
            if state == "vague":
                vague = vague or quantity
            elif state == "wrong" and not explained(quantity):
                wrong = wrong or quantity
        part = next((q for q in bare if q.value == value), None)
        whole = next((q for q in bare if q.value == total and q is not part), None)
        rest = next((q for q in bare if q.value == total - value and q is not whole), None)
        if part and whole:
            return Found("right", min(part.first, whole.first), max(part.last, whole.last))
        if rest and whole:
            return Found("right", min(rest.first, whole.first), max(rest.last, whole.last), complement=True)
        if wrong is None and part is None:
            wrong = next((q for q in bare if q.value != total and not explained(q) and self._counts(q, piece)), None)
        if wrong is not None:
            return Found("wrong", wrong.first, wrong.last)
        half = vague or part or whole
        if half is not None:
            return Found("vague", half.first, half.last)
        return self._all_or_none(piece)

    def is_right(self, quantity: Quantity) -> bool:
        """Whether a quantity is this slot's value."""
        return self._judge(quantity)[0] == "right" or (
            quantity.unit is None and quantity.of is None and quantity.value in (self.slot.value, self.slot.of)
        )

    def _judge(self, quantity: Quantity) -> tuple[State, bool]:
        value, total = float(self.slot.value), float(self.slot.of or 1)
        if quantity.of is not None:
            for complement, part in ((False, value), (True, total - value)):
                reduced = quantity.of < total and abs(quantity.value * total - part * quantity.of) < 1e-9
                if (quantity.value == part and quantity.of == total) or reduced:
                    return "right", complement
            if quantity.of == total and quantity.bound:
                return "vague", False
            return "wrong", False
        if quantity.unit is None or quantity.unit.dimension != "percent":
            return "missing", False
        if quantity.bound or quantity.high is not None:
            return ("vague" if compare(quantity, 100 * value / total, None) == "rough" else "wrong"), False
        rough = False
        for complement, part in ((False, value), (True, total - value)):
            percent = 100 * part / total
            off = abs(quantity.value - percent)
            if off <= 0.5 * 10.0 ** min(quantity.digits, 0) + 1e-9 or (quantity.about and off <= 1):
                return "right", complement
            rough = rough or (quantity.about and off <= 2.5)
        return ("vague" if rough else "wrong"), False

    def _counts(self, quantity: Quantity, piece: Piece) -> bool:
        after = piece.tokens[quantity.last : quantity.last + 3]
        return not quantity.weak and any(token.stem in self.nouns for token in after)

    def _all_or_none(self, piece: Piece) -> Found:
        for at in range(piece.first, piece.last - 1):
            low = piece.tokens[at].low
            near = [token.stem for token in piece.tokens[at + 1 : min(at + 4, piece.last)]]
            if low in _NUMBER_WORDS and (low == "none" or any(word in self.nouns for word in near)):
                true = self.slot.of if low in ("all", "every", "both") else 0
                return Found("right" if self.slot.value == true else "wrong", at, at + 1)
        return MISSING


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
            state: State = "vague" if agrees is None else "wrong"
            if best.state in ("missing", "wrong") and (best.state, state) != ("wrong", "wrong"):
                best = Found(state, date.first, date.last)
        return best

    def is_right(self, quantity: Quantity) -> bool:
        """No quantity is a date."""
        return False


_CALENDAR = frozenset(month.lower() for month in MONTHS)


@dataclass(frozen=True)
class WordSlot:
    """A name or a category."""

    slot: Slot
    right: tuple[tuple[str, ...], ...]
    wrong: tuple[tuple[str, ...], ...]
    parts: tuple[frozenset[str], ...] = field(default=())
    """For a name of several people or words: each of these needs one of its words stated."""
    known: frozenset[str] = frozenset()
    """Every word of the ledger: a capitalised word outside it is another name."""

    def read(self, piece: Piece, explained: Explained) -> Found:
        """Look for the word in a piece."""
        best = MISSING
        stems = [token.stem for token in piece.tokens[piece.first : piece.last]]
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
        given = [any(word in stems for word in part) for part in self.parts]
        if given and all(given):
            return Found("right", piece.first, piece.first + 1)
        stranger = self._stranger(piece)
        if stranger is not None:
            return Found("wrong", stranger, stranger + 1)
        return Found("vague", piece.first, piece.first + 1) if any(given) else MISSING

    def is_right(self, quantity: Quantity) -> bool:
        """No quantity is a word."""
        return False

    def _stranger(self, piece: Piece) -> int | None:
        for at in range(max(piece.first, 1), piece.last):
            token = piece.tokens[at]
            starts = piece.tokens[at - 1].text in ".:!?" or at == 0
            proper = token.kind == "word" and token.text[0].isupper() and not token.text.isupper() and not starts
            if proper and at not in piece.named and token.low not in self.known | STOP | _CALENDAR:
                return at
        return None


def _find(stems: list[str], words: tuple[str, ...]) -> int | None:
    for at in range(len(stems) - len(words) + 1):
        if stems[at] == words[0] and tuple(stems[at : at + len(words)]) == words:
            return at
    return None


Reader = NumberSlot | CountSlot | DateSlot | WordSlot


def compile_slot(slot: Slot, templates: tuple[str, ...], topic: frozenset[str], known: frozenset[str]) -> Reader:
    """Make the reader of a slot other than a direction."""
    if slot.kind == "date":
        return DateSlot(slot)
    if slot.kind in ("name", "category"):
        return _word_slot(slot, known)
    nouns = set(topic)
    if slot.unit is not None:
        nouns |= set(content(slot.unit))
    cues: list[str] = []
    for template in templates:
        before, hole, after = template.partition("{" + slot.name + "}")
        if hole:
            nouns |= set(content(re.sub(r"\{\w+\}", ".", after))[:2])
            words: list[Token] = tokens_of(re.sub(r"\{\w+\}", " . ", before))
            cues.append(words[-1].stem if words else "")
            nouns |= set(content(words[-1].text if words else ""))
    if slot.kind == "count":
        return CountSlot(slot, frozenset(nouns))
    return NumberSlot(slot, unit_of(slot.unit), frozenset(nouns), frozenset(cues))


def _word_slot(slot: Slot, known: frozenset[str]) -> WordSlot:
    def spelt(words: str) -> tuple[str, ...]:
        return tuple(token.stem for token in tokens_of(words) if token.kind != "mark")

    parts: tuple[frozenset[str], ...] = ()
    if slot.kind == "name":
        people = re.split(r",|\band\b|&", str(slot.value))
        parts = tuple(
            frozenset(stem(token.low) for token in tokens_of(one) if token.text[0].isupper()) for one in people
        )
        parts = tuple(part for part in parts if part)
    return WordSlot(
        slot, tuple(spelt(words) for words in (str(slot.value), *slot.also)),
        tuple(spelt(words) for words in slot.others), parts, known,
    )  # fmt: skip
