"""Properties of a text along a chain."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from chains.analysis.archives.readability import fog

CONTENT_WORD = re.compile(r"[a-z]{4,}")
WORD = re.compile(r"\w+(?:['’]\w+)*")


def length(text: str) -> float:
    """Characters in the text, 0 or more."""
    return float(len(text))


def words(text: str) -> float:
    """Words in the text, as white space parts them, 0 or more."""
    return float(len(text.split()))


def positivity(text: str) -> float:
    """Compound sentiment from -1 to 1 by VADER (Hutto and Gilbert 2014): words that people rated, and rules.

    English, made for short messages; of a long text it says little but its sign.
    """
    return float(_vader().polarity_scores(text)["compound"])


@lru_cache(maxsize=1)
def _vader() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def repetition(text: str) -> float:
    """Share of the words that stand earlier in the same text, from 0 to 1: one minus the type-token ratio.

    Longer texts repeat more, so it says most where lengths are alike. 0 without a word.
    """
    found = WORD.findall(text.lower())
    return 1 - len(set(found)) / len(found) if found else 0.0


class Property(NamedTuple):
    """A number that a text has by itself, and that can have an attractor."""

    measure: Callable[[str], float]
    about: str
    digits: int
    """Shown after the point."""


PROPERTIES: Mapping[str, Property] = {
    "length": Property(length, "characters", 1),
    "words": Property(words, "words, as white space parts them", 1),
    "positivity": Property(positivity, "VADER compound sentiment, -1 to 1", 3),
    "difficulty": Property(fog, "Gunning fog index: years of school to read it with ease", 2),
    "repetition": Property(repetition, "share of the words that stand earlier in the text (1 - type-token ratio)", 3),
}
"""Toxicity, the Telephone Game's fourth, is not among them: it takes a classifier's weights, which none here ships."""

RECALL = "share of the initial text's unique words of 4 or more letters (a-z, lower case) that are in the text"


def content_words(text: str) -> frozenset[str]:
    """Return the unique content words: runs of four or more letters a to z in the text in lower case.

    What has no other letter than these is cut at it: `naïvely` gives `vely`.
    """
    return frozenset(CONTENT_WORD.findall(text.lower()))


def recall(initial: str, text: str) -> float:
    """Share of the initial text's unique content words that are content words of `text`, from 0 to 1.

    A word count, so a paraphrase that replaces a word counts as having lost it.

    Raises:
        ValueError: If the initial text has no content word, where the share is undefined.
    """
    known = content_words(initial)
    if not known:
        raise ValueError("no content word")
    return len(known & content_words(text)) / len(known)
