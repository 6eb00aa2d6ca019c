"""Near misses (E6): worlds of graded incidents, two lists of witnesses, what is told of grades and close calls."""

import random
import statistics

import pytest

from chains.errors import BadInput
from chains.models.channel.channel import Channel, parse_channel
from chains.models.channel.codebook import codebook
from chains.models.channel.decisions import weights_heard
from chains.models.provider import Occasion, Reply
from chains.organisation.cast import hands_of
from chains.organisation.hierarchy import chain, pyramid
from chains.scoring.facts.belief import believed
from chains.scoring.facts.grades import SUCCESS, UNCLEAR, UNTOLD, WARNING, WHOLE, calls_in, grades_in
from chains.scoring.facts.reader import Reader, instrument_of
from chains.scoring.measures.graded import graded
from chains.stats.capture import Lists, chapman, number_of_all, share_named
from chains.worlds.scenario.near_miss import CLOSE, GRADING, OPEN, broken, near_miss, points
from chains.worlds.world import World

WORLDS = [near_miss(seed, facts=8) for seed in range(1, 25)]
ALL = {grade: next((world, fact) for world in WORLDS for fact in world.facts if GRADING.grade_of(fact) == at)
       for at, grade in enumerate(GRADING.grades)}  # fmt: skip


def read(world, message):
    """The letters of grades and of close calls in a message, by fact."""
    verdicts = instrument_of(world).read(message)
    ids = [fact.id for fact in world.facts]
    told = (of(message, GRADING, world.facts, verdicts) for of in (grades_in, calls_in))
    return tuple(dict(zip(ids, letters, strict=True)) for letters in told)


def test_the_best_decision_is_what_the_points_of_the_charter_say():
    for world in WORLDS:
        limit = world.charter.clauses[0].slot("limit").value
        assert world.decision.best().id == (CLOSE if points(world.facts) > limit else OPEN)


def test_every_world_keeps_the_rules_and_half_of_them_are_safe():
    safe = [world.decision.best().id == OPEN for world in WORLDS]
    assert all(broken(world, safe=one) is None for world, one in zip(WORLDS, safe, strict=True))
    assert statistics.mean(safe) == 0.5


def test_two_thirds_of_the_facts_are_incidents_and_only_near_misses_were_caught():
    for world in WORLDS:
        incidents = GRADING.graded(world.facts)
        assert len(incidents) == 6
        assert all(GRADING.is_close_call(fact) == (GRADING.grade_of(fact) == 0) for fact in incidents)
        assert {fact.valence for fact in world.facts if fact not in incidents} == {"good"}


@pytest.mark.parametrize("facts", [7, 21])
def test_too_few_or_too_many_facts_are_refused(facts):
    with pytest.raises(BadInput, match="8 to 20 facts"):
        near_miss(1, facts=facts)


def test_another_setting_is_refused():
    with pytest.raises(BadInput, match="one setting, ward"):
        near_miss(1, setting="plant")


def test_every_fact_has_a_witness_on_the_first_list_and_the_shared_ones_another_on_the_second():
    world = WORLDS[0]
    dealt = hands_of(world, pyramid([1, 1, 4]), 1)
    first = [name for seat in ("L2.1", "L2.3") for name in dealt[seat]]
    second = [name for seat in ("L2.2", "L2.4") for name in dealt[seat]]
    assert sorted(first) == [fact.id for fact in world.facts]
    assert sorted(second) == sorted(world.shared)


def test_one_worker_alone_holds_every_fact_once():
    (held,) = hands_of(WORLDS[0], chain(2), 1).values()
    assert sorted(held) == [fact.id for fact in WORLDS[0].facts]


def test_a_fact_shared_that_is_not_there_is_refused():
    plain = {name: getattr(WORLDS[0], name) for name in World.model_fields}
    with pytest.raises(ValueError, match="no fact F99 for a second worker"):
        World(**plain | {"shared": ("F99",)})


