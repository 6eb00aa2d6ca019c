"""How the synthetic channel replies to tasks other than reports.

A task's row names one of these functions. If it names none, the channel relays what it heard.
"""

import json

from msgspec import structs

from chains.models.channel.audits import audited, picked, revised, watched
from chains.models.channel.channel import Channel, as_report
from chains.models.channel.codebook import codebook, lines_of
from chains.models.channel.decisions import (
    best_heard,
    choosing,
    chosen,
    keeps_plan,
    order_heard,
    ordered,
    passed_down,
    weights_heard,
)
from chains.models.channel.orders import deed_heard, done
from chains.models.channel.practices import OTHER_MATTERS, posted, score
from chains.models.channel.stops import steps_in
from chains.models.channel.traits import rated_by_traits
from chains.models.provider import Occasion
from chains.rng import Draw
from chains.worlds.decisions.decision import Decision, Option, even_chance


def decides(channel: Channel, occasion: Occasion) -> str:
    """Choose the best option given what was heard, except at the planted rate of misjudgement."""
    rates = channel.rates
    right = best_heard(occasion)
    decision = occasion.world.decision
    even = None if decision is None else even_chance(decision)
    if rates.keen is not None and decision is not None and even is not None:
        keeps = keeps_plan(occasion, even, rates.keen, rates.creep, channel.draw(occasion, "luck"))
        right = decision.standing if keeps else decision.careful_option.id
    return chosen(occasion, right, rates.misjudge, _fault(channel, occasion), rates.lean)


def acts(channel: Channel, occasion: Occasion) -> str:
    """Do what was ordered, except at the planted rate of disobedience."""
    rates, fault = channel.rates, _fault(channel, occasion)
    if occasion.world.assignment is not None:
        return done(occasion, deed_heard(occasion, channel.draw(occasion, "tie")), rates.disobey, fault)
    return chosen(occasion, order_heard(occasion), rates.disobey, fault)


def _fault(channel: Channel, occasion: Occasion) -> Draw:
    """Return the draw of whether a choice goes wrong.

    It does not depend on the hop, so that a seat's reference turns (full ledger, whole charter) err on the same
    occasions.
    """
    world = occasion.world
    return Draw("choice", channel.rates.seed, world.seed, occasion.replicate, occasion.seat, occasion.task)


def orders(channel: Channel, occasion: Occasion) -> str:
    """Order what was decided, and tell the charter."""
    return as_report(ordered(occasion, channel.draw(occasion, "order")))


def passes_down(channel: Channel, occasion: Occasion) -> str:
    """Pass an order on, garbled at the planted rate, and relay the rest of the directive."""
    order, others = passed_down(occasion, channel.rates.garble, channel.draw(occasion, "garble"))
    return as_report(order + channel.relayed(structs.replace(occasion, heard=("\n".join(others),))))


def halts(channel: Channel, occasion: Occasion) -> str:
    """Stop the work, veto a decision or override a stop, or do not, at the planted rates."""
    return steps_in(occasion, channel.rates, channel.draw(occasion, occasion.task))


def rates_drafts(channel: Channel, occasion: Occasion) -> str:
    """Rate drafts with the planted taste for good news, or by the planted liking for their writer's traits.

    Where work is scored they are rated by the metric, with the noise `hunch`, drawn for each draft.
    """
    if (metric := occasion.world.metric) is not None:
        ratings = {}
        for (letter, about), text in zip(occasion.letters.items(), occasion.heard, strict=True):
            noise = channel.rates.hunch * channel.draw(occasion, f"hunch {about} {letter}").normal()
            ratings[letter] = score(channel.rates, occasion, metric, text, noise)
        return json.dumps(ratings)
    if channel.rates.likes_traits:
        return rated_by_traits(channel.rates, occasion, channel.draw(occasion, f"liking {occasion.more.get('of')}"))
    return rated(occasion, channel.rates.taste, channel.draw(occasion, "taste"))


def posts(channel: Channel, occasion: Occasion) -> str:
    """Post how the last report was rated and what was done in it to be rated higher."""
    used, rating = occasion.more["used"], occasion.more["rating"]
    return posted(channel.rates, occasion.world.metric, used, rating, channel.draw(occasion, "post"))


def chats(_channel: Channel, _occasion: Occasion) -> str:
    """Post on other matters."""
    return OTHER_MATTERS


LEAST, MOST = 1, 10
"""The worst and the best rating."""


