"""The instrument against texts that a person labelled, and against worlds whose fate is known by construction."""

import asyncio
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chains.fates import FATES
from chains.models.channel.channel import Channel, parse_channel
from chains.models.channel.codebook import planted
from chains.models.provider import Occasion, Request
from chains.scoring.facts.instrument import Instrument
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.world import World

LABELLED = Path(__file__).parent / "labelled"
SEEDS = range(25)


def ledger(name: str) -> tuple[list[Fact], list[dict]]:
    """Read the facts and the labelled examples of a setting."""
    plain = tomllib.loads((LABELLED / f"{name}.toml").read_text())
    return [Fact.model_validate(fact) for fact in plain["facts"]], plain["examples"]


def bullets(lines):
    return "\n".join(f"- {line}" for line in lines)


def fates(world: World, message: str | None) -> set[str]:
    return {verdict.fate for verdict in Instrument(world.facts).read(message).values()}


def flipped(fact: Fact) -> dict[str, Slot]:
    return {slot.name: slot.flipped() for slot in fact.slots if slot.kind == "direction"}


EXAMPLES = [
    pytest.param(name, example, id=f"{name}: {example['text'][:60]}")
    for name in ("plant", "release", "ward", "vehicle", "lab", "grants")
    for example in ledger(name)[1]
]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_verdicts_are_those_of_a_careful_reader(name, example):
    facts, _ = ledger(name)
    read = Instrument(facts).read(example["text"])
    assert {fact.id: read[fact.id].fate for fact in facts} == {
        fact.id: example["fates"].get(fact.id, "omitted") for fact in facts
    }


def test_there_are_enough_labelled_examples_of_every_fate():
    labels = [fate for param in EXAMPLES for fate in param.values[1]["fates"].values()]
    assert len(labels) >= 150
    assert all(labels.count(fate) >= 30 for fate in FATES if fate != "omitted")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_verbatim_copy_of_any_rendering_is_kept(seed):
    world = watermelon(seed, facts=12)
    for template in range(min(len(fact.templates) for fact in world.facts)):
        assert fates(world, bullets(fact.render(template) for fact in world.facts)) == {"kept"}


