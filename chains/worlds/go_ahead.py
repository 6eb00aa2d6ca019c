"""Go-ahead: something is about to start, and the executive says how far.

The facts are those of a watermelon world. Each bad or good one weighs on the
chance of failure, by its size; four options lie between going ahead and
stopping. What they pay is drawn until the world keeps every rule of
`acceptance`. In about 30% of the worlds the bold decision is right, bad news
and all, so that pessimism is not free. Design E3 of the project.
"""

from typing import NamedTuple

from chains.draw import Draw, seed_of
from chains.errors import BadInput
from chains.worlds.acceptance import enumerate_world
from chains.worlds.charter import Charter
from chains.worlds.decision import Decision, Option, Ramp, Weight
from chains.worlds.intents import INTENTS, OPTIONS, charter_of
from chains.worlds.kinds import Kind, Side
from chains.worlds.ledger import Fact
from chains.worlds.names import Names
from chains.worlds.watermelon import SETTINGS, watermelon
from chains.worlds.world import World

VERSION = "1"
FEWEST, MOST = 8, 18
SAFE = 0.3
"""Share of worlds in which bad news does not change the decision."""
TRIES = 400
"""Sets of facts drawn for a seed before it is given up."""
PAYOFFS_A_WORLD = 60
"""Decisions drawn for one set of facts."""


class _Scale(NamedTuple):
    """The weights of the mildest and of the most extreme fact of each side."""

    bad: tuple[float, float]
    good: tuple[float, float]

    def of(self, side: Side) -> tuple[float, float]:
        """Return those of one side."""
        return self.bad if side == "bad" else self.good


def go_ahead(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world in which the executive has to decide.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 8 to 18.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    if not FEWEST <= facts <= MOST:
        raise BadInput(f"a go_ahead world has {FEWEST} to {MOST} facts, not {facts}")
    safe = Draw("go_ahead", seed, "safe").uniform() < SAFE
    for attempt in range(TRIES):
        plain = watermelon(seed_of("go_ahead", seed, "facts", attempt), facts=facts, setting=setting)
        draw = Draw("go_ahead", seed, facts, setting or "", attempt)
        for _ in range(PAYOFFS_A_WORLD):
            decision = _decision(plain, draw, safe=safe)
            found = enumerate_world(_assembled(plain, seed, decision))
            if found.safe == safe and found.broken is None:
                charter = charter_of(INTENTS[plain.setting], draw, _unused_name(plain, seed))
                return _assembled(plain, seed, decision, charter)
    raise BadInput(f"no go_ahead world with {facts} facts was found for seed {seed}; take another seed")


def _assembled(plain: World, seed: int, decision: Decision, charter: Charter | None = None) -> World:
    return World(
        scenario="go_ahead",
        version=VERSION,
        seed=seed,
        setting=plain.setting,
        title=plain.title,
        facts=plain.facts,
        decision=decision,
        charter=charter,
    )


def _decision(world: World, draw: Draw, *, safe: bool) -> Decision:
    """Draw what the options pay and how much the facts weigh."""
    if safe:
        scale = _Scale((0.05, _between(draw, 0.3, 0.7)), (-0.2, _between(draw, -2.0, -1.0)))
        intercept = _between(draw, -2.4, 0.6)
    else:
        scale = _Scale((0.2, _between(draw, 1.0, 1.7)), (-0.1, _between(draw, -0.9, -0.5)))
        intercept = _between(draw, -3.2, -1.6)
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
        weights=tuple(_weight(fact, world, scale) for fact in world.facts if not fact.distractor),
    )


def _between(draw: Draw, low: float, high: float) -> float:
    """Draw a number, rounded to hundredths so that it reads well in a log."""
    return round(low + draw.uniform() * (high - low), 2)


def _weight(fact: Fact, world: World, scale: _Scale) -> Weight:
    """Return what a fact weighs, by the value of its first slot that has a size; half-way where none has."""
    kind = _kind_of(fact, world)
    here: Side = "bad" if fact.valence == "bad" else "good"
    there: Side = "good" if here == "bad" else "bad"
    twin = fact.twinned()
    ramp, twin_ramp = _ramp(fact, kind, here, scale), _ramp(twin, kind, there, scale)
    return Weight(
        fact=fact.id,
        true=_at(fact, ramp, scale.of(here)),
        twin=_at(twin, twin_ramp, scale.of(there)),
        ramp=ramp,
        twin_ramp=twin_ramp,
    )


def _ramp(fact: Fact, kind: Kind, side: Side, scale: _Scale) -> Ramp | None:
    for part in kind.parts:
        ends = part.ends(fact.slot(part.name), side)
        if ends is not None:
            return Ramp(slot=part.name, values=ends, weights=scale.of(side))
    return None


def _at(fact: Fact, ramp: Ramp | None, weights: tuple[float, float]) -> float:
    value = sum(weights) / 2 if ramp is None else ramp.at(float(fact.slot(ramp.slot).value))
    return round(value, 4)


def _kind_of(fact: Fact, world: World) -> Kind:
    return next(kind for kind in SETTINGS[world.setting].kinds if kind.templates == fact.templates)


def _unused_name(world: World, seed: int) -> str:
    """Return an invented name that the world has not used."""
    spoken = world.title + " ".join(fact.render(0) for fact in world.facts)
    names = Names(Draw("go_ahead", seed, "names"))
    while (name := names.next()) in spoken:
        pass
    return name
