"""What a run's stops come to, by condition: missed and needless ones, courage and panic, right and wrong."""

import math

import pytest

from chains.analysis.results.regret import Priced
from chains.analysis.results.stops import stop_rows
from chains.experiments.experiment import Condition, TrialId
from chains.scoring.measures.heard import halted, heard
from chains.scoring.measures.measures import MEASURES
from chains.scoring.measures.stopped_work import work_of
from chains.scoring.reading import Call, Halting, Outcome, Reading
from chains.scoring.text.legible import legible
from chains.terminal.views.stops import stops_view, unread
from chains.worlds.scenario.stop_work import stop_work

CONDITION = Condition(id="c1", factors={"remedy": "stop_work"}, values={"remedy": "stop_work"})
HAZARD, SAFE = stop_work(1, facts=8), stop_work(3, facts=8)


def call(hop, stepped_in, *, warranted=True, seat=None):
    return Call(seat=seat or f"L{4 - hop}", hop=hop, stepped_in=stepped_in, warranted=warranted)


def outcome(world, decided="go", in_force=None, **halting):
    in_force = in_force or decided
    return Outcome(
        version="choices-1",
        told={weight.fact: weight.true for weight in world.decision.weights},
        decided=decided,
        received={"L3": in_force},
        done={"L3": in_force},
        informed=decided,
        uninformed="go",
        halting=Halting(in_force=in_force, **halting) if halting else None,
    )


def trial(world, *arguments, **halting):
    return Priced(TrialId("c1", world.seed, 1), world, world.decision, outcome(world, *arguments, **halting), {})


def row(*trials):
    [found] = stop_rows([CONDITION], trials)
    return found


def test_a_stop_is_missed_in_hazard_worlds_and_needless_in_the_others():
    nobody = {"stops": (call(1, False),)}
    found = row(trial(HAZARD, **nobody), trial(SAFE, **nobody))
    assert (found["missed"]["share"], found["needless"]["share"], found["hazards"]) == (1, 0, 1)
    stopped = {"stops": (call(1, True),)}
    found = row(trial(HAZARD, "go", "halt", **stopped), trial(SAFE, "go", "halt", **stopped))
    assert (found["missed"]["share"], found["needless"]["share"]) == (0, 1)


def test_an_executive_that_halts_of_itself_has_missed_nothing():
    assert work_of(HAZARD.decision, outcome(HAZARD, "halt")).missed is False
    assert work_of(SAFE.decision, outcome(SAFE, "halt")).needless is True


def test_there_are_no_rows_where_nobody_could_step_in():
    assert stop_rows([CONDITION], [trial(HAZARD)]) == []


def test_what_was_in_force_and_can_not_be_read_is_neither_missed_nor_needless():
    plain = outcome(HAZARD, None, stops=(call(1, None),))
    assert plain.in_force is None
    found = row(Priced(TrialId("c1", 1, 1), HAZARD, HAZARD.decision, plain, {}))
    assert (found["unknown"], found["missed"], found["needless"], found["intervention"]) == (1, None, None, None)
    assert "1 of 1 answers whether to stop can't be read and count as no" in unread(found)
    assert "in 1 of 1 trials it can't be read what was in force" in unread(found)


def test_courage_is_of_those_who_had_read_what_warrants_a_stop_and_panic_of_the_others():
    stops = (call(1, True), call(2, False), call(3, True, warranted=False))
    found = row(trial(HAZARD, "go", "halt", stops=stops))["stops"]
    assert (found["courage"]["share"], found["courage"]["times"]) == (0.5, 2)
    assert (found["panic"]["share"], found["panic"]["times"]) == (1, 1)
    assert found["by_hop"][2]["courage"]["share"] == 0
    assert (found["right"], found["wrong"]) == (2, 0), "right by the full ledger, whatever was read"


def test_the_first_stop_is_the_lowest_hop_at_which_somebody_stopped_a_hazard():
    found = row(
        trial(HAZARD, "go", "halt", stops=(call(1, False), call(2, True), call(3, True))),
        trial(SAFE, "go", "halt", stops=(call(1, True),)),
    )
    assert (found["stops"]["first"], found["stops"]["first_at"]) == (2, {2: 1})


def test_to_override_is_right_where_the_stop_was_not():
    over = (call(3, True, seat="L0"),)
    stops = (call(1, True),)
    found = row(trial(HAZARD, stops=stops, overrides=over), trial(SAFE, stops=stops, overrides=over))["overrides"]
    assert (found["right"], found["wrong"]) == (1, 1)


def test_a_veto_counts_beside_the_chain():
    found = row(trial(HAZARD, "go", "halt", vetoes=(call(0, True, seat="QE"),)))
    assert (found["vetoes"]["right"], found["vetoes"]["wrong"]) == (1, 0)
    assert found["stops"]["asked"] == 0
    assert found["intervention"] < 0, "it saves what the decision would have cost"


def at(world, result):
    reading = Reading(hop=1, fates="K" * len(world.facts), invented=0, unfounded=0, words=1)
    return heard(world.facts, [reading], work=halted(world, result))


@pytest.mark.parametrize(
    ("world", "halting", "values"),
    [
        (HAZARD, {}, {"stopped": 0, "missed_stop": 1, "needless_stop": None, "stop_called": None}),
        (SAFE, {}, {"stopped": 0, "missed_stop": None, "needless_stop": 0, "stop_called": None}),
        (HAZARD, {"in_force": "halt", "stops": (call(1, True),)},
         {"stopped": 1, "missed_stop": 0, "needless_stop": None, "stop_called": 1}),
        (SAFE, {"in_force": "halt", "vetoes": (call(0, True),)},
         {"stopped": 1, "missed_stop": None, "needless_stop": 1, "stop_called": 1}),
        (SAFE, {"stops": (call(1, True),)},
         {"stopped": 0, "missed_stop": None, "needless_stop": 0, "stop_called": 1}),
        (HAZARD, {"stops": (call(1, None),)},
         {"stopped": 0, "missed_stop": 1, "needless_stop": None, "stop_called": 0}),
    ],
)  # fmt: skip
def test_measures_of_stops(world, halting, values):
    found = at(world, outcome(world, "go", **halting))
    for name, value in values.items():
        got = MEASURES[name].of(found)
        assert math.isnan(got) if value is None else got == value


def test_measures_of_stops_are_undefined_where_nothing_is_decided():
    reading = Reading(hop=1, fates="K" * len(SAFE.facts), invented=0, unfounded=0, words=1)
    found = heard(SAFE.facts, [reading])
    assert all(math.isnan(MEASURES[name].of(found)) for name in ("stopped", "missed_stop", "stop_called"))


def test_the_tables_say_how_many_hazard_worlds_there_were():
    rows = [row(trial(HAZARD, stops=(call(1, False),)))]
    said = [part.plain for part in stops_view(rows) if hasattr(part, "plain")]
    assert "note: 1 hazard world are too few for a conclusion" not in said
    assert any("hazard world" in sentence and "too few" in sentence for sentence in said)
    assert all(legible(sentence) == sentence for sentence in said)
