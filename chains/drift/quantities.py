"""Quantities in a sentence: digits or words, with unit, rounding and bounds; counts such as "7 of 40"."""

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

from chains.drift.units import CALENDAR, MONEY, SHORT, UNITS, Unit, over
from chains.drift.words import Token, bag

Closeness = Literal["same", "rough", "other"]

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: float(value) for value, word in enumerate(_ONES)} | {
    word: 10.0 * (at + 2) for at, word in enumerate(_TENS)
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "dozen": 12.0, "dozens": 12.0}
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "bn": 1e9}
_FRACTIONS = {
    "half": 0.5,
    "third": 1 / 3,
    "thirds": 1 / 3,
    "quarter": 0.25,
    "quarters": 0.25,
    "fifth": 0.2,
    "fifths": 0.2,
}
_ABOUT = bag("about around approximately roughly nearly almost circa ca approx some ~ ≈ estimated close")
_LESS = bag("under below within < ≤ beneath")
_MORE = bag("over above exceeding > ≥ beyond")
_TWO_BEFORE = {
    ("less", "than"): "<", ("fewer", "than"): "<", ("up", "to"): "<", ("at", "most"): "<",
    ("more", "than"): ">", ("at", "least"): ">", ("greater", "than"): ">", ("excess", "of"): ">",
    ("close", "to"): "~", ("or", "so"): "~",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number as a message states it."""

    value: float
    """In the unit as written."""
    unit: Unit | None
    first: int
    last: int
    """Tokens from `first` up to `last`, half open."""
    digits: int
    """Decimal place of the last significant figure: 0 for 7, -1 for 7.2, 2 for 4,200."""
    of: float | None = None
    """The total of a count."""
    about: bool = False
    bound: str | None = None
    """"<" or ">" where only a limit is given."""
    high: float | None = None
    """The upper end of a range."""
    weak: bool = False
    """Whether it may be no number at all ("one of these", "a second")."""
    cue: str | None = None
    """"from" or "to", where it stands before the number."""

    @property
    def share(self) -> float | None:
        """The share of a count in its total, or of a percentage in 1."""
        if self.of:
            return self.value / self.of
        return self.value / 100 if self.unit is not None and self.unit.dimension == "percent" else None


def place(text: str) -> int:
    """Return the decimal place of the last significant figure of a number's digits."""
    whole, _, fraction = text.partition(".")
    if fraction:
        return -len(fraction)
    stripped = whole.rstrip("0")
    return len(whole) - len(stripped) if stripped.strip("-") else 0


def closeness(stated: float, true: float, digits: int, *, about: bool = False, calendar: bool = False) -> Closeness:
    """Judge a stated number against the true one, both in the unit stated.

    "same": equal; or an honest rounding, that is the true number rounded to
    the place stated, at most 3% away, or 5% with "about"; or within 10% where
    one side is in months or years. "rough": an honest rounding with "about",
    at most 15% away. All else is "other".
    """
    if math.isclose(stated, true, rel_tol=1e-6, abs_tol=1e-9):
        return "same"
    off = abs(stated - true) / max(abs(true), 1e-9)
    rounded = abs(stated - true) <= 0.5 * 10.0**digits * (1 + 1e-6)
    if (rounded and off <= (0.05 if about else 0.03)) or (calendar and off <= 0.1) or (about and off <= 0.03):
        return "same"
    return "rough" if about and rounded and off <= 0.15 else "other"


def compare(quantity: Quantity, true: float, unit: Unit | None) -> Closeness:
    """Judge a quantity against a true value; the units must be of one dimension."""
    factor = 1.0
    calendar = False
    if unit is not None and quantity.unit is not None and unit.dimension == quantity.unit.dimension:
        factor = unit.factor / quantity.unit.factor
        calendar = factor != 1 and (unit.factor in CALENDAR or quantity.unit.factor in CALENDAR)
    true *= factor
    if quantity.high is not None:
        return "rough" if quantity.value <= true <= quantity.high else "other"
    if quantity.bound == "<":
        return "rough" if true <= quantity.value * 1.001 and true >= quantity.value * 0.5 else "other"
    if quantity.bound == ">":
        return "rough" if true >= quantity.value * 0.999 and true <= quantity.value * 2 else "other"
    exact = factor == 1 or math.isclose(factor, round(factor))
    return (
        closeness(
            quantity.value, true, quantity.digits, about=quantity.about, calendar=calendar and not quantity.value < 0
        )
        if exact or calendar
        else closeness(quantity.value, true, quantity.digits, about=True)
    )


def quantities_of(tokens: tuple[Token, ...], taken: frozenset[int] = frozenset()) -> list[Quantity]:
    """Return the quantities of a sentence in order, leaving out tokens in `taken` (dates)."""
    out: list[Quantity] = []
    at = 0
    while at < len(tokens):
        found = None if at in taken else _number(tokens, at)
        if found is None:
            at += 1
            continue
        found = _with_unit(tokens, found)
        found = _with_lead(tokens, found)
        out.append(found)
        at = max(found.last, at + 1)
    return _joined(tokens, out)


def _number(tokens: tuple[Token, ...], at: int) -> Quantity | None:
    token = tokens[at]
    if token.kind == "number":
        return _digits(tokens, at)
    if token.kind == "word":
        return _spelt(tokens, at)
    return None


def _digits(tokens: tuple[Token, ...], at: int) -> Quantity | None:
    token = tokens[at]
    if token.low.count("-") > (1 if token.low.startswith("-") else 0):
        return None
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    value, digits, last = float(token.low), place(token.low), at + 1
    if following is not None and following.kind == "word":
        if following.tight and following.low in ("st", "nd", "rd", "th"):
            return None
        scale = _SCALES.get(following.low)
        money = at > 0 and tokens[at - 1].low in UNITS and UNITS[tokens[at - 1].low].dimension in MONEY
        if scale is None and (following.tight or money) and not (following.low == "m" and not money):
            scale = _SUFFIXES.get(following.low)
        if scale is not None:
            value, digits, last = value * scale, digits + round(math.log10(scale)) if scale != 12 else 0, last + 1
    return Quantity(value, None, at, last, digits)


def _spelt(tokens: tuple[Token, ...], at: int) -> Quantity | None:
    total, current, last, seen = 0.0, 0.0, at, False
    low = tokens[at].low
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if low in ("a", "an") and (
        after in ("dozen", "hundred", "thousand", "million", "couple", "pair") or after in UNITS
    ):
        if after in UNITS and after in SHORT and after not in ("second", "quarter"):
            return None
        if after in ("couple", "pair"):
            return Quantity(2, None, at, at + 2 + (_low(tokens, at + 2) == "of"), 0, about=after == "couple")
        if after in UNITS:
            return Quantity(1, None, at, at + 1, 0, weak=True)
        seen, current, last = True, 1.0, at + 1
        total, current = 0.0, _SCALES[after]
        last = at + 2
        if after in ("thousand", "million"):
            total, current = current, 0.0
        return Quantity(total + current, None, at, last, place(f"{total + current:.0f}") if after != "dozen" else 0)
    if low == "half" and after in ("a", "an", "of"):
        if after == "of":
            return Quantity(50, UNITS["%"], at, at + 1, 0)
        return Quantity(0.5, None, at, at + 2, -1)
    if low in _FRACTIONS and at > 0 and low not in ("half",):
        return None
    if low in ("single",):
        return Quantity(1, None, at, at + 1, 0, weak=True)
    while last < len(tokens):
        word = tokens[last].low
        if word in _WORDS and not (seen and current % 10 and current):
            current, seen = current + _WORDS[word], True
        elif word in _SCALES and seen:
            if word == "hundred" or word.startswith("dozen"):
                current *= _SCALES[word]
            else:
                total, current = total + current * _SCALES[word], 0.0
        elif word == "and" and seen and _low(tokens, last + 1) in _WORDS and tokens[last - 1].low in _SCALES:
            pass
        else:
            break
        last += 1
    if not seen:
        return None
    if _low(tokens, last) in _FRACTIONS and last < len(tokens):
        part = _FRACTIONS[_low(tokens, last)]
        if _low(tokens, last + 1) == "of" or _low(tokens, last) != "quarter":
            return Quantity(100 * (total + current) * part, UNITS["%"], at, last + 1, 0)
    if _low(tokens, last) == "and" and _low(tokens, last + 1) == "a" and _low(tokens, last + 2) == "half":
        return Quantity(total + current + 0.5, None, at, last + 3, -1)
    value = total + current
    return Quantity(
        value, None, at, last, place(f"{value:.0f}") if value >= 100 else 0, weak=low == "one" and last == at + 1
    )


def _low(tokens: tuple[Token, ...], at: int) -> str:
    return tokens[at].low if 0 <= at < len(tokens) else ""


def _with_unit(tokens: tuple[Token, ...], found: Quantity) -> Quantity:
    """Give a number the unit after it, or the currency before it, or the total of a count."""
    if found.unit is not None:
        return found
    at = found.last
    total = _total(tokens, at)
    if total is not None:
        number, last = total
        return replace(found, of=number, last=last, weak=False)
    before = UNITS.get(_low(tokens, found.first - 1))
    if before is not None and before.dimension in MONEY:
        return replace(found, unit=before, first=found.first - 1)
    word = _low(tokens, at)
    if word == "°" and _low(tokens, at + 1) in ("c", "f"):
        return replace(found, unit=UNITS["°"], last=at + 2)
    if word == "per" and _low(tokens, at + 1) == "cent":
        return replace(found, unit=UNITS["%"], last=at + 2)
    if word in ("percentage", "per") and _low(tokens, at + 1).startswith("point"):
        return replace(found, unit=UNITS["%"], last=at + 2)
    unit = UNITS.get(word)
    tight = at < len(tokens) and tokens[at].tight
    digits = tokens[found.last - 1].kind == "number"
    if unit is None or (word in SHORT and not (digits or tight) and not word.startswith(("sec", "quart"))):
        return found
    last = at + 1
    if unit.dimension == "percent" and _low(tokens, last).startswith("point"):
        last += 1
    divider, bottom = _low(tokens, last), _low(tokens, last + 1)
    if (divider == "/" and last + 1 < len(tokens)) or (
        divider in ("per", "a") and bottom in UNITS and unit.dimension != "percent"
    ):
        return replace(found, unit=over(unit, bottom), last=last + 2)
    return replace(found, unit=unit, last=last, weak=found.weak and unit is None)


def _total(tokens: tuple[Token, ...], at: int) -> tuple[float, int] | None:
    """Return the total that follows a count ("of 40", "out of the 40", "/40"), and where it ends."""
    words = [_low(tokens, at + step) for step in range(4)]
    skip = 0
    if words[0] == "/" and at < len(tokens) and tokens[at].tight:
        skip = 1
    elif words[0] == "out" and words[1] == "of":
        skip = 2
    elif words[0] in ("of", "in"):
        skip = 1
    if not skip:
        return None
    while _low(tokens, at + skip) in ("the", "our", "all", "its", "a", "total", "of") and skip < 5:
        skip += 1
    number = _number(tokens, at + skip)
    if number is None or number.unit is not None or number.weak:
        return None
    if words[0] == "in" and (number.value > 1000 or _low(tokens, number.last) in UNITS):
        return None
    return number.value, number.last


def _with_lead(tokens: tuple[Token, ...], found: Quantity) -> Quantity:
    """Read what stands before (and just after) a number: about, under, at least, from, to."""
    at = found.first - 1
    while at >= 0 and tokens[at].low in ("the", "a", "an", "only", "just"):
        at -= 1
    word, pair = _low(tokens, at), (_low(tokens, at - 1), _low(tokens, at))
    about, bound, cue = found.about, None, None
    two = _TWO_BEFORE.get(pair)
    if two == "~" or (word in _ABOUT and two is None):
        about = True
    elif two:
        bound = two
    elif word in _LESS:
        bound = "<"
    elif word in _MORE:
        bound = ">"
    elif word in ("from", "to"):
        cue = word
    if bound and _low(tokens, at - 2) in ("no", "not"):
        bound = None
    after = (_low(tokens, found.last), _low(tokens, found.last + 1))
    if after == ("or", "so") or after[0] == "ish":
        about = True
    elif after in (("or", "more"), ("or", "longer")):
        bound = ">"
    elif after in (("or", "less"), ("or", "fewer")):
        bound = "<"
    return replace(found, about=about, bound=bound, cue=cue)


def _joined(tokens: tuple[Token, ...], found: list[Quantity]) -> list[Quantity]:
    """Join ranges ("3-4 weeks", "between 3 and 4 weeks") and lend a unit backwards ("from 7 to 9 weeks")."""
    out: list[Quantity] = []
    for quantity in found:
        before = out[-1] if out else None
        if before is not None and before.of is None and quantity.of is None and before.unit in (None, quantity.unit):
            between = [token.low for token in tokens[before.last : quantity.first]]
            lead = _low(tokens, before.first - 1)
            tight = not between and tokens[quantity.first].tight and bool(re.match(r"\d", tokens[quantity.first].text))
            if (
                tight
                or between in (["–"], ["or"])
                or (between == ["to"] and lead != "from")
                or (between == ["and"] and lead == "between")
            ) and before.value < quantity.value:
                out[-1] = replace(quantity, value=before.value, high=quantity.value, first=before.first, cue=None)
                continue
            if between == ["to"] and before.unit is None:
                out[-1] = replace(before, unit=quantity.unit)
        out.append(quantity)
    return out
