"""Counts in a message: "7 of 40", 17.5%, "40 tests, 7 of them failed", "all", "none"."""

from dataclasses import dataclass

from chains.scoring.facts.segments import Piece
from chains.scoring.facts.slot_match import MISSING, Explained, Found, State
from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.quantities import Quantity, compare
from chains.worlds.facts.ledger import Slot

_WHOLE = bag("all every both each")
_ALMOST = bag("nearly almost virtually practically not")
_MOST = bag("most mostly majority bulk largely predominantly")
_SOME = bag("some several few number handful part certain various minority")
_NEARLY_ALL = 0.8
"""The least share that is "nearly all"."""


@dataclass(frozen=True)
class CountSlot:
    """A count in a total.

    The rest of the total is looked for too: 33 of 40 passed says that 7 failed,
    if the direction says so. A percentage is right if it is the share rounded
    to the place stated, or within one point with "about".
    """

    slot: Slot
    nouns: frozenset[str]
    """Stems that stand after the count in renderings, and the topic."""

    @property
    def _total(self) -> float:
        return float(self.slot.of or 1)

    def read(self, piece: Piece, explained: Explained) -> Found:
        """Look for the count in a piece."""
        vague = wrong = None
        for quantity in piece.quantities:
            state, complement = self._judge(self._all_but(quantity, piece))
            if state == "right":
                return Found("right", quantity.first, quantity.last, complement)
            if state == "wrong" and self._pooled(quantity, piece):
                return Found("vague", quantity.first, quantity.last, pooled=True)
            if state == "vague" and complement:
                return Found("vague", quantity.first, quantity.last, complement)
            if state == "vague":
                vague = vague or quantity
            elif state == "wrong" and not explained(quantity):
                wrong = wrong or self._all_but(quantity, piece)
        return self._in_parts(piece, explained, vague, wrong)

    def is_right(self, quantity: Quantity) -> bool:
        """Whether a quantity is this slot's value, or half of it."""
        bare = quantity.unit is None and quantity.of is None
        return self._judge(quantity)[0] == "right" or (bare and quantity.value in (self.slot.value, self.slot.of))

    def _pooled(self, quantity: Quantity, piece: Piece) -> bool:
        """Whether a count is that of several subjects together: "83 of 100 trays of T-1, T-2 and T-3"."""
        several = len(piece.subjects) > 1 and piece.shared != "each"
        return several and (quantity.of is None or quantity.of > self._total)

    def _all_but(self, quantity: Quantity, piece: Piece) -> Quantity:
        """Return "all but two of the nine" as seven of nine."""
        before = [token.low for token in piece.tokens[max(0, quantity.first - 2) : quantity.first]]
        if before[-1:] == ["of"] or before not in (["all", "but"], ["all", "except"], ["all", "bar"]):
            return quantity
        total = quantity.of or self._total
        return quantity._replace(value=total - quantity.value, of=total)

    def _in_parts(self, piece: Piece, explained: Explained, vague: Quantity | None, wrong: Quantity | None) -> Found:
        """Look for the part and the total as two numbers, or for one of them alone."""
        value = float(self.slot.value)
        bare = [q for q in piece.quantities if q.unit is None and q.of is None and not (q.bound or q.high or q.ordinal)]
        part = next((q for q in bare if q.value == value), None)
        whole = next((q for q in bare if q.value == self._total and q is not part), None)
        rest = next((q for q in bare if q.value == self._total - value and q is not whole), None)
        if whole and (part or rest):
            other = part or rest or whole
            ends = min(other.first, whole.first), max(other.last, whole.last)
            return Found("right", *ends, complement=part is None)
        if wrong is None and part is None:
            others = (q for q in bare if q.value != self._total and not explained(q))
            wrong = next((q for q in others if self._counts(q, piece)), None)
        if wrong is not None:
            held = wrong.value if wrong.of == self._total else None
            return Found("wrong", wrong.first, wrong.last, held=held)
        if part is None and whole is not None and self._every(piece, whole.first - 1):
            return Found("right" if self.slot.value == self._total else "wrong", whole.first, whole.last, sweeping=True)
        if vague is not None:
            return Found("vague", vague.first, vague.last)
        half = part or rest or whole
        if half is not None and (half is not rest or self._counts(half, piece)):
            return Found("vague", half.first, half.last, complement=half is rest, held=half.value)
        return self._all_or_none(piece)

    def _judge(self, quantity: Quantity) -> tuple[State, bool]:
        """Return what one quantity says about the count, and whether it gives the rest of the total."""
        if quantity.of is not None:
            return self._judge_count(quantity, quantity.of)
        if quantity.unit is None or quantity.unit.dimension != "percent":
            return "missing", False
        return self._judge_percent(quantity)

    def _judge_count(self, quantity: Quantity, total: float) -> tuple[State, bool]:
        value = float(self.slot.value)
        for complement, part in ((False, value), (True, self._total - value)):
            # "1 in 4" for 10 of 40 is right; "14 of 80" for 7 of 40 is another count.
            reduced = total < self._total and abs(quantity.value * self._total - part * total) < 1e-9
            if (quantity.value == part and total == self._total) or reduced:
                return ("vague" if quantity.bound else "right"), complement
        return ("vague" if total == self._total and quantity.bound else "wrong"), False

    def _judge_percent(self, quantity: Quantity) -> tuple[State, bool]:
        value = float(self.slot.value)
        if quantity.bound or quantity.high is not None:
            if compare(quantity, 100 * value / self._total, None) == "rough":
                return "vague", False
            rest = compare(quantity, 100 - 100 * value / self._total, None) == "rough"
            return ("vague", True) if rest else ("wrong", False)
        near: State = "wrong"
        for complement, part in ((False, value), (True, self._total - value)):
            off = abs(quantity.value - 100 * part / self._total)
            if off <= 0.5 * 10.0 ** min(quantity.digits, 0) + 1e-9 or (quantity.about and off <= 1):
                return "right", complement
            if quantity.about and off <= 2.5:
                return "vague", complement
        return near, False

    def _counts(self, quantity: Quantity, piece: Piece) -> bool:
        """Whether a bare number counts what this slot counts: its noun follows."""
        after = piece.tokens[quantity.last : quantity.last + 3]
        return not quantity.weak and any(token.stem in self.nouns for token in after)

    def _every(self, piece: Piece, at: int) -> bool:
        """Whether a token means the whole total: "all", and not "nearly all"."""
        if at < piece.first or piece.tokens[at].low not in _WHOLE:
            return False
        if piece.tokens[at].low == "both" and self._total != 2:
            return False
        return at == 0 or piece.tokens[at - 1].low not in _ALMOST

    def _all_or_none(self, piece: Piece) -> Found:
        for at in range(piece.first, piece.last - 1):
            low = piece.tokens[at].low
            near = [token.stem for token in piece.tokens[at + 1 : min(at + 5, piece.last)]]
            counted = any(word in self.nouns for word in near)
            if low == "none" or (counted and self._every(piece, at)):
                true = 0 if low == "none" else self.slot.of
                return Found("right" if self.slot.value == true else "wrong", at, at + 1, sweeping=True)
            if (share := self._share(piece, at)) is not None and (counted or low in _MOST or low == "all"):
                return Found("vague", at, at + 1, complement=share)
        return MISSING

    def _share(self, piece: Piece, at: int) -> bool | None:
        """Return whether a word such as "most" or "some" fits the rest of the total; None where it is no such word."""
        low, own = piece.tokens[at].low, float(self.slot.value) / self._total
        if low in _MOST:
            return own < 0.5
        if low == "all" and [token.low for token in piece.tokens[at + 1 : at + 3]] == ["but", "a"]:
            return 1 - own >= _NEARLY_ALL  # "all but a few"
        if low in _WHOLE and at and piece.tokens[at - 1].low in _ALMOST:
            return own < 1 if piece.tokens[at - 1].low == "not" else 1 - own >= _NEARLY_ALL
        return own < 1 if low in _SOME else None
