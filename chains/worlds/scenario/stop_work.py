"""Stop work: a change is about to go in, and it goes in unless somebody stops it.

The facts are those of a watermelon world; each bad or good one changes the chance
that the change fails. There are two options. Going on pays 100, less `exposure`
if the change fails; stopping costs `theta`, whatever is true:

    U(go, p) = 100 - exposure * p          U(halt, p) = 100 - theta

So stopping is right if and only if the expected loss `exposure * p` is larger than
theta. It is in about 30% of the worlds: the hazard worlds.

A world keeps these rules, checked by enumerating every set of its facts:

- *margin*: p is at least a tenth away from theta / exposure, where both options pay the same (with two options, the
  lead of the better one is always the whole range, so it says nothing);
- *pivots* and *options*: as in `decision_world_rules`;
- without its bad news, every world looks as if the change could go in.
"""

import math

from chains.rng import Draw
from chains.worlds.charters.decision_catalog import INTENTS, OPTIONS
from chains.worlds.decisions.decision import Decision, Option
from chains.worlds.rules.decision_world_rules import MARGIN, enumerate_world
from chains.worlds.scenario.decision_weights import Scale, weights_of
from chains.worlds.scenario.decision_worlds import Deciding, drawn_world
from chains.worlds.scenario_registry import scenario
from chains.worlds.world import World

VERSION = "1"
HAZARD = 0.3
"""Share of worlds in which stopping is right."""
GO, HALT = OPTIONS[0], OPTIONS[-1]
"""The ids of the two options."""
INTERCEPT = -1.6
"""Log-odds of failure if nothing is known."""
SCALE = Scale(bad=(0.1, 1.4), good=(-0.1, -1.1))
"""The same in every world, so that a seat can tell from its reports how much is at stake."""
LEVELS = (0.2, 0.5)
"""Range of theta / exposure: the chance of failure at which both options pay the same."""
PAID = 100
"""What a change pays that goes in and does not fail."""


@scenario
def stop_work(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world in which a change goes in unless somebody stops it.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 8 to 60.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    hazard = hazard_of("stop_work", seed)
    by = Deciding("stop_work", VERSION, stop_decision, lambda world: keeps_stop_work(world, hazard=hazard))
    return drawn_world(by, seed, facts, setting)


def hazard_of(name: str, seed: int) -> bool:
    """Return whether stopping is right in the world of a seed."""
    return Draw(name, seed, "hazard").uniform() < HAZARD


def keeps_stop_work(world: World, *, hazard: bool) -> bool:
    """Return whether a world (without its charter) keeps the rules; `hazard`: whether stopping must be right."""
    return world.decision is not None and _clear(world.decision, hazard=hazard) and _kept(world)


def stop_decision(world: World, draw: Draw) -> Decision:
    """Draw the costs of a stop and of a failure."""
    theta = 5 * draw.integer(6, 14)
    exposure = 10 * draw.integer(math.ceil(theta / 10 / LEVELS[1]), math.floor(theta / 10 / LEVELS[0]))
    intents = INTENTS[world.setting]
    return Decision(
        question=intents.question,
        options=(
            Option(id=GO, text=intents.options[0], base=PAID, exposure=exposure),
            Option(id=HALT, text=intents.options[-1], base=PAID - theta, exposure=0),
        ),
        standing=GO,
        intercept=INTERCEPT,
        weights=weights_of(world, SCALE),
    )


def _clear(decision: Decision, *, hazard: bool) -> bool:
    """Whether stopping is clearly right in a hazard world, or clearly wrong in another."""
    go, halt = decision.options
    beyond = decision.p() - (go.base - halt.base) / go.exposure
    return (beyond if hazard else -beyond) >= MARGIN


def _kept(world: World) -> bool:
    """Whether a world keeps the other rules."""
    found = enumerate_world(world)
    return found.broken is None and found.without_bad == GO
