"""Rules that an assignment must keep, checked by enumerating every set of clauses that could reach the worker.

If one goal settled everything, an assignment could not show that the others were
lost. If it depended on how much more the first goal weighs than the second, it
could not be solved from their order alone. The rules:

- *one best*: with three goals or more, exactly one action is best, by at least a tenth of the
  payoffs' range; with one goal, at most two are best;
- *any weights*: the same action is best if all goals weigh the same, so that it can be found
  without knowing weights;
- *more than the first*: knowing only the first goal (with seven goals: only the first three) does
  not show the best action;
- *pivots*: every goal changes the best action given some set of the others, and at least one
  goal besides the first does so given all the others;
- *actions*: every action is best given some set of goals.

A charter is *tempting* if, without the must-not, a forbidden action would be
among the best. About half of the charters are made so; in the others only the
must-not's own fate shows that it was lost.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

MARGIN = 0.10
"""Least share of the payoffs' range by which the best action leads."""
MOST_BEST = 2
"""How many actions may be equally good if there is one goal."""
_EQUAL = 1e-9
SEVERAL = 3
"""Number of goals from which exactly one action must be best."""


class Dilemma(NamedTuple):
    """The best actions for the sets of an assignment's clauses."""

    best: tuple[str, ...]
    """The best actions on the whole charter."""
    margin: float
    """The lead of the best action over the next worse one, as a share of the range of payoffs."""
    even: tuple[str, ...]
    """The best actions if all goals weigh the same."""
    first: tuple[str, ...]
    """The best actions given the first goal and every must-not."""
    first_three: tuple[str, ...]
    """The best actions given the first three goals and every must-not."""
    without_must_not: tuple[str, ...]
    """The best actions given every goal and no must-not."""
    single: tuple[str, ...]
    """Goals whose loss alone changes the best action."""
    some: tuple[str, ...]
    """Goals whose loss changes the best action given some set of the others."""
    never: tuple[str, ...]
    """Actions that are never best."""
    ranked: tuple[str, ...]
    """All goals, the first one first."""

    @property
    def goals(self) -> int:
        """How many goals there are."""
        return len(self.ranked)

    @property
    def tempting(self) -> bool:
        """Whether the must-not forbids an action that would otherwise be among the best."""
        return self.without_must_not != self.best

    @property
    def broken(self) -> tuple[str, ...]:
        """The rules that the assignment breaks, each in words; none if it keeps all of them."""
        several, many = self.goals >= SEVERAL, self.goals > SEVERAL
        rules = (
            (len(self.best) > (1 if several else MOST_BEST), f"{len(self.best)} actions are equally good"),
            (
                self.margin < MARGIN,
                f"the best leads by {self.margin:.1%} of the payoffs' range, less than {MARGIN:.0%}",
            ),
            (self.even != self.best, "another action is best if all goals weigh the same"),
            (several and self.first == self.best, "the first goal alone shows which action is best"),
            (many and self.first_three == self.best, "the first three goals alone show which action is best"),
            (len(self.some) < self.goals, f"{self.goals - len(self.some)} goals never change which action is best"),
            (several and not set(self.single) - {self.ranked[0]}, "no goal but the first changes it alone"),
            (many and bool(self.never), f"{len(self.never)} actions are never the best"),
        )
        return tuple(sentence for fault, sentence in rules if fault)


def dilemma(
    met: np.ndarray,
    weights: Sequence[float],
    clauses: Sequence[str],
    actions: Sequence[str],
    must_nots: Collection[str],
) -> Dilemma:
    """Find the best actions for every set of clauses that a worker may know.

    Args:
        met: Which action (a row) meets the aim of which clause (a column).
        weights: What meeting each aim is worth.
        clauses: The clauses' ids, goals in the order of their rank.
        actions: The ids of the actions.
        must_nots: Which of the clauses forbid something.
    """
    order = sorted(range(len(clauses)), key=lambda at: clauses[at] in must_nots)  # stable: goals keep their order
    ranked = [clauses[at] for at in order if clauses[at] not in must_nots]
    goals = len(ranked)
    worth = met[:, order] * np.array(weights, dtype=float)[order]
    best = _best(_sets(len(clauses)), worth)
    everything = (1 << len(clauses)) - 1
    banned = everything - ((1 << goals) - 1)
    payoffs = sorted(worth.sum(axis=1).tolist())
    lower = [payoff for payoff in payoffs if payoff < payoffs[-1] - _EQUAL]

    def named(code: int) -> tuple[str, ...]:
        return tuple(name for at, name in enumerate(actions) if code >> at & 1)

    even = np.where(np.arange(len(clauses)) < goals, met[:, order], worth)
    # only sets with every must-not, so that a goal's effect is measured among allowed actions
    some = (best[_with(goals) | banned] != best[_without(goals) | banned]).any(axis=1)
    full = int(best[everything])
    return Dilemma(
        best=named(full),
        margin=(payoffs[-1] - lower[-1]) / (payoffs[-1] - payoffs[0]) if lower else 0.0,
        even=named(int(_best(_sets(len(clauses))[-1:], even)[0])),
        first=named(int(best[banned | 1])),
        first_three=named(int(best[banned | (1 << min(goals, SEVERAL)) - 1])),
        without_must_not=named(int(best[everything - banned])),
        single=tuple(name for at, name in enumerate(ranked) if best[everything - (1 << at)] != full),
        some=tuple(name for name, one in zip(ranked, some, strict=True) if one),
        never=tuple(name for at, name in enumerate(actions) if not (best >> at & 1).any()),
        ranked=tuple(ranked),
    )


@cache
def _sets(count: int) -> np.ndarray:
    """Return every set of `count` aims, one per row: 1 for each aim in it; the row's number has the same bits."""
    sets: np.ndarray = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    return sets


@cache
def _with(goals: int) -> np.ndarray:
    """Return the sets of goals that contain each goal, one row per goal."""
    return np.array([[those for those in range(1 << goals) if those >> goal & 1] for goal in range(goals)])


@cache
def _without(goals: int) -> np.ndarray:
    """Return the same sets as `_with`, without that goal."""
    sets: np.ndarray = _with(goals) - (1 << np.arange(goals))[:, None]
    return sets


def _best(sets: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Return the best actions for each set of aims, as the bits of a number."""
    payoffs = sets @ worth.T
    best: np.ndarray = (payoffs > payoffs.max(axis=1, keepdims=True) - _EQUAL) @ (1 << np.arange(len(worth)))
    return best
