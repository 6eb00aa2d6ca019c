"""Whether a message states a pattern: what several facts have in common, not just the facts one by one.

A sentence states a pattern if it names the cause and, besides,

- the part in the plural ("gaskets from Ilmar"), or that there are several ("three", "several", "all", "repeatedly"), or
- two or more of the things that it struck ("K-214 and K-230 failed with a gasket from Ilmar").

If it gives a number of cases, that must be the pattern's; otherwise the pattern
is stated wrongly. Sentences that each tell one of the facts state no pattern,
however many there are: seeing it is left to the reader.

These rules are part of the instrument: a change of them needs a new version (`reading.INSTRUMENT`).
"""

import re
from collections.abc import Mapping, Sequence

from chains.worlds.facts.ledger import Fact
from chains.worlds.facts.pattern import Pattern

STATED, WRONG, UNSTATED = "S", "W", "-"
"""Letters for a pattern in a reading: stated; stated with a wrong number of cases; not stated."""

_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_VALUE = {word: value for value, word in enumerate(_NUMBERS, start=2)}
_SEVERAL = re.compile(
    r"\b(?:several|multiple|many|all|both|every|each|repeated(?:ly)?|again|same|common|pattern|series|cluster|recurring)\b",
    re.IGNORECASE,
)
_COUNT = rf"(?<![\w-])(?P<number>\d\d?|{'|'.join(_NUMBERS)})\s+(?:\w+\s+){{0,2}}?"
"""A number of cases has at most two digits: what is longer is a code that lost its letter ("320 failed")."""
_COUNTED = ("failures?", "failed", "cases?", "times", r"trial\s+runs?", "trials", "passes", "passed", "machines?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")


def patterns_in(message: str, patterns: Sequence[Pattern], facts: Sequence[Fact]) -> str:
    """Return a letter for each pattern of a world: how a message states it.

    Args:
        message: The message.
        patterns: The world's patterns.
        facts: The world's facts.
    """
    by_id = {fact.id: fact for fact in facts}
    sentences = _SENTENCE.split(message)
    return "".join(_read(sentences, pattern, by_id) for pattern in patterns)


def _read(sentences: Sequence[str], pattern: Pattern, facts: Mapping[str, Fact]) -> str:
    struck = [facts[name] for name in pattern.facts]
    found = [_said(one, pattern, struck) for one in sentences if _names(one, pattern.cause)]
    return STATED if STATED in found else WRONG if WRONG in found else UNSTATED


def _said(sentence: str, pattern: Pattern, struck: Sequence[Fact]) -> str:
    things = {re.escape(name) for name in (pattern.plural, *map(_several, struck))}
    counts = re.finditer(rf"{_COUNT}(?:{'|'.join([*_COUNTED, *sorted(things)])})\b", sentence, re.IGNORECASE)
    numbers = {_VALUE.get(match["number"].lower()) or int(match["number"]) for match in counts}
    told = sum(any(_names(sentence, name) for name in (fact.subject, *fact.aliases)) for fact in struck)
    if numbers - {1}:
        return STATED if numbers - {1} == {len(struck)} else WRONG
    return STATED if told >= 2 or _names(sentence, pattern.plural) or _SEVERAL.search(sentence) else UNSTATED


def _several(fact: Fact) -> str:
    """Return the plural noun for things like a fact's subject: "compressors"."""
    return f"{fact.subject.rsplit(' ', 1)[0].split()[-1]}s"


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
