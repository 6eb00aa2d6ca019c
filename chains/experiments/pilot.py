"""A pilot's trials: plain relays of an experiment's model under one load; and what a pilot writes into the file.

A pilot leaves out what the experiment is about: incentives, remedies, selection, decisions. What is left is the
longest chain of the experiment on worlds that the study does not use. Of a factor it has the setting called plain, or
else the first: the one that others are held against.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from chains.errors import BadInput, MazedomError
from chains.experiments.condition_name import shown
from chains.experiments.experiment import Experiment, valid
from chains.experiments.settings import Value
from chains.stats.load.working_range import Load

TABLE = "pilot"
"""Of an experiment file: what a pilot found. It changes nothing in a run."""
FIRST_SEED = 900_001
"""Of a pilot's worlds, which so are other ones than the study's."""
_STAY = ("scenario", "setting", "form", "filler", "depth", "span", "leaves", "hierarchy", "words", "temperature",
         "max_tokens", "model", "lineage", "prompt")  # fmt: skip
"""Settings that a pilot keeps; scoped ones with their scopes. All others have their defaults."""


class PilotFigures(BaseModel):
    """What a pilot found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    """Who held the seats."""
    worker: float = Field(ge=0, le=1)
    """Share of the facts that the worker lost."""
    loss: float = Field(ge=0)
    """Cumulative hazard of one manager alone, the mean over the chain."""
    relayed: float = Field(ge=0)
    """Share kept by the first manager of what the worker's report kept; above 1 if more came back than was lost."""
    end: float = Field(ge=0, le=1)
    """Share of the facts at the end of the longest chain."""
    hops: int = Field(ge=2)
    """Of that chain."""
    worlds: int = Field(ge=1)
    run: str
    """The run with these trials."""


def load_key(experiment: Experiment) -> str:
    """Return the setting that says how many facts there are: `facts`, or `facts_each` where that is set."""
    return "facts_each" if "facts_each" in {**experiment.fixed, **experiment.factors} else "facts"


def plain_relay(experiment: Experiment, worlds: int) -> tuple[Experiment, list[str]]:
    """Return the experiment of a pilot, without its load, and what of the factors was left out, in words.

    Args:
        experiment: The study's.
        worlds: How many a load is tried on.

    Raises:
        BadInput: If it varies what the pilot is to find, or the model; or if nothing climbs in it.
    """
    for key in (load_key(experiment), "note_words"):
        if key in experiment.factors:
            raise BadInput(f"{key} is a factor, and a pilot finds one load for all conditions; fix it first")
    if models := [key for key in experiment.factors if key.partition(".")[0] in ("model", "lineage")]:
        first = experiment.factors[models[0]][0]
        raise BadInput(f"a pilot finds the load of one model; choose one, as in --set {models[0]}={first}")
    if not all(condition.settings.reports for condition in experiment.conditions):
        raise BadInput("nothing climbs in this experiment, so there is no load to find")
    fixed: dict[str, Value] = {key: value for key, value in experiment.fixed.items() if _stays(key)}
    notes = []
    for key, values in experiment.factors.items():
        if key == "depth":
            fixed[key] = max(values, key=lambda value: int(str(value)))
        elif _stays(key):
            fixed[key] = "plain" if "plain" in values else values[0]
            notes.append(f"{key} is {shown(fixed[key])} in the pilot")
    if not any(key in fixed for key in ("model.executive", "model.level.0")):
        fixed["model.executive"] = "channel"  # what the executive writes is no hop
    held = [str(value) for key, value in fixed.items() if key.partition(".")[0] in ("model", "lineage")]
    named = {part.strip() for value in held for part in value.split("+")}
    content = {
        "name": f"{experiment.name}-pilot",
        "question": f"How many facts does a plain relay of {experiment.name} carry?",
        "seeds": tuple(range(FIRST_SEED, FIRST_SEED + worlds)),
        "fixed": fixed,
        "models": {name: spec for name, spec in experiment.models.items() if name in named},
        "limits": experiment.limits,
        "reproducible": experiment.reproducible,
    }
    return valid(content), notes


def _stays(key: str) -> bool:
    return key.partition(".")[0] in _STAY


def with_load(relay: Experiment, key: str, load: Load) -> Experiment:
    """Return a pilot's experiment under one load.

    Args:
        relay: From `plain_relay`.
        key: From `load_key`.
        load: What notes hold.
    """
    words: dict[str, Value] = {} if load.words is None else {"note_words": load.words}
    return relay.model_copy(update={"fixed": {**relay.fixed, key: load.facts, **words}})


def settings_of(key: str, load: Load) -> dict[str, int]:
    """Return a load as the settings that an experiment file has."""
    return {key: load.facts} | ({} if load.words is None else {"note_words": load.words})


def write_load(
    path: Path, settings: Mapping[str, int], figures: PilotFigures, to: Path, size: str | None = None
) -> None:
    """Write settings and a pilot's figures into an experiment file; comments and order stay.

    Args:
        path: The file that is read.
        settings: The load, for [fixed], or for the size.
        figures: For [pilot].
        to: Where it is written, perhaps the same.
        size: The size of the experiment that it was found for, if it was one.

    Raises:
        MazedomError: If it can't be written.
    """
    try:
        content = tomlkit.parse(path.read_bytes().decode("utf-8-sig"))  # bytes: line ends stay as they are
        place = content.setdefault("fixed", tomlkit.table()) if size is None else content["sizes"][size]
        for key, value in settings.items():
            place[key] = value
        table: Table = tomlkit.table()
        for name, figure in figures.model_dump().items():
            table[name] = round(figure, 4) if isinstance(figure, float) else figure
        table.comment("what `mazedom pilot` found; `mazedom plan` takes worker and loss for power")
        content[TABLE] = table
        text = tomlkit.dumps(content)
        tomllib.loads(text)  # nothing is written that can't be read again
        draft = to.with_name(f"{to.name}.new")
        to.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(text.encode())
        draft.replace(to)
    except OSError as error:
        raise MazedomError(f"can't write {to}: {error.strerror}") from None
    except (TOMLKitError, tomllib.TOMLDecodeError) as error:
        raise MazedomError(f"can't write the load into {path}: {error}; set {_as_set(settings)} there") from None


def _as_set(settings: Mapping[str, int]) -> str:
    return " and ".join(f"{key} = {value}" for key, value in settings.items())


def read_pilot(path: Path) -> PilotFigures | None:
    """Return what a pilot wrote into an experiment file; None without one.

    Raises:
        BadInput: If it is not what a pilot writes.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None  # `read_experiment` says what is wrong with it
    if TABLE not in content:
        return None
    try:
        return PilotFigures.model_validate(content[TABLE])
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, (TABLE, *first["loc"])))
        raise BadInput(f"{path}: {place}: {first['msg'][:1].lower()}{first['msg'][1:]}; run the pilot again") from None


def possible(counts: Sequence[int], is_possible: Any) -> list[int]:
    """Return the numbers of facts between the first and the last that a scenario takes; none if it takes none."""
    found = list(counts)
    while found and not is_possible(found[0]):
        found.pop(0)
    while found and not is_possible(found[-1]):
        found.pop()
    return found
