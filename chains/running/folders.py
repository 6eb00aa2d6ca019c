"""Runs as folders: how they are named and found, and the outline that `list runs` shows.

    runs/<experiment>/<run id>/{run.json, log.jsonl}

A run is named by its id, a unique beginning of it, a path, or `last`. Nothing here takes time to import.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import orjson

from chains.errors import BadInput, LogDamaged, nearest
from chains.experiments.condition_name import condition_name
from chains.shipped import here_or_shipped, shipped

RUN_FILE = "run.json"
LOG_FILE = "log.jsonl"


def runs_folder() -> Path:
    """Return where runs are kept: `runs/` below the working folder."""
    return Path("runs")


def new_run_id() -> str:
    """Return a name for a run: when it began (UTC), with the fraction of the second as four hexadecimal digits.

    Two runs that begin in the same second have different names, which sort by when they began.
    """
    began = datetime.now(UTC)
    return f"{began:%Y%m%d-%H%M%S}-{began.microsecond * 0x10000 // 1_000_000:04x}"


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
    """Return the experiment files by name: those in `runs/` here and those that ship; those here take precedence."""
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
        return False  # its reader will say what is wrong with the file


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
            raise BadInput(f"there are no runs in {runs_folder()}; `mazedom run` makes one")
        return (made_here or runs[:1])[-1]  # of those that ship the first, `sample`
    exact = [run for run in runs if run.name == name]
    found = exact or [run for run in runs if run.name.startswith(name)]
    if not found:
        raise BadInput(f"no run {name!r} in {runs_folder()}{nearest(name, (run.name for run in runs[-50:]))}")
    if len(found) > 1:
        raise BadInput(
            f"{name!r} begins {len(found)} runs: {', '.join(run.name for run in found[:5])}; give more of it"
        )
    return found[0]


def run_name(folder: Path) -> str:
    """Return how to find a run again: its folder's name, or its path if it is elsewhere."""
    try:
        return folder.name if find_run(folder.name).resolve() == folder.resolve() else str(folder)
    except BadInput:
        return str(folder)


class _Experiment(msgspec.Struct):
    name: str
    seeds: tuple[int, ...]
    replicates: int


class _Condition(msgspec.Struct):
    factors: dict[str, Any]


class _Shard(msgspec.Struct):
    trials: int


class Outline(msgspec.Struct):
    """The part of run.json that `list runs` shows; worlds and prompts are not read."""

    experiment: _Experiment
    conditions: tuple[_Condition, ...]
    models: dict[str, msgspec.Raw]
    at: str
    held: dict[str, int] = {}
    extended: list[msgspec.Raw] = []
    """When trials were added to it."""
    shard: _Shard | None = None
    """Which part of its trials it drives, if not all."""

    @property
    def trials(self) -> int:
        """How many trials the run has when it is finished."""
        if self.shard is not None:
            return self.shard.trials
        return len(self.conditions) * len(self.experiment.seeds) * self.experiment.replicates

    @property
    def condition_names(self) -> list[str]:
        """The name of each condition."""
        return [condition_name(condition.factors) for condition in self.conditions]


def outline(folder: Path) -> Outline:
    """Read the outline of a run.

    Raises:
        LogDamaged: If its run.json can't be read, or is not a run's.
    """
    path = folder / RUN_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Outline)
    except OSError as error:
        raise LogDamaged(f"can't read {path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LogDamaged(f"{path}: {error}; the file was changed or damaged there") from None
