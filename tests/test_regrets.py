"""What a run's decisions cost, by condition: means of the split, and what could not be read counted apart."""

import pytest

from chains.analysis.results.regret import Priced, regret_rows
from chains.experiments.experiment import Condition, TrialId
from chains.scoring.measures.regret import TERMS
from chains.scoring.reading import Outcome
from chains.terminal.views.regret import unread
from chains.worlds.scenario.go_ahead import go_ahead

CONDITION = Condition(id="c1", factors={"depth": 2}, values={"depth": 2})


def trial(seed, **changes):
    world = go_ahead(seed, facts=8)
    best = world.decision.best().id
    plain = {
        "version": "choices-1", "told": {weight.fact: weight.true for weight in world.decision.weights},
        "decided": best, "received": {"L2": best}, "done": {"L2": best}, "informed": best, "uninformed": "go",
    }  # fmt: skip
    return Priced(TrialId("c1", seed, 1), world, world.decision, Outcome(**plain | changes), {})


def row(*trials):
    [found] = regret_rows([CONDITION], trials)
    return found


def test_the_terms_of_a_row_sum_to_its_regret():
    found = row(trial(1, decided="go", received={"L2": "part"}, done={"L2": "halt"}), trial(2, done={"L2": "repair"}))
    assert found["regret"] == pytest.approx(sum(found[term] for term in TERMS), abs=1e-5)
    assert found["regret"] > 0


def test_a_trial_that_can_not_be_read_is_counted_and_has_no_split():
    found = row(trial(1), trial(2, decided=None), trial(3, done={"L2": None}), trial(4, received={"L2": None}))
    assert (found["trials"], found["split"]) == (4, 1)
    assert (found["undecided"], found["deeds_unread"], found["orders_unread"]) == (1, 1, 1)
    assert found["regret"] == 0
    standing = trial(3).regret_of("go")
    assert found["regret_standing"] == pytest.approx(standing / 4, abs=1e-5)
    sentence = unread(found)
    assert "1 of 4 decisions can't be read" in sentence
    assert "1 of 4 deeds can't be read" in sentence


def test_a_condition_in_which_nothing_can_be_read_has_no_figures():
    found = row(trial(1, decided=None, informed=None, uninformed=None))
    assert found["regret"] is None
    assert found["right"] is None
    assert found["right_net"] is None
    assert found["regret_informed"] is None


def test_judgement_is_given_net_of_the_same_executive_with_the_full_ledger():
    """An executive that errs as much with the ledger before it has no judgement of its own to answer for."""
    unsafe = next(seed for seed in range(1, 20) if trial(seed).best != "go")
    found = row(trial(unsafe, decided="go", received={"L2": "go"}, done={"L2": "go"}, informed="go"))
    assert found["judgement"] > 0
    assert found["judgement_net"] == 0
    assert found["regret_informed"] == found["judgement"]


def test_right_answers_are_counted_against_those_without_a_report():
    safe = [seed for seed in range(1, 30) if trial(seed).best == "go"][:2]
    unsafe = [seed for seed in range(1, 30) if trial(seed).best != "go"][:2]
    found = row(*(trial(seed) for seed in (*safe, *unsafe)))
    assert (found["right"], found["guessed"], found["right_net"]) == (1, 0.5, 1)


def test_the_wary_executive_learns_from_other_worlds_alone():
    assert row(trial(1), trial(1))["regret_wary"] is None
    assert row(trial(1), trial(2))["regret_wary"] == 0
