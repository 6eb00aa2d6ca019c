"""What status a message states: red, amber or green; none; or unclear, where it says several or takes one back.

A colour counts only where it is said of the status, in one of the ways that
people say it:

    Status: amber.   The overall status is red.   RAG - GREEN   rated red   a green status   we are amber
    a line that holds the colour alone, or a coloured disc alone or after "status"

so that "the door was painted dark red" says nothing. A status of something
that the ledger knows ("the status of pump P-12 is red", "pump P-12: status
green") is not the overall one, and where a status is told of the whole in so
many words ("overall", "project", "RAG") only such count: reports that give
every item a colour have one of their own too. A choice of three ("red, amber or green") is none, and of a change ("from
red to amber", "was red and is now amber") the end counts. Yellow and orange
are amber. A colour that is denied or supposed ("not green", "would be red")
makes the status unclear, as do two colours: nothing is guessed.

These rules are a part of the instrument: whoever changes them changes its version (`fates.INSTRUMENT`).
"""

import re
from collections.abc import Collection, Iterator

from chains.worlds.facts.status_rule import Status

NONE, UNCLEAR = "none", "unclear"
TOLD = ("red", "amber", "green", UNCLEAR, NONE)
"""What a message may tell, in the order of a table's columns."""

_SAME: dict[str, Status] = {
    "red": "red", "amber": "amber", "yellow": "amber", "orange": "amber", "green": "green",
    "\N{LARGE RED CIRCLE}": "red", "\N{LARGE YELLOW CIRCLE}": "amber", "\N{LARGE ORANGE CIRCLE}": "amber",
    "\N{LARGE GREEN CIRCLE}": "green",
}  # fmt: skip
_DISC = "".join(word for word in _SAME if not word.isascii())
_COLOUR = r"(?:red|amber|yellow|orange|green)"
_HEAD = r"(?:rag|status|rating|traffic\s+light)"
_CHOICE = re.compile(
    rf"\b{_COLOUR}\b\W+(?:(?:or|and)\W+)?{_COLOUR}\b\W+(?:(?:or|and)\W+)?{_COLOUR}\b|\br/a/g\b", re.IGNORECASE
)
_CHANGE = re.compile(
    rf"\b(?:from\s+)?{_COLOUR}\s+to\s+(?P<end>{_COLOUR})\b"
    rf"|\bwas\s+{_COLOUR}\b[^.\n]{{0,30}}?\bnow\s+(?P<now>{_COLOUR})\b",
    re.IGNORECASE,
)
_BETWEEN = (
    r"(?:[^.!?\n;]{0,50}?(?:\b(?:is|was|are|isn['’]t|remains?|stays?|reads?|stands|be|been|turned|becomes?|became|moved|went|goes|"
    r"improved|changed|slipped|dropped|fell|rose|raised|lowered|as|at)\b|[:=–—-])"
    r"|\s*\()?"
)
"""Between the word and its colour: of what the status is, and a verb or a mark; or nothing."""
_OFF = (
    r"[^\w\n]*(?:(?:not|now|still|currently|no|longer|at|in|the|a|an|that|of|rated|marked|reported|officially)"
    r"[^\w\n]+){0,4}"
)
_SAYS = (
    # status ... red: what stands between may not be another sentence; of what it is said is looked at below
    re.compile(rf"\b{_HEAD}\b(?:{_BETWEEN}){_OFF}(?P<colour>{_COLOUR})\b(?!-(?!{_COLOUR}))", re.IGNORECASE),
    re.compile(rf"\b(?P<colour>{_COLOUR})\s+(?:\w+\s+)?{_HEAD}\b", re.IGNORECASE),
    re.compile(
        r"\b(?:we|project|programme|program|things|everything|all|overall)\b"
        rf"(?:['’]re|['’]s|\s+(?:is|are|remains?|stays?))\s+(?:all\s+|still\s+|now\s+|at\s+|in\s+the\s+)*(?P<colour>{_COLOUR})\b"
        r"(?=\s*(?:[.,;!)]|$|and\b|for\b|overall\b|this\b|on\b|across\b))",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(rf"\b(?:rated|flagged|reported|reporting)\s+(?:as\s+|at\s+)?(?P<colour>{_COLOUR})\b", re.IGNORECASE),
    re.compile(rf"^[\W_]*(?P<colour>{_COLOUR})[\W_]*$", re.IGNORECASE | re.MULTILINE),
    re.compile(rf"^[^\w\n{_DISC}]*(?P<colour>[{_DISC}])[^\w\n{_DISC}]*$", re.MULTILINE),
    re.compile(rf"\b{_HEAD}\b[^\w\n]*(?P<colour>[{_DISC}])", re.IGNORECASE),
)  # fmt: skip
_UNSURE = re.compile(
    r"\b(?:not|no|never|n't|neither|nor|would|could|might|should|(?-i:may)|if|unless|almost|nearly|rather\s+than|longer|"
    r"between|\w+n['’]t)\b",
    re.IGNORECASE,
)
_OVERALL = re.compile(r"\b(?:overall|project|programme|program|rag)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?\n;]")
_NEAR = 24
"""Characters before a statement of the status in which a word of doubt takes it back."""


def status_in(message: str, subjects: Collection[str] = ()) -> str:
    """Return the overall status that a message states: one of `TOLD`.

    Args:
        message: As a seat wrote it.
        subjects: What the ledger's facts are about, by every name: a status that is said of one of them is not the
            overall one.
    """
    found = list(_told(message, [subject.lower() for subject in subjects]))
    told = {status for status, overall in found if overall} or {status for status, _ in found}
    if not told:
        return NONE
    return told.pop() if len(told) == 1 else UNCLEAR


def _told(message: str, subjects: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield each status that is told, and whether it is told of the whole in so many words."""
    text = _CHANGE.sub(lambda match: match["end"] or match["now"], _CHOICE.sub(" ", message))
    for pattern in _SAYS:
        for match in pattern.finditer(text):
            between = text[match.start() : match.start("colour")].lower()
            before = _SENTENCE.split(text[: match.start()])[-1]
            overall = bool(_OVERALL.search(before + match[0]))
            if any(subject in between for subject in subjects):
                continue
            if not overall and any(subject in before.lower() for subject in subjects):
                continue
            beyond = re.match(rf"\s*(?:/|-|\bor\b|\bto\b)\s*{_COLOUR}\b", text[match.end("colour") :], re.IGNORECASE)
            unsure = _UNSURE.search(between) or _UNSURE.search(before[-_NEAR:]) or beyond
            yield UNCLEAR if unsure else _SAME[match["colour"].lower()], overall
