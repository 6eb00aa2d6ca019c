"""The overall status that a message states: red, amber, green, none or unclear.

A message is read line by line and sentence by sentence. A colour counts where

- a word for the status leads to it ("RAG: A", "the light for the programme has gone to red") or follows it;
- it is said of the whole ("overall", "the project", "we are", "I would put us at"), or stands alone in its line;
- no noun follows it: "a green cable" and "the green light for" are no status.

The status of a ledger's subject ("the status of pump P-12 is red") is not the overall one. If a message states a
status explicitly of the whole, only such statements count. Past ("last week: red"), hoped-for ("trending green", "a
path to green") and denied or supposed colours ("not green", "would be green") give way to present ones. Two present
colours, a choice between two ("amber/green"), or only a denial or supposition make the status unclear: nothing is
guessed. Yellow and orange are amber.

Every pattern is bounded, so that reading takes time in proportion to the text. These rules are part of the
instrument: a change of them needs a new version (`reading.INSTRUMENT`).
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from chains.worlds.facts.status_rule import Status

NONE, UNCLEAR = "none", "unclear"
TOLD = ("red", "amber", "green", UNCLEAR, NONE)
"""What a message may state, in the order of a table's columns."""

_SAME: dict[str, Status] = {
    "red": "red", "amber": "amber", "yellow": "amber", "orange": "amber", "green": "green",
    "r": "red", "a": "amber", "g": "green",
    "\N{LARGE RED CIRCLE}": "red", "\N{LARGE YELLOW CIRCLE}": "amber", "\N{LARGE ORANGE CIRCLE}": "amber",
    "\N{LARGE GREEN CIRCLE}": "green",
}  # fmt: skip
_DISC = "".join(word for word in _SAME if not word.isascii())
_NAMES = "red|amber|yellow|orange|green"
_COLOUR = re.compile(
    rf"(?<![\w-])(?:{_NAMES})\b(?!-(?!(?:{_NAMES})\b)\w)|[{_DISC}]|"
    rf"(?<=[\s:=([])(?-i:[RAG])(?=[\s.,;:)\]|]*$|\s*[(,.;)\]])",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    rf"\b(?:{_NAMES})\b\W{{1,3}}(?:(?:or|and)\W)?(?:{_NAMES})\b\W{{1,3}}(?:(?:or|and)\W)?(?:{_NAMES})\b|\br/a/g\b",
    re.IGNORECASE,
)
_EITHER = re.compile(
    rf"\b(?:{_NAMES})\s?(?:/|-|\bor\b)\s?(?:{_NAMES})\b|\bbetween\s(?:{_NAMES})\sand\s(?:{_NAMES})\b", re.IGNORECASE
)
_ASIDE = re.compile(
    r"\((?:was|were|previously|formerly|last|from|up from|down from|individual)\b[^)\n]{0,120}\)(?!:)", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n|;")

_HEAD = re.compile(
    r"\b(?:rag|status|rating|traffic\slights?|lights?|health|flag|colour|color|assessment|zone)\b"
    r"(?!\s(?:update|report|meeting|code|of\sthe\sart))",
    re.IGNORECASE,
)
_OVERALL = re.compile(
    r"\b(?:overall|project|programme|program|rag|as a whole|the whole|headline|bottom line|across the board|all told|"
    r"in short|in sum|in summary|on balance)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"(?:it|this|that)(?:['’]s|\s(?:is|was|has|remains|stays))\b", re.IGNORECASE)
_SPOKEN_OF = re.compile(
    r"\b(?:(?:we|things|everything|all)\b(?:['’]re|['’]s)?|(?:put|has|have|keep|keeps|rate|call|see|leave)\s(?:us|it|this|the)|"
    r"i\s(?:am|rate|call|report|make)|i['’]m|(?:would|i['’]d|we['’]d)\s(?:put|call|rate|describe|place|mark|judge)|rated|flagged|reported|reporting|report\sa|calling\sit|"
    r"(?:holding|sitting|remain\w{0,3}|stay\w{0,3}|stand\w{0,3}|mov\w{1,3})\s(?:at|to|in|on))\b",
    re.IGNORECASE,
)
"""Words that apply a colour to the whole."""
_ENDS = re.compile(
    r"\W*$|\s*[.,:!?)\]*/–—|-]|\s(?:and|but|for|overall|this|on|across|again|until|now|still|today|with|because|as|due|"
    r"rather|in|at|since|to|trending|zone|status|rating|rag|although|though|while|however|yet|position|project|"
    r"programme|program|report|light|not|no|owing|thanks|from|last|next|week|if|or|so|is|was|"
    r"without|unless|given|despite|after|before|were|week\W|instead|than|nor|by the)\b",
    re.IGNORECASE,
)
"""What may follow a colour that does not belong to a noun."""
_ELSE = re.compile(
    r"\b(?:painted|repainted|curtains?|doors?|signs?|code|cable|dark|pale|bright|light\s(?:red|green|yellow|orange))\b",
    re.IGNORECASE,
)
"""Words for things that have colours."""
_GREEN_LIGHT = re.compile(r"\s+light\b", re.IGNORECASE)
_MONEY = re.compile(r"\s+by\s+(?:\w{3}\s?)?[\d€$£]", re.IGNORECASE)
_ALONE = re.compile(
    rf"(?:(?:last|this|previous|current|today)\s?(?:week|month|period|quarter|status)?\s*)?[^\w{_DISC}]*"
    rf"(?P<colour>(?:{_NAMES})|[{_DISC}])[^\w{_DISC}]*(?:(?:or|/)[^\w]*(?:{_NAMES})\b.*)?",
    re.IGNORECASE,
)
_TITLE = re.compile(
    rf"[-–—:\[(]\s*(?-i:RED|AMBER|YELLOW|GREEN)[\])\s.!*]*$|[\[(]\s*(?:{_NAMES})\s*[\])]\s*$", re.IGNORECASE
)

_PAST = re.compile(
    r"\b(?:was|were|had been|last|previous|previously|formerly|earlier|from|used to be|until)\b", re.IGNORECASE
)
_HOPED = re.compile(
    r"\b(?:trending|towards?|path|way|route|return|road|hope|hopes|hoping|expect|expects|expecting|aim|aims|aiming|heading|"
    r"target|plan to|soon|shortly|working to|will be|next week|next month|back to green by)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|no longer|neither|nor|rather than|instead of|isn['’]t|aren['’]t|wasn['’]t|"
    r"without being|far from)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:would(?!\s(?:put|call|rate|describe|say|place|mark|judge|give))|could|might|should|(?-i:may)|if|"
    r"unless|almost|nearly|whether|were it not|had it not)\b",
    re.IGNORECASE,
)
_NOW = re.compile(r"\b(?:now|but|is|are|this|currently|stands?|current)\b", re.IGNORECASE)
_NEAR = 40
"""Characters before a colour that are searched for a word about its sense (past, hoped for, denied)."""
_LONGEST = 240
"""Most characters that are read together."""
_FAR = 120
"""Most characters between a word for the status and its colour."""

Sense = Literal["is", "was", "hoped", "doubtful"]


class _Mention(NamedTuple):
    """A colour that is stated as a status."""

    status: str
    sense: Sense
    overall: bool
    """Whether it is stated explicitly of the whole."""


def status_in(message: str, subjects: Collection[str] = ()) -> str:
    """Return the overall status that a message states: one of `TOLD`.

    Args:
        message: The message.
        subjects: All names of the ledger's subjects; the status of one of them is not the overall one.
    """
    names = _any_of(subjects)
    found: list[_Mention] = []
    for segment in _segments(message):
        goes_on = bool(found) and bool(_GOES_ON.match(segment))
        found += _read(segment, names, goes_on)
    for sense in ("is", "was", "doubtful"):
        meant = [one for one in found if one.sense == sense]
        told = {one.status for one in meant if one.overall} or {one.status for one in meant}
        if told:
            return told.pop() if len(told) == 1 and sense != "doubtful" else UNCLEAR
    return NONE


def _any_of(subjects: Collection[str]) -> re.Pattern[str] | None:
    return _pattern_of(tuple(subjects))


@lru_cache(maxsize=64)
def _pattern_of(subjects: tuple[str, ...]) -> re.Pattern[str] | None:
    names = sorted({subject.lower() for subject in subjects if subject}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE) if names else None


def _segments(message: str) -> Iterator[str]:
    """Yield the units of reading: sentences, and lines without the marks of lists, tables and emphasis."""
    if not _COLOUR.search(message):
        return
    text = re.sub(r"[*_`#>]|\.{2,}|…", " ", _ASIDE.sub(" ", _CHOICE.sub(" ", message)))
    text = re.sub(r"(?<=[a-z])\n(?=[a-z])", " ", text)  # a wrapped line
    for sentence in _SENTENCE.split(text):
        for start in range(0, len(sentence), _LONGEST):
            bare = sentence[start : start + _LONGEST].replace("|", " : ").strip(" \t:-•")
            if bare and _COLOUR.search(bare):
                yield bare


@lru_cache(maxsize=512)
def _read(segment: str, names: re.Pattern[str] | None, goes_on: bool) -> tuple[_Mention, ...]:
    """Read a segment; cached, because seats pass on what they heard and loops repeat it."""
    return tuple(_mentions(segment, names, goes_on=goes_on))


def _mentions(segment: str, names: re.Pattern[str] | None, *, goes_on: bool) -> Iterator[_Mention]:
    """Yield the statuses that a segment states; `goes_on`: it continues about the status in the segment before."""
    if _EITHER.search(segment) and (_HEAD.search(segment) or _OVERALL.search(segment) or _ALONE.fullmatch(segment)):
        yield _Mention(UNCLEAR, "is", overall=bool(_OVERALL.search(segment)))
        return
    after = 0
    for match in _COLOUR.finditer(segment):
        first, last = match.span()
        before, rest = segment[max(after, first - _FAR) : first], segment[last:]
        overall = bool(_OVERALL.search(segment[max(0, first - _FAR) : last + _FAR]))
        if not _told(segment, match, names, goes_on=goes_on):
            continue
        after = last
        yield _Mention(_SAME[match[0].lower()], _sense(before, rest, segment), overall)


def _told(segment: str, match: re.Match[str], names: re.Pattern[str] | None, *, goes_on: bool) -> bool:
    """Whether a colour is stated as a status, and not of one of the ledger's subjects."""
    rest = segment[match.end() :]
    if (
        _GREEN_LIGHT.match(rest)
        or _MONEY.match(rest)
        or _ELSE.search(segment[: match.start()])
        or not (match[0] in _DISC or _ENDS.match(rest))
    ):
        return False
    lead = segment[max(0, match.start() - _FAR) : match.start()]
    if names is not None:
        held = None
        for held in names.finditer(lead):  # noqa: B007  the last one
            pass
        if held is not None and not _OVERALL.search(lead[held.end() :]):
            return False
    if len(match[0]) == 1 and match[0].isascii():
        return bool(
            re.search(
                r"\b(?:rag|status|rating|overall|health)\b[^A-Za-z]*(?:(?:rating|status|is|now|at)\b[^A-Za-z]*){0,3}$",
                lead,
                re.IGNORECASE,
            )
        )
    whole = (
        _OVERALL.search(lead)
        or _OVERALL.match(rest.lstrip(" ,"))
        or re.match(r"\W*(?:overall|across the board)\b", rest, re.IGNORECASE)
    )
    head = _HEAD.search(lead) or re.match(r"\s(?:\w+\s)?(?:rag|status|rating|zone|project)\b", rest, re.IGNORECASE)
    return bool(
        whole or head or goes_on or _SPOKEN_OF.search(lead) or _ALONE.fullmatch(segment) or _TITLE.search(segment)
    )


def _sense(before: str, rest: str, segment: str) -> Sense:
    """Return the sense of a colour: present, past, hoped for, or doubtful."""
    near = before[-_NEAR:]
    if segment.endswith("?"):
        return "doubtful"
    denied = None
    for denied in _DENIED.finditer(near):  # noqa: B007  the last one
        pass
    if denied is not None and not re.search(r"\b(?:but|:|is|are)\s", near[denied.end() :]):
        return "doubtful"
    if re.match(r"\s+(?:shortly|soon|next (?:week|month))\b", rest) or _HOPED.search(near):
        return "hoped"
    if _SUPPOSED.search(before) and not re.search(r"(?:[:,]|\bbut\b)\s[^,:]*\b(?:is|are|stands?)\b[^,:]*$", before):
        return "doubtful"
    past = None
    for past in _PAST.finditer(near):  # noqa: B007  the last one
        pass
    if past is not None and not _NOW.search(near[past.end() :]) and not re.search(r"\bto\b", near[past.end() :]):
        return "was"
    return "is"
