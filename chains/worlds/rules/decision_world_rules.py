"""Rules that a decision world must keep, checked by enumerating every set of facts that could reach the top.

If every report led to the same decision, a world would measure nothing; if one
fact decided everything, it would measure only that fact. The rules:

- *margin*: the best option beats the next by at least a tenth of the payoffs' range;
- *pivots*: the loss of at least one single fact changes the decision, and so does the
  loss of at least two pairs of facts of which neither changes it alone;
- *options*: every option is the best one for some set of facts.

A world is *unsafe* if losing all bad facts changes the decision, and *safe* if
it does not; a generator makes about 30% safe worlds, so that pessimism is not free.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from chains.worlds.decisions.decision import Decision, Weight
from chains.worlds.world import World

MARGIN = 0.10
"""Least share of the payoffs' range by which the best option leads."""
FEWEST_SINGLE, FEWEST_PAIRS = 1, 2
MOST_WEIGHED = 20
"""Most facts with a weight that are enumerated: a million sets."""


class Enumerated(NamedTuple):
    """The best options for the sets of a world's facts."""

    best: str
    """The best option on the full ledger."""
    p: float
    """The chance of failure on the full ledger."""
    margin: float
    """The lead of the best option over the next, as a share of the range of payoffs."""
    without_bad: str
    """The best option if every bad fact is lost."""
    single: tuple[str, ...]
    """Facts whose loss alone changes the decision."""
    pairs: tuple[tuple[str, str], ...]
    """Pairs of facts whose loss changes the decision, including pairs with a fact of `single`."""
    optimal: Mapping[str, int]
    """For each option, the number of sets of facts for which it is the best."""

    @property
    def safe(self) -> bool:
        """Whether losing every bad fact would not change the decision."""
        return self.without_bad == self.best

    @property
    def joint(self) -> tuple[tuple[str, str], ...]:
        """Pairs of facts neither of which changes the decision alone."""
        alone = set(self.single)
        return tuple(pair for pair in self.pairs if not alone & set(pair))

    @property
    def broken(self) -> str | None:
        """The first rule that the world breaks, in words; None if it keeps all of them."""
        if self.margin < MARGIN:
            return f"the best option leads by {self.margin:.1%} of the payoffs' range, less than {MARGIN:.0%}"
        if len(self.single) < FEWEST_SINGLE:
            return "no single fact changes the decision"
        if len(self.joint) < FEWEST_PAIRS:
            return f"{len(self.joint)} pairs of facts change the decision together, fewer than {FEWEST_PAIRS}"
        if never := [option for option, count in self.optimal.items() if not count]:
            return f"option {never[0]} is never the best"
        return None


def enumerate_world(world: World) -> Enumerated:
    """Find the best option for every set of a world's facts.

    Facts without a weight change nothing, so only the others are enumerated, and each result counts once for each
    set of the facts without a weight.

    Raises:
        ValueError: If the world has nothing to decide, or too many facts with a weight.
    """
    decision = world.decision
    if decision is None:
        raise ValueError(f"world {world.title!r} has no decision")
    together = {name for pair in decision.joint for name in pair.facts}
    weighed = [weight for weight in decision.weights if weight.true or weight.fact in together]
    if len(weighed) > MOST_WEIGHED:
        raise ValueError(f"{len(weighed)} facts have a weight; at most {MOST_WEIGHED} can be enumerated")
    names = [weight.fact for weight in weighed]
    best = _best_of_all_sets(decision, weighed)
    everything = len(best) - 1
    places = {name: 1 << at for at, name in enumerate(names)}

    def changes(*lost: str) -> bool:
        # losing a fact without a weight changes nothing
        return bool(best[everything - sum(places.get(name, 0) for name in lost)] != best[everything])

    ids = [fact.id for fact in world.facts]
    bad = sum(places[fact.id] for fact in world.facts if fact.valence == "bad" and fact.id in places)
    p = decision.p()
    payoffs = sorted(decision.payoffs().values(), reverse=True)
    span = payoffs[0] - payoffs[-1]
    counts = np.bincount(best, minlength=len(decision.options)) << (len(ids) - len(names))
    return Enumerated(
        best=decision.options[best[everything]].id,
        p=p,
        margin=(payoffs[0] - payoffs[1]) / span if span else 0.0,
        without_bad=decision.options[best[everything - bad]].id,
        single=tuple(name for name in ids if changes(name)),
        pairs=tuple(pair for pair in combinations(ids, 2) if changes(*pair)),
        optimal={option.id: int(count) for option, count in zip(decision.options, counts, strict=True)},
    )


def _best_of_all_sets(decision: Decision, weighed: Sequence[Weight]) -> np.ndarray:
    """Return the index of the best option for each set; the bits of a set's number say which facts it holds."""
    owner = {fact: at for at, option in enumerate(decision.options) for fact in option.facts}
    logits, own = np.full(1, decision.intercept), np.zeros((1, len(decision.options)))
    for weight in weighed:
        mine = owner.get(weight.fact)
        logits = np.concatenate((logits, logits + (weight.true if mine is None else 0.0)))
        own = np.concatenate((own, own + (weight.true * (np.arange(own.shape[1]) == mine) if owner else 0.0)))
    place = {weight.fact: 1 << at for at, weight in enumerate(weighed)}
    for pair in decision.joint:
        both = sum(place[name] for name in pair.facts)
        logits[np.arange(len(logits)) & both == both] += pair.true
    p = 1 / (1 + np.exp(-logits))
    base = np.array([option.base for option in decision.options])
    exposure = np.array([option.exposure for option in decision.options])
    best: np.ndarray = (base - exposure * p[:, None] + own).argmax(axis=1)
    return best
