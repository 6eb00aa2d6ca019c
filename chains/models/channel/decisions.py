"""The synthetic channel in the whole loop: it decides, orders, relays orders and acts, with planted faults.

It reads its own sentences exactly, as on the way up: a faultless channel
decides as well as possible on what it hears, orders that, and does what it is
ordered. Its directive is one line with the order, then the clauses of the
charter, one per line.
"""

import json
from collections.abc import Mapping
from string import Formatter

from chains.models.channel.codebook import codebook, lines_of
from chains.models.provider import Occasion
from chains.rng import Draw
from chains.worlds.decisions.belief_weights import heard_weight
from chains.worlds.decisions.decision import Decision, Steps, chance, log_odds
from chains.worlds.facts.ledger import Fact
from chains.worlds.world import World


def best_heard(occasion: Occasion) -> str:
    """Return the best option given what the channel's own sentences say; other sentences are ignored."""
    return _decided(occasion.world).best(weights_heard(occasion)).id


def weights_heard(occasion: Occasion, *texts: str) -> dict[str, float | None]:
    """Return the weight of each fact, believing what the channel's own sentences say: in `texts`, or in all heard."""
    world, decision = occasion.world, _decided(occasion.world)
    book = codebook(world)
    weights: dict[str, float | None] = {}
    kept: set[str] = set()
    for line in lines_of(*(texts or occasion.heard)):
        state = book.states.get(line)
        if state is None or state.fact not in decision.weight_of or state.fact in weights:
            continue
        fact = world.fact(state.fact)
        slot, _, value = state.variant.partition("=")
        its = decision.weight_of[fact.id]
        stepped = isinstance(its.ramp, Steps) and its.ramp.slot == slot
        number = state.fate == "altered" and fact.slot(slot).kind in ("number", "count")
        wrong = slot if number or stepped else ""
        weight = heard_weight(
            its,
            fact,
            state.fate,
            missing=_gone(fact, line) if state.fate == "blurred" else (),
            wrong=wrong,
            said=float(value) if number else value if stepped else None,
        )
        weights[fact.id] = weight or 0.0
        kept |= {fact.id} if state.fate == "kept" else set()
    return decision.with_joint(weights, kept)


def keeps_plan(occasion: Occasion, even: float, keen: float, creep: float, draw: Draw) -> bool:
    """Return whether an executive keeps the standing plan, by a logit choice that past successes shift.

    P(keeps it) = 1 / (1 + exp(-(keen * (L* - L) + creep * successes))), where L is the log-odds of failure believed,
    L* those at which the standing plan and the careful option pay the same, and successes counts the earlier rounds
    that it remembers in which the standing plan was carried out. (A logit response, as of D. McFadden 1974.)

    Args:
        occasion: The occasion.
        even: The chance of failure at which both pay the same.
        keen: See above.
        creep: See above.
        draw: Decides this time.
    """
    beyond = _decided(occasion.world).logit(weights_heard(occasion)) - log_odds(even)
    return draw.uniform() < chance(creep * occasion.more.get("went_well", 0) - keen * beyond)


def order_heard(occasion: Occasion) -> str:
    """Return the option that a directive orders; the standing plan if it orders none."""
    decision = _decided(occasion.world)
    orders = _orders(decision)
    return next((orders[line] for line in lines_of(*occasion.heard) if line in orders), decision.standing)


def chosen(occasion: Occasion, right: str, rate: float, draw: Draw, lean: float = 0.0) -> str:
    """Return the reply that chooses an option.

    Args:
        occasion: The occasion.
        right: The option that a faultless channel chooses.
        rate: Chance of another option, each equally likely.
        draw: The source of chance.
        lean: Chance that the standing plan is chosen after all.
    """
    option = at_fault(occasion, right, rate, draw)
    if lean and draw.uniform() < lean:
        option = _decided(occasion.world).standing
    return choosing(occasion, option, _decided(occasion.world).option(option).text)


def at_fault(occasion: Occasion, right: str, rate: float, draw: Draw) -> str:
    """Return the right one of the choices shown; with chance `rate` another one, each equally likely."""
    others = [shown for shown in occasion.letters.values() if shown != right]
    return draw.choice(others) if draw.uniform() < rate and others else right


def choosing(occasion: Occasion, shown: str, reason: str) -> str:
    """Return the reply that chooses one of the choices shown, by its letter."""
    letter = next(letter for letter, one in occasion.letters.items() if one == shown)
    return json.dumps({"reason": reason, "option": letter})


def ordered(occasion: Occasion, draw: Draw) -> list[str]:
    """Return the lines of the executive's directive: the order, then the charter."""
    charter = occasion.world.charter
    lines = [order_line(_decided(occasion.world), occasion.decided)] if occasion.decided is not None else []
    clauses = charter.clauses if charter else ()
    return lines + [clause.render(draw.integer(0, len(clause.templates) - 1)) for clause in clauses]


def passed_down(occasion: Occasion, garble: float, draw: Draw) -> tuple[list[str], list[str]]:
    """Return the order as it is passed on (with chance `garble` another one), and the directive's other lines."""
    lines = lines_of(*occasion.heard)
    if occasion.world.decision is None:
        return [], lines
    decision = occasion.world.decision
    orders = _orders(decision)
    heard = next((orders[line] for line in lines if line in orders), None)
    others = [line for line in lines if line not in orders]
    if heard is None:
        return [], others
    garbled = draw.uniform() < garble
    option = draw.choice([name for name in orders.values() if name != heard]) if garbled else heard
    return [order_line(decision, option)], others


def order_line(decision: Decision, option: str) -> str:
    """Return the line in which the channel orders an option."""
    return f"Order: {decision.option(option).text}."


def _orders(decision: Decision) -> Mapping[str, str]:
    return {order_line(decision, option.id): option.id for option in decision.options}


def _gone(fact: Fact, line: str) -> list[str]:
    """Return the slots that a vague sentence about a fact lacks."""
    template = next((template for template in fact.vague if fact.render(template) == line), "")
    holes = {name for _, name, _, _ in Formatter().parse(template) if name}
    return [slot.name for slot in fact.slots if slot.name not in holes]


def _decided(world: World) -> Decision:
    if world.decision is None:
        raise ValueError(f"nothing is decided in world {world.title!r}")
    return world.decision