@pytest.mark.parametrize("seed", SEEDS)
def test_renderings_inside_other_words_are_kept_without_help_from_the_word_for_word_rule(seed):
    world = watermelon(seed, facts=12)
    message = bullets(f"We must report today that {fact.render(1)}" for fact in world.facts)
    assert fates(world, message) == {"kept"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flipped_rendering_is_inverted(seed):
    world = watermelon(seed, facts=12)
    assert fates(world, bullets(fact.render(0, flipped(fact)) for fact in world.facts)) == {"inverted"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_vague_wording_is_blurred(seed):
    world = watermelon(seed, facts=12)
    assert fates(world, bullets(fact.render(fact.vague[-1]) for fact in world.facts)) == {"blurred"}


@pytest.mark.parametrize("message", [None, "", "  \n ", "- Nothing to report.", "I am proud of my team."])
def test_an_empty_message_omits_everything(message):
    assert fates(watermelon(3, facts=12), message) == {"omitted"}


def test_another_worlds_report_is_not_read_as_this_ones():
    """Codes of two worlds may coincide, so a few verdicts may differ from omitted; none may be kept."""
    read = []
    for seed in range(60):
        world = watermelon(seed, facts=12)
        other = watermelon(seed + 5000, facts=12, setting=world.setting)
        message = bullets(fact.render(0) for fact in other.facts)
        read += [verdict.fate for verdict in Instrument(world.facts).read(message).values()]
    assert "kept" not in read
    assert read.count("omitted") >= 0.98 * len(read)


def test_the_order_of_lines_changes_nothing():
    world = watermelon(11, facts=12)
    lines = [fact.render(1, flipped(fact) if at % 3 == 0 else None) for at, fact in enumerate(world.facts)]
    instrument = Instrument(world.facts)
    there, back = instrument.read(bullets(lines)), instrument.read(bullets(reversed(lines)))
    assert {name: verdict.fate for name, verdict in there.items()} == {n: v.fate for n, v in back.items()}


def test_only_restricts_the_verdicts_and_not_the_knowledge():
    world = watermelon(5, facts=8)
    message = bullets(fact.render(0) for fact in world.facts)
    wanted = {world.facts[0].id, world.facts[3].id}
    instrument = Instrument(world.facts)
    every = instrument.read(message)
    assert instrument.read(message, only=wanted) == {name: every[name] for name in every if name in wanted}


def test_the_evidence_is_where_the_words_stand():
    facts, _ = ledger("plant")
    message = "Good week.\n- The fire audit was passed on 4 March.\n- P-12 came 5 weeks late."
    read = Instrument(facts).read(message)
    assert message[slice(*read["pump"].evidence)] == "P-12 came 5 weeks late"
    assert message[slice(*read["audit"].evidence)] == "The fire audit was passed on 4 March"
    assert read["vendor"].evidence is None


def test_a_verdict_says_which_slot_is_wrong_and_why():
    facts, _ = ledger("plant")
    verdict = Instrument(facts).read("P-12 came 5 weeks late.")["pump"]
    assert verdict.slots == {"delay": "wrong", "way": "right"}
    assert verdict.why == "says '5 weeks' where delay was '3 weeks'"


def test_swapped_values_are_two_alterations():
    facts, _ = ledger("vehicle")
    message = "The stopping distance of B-11 rose by 2.4 metres; the stopping distance of B-14 fell by 1.6 metres."
    read = Instrument(facts).read(message)
    assert (read["front"].fate, read["rear"].fate) == ("altered", "altered")


def test_a_misspelt_word_loses_nothing():
    facts, _ = ledger("plant")
    read = Instrument(facts).read(
        "The refit of the strage tank is EUR 4,200 over budget. The firmwre update cut false alarms from 7 to 2."
    )
    assert (read["refit"].fate, read["alarms"].fate) == ("kept", "kept")


def test_a_ledger_without_directions_knows_a_denial():
    fact = Fact(
        id="F1", subject="boiler B-2", topic=("inspected",), valence="good", severity=1,
        slots=(Slot(name="day", kind="date", value="04-02"),),
        templates=("{subject} was inspected on {day}.", "On {day} {subject} was inspected."),
    )  # fmt: skip
    read = Instrument([fact]).read
    assert read("Boiler B-2 was inspected on April 2.")["F1"].fate == "kept"
    assert read("Boiler B-2 was never inspected.")["F1"].fate == "inverted"


def test_two_facts_with_the_same_wording_on_different_subjects_stay_apart():
    facts = [
        Fact(
            id=f"F{code}", subject=f"cooling pump P-{code}", topic=("delivered",), valence="bad", severity=2,
            slots=(
                Slot(name="delay", kind="number", value=delay, unit="weeks"),
                Slot(name="way", kind="direction", value="late", opposite="early"),
            ),
            templates=("{subject} was delivered {delay} {way}.", "{subject} arrived {delay} {way}."),
        )
        for code, delay in ((12, 3), (13, 5))
    ]  # fmt: skip
    read = Instrument(facts).read("Both pumps are here: P-12 was 3 weeks late, P-13 5 weeks late.")
    assert {verdict.fate for verdict in read.values()} == {"kept"}
    read = Instrument(facts).read("The pump was delivered 3 weeks late.")
    assert read["F12"].fate == "blurred"
    assert read["F13"].fate == "omitted"


SCRAPS = """P-12 pump T-4 the of 7 40 % EUR 4,200 k not no late early over 3 weeks - 4 March 25/3 1. : ; , . ( ) and
but may failed passed +3 –5 a half dozen quarter in to from 2031-03-04 L-2 Ilmar € 1/2 a.m. don't ’ é 中"""
WORDS = st.sampled_from([*SCRAPS.split(), "\n", "\n- "])


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_any_text_gets_one_fate_a_fact_with_evidence_inside_it(message):
    facts, _ = ledger("plant")
    read = Instrument(facts).read(message)
    assert [*read] == [fact.id for fact in facts]
    for verdict in read.values():
        assert verdict.fate in FATES
        assert (verdict.evidence is None) == (verdict.fate == "omitted")
        if verdict.evidence is not None:
            assert 0 <= verdict.evidence[0] < verdict.evidence[1] <= len(message)


@pytest.mark.parametrize("seed", range(8))
def test_fates_planted_by_the_channel_are_found_again(seed):
    """The positive control: the channel's paraphrases, blurs, alterations and inversions over four hops."""
    world = watermelon(seed, facts=12)
    channel = Channel(parse_channel("channel:drop=0.1,blur=0.1,alter=0.1,flip=0.1"))
    instrument, heard = Instrument(world.facts), tuple(fact.render(0) for fact in world.facts)
    for hop in range(1, 5):
        occasion = Occasion(
            world=world, replicate=0, seat=f"L{5 - hop}", role="manager", hop=hop, depth=4, heard=heard
        )  # fmt: skip
        reply = asyncio.run(channel.reply(Request(model="channel", messages=(), occasion=occasion)))
        read = instrument.read(reply.text)
        assert {name: verdict.fate for name, verdict in read.items()} == dict(planted(world, reply.text).fates)
        heard = (reply.text,)
