"""Quantities in a sentence: numbers with unit, rounding and bounds; counts such as "7 of 40"."""

import math
import re
from typing import Literal, NamedTuple

from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.number_words import begins, half_more, low, numeral, place
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import CALENDAR, MONEY, SHORT, UNITS, Unit, over

Closeness = Literal["same", "rough", "other"]

_ABOUT = bag("about around approximately roughly nearly almost circa ca approx some ~ ≈ estimated close")
_BOUNDS = dict.fromkeys(bag("under below within < ≤ beneath"), "<") | dict.fromkeys(
    bag("over above exceeding > ≥ beyond"), ">"
)
_PAIRED = {
    ("less", "than"): "<", ("fewer", "than"): "<", ("up", "to"): "<", ("at", "most"): "<",
    ("more", "than"): ">", ("at", "least"): ">", ("greater", "than"): ">", ("excess", "of"): ">",
}  # fmt: skip
_TO_TOTAL = bag("s the our all its their a total of these those")
_OPPOSITE = {"<": ">", ">": "<"}
_SIGNS = bag("+ - − –")
_AFTER = {("or", "more"): ">", ("or", "longer"): ">", ("or", "less"): "<", ("or", "fewer"): "<"}


class Quantity(NamedTuple):
    """One number as a message states it."""

    value: float
    """The number in its written unit."""
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
    """"<" or ">" if only a limit is given."""
    high: float | None = None
    """The upper end of a range."""
    weak: bool = False
    """Whether it may not be a number ("one of these", "a second")."""
    cue: str | None = None
    """"from" or "to", if it stands before the number."""
    other: float | None = None
    """Its value under another reading, if it has two: 56.000 is 56, or 56,000."""
    ordinal: bool = False
    """Whether it says which one of several ("the third floor")."""

    @property
    def share(self) -> float | None:
        """The share of a count in its total, or of a percentage in 1."""
        if self.of:
            return self.value / self.of
        return self.value / 100 if self.unit is not None and self.unit.dimension == "percent" else None


def closeness(stated: float, true: float, digits: int, *, about: bool = False, calendar: bool = False) -> Closeness:
    """Judge a stated number against the true one, both in the unit stated.

    "same": equal; or an honest rounding, that is the true number rounded to
    the place stated and at most 3% away; or with "about" at most 5% away, 10%
    where it is such a rounding; or
    within 10% where one side is in months or years. "rough": an honest rounding
    with "about", at most 15% away. All else is "other".
    """
    if math.isclose(stated, true, rel_tol=1e-6, abs_tol=1e-9):
        return "same"
    off = abs(stated - true) / max(abs(true), 1e-9)
    rounded = abs(stated - true) <= 0.5 * 10.0**digits * (1 + 1e-6)
    if (rounded and off <= 0.03) or (calendar and off <= 0.1) or (about and off <= (0.1 if rounded else 0.05)):
        return "same"
    return "rough" if about and rounded and off <= 0.15 else "other"


def compare(quantity: Quantity, true: float, unit: Unit | None) -> Closeness:
    """Judge a quantity against a true value in a unit of the same dimension.

    A bound or a range that holds the true value is "rough".
    """
    if quantity.other is not None:
        plain = quantity._replace(other=None)
        read = compare(plain, true, unit)
        again = plain._replace(value=quantity.other, digits=place(f"{quantity.other:.0f}"))
        return read if read == "same" else compare(again, true, unit)
    factor = 1.0
    if unit is not None and quantity.unit is not None and unit.dimension == quantity.unit.dimension:
        factor = unit.factor / quantity.unit.factor
    true *= factor
    if quantity.high is not None:
        return "rough" if quantity.value <= true <= quantity.high else "other"
    if quantity.bound is not None:
        ratio = true / quantity.value if quantity.value else math.inf
        return "rough" if (ratio <= 1.001 if quantity.bound == "<" else ratio >= 0.999) else "other"
    calendar = factor != 1 and any(side is not None and side.factor in CALENDAR for side in (unit, quantity.unit))
    # "A day and a half" for 35 hours: a conversion that does not come out even is a rounding.
    uneven = not math.isclose(true, round(true, 2))
    return closeness(quantity.value, true, quantity.digits, about=quantity.about or uneven, calendar=calendar)


