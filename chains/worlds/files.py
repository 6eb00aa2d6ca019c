"""World files: a situation that a person writes in TOML, in place of a generated one.

The least that a file needs is one fact; a fact needs a subject, two
renderings, its slots and a valence:

    [[facts]]
    subject = "cooling pump P-12"
    renderings = ["{subject} was delivered {delay} {when}.", "Delivery of {subject} came {delay} {when}."]
    slots = { delay = "3 weeks", when = "late/early" }
    valence = "bad"

A slot is written as people write values, and its kind is read off:

    3.2, 14, "3 weeks", "12%", "EUR 40,000"        number
    "7 of 40"                                      count
    2031-03-04, "2031-03-04", "4 March"            date
    "late/early"                                   direction: what is true, and its opposite
    "Ilmar"                                        name

or as a table with `value` and any of `kind`, `unit`, `of`, `also` (other
wordings), `opposite`, `opposites`, `others` (wrong values that a lossy
channel may plant) and `key` (false where a message may leave it out).

A fact may also have `id` (else F01, F02, ...), `severity` 1-5 (else 3 for bad
facts, 2 for good, 1 for neutral), `topic`, `aliases`, `vague` (mentions
without key values), `distractor`, and `twin`: the values that would give it
the opposite valence; directions in it are reversed unless it names them. A
file may have `title`, `setting` and `version`.
"""

import datetime
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chains.errors import BadInput, nearest
from chains.worlds.ledger import MONTHS, UNITS_BEFORE, Fact, Slot
from chains.worlds.world import World

_WORLD_KEYS = ("title", "setting", "version", "facts")
_FACT_KEYS = (
    "id", "subject", "renderings", "slots", "valence", "severity", "topic", "aliases", "vague", "distractor", "twin",
)  # fmt: skip
_FACT_NEEDS = ("subject", "renderings", "slots", "valence")
_SLOT_KEYS = tuple(name for name in Slot.model_fields if name != "name")
_SEVERITY = {"bad": 3, "good": 2, "neutral": 1}

_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_COUNT = re.compile(rf"({_NUMBER}) of ({_NUMBER})")
_DATE = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)")
_DAY = re.compile(rf"(\d\d?) ({'|'.join(MONTHS)})(?: (\d{{4}}))?")
_BEFORE = re.compile(rf"({'|'.join(map(re.escape, sorted(UNITS_BEFORE)))}) ?({_NUMBER})")
_AMOUNT = re.compile(rf"({_NUMBER})(?: ?(%)| (\S.*))?")


