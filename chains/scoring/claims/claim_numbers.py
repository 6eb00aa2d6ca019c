"""Do the numbers and dates of a claim hold in a text: equal, more than, less than, before, after."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from chains.scoring.text.dates import Date, dates_of
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.number_words import low
from chains.scoring.text.quantities import Quantity, closeness, quantities_of
from chains.scoring.text.sentences import Sentence
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import UNITS
from chains.worlds.facts.ledger import MONTHS

State = Literal["holds", "contradicted", "absent"]

_MONTHS = frozenset(name.lower() for name in MONTHS) - bag("may march")
_EARLIER = bag("before prior until till")
_LATER = bag("after since following")
_PAIR_ENDS = bag("than least most to of")
_INCLUSIVE = bag("least most to ≤ ≥")
"""Words before a limit that let the number itself pass: "at least 12", "up to 12"."""
_FARTHEST = 10.0
"""A bound says something of a number at most this many times larger or smaller than it."""


class Figure(NamedTuple):
    """A number, a year or a day in a sentence, on one scale per kind."""

    kind: str
    """"day", "year", or the dimension of a unit; "" for a bare number."""
    low: float
    high: float
    """Its range: both ends are the same for an exact number; a bound has one end at infinity."""
    digits: int
    """Decimal place of its last significant figure."""
    about: bool
    inclusive: bool
    """Whether a limit lets the number itself pass ("at least")."""
    raw: float
    """As written, whatever the unit."""
    noun: str
    """Stem of the first word of content after it: what is counted."""
    text: str
    first: int
    last: int
    """Its tokens from `first`, its limit's words included, up to `last`, half open."""

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    @property
    def limit(self) -> bool:
        """Whether it sets a limit ("more than 50", "before 1967") or a range of numbers."""
        calendar = self.kind == "day" or (self.kind == "year" and self.high - self.low < 1.1)
        return not self.exact and not calendar


@dataclass(frozen=True)
class Checked:
    """What a text says of one figure of a claim."""

    state: State
    said: Figure
    against: Figure | None
    """The figure of the text that decided."""

    @property
    def why(self) -> str:
        """The reason in a few words."""
        if self.state == "absent":
            return f"no number like {self.said.text!r}"
        found = self.against.text if self.against else ""
        return f"{self.said.text!r} against {found!r}" if self.state == "contradicted" else f"{found!r} fits"


def figures_of(sentence: Sentence) -> list[Figure]:
    """Return the figures of a sentence in order. "One of these" and "a week" are none.

    A month written small is one too, if the word means nothing else: text that was put in lower case is common.
    """
    tokens = tuple(_capital(token) for token in sentence.tokens)
    dates = dates_of(tokens)
    taken = frozenset(at for date in dates for at in range(date.first, date.last))
    out = [_day(tokens, date) for date in dates]
    for quantity in quantities_of(tokens, taken):
        if not quantity.weak and math.isfinite(quantity.value + (quantity.high or 0)):
            out += _numbers(tokens, quantity)
    return sorted(out, key=lambda figure: figure.first)


def check(said: Figure, sentences: Sequence[tuple[Sequence[Figure], float]]) -> Checked:
    """Look for a claim's figure in a text.

    Args:
        said: The figure.
        sentences: The figures of each sentence of the text, with how near the sentence is to the claim, 0 to 1.

    Returns:
        `holds` if a comparable figure fits (the nearest sentence first), `contradicted` if there are only
        comparable figures that do not, else `absent`.
    """
    seen = [(_nearness(said, figure) + near / 2, figure) for figures, near in sentences for figure in figures
            if _comparable(said, figure)]  # fmt: skip
    if said.exact:
        fitting = [pair for pair in seen if _fits(said, pair[1])]
        seen = fitting or [pair for pair in seen if not _leaves_open(said, pair[1])]
    if not seen:
        return Checked("absent", said, None)
    best = max(seen, key=lambda pair: pair[0])[1]
    if _fits(said, best):
        return Checked("holds", said, best)
    return Checked("absent", said, None) if _leaves_open(said, best) else Checked("contradicted", said, best)


def _capital(token: Token) -> Token:
    return token._replace(text=token.text.capitalize()) if token.low in _MONTHS else token


def _text(tokens: tuple[Token, ...], first: int, last: int) -> str:
    return " ".join(token.text for token in tokens[first:last])


def _noun(tokens: tuple[Token, ...], at: int) -> str:
    for token in tokens[at : at + 3]:
        if token.kind == "mark":
            return ""
        if token.kind == "word" and token.low not in STOP:
            return token.stem
    return ""


def _limits(value: float, top: float, bound: str | None) -> tuple[float, float]:
    return (-math.inf if bound == "<" else value, math.inf if bound == ">" else top)