def quantities_of(tokens: tuple[Token, ...], taken: frozenset[int] = frozenset()) -> list[Quantity]:
    """Return the quantities of a sentence in order, leaving out tokens in `taken` (names, dates) and points in time."""
    out: list[Quantity] = []
    at = 0
    while at < len(tokens):
        number = numeral(tokens, at) if begins(tokens[at]) and at not in taken else None
        if number is None:
            at += 1
            continue
        unit = UNITS["%"] if number.share else None
        bare = Quantity(
            number.value, unit, at, number.last, number.digits, about=number.about, weak=number.weak,
            other=number.other, ordinal=number.ordinal,
        )  # fmt: skip
        found = _with_lead(tokens, _with_unit(tokens, bare))
        if low(tokens, found.last) != "ago":  # "2 days ago" is when it was, not how long
            out.append(found)
        at = max(found.last, at + 1)
    return _joined(tokens, out)


def _with_unit(tokens: tuple[Token, ...], found: Quantity) -> Quantity:
    """Give a number the unit after it, or the currency before it, or the total of a count."""
    if found.unit is not None or found.ordinal:
        return found
    total = _total(tokens, found.last)
    if total is not None:
        return found._replace(of=total[0], last=total[1], weak=False)
    if (money := _money_before(tokens, found)) is not None:
        return money
    unit, last = _unit_at(tokens, found.last, after_figures=tokens[found.last - 1].kind == "number")
    if unit is None:
        return found
    if more := half_more(tokens, last):
        found, last = found._replace(value=found.value + 0.5, digits=-1, weak=False), last + more
    if low(tokens, found.first) == "one" and unit.dimension == "time":
        found = found._replace(weak=False)
    divider, bottom = low(tokens, last), low(tokens, last + 1)
    rate = divider == "/" or (divider in ("per", "a") and bottom in UNITS and unit.dimension != "percent")
    if rate and last + 1 < len(tokens):
        return found._replace(unit=over(unit, bottom), last=last + 2)
    return found._replace(unit=unit, last=last)


def _money_before(tokens: tuple[Token, ...], found: Quantity) -> Quantity | None:
    """Return a number with the currency that stands before it, if one does: "EUR 26,000", "EUR -26,000"."""
    before = UNITS.get(low(tokens, found.first - 1))
    if before is not None and before.dimension in MONEY:
        return found._replace(unit=before, first=found.first - 1)
    signed = low(tokens, found.first - 1) in _SIGNS and tokens[found.first].tight
    before = UNITS.get(low(tokens, found.first - 2)) if signed else None
    return found._replace(unit=before) if before is not None and before.dimension in MONEY else None


def _unit_at(tokens: tuple[Token, ...], at: int, *, after_figures: bool) -> tuple[Unit | None, int]:
    """Return the unit that starts at a token, and where it ends."""
    words = low(tokens, at), low(tokens, at + 1)
    if words[0] in ("per", "percentage") and (words[1] == "cent" or words[1].startswith("point")):
        return UNITS["%"], at + 2
    if words in (("°", "c"), ("°", "f")):
        return UNITS["°"], at + 2
    unit = UNITS["week"] if at < len(tokens) and tokens[at].text == "w" else UNITS.get(words[0])
    ordinal = words[0] in SHORT and not after_figures and not words[0].startswith(("sec", "quart"))
    if unit is None or ordinal:
        return None, at
    return unit, at + 2 if unit.dimension == "percent" and words[1].startswith("point") else at + 1


