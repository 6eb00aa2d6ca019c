"""Measures of others' chains: content words, recall, attractors, readability."""

import pytest

from chains.analysis.archives.attractors import attractor, released
from chains.analysis.archives.properties import PROPERTIES, content_words, recall
from chains.analysis.archives.readability import fog


def test_content_words_are_runs_of_four_letters_in_lower_case():
    assert content_words("The FOXES ran; foxes don't nap, P-1234 Über-long") == {"foxes", "long"}


def test_recall_counts_unique_words_of_the_initial_text():
    assert recall("brown foxes, brown dogs", "the foxes and more foxes") == pytest.approx(1 / 3)


def test_recall_of_a_text_without_content_words_is_undefined():
    with pytest.raises(ValueError, match="no content word"):
        recall("so it is", "so it was")


def test_a_chain_of_one_length_attracts_fully_to_that_length():
    found = attractor([10, 20, 40], [30, 30, 30])
    assert (found.strength, found.position) == (1, 30)


@pytest.mark.parametrize("last", [[10, 20, 40], [-10, -20, -40], [10, 30, 70]])
def test_chains_that_keep_their_distances_or_part_are_drawn_nowhere(last):
    found = attractor([10, 20, 40], last)
    assert (found.strength, found.position) == (0, None)


def test_an_alternating_slope_counts_by_its_size():
    found = attractor([0, 1, 2], [2, 1.5, 1])
    assert (found.strength, found.position) == (0.5, pytest.approx(4 / 3))


@pytest.mark.parametrize("first", [[1, 2], [5, 5, 5]])
def test_too_few_or_equal_beginnings_determine_no_attractor(first):
    assert attractor(first, first) is None


def test_a_hard_word_has_three_syllables_and_is_not_everybody_s():
    """4 words in one sentence, 1 of them hard: .4 * (4 + 25). `Another` is on the list; `computation` is not."""
    assert fog("Another computation was done.") == pytest.approx(0.4 * (4 + 25))
    assert fog("Another computation was a computation.") == pytest.approx(0.4 * (5 + 20))
    assert fog("") == fog("...") == 0


def test_a_sentence_of_two_words_is_none():
    assert fog("Yes indeed. The dog ran home. Not now. The cat ran home.") == pytest.approx(0.4 * 12 / 2)


def test_repetition_is_the_share_of_words_that_stand_earlier():
    assert PROPERTIES["repetition"].measure("All is well. All is well!") == 0.5
    assert PROPERTIES["repetition"].measure("") == 0


def test_only_sets_that_were_released_have_a_released_strength():
    assert released("gpt-3.5-turbo-0125/rephrase")["length"] == 0.561
    assert released("Results/Meta-Llama-3-8B-Instruct/continue")["positivity"] == 0.865
    assert released("rephrase") == released("a-model/rephrase") == {}
