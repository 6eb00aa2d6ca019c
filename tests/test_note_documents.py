"""Notes as documents: memos, minutes, tickets and threads that carry a worker's facts, with a mark on each passage."""

import pytest

from chains.errors import BadInput
from chains.experiments.settings import ConditionSettings
from chains.scoring.facts.reader import instrument_of
from chains.worlds.documents.form import FORMS, NoteForm
from chains.worlds.documents.notes import write_notes
from chains.worlds.documents.told import told_in
from chains.worlds.scenario_registry import world_for

DOCUMENTS = tuple(form for form in FORMS if form != "list")


def written(form, seed=1, facts=12, scenario="watermelon", **more):
    world = world_for(scenario, seed, facts)
    return world, write_notes(world, tuple(fact.id for fact in world.facts), NoteForm(form, **more), 1)


@pytest.mark.parametrize("form", DOCUMENTS)
def test_every_fact_has_a_passage_and_no_mark_is_left(form):
    world, notes = written(form)
    assert {one.fact for one in notes.passages if one.role != "wrong"} == {fact.id for fact in world.facts}
    assert not set(notes.text) & set("\ue000\ue001\ue002\ue003{}[]|<>") - set("[]|")


def test_the_same_seed_gives_the_same_bytes():
    write_notes.cache_clear()
    _, first = written("mixed")
    write_notes.cache_clear()
    assert written("mixed")[1] == first


@pytest.mark.parametrize("words", [400, 1200, 3000])
def test_notes_are_as_long_as_asked(words):
    """Up to headings and one sentence of filler."""
    _, notes = written("memo", words=words)
    assert abs(len(notes.text.split()) - words) < 0.25 * words


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"note_words": 400}, "form = list has no room for filler, and note_words is set"),
        ({"form": "memo", "note_words": 400, "filler": 0.2}, "set one of them"),
    ],
)
def test_settings_that_contradict_each_other_are_an_error(settings, sentence):
    with pytest.raises(BadInput, match=sentence):
        ConditionSettings.of(settings).note_form  # noqa: B018  the property refuses


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"form": "novel"}, "form is 'novel'; it must be list, memo"),
        ({"form": "memo", "note_words": 149}, "at least 150"),
        ({"form": "memo", "note_words": 3001}, "at most 3000"),
        ({"form": "memo", "filler": 0.95}, "at most 0.9"),
    ],
)
def test_settings_out_of_range_are_an_error(settings, sentence):
    with pytest.raises(BadInput, match=sentence):
        ConditionSettings.of(settings)


def fates(world, notes, message):
    read = instrument_of(world, told_in(notes, world.facts)).read(message)
    return {name: verdict.fate for name, verdict in read.items()}


@pytest.mark.parametrize("form", DOCUMENTS)
def test_documents_relayed_word_for_word_keep_every_fact_though_rules_misread_some(form):
    for seed in range(1, 4):
        world, notes = written(form, seed)
        assert set(fates(world, notes, notes.text).values()) == {"kept"}
        assert set(fates(world, notes, "\n".join(f"- {line}" for line in notes.text.splitlines())).values()) == {"kept"}
    by_rules = instrument_of(world).read(notes.text)
    assert {verdict.fate for verdict in by_rules.values()} != {"kept"}, "else nothing is shown"


def test_a_telling_without_its_frame_counts_and_one_with_another_value_does_not():
    world, notes = written("memo", 3)
    framed = next(one for one in notes.passages if one.words != notes.passage(one) and "2.8 hours" in one.words)
    assert fates(world, notes, f"- {framed.words}")[framed.fact] == "kept"
    assert fates(world, notes, f"- {framed.words.replace('2.8', '9.3')}")[framed.fact] == "altered"
    assert fates(world, notes, f"- {framed.words}. No, it was 9.3 hours.")[framed.fact] != "omitted"


def test_words_that_tell_a_day_from_their_document_need_its_date():
    """ "Nine days ago" in a report says nothing about when."""
    made = [written("mixed", seed, 24, "common_cause") for seed in range(1, 5)]
    world, relative = next(
        (world, one)
        for world, notes in made
        for one in told_in(notes, world.facts)
        if one.date and not one.wrong and "days ago" in one.words
    )
    notes = next(notes for other, notes in made if other is world)
    assert fates(world, notes, relative.words)[relative.fact] != "kept"
    assert fates(world, notes, f"{relative.date}: {relative.words}")[relative.fact] == "kept"


def test_a_wrong_value_relayed_without_its_correction_is_not_forgiven():
    world, notes = written("memo", 3)
    wrong = next(one for one in notes.passages if one.role == "wrong")
    right = next(one for one in notes.passages if one.fact == wrong.fact and one.role == "told")
    resolved = next(one for one in notes.passages if one.role == "resolved")
    assert fates(world, notes, notes.passage(wrong))[wrong.fact] != "kept"
    assert fates(world, notes, f"{notes.passage(wrong)} {notes.passage(right)}")[wrong.fact] == "altered"
    assert fates(world, notes, f"{notes.passage(wrong)} {notes.passage(resolved)}")[wrong.fact] == "kept"
