"""The values of slots in the words of a document: "three weeks", "EUR 14,000", "7 out of 40"."""

from collections.abc import Iterator

from chains.rng import Draw
from chains.worlds.documents.calendar import Day, number_of, told_ahead, told_past
from chains.worlds.facts.ledger import Slot

_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_MONEY = {"EUR": "euros", "USD": "dollars", "GBP": "pounds", "CHF": "francs"}
_SYMBOLS = frozenset({"bar", "mm/s", "kg", "km", "nm"})
"""Units that follow figures, never words."""
_IN_WORDS = 0.5
"""Chance that a small whole number is written as a word."""


def holes_for(slots: tuple[Slot, ...], today: Day, draw: Draw) -> dict[str, str]:
    """Return the words that fill a wording's holes.

    A slot fills the hole of its name. A count fills two more, `NAME_n` and `NAME_of`. A date fills its own with an
    adverb about the past ("on the 4th"), and `NAME_due` with a noun about a plan ("the 4th of next month").
    """
    return dict(filled for slot in slots for filled in _filled(slot, today, draw))


def _filled(slot: Slot, today: Day, draw: Draw) -> Iterator[tuple[str, str]]:
    match slot.kind:
        case "number":
            yield slot.name, _number(slot, draw)
        case "count":
            joint = draw.choice(("of", "of", "out of"))
            yield slot.name, f"{slot.value:,} {joint} {slot.of:,}"
            yield f"{slot.name}_n", _plain(slot.value, draw)
            yield f"{slot.name}_of", f"{slot.of:,}"
        case "date":
            number = number_of(str(slot.value))
            yield slot.name, f"on {slot.text}" if number is None else told_past(number, today, draw)
            yield f"{slot.name}_due", slot.text if number is None else told_ahead(number, today, draw)
        case _:
            yield slot.name, slot.text


def _number(slot: Slot, draw: Draw) -> str:
    if slot.unit is None:
        return _plain(slot.value, draw)
    if slot.unit == "%":
        return draw.choice((f"{slot.value:,}%", f"{slot.value:,} per cent"))
    if slot.unit in _MONEY:
        return draw.choice((slot.text, f"{slot.value:,} {_MONEY[slot.unit]}"))
    if slot.unit in _SYMBOLS or slot.text.startswith(slot.unit):
        return slot.text
    return f"{_plain(slot.value, draw)} {slot.unit}"


def _plain(value: object, draw: Draw) -> str:
    """Return a number in digits, or a small whole one, by chance, as a word."""
    if isinstance(value, int) and 1 < value < len(_WORDS) and draw.uniform() < _IN_WORDS:
        return _WORDS[value]
    return f"{value:,}"