def read_world(path: Path) -> World:
    """Read a world from a file.

    Raises:
        BadInput: The file is not there or can't be read as a world; the sentence names the fact and slot.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        beside = [str(other) for other in path.parent.glob("*.toml")]
        raise BadInput(f"there is no world file {str(path)!r}{nearest(str(path), beside)}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} can't be read as TOML; {error}") from None
    _check_keys(content, _WORLD_KEYS, str(path))
    facts = content.get("facts")
    if not isinstance(facts, list) or not facts or not all(isinstance(fact, dict) for fact in facts):
        raise BadInput(f"{path} has no facts; begin each with a line [[facts]]")
    made = [_fact(fact, f"F{number:02d}", str(path)) for number, fact in enumerate(facts, start=1)]
    try:
        return World(
            scenario=path.stem,
            version=content.get("version", "1"),
            seed=0,
            setting=content.get("setting", path.stem),
            title=content.get("title", path.stem),
            facts=tuple(made),
        )
    except ValidationError as error:
        raise BadInput(f"{path}: {_sentence(error)}") from None


def _fact(plain: Mapping[str, Any], number: str, path: str) -> Fact:
    name = str(plain.get("id", number))
    where = f"{path}, fact {name}"
    _check_keys(plain, _FACT_KEYS, where)
    for needed in _FACT_NEEDS:
        if needed not in plain:
            raise BadInput(f"{where} has no {needed!r}; see runs/worlds/kestrel.toml for an example")
    for table in ("slots", "twin"):
        if not isinstance(plain.get(table, {}), dict):
            raise BadInput(
                f'{where}: {table} is {plain[table]!r}, not a table; write {table} = {{ delay = "3 weeks" }}'
            )
    slots = {slot: _slot(slot, value, where) for slot, value in plain["slots"].items()}
    content = {key: value for key, value in plain.items() if key not in ("renderings", "twin")}
    try:
        return Fact.model_validate(
            {"severity": _SEVERITY.get(str(plain["valence"]), 1)}
            | content
            | {
                "id": name,
                "slots": tuple(slots.values()),
                "templates": plain["renderings"],
                "twin": _twin(plain["twin"], slots, where) if "twin" in plain else None,
            }
        )
    except ValidationError as error:
        raise BadInput(f"{where}: {_sentence(error)}") from None


def _twin(plain: Mapping[str, Any], slots: Mapping[str, Slot], where: str) -> tuple[Slot, ...]:
    """Return the slots of the valence twin: those given, directions reversed, the others as they are."""
    _check_keys(plain, slots, f"{where}, twin")
    twin = []
    for name, slot in slots.items():
        flipped = slot.flipped() if slot.kind == "direction" else slot
        if name not in plain or plain[name] == flipped.value:
            twin.append(flipped)
            continue
        given = _slot(name, plain[name], f"{where}, twin")
        if given.kind != slot.kind and given.kind == "name":
            # a bare word is read as a name; in a twin it is what the slot is in the fact
            given = slot.model_copy(update={"value": given.value, "also": ()})
        if given.kind != slot.kind:
            raise BadInput(f"{where}, twin: {name} is a {given.kind}, where the fact has a {slot.kind}; write it alike")
        twin.append(given.model_copy(update={"key": slot.key}))
    return tuple(twin)


def _slot(name: str, plain: Any, where: str) -> Slot:
    where = f"{where}, slot {name}"
    table = plain if isinstance(plain, dict) else {"value": plain}
    _check_keys(table, _SLOT_KEYS, where)
    if "value" not in table:
        raise BadInput(f'{where} has no value; write {name} = "3 weeks"')
    value = table["value"]
    if isinstance(value, bool) or not isinstance(value, int | float | str | datetime.date):
        raise BadInput(f"{where}: {value!r} is neither text, a number nor a date")
    read = {"value": value} if table.get("kind") in ("name", "category") else _read(value)
    if "opposite" in table and read["kind"] == "name":
        read["kind"] = "direction"
    try:
        return Slot.model_validate({"name": name} | table | {"kind": table.get("kind")} | read)
    except ValidationError as error:
        sentence = _sentence(error).removeprefix(f"slot {name}: ")
        raise BadInput(f"{where}: {sentence}") from None


def _read(value: float | str | datetime.date) -> dict[str, Any]:
    """Return the kind and the typed value of what a person wrote."""
    if isinstance(value, datetime.date):
        return {"kind": "date", "value": value.isoformat()[:10]}
    if not isinstance(value, str):
        return {"kind": "number", "value": value}
    text = value.strip()
    if match := _COUNT.fullmatch(text):
        return {"kind": "count", "value": _number(match[1]), "of": _number(match[2])}
    if match := _DAY.fullmatch(text):
        year = f"{match[3]}-" if match[3] else ""
        return {"kind": "date", "value": f"{year}{MONTHS.index(match[2]) + 1:02d}-{int(match[1]):02d}"}
    if _DATE.fullmatch(text):
        return {"kind": "date", "value": text}
    if match := _BEFORE.fullmatch(text):
        return {"kind": "number", "value": _number(match[2]), "unit": match[1]}
    if match := _AMOUNT.fullmatch(text):
        unit = match[2] or match[3]
        return {"kind": "number", "value": _number(match[1])} | ({"unit": unit} if unit else {})
    here, slash, there = (part.strip() for part in text.partition("/"))
    if slash and here and there:
        return {"kind": "direction", "value": here, "opposite": there}
    return {"kind": "name", "value": text}


def _number(text: str) -> int | float:
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def _check_keys(plain: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for key in plain:
        if key not in known:
            raise BadInput(f"{where} has an unknown key {key!r}{nearest(key, known)}")


def _sentence(error: ValidationError) -> str:
    """Return the first thing that pydantic found, as one sentence in a file's own words."""
    first = error.errors()[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"]).replace("statement ", "fact ")
    place = ".".join(str(part) for part in first["loc"]).replace("templates", "renderings")
    message = first["msg"][:1].lower() + first["msg"][1:]
    return f"{place} is {first['input']!r}; {message}" if place else message