def test_the_grade_told_is_read_whatever_the_channel_makes_of_it():
    for world in WORLDS[:6]:
        for line, state in codebook(world).states.items():
            fact = next((one for one in world.facts if one.id == state.fact), None)
            if fact is None or (true := GRADING.grade_of(fact)) is None:
                continue
            slot, _, value = state.variant.partition("=")
            wanted = str(GRADING.grades.index(value) if slot == "grade" else true)
            assert read(world, f"- {line}")[0][fact.id] == (UNCLEAR if state.fate == "blurred" else wanted)


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("{subject} {told}. It was graded major.", "2"),
        ("{subject} {told}, which was changed from major to minor.", "1"),
        ("{subject} {told}, a near-miss.", "0"),
        ("{subject} {told}, a close call, not a major one.", "0"),
        ("{subject} {told}, a minor or major incident.", UNCLEAR),
        ("{subject} {told}.", UNCLEAR),
        ("All is well on the ward.", UNTOLD),
    ],
)
def test_a_grade_is_read_in_the_words_of_others(said, letter):
    world, fact = ALL["minor"]
    sentence = fact.render(0)
    told = sentence[len(fact.subject) : sentence.index(", graded")].strip()
    assert read(world, said.format(subject=fact.subject, told=told))[0][fact.id] == letter


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("{whole}", WHOLE),
        ("{success}", SUCCESS),
        ("{warning}", WARNING),
        ("{whole} Our checks worked well.", SUCCESS),
        ("{whole} It could have been fatal.", WARNING),
        ("{whole} A good catch, and a risk.", WHOLE),
        ("All is well on the ward.", UNTOLD),
    ],
)
def test_a_close_call_is_read_as_a_success_or_a_warning(said, letter):
    world, fact = ALL["near miss"]
    success, warning = fact.hints()
    message = said.format(whole=fact.render(0), success=success, warning=warning)
    assert read(world, message)[1][fact.id] == letter


def test_harm_that_was_done_is_no_close_call():
    world, fact = ALL["major"]
    assert read(world, fact.render(0))[1][fact.id] == UNTOLD


def test_a_reader_who_is_told_a_milder_grade_believes_in_less_risk():
    world, fact = ALL["major"]
    milder = fact.render(0, {"grade": GRADING.slot_of("near miss")})
    weight = world.decision.weight_of[fact.id]
    verdicts = instrument_of(world).read(milder)
    assert verdicts[fact.id].fate == "altered"
    assert believed(world, verdicts, milder)[fact.id] == weight.ramp.at("near miss") < weight.true


def test_the_channel_decides_by_the_grade_it_heard():
    world, fact = ALL["major"]

    def believes(grade):
        heard = (fact.render(0, {"grade": GRADING.slot_of(grade)}),)
        return world.decision.p(weights_heard(Occasion(world, 1, "L0", "executive", 3, 2, heard, task="decide")))

    assert believes("near miss") < believes("minor") < believes("major")


def passed(rates, world, lines, replicate=1):
    """The grades that a channel passes on, by fact."""
    occasion = Occasion(world, replicate, "L1", "manager", 2, 2, ("\n".join(lines),))
    said = Channel(parse_channel(rates)).relayed(occasion)
    states = codebook(world).states
    return {states[line].fact: states[line] for line in said}


def test_a_channel_leaves_out_and_reclassifies_by_grade():
    world = next(world for world in WORLDS if {GRADING.grade_of(fact) for fact in world.facts} >= {0, 1, 2})
    lines = [fact.render(0) for fact in world.facts]
    by_grade = {at: [fact.id for fact in world.facts if GRADING.grade_of(fact) == at] for at in (0, 1, 2, None)}
    left = passed("hide=0/0/1", world, lines)
    assert left.keys() == {fact.id for fact in world.facts} - set(by_grade[2])
    milder = passed("milder=1", world, lines)
    assert {milder[name].variant for name in by_grade[2]} == {"grade=minor"}
    assert {milder[name].fate for name in by_grade[0] + by_grade[None]} == {"kept"}
    worse = passed("worse=1/0/0", world, lines)
    assert {worse[name].variant for name in by_grade[0]} == {"grade=minor"}
    assert {worse[name].fate for name in by_grade[1] + by_grade[2]} == {"kept"}


