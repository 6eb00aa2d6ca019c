"""The tables of a run as files: CSV, which needs nothing, or Parquet; a data dictionary beside them.

Every file is written under another name first and takes its own when it is
whole, so that no reader finds half a table.
"""

import contextlib
import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

import orjson

from chains.analysis.results.finished import Tell, silent
from chains.analysis.tables import COLUMNS, Row, Tables
from chains.errors import BadInput, MazedomError
from chains.scoring.measures.measures import MEASURES
from chains.stats.observations.row_file import cell

DICTIONARY = "dictionary.csv"
"""What every column means, and its type: in both formats a CSV file."""
_SQL = {"whole number": "BIGINT", "number": "DOUBLE", "true or false": "BOOLEAN", "text": "VARCHAR"}
"""What DuckDB calls each type."""
Done = Callable[[str, int], None]
"""Told the name of a file that is written, and how many rows it has."""


def write_csv(tables: Tables, folder: Path, done: Done, tell: Tell = silent) -> None:
    """Write a CSV file for each table, and the dictionary.

    A cell is empty where there is no value. A text that a spreadsheet would run as a formula has an apostrophe before
    it; `law` takes it off again.

    Raises:
        BadInput: If a file of that name is there already.
        MazedomError: If the folder can't be written.
    """
    free(folder, [*(f"{name}.csv" for name in COLUMNS), DICTIONARY])
    types = {}
    for name in COLUMNS:
        found = _Types(tables.columns(name))
        with whole_file(folder / f"{name}.csv") as file:
            count = _as_csv(
                file,
                list(tables.columns(name)),
                found.noting(tables.rows(name, _telling_of(name, tell))),
            )
        types[name] = found
        done(f"{name}.csv", count)
    _write_dictionary(tables, types, folder, done)


def write_parquet(tables: Tables, folder: Path, done: Done, tell: Tell = silent) -> None:
    """Write a Parquet file for each table, and the dictionary; null stands where there is no value.

    DuckDB writes them: its wheel is less than half of pyarrow's (25 MB to 55), and it reads them back with SQL.

    Raises:
        BadInput: If DuckDB is not installed, or a file of that name is there already.
        MazedomError: If the folder can't be written.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra: only Parquet needs it
    except ImportError:
        raise BadInput("Parquet needs DuckDB: pip install 'mazedom[parquet]'; --format csv needs nothing") from None
    free(folder, [*(f"{name}.parquet" for name in COLUMNS), DICTIONARY])
    types = {}
    for name in COLUMNS:
        found = _Types(tables.columns(name))
        with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as place:
            lines, made = Path(place, "rows.jsonl"), Path(place, "rows.parquet")
            with lines.open("wb") as file:
                count = 0
                for row in found.noting(tables.rows(name, _telling_of(name, tell))):
                    file.write(orjson.dumps(row) + b"\n")
                    count += 1
            columns = ", ".join(f"{_quoted(column)}: '{_SQL[kind]}'" for column, kind in found.of.items())
            with duckdb.connect() as database:
                database.execute("SET preserve_insertion_order = true")
                database.execute(
                    f"COPY (SELECT * FROM read_json(?, format = 'newline_delimited', columns = {{{columns}}}, "  # noqa: S608 - columns are ours, and quoted
                    "maximum_object_size = 268435456)) TO ? (FORMAT parquet, COMPRESSION zstd)",
                    [str(lines), str(made)],
                )
            made.rename(folder / f"{name}.parquet")
        types[name] = found
        done(f"{name}.parquet", count)
    _write_dictionary(tables, types, folder, done)


def _telling_of(name: str, tell: Tell) -> Tell:
    """Return what tells how far a table is, with its name."""
    return lambda far: tell(f"{name}, {far}")


def free(folder: Path, names: Sequence[str]) -> None:
    """Make the folder, in which no file of these names may be.

    Raises:
        BadInput: If one is there.
        MazedomError: If the folder can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MazedomError(f"can't make the folder {folder}: {error.strerror}") from None
    for name in names:
        if (folder / name).exists():
            raise BadInput(f"{folder / name} is there already; give another folder with --to, or remove the file")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class _Types:
    """Which type the values of each column have; found while they pass, for measures and factors may be anything."""

    def __init__(self, columns: Iterable[str]) -> None:
        self._seen: dict[str, set[type]] = {column: set() for column in columns}

    def noting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Hand rows on; note the types of their values."""
        found = [seen.add for seen in self._seen.values()]  # in the order of the columns, which is that of a row
        for row in rows:
            for add, kind in zip(found, map(type, row.values()), strict=True):
                add(kind)
            yield row

    @property
    def of(self) -> dict[str, str]:
        """The type of each column, in words."""
        return {column: _type(column, seen - {type(None)}) for column, seen in self._seen.items()}


def _type(column: str, seen: set[type]) -> str:
    if not seen:  # the same in every run, so that tables of several go together
        return "number" if column in MEASURES else "text"
    if seen == {bool}:
        return "true or false"
    if seen == {int}:
        return "whole number"
    return "number" if seen <= {int, float} else "text"


def _as_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows; return how many."""
    writer = csv.writer(file)
    writer.writerow(map(cell, columns))
    count = 0
    for row in rows:
        writer.writerow([value if type(value) in _AS_IT_IS else _cell(value) for value in row.values()])
        count += 1
    return count


_AS_IT_IS = frozenset({int, float, type(None)})
"""Types of values that the csv module writes as a reader expects them."""
SHORT = 40
"""Most characters of a text that is likely to come again: a name, a setting."""


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _short_cell(value) if len(value) <= SHORT else cell(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=4096)
def _short_cell(text: str) -> str:
    return cell(text)


def _write_dictionary(tables: Tables, types: Mapping[str, _Types], folder: Path, done: Done) -> None:
    rows = [
        {"table": name, "column": column, "type": types[name].of[column], "meaning": meaning}
        for name in COLUMNS
        for column, meaning in tables.columns(name).items()
    ]
    with whole_file(folder / DICTIONARY) as file:
        count = _as_csv(file, ["table", "column", "type", "meaning"], rows)
    done(DICTIONARY, count)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes its name when it is whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
