"""Check a run's files against what was written to them: every change, and the receipt to publish."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import orjson

from chains.errors import LogDamaged
from chains.running.folders import LOG_FILE, RUN_FILE
from chains.running.log.line_index_schema import BOM, ChainLine, EndLine, Line, NoteLine, StepLine, read_line
from chains.running.log.log import Log
from chains.running.log.seals import record_is_whole, run_root, seal_of, trial_root
from chains.running.log.step_index import packed


class Change(NamedTuple):
    """One place where a file has changed since it was written."""

    trial: str
    seat: str | None
    what: str


@dataclass
class Receipt:
    """The digests of a run. Once they are published, nobody can change the run's files unnoticed."""

    root: str = ""
    """The digest over the trials and run.json."""
    trials: dict[str, str] = field(default_factory=dict)
    """The root of each trial; "" stands for lines that belong to no trial."""
    sealed: bool = False
    """Whether every line was sealed when it was written."""
    extended: tuple[str, ...] = ()
    """When trials were added to the run: a receipt from before is of less than this one."""


def receipt_of(folder: Path, log: Log) -> tuple[Receipt, list[Change]]:
    """Read a run's files once and return its receipt, and what was changed in them.

    Args:
        folder: The run's folder.
        log: The run's log.
    """
    record = (folder / RUN_FILE).read_bytes()
    kept = _Lines()
    changes = list(_changed_lines(log, kept))
    whole = record_is_whole(record)
    if whole is False:
        changes.append(Change(RUN_FILE, None, "it was changed after it was written"))
    elif whole is None and kept.sealed:
        changes.append(Change(RUN_FILE, None, "it was changed after it was written: it has no seal, and the log has"))
    trials = {trial: trial_root(records) for trial, records in sorted(kept.records.items())}
    return Receipt(run_root(trials, record), trials, kept.sealed), changes


class _Lines:
    """What is remembered of the lines read so far."""

    def __init__(self) -> None:
        self.records: dict[str, list[tuple[tuple[str, int, int], bytes]]] = defaultdict(list)
        self.seen: set[bytes] = set()
        self.seats: dict[str, set[str]] = defaultdict(set)
        self.heard: dict[str, dict[str, str]] = defaultdict(dict)
        self.sealed = False


def _changed_lines(log: Log, kept: _Lines) -> Iterator[Change]:
    sealed = False
    for number, line in enumerate(log.lines(), 1):
        if number == 1:
            line = line.removeprefix(BOM)  # noqa: PLW2901 - an editor's, and no change
        try:
            read = read_line(line, LOG_FILE, number, log.path.parent.name)
        except LogDamaged as error:
            yield Change(LOG_FILE, None, str(error))
            continue
        seal = seal_of(line)
        trial, seat = (read.trial, read.seat) if isinstance(read, StepLine) else (_trial_of(read), None)
        if seal is None and sealed:
            yield Change(trial or LOG_FILE, seat, f"line {number} was added or changed: it has no seal")
        if seal is not None:
            if not seal.whole:
                yield Change(trial or LOG_FILE, seat, f"line {number} was changed after it was logged")
            elif seal.number != number:
                what = f"line {number} was line {seal.number} when it was logged"
                yield Change(trial or LOG_FILE, seat, f"{what}: lines were moved, doubled or removed")
            sealed = True
        body = line.rstrip(b"\r") if seal is None else seal.body
        kept.sealed = sealed if number == 1 else kept.sealed and seal is not None
        key = (f"\uffff{type(read).__name__}", 0, 0)  # after all seats
        if isinstance(read, StepLine):
            key = (read.seat, read.turn, read.attempt)
        kept.records[trial].append((key, _digest(read, body)))
        if isinstance(read, StepLine):
            yield from _out_of_place(read, line, kept, number, sealed=seal is not None)


def _digest(read: Line, body: bytes) -> bytes:
    """Return the digest of a record as it was logged; of one with a forgotten text, the digest that it states."""
    if isinstance(read, StepLine) and read.forgotten is not None:
        return packed(read.forgotten.record)
    return hashlib.sha256(body).digest()


def _trial_of(read: EndLine | ChainLine | NoteLine) -> str:
    match read:
        case EndLine():
            return read.trial
        case ChainLine():
            return f"{read.set}/{read.chain}"
        case _:
            return ""


def _out_of_place(step: StepLine, line: bytes, kept: _Lines, number: int, *, sealed: bool) -> Iterator[Change]:
    """Find a step logged twice, or, among lines without seals, one that stands before a step that it heard.

    A seal numbers its line, so there the order is known. It can't be told from what was heard: where notes are shared
    (remedy `share`), a seat hears lines that a rule brings of a seat whose own step is logged later.
    """
    name = f"{step.trial}\n{step.seat}\n{step.turn}\n{step.attempt}\n{step.digest}"
    digest = hashlib.sha256(name.encode()).digest()
    if digest in kept.seen:
        yield Change(step.trial, step.seat, f"line {number} is logged a second time")
    kept.seen.add(digest)
    if sealed:
        return
    if (later := kept.heard[step.trial].get(step.seat)) is not None:
        what = f"it stands before what seat {step.seat} said, which it heard: lines were moved"
        yield Change(step.trial, later, what)
        del kept.heard[step.trial][step.seat]
    kept.seats[step.trial].add(step.seat)
    for seat in orjson.loads(line).get("heard", ()):
        if seat not in kept.seats[step.trial]:
            kept.heard[step.trial][seat] = step.seat
