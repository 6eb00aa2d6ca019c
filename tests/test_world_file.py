"""World files: what people may write, and what they are told when they slip."""

from pathlib import Path

import pytest

from chains.errors import BadInput
from chains.models.channel.codebook import codebook
from chains.worlds.files.world_file import read_world
from chains.worlds.scenario_registry import world_for

KESTREL = Path(__file__).parent.parent / "runs" / "worlds" / "kestrel.toml"

LEAST = """
[[facts]]
subject = "cooling pump P-12"
renderings = ["{subject} was delivered {delay} {when}.", "Delivery of {subject} came {delay} {when}."]
slots = { delay = "3 weeks", when = "late/early" }
valence = "bad"
"""


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def slot_written(tmp_path, value):
    text = LEAST.replace('delay = "3 weeks"', f"delay = {value}")
    return read_world(written(tmp_path, text)).facts[0].slot("delay")


def test_one_fact_of_four_lines_is_a_world(tmp_path):
    world = read_world(written(tmp_path, LEAST))
    [fact] = world.facts
    assert (world.scenario, world.title, fact.id, fact.severity) == ("mine", "mine", "F01", 3)
    assert fact.render(0) == "Cooling pump P-12 was delivered 3 weeks late."
    assert fact.render(1, {"when": fact.slot("when").flipped()}) == "Delivery of cooling pump P-12 came 3 weeks early."


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("14", "number", "14"),
        ("3.2", "number", "3.2"),
        ('"3.2 mL/min"', "number", "3.2 mL/min"),
        ('"1,200 units"', "number", "1,200 units"),
        ('"12%"', "number", "12%"),
        ('"EUR 40,000"', "number", "EUR 40,000"),
        ('"-4 degrees"', "number", "-4 degrees"),
        ('"7 of 40"', "count", "7 of 40"),
        ("{ value = 7, of = 40 }", "count", "7 of 40"),
        ("2031-03-04", "date", "4 March 2031"),
        ('"4 March"', "date", "4 March"),
        ('"03-04"', "date", "4 March"),
        ('"Ilmar"', "name", "Ilmar"),
        ('"over / under"', "direction", "over"),
        ('{ value = "amber", kind = "category", others = ["red"] }', "category", "amber"),
        ('{ value = "12 of 20", kind = "name" }', "name", "12 of 20"),
        ('{ value = "up", opposite = "down", also = ["higher"] }', "direction", "up"),
    ],
)
def test_the_kind_of_a_slot_is_read_off_its_form(tmp_path, value, kind, text):
    slot = slot_written(tmp_path, value)
    assert (slot.kind, slot.text) == (kind, text)


def test_a_common_direction_brings_its_other_wordings(tmp_path):
    when = read_world(written(tmp_path, LEAST)).facts[0].slot("when")
    assert "behind schedule" in when.also
    assert "ahead of schedule" in when.opposites


