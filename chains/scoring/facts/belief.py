"""What somebody who reads a message would take each fact to weigh.

The fate of a fact says what it weighs for whoever hears it:

- kept: what it weighs;
- inverted: what its twin weighs;
- altered: what it would weigh with the value that is reported; where that value is not the one that
  the weight follows from, what it weighs; where it can't be read, the mean over that value;
- blurred: the mean over the slot that is gone: over the values that it may have, over both senses of
  a direction; where none is gone (it is hedged), what it weighs;
- omitted: nothing. Whoever hears nothing does not know it; see `regret.wary` for one who wonders why.
"""

from collections.abc import Mapping

from chains.scoring.facts.verdict import Verdict
from chains.scoring.text.quantities import Quantity, compare, quantities_of
from chains.scoring.text.tokens import tokens_of
from chains.scoring.text.units import Unit, unit_of
from chains.worlds.decisions.belief_weights import heard_weight
from chains.worlds.decisions.decision import Decision, Weight
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.world import World


def believed(world: World, verdicts: Mapping[str, Verdict], message: str) -> dict[str, float | None]:
    """Return what each fact that bears on the decision weighs for one who reads a message.

    Args:
        world: The world, in which something is decided.
        verdicts: What the instrument read in the message, by fact; a fact without a verdict is omitted.
        message: The message.

    Returns:
        The log-odds that each fact with a weight adds, by its id; None for one that is omitted.
    """
    decision = _decided(world)
    told: dict[str, float | None] = {}
    for weight in decision.weights:
        verdict = verdicts.get(weight.fact)
        told[weight.fact] = None if verdict is None else _told(weight, world.fact(weight.fact), verdict, message)
    return told


def _decided(world: World) -> Decision:
    if world.decision is None:
        raise ValueError(f"nothing is decided in world {world.title!r}")
    return world.decision


def _told(weight: Weight, fact: Fact, verdict: Verdict, message: str) -> float | None:
    states = verdict.slots
    wrong = weight.ramp.slot if weight.ramp is not None and states.get(weight.ramp.slot) == "wrong" else ""
    first, last = verdict.evidence or (0, len(message))
    return heard_weight(
        weight,
        fact,
        verdict.fate,
        missing=[name for name, state in states.items() if state == "missing"],
        wrong=wrong,
        said=said_value(fact.slot(wrong), message[first:last]) if wrong and verdict.fate == "altered" else None,
    )


def said_value(slot: Slot, text: str) -> float | None:
    """Return the wrong number that a text states where a slot's value should stand, in the slot's unit.

    The first number of the slot's kind that is not its true value; None if there is none.
    """
    unit = unit_of(slot.unit)
    for quantity in quantities_of(tuple(tokens_of(text))):
        value = _of_kind(quantity, slot, unit)
        if value is not None:
            return value
    return None


def _of_kind(quantity: Quantity, slot: Slot, unit: Unit | None) -> float | None:
    """Return a quantity's value in the slot's unit, if it is a wrong value of that kind."""
    value = quantity.value if quantity.high is None else (quantity.value + quantity.high) / 2
    if quantity.weak or (quantity.of is not None) != (slot.kind == "count"):
        return None
    if slot.kind == "count":
        return None if value == float(slot.value) else value
    bare = unit is None or unit.dimension.startswith("?")
    if bare != (quantity.unit is None):
        return None
    if not bare and unit is not None and quantity.unit is not None:
        if unit.dimension != quantity.unit.dimension:
            return None
        value *= quantity.unit.factor / unit.factor
    true = abs(float(slot.value))
    return None if compare(quantity, true, None if bare else unit) == "same" else value
