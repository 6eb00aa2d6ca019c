"""Find the typed values of a sentence: numbers, counts, dates, weekdays and names, as slots with their places.

A month, a year or a time of day is one of a few. A value that can't be typed exactly is refused with the reason: half
of a value would be a wrong fact. "About 40" is 40: that it is not exact stays in the words. So does a limit or a range
beside other values ("within 48 hours"); alone it is refused.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from chains.authoring.subject_finder import Untyped, is_verb
from chains.rng import Draw
from chains.scoring.facts.claims import names_of
from chains.scoring.text.clock_times import clock_text, clocks_in
from chains.scoring.text.dates import Date, dates_of
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.number_words import numeral
from chains.scoring.text.quantities import Quantity, quantities_of
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import MONEY, UNITS, Unit
from chains.worlds.facts.invented_names import STRANGERS
from chains.worlds.facts.ledger import MONTHS, Slot

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BEFORE_YEAR = bag("in since of by until from during for")
_BELOW = frozenset(("-", "−", "minus"))
_FIGURES = 3
"""Fewest figures of a number that may name a thing."""
_YEAR = r"(?:19|20|21)\d\d"
_LOOSE = bag(
    "day time thing way hand side another no any every each this that the which half third quarter fifth tenth"
)
_OFTEN = bag("once twice times per every each")
"""Words before "a day" that make it a rate."""
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
    open_ended: set[int] = set()
    for quantity in quantities_of(tokens, frozenset(taken)):
        if quantity.high is not None or quantity.bound is not None or _to_day(tokens, quantity, taken):
            open_ended.update(range(quantity.first, quantity.last))
        else:
            out += _number(tokens, text, quantity)
    if open_ended and not out:
        raise Untyped("a limit or a range")
    taken = inside | open_ended | {at for value in out for at in range(value.first, value.last)}
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
    days: set[int] = set()
    for date in dates_of(tokens):
        days |= {*range(date.first - (tokens[date.first - 1].text == ","), date.last)} if date.day else set()
        if inside & {*range(date.first, date.last)}:
            continue
        if date.day is None:
            yield _month(date)
            continue
        year = f"{date.year:04d}-" if date.year else ""
        value = f"{year}{date.month:02d}-{date.day:02d}"
        try:
            slot = Slot(name="day", kind="date", value=value)
        except ValueError:
            raise Untyped("a date that can't be typed") from None
        yield Value(date.first, date.last, slot)
    for at, time in clocks_in(tokens):
        if not inside & {*range(at, at + 3)}:
            others = tuple(clock_text(time + step) for step in (-47, 35, 95))
            yield Value(at, at + 3, Slot(name="clock", kind="category", value=clock_text(time), others=others))
    for at, token in enumerate(tokens):
        if at not in inside and at and tokens[at - 1].low in _BEFORE_YEAR and re.fullmatch(_YEAR, token.text):
            others = tuple(str(int(token.text) + step) for step in (-3, -1, 2))
            yield Value(at, at + 1, Slot(name="year", kind="category", value=token.text, others=others))
        dated = at + 1 in days or at - 1 in days
        if token.text in _WEEKDAYS and at not in inside and not dated:
            others = tuple(day for day in _WEEKDAYS if day != token.text)
            yield Value(at, at + 1, Slot(name="weekday", kind="category", value=token.text, others=others))


def _month(date: Date) -> Value:
    """Return a month without a day, perhaps with its year, as one of the twelve."""
    year = f" {date.year}" if date.year else ""
    name = MONTHS[date.month - 1]
    others = tuple(MONTHS[(date.month + step) % 12] + year for step in (1, 4, 7))
    slot = Slot(name="month", kind="category", value=name + year, also=(name[:3] + year,), others=others)
    return Value(date.first, date.last, slot)


def _number(tokens: tuple[Token, ...], text: str, quantity: Quantity) -> list[Value]:
    if quantity.weak and (quantity.unit is None or _of_thing(tokens, quantity)):
        return _one(tokens, quantity)
    _refuse(tokens, quantity)
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
        if _numbered(tokens, quantity):
            written = tokens[quantity.first].text
            slot = Slot(name="name", kind="name", value=written, others=_strangers(written))
            return [Value(quantity.first, quantity.last, slot)]
        slot = Slot(name="number", kind="number", value=value)
    else:
        joined = quantity.unit.dimension == "time" and quantity.value != found.value  # "3 h 20 min" is 200 min
        after = quantity.last - 1 if joined else found.last
        unit = tokens[quantity.first].text if start > quantity.first else _words(tokens, text, after, quantity.last)
        unit = "percent" if unit.split()[:1] == ["per"] else unit or _lent(quantity.unit)
        slot = Slot(name=_NAMES.get(quantity.unit.dimension, "amount"), kind="number", value=value, unit=unit)
    return [Value(quantity.first, quantity.last, slot)]


def _refuse(tokens: tuple[Token, ...], quantity: Quantity) -> None:
    """Refuse what is no plain amount."""
    at = quantity.first
    before = tokens[at - 1] if at else None
    if before is not None and before.low in _OFTEN and tokens[at].low in ("a", "an", "per"):
        raise Untyped("how often, which can't be typed")
    if before is not None and before.text in _BELOW and (tokens[at].tight or at > 1):
        raise Untyped("a number below zero, whose sign the rules don't compare")


def _to_day(tokens: tuple[Token, ...], quantity: Quantity, days: frozenset[int]) -> bool:
    """Whether a number is the first day of two: "from 8 to 9 November"."""
    joined = quantity.last < len(tokens) and tokens[quantity.last].low in ("to", "and", "–", "-")
    return quantity.unit is None and joined and quantity.last + 1 in days and tokens[quantity.last + 1].kind == "number"


def _numbered(tokens: tuple[Token, ...], quantity: Quantity) -> bool:
    """Whether figures name a thing rather than count: "order 5520 by 04:00"."""
    at = quantity.first
    before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    plain = quantity.last == at + 1 and tokens[at].text.isdecimal() and len(tokens[at].text) >= _FIGURES
    thing = before is not None and before.kind == "word" and before.low not in STOP and not is_verb(tokens, at - 1)
    return plain and thing and (after is None or after.kind == "mark" or after.low in STOP)


def _of_thing(tokens: tuple[Token, ...], quantity: Quantity) -> bool:
    """Whether "a" and a unit are the beginning of a thing's name: "a second shift", "an hour glass"."""
    if tokens[quantity.first].low not in ("a", "an") or quantity.last >= len(tokens):
        return False
    after = tokens[quantity.last]
    return after.kind == "word" and (tokens[quantity.last - 1].low == "second" or after.low not in STOP)


