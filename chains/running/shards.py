"""Shards: one run driven in several processes without a common memory, and merged into one.

Each shard is a run of its own with the whole run's record, and drives the trials whose names hash to it, so that no
two shards have a trial in common and every trial has one. Limits are split among them. Merging joins their logs;
what is then missing, `resume` asks for.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chains.errors import BadInput, LogDamaged, MazedomError
from chains.running.folders import LOG_FILE, new_run_id
from chains.running.log.log import Log, is_written
from chains.running.log.seals import sealed, unsealed
from chains.running.receipt import receipt_of
from chains.running.record_file import create, read_record
from chains.running.run_record import Casts, RunRecord
from chains.running.shard_record import Shard
from chains.running.spending import note_what_came

OF_A_SHARD = ("id", "at", "platform", "spend", "held", "served", "shard", "versions")
"""Parts of a record in which shards of one run may differ."""


def read_shard(text: str) -> Shard:
    """Read `2/8`: the third of eight shards, for the first is 0.

    Raises:
        BadInput: If it is not that.
    """
    first, slash, second = text.partition("/")
    if not slash or not first.isdecimal() or not second.isdecimal() or not int(first) < int(second):
        raise BadInput(f"--shard {text}: write I/N, from 0/N to N-1/N, as in --shard 0/4")
    return Shard(number=int(first), of=int(second))


def as_shard(record: RunRecord, shard: Shard) -> RunRecord:
    """Return the record of one shard of a run.

    Raises:
        BadInput: If a limit can't be split, the run has fewer trials than shards, or people sit in it.
    """
    if Casts(record).people():
        raise BadInput("people answer in one place, so a run with people in it is not sharded; leave --shard out")
    limits = record.experiment.limits
    if limits.calls is not None and limits.calls < shard.of:
        raise BadInput(f"limits.calls={limits.calls} can't be split into {shard.of} shards; allow at least {shard.of}")
    trials = sum(shard.has(trial) for trial in record.trials())
    if not trials:
        raise BadInput(f"shard {shard.number}/{shard.of} has no trial; the run has too few for so many shards")
    shard = shard.model_copy(update={"trials": trials})
    return record.model_copy(update={"shard": shard, "id": f"{record.id}-{shard.number}of{shard.of}"})


class Merged(NamedTuple):
    """A run that shards were merged into."""

    folder: Path
    record: RunRecord
    missing: tuple[int, ...]
    """Shards that were not given."""


def merge(folders: Sequence[Path]) -> Merged:
    """Merge shards into a new run; they stay as they are.

    Raises:
        BadInput: If they are no shards of one run, or one of them still runs.
        LogDamaged: If one can't be read, or is not as it was written.
        MazedomError: If the run can't be written.
    """
    records = [read_record(folder) for folder in folders]
    missing = _check(folders, records)
    for folder, record in zip(folders, records, strict=True):
        _check_unchanged(folder, record)
    first = records[0]
    found = first.model_copy(
        update={
            "id": new_run_id(),
            "at": min(record.at for record in records),
            "shard": None,
            "spend": {},
            "held": {},
            "served": {name: about for record in records for name, about in record.served.items()},
        }
    )
    folder = create(found)
    try:
        with (folder / LOG_FILE).open("wb") as file:
            for number, line in enumerate(_lines(folders), 1):
                file.write(sealed(line + b"\n", number))
    except OSError as error:
        raise MazedomError(f"can't write {folder / LOG_FILE}: {error.strerror}; remove {folder}") from None
    with Log(folder, write=True, held={}) as log:
        for note in note_what_came(found, folder, log):
            raise MazedomError(note)
    return Merged(folder, read_record(folder), missing)


def _check_unchanged(folder: Path, record: RunRecord) -> None:
    """Refuse a shard that was changed, cut or damaged: merged lines are sealed anew, which would hide it."""
    with Log(folder) as log:
        _, changes = receipt_of(folder, log)
        log.index.before = record.held
        wrong = [f"{change.trial}: {change.what}" for change in changes] + list(filter(None, [log.index.missing]))
    if wrong:
        raise LogDamaged(
            f"shard {record.id} is not as it was written ({wrong[0]}); `mazedom replay {record.id} --verify` shows it "
            "all; put it back, or merge the others and let `resume` ask for its trials"
        )


def _lines(folders: Sequence[Path]) -> Iterator[bytes]:
    for folder in folders:
        with Log(folder) as log:
            for line in log.lines():
                yield unsealed(line)


def _check(folders: Sequence[Path], records: Sequence[RunRecord]) -> tuple[int, ...]:
    """Check that these are different shards of one run; return the numbers of those that are missing."""
    seen: dict[int, Path] = {}
    first = records[0]
    for folder, record in zip(folders, records, strict=True):
        if record.shard is None:
            raise BadInput(f"run {record.id} is no shard; `mazedom run --shard I/N` makes them")
        if not same_run(first, record):
            raise BadInput(
                f"runs {first.id} and {record.id} are no shards of one run: they were made from other settings"
            )
        if (other := seen.get(record.shard.number)) is not None:
            raise BadInput(
                f"{other.name} and {folder.name} are the same shard, {record.shard.number}; name one of them"
            )
        if is_written(folder):
            raise BadInput(f"run {record.id} is still being driven; merge when it has stopped")
        seen[record.shard.number] = folder
    return tuple(number for number in range(0 if first.shard is None else first.shard.of) if number not in seen)


def same_run(a: RunRecord, b: RunRecord) -> bool:
    """Return whether two records are of shards of one run."""
    both = a.shard is not None and b.shard is not None and a.shard.of == b.shard.of
    return both and _common(a) == _common(b)


def _common(record: RunRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in RunRecord.model_fields if name not in OF_A_SHARD}
