"""What a report is made of: JSON documents of `show`, `law`, `compare` and `calibrate`, so its numbers are theirs."""

import contextlib
import importlib
import io
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson

from chains.errors import MazedomError
from chains.running.run_record import RunRecord
from chains.terminal.command_line import parse


class Documents(NamedTuple):
    """What the verbs print of one run as JSON."""

    show: dict[str, Any]
    law: dict[str, Any] | None
    """None where there is no law."""
    compare: dict[str, dict[str, Any]]
    """By factor."""
    calibrate: dict[str, Any]
    """The gates that the instrument of today passes."""
    notes: Sequence[str]
    """What the verbs said besides, and why one of them has nothing to say."""


def documents_of(record: RunRecord, name: str, reader: str | None = None) -> Documents:
    """Collect the documents of a run.

    Args:
        record: The run's.
        name: How it is named at the terminal.
        reader: Whose fates count, as `--reader` has it; None: the rules.

    Raises:
        MazedomError: If the run can't be read.
    """
    notes: list[str] = []
    by = [] if reader is None else ["--reader", reader]
    show = _printed(["show", name, *by], notes)
    if show is None:
        raise MazedomError(f"run {record.id}: {notes[-1]}")
    law = _printed(["law", name, *by], notes)
    compared = {}
    for factor, settings in record.experiment.factors.items():
        if len(settings) > 1 and (found := _printed(["compare", name, "--by", factor, *by], notes)) is not None:
            compared[factor] = found
    return Documents(show, law, compared, _gates(), list(dict.fromkeys(notes)))


GATE_WORLDS = 5
"""Worlds on which the instrument is tried for a report; `calibrate` tries more."""


@cache
def _gates() -> dict[str, Any]:
    """Return what the gates say of the instrument: the same for every run of this program."""
    return _printed(["calibrate", "--worlds", str(GATE_WORLDS)], []) or {}


def _printed(words: list[str], notes: list[str]) -> dict[str, Any] | None:
    """Return what a verb prints with `--json`; None if it refuses, and then a note says why."""
    out, told = io.StringIO(), io.StringIO()
    verb = importlib.import_module(f"chains.terminal.verbs.{words[0]}")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
            verb.main(parse([*words, "--json"]))
    except MazedomError as error:
        notes.append(f"{words[0]}: {error}")
        return None
    notes += [line.removeprefix("note: ") for line in told.getvalue().splitlines() if line.startswith("note: ")]
    found: dict[str, Any] = orjson.loads(out.getvalue())
    return found
