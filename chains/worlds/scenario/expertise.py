"""Expertise: one fact decides, and one seat has it.

The facts and the four options are those of a go-ahead world. A world keeps these rules, checked by enumerating every
set of its facts:

- *pivot*: the loss of exactly one fact alone changes the decision;
- *margin*: the best option leads by at least a tenth of the payoffs' range;
- *signal*: the best option is not the standing plan, so that somebody must be alarmed, and neither is it the last one,
  so that it is not enough to stop everything.

Who has that fact is the expert, wherever the fact is dealt. Rank says nothing about it.
"""

from chains.rng import Draw
from chains.worlds.decisions.decision import Decision
from chains.worlds.rules.decision_world_rules import MARGIN, enumerate_world
from chains.worlds.scenario.decision_worlds import Deciding, drawn_world
from chains.worlds.scenario.go_ahead import drawn_decision
from chains.worlds.scenario_registry import scenario
from chains.worlds.world import World

VERSION = "1"


@scenario
def expertise(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world in which a single fact decides, and whoever has it is the expert.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 8 to 60.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """

    def decision(world: World, draw: Draw) -> Decision:
        return drawn_decision(world, draw, safe=False)

    return drawn_world(Deciding("expertise", VERSION, decision, _keeps), seed, facts, setting)


def _keeps(world: World) -> bool:
    decision = world.decision
    if decision is None or len(decision.pivots) != 1:
        return False
    found = enumerate_world(world)
    between = found.best not in (decision.standing, decision.careful_option.id)
    return between and found.margin >= MARGIN and found.single == tuple(decision.pivots)
