"""Scenarios by name; a world file, or a folder of them, may stand in place of a scenario."""

import inspect
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from chains.errors import BadInput
from chains.registry import Registry
from chains.shipped import here_or_shipped
from chains.worlds.files.world_file import read_world
from chains.worlds.world import Scenario, World

_BUILT_IN = (
    "watermelon",
    "go_ahead",
    "pause",
    "stop_work",
    "five_words",
    "status_report",
    "common_cause",
    "both_sides",
    "near_miss",
    "in_family",
    "expertise",
    "cannot",
    "exploits",
)
"""Each is a module of `chains.worlds.scenario`, imported when it is asked for, because some need numpy."""
SCENARIOS: Registry[Scenario] = Registry(
    "scenario",
    {name: f"chains.worlds.scenario.{name}" for name in _BUILT_IN}
    | {
        "in_family_shuffled": "chains.worlds.scenario.in_family",
        "exploits_disabled": "chains.worlds.scenario.exploits",
    },
)

APART = 1_000_000
"""Distance between the seeds of the worlds of one trial's rounds: each has that of the round after it, and this."""

S = TypeVar("S", bound=Scenario)


def scenario(make: S) -> S:
    """Register a generator of worlds under its own name, as `scenario = NAME` in an experiment calls it.

    The first line of its docstring is what `list scenarios` says of it. A generator that takes `to_come` makes the
    worlds of a trial's rounds as one truth that moves: it gets the seed of the last round, and how many rounds are
    still to come. For all others each round's world is another one.
    """
    SCENARIOS.add(make.__name__, make, by=make)
    return make


def worlds_in(scenarios: Iterable[object]) -> int:
    """Return how many worlds the smallest of some scenarios has: a world file 1, a folder the number of its files.

    0 if all of them can make any number of worlds.
    """
    named = [str(name) for name in scenarios if _is_written(str(name))]
    counts = [1 if name.endswith(".toml") else len(_files(Path(name))) for name in named]
    return min(counts, default=0)


def _is_written(scenario: str) -> bool:
    return scenario.endswith(".toml") or ("/" in scenario and Path(scenario).is_dir())


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def world_for(name: str, seed: int, facts: int, setting: str | None = None) -> World:
    """Make the world that an experiment asks for.

    Args:
        name: A name in `SCENARIOS`, the path of a world file (something that ends in ".toml"), or of a folder.
        seed: The generator's seed. A world file is one world for every seed; in a folder, seed 1 is the first file.
            For a truth that moves, `APART` is added to it for each round still to come.
        facts: How many facts to make; ignored for a world file.
        setting: Where the scenario plays; None lets the seed choose.

    Raises:
        BadInput: There is no such scenario, setting or file, or the generator can't make that many facts.
    """
    if not _is_written(name):
        if "/" in name:
            raise BadInput(f"{name!r} is no scenario and no folder; the name of a world file ends in .toml")
        return _generated(SCENARIOS.named(name), seed, facts, setting)
    world = _of_folder(Path(name), seed) if Path(name).is_dir() else read_world(here_or_shipped(Path(name)))
    if setting not in (None, world.setting):
        raise BadInput(f"{name} plays in setting {world.setting!r}, not {setting!r}; leave the setting out")
    return world


@lru_cache(maxsize=1024)
def _generated(make: Scenario, seed: int, facts: int, setting: str | None) -> World:
    """Return a generated world; those of the last seeds are kept, for a blame asks for each a dozen times."""
    if not _moves(make):
        return make(seed, facts=facts, setting=setting)
    to_come, last = divmod(seed, APART)
    return _seeded(make(last, facts=facts, setting=setting, to_come=to_come), seed)  # type: ignore[call-arg]


def _moves(make: Scenario) -> bool:
    """Whether a generator makes the worlds of a trial's rounds as one truth that moves."""
    return "to_come" in inspect.signature(make).parameters


def _seeded(world: World, seed: int) -> World:
    """Return a world with another seed, from which the channel draws."""
    return World(**{name: getattr(world, name) for name in World.model_fields} | {"seed": seed})


def _of_folder(folder: Path, seed: int) -> World:
    files = _files(folder)
    if not 1 <= seed <= len(files):
        raise BadInput(
            f"folder {folder} has {len(files)} world files, and world {seed} is asked for; set worlds={len(files)}"
            if files
            else f"folder {folder} has no world files; make one with `mazedom world from`"
        )
    return _seeded(read_world(files[seed - 1]), seed)
