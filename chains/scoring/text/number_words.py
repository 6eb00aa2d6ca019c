"""Numerals: one number of a sentence, in figures or in words, before its unit is looked at."""

import math
import re
from typing import NamedTuple

from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import MONEY, SHORT, UNITS

_ONES = bag(
    "zero:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 "
    "fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 "
    "sixty:60 seventy:70 eighty:80 ninety:90"
)
_WORDS = {word: float(value) for word, _, value in (row.partition(":") for row in _ONES)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "dozen": 12.0, "dozens": 12.0}
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "bn": 1e9}
_FRACTIONS = {
    "half": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25, "fifth": 0.2, "fifths": 0.2,
    "tenth": 0.1, "tenths": 0.1,
}  # fmt: skip
_ORDINALS = {
    "first": 1.0, "second": 2.0, "third": 3.0, "fourth": 4.0, "fifth": 5.0, "sixth": 6.0, "seventh": 7.0,
    "eighth": 8.0, "ninth": 9.0, "tenth": 10.0, "eleventh": 11.0, "twelfth": 12.0,
}  # fmt: skip
_NUMBERED = bag("floor floors level storey gate gates entrance door milestone milestones phase stage")
"""What an ordinal may number: "the third floor" is floor 3."""
_WHOLE_ONE = bag("full whole good solid entire further")
"""Words that may stand between an article and a unit: "a full day"."""
_SIZES = bag("figure figures digit digits fold")
"""Words after which a number gives the size of another: "a four-figure sum"."""
_AMBIGUOUS = re.compile(r"\d{1,3}\.\d{3}")
_STARTS = frozenset({*_WORDS, *_FRACTIONS, *_ORDINALS, "a", "an", "single"})
"""Words with which a number in words can begin."""
_LONGEST = 100
"""Most digits of a number; powers of ten far beyond that have no float."""
_BEFORE_SHARE = bag(
    "by up down rose fell grew increased decreased nearly almost about roughly around over under than approximately"
)


class Numeral(NamedTuple):
    """A bare number."""

    value: float
    last: int
    """It takes tokens up to this one, half open."""
    digits: int = 0
    """Decimal place of the last significant figure: 0 for 7, -1 for 7.2, 2 for 4,200."""
    share: bool = False
    """Whether it is a share in per cent ("a quarter of")."""
    about: bool = False
    weak: bool = False
    """Whether it may not be a number ("one of these", "a week")."""
    other: float | None = None
    """Its value under another reading, if it has two: 56.000 is 56, or 56,000."""
    ordinal: bool = False
    """Whether it says which one of several ("the third floor")."""


def in_words(value: int) -> str:
    """Return a whole number below 100 in words; empty for any other."""
    names = {int(number): word for word, number in _WORDS.items()}
    if value in names or not 0 <= value < 100:
        return names.get(value, "")
    return f"{names[value - value % 10]}-{names[value % 10]}"


def begins(token: Token) -> bool:
    """Whether a numeral may start with a token."""
    return token.kind == "number" or (token.kind == "word" and token.low in _STARTS)


def numeral(tokens: tuple[Token, ...], at: int) -> Numeral | None:
    """Return the numeral that starts at a token, if one does."""
    if at >= len(tokens):
        return None
    if tokens[at].kind == "number":
        return _figures(tokens, at)
    if tokens[at].kind == "word":
        return _share(tokens, at) or _with_article(tokens, at) or _spelt(tokens, at) or _ordinal(tokens, at)
    return None


def low(tokens: tuple[Token, ...], at: int) -> str:
    """Return a token in lower case; nothing beyond the sentence."""
    return tokens[at].low if 0 <= at < len(tokens) else ""


def figure(token: Token) -> bool:
    """Whether a token is a number by itself, in figures or in words."""
    return token.kind == "number" or (token.low in _WORDS and token.low != "one")


def place(text: str) -> int:
    """Return the decimal place of the last significant figure of a number's digits."""
    whole, _, fraction = text.partition(".")
    if fraction:
        return -len(fraction)
    stripped = whole.rstrip("0")
    return len(whole) - len(stripped) if stripped.strip("-") else 0


def _figures(tokens: tuple[Token, ...], at: int) -> Numeral | None:
    token, after = tokens[at], low(tokens, at + 1)
    if "-" in token.low[1:] or len(token.low) > _LONGEST:
        return None
    tight = at + 1 < len(tokens) and tokens[at + 1].tight
    if after in _SIZES:
        return None
    if tight and after in ("st", "nd", "rd", "th"):
        numbered = token.low.isdecimal() and low(tokens, at + 2) in _NUMBERED
        return Numeral(float(token.low), at + 2, weak=True, ordinal=True) if numbered else None
    money = low(tokens, at - 1) in UNITS and UNITS[low(tokens, at - 1)].dimension in MONEY
    scale = _SCALES.get(after)
    if scale is None and (money or (tight and after != "m")):
        scale = _SUFFIXES.get(after)
    value, digits = float(token.low), place(token.low)
    if scale is None and _AMBIGUOUS.fullmatch(token.text) and not token.text.startswith("0"):
        return Numeral(value, at + 1, digits, other=value * 1000)
    if scale is None:
        return Numeral(value, at + 1, digits)
    return Numeral(value * scale, at + 2, 0 if scale == 12 else digits + round(math.log10(scale)))


