"""Find the typed values of a sentence: numbers, counts, dates, weekdays and names, as slots with their places.

A value that can't be typed exactly is refused with the reason: a date without a day, a range, "about 40", a year alone.
Half of a value would be a wrong fact.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from chains.authoring.subject_finder import Untyped
from chains.rng import Draw
from chains.scoring.facts.claims import names_of
from chains.scoring.text.dates import dates_of
from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.number_words import numeral
from chains.scoring.text.quantities import Quantity, quantities_of
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import MONEY, UNITS, Unit
from chains.worlds.facts.invented_names import STRANGERS
from chains.worlds.facts.ledger import Slot

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BEFORE_YEAR = bag("in since of by until from during for")
_NAMES = {"time": "time", "percent": "share", "temperature": "degrees"} | dict.fromkeys(MONEY, "sum")


class Value(NamedTuple):
    """A typed value in a sentence."""

    first: int
    last: int
    """Tokens from `first` up to `last`, half open."""
    slot: Slot


def values_in(tokens: tuple[Token, ...], text: str, inside: frozenset[int]) -> list[Value]:
    """Return the values of a sentence in order; several slots may have the same name.

    Args:
        tokens: The sentence as tokens.
        text: The sentence.
        inside: Places of the subject's tokens, which are no values.

    Raises:
        Untyped: If a value can't be typed exactly.
    """
    out = [*_dates(tokens, inside)]
    taken = inside | {at for value in out for at in range(value.first, value.last)}
    taken |= {at for at, token in enumerate(tokens) if token.kind == "code"}
    for quantity in quantities_of(tokens, frozenset(taken)):
        out += _number(tokens, text, quantity)
    taken = inside | {at for value in out for at in range(value.first, value.last)}
    out += _named(tokens, text, frozenset(taken))
    taken |= {at for value in out for at in range(value.first, value.last)}
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.kind == "number" and at not in inside and after is not None and _grown_to(out, at, after):
            raise Untyped("a code that can't be typed")
        if any(character.isdigit() for character in token.text) and at not in taken:
            raise Untyped("a number that can't be typed")
    return sorted(out, key=lambda value: value.first)


def _dates(tokens: tuple[Token, ...], inside: frozenset[int]) -> Iterator[Value]:
    for date in dates_of(tokens):
        if inside & {*range(date.first, date.last)}:
            continue
        if date.day is None:
            raise Untyped("a date without its day")
        year = f"{date.year:04d}-" if date.year else ""
        value = f"{year}{date.month:02d}-{date.day:02d}"
        try:
            slot = Slot(name="day", kind="date", value=value)
        except ValueError:
            raise Untyped("a date that can't be typed") from None
        yield Value(date.first, date.last, slot)
    for at, token in enumerate(tokens):
        if token.text in _WEEKDAYS and at not in inside:
            others = tuple(day for day in _WEEKDAYS if day != token.text)
            yield Value(at, at + 1, Slot(name="weekday", kind="category", value=token.text, others=others))


def _number(tokens: tuple[Token, ...], text: str, quantity: Quantity) -> list[Value]:
    if quantity.high is not None or quantity.bound is not None or quantity.about:
        raise Untyped("an approximate number, a limit or a range")
    if quantity.weak and quantity.unit is None:
        if tokens[quantity.first].low == "one":
            raise Untyped('"one", which may be a number or not')
        return []
    money = quantity.unit is not None and quantity.unit.dimension in MONEY
    start = quantity.first + (money and numeral(tokens, quantity.first) is None)
    found = numeral(tokens, start)
    if found is None or found.share:
        raise Untyped("a number that can't be typed")
    if found.other is not None:
        raise Untyped("a number that can be read in two ways, such as 56.000")
    value = _plain(quantity.value)
    if quantity.of is not None:
        if value != int(value) or quantity.of != int(quantity.of) or not 0 <= value <= quantity.of:
            raise Untyped("a number that can't be typed")
        slot = Slot(name="count", kind="count", value=int(value), of=int(quantity.of))
    elif quantity.unit is None:
        raw = tokens[quantity.first].text
        before = tokens[quantity.first - 1].low if quantity.first else ""
        if re.fullmatch(r"(?:19|20|21)\d\d", raw) and before in _BEFORE_YEAR:
            raise Untyped("a year alone")
        slot = Slot(name="number", kind="number", value=value)
    else:
        joined = quantity.unit.dimension == "time" and quantity.value != found.value  # "3 h 20 min" is 200 min
        after = quantity.last - 1 if joined else found.last
        unit = tokens[quantity.first].text if start > quantity.first else _words(tokens, text, after, quantity.last)
        unit = unit or _lent(quantity.unit)
        slot = Slot(name=_NAMES.get(quantity.unit.dimension, "amount"), kind="number", value=value, unit=unit)
    return [Value(quantity.first, quantity.last, slot)]


def _lent(unit: Unit) -> str:
    """Return a word for a unit that a number has from the next one: "from 4 to 31 minutes"."""
    words = [word for word, known in UNITS.items() if known == unit]
    return max(words, key=len, default="")


def _grown_to(values: list[Value], at: int, after: Token) -> bool:
    """Whether a word that is no part of the value is joined to a number: "4B"."""
    return after.tight and after.kind == "word" and not any(one.first <= at and at + 1 < one.last for one in values)


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _words(tokens: tuple[Token, ...], text: str, first: int, last: int) -> str:
    return text[tokens[first].start : tokens[last - 1].end].lstrip("-")


def _named(tokens: tuple[Token, ...], text: str, taken: frozenset[int]) -> Iterator[Value]:
    """Yield codes and proper names; neighbours are one name."""
    proper = names_of(tokens, 0, len(tokens))
    at = 0
    while at < len(tokens):
        last = at
        while last < len(tokens) and last not in taken and _is_name(tokens, last, proper):
            last += 1
        if last > at:
            last = _last_capital(tokens, last, taken)
            at = _first_capital(tokens, at, taken)
            name = text[tokens[at].start : tokens[last - 1].end]
            name = re.sub(r"['’]s$", "", name)
            yield Value(at, last, Slot(name="name", kind="name", value=name, others=_strangers(name)))
        at = max(last, at + 1)


def _first_capital(tokens: tuple[Token, ...], at: int, taken: frozenset[int]) -> int:
    """Return where a name begins: capitalised words before it belong to it, as in "the Challenge Cup"."""
    while at > 1 and at - 1 not in taken and _capital(tokens[at - 1]) and tokens[at - 2].text not in '.:!?"(':
        at -= 1
    return at


def _last_capital(tokens: tuple[Token, ...], last: int, taken: frozenset[int]) -> int:
    while last < len(tokens) and last not in taken and _capital(tokens[last]):
        last += 1
    return last


def _capital(token: Token) -> bool:
    return token.kind == "word" and token.text[0].isupper() and len(token.text) > 1


def _is_name(tokens: tuple[Token, ...], at: int, proper: frozenset[str]) -> bool:
    token = tokens[at]
    return token.kind == "code" or (token.low in proper and token.text[0].isupper() and at > 0)


def _strangers(name: str) -> tuple[str, ...]:
    """Return names that a lossy channel may put in a name's place: codes of the same form, or invented names."""
    draw = Draw("others", name)
    if digits := re.search(r"\d+", name):
        wrong = (str(int(digits[0]) + step).zfill(len(digits[0])) for step in draw.sample((11, 23, 37, 41, 59), 3))
        return tuple(name[: digits.start()] + other + name[digits.end() :] for other in wrong)
    return tuple(draw.sample(STRANGERS, 3))
