"""Chains of anybody's from JSON lines or CSV: a message a row.

    trial,hop,seat,message
    a,1,analyst,"The pump failed on Monday; 12 units are lost."
    a,2,lead,"The pump failed; some units are lost."

`hop` counts from 1, the message of whoever knew the facts; the last hop is what
the top heard. Optional: `seat`, who said it; `world`, the name of a file in the
folder of worlds; `condition`, what tells chains apart that are to be compared;
`model`. Other columns are passed over.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chains.errors import BadInput
from chains.models.provider import Usage
from chains.stats.observations.row_file import Form, rows_of

FORM = Form(
    "a file of messages, JSON lines or CSV", ("trial", "hop", "message"), ("seat", "world", "condition", "model")
)
MOST_HOPS = 10_000


class Said(NamedTuple):
    """One message of a chain."""

    seat: str
    """Empty where nobody knows who said it."""
    text: str
    model: str = ""
    seconds: float = 0.0
    usage: Usage = Usage()


class Heard(NamedTuple):
    """One chain that others logged."""

    trial: str
    """As they call it."""
    said: tuple[Said, ...]
    """From the one who knew the facts to the last that the top heard."""
    world: str = ""
    """The name of its world's file; empty where there is one world."""
    condition: str = ""


class _Row(NamedTuple):
    where: str
    trial: str
    hop: int
    said: Said
    world: str
    condition: str


def read_messages(path: Path) -> list[Heard]:
    """Read the chains of a file.

    Raises:
        BadInput: If it can't be read, a hop is missing or there twice, or a chain changes its world or condition.
    """
    chains: dict[str, dict[int, _Row]] = {}
    for line, record in rows_of(path, FORM):
        row = _row(record, where := f"{path} line {line}")
        hops = chains.setdefault(row.trial, {})
        if row.hop in hops:
            raise BadInput(f"{where}: hop {row.hop} of trial {row.trial!r} stands in {hops[row.hop].where} already")
        hops[row.hop] = row
    if not chains:
        raise BadInput(f"{path} holds no message; {FORM.columns}")
    return [_chain(trial, [hops[hop] for hop in sorted(hops)]) for trial, hops in chains.items()]


def _chain(trial: str, rows: list[_Row]) -> Heard:
    for hop, row in enumerate(rows, 1):
        if row.hop != hop:
            raise BadInput(
                f"{row.where}: trial {trial!r} has no hop {hop}; a chain has every hop from 1, and an empty message "
                "where a seat said nothing"
            )
        for column in ("world", "condition"):
            if getattr(row, column) != getattr(rows[0], column):
                raise BadInput(
                    f"{row.where}: {column} is {getattr(row, column)!r} and was {getattr(rows[0], column)!r} at hop 1 "
                    "of the same trial"
                )
    return Heard(trial, tuple(row.said for row in rows), rows[0].world, rows[0].condition)


def _row(record: Mapping[str, Any], where: str) -> _Row:
    for name in FORM.needed:
        if record.get(name) is None:
            raise BadInput(f"{where}: no {name!r}; {FORM.columns}")
    hop, message = record["hop"], record["message"]
    try:
        number = float(str(hop))
    except ValueError:
        number = 0.5
    if isinstance(hop, bool) or not number.is_integer() or not 1 <= number <= MOST_HOPS:
        raise BadInput(f"{where}: hop is {hop!r}; give a whole number, 1 for whoever knew the facts")
    if not isinstance(message, str):
        raise BadInput(f"{where}: message is a {type(message).__name__}, where a text belongs")
    trial = _name(record, "trial", where)
    if not trial:
        raise BadInput(f"{where}: trial is empty; give each chain a name")
    seat, model = _name(record, "seat", where), _name(record, "model", where)
    return _Row(
        where,
        trial,
        int(number),
        Said(seat, message, model),
        _name(record, "world", where),
        _name(record, "condition", where),
    )


def _name(record: Mapping[str, Any], column: str, where: str) -> str:
    value = record.get(column)
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise BadInput(f"{where}: {column} is {value!r}; give a name or a number")
    return "" if value is None else str(value).strip()
