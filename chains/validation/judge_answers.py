"""Read verdicts from a judge's reply, even if it keeps badly to the form that was asked for.

The request asks for one JSON object:

    {"S1-kvtq": {"evidence": "3 weeks late", "fate": "kept"}, "S2-kvtq": {"evidence": "", "fate": "omitted"}}

Endpoints that take no schema also send it in a code fence, with prose around it, as a list, inside another object, or
as lines "S1-kvtq: kept - 'quote'". All of these are read, if their names have the mark that was asked for: what a
message says in the form of an answer has another mark or none.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from chains.fates import FATES, Fate
from chains.scoring.text.nearly_json import read_nearly

Problem = Literal["unsupported", "missing", "refused", "unreadable"]
"""Why a verdict is no vote.

unsupported: its evidence does not occur in the message. missing: the reply says nothing of this statement.
refused: the model refused, or a filter did. unreadable: nothing in the reply could be read.
"""
PROBLEMS: tuple[Problem, ...] = ("unsupported", "missing", "refused", "unreadable")
AGAIN: tuple[Problem, ...] = ("missing", "unreadable")
"""Problems that another attempt may solve."""

LONGEST_ANSWER = 100_000
"""Characters of a reply that are read; the rest is ignored."""
MOST_PARTS = 200
"""How many balanced parts of a reply are tried as JSON."""
_NAMED = r"S(\d{1,6})(-[a-z]{4})?"
_INNER = re.compile(rf'"({_NAMED})"\s*:\s*(\{{[^{{}}]*\}})')
_LINE = re.compile(rf"^[\s*#-]*{_NAMED}\b\W*\b({'|'.join(FATES)})\b(.*)$", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"[\"\u201c'\u2018](.+)[\"\u201d'\u2019]")
_NAME = re.compile(_NAMED, re.IGNORECASE)


class Verdict(NamedTuple):
    """One judge's verdict on one statement in one message."""

    fate: Fate | None
    """The fate that the judge said, even if it does not count."""
    evidence: str
    """The judge's quote from the message, unchanged."""
    problem: Problem | None

    @property
    def vote(self) -> Fate | None:
        """The fate that counts; None if the verdict is no vote.

        Every fate but *omitted* says that the message mentions the statement. It counts only if its evidence occurs
        in the message; otherwise the verdict is *unsupported*. *Omitted* needs no evidence.
        """
        return None if self.problem is not None else self.fate


def read_answer(text: str, asked: Sequence[str], message: str) -> dict[str, Verdict]:
    """Read the verdicts of one reply.

    Args:
        text: The reply.
        asked: Names of the statements in the request: "S1", "S4".
        message: The message that was judged, to check the evidence.

    Returns:
        A verdict for each statement asked about; verdicts on other names are ignored.
    """
    found: dict[str, tuple[Fate | None, str]] = {}
    for name, fate, evidence in _said(text):
        found.setdefault(name, (fate, evidence))
    out = {}
    for name in asked:
        fate, evidence = found.get(name, (None, ""))
        problem: Problem | None = None
        if fate is None:
            problem = "missing" if found else "unreadable"
        elif fate != "omitted" and not occurs(evidence, message):
            problem = "unsupported"
        out[name] = Verdict(fate, evidence, problem)
    return out


def _said(text: str) -> Iterator[tuple[str, Fate | None, str]]:
    """Find every (statement, fate, evidence) in a reply: in its JSON, else in its lines."""
    text = text[:LONGEST_ANSWER]
    entries = [entry for document in _json(text) for entry in _entries(document)]
    if not entries:  # JSON that was cut off may hold whole verdicts
        inner = ((one[1], document) for one in _INNER.finditer(text) for document in _json(one[4]))
        entries = [entry for name, document in inner for entry in _entries(document, name)]
    yield from entries
    if not entries:
        for line in _LINE.finditer(text):
            quote = _QUOTED.search(line[4])
            yield _written(line), _fate(line[3]), quote[1] if quote else ""


