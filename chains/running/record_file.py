"""run.json: create it with its folder, write it, and read it with every check."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
from pydantic import BaseModel, ValidationError

from chains.errors import BadInput, LogDamaged, MazedomError
from chains.experiments.experiment import Condition, Limits
from chains.experiments.model_assignment import models_of
from chains.experiments.prompt_assignment import circumstances
from chains.organisation.sitting import PERSON
from chains.running.folders import LOG_FILE, RUN_FILE, runs_folder
from chains.running.log.index import read_index
from chains.running.log.line_index_schema import BOM
from chains.running.log.records import LOG_VERSION
from chains.running.log.seals import with_seal
from chains.running.run_record import RunRecord, hierarchy_of


def create(record: RunRecord) -> Path:
    """Make the run's folder and write run.json and an empty log.

    Raises:
        MazedomError: If the folder can't be written.
    """
    folder = runs_folder() / record.experiment.name / record.id
    try:
        folder.mkdir(parents=True)
        (folder / LOG_FILE).touch()
        write_record(record, folder)  # last, because it makes the folder a run
    except OSError as error:
        raise MazedomError(f"can't write {folder}: {error.strerror}") from None
    return folder


def same_run(record: RunRecord) -> Path | None:
    """Return the folder of the newest run of this experiment here that asks exactly what `record` would; None without.

    Limits may differ: they change nothing in what is asked.
    """
    wanted = _asked(record)
    for path in sorted((runs_folder() / record.experiment.name).glob(f"*/{RUN_FILE}"), reverse=True):
        try:
            if _asked(read_record(path.parent)) == wanted:
                return path.parent
        except MazedomError:
            continue  # a run that can't be read is none that could go on
    return None


def _asked(record: RunRecord) -> tuple[object, ...]:
    """Return what a run's requests and their readings follow from."""
    plain = record.experiment.model_copy(update={"limits": Limits(), "question": ""})
    models = {name: (source.label, source.spec) for name, source in record.models.items()}
    prompts = {name: prompt.digest for name, prompt in record.prompts.items()}
    return plain.model_dump(), models, prompts, dict(record.world_of), record.instrument, dict(record.plugins)


def discard(folder: Path) -> None:
    """Remove the folder of a run of which nothing was answered or may have been paid; leave any other as it is."""
    spent = read_index(folder / LOG_FILE)
    if spent.answered or any(one.prompt or one.completion or one.unknown_tokens for one in spent.spent.values()):
        return
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()  # of the experiment, if it has no other run


def rewrite(record: RunRecord, folder: Path) -> None:
    """Write the record of a run that there is already.

    Raises:
        MazedomError: If it can't be written; it is then as it was.
    """
    try:
        write_record(record, folder)
    except OSError as error:
        raise MazedomError(f"can't write {folder / RUN_FILE}: {error.strerror}") from None


ONE_A_LINE = ("worlds",)
"""Parts of a record with hundreds of large entries; each entry is one line of run.json."""


def write_record(record: BaseModel, folder: Path) -> None:
    """Write run.json whole or not at all; raise `OSError` if it can't be written."""
    draft = folder / f"{RUN_FILE}.new"
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(with_seal(_text(record)) if isinstance(record, RunRecord) else _text(record))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / RUN_FILE)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _text(record: BaseModel) -> Iterator[str]:
    """Yield a record as JSON in pieces; as one text, hundreds of worlds would take a tenth of a run's memory."""
    for number, name in enumerate(type(record).model_fields):
        yield ",\n" if number else "{\n"
        if name in ONE_A_LINE and getattr(record, name):
            yield f'  "{name}": {{'
            yield from _lines(getattr(record, name))
            yield "\n  }"
        else:
            yield record.model_dump_json(indent=2, include={name}).removeprefix("{\n").removesuffix("\n}")
    yield "\n}\n"


def _lines(things: Mapping[str, BaseModel]) -> Iterator[str]:
    for number, (name, thing) in enumerate(things.items()):
        yield f"{',' if number else ''}\n    {orjson.dumps(name).decode()}: {thing.model_dump_json()}"


def read_record(folder: Path) -> RunRecord:
    """Read a run's run.json, and check that each world matches its digest.

    Raises:
        LogDamaged: If it is damaged or incomplete.
        BadInput: If it is an imported archive, which has another kind of record (`archives.archive_run`).
    """
    path = folder / RUN_FILE
    try:
        content = orjson.loads(path.read_bytes().removeprefix(BOM))
    except OSError as error:
        raise LogDamaged(f"can't read {path}: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise LogDamaged(f"{path} is not JSON ({error}); the run can't be read without it") from None
    if isinstance(content, dict) and content.get("kind") == "archive":
        raise BadInput(
            f"run {folder.name} holds chains that others logged, which have no worlds, prompts or requests of ours; "
            "`list`, `show`, `law` and `replay --verify` read it"
        )
    if isinstance(content, dict) and content.get("v") != LOG_VERSION:
        raise LogDamaged(f"{path} has version {content.get('v')!r}; this program reads version {LOG_VERSION}")
    try:
        record = RunRecord.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise LogDamaged(f"{path}: {place}: {first['msg']}; the file was changed or damaged there") from None
    except (BadInput, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise LogDamaged(f"{path}: {error or 'it is too deep'}; the file was changed or damaged there") from None
    _check_whole(record, path)
    return record


def _check_whole(record: RunRecord, path: Path) -> None:
    """Check that every world matches its digest, and that everything referred to is there."""
    for digest, world in record.worlds.items():
        if world.digest != digest:
            raise LogDamaged(f"{path}: the world {digest[:12]} was changed: its digest is now {world.digest[:12]}")
    try:
        missing = next(_missing(record), None)
    except BadInput as error:
        raise LogDamaged(f"{path}: {error}; the file was changed or damaged there") from None
    if missing is not None:
        raise LogDamaged(f"{path} lacks {missing}; the file was changed or damaged there")


def _missing(record: RunRecord) -> Iterator[str]:
    """Yield what a record refers to and does not hold."""
    known = {condition.id for condition in record.conditions}
    for name in (condition.id for condition in record.experiment.conditions):
        if name not in known:
            yield f"condition {name}"
        for seed in record.experiment.seeds:
            if record.world_of.get(f"{name}.w{seed}") not in record.worlds:
                yield f"the world of {name}.w{seed}"
    for condition in record.conditions:
        yield from _uncast(record, condition)


def _uncast(record: RunRecord, condition: Condition) -> Iterator[str]:
    settings = condition.settings
    for seat in hierarchy_of(settings, dict(record.hierarchies)).seats:
        if settings.reports and record.casting.get(condition.id, {}).get(seat.name) not in record.prompts:
            yield f"the prompt of {condition.id}, seat {seat.name}"
        for name in circumstances(settings, seat):
            if name not in record.prompts:
                yield f"the prompt {name} of {condition.id}, seat {seat.name}"
        if any(model not in (PERSON, *record.models) for model in models_of(settings, seat)):
            yield f"the model of {condition.id}, seat {seat.name}"
    for turn, prompt in record.casting.get(condition.id, {}).items():
        if prompt not in record.prompts:
            yield f"the prompt of {condition.id}, turn {turn}"
