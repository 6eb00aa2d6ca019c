"""JSON as models write it: with line breaks in texts, odd escapes, extra commas, single quotes, or cut off.

Only the form is repaired; values are never made up. Of an object that was cut off,
the complete part before the cut is read.
"""

import ast
import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

LONGEST: Final = 100_000
"""Longest text that is repaired, in characters; a longer one must be proper JSON."""
_BEYOND_64_BITS: Final = re.compile(r"\d{19}")
_ODD_ESCAPE: Final = re.compile(r'(\\\\|\\["/bfnrt]|\\u[0-9a-fA-F]{4})|\\')
_ODD_COMMA: Final = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


def read_nearly(text: str) -> Any:
    """Return the value of a text that is JSON or nearly JSON.

    Raises:
        ValueError: If it is neither.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        if len(text) > LONGEST:
            raise
    else:
        if _BEYOND_64_BITS.search(text):  # orjson rounds such a whole number
            with contextlib.suppress(ValueError, RecursionError):
                return json.loads(text)
        return value
    mended = _ODD_ESCAPE.sub(lambda found: found[1] or "", text)
    for form in (mended, _ODD_COMMA.sub(lambda found: found[1] or "", mended)):
        try:
            return json.loads(form, strict=False)
        except (ValueError, RecursionError):
            continue
    if "'" in text:
        try:
            return ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            pass
    raise ValueError("no JSON")


def outside_strings(text: str) -> Iterator[tuple[int, str]]:
    """Yield each character outside quoted strings, with its place."""
    quoted, skip = False, False
    for at, letter in enumerate(text):
        if skip:
            skip = False
        elif quoted:
            skip, quoted = letter == "\\", letter != '"'
        elif letter == '"':
            quoted = True
        else:
            yield at, letter


def before_the_cut(text: str) -> Any:
    """Return the complete part of an object that was cut off; {} if there is none.

    Args:
        text: The object from its opening brace on; the closing one is missing.
    """
    depth, whole = 0, 0
    for at, letter in outside_strings(text[:LONGEST]):
        if letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
        elif letter == "," and depth == 1:
            whole = at
    if not whole:
        return {}
    try:
        return read_nearly(text[:whole] + "}")
    except ValueError:
        return {}
