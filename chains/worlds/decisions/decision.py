"""Decisions at the top, and what they are worth: options, the chance of failure, payoffs.

Each fact of a world adds its *weight* to the log-odds of failure. The higher the
chance of failure, the less an option pays:

    p(S) = 1 / (1 + exp(-(intercept + sum of the weights of the facts in S)))
    U(option, p) = base - exposure * p

So the best decision follows from the facts that the executive knows, and a lost
fact costs as much as the decision that it changes: one lost fact may cost
nothing, and another everything.

An option may have facts of its own, as candidates for a post have. What these weigh is added to what
their option pays, and to nothing else:

    U(option, p) = base - exposure * p + sum of the weights of its own facts

A weight depends on what a fact says. Its *ramp* gives the weight by the value of
one slot ("3 weeks late" weighs less than "9 weeks late"). The fact's twin, which
says the opposite, has its own weight and ramp.
"""

import math
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Finite = Annotated[float, Field(allow_inf_nan=False)]


class Ramp(BaseModel):
    """A weight by the value of a slot: linear between two values, constant outside them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slot: str
    values: tuple[Finite, Finite]
    """Two different values of the slot, in either order."""
    weights: tuple[Finite, Finite]
    """The weight at each of them."""

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.values[0] == self.values[1]:
            raise ValueError(f"the ramp of {self.slot} begins and ends at {self.values[0]:g}")
        return self

    def at(self, value: float | str) -> float:
        """Return the weight at a value."""
        value = float(value)
        (first, last), (least, most) = self.values, self.weights
        share = min(1.0, max(0.0, (value - first) / (last - first)))
        return least + share * (most - least)

    @property
    def mean(self) -> float:
        """The mean weight if every value between the two ends is equally likely."""
        return (self.weights[0] + self.weights[1]) / 2


class Steps(BaseModel):
    """A weight by the value of a slot that holds one of a few words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slot: str
    words: Annotated[tuple[str, ...], Field(min_length=2)]
    weights: tuple[Finite, ...]
    """The weight for each word."""

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if len(self.words) != len(self.weights):
            raise ValueError(f"the weights of {self.slot} are {len(self.weights)} for {len(self.words)} words")
        return self

    def at(self, value: float | str) -> float:
        """Return the weight for a word; the mean for one that is not known."""
        return dict(zip(self.words, self.weights, strict=True)).get(str(value), self.mean)

    @property
    def mean(self) -> float:
        """The mean weight if every word is equally likely."""
        return math.fsum(self.weights) / len(self.weights)


class Weight(BaseModel):
    """What one fact adds to the log-odds of failure (positive is bad news), or to what its own option pays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fact: str
    true: Finite
    """The weight of the true fact."""
    twin: Finite = 0.0
    """The weight of its twin, for a report that inverts the fact."""
    ramp: Ramp | Steps | None = None
    """How the weight follows from a value; None if it does not."""
    twin_ramp: Ramp | Steps | None = None

    def twinned(self) -> "Weight":
        """Return the weight that the fact's twin has."""
        return Weight(fact=self.fact, true=self.twin, twin=self.true, ramp=self.twin_ramp, twin_ramp=self.ramp)


class Joint(BaseModel):
    """Two facts that bear on the decision only together: neither adds anything to the log-odds without the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: tuple[str, str]
    true: Finite
    """What they add for somebody who knows both."""
    twin: Finite = 0.0
    """What their twins add."""

    def twinned(self) -> "Joint":
        """Return what their twins have."""
        return Joint(facts=self.facts, true=self.twin, twin=self.true)


class Option(BaseModel):
    """One thing that can be done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    text: Annotated[str, Field(pattern=r"\S")]
    """An order's words for it: "start one line now". No option's text contains another's."""
    base: Finite
    """What it pays if nothing fails."""
    exposure: Annotated[Finite, Field(ge=0)]
    """What a failure takes from that."""
    also: tuple[str, ...] = ()
    """Other wordings of the same order, none of which names another option."""
    facts: tuple[str, ...] = ()
    """The facts of its own: what they weigh is added to what it pays. An option that has any is a *candidate*."""
    came: str = ""
    """What came of it, in a clause, for those who remember: "and it came back safe". Empty: the decision alone is."""

    def utility(self, p: float, own: float = 0.0) -> float:
        """Return the option's expected payoff if the chance of failure is `p` and its own facts weigh `own`."""
        return self.base - self.exposure * p + own


