"""Slots as people write them: the kind of a value is read off its form."""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from chains.worlds.facts.direction_words import also
from chains.worlds.facts.ledger import MONTHS, UNITS_BEFORE, Slot

_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_UNITS = "|".join(map(re.escape, sorted(UNITS_BEFORE)))


def slot_of(name: str, table: Mapping[str, Any]) -> Slot:
    """Make a slot from its table.

    Args:
        name: The slot's name.
        table: `value`, and whatever else of a slot's fields is given; the kind is read off if it is not.

    Raises:
        ValueError: The value can't be a slot's, or the fields don't fit together.
    """
    value = table["value"]
    finite = not isinstance(value, float) or math.isfinite(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str | dt.date) or not finite:
        raise ValueError(f"{value!r} is neither text, a number nor a date")
    read = read_value(value)
    kind = table.get("kind", "direction" if "opposite" in table else "count" if "of" in table else read["kind"])
    if kind in ("name", "category") or (kind == "direction" and "opposite" in table):
        read = {"value": value}
    fields = read | {key: field for key, field in table.items() if key != "value"} | {"name": name, "kind": kind}
    if kind == "direction":
        fields = {"also": also(fields["value"]), "opposites": also(fields.get("opposite"))} | fields
    return Slot.model_validate(fields)


def read_value(value: float | str | dt.date) -> dict[str, Any]:
    """Return the kind and the typed value of what a person wrote, with its unit, total or opposite."""
    if isinstance(value, dt.date):
        return {"kind": "date", "value": value.isoformat()[:10]}
    if not isinstance(value, str):
        return {"kind": "number", "value": value}
    for form, reader in _FORMS:
        if match := form.fullmatch(value.strip()):
            return reader(match)
    return {"kind": "name", "value": value.strip()}


def _count(match: re.Match[str]) -> dict[str, Any]:
    return {"kind": "count", "value": _number(match[1]), "of": _number(match[2])}


def _day(match: re.Match[str]) -> dict[str, Any]:
    year = f"{match[3]}-" if match[3] else ""
    return {"kind": "date", "value": f"{year}{MONTHS.index(match[2]) + 1:02d}-{int(match[1]):02d}"}


def _date(match: re.Match[str]) -> dict[str, Any]:
    return {"kind": "date", "value": match[0]}


def _money(match: re.Match[str]) -> dict[str, Any]:
    return {"kind": "number", "value": _number(match[2]), "unit": match[1]}


def _amount(match: re.Match[str]) -> dict[str, Any]:
    unit = match[2] or match[3]
    return {"kind": "number", "value": _number(match[1])} | ({"unit": unit} if unit else {})


def _direction(match: re.Match[str]) -> dict[str, Any]:
    return {"kind": "direction", "value": match[1], "opposite": match[2]}


def _number(text: str) -> int | float:
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], dict[str, Any]]], ...] = (
    (re.compile(rf"({_NUMBER}) of ({_NUMBER})"), _count),
    (re.compile(rf"(\d\d?) ({'|'.join(MONTHS)})(?: (\d{{4}}))?"), _day),
    (re.compile(r"(?:\d{4}-)?\d\d-\d\d"), _date),
    (re.compile(rf"({_UNITS}) ?({_NUMBER})"), _money),
    (re.compile(rf"({_NUMBER})(?: ?(%)| (\S.*))?"), _amount),
    (re.compile(r"([^/]*[^/ ]) */ *([^/ ][^/]*)"), _direction),
)
