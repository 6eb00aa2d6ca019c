"""Weights of the facts of a watermelon world: how much each changes the chance of failure, by side and size."""

from collections.abc import Sequence
from typing import NamedTuple

from chains.rng import Draw
from chains.worlds.decisions.decision import Ramp, Weight
from chains.worlds.facts.fact_kinds import Kind, Side
from chains.worlds.facts.invented_names import Names
from chains.worlds.facts.ledger import Fact
from chains.worlds.scenario.watermelon import SETTINGS
from chains.worlds.world import World


class Scale(NamedTuple):
    """The weights of the mildest and of the most extreme fact of each side."""

    bad: tuple[float, float]
    good: tuple[float, float]

    def of(self, side: Side) -> tuple[float, float]:
        """Return the weights of one side."""
        return self.bad if side == "bad" else self.good


ALL_WEIGH = 18
"""Facts up to which all that are no distractors weigh; in larger worlds most news has no bearing on the decision."""
WEIGHING = 7
"""How many bad facts weigh in a larger world, and how many good ones."""
_FEWEST = 5
"""Fewest facts to draw them from: so many may be needed of the most severe ones."""


def weights_of(world: World, scale: Scale) -> tuple[Weight, ...]:
    """Return the weights of the facts of a watermelon world that bear on its decision.

    In a world of up to `ALL_WEIGH` facts these are all but the distractors. In a larger one they are seven bad and
    seven good ones at most, and the most severe are not among them: what turns the decision is not what stands out.
    """
    bearing = [fact for fact in world.facts if not fact.distractor]
    if len(world.facts) > ALL_WEIGH:
        draw = Draw("bearing", world.scenario, world.seed, world.setting)
        chosen = {
            fact.id for side in ("bad", "good") for fact in _quiet([f for f in bearing if f.valence == side], draw)
        }
        bearing = [fact for fact in bearing if fact.id in chosen]
    return tuple(_weight(fact, world, scale) for fact in bearing)


def _quiet(facts: Sequence[Fact], draw: Draw) -> list[Fact]:
    """Draw the facts of one side that weigh, none of them among the most severe."""
    order = sorted(draw.shuffled(facts), key=lambda fact: -fact.severity)
    loudest = sum(fact.severity == order[0].severity for fact in order)
    quiet = order[min(loudest, len(order) - _FEWEST) :]
    return draw.sample(quiet, min(WEIGHING, len(quiet)))


def between(draw: Draw, low: float, high: float) -> float:
    """Draw a number, rounded to hundredths so that it reads well in a log."""
    return round(low + draw.uniform() * (high - low), 2)


def unused_name(world: World, draw: Draw) -> str:
    """Return an invented name that the world has not used."""
    spoken = world.title + " ".join(fact.render(0) for fact in world.facts)
    names = Names(draw)
    while (name := names.next()) in spoken:
        pass
    return name


def _weight(fact: Fact, world: World, scale: Scale) -> Weight:
    """Return a fact's weight, by the value of its first slot that has a size; half-way if none has."""
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


def _ramp(fact: Fact, kind: Kind, side: Side, scale: Scale) -> Ramp | None:
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
