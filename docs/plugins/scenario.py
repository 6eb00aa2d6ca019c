"""A scenario in one file: what a night shift counts in a warehouse.

MAZEDOM_PLUGINS=docs/plugins/scenario.py mazedom run --set scenario=night_shift --set model=channel:drop=0.1
"""

from chains.errors import BadInput
from chains.rng import Draw
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.scenario_registry import scenario
from chains.worlds.world import World

AISLES = ("Aisle A1", "Aisle B2", "Aisle C3", "Aisle D4", "Aisle E5", "Aisle F6", "Aisle G7", "Aisle H8")
LIMIT = 10
"""Damaged pallets in an aisle above which the news is bad."""


@scenario
def night_shift(seed: int, *, facts: int = 6, setting: str | None = None) -> World:
    """Make a warehouse whose night shift counts damaged pallets, aisle by aisle.

    Args:
        seed: The same seed gives the same world.
        facts: How many aisles are counted.
        setting: "warehouse" or None; there is one setting.

    Raises:
        BadInput: If there are too few or too many facts, or the setting is another one.
    """
    if not 1 <= facts <= len(AISLES):
        raise BadInput(f"a night_shift world has 1 to {len(AISLES)} facts, not {facts}; set facts accordingly")
    if setting not in (None, "warehouse"):
        raise BadInput(f"night_shift plays in a warehouse, not in {setting!r}; leave the setting out")
    draw = Draw("night_shift", seed)  # draws the same on every machine
    return World(
        scenario="night_shift",
        version="1",
        seed=seed,
        setting="warehouse",
        title="Warehouse, night shift",
        facts=tuple(_count(f"F{number}", aisle, draw.integer(1, 20)) for number, aisle in enumerate(AISLES[:facts], 1)),
    )


def _count(name: str, aisle: str, damaged: int) -> Fact:
    return Fact(
        id=name,
        subject=aisle,
        topic=("damaged", "pallets"),
        slots=(Slot(name="damaged", kind="number", value=damaged, unit="damaged pallets"),),
        templates=("{subject} has {damaged}.", "There are {damaged} in {subject}."),
        vague=("Some pallets in {subject} are damaged.",),
        valence="bad" if damaged > LIMIT else "good",
        severity=3 if damaged > LIMIT else 1,
    )
