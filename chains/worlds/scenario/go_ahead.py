"""Go-ahead: something is about to start, and the executive decides how boldly.

The facts are those of a watermelon world; each bad or good one changes the chance
of failure, by its size. Four options lie between going ahead and stopping. Their
payoffs are drawn until the world keeps every rule of `decision_world_rules`. In
about 30% of the worlds the bold decision is right in spite of the bad news, so
that pessimism is not free.
"""

from chains.rng import Draw
from chains.worlds.charters.decision_catalog import INTENTS, OPTIONS
from chains.worlds.decisions.decision import Decision, Option
from chains.worlds.rules.decision_world_rules import enumerate_world
from chains.worlds.scenario.decision_weights import Scale, between, weights_of
from chains.worlds.scenario.decision_worlds import Deciding, drawn_world
from chains.worlds.scenario_registry import scenario
from chains.worlds.world import World

VERSION = "1"
SAFE = 0.3
"""Share of worlds in which bad news does not change the decision."""


@scenario
def go_ahead(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world in which the executive decides whether, and how boldly, something starts.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 8 to 60.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    safe = Draw("go_ahead", seed, "safe").uniform() < SAFE

    def decision(world: World, draw: Draw) -> Decision:
        return drawn_decision(world, draw, safe=safe)

    def keeps(world: World) -> bool:
        found = enumerate_world(world)
        return found.safe == safe and found.broken is None

    return drawn_world(Deciding("go_ahead", VERSION, decision, keeps), seed, facts, setting)


def drawn_decision(world: World, draw: Draw, *, safe: bool) -> Decision:
    """Draw the options' payoffs and the facts' weights."""
    if safe:
        scale = Scale((0.05, between(draw, 0.3, 0.7)), (-0.2, between(draw, -2.0, -1.0)))
        intercept = between(draw, -2.4, 0.6)
    else:
        scale = Scale((0.2, between(draw, 1.0, 1.7)), (-0.1, between(draw, -0.9, -0.5)))
        intercept = between(draw, -3.2, -1.6)
    payoffs = (
        (100, 20 * draw.integer(20, 35)),
        (draw.integer(76, 94), 10 * draw.integer(25, 42)),
        (draw.integer(52, 76), 10 * draw.integer(10, 20)),
        (draw.integer(8, 32), draw.integer(2, 20)),
    )
    intents = INTENTS[world.setting]
    return Decision(
        question=intents.question,
        options=tuple(
            Option(id=name, text=text, base=base, exposure=exposure)
            for name, text, (base, exposure) in zip(OPTIONS, intents.options, payoffs, strict=True)
        ),
        standing=OPTIONS[0],
        intercept=intercept,
        weights=weights_of(world, scale),
    )
