"""The weight of a fact for a reader, given its fate and what the message still says about it."""

from collections.abc import Collection

from chains.fates import Fate
from chains.worlds.decisions.decision import Ramp, Steps, Weight
from chains.worlds.facts.ledger import Fact


def heard_weight(
    weight: Weight,
    fact: Fact,
    fate: Fate,
    *,
    missing: Collection[str] = (),
    wrong: str = "",
    said: float | str | None = None,
) -> float | None:
    """Return the log-odds that a fact adds in a reader's belief; None if it is omitted.

    Args:
        weight: Its true weight, and how the weight follows from its values.
        fact: The fact.
        fate: Its fate.
        missing: The slots that are missing.
        wrong: The slot with a wrong value.
        said: That value; None if it can't be read.
    """
    match fate:
        case "omitted":
            return None
        case "inverted":
            return weight.twin
        case "altered":
            return _with(weight, wrong, said)
        case "blurred":
            here = _without(weight.true, weight.ramp, missing)
            if any(slot.kind == "direction" and slot.key and slot.name in missing for slot in fact.slots):
                return (here + _without(weight.twin, weight.twin_ramp, missing)) / 2
            return here
        case _:
            return weight.true


def _with(weight: Weight, wrong: str, said: float | str | None) -> float:
    ramp = weight.ramp
    if ramp is None or ramp.slot != wrong:
        return weight.true
    return ramp.mean if said is None else ramp.at(said)


def _without(plain: float, ramp: Ramp | Steps | None, missing: Collection[str]) -> float:
    return ramp.mean if ramp is not None and ramp.slot in missing else plain