def _total(tokens: tuple[Token, ...], at: int) -> tuple[float, int] | None:
    """Return the total that follows a count ("of 40", "out of the 40", "/40", "in ten"), and where it ends."""
    words = low(tokens, at), low(tokens, at + 1)
    if words[0] == "/" and at < len(tokens) and tokens[at].tight:
        skip = 1
    elif words == ("out", "of"):
        skip = 2
    elif words[0] in ("of", "in"):
        skip = 1
    else:
        return None
    while skip < 5 and (low(tokens, at + skip) in _TO_TOTAL or tokens[min(at + skip, len(tokens) - 1)].kind == "code"):
        skip += 1  # "nine of the 39", "nine of V-52's 39"
    number = numeral(tokens, at + skip)
    if number is None or number.share or number.weak:
        return None
    # "fell by 3 in 2031" and "4 in 3 weeks" are no shares.
    if words[0] == "in" and (number.value > 1000 or low(tokens, number.last) in UNITS):
        return None
    return number.value, number.last


def _with_lead(tokens: tuple[Token, ...], found: Quantity) -> Quantity:
    """Read what stands before (and just after) a number: about, under, at least, from, to."""
    if found.ordinal:
        return found
    at = found.first - 1
    while at >= 0 and tokens[at].low in ("the", "a", "an", "only", "just"):
        at -= 1
    word, pair = low(tokens, at), (low(tokens, at - 1), low(tokens, at))
    after = low(tokens, found.last), low(tokens, found.last + 1)
    bound = _PAIRED.get(pair) or _BOUNDS.get(word)
    if pair == ("up", "to") and low(tokens, at - 2) in ("stood", "stands", "stand", "standing", "held"):
        bound = None  # "stood up to 88 bar"
    if bound is not None and low(tokens, at - (pair in _PAIRED) - 1) in ("no", "not"):
        bound = _OPPOSITE[bound] if pair in _PAIRED and pair[1] == "than" else None  # "no more than 12": at most
    about = found.about or after == ("or", "so") or pair == ("close", "to") or (word in _ABOUT and bound is None)
    cue = word if word in ("from", "to") else None
    bound = bound or _AFTER.get(after)
    return found._replace(about=about, bound=bound, cue=cue, weak=found.weak and bound != "<")


def _joined(tokens: tuple[Token, ...], found: list[Quantity]) -> list[Quantity]:
    """Join ranges ("3-4 weeks", "between 3 and 4 weeks") and lend a unit backwards ("from 7 to 9 weeks")."""
    out: list[Quantity] = []
    for quantity in found:
        before = out[-1] if out else None
        if before is not None and (whole := _added(tokens, before, quantity)) is not None:
            out[-1] = whole
            continue
        if before is None or before.of or quantity.of or before.unit not in (None, quantity.unit):
            out.append(quantity)
            continue
        between = [token.low for token in tokens[before.last : quantity.first]]
        lead = low(tokens, before.first - 1)
        hyphen = not between and tokens[quantity.first].tight and bool(re.match(r"\d", tokens[quantity.first].text))
        ranged = (
            hyphen
            or between in (["–"], ["-"], ["or"])
            or (between == ["to"] and lead != "from") or (between == ["and"] and lead == "between")
        )  # fmt: skip
        if ranged and before.value < quantity.value:
            out[-1] = quantity._replace(value=before.value, high=quantity.value, first=before.first, cue=None)
            continue
        if between == ["to"] and before.unit is None:
            out[-1] = before._replace(unit=quantity.unit)
        out.append(quantity)
    return out


def _added(tokens: tuple[Token, ...], before: Quantity, after: Quantity) -> Quantity | None:
    """Return "3 h 20 min" and "two days and four hours" as one span of time; None if they are separate numbers."""
    larger, smaller = before.unit, after.unit
    if larger is None or smaller is None or not larger.dimension == smaller.dimension == "time":
        return None
    between = [token.low for token in tokens[before.last : after.first]]
    if larger.factor <= smaller.factor or between not in ([], ["and"]) or before.bound or after.about or before.high:
        return None
    if larger.factor in CALENDAR or after.value * smaller.factor >= larger.factor:
        return None
    value = before.value * larger.factor / smaller.factor + after.value
    return before._replace(value=value, unit=smaller, last=after.last, digits=after.digits, weak=False)
