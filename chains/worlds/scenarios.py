"""Scenarios by name, or a world file in a scenario's place."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from chains.errors import BadInput, nearest
from chains.worlds.files import read_world
from chains.worlds.go_ahead import go_ahead
from chains.worlds.pause import pause
from chains.worlds.stop_work import stop_work
from chains.worlds.watermelon import watermelon
from chains.worlds.world import Scenario, World

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {"watermelon": watermelon, "go_ahead": go_ahead, "pause": pause, "stop_work": stop_work}
)


def world_for(scenario: str, seed: int, facts: int, setting: str | None = None) -> World:
    """Make the world that an experiment asks for.

    Args:
        scenario: A name in `SCENARIOS`, or the path of a world file: something that ends in ".toml".
        seed: Of the generator. A world file is the same world for every seed.
        facts: How many facts to make. A world file has the facts that it has.
        setting: Where the scenario plays; None lets the seed choose.

    Raises:
        BadInput: There is no such scenario, setting or file, or the generator can't make that many facts.
    """
    if scenario in SCENARIOS:
        return SCENARIOS[scenario](seed, facts=facts, setting=setting)
    if not scenario.endswith(".toml"):
        raise BadInput(
            f"there is no scenario {scenario!r}{nearest(scenario, SCENARIOS)}"
            if "/" not in scenario
            else f"{scenario!r} is no scenario; the name of a world file ends in .toml"
        )
    world = read_world(Path(scenario))
    if setting not in (None, world.setting):
        raise BadInput(f"{scenario} plays in setting {world.setting!r}, not {setting!r}; leave the setting out")
    return world