def _timed(tokens: tuple[Token, ...], first: int) -> str | None:
    """Return the bound that "before" or "after" sets on a date or year."""
    word = low(tokens, first - 1)
    word = low(tokens, first - 2) if word in ("to", "the") else word
    return "<" if word in _EARLIER else ">" if word in _LATER else None


def _day(tokens: tuple[Token, ...], date: Date) -> Figure:
    bound = _timed(tokens, date.first)
    if date.year is None:
        value, kind = 31.0 * date.month + (date.day or 0), "day"
    else:
        value, kind = date.year + (31.0 * (date.month - 1) + (date.day or 0)) / 373, "year"
    top = value + (0 if date.day else (30 if kind == "day" else 30 / 373))
    limits = _limits(value, top, bound)
    digits = 0 if date.day else 1
    first = date.first - bool(bound)
    text = _text(tokens, first, date.last)
    return Figure(kind, *limits, digits, about=False, inclusive=False, raw=value, noun="", text=text, first=first,
                  last=date.last)  # fmt: skip


def _numbers(tokens: tuple[Token, ...], found: Quantity) -> list[Figure]:
    """Read a quantity; a count in a total is the share first, then the count alone."""
    plain = _number(tokens, found._replace(of=None))
    if not found.of:
        return [plain]
    share = 100 * found.value / found.of
    return [_number(tokens, found._replace(of=None, value=share, digits=-1, unit=UNITS["%"])), plain]


def _number(tokens: tuple[Token, ...], found: Quantity) -> Figure:
    text = tokens[found.first].text
    bare = found.unit is None and found.last == found.first + 1
    year = bare and text.isdigit() and len(text) == 4 and 1000 <= found.value <= 2199
    bound = found.bound or (_timed(tokens, found.first) if year else None)
    factor = found.unit.factor if found.unit else 1.0
    kind = "year" if year else found.unit.dimension if found.unit else ""
    top = found.value if found.high is None else found.high
    limits = _limits(found.value * factor, top * factor, bound)
    if year and bound is None:
        limits = found.value, found.value + 0.999
    elif year and bound == ">":
        limits = found.value + 1, math.inf
    pair = low(tokens, found.first - 1) in _PAIR_ENDS
    first = max(0, found.first - bool(bound) * (1 + pair))
    noun, text = _noun(tokens, found.last), _text(tokens, first, found.last)
    inclusive = low(tokens, found.first - 1) in _INCLUSIVE or low(tokens, found.last) == "or"
    return Figure(kind, *limits, found.digits, found.about, inclusive, found.value, noun, text, first, found.last)


def _comparable(said: Figure, seen: Figure) -> bool:
    if said.kind != seen.kind:
        # "Aged 20" against "20 years old": a bare number may leave its unit out, so only its equal speaks of it.
        return "" in (said.kind, seen.kind) and said.exact and said.raw == seen.raw
    if said.kind in ("year", "day") or said.exact:
        return True
    one, other = _middle(said), _middle(seen)
    return one * other > 0 and 1 / _FARTHEST <= other / one <= _FARTHEST


def _middle(figure: Figure) -> float:
    ends = [end for end in (figure.low, figure.high) if math.isfinite(end)]
    return sum(ends) / len(ends)


def _nearness(said: Figure, seen: Figure) -> float:
    """Prefer a figure that counts the same thing, then one of the same size."""
    same = said.noun != "" and said.noun == seen.noun
    off = abs(_middle(said) - _middle(seen)) / max(abs(_middle(said)), 1e-9)
    return same - min(off, 1.0)


def _leaves_open(said: Figure, seen: Figure) -> bool:
    """Whether a text's date holds a claim's without stating it: "in 2013" neither says nor denies "in July 2013"."""
    dated = said.kind in ("year", "day") and said.kind == seen.kind
    return dated and seen.low <= said.low + 1e-6 and said.high <= seen.high + 1e-6 and not _fits(said, seen)


def _fits(said: Figure, seen: Figure) -> bool:
    """Whether what the text says makes the claim's figure true."""
    if said.kind in ("year", "day"):
        return said.low - 1e-6 <= seen.low and seen.high <= said.high + 1e-6
    if said.kind != seen.kind:
        return True
    if said.exact:
        if seen.exact:
            return closeness(said.low, seen.low, said.digits, about=said.about or seen.about) != "other"
        return seen.low <= said.low <= seen.high and math.isclose(_middle(seen), said.low, rel_tol=0.02)
    # "More than 50" of exactly 50 is false; of "more than 50", and "at least 50", it is true.
    strict = seen.exact and not said.inclusive and seen.low in (said.low, said.high)
    return said.low <= seen.low and seen.high <= said.high and not strict
