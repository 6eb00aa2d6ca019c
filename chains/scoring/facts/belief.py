"""The weight of each fact in the belief of somebody who reads a message.

The fate of a fact decides its weight for the reader:

- kept: its true weight;
- inverted: its twin's weight;
- altered: the weight with the reported value; its true weight if the weight does not depend on that
  value; the mean over the possible values if the value can't be read;
- blurred: the mean over the missing slot (its possible values, or both senses of a direction); its true
  weight if no slot is missing (it is hedged);
- omitted: nothing, as the reader does not know the fact; `measures.regret.wary` is for a reader who asks why.
"""

from collections.abc import Mapping

from chains.scoring.facts.grades import UNTOLD, grades_in
from chains.scoring.facts.verdict import Verdict
from chains.scoring.text.quantities import Quantity, compare, quantities_of
from chains.scoring.text.tokens import tokens_of
from chains.scoring.text.units import Unit, unit_of
from chains.worlds.decisions.belief_weights import heard_weight
from chains.worlds.decisions.decision import Decision, Steps, Weight
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.world import World


def believed(world: World, verdicts: Mapping[str, Verdict], message: str) -> dict[str, float | None]:
    """Return the weight of each fact with a bearing on the decision, for a reader of a message.

    Args:
        world: A world with a decision.
        verdicts: The instrument's verdicts on the message, by fact; a fact without a verdict is omitted.
        message: The message.

    Returns:
        The log-odds that each fact with a weight adds, by its id; None for an omitted fact.
    """
    decision = _decided(world)
    letters = UNTOLD * len(world.facts)
    if world.grading is not None:
        letters = grades_in(message, world.grading, world.facts, verdicts)
    grades = dict(zip((fact.id for fact in world.facts), letters, strict=True))
    told: dict[str, float | None] = {}
    for weight in decision.weights:
        verdict = verdicts.get(weight.fact)
        told[weight.fact] = (
            None if verdict is None else _told(weight, world.fact(weight.fact), verdict, message, grades[weight.fact])
        )
    return decision.with_joint(told, {name for name, verdict in verdicts.items() if verdict.fate == "kept"})


def _decided(world: World) -> Decision:
    if world.decision is None:
        raise ValueError(f"nothing is decided in world {world.title!r}")
    return world.decision


def _told(weight: Weight, fact: Fact, verdict: Verdict, message: str, grade: str) -> float | None:
    states = verdict.slots
    wrong = weight.ramp.slot if weight.ramp is not None and states.get(weight.ramp.slot) == "wrong" else ""
    if wrong and isinstance(weight.ramp, Steps):
        word = weight.ramp.words[int(grade)] if grade.isdigit() else None
        return heard_weight(weight, fact, verdict.known, wrong=wrong, said=word)
    first, last = verdict.evidence or (0, len(message))
    return heard_weight(
        weight,
        fact,
        verdict.known,
        missing=[name for name, state in states.items() if state == "missing"],
        wrong=wrong,
        said=said_value(fact.slot(wrong), message[first:last]) if wrong and verdict.fate == "altered" else None,
    )


def said_value(slot: Slot, text: str) -> float | None:
    """Return the wrong number that a text states in place of a slot's value, in the slot's unit.

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
