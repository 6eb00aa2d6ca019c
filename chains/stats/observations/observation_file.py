"""Anyone's data: observations from a CSV file or JSON lines, one row for each statement in each message.

    world,replicate,depth,statement,hop,fate
    w1,1,3,seal leaks,1,kept
    w1,1,3,seal leaks,2,blurred
    w1,1,3,seal leaks,3,omitted

`depth` is in hops from the bottom to the top; hop 1 is the worker's message,
hop `depth` what the executive hears. A statement has a row for every hop of
its chain. `fate` is a word (kept, blurred, altered, inverted, omitted) or its
first letter. Optional: `valence` (bad, good, neutral, ambiguous), `weight`
(severity, a number above 0) and `condition`. The table of facts that `export`
writes has besides these what else is known of a run; see `EXPORTED`. Other
columns are passed over.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chains.errors import BadInput, nearest
from chains.fates import FATES, LETTERS
from chains.stats.observations.observations import ALL, VALENCES, Observations, Regret
from chains.stats.observations.row_file import Form, rows_of

NEEDED = ("world", "replicate", "depth", "statement", "hop", "fate")
OPTIONAL = ("valence", "weight", "condition")
EXPORTED = ("copy", "pair", "words", "cut_off", "foreign", "exact", "trial", "regret")
"""What a table of facts of our own has besides, so that its law is the run's to the last digit."""
DEEPEST = 100_000
"""Hops; a larger number is a slip."""
FORM = Form("a run, or a CSV or JSONL file of observations", NEEDED, OPTIONAL)
FATE_WORDS = {letter: letter for letter in LETTERS.values()} | {fate: LETTERS[fate] for fate in FATES}


class Row(NamedTuple):
    """One statement in one message."""

    line: int
    condition: str
    world: str
    replicate: str
    depth: int
    statement: str
    hop: int
    fate: str
    """A letter."""
    valence: str
    weight: float
    copy: str
    pair: str
    words: float
    cut_off: bool
    foreign: bool
    exact: bool
    trial: str
    regret: float
    """What the decision of the trial cost; nan where nothing was decided, or it is not known."""

    @property
    def chain(self) -> tuple[str, str, str, int, str]:
        """The statement on its way up one chain."""
        return self.condition, self.world, self.replicate, self.depth, self.statement

    @property
    def told(self) -> str:
        """The chain in words, for errors."""
        condition = "" if self.condition == ALL else f"condition {self.condition}, "
        return f"statement {self.statement!r} of {condition}world {self.world}, replicate {self.replicate}"


class Data(NamedTuple):
    """What a file holds."""

    observations: Observations
    regrets: dict[str, list[Regret]]
    """What the decision of each trial cost, by condition; only tables of our own have it."""


def read_observations(path: Path, *, exact: bool = False) -> Observations:
    """Read the observations of a CSV or JSONL file; see `read_data`."""
    return read_data(path, exact=exact).observations


def read_data(path: Path, *, exact: bool = False) -> Data:
    """Read a CSV or JSONL file.

    Args:
        path: The file; JSON lines by its ending, or where it begins with a brace.
        exact: Whether the fates are known without error: planted, or settled by people.

    Raises:
        BadInput: If it can't be read as observations; the sentence names file and line.
    """
    rows = [_row(record, line, f"{path} line {line}") for line, record in rows_of(path, FORM)]
    if not rows:
        raise BadInput(f"{path} holds no observation; {FORM.columns}")
    _check(rows, path)
    columns = {name: [getattr(row, name) for row in rows] for name in (*NEEDED, *OPTIONAL, *EXPORTED[:5])}
    return Data(Observations.of(**columns, exact=exact or all(row.exact for row in rows)), _regrets(rows))


def _regrets(rows: list[Row]) -> dict[str, list[Regret]]:
    """Return the regret of each trial, as deep as its deepest chain."""
    trials: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        if row.trial and not math.isnan(row.regret):
            deepest = trials.setdefault((row.condition, row.world, row.trial), row)
            if row.depth > deepest.depth:
                trials[row.condition, row.world, row.trial] = row
    found: dict[str, list[Regret]] = {}
    for row in trials.values():
        found.setdefault(row.condition, []).append(Regret(row.world, row.depth - 1, row.regret))
    return found


