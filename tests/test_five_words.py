"""Worlds in which the top means several things: the rules of assignments, and who knows what of a charter."""

from functools import cache

import numpy as np
import pytest

from chains.errors import BadInput
from chains.models.channel.codebook import codebook
from chains.worlds.charters.assignment import Action, Aim, Assignment, Property, Told
from chains.worlds.charters.goal_catalog import WORK
from chains.worlds.rules.assignment_rules import dilemma
from chains.worlds.rules.visible_goals import first_goals, told
from chains.worlds.scenario.five_words import TELLABLE, five_words
from chains.worlds.scenario.go_ahead import go_ahead
from chains.worlds.scenario.watermelon import SETTINGS, watermelon

SEEDS = (1, 2, 5, 8, 9, 11, 14, 17, 19)
"""Of which a table is found at once, in four of the five settings and tempting or not."""


@cache
def world(seed):
    return five_words(seed)


def aim(clause, weight, *, above=False, limit=10.0, must_not=False):
    return Aim(clause=clause, property=clause, weight=weight, above=above, limit=limit, span=(5, 25), must_not=must_not)


def enumerated(assignment):
    met = [
        [aim.met(assignment.values(action.id)[aim.property]) for aim in assignment.aims]
        for action in assignment.actions
    ]
    return dilemma(
        np.array(met),
        [aim.weight for aim in assignment.aims],
        [aim.clause for aim in assignment.aims],
        [action.id for action in assignment.actions],
        frozenset(aim.clause for aim in assignment.aims if aim.must_not),
    )


def small():
    """Two goals and a must-not: action a is best, b if the must-not is not known, c for who knows the first alone."""
    rows = {"a": (12, 40, 5), "b": (8, 40, 15), "c": (8, 4, 5)}
    return Assignment(
        question="What now?",
        properties=tuple(Property(id=name, name=name) for name in ("X", "Y", "Z")),
        actions=tuple(Action(id=name, text=f"do {name}", values=row) for name, row in rows.items()),
        aims=(aim("X", 2), aim("Y", 3, above=True), aim("Z", 9, must_not=True)),
    )


def test_what_is_best_follows_from_the_clauses_that_are_known():
    task = small()
    x, y, z = (Told(one) for one in task.aims)
    assert task.best() == ("a",)
    assert task.best([x, y]) == ("b",)
    assert task.best([x, z]) == ("c",)
    assert task.best([]) == ("a", "b", "c")
    assert [task.regret(name) for name in "abc"] == [0, 7, 1]


def test_a_goal_turned_round_asks_for_the_opposite_and_a_must_not_turned_round_for_nothing():
    task = small()
    x, y, z = task.aims
    assert task.best([Told(x, turned=True)]) == ("a",)
    assert task.best([Told(x), Told(y), Told(z, turned=True)]) == task.best([Told(x), Told(y)])


def test_a_goal_without_its_limit_is_worth_what_it_is_worth_on_average_over_the_limits_there_may_be():
    x = small().aims[0]
    assert Told(x, open=True).share(15) == pytest.approx(0.5)
    assert [Told(x, open=True).share(value) for value in (0, 5, 25, 30)] == [1, 1, 0, 0]
    assert Told(x, limit=20).share(15) == 1
    assert Told(x).share(15) == 0


def test_actions_whose_words_would_be_taken_for_each_other_are_refused():
    plain = small().model_dump()
    plain["actions"][1]["text"] = "do a quickly"
    with pytest.raises(ValueError, match="contains the words of a"):
        Assignment.model_validate(plain)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_world_keeps_every_rule_for_every_number_of_goals(seed):
    for count in TELLABLE:
        found = enumerated(told(world(seed), count, owner=False).assignment)
        assert found.broken == ()
        assert found.goals == count


def test_about_half_of_the_charters_forbid_what_would_else_be_best():
    tempting = [enumerated(world(seed).assignment).tempting for seed in SEEDS]
    assert 0.2 < sum(tempting) / len(tempting) < 0.8


def test_every_rank_decides_in_some_world_and_the_must_not_stands_anywhere():
    """Over the worlds each of the first five goals alone changes what is best, and the must-not is not always last."""
    alone = {name for seed in SEEDS for name in enumerated(world(seed).assignment).single}
    alone |= {name for seed in SEEDS for name in enumerated(told(world(seed), 3, owner=False).assignment).single}
    assert {"G1", "G2", "G3", "G4", "G5"} <= alone
    assert len({world(seed).charter.must_nots[0].rank for seed in SEEDS}) > 3


def test_enumeration_says_what_the_assignment_says():
    """The fast count over all sets and the plain sum over what is known agree."""
    task = world(1).assignment
    found = enumerated(task)
    goals = [Told(one) for one in task.aims if not one.must_not]
    bans = [Told(one) for one in task.aims if one.must_not]
    assert found.best == task.best()
    assert found.without_must_not == task.best(goals)
    assert found.first == task.best([goals[0], *bans])
    assert found.first_three == task.best([*goals[:3], *bans])


def test_fewer_goals_are_the_first_ones_of_the_same_world_and_the_actions_stay():
    whole, three = world(1), told(world(1), 3, owner=False)
    assert [clause.id for clause in three.charter.goals] == ["G1", "G2", "G3"]
    assert [one.subject for one in three.charter.goals] == [one.subject for one in whole.charter.goals[:3]]
    assert three.charter.must_nots[0].templates == whole.charter.must_nots[0].templates
    assert three.assignment.actions == whole.assignment.actions
    assert {one.clause for one in three.assignment.aims} == {"G1", "G2", "G3", "BAN"}
    assert told(whole, None, owner=False) is whole


def test_an_owner_is_named_last_by_an_invented_name_and_changes_nothing_else():
    owned = told(world(1), 3, owner=True)
    *rest, last = owned.charter.clauses
    assert last.owner
    assert last.subject not in owned.title
    assert tuple(rest) == told(world(1), 3, owner=False).charter.clauses
    assert owned.assignment == told(world(1), 3, owner=False).assignment


def test_more_goals_than_there_are_and_a_charter_that_is_not_there_are_refused_in_a_sentence():
    with pytest.raises(BadInput, match="goals is 9, and the charter has 7"):
        told(world(1), 9, owner=False)
    with pytest.raises(BadInput, match="watermelon has none"):
        told(watermelon(1), 3, owner=False)
    assert len(first_goals(go_ahead(1).charter, 1).clauses) == 2


def test_the_same_seed_gives_the_same_world_and_values_are_on_the_side_that_they_should_be():
    assert world(9).digest == five_words(9, facts=8).digest
    for one in world(9).assignment.aims:
        assert all(
            abs(world(9).assignment.values(row.id)[one.property] - one.limit) >= 1
            for row in world(9).assignment.actions
        )


def test_every_setting_has_seven_goals_whose_clauses_no_sentence_confuses():
    assert set(WORK) == set(SETTINGS)
    for seed in SEEDS:
        codebook(told(world(seed), 7, owner=True))
