"""What is read once in a line that is passed on is what would be read in it anew.

Lines, sentences, pieces and their evidence are kept for a while, and texts are read part by part: none of that shows.
"""

import random
import sys

import pytest

from chains.scoring.facts.degenerate import degenerate
from chains.scoring.facts.instrument import Instrument
from chains.scoring.facts.inventions import invented, unfounded
from chains.scoring.facts.ledger_vocabulary import wordings_in
from chains.scoring.text.sentences import _parted, _words, sentences_of
from chains.scoring.text.tokens import read_part, tokens_of, wording, words_of
from chains.validation.gates.synthetic_messages import climbed, prose
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.scenario_registry import SCENARIOS, world_for

RATES = "channel:drop=0.05,blur=0.1,alter=0.1,flip=0.1,invent=0.3"
HARD = [
    *("EUR", "USD", "EUR5", "EUR-5", "€4", "5°C", "12", "400", "1,234.5", "5", "3", "7/40", "2031-03-04", "4th", "²"),
    *("P-12", "P12a", "x2", "é5", "3-week", "a.m", "p.m.", "it's", "won't", "cannot", "no.", "No.", "fig.", "Late"),
    *("late.", "_a", "*b*", "1.", "a)", "–", "—", "-", "*", "•", "!", "?", ".", ";", ":", "("),
]
JOINTS = ("", " ", " ", " ", "  ", "-", ".", ",", "! ", "- ", ". ", "\u00a0", "\t")


def hard_texts(count):
    draw = random.Random(5)
    return ["".join(draw.choice(HARD) + draw.choice(JOINTS) for _ in range(draw.randrange(1, 9))) for _ in range(count)]


def whole(message, heard, instrument, title):
    """Everything that is read in a message."""
    return (
        instrument.read(message),
        invented(message, heard, instrument),
        unfounded(message, instrument, title),
        degenerate(message),
    )


def forget():
    for name, module in list(sys.modules.items()):
        if name.startswith("chains.drift"):
            for value in vars(module).values():
                getattr(value, "cache_clear", lambda: None)()


@pytest.mark.parametrize("how", ["lines", "prose", "moved"])
@pytest.mark.parametrize("seed", range(7))
def test_what_was_read_before_changes_nothing_that_is_read(seed, how):
    world = watermelon(seed, facts=12)
    messages = climbed(world, RATES, depth=6)
    if how == "prose":
        messages = [prose(message, seed) for message in messages]
    if how == "moved":  # the same lines under another heading, in other places and as each other's neighbours
        messages += [
            f"Where we stand:\n  {lines[-1]}\n\nNews.\n" + "\n".join(lines[::-1]) + " " + lines[0].removeprefix("- ")
            for lines in (message.splitlines() for message in messages)
        ]
    instrument = Instrument(world.facts)
    warm = [whole(message, messages[:at][-1:], instrument, world.title) for at, message in enumerate(messages)]
    for at, (message, found) in enumerate(zip(messages, warm, strict=True)):
        forget()
        assert found == whole(message, messages[:at][-1:], Instrument(world.facts), world.title)


def test_a_sentence_has_its_tokens_and_place_wherever_it_stands():
    message = "\n".join(f"- {fact.render(0)} It is known, {fact.render(1)}" for fact in watermelon(3).facts)
    before = "Delays, as they\nwere told:\n"
    alone, after = sentences_of(message), sentences_of(before + message)[1:]
    assert [sentence.tokens for sentence in alone] == [sentence.tokens for sentence in after]
    for one, other in zip(alone, after, strict=True):
        assert message[slice(*one.span)] == (before + message)[slice(*other.span)]
        for token, placed in zip(one.tokens, one.placed, strict=True):
            assert message[placed.start : placed.end] == token.text


def test_a_text_has_the_same_tokens_part_by_part_and_whole():
    for text in hard_texts(5000):
        assert tokens_of(text) == list(read_part(text))


def test_a_line_has_the_same_sentences_stretch_by_stretch_and_whole():
    for text in hard_texts(10_000):
        line = text.strip()
        found = [(one.placed, one.cuts, one.span) for one in _words(line).sentences]
        assert found == [(one.placed, one.cuts, one.span) for one in _parted(tuple(tokens_of(line)))]


def test_a_message_has_the_same_words_line_by_line_and_whole():
    texts = hard_texts(3000)
    for one, other, end in zip(texts, texts[1:], ["\n", "\r\n", "\u2028", "\v"] * 800, strict=False):
        message = one + end + other
        assert words_of(message) == [token.low for token in read_part(message) if token.kind != "mark"]


def test_a_text_has_the_same_wordings_put_together_from_words_and_read_as_sentences():
    for text in hard_texts(5000):
        assert wordings_in(text) == tuple(wording(sentence.tokens) for sentence in sentences_of(text))


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_a_rendering_has_the_same_wordings_put_together_from_words_and_read_as_sentences(scenario):
    for seed in range(1, 5):
        world = world_for(scenario, seed, 7 if scenario.startswith("in_family") else 12)
        clauses = world.charter.clauses if world.charter else ()
        for statement in (*world.facts, *clauses):
            for text in (*statement.renderings(), *statement.hints()):
                assert wordings_in(text) == tuple(wording(sentence.tokens) for sentence in sentences_of(text))
