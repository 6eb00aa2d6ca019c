"""Five words: the top has several goals at once; how many of them reach the workers?

A charter ranks seven goals and forbids one thing. The worker chooses one of five
ways to do the work; the best one follows from the whole charter. A condition may
tell fewer of the goals and name an owner: see `rules/visible_goals.py`. The
must-not stands anywhere among the goals, so that it is not always the last. The
name comes from the rule of thumb that an organisation hears about five words of
what its top says.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from chains.errors import BadInput
from chains.rng import Draw
from chains.worlds.charters.assignment import Action, Aim, Assignment, Property
from chains.worlds.charters.charter import Charter, Clause
from chains.worlds.charters.decision_catalog import INTENTS, Ban
from chains.worlds.charters.goal_catalog import GOALS, WORK, Goal, goal_clause, must_not_clause
from chains.worlds.rules.assignment_rules import dilemma
from chains.worlds.rules.visible_goals import first_goals
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.scenario_registry import scenario
from chains.worlds.world import World

VERSION = "3"
TEMPTING = 0.5
"""Share of worlds in which the must-not forbids an action that would otherwise be among the best."""
TELLABLE = (1, 3, GOALS)
"""Numbers of goals for which an assignment keeps the rules of `assignment_rules`; others are not checked."""
WEIGHTS = tuple(range(GOALS, 0, -1))
"""The weights of the goals, by rank: they fall evenly, so that several lower goals outweigh the first."""
FORBIDDEN_WEIGHT = 30
"""The weight of the must-not: more than all goals together."""
STARTS, CHANGES = 60, 250
"""How many tables of actions by clauses are drawn for a seed before giving up, and changes tried on each."""
MANY = 100
"""More than the number of rules."""
SLACK = 0.2
"""Chance of keeping a change that breaks one more rule."""
_ACTIONS = 5
_NEAR, _FAR = 0.06, 0.3
"""Least and greatest distance of a value from its limit, as shares of the limit; one or two steps if it is small."""


@scenario
def five_words(seed: int, *, facts: int = 8, setting: str | None = None) -> World:
    """Make a world in which the top has seven goals and forbids one thing.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many watermelon facts it has besides; nobody need report them.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    return _made(seed, facts, setting)


@lru_cache(maxsize=256)
def _made(seed: int, facts: int, setting: str | None) -> World:
    """Make the world; cached, because every condition asks for it and finding a table takes a while."""
    plain = meant(seed, facts=facts, setting=setting)
    charter = plain.charter
    if charter is None:
        raise ValueError(f"world {plain.title!r} has no charter")
    draw = Draw("five_words", seed, plain.setting, "assignment")
    met = _solvable(charter, draw, tempting=draw.uniform() < TEMPTING)
    if met is None:
        raise BadInput(f"no five_words world was found for seed {seed}; take another seed")
    assignment = _assignment(plain.setting, _ranked(seed, plain.setting), charter, met, draw)
    return World(**{name: getattr(plain, name) for name in World.model_fields} | {"assignment": assignment})


def meant(seed: int, *, facts: int = 8, setting: str | None = None) -> World:
    """Make the world without a choice, for tests that ask only what happens to its charter."""
    plain = watermelon(seed, facts=facts, setting=setting)
    draw = Draw("five_words", seed, plain.setting, "charter")
    return World(
        scenario="five_words",
        version=VERSION,
        seed=seed,
        setting=plain.setting,
        title=plain.title,
        facts=plain.facts,
        charter=_charter(_ranked(seed, plain.setting), INTENTS[plain.setting].ban, draw),
    )


def _ranked(seed: int, setting: str) -> list[Goal]:
    """Return a setting's goals in the order of their ranks in one world."""
    return Draw("five_words", seed, setting, "ranks").shuffled(WORK[setting].goals)


def _charter(goals: Sequence[Goal], ban: Ban, draw: Draw) -> Charter:
    """Return the goals as ranked clauses, with the must-not anywhere among them."""
    place = draw.integer(0, GOALS)
    clauses: list[Clause] = []
    for at in range(GOALS + 1):
        if at == place:
            clauses.append(must_not_clause("BAN", at + 1, ban, draw))
        else:
            number = at - (at > place)
            clauses.append(goal_clause(f"G{number + 1}", at + 1, goals[number], draw))
    return Charter(clauses=tuple(clauses))