def _entries(document: Any, name: str | None = None) -> Iterator[tuple[str, Fate | None, str]]:
    """Yield everything in a JSON value that looks like a verdict."""
    if isinstance(document, list):
        for one in document:
            yield from _entries(one)
        return
    if isinstance(document, str) and name is not None:
        if (fate := _fate(document)) is not None:
            yield name, fate, ""
        return
    if not isinstance(document, Mapping):
        return
    lower = {str(key).lower(): value for key, value in document.items()}
    own = next((_named(lower[key]) for key in ("statement", "id", "name") if _named(lower.get(key))), name)
    if own is not None and "fate" in lower:
        evidence = lower.get("evidence") or lower.get("quote") or ""
        if isinstance(evidence, list):
            evidence = " ... ".join(str(part) for part in evidence)
        yield own, _fate(lower["fate"]), str(evidence)
        return
    for key, value in document.items():
        number = str(key).strip()
        bare = f"S{int(number)}" if number.isdecimal() and len(number) <= 6 and isinstance(value, Mapping) else None
        yield from _entries(value, _named(key) or bare)


def _named(value: Any) -> str | None:
    found = _NAME.fullmatch(value.strip()) if isinstance(value, str) else None
    return _written(found) if found else None


def _written(name: re.Match[str]) -> str:
    """Return a statement's name as a request writes it."""
    return f"S{int(name[1])}{(name[2] or '').lower()}"


def _fate(value: Any) -> Fate | None:
    text = value.strip().strip("*\"'.").lower() if isinstance(value, str) else ""
    return next((fate for fate in FATES if text == fate), None)


def _json(text: str) -> Iterator[Any]:
    """Yield the JSON values in a text: the whole text, else each balanced object or list, outermost first."""
    try:
        yield read_nearly(text)
    except ValueError:
        pass
    else:
        return
    at = 0
    for start, end in sorted(_balanced(text))[:MOST_PARTS]:
        if start < at:
            continue  # it lies inside a value that was read
        try:
            yield read_nearly(text[start:end])
        except ValueError:
            continue
        at = end


def _balanced(text: str) -> Iterator[tuple[int, int]]:
    """Return the start and end (half open) of each balanced bracket pair; brackets inside strings don't count."""
    open_at: list[int] = []
    quoted = escaped = False
    for at, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character in "{[":
            open_at.append(at)
        elif open_at and character == '"':
            quoted = True
        elif open_at and character in "}]":
            yield open_at.pop(), at + 1


_SAME = str.maketrans({
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
} | dict.fromkeys("'\"\u2018\u2019\u201c\u201d\u00ab\u00bb*_`\u00ad\u200b"))  # fmt: skip
_ELLIPSIS = re.compile(r"\[?(?:\.{3,}|\u2026)\]?")
_ENDS = " .,;:!?()[]{}<>-"


def occurs(quote: str, message: str) -> bool:
    """Return whether a quote occurs in a message, which is how a judge's evidence is checked.

    Whole words must be the same, in the same order. White space, case, quotation marks, kinds of dashes, Markdown
    emphasis, and punctuation or a bullet at either end make no difference. An ellipsis stands for words left out: the
    parts around it must occur in that order. A quote without a letter or digit does not occur.
    """
    rest = plain(message)
    parts = [part for piece in _ELLIPSIS.split(quote) if (part := plain(piece).strip(_ENDS))]
    if not any(character.isalnum() for part in parts for character in part):
        return False
    for part in parts:
        found = re.search(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", rest)
        if found is None:
            return False
        rest = rest[found.end() :]
    return True


def plain(text: str) -> str:
    """Return a text without the differences that a faithful quote may have."""
    levelled = unicodedata.normalize("NFKC", text).translate(_SAME).casefold()
    return re.sub(r"\s+", " ", levelled).strip()
