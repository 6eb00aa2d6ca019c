"""Claims: facts without a typed value, which rules read only where they are sure and which no rate counts."""

from pathlib import Path

import pytest

from chains.errors import BadInput
from chains.fates import in_rates
from chains.models.channel.codebook import codebook, planted
from chains.models.provider import Reply
from chains.scoring.facts.instrument import Instrument
from chains.scoring.facts.inventions import unfounded
from chains.scoring.facts.reader import Reader
from chains.scoring.measures.fate_shares import shares_of
from chains.scoring.measures.heard import heard
from chains.worlds.files.world_file import read_world
from chains.worlds.world import World

FILE = """
title = "Release 4, incident"

[[facts]]
subject = "cooling pump P-12"
renderings = ["{subject} was delivered {delay} {when}.", "Delivery of {subject} came {delay} {when}."]
vague = ["Delivery of {subject} was {when}."]
topic = ["delivered", "delivery"]
slots = { delay = "3 weeks", when = "late/early" }
valence = "bad"

[[facts]]
claim = "The canary phase was skipped because of the deadline."
valence = "bad"

[[facts]]
claim = "No customer data were lost."
valence = "good"
"""
SKIPPED, LOST = "F02", "F03"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a world of one typed fact and two claims."""
    return _world(tmp_path, FILE)


def _world(folder: Path, text: str) -> World:
    path = folder / "incident.toml"
    path.write_text(text)
    return read_world(path)


@pytest.mark.parametrize(
    ("message", "claim", "read"),
    [
        ("- The canary phase was skipped because of the deadline.", SKIPPED, "kept"),
        ("The canary phase had been skipped because of the deadline, and the release went out.", SKIPPED, "kept"),
        ("The canary phase was not skipped because of the deadline.", SKIPPED, "inverted"),
        ("It is not true that the canary phase was skipped because of the deadline.", SKIPPED, "inverted"),
        ("Customer data were lost.", LOST, "inverted"),
        ("Cooling pump P-12 was delivered 3 weeks late.", LOST, "omitted"),
        ("Nothing to report.", LOST, "omitted"),
        ("", LOST, "omitted"),
        ("We left out the canary phase to meet the deadline.", SKIPPED, "unread"),
        ("The deadline was skipped because of the canary phase.", SKIPPED, "unread"),
        ("The canary phase was almost skipped because of the deadline.", SKIPPED, "unread"),
        ("Ana claims that the canary phase was skipped because of the deadline.", SKIPPED, "unread"),
        ("Was the canary phase skipped because of the deadline?", SKIPPED, "unread"),
        ("No customer data were lost or stolen until Tuesday.", LOST, "unread"),
        ("No customer data were lost. This is wrong.", LOST, "unread"),
        ("No customer data were lost. Customer data were lost.", LOST, "unread"),
        ("All users kept what they had stored.", LOST, "unread"),
    ],
)
def test_rules_read_a_claim_only_where_its_words_leave_no_doubt(world: World, message: str, claim: str, read: str):
    assert Instrument(world.facts).read(message)[claim].fate == read


def test_every_sentence_that_the_channel_writes_of_a_claim_is_read_as_it_was_planted(world: World):
    book, instrument = codebook(world), Instrument(world.facts)
    told = {sentence: state for sentence, state in book.states.items() if state.fact in (SKIPPED, LOST)}
    assert {state.fate for state in told.values()} == {"kept", "inverted"}
    for sentence, state in told.items():
        assert instrument.read(f"- {sentence}")[state.fact].fate == planted(world, f"- {sentence}").fates[state.fact]


def test_what_rules_read_of_claims_enters_no_rate(world: World):
    """Rules are sure mostly of claims that are kept word for word, so a share among these would be too high."""
    everything = frozenset(fact.id for fact in world.facts)
    message = "Cooling pump P-12 was early. The canary phase was skipped because of the deadline. All is well."
    reading = Reader(world).read(Reply(text=message), hop=1, held=everything, heard=[message])
    assert reading.fates[1:] == "k?"
    assert in_rates(reading.fates) == reading.fates[0]
    assert shares_of([reading]).kept == 0
    said = heard(world.facts, [reading])
    assert [fact.id for fact in said.facts] == ["F01"]
    assert said.share("K") == 0


def test_a_claim_that_is_passed_on_is_not_counted_as_invented(world: World):
    message = "The canary phase was skipped because of the deadline."
    assert not unfounded(message, Instrument(world.facts))
    assert unfounded("The vendor Ilmar went bankrupt last winter.", Instrument(world.facts))


def test_typed_facts_are_read_as_if_there_were_no_claims(world: World):
    alone = Instrument([world.facts[0]])
    for message in ("Cooling pump P-12 was 3 weeks early.", "The canary phase was skipped because P-12 was late.", ""):
        assert Instrument(world.facts).read(message)["F01"] == alone.read(message)["F01"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('claim = "It was skipped."\nslots = { n = 3 }\nvalence = "bad"', "is a claim, which has no slots"),
        ('claim = "It was skipped."\nweight = 0.4\nvalence = "bad"', "is a claim, which has no weight"),
        ('claim = ""\nvalence = "bad"', "write a sentence"),
        ('claim = "It was skipped."\nrenderings = "one"\nvalence = "bad"', "write other wordings of the claim"),
        ('subject = "P-1"\nrenderings = ["a", "b"]\nslots = {}\nvalence = "bad"', "has no slots"),
    ],
)
def test_a_claim_that_is_half_a_typed_fact_is_refused_with_a_sentence(tmp_path: Path, table: str, said: str):
    with pytest.raises(BadInput, match=said):
        _world(tmp_path, f"[[facts]]\n{table}\n")


def test_a_world_of_claims_alone_is_read_too(tmp_path: Path):
    world = _world(tmp_path, '[[facts]]\nclaim = "No customer data were {lost}."\nvalence = "good"\n')
    assert world.facts[0].render(0) == "No customer data were {lost}."
    assert Instrument(world.facts).read("No customer data were {lost}.")["F01"].fate == "kept"
