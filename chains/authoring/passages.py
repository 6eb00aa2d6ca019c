"""Cut a document into sentences, each with its place, so that facts can quote them.

Layout comes first: headings, tables, code and mail headers are left out; a bullet, or a line after a short line, starts
a new block. Then `sentencex` cuts the blocks, and the instrument's own rules cut once more. Each line end within a
sentence becomes one blank, so that a place in a passage is a place in the document.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sentencex import segment

from chains.scoring.text.sentences import sentences_of

_BULLET = re.compile(r"\s*(?:>\s*)*(?:(?:[-*+•‣◦·–—]|\d{1,3}[.)]|\[[ xX]\])\s+)+|\s*(?:>\s*)+")
_FENCE = re.compile(r"\s*(```|~~~)")
_RULE = re.compile(r"\s*[-=*_#~]{3,}\s*$")
_HEADING = re.compile(r"\s*#{1,6}\s+(.*?)\s*#*\s*$")
_HEADER = re.compile(
    r"(?:From|To|Cc|Bcc|Date|Sent|Subject|Reply-To|Message-ID|MIME-Version|Content-\S+|X-\S+|Attendees|Present|"
    r"Apologies|Author|Owner|Status|Location|Chair)\s*:",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"Subject\s*:\s*(\S.*)", re.IGNORECASE)
_WRAPPED = 40
"""A line shorter than this ends where its writer wanted, not because it was full."""
BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""White space, and characters that can't be seen: control characters and marks of the writing direction."""


class Passage(NamedTuple):
    """One sentence of a document."""

    start: int
    """The place of its first character in the document."""
    text: str
    """The document's words, with a blank for each white space and each invisible character."""

    @property
    def end(self) -> int:
        """The place after its last character."""
        return self.start + len(self.text)


def passages(document: str) -> Iterator[Passage]:
    """Return the sentences of a document in order."""
    for start, end in _blocks(document):
        block = BLANKS.sub(" ", document[start:end])
        at = 0
        for sentence in segment("en", block):
            place = block.find(
                sentence, at
            )  # `sentencex` returns sentences unchanged; one that it changed would be left out
            if place < 0:
                continue
            at = place + len(sentence)
            yield from _parted(sentence, start + place)


def _parted(text: str, start: int) -> Iterator[Passage]:
    """Yield the parts that the instrument takes for one sentence each, because it will read the statements."""
    inside = sentences_of(text)
    ends = [end for one in inside[:-1] if text[(end := one.span[1]) : end + 1].isspace()] + [len(text)]
    at = 0
    for end in ends if inside else []:
        part = text[at:end]
        if words := part.strip():
            yield Passage(start + at + part.index(words), words)
        at = end


def title_of(document: str) -> str | None:
    """Return a document's title: the subject of a mail, or the first heading; None if it has neither."""
    for line in document.splitlines()[:40]:
        if found := _SUBJECT.match(line) or _HEADING.match(line):
            return found[1].strip(" *_`") or None
    return None


def _blocks(document: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each paragraph or list item of running text."""
    start: int | None = None
    end = at = 0
    before = ""
    code = False
    lines = document.splitlines(keepends=True)
    for raw, width in zip(lines, _widths(lines), strict=True):
        line = raw.rstrip()
        here, at = at, at + len(raw)
        fence = bool(_FENCE.match(line))
        code ^= fence
        bullet = _BULLET.match(line)
        after = _after_header(line)
        nothing = fence or code or not line.strip() or (not after and _is_layout(line))
        if start is not None and (nothing or bullet or not _goes_on(before, line, width)):
            yield start, end
            start = None
        if not nothing:
            skip = after or (bullet.end() if bullet else len(line) - len(line.lstrip()))
            start = here + skip if start is None else start
            end = here + len(line)
        before = line
    if start is not None:
        yield start, end


def _after_header(line: str) -> int:
    """Return where sentences begin that follow a header in its line: "Present: Hannah, Dev. Dev took the minutes."."""
    if not _HEADER.match(line.lstrip()) or (end := _ENDS.search(line)) is None:
        return 0
    return end.end() if len(line) - end.end() >= _WRAPPED else 0


_ENDS = re.compile(r"(?<=[a-z]{3}\.)\s+(?=[A-Z])")


def _is_layout(line: str) -> bool:
    bare = line.lstrip()
    return bool(_HEADING.match(line) or _RULE.match(line) or _HEADER.match(bare) or bare.startswith("|"))


def _widths(lines: Sequence[str]) -> list[int]:
    """Return for each line the length of the longest line in its paragraph, which shows where lines were broken."""
    out: list[int] = []
    for empty, group in groupby(lines, key=lambda line: not line.strip()):
        lengths = [len(line.rstrip()) for line in group]
        out += [0 if empty else max(lengths)] * len(lengths)
    return out


def _goes_on(before: str, line: str, width: int) -> bool:
    """Whether a line continues the line before it: it begins in lower case, or its first word had no room there."""
    first = line.split(maxsplit=1)[0] if line.strip() else ""
    return line.lstrip()[:1].islower() or (len(before) >= _WRAPPED and len(before) + 1 + len(first) > width)
