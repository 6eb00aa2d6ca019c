"""Scenarios by name, or in a scenario's place a world file, or a folder of them."""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from chains.errors import BadInput, nearest
from chains.worlds.files.world_file import read_world
from chains.worlds.world import Scenario, World

_NAMES = ("watermelon", "go_ahead", "pause", "stop_work", "five_words", "status_report", "common_cause")
"""Each is a module of this package with a function of the same name."""


class _Scenarios(Mapping[str, Scenario]):
    """Scenarios by name, each imported when it is asked for.

    Worlds that decide something are checked with numpy, which a run of others need not load.
    """

    def __getitem__(self, name: str) -> Scenario:
        if name not in _NAMES:
            raise KeyError(name)
        scenario: Scenario = getattr(importlib.import_module(f"chains.worlds.scenario.{name}"), name)
        return scenario

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


SCENARIOS: Mapping[str, Scenario] = _Scenarios()


def worlds_in(scenarios: Iterable[object]) -> int:
    """Return how many worlds each of some scenarios has at least: a world file 1, a folder as many as it has files.

    0 where all of them make as many as are asked for.
    """
    named = [str(name) for name in scenarios if str(name) not in SCENARIOS]
    counts = [1 if name.endswith(".toml") else len(_files(Path(name))) for name in named if _is_written(name)]
    return min(counts, default=0)


def _is_written(scenario: str) -> bool:
    return scenario.endswith(".toml") or ("/" in scenario and Path(scenario).is_dir())


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def world_for(scenario: str, seed: int, facts: int, setting: str | None = None) -> World:
    """Make the world that an experiment asks for.

    Args:
        scenario: A name in `SCENARIOS`, the path of a world file (something that ends in ".toml"), or of a folder.
        seed: Of the generator. A world file is the same world for every seed; of a folder it is the place of a file.
        facts: How many facts to make. A world file has the facts that it has.
        setting: Where the scenario plays; None lets the seed choose.

    Raises:
        BadInput: There is no such scenario, setting or file, or the generator can't make that many facts.
    """
    if scenario in SCENARIOS:
        return SCENARIOS[scenario](seed, facts=facts, setting=setting)
    if _is_written(scenario) and Path(scenario).is_dir():
        world = _of_folder(Path(scenario), seed)
    elif scenario.endswith(".toml"):
        world = read_world(Path(scenario))
    else:
        raise BadInput(
            f"there is no scenario {scenario!r}{nearest(scenario, SCENARIOS)}"
            if "/" not in scenario
            else f"{scenario!r} is no scenario and no folder; the name of a world file ends in .toml"
        )
    if setting not in (None, world.setting):
        raise BadInput(f"{scenario} plays in setting {world.setting!r}, not {setting!r}; leave the setting out")
    return world


def _of_folder(folder: Path, seed: int) -> World:
    files = _files(folder)
    if not 1 <= seed <= len(files):
        raise BadInput(
            f"folder {folder} has {len(files)} world files, and world {seed} is asked for; set worlds={len(files)}"
            if files
            else f"folder {folder} has no world files; make one with `cli.py world from`"
        )
    world = read_world(files[seed - 1])
    return World(**{name: getattr(world, name) for name in World.model_fields} | {"seed": seed})
