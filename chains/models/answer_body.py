"""Read the bytes of an endpoint's answer as JSON: whole, streamed in pieces, or nearly JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

_STREAM: Final = re.compile(rb"\s*(?:data|event|id|retry)?:")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_HALF: Final = re.compile("[\ud800-\udfff]")


def read_body(raw: bytes | bytearray) -> Any:
    """Return the JSON of an answer.

    Besides JSON it reads what some servers send: a stream of events that nobody
    asked for, `NaN` and `Infinity`, half a surrogate pair, a byte order mark. A
    stream that was cut off is an error.

    Raises:
        ValueError: It is none of these.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    if _STREAM.match(raw):
        return _from_stream(raw)
    return _lax(bytes(raw).decode("utf-8-sig", errors="replace"))


def _lax(text: str) -> Any:
    try:
        return _mended(json.loads(text))
    except RecursionError:
        raise ValueError("too deep") from None


def _mended(value: Any) -> Any:
    """Return a JSON value with half surrogate pairs replaced, the rest as it is."""
    if isinstance(value, str):
        return (
            value
            if _HALF.search(value) is None
            else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if isinstance(value, dict):
        return {_mended(name): _mended(inner) for name, inner in value.items()}
    return [_mended(inner) for inner in value] if isinstance(value, list) else value


def _events(raw: bytes | bytearray) -> Iterator[Any]:
    """Yield the JSON of each event of a stream, and None if it says that it has ended."""
    data: list[str] = []
    for line in [*_LINE_END.split(bytes(raw).decode("utf-8-sig", errors="replace")), ""]:
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
        elif not line and data:
            text = "\n".join(data)
            data.clear()
            if text.strip() == "[DONE]":
                yield None
                return
            yield _lax(text)


def _from_stream(raw: bytes | bytearray) -> dict[str, Any]:
    """Join the pieces of a stream into a chat completion."""
    whole: dict[str, Any] = {}
    pieces: dict[str, list[Any]] = {}
    finish, ended = None, False
    for event in _events(raw):
        if event is None:
            ended = True
            continue
        if not isinstance(event, Mapping):
            raise ValueError("an event is no object")  # noqa: TRY004 - the text is not what it claims to be
        whole |= {name: value for name, value in event.items() if name != "choices" and value is not None}
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, Mapping) or choice.get("index") not in (None, 0):
            continue
        finish = choice.get("finish_reason") or finish
        whole |= {"error": choice["error"]} if choice.get("error") else {}
        for piece in (choice.get("message"), choice.get("delta")):
            for name, value in piece.items() if isinstance(piece, Mapping) else ():
                pieces.setdefault(str(name), []).append(value)
    if finish is None and not ended and "error" not in whole:
        raise ValueError("the stream was cut off")
    message = {name: _joined([value for value in values if value is not None]) for name, values in pieces.items()}
    return {**whole, "choices": [{"index": 0, "finish_reason": finish, "message": message}]}


def _joined(values: list[Any]) -> Any:
    """Join the pieces of one field."""
    if all(isinstance(value, str) for value in values):
        return "".join(values)
    if all(isinstance(value, list) for value in values):
        return [part for value in values for part in value]
    return values[-1]