def _row(record: Mapping[str, Any], line: int, where: str) -> Row:
    depth = _whole(record, "depth", where)
    hop = _whole(record, "hop", where)
    if hop > depth:
        raise BadInput(f"{where}: hop {hop} is beyond the depth of {depth}; depth counts hops from bottom to top")
    return Row(
        line=line,
        condition=_name(record, "condition", where, default=ALL),
        world=_name(record, "world", where),
        replicate=_name(record, "replicate", where),
        depth=depth,
        statement=_name(record, "statement", where),
        hop=hop,
        fate=_word(record, "fate", where, FATE_WORDS, FATES),
        valence=_word(record, "valence", where, {name: name for name in VALENCES}, VALENCES[:-1]),
        weight=_weight(record, where),
        copy=_name(record, "copy", where, may_be_empty=True),
        pair=_name(record, "pair", where, may_be_empty=True),
        words=_number(record, "words", where),
        cut_off=_flag(record, "cut_off", where),
        foreign=_flag(record, "foreign", where),
        exact=_flag(record, "exact", where),
        trial=_name(record, "trial", where, may_be_empty=True),
        regret=_number(record, "regret", where),
    )


def _name(record: Mapping[str, Any], column: str, where: str, default: str = "", *, may_be_empty: bool = False) -> str:
    value = record.get(column)
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise BadInput(f"{where}: {column} is {value!r}; give a name or a number")
    text = default if value is None else str(value).strip() or default
    if not text and not may_be_empty:
        raise BadInput(f"{where}: {column} is empty; give a name or a number")
    return text


def _whole(record: Mapping[str, Any], column: str, where: str) -> int:
    value = record[column]
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not number.is_integer() or not 1 <= number <= DEEPEST:
        first = ", and hop 1 is the worker's message" if column == "hop" else ""
        raise BadInput(f"{where}: {column} is {value!r}; give a whole number from 1{first}")
    return int(number)


def _word(record: Mapping[str, Any], column: str, where: str, known: Mapping[str, str], names: tuple[str, ...]) -> str:
    value = record.get(column)
    text = "" if value is None else str(value).strip()
    found = known.get(text.upper() if len(text) == 1 else text.lower())
    if found is None:
        raise BadInput(f"{where}: {column} is {value!r}{nearest(text.lower(), names)}")
    return found


def _weight(record: Mapping[str, Any], where: str) -> float:
    value = record.get("weight")
    if value is None or value == "":
        return 1.0
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number) or number <= 0:
        raise BadInput(f"{where}: weight is {value!r}; give a number above 0, or leave it out")
    return number


def _number(record: Mapping[str, Any], column: str, where: str) -> float:
    value = record.get(column)
    if value is None or value == "":
        return math.nan
    try:
        return float(str(value))
    except ValueError:
        raise BadInput(f"{where}: {column} is {value!r}; give a number, or leave it out") from None


def _flag(record: Mapping[str, Any], column: str, where: str) -> bool:
    value = record.get(column)
    found = {"true": True, "1": True, "false": False, "0": False, "": False, "none": False}.get(str(value).lower())
    if found is None:
        raise BadInput(f"{where}: {column} is {value!r}; give true or false, or leave it out")
    return found


def _check(rows: list[Row], path: Path) -> None:
    """Find what no single row shows: a row twice, a hop that is missing, a statement that changes its nature."""
    chains: dict[tuple[str, str, str, int, str], dict[int, Row]] = {}
    natures: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        hops = chains.setdefault(row.chain, {})
        if row.hop in hops:
            raise BadInput(
                f"{path} line {row.line}: hop {row.hop} of {row.told} stands in line {hops[row.hop].line} already"
            )
        hops[row.hop] = row
        first = natures.setdefault((row.condition, row.world, row.statement), row)
        for column in ("valence", "weight"):
            if getattr(first, column) != getattr(row, column):
                raise BadInput(
                    f"{path} line {row.line}: {column} of statement {row.statement!r} is "
                    f"{getattr(row, column)!r}, and {getattr(first, column)!r} in line {first.line}; it can't change"
                )
    depths: dict[tuple[str, str, str, str], set[int]] = {}
    for condition, world, replicate, depth, statement in chains:
        depths.setdefault((condition, world, replicate, statement), set()).add(depth)
    for (condition, world, replicate, depth, statement), hops in chains.items():
        if len(hops) == depth:
            continue
        missing = next(hop for hop in range(1, depth + 1) if hop not in hops)
        some = next(iter(hops.values()))
        others = sorted(depths[condition, world, replicate, statement] - {depth})
        mixed = f"; its other rows say depth {others[0]}, and one chain has one depth" if others else ""
        raise BadInput(
            f"{path} line {some.line}: {some.told} has no row for hop {missing} of {depth}{mixed}; "
            "a lost statement has a row too"
        )
