"""Degenerate messages: loops, gibberish, and messages that claim nothing.

A degenerate message is an outcome of its own, counted and shown. Thresholds:

- *repeats itself*: a line (bullets and case aside) stands at least 3 times, or at least half of four or more lines
  are copies of others, or a run of 8 words stands at least 4 times;
- *gibberish*: fewer than half of its marks are letters, digits or spaces, or a word is longer than 40 letters, or one
  word makes up more than 40% of 20 words and more;
- *claims nothing*: no clause states a number, a name or a checkable event (`claims.claims_in`).

"Nothing to report" claims nothing and is an honest report: it is not degenerate.
"""

import re
from collections import Counter
from functools import lru_cache

from chains.scoring.facts.claims import claims_anything
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.tokens import words_of

_EMPTY_REPORT = re.compile(
    r"\W*(there is |we have |i have )?(nothing (new )?to report|no (news|report|changes?))\W*", re.IGNORECASE
)
EMPTY = "claims nothing"
"""The reason given for a message that makes no claim."""
_RUN, _RUNS = 8, 4
"""Length in words of a repeated run, and how often it must stand there to count as a loop."""


@lru_cache(maxsize=256)
def degenerate(message: str) -> str | None:
    """Return why a message is degenerate, or None if it is not; cached, because seats pass on what they heard."""
    if _EMPTY_REPORT.fullmatch(message):
        return None
    words = words_of(message)
    return _repeats(message, words) or _gibberish(message, words) or (None if claims_anything(message) else EMPTY)


def _repeats(message: str, words: list[str]) -> str | None:
    lines = Counter(tuple(token.low for token in sentence.tokens) for sentence in sentences_of(message))
    total = sum(lines.values())
    if lines and max(lines.values()) >= 3:
        return f"says the same line {max(lines.values())} times"
    if total >= 4 and total - len(lines) >= total / 2:
        return "half of its lines repeat others"
    runs = Counter(tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
    if runs and max(runs.values()) >= _RUNS:
        return f"says the same {_RUN} words {max(runs.values())} times"
    return None


def _gibberish(message: str, words: list[str]) -> str | None:
    readable = sum(map(str.isalnum, message)) + sum(map(str.isspace, message))
    if message.strip() and readable < len(message) / 2:
        return "is mostly marks"
    if any(len(word) > 40 for word in words):
        return "holds a word of more than 40 letters"
    if len(words) >= 20:
        word, count = Counter(words).most_common(1)[0]
        if count > 0.4 * len(words):
            return f"is mostly the word {word!r}"
    return None