def _solvable(charter: Charter, draw: Draw, *, tempting: bool) -> np.ndarray | None:
    """Draw which action meets which clause so that the rules are kept for every number of goals; None if none is found.

    Random tables hardly ever keep all rules. So one is drawn and changed in one random place after another; a change
    is kept unless it breaks more rules, and now and then even then (simulated annealing).

    Returns:
        An array of actions by clauses, true where the action meets the clause.
    """
    ids = [clause.id for clause in charter.clauses]
    weights = [_weight(clause, charter) for clause in charter.clauses]
    actions = [f"a{number}" for number in range(1, _ACTIONS + 1)]
    known = [[ids.index(clause.id) for clause in first_goals(charter, count).clauses] for count in TELLABLE]

    def faults(met: np.ndarray, most: int) -> int:
        """Return how many rules are broken; counting stops once there are more than `most`."""
        count = 0
        for at in reversed(known):
            if count > most:
                break
            found = dilemma(met[:, at], [weights[one] for one in at], [ids[one] for one in at], actions, {"BAN"})
            count += len(found.broken) + (found.tempting != tempting)
        return count

    for _ in range(STARTS):
        met = np.array([[draw.uniform() < 0.5 for _ in ids] for _ in actions])
        count = faults(met, MANY)
        for _ in range(CHANGES):
            if not count:
                return met
            changed = met.copy()
            changed[draw.integer(0, len(actions) - 1), draw.integer(0, len(ids) - 1)] ^= True
            after = faults(changed, count + 1)
            if after <= count or (after == count + 1 and draw.uniform() < SLACK):
                met, count = changed, after
    return None


def _weight(clause: Clause, charter: Charter) -> float:
    if clause.must_not:
        return FORBIDDEN_WEIGHT
    return WEIGHTS[[one.id for one in charter.clauses if not one.must_not].index(clause.id)]


def _assignment(setting: str, goals: Sequence[Goal], charter: Charter, met: np.ndarray, draw: Draw) -> Assignment:
    """Return the assignment in which each action meets the clauses of the table, with values drawn."""
    work, ban = WORK[setting], INTENTS[setting].ban
    by_rank = iter(goals)
    aims, properties = [], []
    values: list[dict[str, float]] = [{} for _ in range(_ACTIONS)]
    for at, clause in enumerate(charter.clauses):
        limit = float(clause.slot("limit").value)
        if clause.must_not:
            span, step, above = ban.range, 1, False
            properties.append(Property(id=clause.id, name=f"{ban.topic[0]} of {clause.subject}", unit=ban.unit))
        else:
            goal = next(by_rank)
            span, step, above = goal.limits, goal.step, goal.above
            properties.append(Property(id=clause.id, name=goal.subject, unit=goal.unit, per=goal.per))
        aims.append(
            Aim(
                clause=clause.id, property=clause.id, weight=_weight(clause, charter), above=above, limit=limit,
                span=(span[0] * step, span[1] * step), must_not=clause.must_not,
            )
        )  # fmt: skip
        for row, wanted in zip(values, met[:, at], strict=True):
            row[clause.id] = _value(limit, step, draw, over=bool(wanted) == above)
    shown = tuple(draw.shuffled(properties))
    return Assignment(
        question=work.question,
        properties=shown,
        actions=tuple(
            Action(id=f"a{number}", text=text, values=tuple(row[one.id] for one in shown))
            for number, (text, row) in enumerate(zip(draw.shuffled(work.actions), values, strict=True), 1)
        ),
        aims=tuple(aims),
    )


def _value(limit: float, step: int, draw: Draw, *, over: bool) -> float:
    """Draw a value clearly on one side of a limit, as round as the limit is."""
    gap = draw.integer(math.ceil(_NEAR * limit / step), max(2, math.floor(_FAR * limit / step)))
    return limit + max(1, gap) * step * (1 if over else -1)
