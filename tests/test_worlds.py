"""Worlds: the watermelon scenario, its settings and the registry of scenarios."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from chains.errors import BadInput
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.scenario.watermelon import SETTINGS, watermelon
from chains.worlds.scenario_registry import world_for
from chains.worlds.world import World

ROOT = Path(__file__).parent.parent

FROZEN = {
    (0, 12, None): "b2f35b4fd53b10cf",
    (1, 12, "plant"): "8b50ee11b8ae5254",
    (2, 6, "ward"): "7c31818b4544645a",
    (3, 40, "lab"): "00fe46a0e5356bbf",
    (4, 20, "vehicle"): "6384a437b7403634",
    (5, 12, "release"): "b047328fd93be6f5",
}
"""Digests of worlds as published runs know them. A change here needs a new VERSION of the generator."""


def some_worlds(facts: int = 12, seeds: int = 20) -> list[World]:
    return [watermelon(seed, facts=facts, setting=setting) for setting in SETTINGS for seed in range(seeds)]


def renderings(fact: Fact) -> list[str]:
    return [fact.render(template) for template in fact.templates]


def way(fact: Fact) -> Slot:
    [slot] = [slot for slot in fact.slots if slot.kind == "direction" and slot.key]
    return slot


@pytest.mark.parametrize(("asked", "digest"), FROZEN.items())
def test_a_seed_means_the_same_world_as_when_it_was_published(asked, digest):
    seed, facts, setting = asked
    assert watermelon(seed, facts=facts, setting=setting).digest.startswith(digest)


def test_a_world_does_not_depend_on_the_hash_seed_of_python():
    code = (
        "from chains.worlds.scenario.watermelon import watermelon; "
        "print(watermelon(0).digest, watermelon(3, facts=40).digest)"
    )
    here = f"{watermelon(0).digest} {watermelon(3, facts=40).digest}"
    environment = os.environ | {"PYTHONHASHSEED": "4321", "PYTHONPATH": str(ROOT)}
    there = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here


def test_naming_the_setting_that_the_seed_chooses_changes_nothing():
    for seed in range(10):
        world = watermelon(seed)
        assert watermelon(seed, setting=world.setting) == world


def test_seeds_choose_among_all_settings():
    assert {watermelon(seed, facts=6).setting for seed in range(40)} == set(SETTINGS)


def test_different_seeds_make_different_worlds():
    assert len({world.digest for world in some_worlds()}) == len(some_worlds())


@pytest.mark.parametrize("facts", [6, 7, 12, 25, 40])
def test_a_world_has_as_many_facts_as_asked_for_half_of_the_relevant_ones_bad(facts):
    for world in some_worlds(facts, seeds=4):
        relevant = [fact for fact in world.facts if not fact.distractor]
        bad = sum(fact.valence == "bad" for fact in relevant)
        assert len(world.facts) == facts
        assert len(world.facts) - len(relevant) == (facts + 3) // 6
        assert bad in (len(relevant) // 2, (len(relevant) + 1) // 2)


def test_an_odd_number_of_relevant_facts_is_balanced_over_seeds():
    shares = Counter(
        sum(fact.valence == "bad" for fact in watermelon(seed, facts=6, setting="plant").facts) for seed in range(200)
    )
    assert set(shares) == {2, 3}
    assert 70 <= shares[2] <= 130  # a fair coin falls outside once in 30,000 studies


def test_every_kind_of_fact_is_bad_in_some_worlds_and_good_in_others():
    sides: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for world in some_worlds(facts=40, seeds=20):
        for fact in world.facts:
            sides.setdefault((world.setting, fact.templates), set()).add(fact.valence)
    assert set(map(frozenset, sides.values())) == {frozenset({"bad", "good"}), frozenset({"neutral"})}
    assert all(sum(setting == name for setting, _ in sides) >= 17 for name in SETTINGS)


@pytest.mark.parametrize("facts", [0, 5, 61])
def test_a_number_of_facts_that_cannot_be_made_is_refused(facts):
    with pytest.raises(BadInput, match="6 to 60 facts"):
        watermelon(1, facts=facts)


def test_every_rendering_is_one_short_sentence():
    for world in [*some_worlds(40, seeds=6), *(world.twinned() for world in some_worlds(40, seeds=3))]:
        for fact in world.facts:
            for sentence in [*renderings(fact), *map(fact.render, fact.vague)]:
                assert re.fullmatch(r"[A-Z0-9][^\n{}]*[^ .]\.", sentence), sentence
                assert ". " not in sentence
                assert "  " not in sentence
                assert 4 <= len(sentence.split()) <= 16, sentence


def test_no_count_is_singular_and_no_article_meets_a_drawn_value():
    """ "1 weeks" and "a early start" are the mistakes that generated English makes."""
    for world in some_worlds(40, seeds=6):
        for fact in [*world.facts, *world.twinned().facts]:
            for sentence in renderings(fact):
                assert not re.search(r"(?<![\d.,])1 [a-z]", sentence), sentence
                assert not re.search(r"\ba [aeiou]", sentence), sentence


def test_the_opposite_direction_fits_each_template():
    """Flipping changes the sentence in one place and flipping twice gives it back."""
    for world in some_worlds(seeds=6):
        for fact in world.facts:
            true = way(fact)
            for template in fact.templates:
                flipped = fact.render(template, {true.name: true.flipped()})
                assert flipped != fact.render(template)
                back = re.sub(rf"\b{true.flipped().text}\b", true.text, flipped, count=1, flags=re.IGNORECASE)
                assert back.lower() == fact.render(template).lower()
            assert true.flipped().flipped() == true


def test_no_wording_means_both_a_direction_and_its_opposite():
    for setting in SETTINGS.values():
        for kind in setting.kinds:
            assert not {kind.bad.word, *kind.bad.also} & {kind.good.word, *kind.good.also}, kind.name


def test_vague_sentences_name_the_subject_and_the_topic_and_lack_a_key_value():
    for world in some_worlds(seeds=6):
        for fact in world.facts:
            assert fact.vague
            for template in fact.vague:
                sentence = fact.render(template)
                assert fact.subject.lower() in sentence.lower()
                assert any(word in sentence.lower() for word in fact.topic), sentence
                assert any(f"{{{slot.name}}}" not in template for slot in fact.slots if slot.key)


def test_subjects_are_distinct_and_told_apart_by_their_aliases():
    for world in some_worlds(40, seeds=6):
        names = {fact.subject: fact.aliases for fact in world.facts}
        aliases = [alias for given in names.values() for alias in given]
        assert len(set(aliases)) == len(aliases)
        for subject, given in names.items():
            assert given
            assert all(subject.endswith(alias) for alias in given)


def test_two_facts_on_one_subject_differ_in_topic():
    shared = 0
    for world in some_worlds(40, seeds=6):
        seen: dict[str, set[str]] = {}
        for fact in world.facts:
            shared += fact.subject in seen
            assert not seen.setdefault(fact.subject, set()) & set(fact.topic)
            seen[fact.subject] |= set(fact.topic)
    assert shared > 0


def test_some_worlds_have_two_facts_of_one_kind_whose_values_may_be_swapped():
    again = sum(len({fact.templates for fact in world.facts}) < len(world.facts) for world in some_worlds())
    assert len(some_worlds()) / 2 < again


def test_two_facts_of_a_world_hardly_ever_share_a_value():
    """A few ranges, such as floors, are narrow; below one value in a hundred comes twice."""
    given = again = 0
    for world in some_worlds():
        values = [slot.text for fact in world.facts for slot in fact.slots if slot.kind in ("number", "count", "date")]
        given += len(values)
        again += len(values) - len(set(values))
    assert again < given / 100


def test_no_value_of_a_fact_is_the_number_in_its_subject():
    for world in some_worlds(40, seeds=6):
        for fact in [*world.facts, *world.twinned().facts]:
            codes = set(re.findall(r"\d+", fact.subject))
            assert not codes & {str(slot.value) for slot in fact.slots}


def test_severity_follows_valence_and_grows_with_the_value():
    delays = [
        (fact.slot("delay").value, fact.severity)
        for world in some_worlds(40, seeds=20)
        for fact in world.facts
        if fact.valence == "bad" and fact.templates[0] == "{subject} was delivered {delay} {way}."
    ]
    by_delay = [severity for _, severity in sorted(delays)]
    assert by_delay == sorted(by_delay)
    assert set(by_delay) == {2, 3, 4, 5}
    allowed = {"bad": {2, 3, 4, 5}, "good": {1, 2, 3}, "neutral": {1}}
    for world in some_worlds():
        assert all(fact.severity in allowed[fact.valence] for fact in world.facts)


def test_a_twin_has_the_opposite_valence_and_direction_and_the_same_subject():
    for world in some_worlds():
        for fact, twin in zip(world.facts, world.twinned().facts, strict=True):
            assert (twin.subject, twin.templates) == (fact.subject, fact.templates)
            if fact.distractor:
                assert twin == fact
                continue
            assert {fact.valence, twin.valence} == {"bad", "good"}
            assert way(twin) == way(fact).flipped()
            for slot in fact.slots:
                if slot.kind in ("number", "count"):
                    assert twin.slot(slot.name).value != slot.value
                    assert twin.slot(slot.name).of == slot.of


def test_the_twin_of_a_world_is_another_world_and_its_twin_is_the_first():
    """Asked for before or after: a digest once known must not stick to the copy."""
    world = watermelon(1)
    before = world.twinned().digest
    assert world.digest != before
    assert world.twinned().digest == before
    assert world.twinned().twinned() == world
    assert world.twinned().twinned().digest == world.digest


def test_the_scenario_is_found_by_its_name():
    assert world_for("watermelon", 7, 12) == watermelon(7)
    assert world_for("watermelon", 7, 8, "lab") == watermelon(7, facts=8, setting="lab")


def test_an_unknown_scenario_or_setting_names_the_nearest():
    with pytest.raises(BadInput, match="no scenario 'watermellon'; did you mean watermelon"):
        world_for("watermellon", 1, 12)
    with pytest.raises(BadInput, match="no setting 'wards'; did you mean ward"):
        world_for("watermelon", 1, 12, "wards")
    with pytest.raises(BadInput, match=r"world file ends in \.toml"):
        world_for("runs/worlds/kestrel", 1, 12)


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        (Slot(name="a", kind="number", value=3, unit="weeks"), "3 weeks"),
        (Slot(name="a", kind="number", value=40000, unit="EUR"), "EUR 40,000"),
        (Slot(name="a", kind="number", value=12, unit="%"), "12%"),
        (Slot(name="a", kind="number", value=3.2, unit="mm/s"), "3.2 mm/s"),
        (Slot(name="a", kind="number", value=7), "7"),
        (Slot(name="a", kind="count", value=7, of=40), "7 of 40"),
        (Slot(name="a", kind="date", value="03-04"), "4 March"),
        (Slot(name="a", kind="date", value="2031-03-04"), "4 March 2031"),
        (Slot(name="a", kind="name", value="Ilmar"), "Ilmar"),
    ],
)
def test_a_slot_reads_as_people_write_it(slot, text):
    assert slot.text == text


@pytest.mark.parametrize(
    "slot",
    [
        {"kind": "number", "value": "three"},
        {"kind": "count", "value": 7},
        {"kind": "count", "value": 41, "of": 40},
        {"kind": "number", "value": 7, "of": 40},
        {"kind": "direction", "value": "late"},
        {"kind": "date", "value": "13-40"},
        {"kind": "date", "value": "March"},
    ],
)
def test_a_slot_that_makes_no_sense_is_refused(slot):
    with pytest.raises(ValueError, match="slot a"):
        Slot.model_validate({"name": "a"} | slot)
