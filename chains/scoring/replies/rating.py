"""Ratings of drafts in a superior's reply.

They are asked for as JSON, a number from 1 to 10 for each letter. Where an
endpoint can't be held to that, the reader also takes lines such as "A: 7/10". A
reply without a rating for every draft is unreadable: an outcome with its own
count, never a guess.
"""

import re
from collections.abc import Mapping, Sequence

import orjson

LEAST, MOST = 1, 10
"""The worst and the best rating."""

_BRACES = re.compile(r"\{[^{}]*\}")
_LINE = re.compile(
    r"(?:^|[\n,;])[\s>*_#\"'(\[-]*(?:(?:draft|report)\s+)?([A-Z])\b[\s*_\"')\]:=.-]*(\d+(?:\.\d+)?)", re.IGNORECASE
)


def read_ratings(text: str | None, letters: Sequence[str]) -> dict[str, float] | None:
    """Read the rating of each draft.

    Args:
        text: The reply; None if there was none.
        letters: The letters under which the drafts were shown.

    Returns:
        A number from 1 to 10 by letter; None unless every letter has exactly one.
    """
    if text is None:
        return None
    for block in _BRACES.findall(text):
        if (found := _whole(_json(block), letters)) is not None:
            return found
    lines: dict[str, float] = {}
    for letter, number in _LINE.findall(text):
        if lines.setdefault(letter.upper(), float(number)) != float(number):
            return None  # two different ratings of one draft
    return _whole(lines, letters)


def best_rated(ratings: Mapping[str, float]) -> list[str]:
    """Return the letters with the highest rating; several if they are equal."""
    top = max(ratings.values())
    return [letter for letter, rating in ratings.items() if rating == top]


def _json(block: str) -> dict[str, float]:
    try:
        content = orjson.loads(block)
    except orjson.JSONDecodeError:
        return {}
    found = {}
    for key, given in content.items():
        value = given
        if isinstance(given, str) and re.fullmatch(r"\s*\d+(\.\d+)?\s*(/\s*10)?\s*", given):
            value = float(given.split("/")[0])
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[str(key).strip().upper()] = float(value)
    return found


def _whole(found: Mapping[str, float], letters: Sequence[str]) -> dict[str, float] | None:
    if any(letter not in found or not LEAST <= found[letter] <= MOST for letter in letters):
        return None
    return {letter: found[letter] for letter in letters}
