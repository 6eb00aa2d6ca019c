"""Paraphrases of a typed statement that are none of its own renderings: what `world check` tries beside these.

The values are put in the words of another writer: numbers in words or figures, times and weights in another unit, dates
the other way round, "7 out of 40", "was 4, now 31". Each says the same, so the instrument must read it as kept; and the
same paraphrase of a wrong value must not be.
"""

from collections.abc import Iterator, Mapping

from chains.models.channel.codebook import wrong_values
from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.number_words import in_words
from chains.scoring.text.units import CALENDAR, MONEY, UNITS
from chains.worlds.facts.ledger import MONTHS, Slot, Statement

_SMALLER = (
    (3600.0, "hours", 60.0, "min", 60),
    (60.0, "minutes", 1.0, "s", 60),
    (86400.0, "days", 3600.0, "hours", 24),
    (7 * 86400.0, "weeks", 86400.0, "days", 7),
)
"""Time: a larger unit and its word, the next smaller one and its word, and how many of these it has."""
_METRES = {"mm": ("cm", 10), "cm": ("m", 100), "m": ("km", 1000), "g": ("kg", 1000), "kg": ("t", 1000)}
_SIGNS = {"eur": "€", "usd": "$", "gbp": "£"}
_FROM_TO = bag("from to")
_LARGE = 10_000
_SHORT = 3
"""Letters of a unit that nobody writes after a number in words: "thirty-five m"."""


def paraphrases(statement: Statement) -> Iterator[tuple[str, str, bool]]:
    """Yield texts that say what a statement says, and ones that say it with a wrong value.

    Yields:
        How its value is put, the text, and whether it says the statement rightly.
    """
    for slot in statement.slots:
        for said in wordings(slot):
            yield f"{said!r} for {slot.text!r}", _put(statement, {slot.name: said}), True
        if slot.key and slot.kind in ("number", "count", "date"):
            for other in wrong_values(statement, slot)[:1]:
                for said in wordings(other):
                    yield f"{said!r} for {slot.text!r}", _put(statement, {slot.name: said}), False
    yield from _was_and_is(statement)


def wordings(slot: Slot) -> Iterator[str]:
    """Yield other ways to write a value, none of them its own."""
    match slot.kind:
        case "number":
            yield from _numbers(slot)
        case "count":
            value, total = int(slot.value), int(slot.of or 0)
            yield f"{value:,} out of {total:,}"
            if (word := in_words(value)) and value > 1:
                yield f"{word} of the {total:,}"
        case "date":
            parts = str(slot.value).split("-")
            month, day = MONTHS[int(parts[-2]) - 1], int(parts[-1])
            year = f", {parts[0]}" if len(parts) > 2 else ""
            yield f"{month} {day}{year}"
            yield f"the {_ordinal(day)} of {month}{year.replace(',', '')}"


def _numbers(slot: Slot) -> Iterator[str]:
    value, unit = slot.value, slot.unit
    known = UNITS.get(unit.lower()) if unit else None
    whole = int(value) if float(value).is_integer() else None
    word = in_words(whole) if whole is not None and whole > 1 else ""
    if known is not None and known.dimension == "percent":
        yield f"{value} per cent" if unit == "%" else f"{value}%"
        return
    if known is not None and known.dimension in MONEY:
        if known.dimension in _SIGNS and unit != _SIGNS[known.dimension]:
            yield f"{_SIGNS[known.dimension]}{value:,}"
        if whole is not None and whole >= _LARGE and whole % 1000 == 0:
            yield f"{known.dimension.upper()} {whole // 1000}k"
        return
    if word and (unit is None or len(unit) > _SHORT):
        yield f"{word} {unit}" if unit else word
    if known is not None and whole is not None and known.dimension == "time" and known.factor not in CALENDAR:
        yield from _times(whole * known.factor, known.factor)
    if unit in _METRES and known is not None:
        larger, size = _METRES[unit]
        yield f"{float(value) / size:g} {larger}"


def _times(seconds: float, factor: float) -> Iterator[str]:
    for large, larger, small, smaller, size in _SMALLER:
        count, rest = divmod(seconds, large)
        if factor == small and seconds >= large:
            count_word = larger if count > 1 else larger.removesuffix("s")
            yield f"{count:g} {count_word} {rest / small:g} {smaller}" if rest else f"{count:g} {count_word}"
        elif factor == large and seconds < large * size:
            yield f"{seconds / small:g} {smaller}"


def _was_and_is(statement: Statement) -> Iterator[tuple[str, str, bool]]:
    """Yield "SUBJECT: 31 minutes (was 4)" of a change from one number to another."""
    numbers = [slot for slot in statement.slots if slot.kind == "number" and slot.key]
    others = [slot for slot in statement.slots if slot.kind not in ("number", "direction")]
    template = statement.templates[0]
    if len(numbers) != len(_FROM_TO) or others:
        return
    before, after = numbers
    if f"from {{{before.name}}} to {{{after.name}}}" in template and before.unit == after.unit:
        about = f"{statement.subject[:1].upper()}{statement.subject[1:]}"
        topic = f" ({', '.join(statement.topic)})" if statement.topic else ""
        yield "'was ..., now ...'", f"{about}{topic}: was {before.text}, now {after.text}.", True


def _put(statement: Statement, said: Mapping[str, str]) -> str:
    """Return a statement's first rendering with some values in other words."""
    values = {slot.name: said.get(slot.name, slot.text) for slot in statement.slots}
    sentence = statement.templates[0].format(subject=statement.subject, **values)
    return sentence[:1].upper() + sentence[1:]


def _ordinal(day: int) -> str:
    ending = "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
