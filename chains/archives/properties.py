"""Properties of a text along a chain."""

import re
from collections.abc import Callable, Mapping

CONTENT_WORD = re.compile(r"[a-z]{4,}")


def length(text: str) -> float:
    """Characters in the text, 0 or more."""
    return float(len(text))


PROPERTIES: Mapping[str, Callable[[str], float]] = {"length": length}
"""Those that a text has by itself, and that can have an attractor."""


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
    words = content_words(initial)
    if not words:
        raise ValueError("no content word")
    return len(words & content_words(text)) / len(words)