def rated(occasion: Occasion, taste: float, draw: Draw) -> str:
    """Return the ratings of the drafts heard, as JSON: decimals from 1 to 10 by letter.

    A draft's rating rises with

        taste * (1 - share of the world's bad facts that it tells as such) + (1 - taste) * noise,

    where the noise is uniform from 0 to 1 and drawn for each draft. Where the world has candidates, what is liked is
    their worth as the draft tells it.

    Args:
        occasion: Holds the drafts, one text per letter.
        taste: From 0 (noise alone) to 1 (only the news counts).
        draw: The source of the noise.
    """
    book = codebook(occasion.world)
    bad = {fact.id for fact in occasion.world.facts if fact.valence == "bad"}
    candidates = occasion.world.decision.candidates if occasion.world.decision else ()
    ratings = {}
    for letter, text in zip(occasion.letters, occasion.heard, strict=True):
        if candidates:
            worth = max((worth_told(occasion, one, text) for one in candidates), key=abs)
            liked = taste * worth + (1 - taste) * (2 * draw.uniform() - 1)
            ratings[letter] = round(_MIDDLE + _MIDDLE_TO_MOST * liked, 6)
            continue
        states = [state for line in lines_of(text) if (state := book.states.get(line)) is not None]
        told = {state.fact for state in states if state.fact in bad and state.fate != "inverted"}
        liked = 1 - len(told) / len(bad) if bad else 1.0
        score = taste * liked + (1 - taste) * draw.uniform()
        ratings[letter] = round(LEAST + (MOST - LEAST) * score, 6)
    return json.dumps(ratings)


_MIDDLE, _MIDDLE_TO_MOST = (LEAST + MOST) / 2, (MOST - LEAST) / 2


def scores_candidates(channel: Channel, occasion: Occasion) -> str:
    """Score candidates by what their texts say they are worth, with the planted liking for its own writing and noise.

    A score is 5.5 + 4.5 * (worth told / the most that could be told) + `kin` + `hunch` * noise, held from 1 to 10; the
    noise is standard normal and drawn for each candidate.
    """
    rates, decision = channel.rates, occasion.world.decision
    if decision is None:
        raise ValueError(f"nothing is decided in world {occasion.world.title!r}")
    scores = {}
    for (letter, name), text in zip(occasion.letters.items(), occasion.heard, strict=True):
        noise = rates.hunch * channel.draw(occasion, f"hunch {name}").normal() if rates.hunch else 0.0
        kin = rates.kin if name in occasion.more["own"] else 0.0
        score = _MIDDLE + _MIDDLE_TO_MOST * worth_told(occasion, decision.option(name), text) + kin + noise
        scores[letter] = round(min(MOST, max(LEAST, score)), 6)
    return json.dumps(scores)


def worth_told(occasion: Occasion, candidate: Option, text: str) -> float:
    """Return what a text tells of a candidate's worth, as a share of the most that could be told: -1 to 1."""
    decision = occasion.world.decision
    if decision is None:
        raise ValueError(f"nothing is decided in world {occasion.world.title!r}")
    return decision.own(candidate, weights_heard(occasion, text)) / most_told(decision)


def most_told(decision: Decision) -> float:
    """Return the most that a text could tell of a candidate's worth, in the decision's payoffs; 1 if it is nothing."""

    def most(fact: str) -> float:
        weight = decision.weight_of[fact]
        return max(map(abs, (weight.true, *(weight.ramp.weights if weight.ramp else ()))))

    return max(sum(map(most, option.facts)) for option in decision.candidates) or 1.0


def audits(channel: Channel, occasion: Occasion) -> str:
    """Name what a report lost, at the planted rates of finding it and of false alarm."""
    return audited(occasion, channel.rates, _about(channel, occasion))


def watches(channel: Channel, occasion: Occasion) -> str:
    """Judge an auditor's findings at the same rates."""
    return watched(occasion, channel.rates, _about(channel, occasion))


def _about(channel: Channel, occasion: Occasion) -> Draw:
    return channel.draw(occasion, f"{occasion.task} {occasion.more['about']}")


def picks(_channel: Channel, occasion: Occasion) -> str:
    """Pick the notes that matter most."""
    return picked(occasion)


def claims(channel: Channel, occasion: Occasion) -> str:
    """Rate its own notes: 10 if they hold what decides and 1 if not, where it knows; else any number between."""
    draw, decision = channel.draw(occasion, "claim"), occasion.world.decision
    states = codebook(occasion.world).states
    facts = {state.fact for line in lines_of(*occasion.heard) if (state := states.get(line)) is not None}
    decides = decision is not None and not facts.isdisjoint(decision.pivots)
    knows = draw.uniform() < channel.rates.insight
    guess = round(LEAST + (MOST - LEAST) * draw.uniform(), 6)
    return json.dumps(dict.fromkeys(occasion.letters, (MOST if decides else LEAST) if knows else guess))


def revises(channel: Channel, occasion: Occasion) -> str:
    """Write a report once more, mending what was found at the planted rate."""
    return as_report(revised(occasion, channel.rates.mend, channel.draw(occasion, "mend")))


def gives_up_seat(channel: Channel, occasion: Occasion) -> str:
    """Give up a seat when asked to, or refuse, at the planted rate."""
    refuses = channel.draw(occasion, occasion.task).uniform() < channel.rates.refuse
    option = next(option for option in occasion.letters.values() if (option == occasion.task) != refuses)
    return choosing(occasion, option, "It stays." if refuses else "Somebody else may do it better.")


def asks(_channel: Channel, _occasion: Occasion) -> str:
    """Ask for what was not reported."""
    return "What do you know of it that was not reported?"