class Decision(BaseModel):
    """What the executive decides: the options, and how their payoffs follow from the facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Annotated[str, Field(pattern=r"\S")]
    """The question, as seats read it: "Does the pump line start?"."""
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=8)]
    standing: str
    """The standing plan: the option that is carried out if no order arrives."""
    intercept: Finite
    """The log-odds of failure if no fact is known."""
    weights: tuple[Weight, ...]
    """The weights of relevant facts; every other fact weighs nothing."""
    joint: tuple[Joint, ...] = ()
    """Pairs of facts that weigh only together; their own weights are 0."""
    link: Literal["logit"] = "logit"
    careful: str | None = None
    """The option that is carried out if somebody stops the work; None: the last option."""

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [option.id for option in self.options]
        if len(set(names)) < len(names):
            raise ValueError("two options have the same id")
        if self.standing not in names:
            raise ValueError(f"the standing plan {self.standing!r} is none of the options")
        if self.careful not in (None, *names):
            raise ValueError(f"the careful option {self.careful!r} is none of the options")
        for option in self.options:
            for other in self.options:
                inside = any(text.lower() in other.text.lower() for text in (option.text, *option.also))
                if option is not other and inside:
                    raise ValueError(f"option {other.id}: {other.text!r} contains the words of {option.id}")
        return self

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        facts = [weight.fact for weight in self.weights]
        if len(set(facts)) < len(facts):
            raise ValueError("a fact has two weights")
        owned = [fact for option in self.options for fact in option.facts]
        if len(set(owned)) < len(owned):
            raise ValueError("a fact belongs to two options")
        if unknown := sorted(set(owned) - set(facts)):
            raise ValueError(f"fact {unknown[0]} belongs to an option and has no weight")
        if tied := sorted(set(owned) & {name for pair in self.joint for name in pair.facts}):
            raise ValueError(f"fact {tied[0]} belongs to an option and can't weigh together with another")
        if unknown := sorted({name for pair in self.joint for name in pair.facts} - set(facts)):
            raise ValueError(f"fact {unknown[0]} weighs together with another, and has no weight; give it 0")
        return self

    @cached_property
    def _by_name(self) -> dict[str, Option]:
        return {option.id: option for option in self.options}

    @cached_property
    def weight_of(self) -> Mapping[str, Weight]:
        """The weight of each fact that has one, by its id."""
        return {weight.fact: weight for weight in self.weights}

    @property
    def pays(self) -> bool:
        """Whether payoffs are known: without them there is no best option and no regret."""
        if any(option.exposure or option.facts for option in self.options):
            return True
        return len({option.base for option in self.options}) > 1

    @cached_property
    def candidates(self) -> tuple[Option, ...]:
        """The options that have facts of their own."""
        return tuple(option for option in self.options if option.facts)

    @cached_property
    def _owned(self) -> frozenset[str]:
        return frozenset(fact for option in self.candidates for fact in option.facts)

    @property
    def careful_option(self) -> Option:
        """The option that is carried out if the work is stopped."""
        return self.options[-1] if self.careful is None else self.option(self.careful)

    def option(self, name: str) -> Option:
        """Return the option called `name`."""
        return self._by_name[name]

    def logit(self, told: Mapping[str, float | None] | None = None) -> float:
        """Return the log-odds of failure for one who believes these weights.

        Args:
            told: The weight of each fact by its id, with what pairs add; None stands for a fact that was not heard. By
                default the true weights of all facts.
        """
        if told is not None:
            known = [one for name, one in told.items() if one is not None and name not in self._owned]
        else:
            known = [weight.true for weight in self.weights if weight.fact not in self._owned]
            known += [pair.true for pair in self.joint]
        return self.intercept + math.fsum(known)

    def p(self, told: Mapping[str, float | None] | None = None) -> float:
        """Return the chance of failure for one who believes these weights; see `logit`."""
        return chance(self.logit(told))

    def own(self, option: Option, told: Mapping[str, float | None] | None = None) -> float:
        """Return what an option's own facts add to what it pays; see `logit`."""
        if told is None:
            return math.fsum(self.weight_of[fact].true for fact in option.facts)
        return math.fsum(told.get(fact) or 0.0 for fact in option.facts)

    def payoffs(self, told: Mapping[str, float | None] | None = None) -> dict[str, float]:
        """Return what each option pays, by its id, for one who believes these weights; see `logit`."""
        p = self.p(told)
        return {option.id: option.utility(p, self.own(option, told)) for option in self.options}

    def best(self, told: Mapping[str, float | None] | None = None) -> Option:
        """Return the option that pays most for one who believes these weights, the first of equals; see `logit`."""
        pays = self.payoffs(told)
        return max(self.options, key=lambda option: pays[option.id])

    @cached_property
    def pivots(self) -> frozenset[str]:
        """The facts each of which decides: without it alone, another option pays most for one who knows all others."""
        true, best = {weight.fact: weight.true for weight in self.weights}, self.best().id
        without = ((fact, {**true, fact: None}) for fact in true)
        return frozenset(
            fact for fact, told in without if self.best(self.with_joint(told, {*true} - {fact})).id != best
        )

    def regret(self, option: str) -> float:
        """Return what an option pays less than the best one, by the true weights of all facts."""
        pays = self.payoffs()
        return max(pays.values()) - pays[option]

    def twinned(self) -> "Decision":
        """Return the decision of the world in which every fact has been exchanged for its twin."""
        plain = {name: getattr(self, name) for name in Decision.model_fields}
        weights, joint = (tuple(one.twinned() for one in of) for of in (self.weights, self.joint))
        return Decision(**plain | {"weights": weights, "joint": joint})

    def with_joint(self, told: Mapping[str, float | None], kept: Collection[str]) -> dict[str, float | None]:
        """Return the weights believed, with what pairs of facts add of which both are known as they are.

        Args:
            told: The weight of each fact, by itself, in somebody's belief; None: not heard.
            kept: The facts that are known as they are.
        """
        known = dict(told)
        for pair in self.joint:
            if all(name in kept and known.get(name) is not None for name in pair.facts):
                known[pair.facts[1]] = (known[pair.facts[1]] or 0.0) + pair.true
        return known


def chance(logit: float) -> float:
    """Return the chance that log-odds stand for, from 0 to 1; does not overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1 + odds)


def log_odds(p: float) -> float:
    """Return the log-odds of a chance that is neither 0 nor 1."""
    return math.log(p / (1 - p))


def even_chance(decision: Decision) -> float | None:
    """Return the chance of failure at which the standing plan and the careful option pay the same, if there is one."""
    plan, careful = decision.option(decision.standing), decision.careful_option
    gap = plan.exposure - careful.exposure
    even = (plan.base - careful.base) / gap if gap else math.nan
    return even if 0 < even < 1 else None
