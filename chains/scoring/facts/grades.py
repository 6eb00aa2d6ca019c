"""What a message says of graded facts: the grade of each, and how it tells a close call.

The grade is looked for in the sentences that name the fact's subject, and in
those after them until another subject is named. One grade there is the one told;
"from major to minor" tells the second; several grades, or none, are unclear.

A close call is told whole if what went wrong and what caught it both stand
there. If one half alone stands there it is told as a success (the catch) or as a
warning (what went wrong). Words of praise or of worry that are not the ledger's
own outrank the halves, unless both sorts are there.

These rules are part of the instrument: a change of them needs a new version (`reading.INSTRUMENT`).
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from chains.scoring.facts.verdict import Verdict
from chains.worlds.facts.grading import Grading
from chains.worlds.facts.ledger import Fact

UNCLEAR, UNTOLD = "?", "-"
"""Letters for a fact that is told without a clear grade, and for one that is not told, or has no grade."""
WHOLE, SUCCESS, WARNING = "B", "S", "W"
"""Letters for a close call: both halves told; told as a success; told as a warning."""

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
_CHANGED = re.compile(r"\bfrom\b.{1,60}\bto\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|no longer|never|nor)\s+(?:a\s+|an\s+|be\s+)?$", re.IGNORECASE)
_PRAISE = re.compile(
    r"\b(?:success\w*|work(?:s|ed|ing)? (?:well|as (?:it should|intended|planned))|well done|good (?:catch|work|job)|"
    r"effective\w*|sav(?:ed|ing)|thanks to|safely|proud|praise\w*|commend\w*|excellent\w*|no harm|prevented|proves?)\b",
    re.IGNORECASE,
)
_WORRY = re.compile(
    r"\b(?:risk\w*|danger\w*|warning|(?:could|might|would) have|almost|luck\w*|concern\w*|alarming\w*|worr\w+|"
    r"serious\w*|hazard\w*|unsafe|must not happen|threat\w*)\b",
    re.IGNORECASE,
)


def grades_in(message: str, grading: Grading, facts: Sequence[Fact], verdicts: Mapping[str, Verdict]) -> str:
    """Return a letter for each fact: the place of the grade told on the scale, `UNCLEAR` or `UNTOLD`.

    Args:
        message: The message.
        grading: The world's scale.
        facts: The world's facts.
        verdicts: The instrument's verdicts on the message; a fact without one is held elsewhere.
    """
    told = _told(grading, facts, verdicts)
    zones = _zones(message, facts) if any(told) else {}
    return "".join(
        _grade(_zone(zones, fact, verdicts, message), grading) if here else UNTOLD
        for fact, here in zip(facts, told, strict=True)
    )


def calls_in(message: str, grading: Grading, facts: Sequence[Fact], verdicts: Mapping[str, Verdict]) -> str:
    """Return a letter for each fact: how a close call is told; `UNTOLD` for all other facts."""
    told = _told(grading, facts, verdicts)
    zones = _zones(message, facts) if any(told) else {}
    return "".join(
        _call(_zone(zones, fact, verdicts, message), grading, fact, verdicts[fact.id])
        if here and grading.is_close_call(fact)
        else UNTOLD
        for fact, here in zip(facts, told, strict=True)
    )


def _told(grading: Grading, facts: Sequence[Fact], verdicts: Mapping[str, Verdict]) -> list[bool]:
    return [
        grading.grade_of(fact) is not None and fact.id in verdicts and verdicts[fact.id].fate != "omitted"
        for fact in facts
    ]


def _zones(message: str, facts: Sequence[Fact]) -> dict[str, str]:
    """Return for each fact whose subject is named the sentences about it."""
    names = [(fact.id, re.compile(_any_of((fact.subject, *fact.aliases)), re.IGNORECASE)) for fact in facts]
    zones: dict[str, str] = {}
    about: list[str] = []
    for sentence in _SENTENCE.split(message):
        named = [name for name, pattern in names if pattern.search(sentence)]
        about = named or about
        for name in about:
            zones[name] = f"{zones.get(name, '')} {sentence}"
    return zones


def _zone(zones: Mapping[str, str], fact: Fact, verdicts: Mapping[str, Verdict], message: str) -> str:
    """Return the text about a fact: where its subject is not named, the words that decided its fate."""
    first, last = verdicts[fact.id].evidence or (0, 0)
    return zones.get(fact.id) or message[first:last]


def _grade(zone: str, grading: Grading) -> str:
    found: list[int] = []
    for match in _grades(grading).finditer(zone):
        place = next(at for at in range(len(grading.grades)) if match[f"g{at}"])
        if not _NOT.search(zone[: match.start()]):
            found.append(place)
    if len(set(found)) > 1 and _CHANGED.search(zone):
        return str(found[-1])
    return str(found[0]) if len(set(found)) == 1 else UNCLEAR


@lru_cache(maxsize=16)
def _grades(grading: Grading) -> re.Pattern[str]:
    parts = [f"(?P<g{at}>{_any_of(grading.wordings(at))})" for at in range(len(grading.grades))]
    return re.compile("|".join(parts), re.IGNORECASE)


def _call(zone: str, grading: Grading, fact: Fact, verdict: Verdict) -> str:
    own = " ".join((*fact.renderings(), *fact.hints())).lower()
    praise, worry = (any(match[0].lower() not in own for match in of.finditer(zone)) for of in (_PRAISE, _WORRY))
    if praise != worry:
        return SUCCESS if praise else WARNING
    wrong, caught = (verdict.slots.get(name, "missing") != "missing" for name in (grading.wrong, grading.caught))
    if wrong and caught:
        return WHOLE
    return SUCCESS if caught else WARNING if wrong else UNCLEAR


def _any_of(names: Sequence[str]) -> str:
    """Return a pattern of names as whole words, the longest first."""
    ordered = sorted(names, key=len, reverse=True)
    return rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in ordered)})(?!\w)"
