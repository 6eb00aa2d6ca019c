"""Corrections: words that a sentence puts aside, and sentences that take back the one before them.

"EUR 12,000, not EUR 52,000" says nothing of 52,000 but that it is wrong; "first reported as 3 weeks" is no report of 3
weeks; "That is not true." turns the sentence before it round, and a question says nothing at all.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from chains.scoring.text.dates import month_at
from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.tokens import Token

Role = Literal["says", "asks", "denied", "takes back", "corrects", "agrees"]
"""What a sentence does: it states something; asks; denies itself; takes back the sentence before it; corrects what was
said; answers yes."""

_OPENS = bag(", ( — – - : ;")
_CLOSES = bag(", ) ; — – : |")
_NEW_CLAUSE = bag("as which who but while because since although though and so we they i")
_NOT_ASIDE = bag("only just least to yet including surprisingly merely even")
_LEADS = bag("on in at by the a an until before after for from to with")
_REPLACES = (("rather", "than"), ("instead", "of"), ("opposed", "to"), ("place", "of"))
_WAS_TOLD = bag(
    "hoped planned budgeted reported stated quoted given put estimated forecast announced expected thought said "
    "believed feared flagged noted shown predicted assumed listed recorded"
)
_EARLIER = bag("first originally initially previously earlier wrongly mistakenly formerly once")
_NOW_TOLD = bag(
    "ended outcome eventually finally correct corrected actual actually true real right revised now fact turned truth "
    "since today reality"
)
_LONGEST = 8
"""Words that may belong to something put aside."""

_TAKES_BACK = re.compile(
    r"^(?:(?:this|that|it|which|all of this|all this|the above|neither|both) )?"
    r"(?:(?:is|was|were|are|has|have|proved|turned out)(?: been)?(?: to be)? )?(?:simply |just |plainly |now |quite )?"
    r"(?:not true|untrue|false|wrong|not correct|incorrect|not so$|not right|no longer true|no longer correct|"
    r"no longer the case|not the case|a mistake|an error|mistaken|a misunderstanding)\b"
    r"|^(?:this|that|all of this|all this|the above) (?:is|was) (?:now )?(?:outdated|out of date)\b"
    r"|^(?:please |sorry |so |well |no )?(?:strike|scratch|disregard|ignore|scrap|forget|retract) (?:that|this)\b"
    r"(?! (?:month|week|year|quarter|term|rate|level))"
    r"|\b(?:strike|scratch|disregard|ignore|scrap|forget|withdraw|delete|retract|cancel) (?:(?:that|this)"
    r"(?: (?:sentence|line|statement|figure|number|remark|point|item|paragraph|bullet|message|note)\b|$)|"
    r"the above\b|the last\b|my last\b|the previous\b|the first\b|my earlier\b|our earlier\b)"
    r"|\b(?P<who>he|she|they|we|i|it) (?:is|was|are|were|am) (?:wrong|mistaken)\b"
    r"|^(?:a )?no\b"
    r"(?: (?:it|they|he|she|we|this|that|not|there|the|on)\b|$)"
)  # fmt: skip
_REPORTED = re.compile(
    r"\b(?:figures?|numbers?|rumours?|rumors?|reports?|stor(?:y|ies)|claims?|versions?|talk|counts?|readings?|values?|"
    r"estimates?)\b(?: (?:of|that|for)\b| (?:was|were|is|are|had|has|have|went|came|goes|in|that)\b)"
)
"""A report that a sentence tells of, so that "it was wrong" in the same sentence is said of that report."""
_CORRECTS = re.compile(
    r"^(?:correction|erratum|in fact|actually|in reality|in truth|on the contrary|quite the opposite|to correct|"
    r"the correct|the true|the actual|the right|the real|correct is|make that|i mean|rather)\b"
)
_AGREES = re.compile(r"^(?:a )?(?:yes|correct|indeed|right|true|confirmed)\b")
_DENIED = re.compile(
    r"^(?:there is |there was )?no truth (?:in|to|behind)\b"
    r"|^it is (?:simply |just )?(?:a )?(?:rumour|rumor|myth) that\b|"
    r"\b(?:rumours?|rumors?|reports?|claims?|suggestions?|statements?|talk|fears?|allegations?|idea|news|story|stories|"
    r"assertions?|beliefs?) (?:that|of) .*\b(?:is|are|was|were|proved|turned out)(?: to be)? (?:simply |just |quite )?"
    r"(?:wrong|false|untrue|unfounded|incorrect|baseless|exaggerated|mistaken|groundless|not true|not correct)$"
)


def role_of(tokens: Sequence[Token]) -> Role:
    """Return what a sentence does."""
    if tokens[-1].text == "?":
        return "says" if any(token.low in ("why", "how") for token in tokens) else "asks"  # "why was it late?": it was
    first = tokens[0].low
    may = first in _STARTS or any(token.low in _HINTS for token in tokens)
    if not may:
        return "says"
    words = " ".join(token.low for token in tokens if token.kind != "mark")
    if _DENIED.search(words):
        return "denied"
    if (taken := _TAKES_BACK.search(words)) is not None:
        return "says" if taken["who"] and _REPORTED.search(words, 0, taken.start()) else "takes back"
    if _CORRECTS.match(words):
        return "corrects"
    return "agrees" if _AGREES.match(words) else "says"


_STARTS = bag(
    "please sorry so well no a yes correct correction erratum in actually on quite to the scratch make i rather indeed "
    "right true confirmed there it"
)
_HINTS = bag(
    "true untrue false wrong correct incorrect so case mistake error mistaken outdated strike disregard ignore scrap "
    "forget withdraw delete retract cancel unfounded baseless exaggerated groundless date misunderstanding"
)
"""A sentence without any of these words takes nothing back."""


_MISTAKEN = bag("wrong mistaken incorrect untrue false")
_ASIDE = _WAS_TOLD | _MISTAKEN | {"not", *(first for first, _ in _REPLACES)}
"""Words without which nothing is put aside."""


def put_aside(tokens: Sequence[Token], cuts: Sequence[int]) -> frozenset[int]:
    """Return the tokens of a sentence that it contradicts or replaces.

    Args:
        tokens: The sentence.
        cuts: Where its clauses start.
    """
    lows = [token.low for token in tokens]
    if _ASIDE.isdisjoint(lows):
        return frozenset()
    out: set[int] = set()
    if "not" in lows:
        out |= _after_not(tokens, lows)
    for at in range(len(lows) - 1):
        once = lows[at] in _EARLIER and lows[at + 1] in _WAS_TOLD
        if once or (lows[at], lows[at + 1]) in _REPLACES:
            out.update(range(at + 2, _end(tokens, at + 2)))
    if not _MISTAKEN.isdisjoint(lows):
        out |= _mistaken(lows, cuts)
    return frozenset(out | _superseded(lows, cuts))


def _mistaken(lows: Sequence[str], cuts: Sequence[int]) -> set[int]:
    """Return the clause with a report that the next clause calls wrong: "a figure of 4% went round, it is false"."""
    out: set[int] = set()
    for (first, last), (begins, ends) in pairwise(_clauses(lows, cuts)):
        wrong = next((at for at in range(begins, ends) if lows[at] in _MISTAKEN), None)
        if wrong is None or not _REPORTED.search(" ".join(lows[first:last])):
            continue
        if any(low in _REFERRING for low in lows[begins:wrong]):
            out.update(range(first, last))
    return out


_REFERRING = bag("it this that he she they which")


def _after_not(tokens: Sequence[Token], lows: Sequence[str]) -> set[int]:
    """Return what stands in ", not Y" and "(not Y)"."""
    out: set[int] = set()
    for at, low in enumerate(lows[:-1]):
        if low != "not" or not at or lows[at + 1] in _NOT_ASIDE:
            continue
        if tokens[at - 1].text not in _OPENS and lows[at - 1] != "and":
            continue
        start, end = at + 1, _end(tokens, at + 1)
        valued = tokens[start].kind == "number" or month_at(tokens, start) or lows[start] in _LEADS | _MONEY
        if end - start <= 2 or (
            valued and any(tokens[i].kind == "number" or lows[i] in _CHANGED for i in range(start, end))
        ):
            out.update(range(start, end))
    return out


_MONEY = bag("eur usd gbp chf € $ £")
_CHANGED = bag("mode morning afternoon north south")


def _end(tokens: Sequence[Token], start: int) -> int:
    """Return where the words put aside end: at a comma, a bracket, another clause."""
    for at in range(start, min(start + _LONGEST, len(tokens))):
        if tokens[at].text in _CLOSES or (at > start and tokens[at].low in _NEW_CLAUSE) or tokens[at].text in ".!?":
            return at
    return min(start + _LONGEST, len(tokens))


def _superseded(lows: Sequence[str], cuts: Sequence[int]) -> set[int]:
    """Return the clauses about an earlier report, if a later clause states what is true."""
    parts = _clauses(lows, cuts)
    if len(parts) < 2:
        return set()
    out: set[int] = set()
    latest = max((at for at, low in enumerate(lows) if low in _NOW_TOLD), default=-1)
    for first, last in parts[:-1]:
        words = lows[first:last]
        told = any(
            word in _WAS_TOLD and {"was", "were", "been", "had", *_EARLIER} & set(words[max(0, at - 4) : at + 1])
            for at, word in enumerate(words)
        )
        if told and latest >= last:
            out.update(range(first, last))
    return out


def _clauses(lows: Sequence[str], cuts: Sequence[int]) -> list[tuple[int, int]]:
    starts = sorted({*cuts, *(at + 1 for at, low in enumerate(lows) if low in (";", ","))} - {len(lows)})
    return list(zip(starts, [*starts[1:], len(lows)], strict=True))
