"""The gates: the instrument passes each of them, and an instrument with a known fault fails those that look for it."""

import math

import pytest

from chains.errors import BadInput
from chains.models.channel.codebook import lines_of, planted
from chains.rng import Draw
from chains.validation.gates.calibration import GATES, calibrate, read_fates
from chains.validation.gates.dose_response_and_saboteur import dose_response, saboteur
from chains.validation.gates.gate import Share, share_gate
from chains.validation.gates.mixed import REPLICATES, fates_in_lines
from chains.validation.gates.synthetic_messages import climbed, cut, notes, prose, shuffled, without, worlds

WORLDS = 5


def everything(fate):
    """An instrument that says the same of every fact."""
    return lambda world, _: {fact.id: fate for fact in world.facts}


def confusing(told, with_):
    """An instrument that reads one fate as another."""

    def read(world, message):
        return {fact: with_ if fate == told else fate for fact, fate in read_fates(world, message).items()}

    return read


def first_half_only(world, message):
    return read_fates(world, message[: len(message) // 2])


def shorter_is_nothing(world, message):
    """Loses what is kept in messages that have become short, as those of late hops have."""
    fates = read_fates(world, message)
    return fates if len(message.split()) > 120 else dict.fromkeys(fates, "omitted")


def one_wording_only(world, message):
    """Takes no other rendering than the first for the fact."""
    fates = read_fates(world, message)
    return {
        fact.id: fates[fact.id] if fact.render(0)[1:] in message else "omitted" for fact in world.facts
    }  # fmt: skip


def seeing_ghosts(world, message):
    """Sees a twentieth of what is not there."""
    return {
        fact: "kept" if fate != "kept" and Draw(message, fact).uniform() < 0.05 else fate
        for fact, fate in read_fates(world, message).items()
    }


def word_for_word_only(world, message):
    """Knows the channel's sentences by heart, and nothing else."""
    return planted(world, message).fates


FAULTS = {
    "all is kept": (
        everything("kept"),
        {
            "empty message", "another world", "fates in lines", "fates in prose", "false alive", "dose-response",
            "saboteur",
        },
    ),
    "all is omitted": (
        everything("omitted"),
        {"verbatim relay", "paraphrase only", "fates in lines", "fates in prose", "dose-response", "saboteur"},
    ),
    "altered is kept": (confusing("altered", "kept"), {"fates in lines", "fates in prose", "false alive"}),
    "blurred is kept": (confusing("blurred", "kept"), {"fates in lines", "fates in prose", "false alive"}),
    "inverted is altered": (confusing("inverted", "altered"), {"fates in lines", "fates in prose"}),
    "omitted is blurred": (confusing("omitted", "blurred"), {"empty message", "fates in lines", "fates in prose"}),
    "only the first half is read": (
        first_half_only,
        {"verbatim relay", "paraphrase only", "shuffled lines", "fates in lines", "fates in prose", "dose-response"},
    ),
    "short messages are nothing": (shorter_is_nothing, {"false loss by hop", "dose-response"}),
    "one wording only": (one_wording_only, {"verbatim relay", "paraphrase only", "fates in lines", "fates in prose"}),
    "ghosts": (seeing_ghosts, {"empty message", "another world", "fates in lines", "fates in prose", "false alive"}),
    "word for word only": (word_for_word_only, {"other words", "paraphrase only", "fates in prose"}),
}  # fmt: skip
"""Instruments with a fault, and the gates that must fail on each."""


@pytest.fixture(scope="module")
def made():
    return worlds(WORLDS)


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.__name__)
def test_the_instrument_passes(gate, made):
    found = gate(made, read_fates)
    assert found.passed, found
    assert found.n >= len(made)
    if found.low is not None:
        assert 0 <= found.low <= found.figure <= found.high <= 1


@pytest.fixture(scope="module")
def by_name(made):
    """Each gate by the name that it gives itself."""
    return {gate(made, everything("kept")).name: gate for gate in GATES}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_instrument_with_a_fault_fails_the_gates_that_look_for_it(fault, made, by_name):
    read, expected = FAULTS[fault]
    assert [name for name in expected if by_name[name](made, read).passed] == []


def test_every_gate_catches_some_fault(by_name):
    caught = set().union(*(expected for _, expected in FAULTS.values()))
    assert caught == by_name.keys()


def test_the_confusion_matrix_counts_every_verdict_by_its_planted_fate(made):
    found = fates_in_lines(made, confusing("altered", "kept"))
    confusion = found.details["confusion"]
    assert sum(sum(row.values()) for row in confusion.values()) == sum(len(world.facts) for world in made) * REPLICATES
    assert sum(confusion["altered"].values()) == found.n
    assert all(sum(row.values()) > 30 for row in confusion.values())
    assert confusion["altered"]["altered"] == 0 < confusion["altered"]["kept"]
    assert found.details["recall"]["altered"] == found.figure == 0


def test_the_saboteur_is_seen_at_its_hop_and_the_budget_in_retention(made):
    losses = saboteur(made, read_fates).details["first_losses_of_bad_facts"]
    assert max(losses, key=losses.get) == "3"
    kept = dose_response(made, read_fates).details["retention"]
    assert list(kept.values()) == sorted(kept.values())
    assert kept["20"] < 0.1
    assert 0.7 < kept["400"] < 1


def test_a_share_of_nothing_meets_no_bar():
    assert math.isnan(Share(0, 0).value)
    assert not share_gate("none", "", Share(0, 0), at_most=0.5).passed


def test_the_interval_of_none_in_three_hundred_ends_a_little_above_one_per_cent():
    low, high = Share(0, 300).interval
    assert low == 0
    assert 0.01 < high < 0.014


@pytest.mark.parametrize(("hits", "passed"), [(97, False), (98, True), (100, True)])
def test_a_figure_at_its_bar_passes(hits, passed):
    assert share_gate("at", "", Share(hits, 100), at_least=0.98).passed is passed
    assert share_gate("at", "", Share(100 - hits, 100), at_most=0.02).passed is passed


def test_too_few_worlds_for_every_setting_are_refused():
    with pytest.raises(BadInput, match="one world of each setting"):
        next(calibrate(4))


# The messages


def test_prose_holds_the_same_words_and_no_line_of_the_ledger_word_for_word(made):
    for world in made:
        message = notes(world, 0)
        paragraph = prose(message, world.seed)
        assert "\n" not in paragraph
        assert set(planted(world, paragraph).fates.values()) == {"omitted"}
        assert all(line[2:] in paragraph for line in lines_of(message))


def test_shuffling_moves_lines_and_loses_none(made):
    message = notes(made[0], 0)
    other = shuffled(message, 1)
    assert other != message
    assert sorted(lines_of(other)) == sorted(lines_of(message))


@pytest.mark.parametrize("budget", [0, 20, 60, 1000])
def test_a_cut_message_keeps_to_its_budget_in_whole_lines(made, budget):
    message = notes(made[0], 0)
    kept = lines_of(cut(message, budget))
    assert sum(len(line.split()) for line in kept) <= budget
    assert kept == lines_of(message)[: len(kept)]


def test_a_seat_can_drop_facts_and_leave_the_rest_as_it_is(made):
    world = made[0]
    gone = {world.facts[0].id, world.facts[5].id}
    (message,) = climbed(world, "alter=0.3", depth=1)
    before, after = planted(world, message).fates, planted(world, without(message, world, gone)).fates
    assert after == {fact: "omitted" if fact in gone else fate for fact, fate in before.items()}


# The verb


def test_calibrate_prints_a_table_and_leaves_with_zero(mazedom):
    ran = mazedom("calibrate", "--worlds", 5)
    assert ran.status == 0
    assert "saboteur" in ran.out
    assert "failed" not in ran.out


def test_calibrate_prints_one_document(mazedom):
    ran = mazedom("calibrate", "--worlds", 5, "--json")
    assert ran.status == 0
    assert set(ran.document) == {"instrument", "passed", "gates"}
    assert ran.document["passed"] is True
    assert len(ran.document["gates"]) == len(GATES)
    assert {"name", "checks", "bar", "figure", "low", "high", "n", "passed", "details"} == set(ran.document["gates"][0])


def test_a_failed_gate_makes_the_exit_status_one(mazedom, monkeypatch):
    broken = [lambda *_: share_gate("empty message", "what is not there", Share(3, 100), at_most=0.0)]
    monkeypatch.setattr("chains.validation.gates.calibration.GATES", broken)
    table, document = mazedom("calibrate"), mazedom("calibrate", "--json")
    assert (table.status, document.status) == (1, 1)
    assert "no result counts while a gate fails" in table.out
    assert document.document["passed"] is False


def test_too_few_worlds_are_a_mistake_in_the_command(mazedom):
    ran = mazedom("calibrate", "--worlds", 2)
    assert ran.status == 2
    assert "--worlds 2 is too few" in ran.err
