"""Findings: which of the numbered lines that it was shown an auditor's reply names.

They are asked for as JSON, `{"missing": [2, 5], "wrong": [3]}`. Where an
endpoint can't be held to that, the reader also takes JSON inside other text,
quoted lines in place of their numbers, marked lines ("Missing: 2 and
5"), or a plain word that nothing is amiss. A reply with none of it is
*unreadable*: an outcome with its own count, not a finding.

The text is only read; instructions in it have no effect.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from chains.scoring.replies.choice import objects_in
from chains.scoring.text.ledger_stems import STOP
from chains.scoring.text.tokens import tokens_of

Kind = Literal["missing", "wrong"]
KINDS: tuple[Kind, ...] = ("missing", "wrong")
KEYS: Mapping[Kind, frozenset[str]] = {
    "missing": frozenset({"missing", "left_out", "left out", "omitted", "lacking"}),
    "wrong": frozenset({"wrong", "incorrect", "altered", "changed", "misstated"}),
}
"""The keys under which a reply may list its findings."""
TOKENS_OF_FINDINGS = 30
"""Rough length in tokens of a reply that names lines by number, as JSON."""
QUOTED = 0.7
"""Share of a line's own words that a quotation must have to stand for it."""

_MARKED = re.compile(
    r"(?:^|[\n;.])[\s>*_#-]*(?P<head>missing|left[ _]out|omitted|lacking|wrong|incorrect|altered|changed|misstated)"
    r"(?:\s+(?:lines?|numbers?|points?))?\b[\s*_]*(?::|=|is|are)[\s*_]*(?P<rest>[^\n;]*)",
    re.IGNORECASE,
)
_SOUND = re.compile(
    r"\b(?:no(?:thing| (?:line|point|finding|fault|omission|error)s?)?)\b[^.\n]{0,30}"
    r"\b(?:missing|wrong|left out|amiss|found|omitted|incorrect)\b"
    r"|\bno (?:findings|omissions|errors|faults)\b|\breport is (?:complete|accurate|correct|sound)\b"
    r"|^\W*none\W*$|^\W*nothing\W*$",
    re.IGNORECASE,
)


class Findings(NamedTuple):
    """What an auditor found, by the number of the line, from 1."""

    kinds: Mapping[int, Kind]
    readable: bool = True

    def lines(self, kind: Kind, shown: Sequence[str]) -> list[str]:
        """Return the lines of one kind of finding, as they were shown."""
        return [shown[number - 1] for number, its in sorted(self.kinds.items()) if its == kind]


NOTHING_READ = Findings({}, readable=False)


def read_findings(text: str | None, shown: Sequence[str]) -> Findings:
    """Read the findings in a reply.

    Args:
        text: The reply; None if there was none.
        shown: The lines that were shown under the numbers from 1.

    Returns:
        Each line at most once; a line named both missing and wrong counts as neither. Numbers and quotations of
        lines that were not shown are ignored.
    """
    if text is None or not text.strip():
        return NOTHING_READ
    found = _in_json(text, shown)
    if found is None:
        found = _marked(text, shown)
    if found is None:
        return Findings({}) if _SOUND.search(text) else NOTHING_READ
    both = {*found["missing"]} & {*found["wrong"]}
    kinds = {number: kind for kind in KINDS for number in found[kind] if number not in both}
    return NOTHING_READ if both and not kinds else Findings(kinds)


def read_numbers(text: str | None, shown: Sequence[str], count: int) -> list[int]:
    """Read which lines a reply picks: `{"lines": [2, 5]}`, numbers in plain text, or lines quoted.

    Args:
        text: The reply; None if there was none.
        shown: The lines that were shown under the numbers from 1.
        count: How many were asked for; if a reply names more, the first ones count.
    """
    if text is None:
        return []
    for content in objects_in(text):
        for value in content.values():
            if picked := _numbers(value, shown):
                return picked[:count]
    return (_numbers(text, shown) or _numbers(text.splitlines(), shown))[:count]


def _in_json(text: str, shown: Sequence[str]) -> dict[Kind, list[int]] | None:
    """Return the findings in the first JSON object with a known key; None if there is no such object."""
    for content in objects_in(text):
        values = {str(key).strip().lower(): value for key, value in content.items()}
        if any(key in values for names in KEYS.values() for key in names):
            return {
                kind: [
                    number for key, value in values.items() if key in KEYS[kind] for number in _numbers(value, shown)
                ]
                for kind in KINDS
            }
    return None


def _marked(text: str, shown: Sequence[str]) -> dict[Kind, list[int]] | None:
    found: dict[Kind, list[int]] = {kind: [] for kind in KINDS}
    marks = list(_MARKED.finditer(text))
    for mark in marks:
        kind = next(kind for kind in KINDS if re.sub(r"[ _]+", "_", mark["head"].lower()) in KEYS[kind])
        found[kind] += _numbers(mark["rest"], shown)
    return found if marks else None


def _numbers(value: Any, shown: Sequence[str]) -> list[int]:
    """Return the numbers of lines that a value names, each once, in its order."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        numbers: Iterable[int] = [int(value)] if math.isfinite(value) and value == int(value) else []
    elif isinstance(value, str):
        numbers = _in_words(value, shown)
    elif isinstance(value, list):
        numbers = [number for one in value for number in _numbers(one, shown)]
    else:
        numbers = []
    return [number for number in dict.fromkeys(numbers) if 1 <= number <= len(shown)]


def _in_words(text: str, shown: Sequence[str]) -> list[int]:
    """Return the line numbers that a text consists of ("2, 5 and 7", "line [3]"), or that of the one line it quotes."""
    bare = re.sub(r"\b(?:lines?|numbers?|points?|nos?|and)\b|[\s\[\](),.;:#&-]", " ", text, flags=re.IGNORECASE)
    if bare.strip() and all(part.isdecimal() for part in bare.split()):
        return [int(part) for part in bare.split() if len(part) <= 4]
    said = _content(text)
    shares = {number: _share(_content(line), said) for number, line in enumerate(shown, start=1)}
    best = max(shares.values(), default=0.0)
    quoted = [number for number, share in shares.items() if share == best]
    return quoted if best >= QUOTED and len(quoted) == 1 else []


def _share(wanted: frozenset[str], said: frozenset[str]) -> float:
    return len(wanted & said) / len(wanted) if wanted else 0.0


def _content(text: str) -> frozenset[str]:
    """Return the content words of a text: stems, numbers and codes."""
    return frozenset(token.stem for token in tokens_of(text) if token.kind != "mark" and token.low not in STOP)