def _share(tokens: tuple[Token, ...], at: int) -> Numeral | None:
    """Read "half of", "a quarter of", "by nearly a third", "two thirds"."""
    count, last = 1.0, at
    if low(tokens, at) in _WORDS:
        count, last = _WORDS[low(tokens, at)], at + 1
    elif low(tokens, at) in ("a", "an"):
        last = at + 1
    word, of = low(tokens, last), low(tokens, last + 1) == "of"
    if word not in _FRACTIONS or count > 9:
        return None
    if word == "half" and low(tokens, last + 1) in ("a", "an"):
        scale = _SCALES.get(low(tokens, last + 2))
        return (
            Numeral(scale / 2, last + 3, 0 if scale == 12 else int(math.log10(scale / 2)))
            if scale
            else Numeral(0.5, last + 2, -1)
        )
    if [low(tokens, last + step) for step in (1, 2)] == ["of", "an"] and low(tokens, last + 3) in UNITS:
        return Numeral(count * _FRACTIONS[word], last + 3, -2)  # "three quarters of an hour"
    several = word.endswith("s") and count > 1
    if not (of or several or (last > at and low(tokens, at - 1) in _BEFORE_SHARE)):
        return None
    return Numeral(100 * count * _FRACTIONS[word], last + 1, share=True)


def _with_article(tokens: tuple[Token, ...], at: int) -> Numeral | None:
    """Read "a dozen", "a couple of", "a hundred", "a week"."""
    after = low(tokens, at + 1)
    if low(tokens, at) == "single":
        return Numeral(1, at + 1, weak=True)
    if low(tokens, at) in ("a", "an") and after in ("couple", "pair"):
        return Numeral(2, at + 2 + (low(tokens, at + 2) == "of"), about=after == "couple")
    return _one(tokens, at, after) if low(tokens, at) in ("a", "an") else None


def _one(tokens: tuple[Token, ...], at: int, after: str) -> Numeral | None:
    """Read what an article counts: "a dozen", "a hundred", "a week"."""
    if after in _SCALES:
        if after == "dozen":
            return Numeral(18, at + 5) if _and_a_half(tokens, at + 2) else Numeral(12, at + 2)
        return Numeral(_SCALES[after], at + 2, round(math.log10(_SCALES[after])))
    whole = after in _WHOLE_ONE and low(tokens, at + 2) in UNITS  # "a full day"
    if whole or (after in UNITS and (after not in SHORT or after == "second")):
        return Numeral(1, at + 1 + whole, weak=True)
    return None


def _spelt(tokens: tuple[Token, ...], at: int) -> Numeral | None:
    """Read a number in words: "twenty-one", "two hundred and fifty", "three and a half"."""
    total = current = 0.0
    last = at
    while (word := low(tokens, last)) in _WORDS or word in _SCALES or word == "and":
        if word == "and":
            if last == at or low(tokens, last - 1) not in _SCALES or low(tokens, last + 1) not in _WORDS:
                break
        elif word in _WORDS:
            if current % 10 or (current % 100 and _WORDS[word] >= 10):
                break
            current += _WORDS[word]
        elif last == at:
            return None
        elif _SCALES[word] <= 100:
            current *= _SCALES[word]
        else:
            total, current = total + current * _SCALES[word], 0.0
        last += 1
    if last == at or low(tokens, last) in _SIZES:
        return None
    if _and_a_half(tokens, last):
        return Numeral(total + current + 0.5, last + 3, -1)
    value = total + current
    digits = place(f"{value:.0f}") if value >= _ROUND else 0
    return Numeral(value, last, digits, weak=low(tokens, at) == "one" and last == at + 1)


_ROUND = 20
"""The least number in words that may be a rounding to the tens: "some thirty seconds"."""


def _and_a_half(tokens: tuple[Token, ...], at: int) -> bool:
    return [low(tokens, at + step) for step in range(3)] == ["and", "a", "half"]


def half_more(tokens: tuple[Token, ...], at: int) -> int:
    """Return how many tokens "and a half" takes after a unit ("an hour and a half"): 3, or 0 if it is not there."""
    return 3 if _and_a_half(tokens, at) else 0


def _one_of_floors(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether an ordinal at the end of a phrase numbers floors that are named before: "one floor up, on the sixth"."""
    ends = at + 1 >= len(tokens) or tokens[at + 1].kind == "mark"
    return ends and low(tokens, at - 1) == "the" and any(token.low in _FLOORS for token in tokens[:at])


_FLOORS = bag("floor floors storey storeys level levels lockers desks offices")


def _ordinal(tokens: tuple[Token, ...], at: int) -> Numeral | None:
    """Read "third" in "the third floor", which is a number of its own only with its noun."""
    value, after = _ORDINALS.get(low(tokens, at)), low(tokens, at + 1)
    if value is None or (after not in _NUMBERED and not _one_of_floors(tokens, at)):
        return None
    return Numeral(value, at + 1, weak=True, ordinal=True)