def test_what_was_told_milder_and_then_worse_is_kept_again():
    world, fact = ALL["minor"]
    milder = fact.render(0, {"grade": GRADING.slot_of("near miss")})
    assert passed("worse=1", world, [milder])[fact.id].fate == "kept"


def test_worlds_without_grades_pass_a_channel_as_before():
    from chains.worlds.scenario.watermelon import watermelon  # noqa: PLC0415  one test alone needs it

    world = watermelon(1, facts=8)
    lines = tuple(fact.render(0) for fact in world.facts)
    occasion = Occasion(world, 1, "L1", "manager", 2, 2, lines)
    plain, graded_ = (Channel(parse_channel(rates)).relayed(occasion) for rates in ("drop=0.4", "drop=0.4,hide=1"))
    assert plain == graded_


@pytest.mark.parametrize("rates", ["hide=0.1/2", "milder=a", "worse=-0.1"])
def test_a_rate_by_grade_that_is_none_is_refused(rates):
    with pytest.raises(BadInput, match="is no use"):
        parse_channel(rates)


def test_shares_of_one_hop_count_a_fact_once_and_a_grade_for_each_witness():
    world, fact = ALL["major"]
    reader = Reader(world)

    def reading(text, held):
        return reader.read(Reply(text=text), hop=1, held=frozenset(held), heard=[])

    milder = fact.render(0, {"grade": GRADING.slot_of("minor")})
    found = graded(world, [reading(fact.render(0), {fact.id}), reading(milder, {fact.id})])
    assert found.told == pytest.approx(1 / 6)
    assert (found.milder, found.unclear) == (0.5, 0.0)


def test_chapmans_estimate_is_that_of_the_book():
    """Seber, The estimation of animal abundance, 1982: 11 marked, 15 caught, 5 of them marked gives 31 in all."""
    assert chapman(Lists(11, 15, 5)) == 31
    value, low, high = number_of_all(Lists(11, 15, 5))
    assert low < value < high
    assert low >= Lists(11, 15, 5).named - 0.5


def test_two_lists_that_agree_in_all_leave_nobody_unnamed():
    assert share_named([[Lists(9, 9, 9)]]).value == 1


def test_lists_that_share_nothing_say_that_little_is_named():
    assert share_named([[Lists(5, 5, 0)], [Lists(6, 4, 0)]]).value < 0.2


def test_the_share_named_is_found_from_two_lists_alone():
    """200 studies of 40 worlds with 8 incidents; either list names 60%, so that 84% are named."""
    draw = random.Random(3)
    held = 0
    for _ in range(200):
        worlds = []
        for _ in range(40):
            named = [(draw.random() < 0.6, draw.random() < 0.6) for _ in range(8)]
            worlds.append([Lists(sum(a for a, _ in named), sum(b for _, b in named), sum(a and b for a, b in named))])
        found = share_named(worlds)
        held += found.low <= 0.84 <= found.high
    assert held >= 0.93 * 200


def test_a_run_shows_what_is_told_replays_and_goes_on_as_a_fork_with_a_person(mazedom):
    ran = mazedom(
        "run", "near_miss", "--set", "worlds=8", "--set", "remedy=none", "--set", "incentive=blame",
        "--set", "hypotheses=none", "--set", "model=channel:hide=0.2,milder=0/0.5/0.5", "--json",
    ).document  # fmt: skip
    first, *_, last = ran["grades"]
    assert [row["hop"] for row in ran["grades"]] == [1, 2, 3]
    assert first["told"]["share"] > last["told"]["share"] > 0
    assert last["milder"]["share"] > last["worse"]["share"] == 0
    low, high = first["estimated"]["ci"]
    assert low <= first["estimated"]["share"] <= high
    assert "by capture and recapture" in mazedom("show", "last").out
    assert mazedom("replay", "last", "--verify").status == 0
    fork = mazedom("fork", "last", "--at", "L2", "--set", "human.L2=write", "--set", "holder=scripted:relay", "--json")
    assert fork.status == 0
    told = {row["hop"]: row["told"]["share"] for row in mazedom("show", "last", "--json").document["grades"]}
    assert told[1] == told[2]  # a program that passes all on sits in for the charge nurse
