"""Weights of the facts of a watermelon world: how much each changes the chance of failure, by side and size."""

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


def weights_of(world: World, scale: Scale) -> tuple[Weight, ...]:
    """Return the weights of all facts of a watermelon world except distractors."""
    return tuple(_weight(fact, world, scale) for fact in world.facts if not fact.distractor)


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
