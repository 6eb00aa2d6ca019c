"""What of a charter reaches the workers, and what they do with it: one number each for one trial.

A worker is reached by the last order on its way down. Where several workers
are, each counts the same. A measure reads the logged readings alone.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from chains.scoring.measures.regret import mean
from chains.scoring.reading import Deeds, Reading
from chains.worlds.charters.assignment import Assignment
from chains.worlds.charters.charter import Charter

TOP = 3
"""Goals that an organisation is said to be able to hear."""


class Reached(NamedTuple):
    """What one worker was told of the charter, and what it did."""

    goals: str
    """A letter for each goal, the first one first: K B A I O."""
    must_nots: str
    """A letter for each must-not."""
    owner: str
    """A letter for the owner; empty where none is named."""
    order: tuple[int, ...]
    """The ranks of the goals that its order mentions, in the order in which it does."""
    follows: tuple[str, ...]
    """The actions that are best on what its order says."""
    done: str | None
    informed: str | None
    """What it chose with the whole charter before it."""
    uninformed: str | None
    """What it chose without any order."""


class Carried(NamedTuple):
    """What reached the workers of one trial, and what they did."""

    assignment: Assignment
    workers: Sequence[Reached]

    def mean(self, of: Callable[[Reached], float]) -> float:
        """Return the mean over the workers for whom it is defined; nan if it is for none."""
        values = [value for worker in self.workers if not math.isnan(value := of(worker))]
        return mean(values)


def carried(
    charter: Charter, assignment: Assignment, deeds: Deeds, orders: Mapping[str, Reading], superiors: Mapping[str, str]
) -> Carried:
    """Return what reached the workers of a finished trial.

    Args:
        charter: Of the trial's world.
        assignment: Of the trial's world.
        deeds: What the workers did.
        orders: The readings of the orders, by the seat that sent them.
        superiors: Who sent each worker its order.
    """
    goals = [clause.id for clause in charter.goals]
    known = {action.id for action in assignment.actions}
    reached = []
    for worker, superior in superiors.items():
        fates = dict(zip((clause.id for clause in charter.clauses), orders[superior].fates, strict=True))
        # an unknown action counts as unreadable: only a changed log has any
        done, informed, uninformed = (
            choice if (choice := given.get(worker)) in known else None
            for given in (deeds.done, deeds.informed, deeds.uninformed)
        )
        reached.append(
            Reached(
                goals="".join(fates[name] for name in goals),
                must_nots="".join(fates[clause.id] for clause in charter.must_nots),
                owner="".join(fates[clause.id] for clause in charter.clauses if clause.owner),
                order=tuple(goals.index(name) + 1 for name in deeds.stated.get(superior, ()) if name in goals),
                follows=tuple(name for name in deeds.follows.get(worker, ()) if name in known),
                done=done,
                informed=informed,
                uninformed=uninformed,
            )
        )
    return Carried(assignment, reached)


def kendall(ranks: Sequence[int]) -> float:
    """Return Kendall's tau between the ranks of goals and the order in which they are mentioned.

    (pairs in order - pairs the other way round) / pairs: 1 if the order is kept, -1 if it is reversed; nan for fewer
    than two goals (Kendall 1938).
    """
    pairs = list(combinations(ranks, 2))
    return mean([1.0 if first < second else -1.0 for first, second in pairs])


def _lost(letters: str) -> float:
    return math.nan if not letters else 1 - letters.count("K") / len(letters)


def _share(letters: str, wanted: str) -> float:
    return math.nan if not letters else sum(letter in wanted for letter in letters) / len(letters)


def _lower(one: Reached) -> float:
    return _lost(one.goals[TOP:]) - _lost(one.goals[:TOP])


def _right(at: Carried, choice: str | None) -> float:
    return float(choice in at.assignment.best())


def _cost(at: Carried, choice: str | None) -> float:
    return math.nan if choice is None else at.assignment.regret(choice)


def _owed(at: Carried, one: Reached) -> float:
    """Return what somebody loses on average who does what the order says, taking any of several that are as good."""
    return mean([at.assignment.regret(action) for action in one.follows])


class CarriedMeasure(NamedTuple):
    """One number for what reached the workers of one trial."""

    about: str
    of: Callable[[Carried], float]
    share: bool = True


CARRIED: dict[str, CarriedMeasure] = {
    "goals_kept": CarriedMeasure(
        "share of the charter's goals kept in the last order", lambda at: at.mean(lambda one: _share(one.goals, "K"))
    ),
    "first_goal_kept": CarriedMeasure(
        "whether the first goal is kept in the last order", lambda at: at.mean(lambda one: _share(one.goals[:1], "K"))
    ),
    "lower_goals_excess": CarriedMeasure(
        "loss of the goals below the third less that of the first three: above 0, the lower fare worse",
        lambda at: at.mean(_lower),
    ),
    "must_not_kept": CarriedMeasure(
        "whether the must-not is kept in the last order", lambda at: at.mean(lambda one: _share(one.must_nots, "K"))
    ),
    "must_not_inverted": CarriedMeasure(
        "whether the last order permits what the must-not forbids",
        lambda at: at.mean(lambda one: _share(one.must_nots, "I")),
    ),
    "must_not_excess": CarriedMeasure(
        "loss of the must-not less that of the goals: above 0, must-nots fare worse",
        lambda at: at.mean(lambda one: _lost(one.must_nots) - _lost(one.goals)),
    ),
    "owner_kept": CarriedMeasure(
        "whether the last order names the owner and the backing of the top",
        lambda at: at.mean(lambda one: _share(one.owner, "K")),
    ),
    "rank_order": CarriedMeasure(
        "Kendall's tau between the goals' ranks and the order in which the last order mentions them",
        lambda at: at.mean(lambda one: kendall(one.order)),
        share=False,
    ),
    "right_action": CarriedMeasure(
        "whether the worker's action is the best by the whole charter; an unreadable choice counts as not",
        lambda at: at.mean(lambda one: _right(at, one.done)),
    ),
    "action_regret": CarriedMeasure(
        "payoff lost by the worker's action against the best one, by the whole charter",
        lambda at: at.mean(lambda one: _cost(at, one.done)),
        share=False,
    ),
    "order_regret": CarriedMeasure(
        "part of action_regret: what it costs to do what the last order says",
        lambda at: at.mean(lambda one: _owed(at, one)),
        share=False,
    ),
    "deed_regret": CarriedMeasure(
        "part of action_regret: what it costs to do otherwise than the last order says",
        lambda at: at.mean(lambda one: _cost(at, one.done) - _owed(at, one)),
        share=False,
    ),
}
"""Measures of what reaches the workers, by the name that hypotheses and `compare` call them."""
