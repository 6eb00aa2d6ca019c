"""Rows of anybody's table: CSV or JSON lines, each with its line, and every error names file and line.

A spreadsheet runs a cell that begins with an equals sign. `cell` puts an
apostrophe before such a text, and the reader takes it off again.
"""

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from chains.errors import BadInput

LARGEST = 1024 * 2**20
"""Bytes of the largest file read."""
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
_RUN_AS_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""How a text begins that a spreadsheet takes for a formula, or that was saved from that."""


class Form(NamedTuple):
    """The form of a table."""

    give: str
    """What to give in place of a file that can't be read."""
    needed: tuple[str, ...]
    """Columns that each row has."""
    optional: tuple[str, ...]
    """Columns that it may have; others are passed over."""

    @property
    def columns(self) -> str:
        """The columns in words."""
        return f"the columns are {', '.join(self.needed)} and perhaps {', '.join(self.optional)}"


def cell(text: str) -> str:
    """Return a text as a cell of a CSV file that no spreadsheet runs: with an apostrophe before a formula."""
    return f"'{text}" if _RUN_AS_FORMULA.match(text) else text


def uncell(text: str) -> str:
    """Return the text of which `cell` made this cell."""
    return text[1:] if text.startswith("'") and _RUN_AS_FORMULA.match(text) else text


def content_of(path: Path, give: str) -> bytes:
    """Return the bytes of a file.

    Raises:
        BadInput: If it is not there, too large, or can't be read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is larger than the {LARGEST:,} bytes that are read of a file")
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"no file at {str(path)!r}; give {give}") from None
    except OSError as error:
        raise BadInput(f"can't read {str(path)!r}: {(error.strerror or str(error)).lower()}; give {give}") from None


def rows_of(path: Path, form: Form) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each row with its line: of JSON lines by the file's ending or a first brace, else of CSV.

    Raises:
        BadInput: If the file can't be read, or a row lacks a column; the sentence names file and line.
    """
    content = content_of(path, form.give)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInput(f"{path} line {line}: not UTF-8; save the file as UTF-8 text") from None
    if not text.strip():
        raise BadInput(f"{path} is empty; {form.columns}")
    ending, first = path.suffix.lower(), text.lstrip()[:1]
    is_json = ending in JSON_ENDINGS or (ending != ".csv" and first in ("{", "["))
    return _from_json(text, path, form) if is_json else _from_csv(text, path, form)


def _from_json(text: str, path: Path, form: Form) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if text.lstrip().startswith("["):
        raise BadInput(f"{path} is one JSON list; write one object a line")
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise BadInput(f"{path} line {number}: no JSON ({error}); each line is one object") from None
        if not isinstance(record, dict):
            raise BadInput(f"{path} line {number}: no object; {form.columns}")
        _check_names(list(record), f"{path} line {number}", form)
        yield number, record


def _from_csv(text: str, path: Path, form: Form) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: list[str] = []
    before = 0  # the line that the last row ended on: a quoted cell may span lines
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _header(cells, f"{path} line {line}", form)
                continue
            if len(cells) != len(names):
                raise BadInput(f"{path} line {line}: {len(cells)} cells where the first line has {len(names)} columns")
            yield line, dict(zip(names, map(uncell, cells), strict=True))
    except csv.Error as error:
        raise BadInput(f"{path} line {reader.line_num}: no CSV ({error})") from None


def _header(cells: list[str], where: str, form: Form) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if len(names) == 1 and (found := next((mark for mark in (";", "\t", "|") if mark in names[0]), None)):
        raise BadInput(f"{where}: columns are separated by {found!r}; separate them with commas")
    for name in names:
        if name and names.count(name) > 1:
            raise BadInput(f"{where}: two columns are called {name!r}")
    _check_names(names, where, form)
    return names


def _check_names(names: list[str], where: str, form: Form) -> None:
    """Find a column that is missing, or one that is all but one of the optional ones: it would be passed over."""
    for needed in form.needed:
        if needed not in names:
            others = [name for name in names if isinstance(name, str) and name not in form.needed]
            close = difflib.get_close_matches(needed, others, n=1, cutoff=0.6)
            hint = f"; rename {close[0]!r}" if close else f"; {form.columns}"
            raise BadInput(f"{where}: no {needed!r}{hint}")
    for name in names:
        if name not in form.needed + form.optional:
            close = difflib.get_close_matches(name, [other for other in form.optional if other not in names], 1, 0.8)
            if close:
                raise BadInput(f"{where}: {name!r} is not known; did you mean {close[0]}?")
