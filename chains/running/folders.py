"""Runs as folders: made, found, opened.

    runs/<experiment>/<run id>/{run.json, log.jsonl}

A run is named by its id, a unique beginning of it, a path, or `last`.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
from pydantic import BaseModel, ValidationError

from chains.errors import BadInput, LogDamaged, MazedomError, nearest
from chains.experiments.experiment import Condition
from chains.experiments.model_assignment import models_of
from chains.organisation.cast import PERSON
from chains.running.log.log import LOG_FILE, RUN_FILE
from chains.running.log.records import LOG_VERSION
from chains.running.run_record import RunRecord, hierarchy_of
from chains.shipped import here_or_shipped, shipped


def runs_folder() -> Path:
    """Return where runs are kept: `runs/` below the working folder."""
    return Path("runs")


def new_run_id() -> str:
    """Return a name for a run: when it began (UTC), the fraction of the second as four hexadecimal digits.

    Two that begin in the same second differ, and sort in the order in which they began.
    """
    began = datetime.now(UTC)
    return f"{began:%Y%m%d-%H%M%S}-{began.microsecond * 0x10000 // 1_000_000:04x}"


def create(record: RunRecord) -> Path:
    """Make the run's folder and write run.json and an empty log.

    Raises:
        MazedomError: If the folder can't be written.
    """
    folder = runs_folder() / record.experiment.name / record.id
    try:
        folder.mkdir(parents=True)
        (folder / LOG_FILE).touch()
        write_record(record, folder)  # last: with it the folder is a run
    except OSError as error:
        raise MazedomError(f"can't write {folder}: {error.strerror}") from None
    return folder


ONE_A_LINE = ("worlds",)
"""Parts of a record that hold hundreds of large things: each is a line of run.json."""


def write_record(record: BaseModel, folder: Path) -> None:
    """Write run.json whole or not at all; raises `OSError` if it can't be written."""
    draft = folder / f"{RUN_FILE}.new"
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(_text(record))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / RUN_FILE)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _text(record: BaseModel) -> Iterator[str]:
    """Return a record as JSON, in pieces: as one text, hundreds of worlds would take a tenth of a run's memory."""
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
    """Read a run's run.json, and check that each world in it is the one its digest names.

    Raises:
        LogDamaged: If it is not whole.
        BadInput: If it is an imported archive, which has a record of its own (`archives.kept`).
    """
    path = folder / RUN_FILE
    try:
        content = orjson.loads(path.read_bytes())
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
    for digest, world in record.worlds.items():
        if world.digest != digest:
            raise LogDamaged(f"{path}: the world {digest[:12]} was changed: its digest is now {world.digest[:12]}")
    if missing := next(_missing(record), None):
        raise LogDamaged(f"{path} lacks {missing}; the file was changed or damaged there")
    return record


def _missing(record: RunRecord) -> Iterator[str]:
    """Find what is referred to in a record and is not there."""
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
        if any(model not in (PERSON, *record.models) for model in models_of(settings, seat)):
            yield f"the model of {condition.id}, seat {seat.name}"
    for turn, prompt in record.casting.get(condition.id, {}).items():
        if prompt not in record.prompts:
            yield f"the prompt of {condition.id}, turn {turn}"


def find_experiment(name: str) -> Path:
    """Return the experiment file that `name` means: a path, or a name in `runs/` here or among those that ship.

    Raises:
        BadInput: If there is none.
    """
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return here_or_shipped(path)
    known = experiment_files()
    if name not in known:
        raise BadInput(f"no experiment file {runs_folder() / name}.toml{nearest(name, known)}")
    return known[name]


def experiment_files() -> dict[str, Path]:
    """Return the experiment files by name: those in `runs/` here, and those that ship; one here goes first."""
    folders = (shipped("runs"), runs_folder())
    found = {path.stem: path for folder in folders for path in folder.glob("*.toml")}
    return dict(sorted(found.items()))


def all_runs() -> list[Path]:
    """Return the folders of all runs, oldest first."""
    root = runs_folder()
    found = [path.parent for pattern in (f"*/{RUN_FILE}", f"*/*/{RUN_FILE}") for path in root.glob(pattern)]
    return sorted(found, key=lambda folder: (folder.name, str(folder)))


def is_archive(folder: Path) -> bool:
    """Return whether a run holds chains that others logged, which `chains.analysis.archives` reads."""
    try:
        content = (folder / RUN_FILE).read_bytes()
        return b'"archive"' in content and orjson.loads(content).get("kind") == "archive"
    except (OSError, AttributeError, orjson.JSONDecodeError):
        return False  # what is wrong with the file, its reader says


def find_run(name: str) -> Path:
    """Return the folder of the run that `name` means: an id, a unique beginning, a path, or `last`.

    Raises:
        BadInput: If it means no run, or several.
    """
    path = here_or_shipped(Path(name))
    if (path / RUN_FILE).is_file():
        return path
    if path.name in (RUN_FILE, LOG_FILE) and (path.parent / RUN_FILE).is_file():
        return path.parent
    runs = all_runs()
    if name == "last":
        made_here = [run for run in runs if run.parent != runs_folder()]
        if not (made_here or runs):
            raise BadInput(f"there are no runs in {runs_folder()}; `cli.py run` makes one")
        return (made_here or runs)[-1]
    exact = [run for run in runs if run.name == name]
    found = exact or [run for run in runs if run.name.startswith(name)]
    if not found:
        raise BadInput(f"no run {name!r} in {runs_folder()}{nearest(name, (run.name for run in runs[-50:]))}")
    if len(found) > 1:
        raise BadInput(
            f"{name!r} begins {len(found)} runs: {', '.join(run.name for run in found[:5])}; give more of it"
        )
    return found[0]
