"""Watermelon worlds with a decision: worlds are drawn until one keeps its scenario's rules."""

from collections.abc import Callable
from typing import NamedTuple

from chains.errors import BadInput
from chains.rng import Draw, seed_of
from chains.worlds.charters.decision_catalog import INTENTS, charter_of
from chains.worlds.decisions.decision import Decision
from chains.worlds.scenario.decision_weights import unused_name
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.world import World

FEWEST, MOST = 8, 60
"""Fewest and most facts of such a world."""
TRIES = 400
"""How many sets of facts are drawn for a seed before giving up."""
PAYOFFS_A_WORLD = 60
"""How many decisions are drawn for one set of facts."""


class Deciding(NamedTuple):
    """What a scenario adds to the facts of a watermelon world."""

    scenario: str
    version: str
    decision: Callable[[World, Draw], Decision]
    """Draws the decision and its payoffs for a world that has only facts."""
    keeps: Callable[[World], bool]
    """Whether a world (without its charter) keeps the scenario's rules."""
    adds: Callable[[World, Draw], World] = lambda world, _: world
    """Puts further facts among those of the watermelon world."""


def drawn_world(by: Deciding, seed: int, facts: int, setting: str | None) -> World:
    """Return the first world drawn that keeps the rules, with a charter.

    Args:
        by: What the scenario adds.
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 8 to 60.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range, there is no such setting, or no world was found.
    """
    name = by.scenario
    if not FEWEST <= facts <= MOST:
        raise BadInput(f"a world of {name} has {FEWEST} to {MOST} facts, not {facts}; set facts accordingly")
    for attempt in range(TRIES):
        plain = watermelon(seed_of(name, seed, "facts", attempt), facts=facts, setting=setting)
        draw = Draw(name, seed, facts, setting or "", attempt)
        plain = by.adds(plain, Draw(name, seed, facts, "added", attempt))
        kept = {field: getattr(plain, field) for field in ("setting", "title", "facts", "gaps")}
        for _ in range(PAYOFFS_A_WORLD):
            decision = by.decision(plain, draw)
            content = kept | {"scenario": name, "version": by.version, "seed": seed, "decision": decision}
            if by.keeps(World(**content)):
                charter = charter_of(INTENTS[plain.setting], draw, unused_name(plain, Draw(name, seed, "names")))
                return World(**content, charter=charter)
    raise BadInput(f"no {name} world with {facts} facts was found for seed {seed}; take another seed")
