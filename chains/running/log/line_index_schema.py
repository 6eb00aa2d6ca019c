"""The part of each log line that the index reads: its key and what its reply cost, not its text.

Parsing only these fields makes opening a long log fast. A line that lacks one
of them is parsed again as a whole, to say what is wrong with it.
"""

from typing import Any, Final, NoReturn, get_args

import msgspec
import orjson

from chains.errors import LineDamaged, LogDamaged
from chains.models.provider import Usage
from chains.running.log.records import LOG_VERSION, Status

BOM: Final = b"\xef\xbb\xbf"
"""The byte order mark, which some editors put at the start of a file."""


class _Asked(msgspec.Struct, gc=False):
    model: str


class _Counted(Usage, frozen=True, forbid_unknown_fields=True, gc=False, kw_only=True):
    """Tokens, as lines of every version hold them; a line that lacks a count was damaged."""

    prompt: int
    completion: int
    reasoning: int
    cached: int


class _Answer(msgspec.Struct, gc=False):
    usage: _Counted
    notes: list[str]


class _Forgotten(msgspec.Struct, gc=False):
    record: str


class StepLine(msgspec.Struct, gc=False, tag_field="kind", tag="step"):
    """A step's."""

    v: int
    trial: str
    seat: str
    turn: int
    attempt: int
    request: _Asked
    digest: str
    reply: _Answer
    tries: int
    seconds: float
    reused: str | None = None
    forgotten: _Forgotten | None = None
    at: str | None = None
    n: int | None = None
    """Its line number when it was logged; None in logs from before lines were numbered."""


class EndLine(msgspec.Struct, gc=False, tag_field="kind", tag="trial"):
    """The line of a trial's end."""

    v: int
    trial: str
    status: Status
    at: str | None = None


class ChainLine(msgspec.Struct, gc=False, tag_field="kind", tag="chain"):
    """The line of a chain that others logged."""

    v: int
    set: str
    chain: str
    digest: str
    at: str | None = None


class NoteLine(msgspec.Struct, gc=False, tag_field="kind", tag="note"):
    """A note's."""

    v: int
    note: str | None = None
    model: str | None = None
    calls: int = 0
    usage: Usage | None = None
    tokens: int = 0
    cost: float = 0.0
    at: str | None = None


Line = StepLine | EndLine | ChainLine | NoteLine

_DECODER: Final = msgspec.json.Decoder(Line)
_NEEDED: Final = {
    str(kind.__struct_config__.tag): [
        (field.name, field.type)
        for field in msgspec.structs.fields(kind)
        if field.required and field.type in (str, int) and field.name not in ("v", "tries")
    ]
    for kind in (StepLine, EndLine, ChainLine, NoteLine)
}
"""Fields that a line of each kind must have to be found again."""
_STATUSES = frozenset(get_args(Status))


def read_line(line: bytes, file: str, number: int, run: str) -> Line:
    """Read one line of a log, as far as its index needs it.

    Args:
        line: With or without its line break.
        file: The log's name. This and the next two are for errors.
        number: The line's number, from 1.
        run: The run's id.

    Raises:
        LineDamaged: If it is not a record.
        LogDamaged: If it has a version that this program does not read.
    """
    if number == 1:
        line = line.removeprefix(BOM)
    try:
        if not line.isascii():
            line.decode()  # the fields that are skipped must be valid text too
        read: Line = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _refuse(line, f"{file} line {number} of {run}")
    if read.v != LOG_VERSION:
        _refuse(line, f"{file} line {number} of {run}")
    return read


def _refuse(line: bytes, where: str) -> NoReturn:
    """Say what is wrong with a line that can't be read; raises `LogDamaged`."""
    damaged = "the log was changed or damaged there"
    try:
        record: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineDamaged(f"{where} is not JSON ({error}); {damaged}") from None
    if not isinstance(record, dict):
        raise LineDamaged(f"{where} is not a log record; {damaged}")
    if not isinstance(record.get("v"), int):
        raise LineDamaged(f"{where} is not a log record; {damaged}")
    if record["v"] != LOG_VERSION:
        raise LogDamaged(f"{where} has log version {record['v']!r}; this program reads version {LOG_VERSION}")
    kind = record.get("kind")
    if not isinstance(kind, str) or kind not in _NEEDED:
        raise LogDamaged(f"{where} has the unknown kind {kind!r}; was it written by a newer version?")
    wrong = [name for name, type_ in _NEEDED[kind] if not isinstance(record.get(name), type_)]
    if kind == "trial" and not wrong and str(record.get("status")) not in _STATUSES:
        wrong = ["status"]
    if wrong:
        raise LineDamaged(f"{where} has no {wrong[0]} that can be read; {damaged}")
    raise LineDamaged(f"{where} has no whole {'reply' if kind == 'step' else 'record'}; {damaged}")