def test_a_twin_reverses_directions_and_keeps_what_it_does_not_name(tmp_path):
    named = read_world(written(tmp_path, LEAST + 'twin = { delay = "2 weeks" }\n')).facts[0].twinned()
    assert (named.render(0), named.valence) == ("Cooling pump P-12 was delivered 2 weeks early.", "good")
    bare = read_world(written(tmp_path, LEAST + "twin = {}\n")).facts[0].twinned()
    assert bare.render(0) == "Cooling pump P-12 was delivered 3 weeks early."
    spelt = read_world(written(tmp_path, LEAST + 'twin = { when = "early" }\n')).facts[0].twinned()
    assert spelt == bare


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("valence", "valance"), "fact F01 has an unknown key 'valance'; did you mean valence?"),
        (("subject =", "id = 'pump'\nsubjects ="), "fact pump has an unknown key 'subjects'; did you mean subject?"),
        (('valence = "bad"', ""), "fact F01 has no 'valence'"),
        (('valence = "bad"', 'valence = "awful"'), "fact F01: valence is 'awful'; input should be 'bad'"),
        (('valence = "bad"', 'valence = "bad"\nseverity = 9'), "fact F01: severity is 9; input should be less than"),
        (('"3 weeks"', "true"), "fact F01, slot delay: True is neither text, a number nor a date"),
        (('"3 weeks"', "nan"), "fact F01, slot delay: nan is neither text, a number nor a date"),
        (('"3 weeks"', '{ valu = "3 weeks" }'), "slot delay has an unknown key 'valu'; did you mean value?"),
        (('"3 weeks"', '{ unit = "weeks" }'), "fact F01, slot delay has no value"),
        (('"3 weeks"', '"41 of 40"'), "fact F01, slot delay: a count needs a whole value"),
        (('"late/early"', '{ value = "late", kind = "direction" }'), "slot when: a direction needs its `opposite`"),
        (('"late/early"', '{ value = "late", kind = "sense" }'), "slot when: kind is 'sense'; input should be"),
        (("{delay} {when}.", "{dealy} {when}."), "fact F01: no slot fills {dealy}"),
        (("came {delay}", "came"), "does not state the key slot {delay}"),
        (('"Delivery of {subject} came {delay} {when}."', ""), "fact F01 needs at least two renderings"),
        (('slots = { delay = "3 weeks", when = "late/early" }', "slots = 3"), "fact F01: slots is 3, not a table"),
        (('slots = { delay = "3 weeks", when = "late/early" }', "slots = {}"), "fact F01 has no slots"),
        (("[[facts]]", "name = 'x'\n[[facts]]"), "has an unknown key 'name'"),
        (("[[facts]]", "title = 3\n[[facts]]"), "title is 3; input should be a valid string"),
        (('valence = "bad"', 'valence = "bad"\ntwin = { delya = 2 }'), "unknown key 'delya'; did you mean delay"),
        (('valence = "bad"', 'valence = "bad"\ntwin = { delay = "2 of 3" }'), "twin: delay is a count, and a number"),
        (("[[facts]]", "[[facts]"), "can't be read as TOML"),
    ],
)  # fmt: skip
def test_a_slip_is_answered_in_one_sentence_that_names_the_place(tmp_path, change, sentence):
    path = written(tmp_path, LEAST.replace(*change))
    with pytest.raises(BadInput) as caught:
        read_world(path)
    message = str(caught.value)
    assert str(path) in message
    assert sentence in message
    assert "\n" not in message
    assert "pydantic" not in message


def test_two_facts_of_one_name_are_refused(tmp_path):
    named = LEAST.replace("[[facts]]", '[[facts]]\nid = "pump"')
    with pytest.raises(BadInput, match="two facts are called pump"):
        read_world(written(tmp_path, named + named))


def test_a_file_without_facts_or_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match="has no facts"):
        read_world(written(tmp_path, 'title = "empty"\n'))
    with pytest.raises(BadInput, match=r"no world file .*mien.toml'; did you mean .*mine.toml"):
        read_world(tmp_path / "mien.toml")


def test_a_world_file_stands_where_a_scenario_does_and_is_the_same_for_every_seed():
    world = world_for(str(KESTREL), 1, 12)
    assert world == world_for(str(KESTREL), 2, 30, "plant")
    assert (world.scenario, world.seed) == ("kestrel", 0)
    with pytest.raises(BadInput, match="plays in setting 'plant', not 'ward'"):
        world_for(str(KESTREL), 1, 12, "ward")


def test_the_example_has_good_and_bad_news_and_all_that_the_channel_needs():
    world = read_world(KESTREL)
    book = codebook(world)
    assert {fact.valence for fact in world.facts} == {"bad", "good", "neutral"}
    for fact in world.facts:
        fates = {state.fate for state in book.wordings if state.fact == fact.id}
        assert fates == {"kept", "blurred", "altered", "inverted"}
        assert (fact.twin is None) == fact.distractor