def _one(tokens: tuple[Token, ...], quantity: Quantity) -> list[Value]:
    """Return "one" as a number where it counts things: not in "one of them", "one day", "no one"."""
    at = quantity.first
    if tokens[at].low != "one":
        return []
    after, before = tokens[at + 1] if at + 1 < len(tokens) else None, tokens[at - 1].low if at else ""
    if after is None or after.kind != "word" or after.low in STOP | _LOOSE or before in _LOOSE:
        raise Untyped('"one", which may be a number or not')
    return [Value(at, at + 1, Slot(name="number", kind="number", value=1))]


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
    measured = at > 0 and (tokens[at - 1].text == "/" or tokens[at - 1].kind == "number") and token.text.islower()
    if token.kind == "code" and measured:  # "31 N/mm2"
        raise Untyped("a unit that can't be typed")
    return token.kind == "code" or (token.low in proper and token.text[0].isupper() and at > 0)


def _strangers(name: str) -> tuple[str, ...]:
    """Return names that a lossy channel may put in a name's place: codes of the same form, or invented names."""
    draw = Draw("others", name)
    if digits := re.search(r"\d+", name):
        wrong = (str(int(digits[0]) + step).zfill(len(digits[0])) for step in draw.sample((11, 23, 37, 41, 59), 3))
        return tuple(name[: digits.start()] + other + name[digits.end() :] for other in wrong)
    return tuple(draw.sample(STRANGERS, 3))
