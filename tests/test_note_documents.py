"""Notes as documents: memos, minutes, tickets and threads that carry a worker's facts, with a mark on each passage."""

import hashlib
import re
from collections import Counter

import pytest
from resolver import unresolved

from chains.errors import BadInput
from chains.experiments.experiment import Experiment
from chains.experiments.settings import ConditionSettings
from chains.running.prepare import prepare
from chains.running.run_record import Casts
from chains.scoring.facts.reader import instrument_of
from chains.worlds.documents.form import FORMS, VERSION, NoteForm
from chains.worlds.documents.notes import write_notes
from chains.worlds.documents.told import told_in
from chains.worlds.documents.wordings import table
from chains.worlds.rules.decision_world_rules import enumerate_world
from chains.worlds.scenario.watermelon import SETTINGS
from chains.worlds.scenario_registry import world_for

DOCUMENTS = tuple(form for form in FORMS if form != "list")
KINDS = ("watermelon", "common_cause", "go_ahead", "status_report")


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
    assert fates(world, notes, notes.passage(wrong))[wrong.fact] == "altered"
    assert fates(world, notes, f"{notes.passage(wrong)} {notes.passage(right)}")[wrong.fact] == "altered"
    assert fates(world, notes, f"{notes.passage(wrong)} {notes.passage(resolved)}")[wrong.fact] == "kept"


MANY = range(1, 201)
GRAM = 8


def grams(text):
    words = re.findall(r"[\w'-]+", text.lower())
    return {" ".join(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)}


def unresolved_in(world, notes):
    told = [one for one in notes.passages if one.role != "wrong"]
    return [
        (world.scenario, world.seed, one.fact, lacks)
        for one in told
        if (lacks := unresolved(notes.passage(one), world.fact(one.fact), one.dated))
    ]


@pytest.mark.parametrize("form", DOCUMENTS)
@pytest.mark.parametrize("scenario", ["watermelon", "common_cause", "pause", "go_ahead"])
def test_each_passage_states_every_value_of_its_fact(form, scenario):
    """A reader that knows none of the package's rules or tables finds them."""
    for seed in range(1, 4):
        world, notes = written(form, seed, 12, scenario)
        assert unresolved_in(world, notes) == []
        assert {one.fact for one in notes.passages if one.role != "wrong"} == {fact.id for fact in world.facts}


@pytest.mark.heavy
@pytest.mark.parametrize("form", DOCUMENTS)
def test_two_hundred_worlds_of_a_form_carry_their_facts_in_texts_that_differ(form):
    """No eight words in a row stand in over a fifth of the worlds, filler apart."""
    seen = Counter()
    for seed in MANY:
        scenario = ("watermelon", "common_cause", "pause", "go_ahead", "status_report", "stop_work")[seed % 6]
        world, notes = written(form, seed, 12 + seed % 5, scenario)
        assert unresolved_in(world, notes) == []
        seen.update(grams(written(form, seed, 12, "watermelon", filler=0)[1].text))
    assert seen.most_common(1)[0][1] <= len(MANY) / 5, seen.most_common(3)


@pytest.mark.heavy
@pytest.mark.parametrize("form", DOCUMENTS)
def test_sixty_facts_are_carried_too(form):
    for seed in range(1, 41):
        assert unresolved_in(*written(form, seed, 60)) == []


def test_filler_holds_no_figure_and_nothing_that_a_fact_is_about():
    """So nobody can take it for a fact, whatever the world; words that everybody uses of anything are left aside."""
    nouns = {noun.split()[-1] for place in SETTINGS.values() for group in place.groups.values() for noun in group.nouns}
    topics = {word for place in SETTINGS.values() for kind in place.kinds for word in kind.topic}
    told = (nouns | topics) - {"room", "repeat", "group", "team", "order", "talk"}
    for place, lists in table("filler").items():
        for line in lists["lines"]:
            assert not re.search(r"\d", line), (place, line)
            said = {word for word in re.findall(r"[\w'-]+", line.lower()) if len(word) > len("the")}
            assert not said & told, (place, line, said & told)


@pytest.mark.parametrize("form", DOCUMENTS)
def test_the_choice_of_words_depends_on_no_value(form):
    """In the world of all valence twins, every wording, frame, name and date is the same; values and senses differ.

    So nothing about a world's values can be told from the words around them, its own or another's.
    """
    for seed in range(1, 4):
        world = world_for("watermelon", seed, 12)
        ids = tuple(fact.id for fact in world.facts)
        here, there = (write_notes(one, ids, NoteForm(form, filler=0), 1) for one in (world, world.twinned()))
        assert [(one.fact, one.dated) for one in here.passages] == [(one.fact, one.dated) for one in there.passages]
        frames = [without_values(notes) for notes in (here, there)]
        assert frames[0] == frames[1]


def without_values(notes):
    """Return a text without the words that tell facts."""
    text = notes.text
    for one in notes.passages:
        text = text.replace(one.words, "").replace(one.words[:1].upper() + one.words[1:], "")
    return " ".join(re.sub(r"[;,.]", " ", text).split())


def test_in_a_decision_world_no_document_opens_with_what_turns_the_decision():
    for seed in (1, 3):
        world, notes = written("memo", seed, 24, "go_ahead")
        turning = set(enumerate_world(world).single)
        first = {}
        for one in notes.passages:
            first.setdefault(one.dated, one.fact)
        assert len(first) >= 3
        assert turning
        assert not turning & set(first.values())


def test_documents_of_a_version_never_change():
    """Runs hold the version, not the texts: who changes a word must change `form.VERSION`, and this digest."""
    texts = [written(form, seed, 24, scenario)[1].text for form in DOCUMENTS for seed in (1, 2) for scenario in KINDS]
    assert VERSION == "documents-1"
    assert hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16] == "50d157dfab152ecc"


def test_a_run_says_how_many_facts_the_rules_read_in_its_documents_and_is_bound_to_their_version():
    made = Experiment(fixed={"model": "channel", "form": "memo", "facts": 12, "depth": 2}, seeds=(1, 2))
    record = prepare(made, "x")
    read, facts = record.documents.by_form["memo"]
    assert 0 < read < facts == 24
    assert record.documents.notes[0].startswith(f"notes as memo: the rules read {read} of 24 facts")
    assert prepare(Experiment(fixed={"model": "channel"}, seeds=(1,)), "y").documents is None
    later = record.model_copy(update={"documents": record.documents.model_copy(update={"version": "documents-0"})})
    with pytest.raises(BadInput, match="run x has documents-0, and this program writes documents-1"):
        Casts(later).cast(next(iter(made.trials())))
