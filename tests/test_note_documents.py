"""Notes as documents: memos, minutes, tickets and threads that carry a worker's facts, with a mark on each passage."""

import pytest

from chains.errors import BadInput
from chains.experiments.settings import ConditionSettings
from chains.worlds.documents.form import FORMS, NoteForm
from chains.worlds.documents.notes import write_notes
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
