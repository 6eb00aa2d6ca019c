"""Messages as words: sentences and their clauses, with their places in the text.

Nothing here knows a ledger. Spans count characters of the message as written.

Most of a report is passed on as it stands, so what is found in a line or a sentence is kept for a while. For that, the
tokens of a sentence count their places from where it begins and not from where the message does, and the sentence says
where that is: it has the same tokens wherever it stands, and whatever follows from these alone is worked out once.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.tokens import Token, moved, tokens_of


class Sentence(NamedTuple):
    """Tokens that are read together."""

    tokens: tuple[Token, ...]
    cuts: tuple[int, ...]
    """Where clauses start: indices into `tokens`, the first is 0, the last is their number."""
    parent: int | None
    """The sentence whose subject this one may carry on: the one before it in its line, or its heading."""
    at: int
    """Where it begins in the message: its tokens count their places from there."""
    heading: int | None = None
    """The sentence that heads the list or table that it stands in."""

    @property
    def span(self) -> tuple[int, int]:
        """First and last character in the message, half open."""
        return self.at, self.at + self.tokens[-1].end

    @property
    def placed(self) -> tuple[Token, ...]:
        """Its tokens with their places in the message."""
        return tuple(moved(self.tokens, self.at))


_BULLET = re.compile(r"\s*(?:(?:[-*•‣◦·–—>|]|\d{1,2}[.)]|\(?[a-zA-Z\d]\)|#+)\s+)*\s*")
_TITLE = re.compile(r"#+ .*|\*\*[^*]+\*\*:?|__[^_]+__:?")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|?)+")
"""The line under the first row of a table."""
_SEAM = re.compile(r"(?<=[.!?]) +")
"""Where a sentence may end within a line."""
_ABBREVIATIONS = bag("approx ca dr mr mrs ms no nr vs e.g i.e st fig est prof inc ltd jr min max dept")
_DANGLING = bag(
    "a an the by of for to with and or at in on is was are were be been has have had from than over under which that "
    "as its their our about"
)
_SPLITTERS = bag("but while whereas although though however yet because whilst except")
_BUT = bag("anything nothing everything all none")
"""Words after which "but" begins no clause: "anything but late"."""
_YET = bag("not have has had is are was were as be")
"""The same of "yet": "not yet closed"."""
_AFTER_COMMA = _SPLITTERS | bag("and so which who with plus nor as")


def unmarked(text: str) -> str:
    """Return a text with spaces for the marks of emphasis, which are no part of any token."""
    return text.replace("*", " ").replace("_", " ").replace("`", " ")


def _ends_sentence(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.text in "!?":
        return True
    if token.text != ".":
        return False
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None:
        return True
    if after.start == token.end:
        return False
    return before is None or before.low not in _ABBREVIATIONS or (before.low == "no" and after.kind != "number")


def _cuts(tokens: tuple[Token, ...]) -> tuple[int, ...]:
    cuts = {0, len(tokens)}
    for at, token in enumerate(tokens[1:], start=1):
        before = tokens[at - 1].text
        # "P-12, P-13, and P-14 were late" is one clause.
        listed = at + 1 < len(tokens) and tokens[at + 1].kind == "code"
        joined = (token.low == "but" and tokens[at - 1].low in _BUT) or (
            token.low == "yet" and tokens[at - 1].low in _YET
        )
        comma_cut = before == "," and token.low in _AFTER_COMMA and not (listed and token.low == "and")
        if (
            before in (";", "—", "|")
            or (token.low in _SPLITTERS and not joined)
            or comma_cut
            or (before == "–" and not token.tight)
        ):
            cuts.add(at)
    return tuple(sorted(cuts))


class _Stretch(NamedTuple):
    """Part of a line, up to a possible end of a sentence."""

    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    """Its sentences by themselves, if its end ends one."""


class _Words(NamedTuple):
    """The words of a line after its bullet, wherever the line stands."""

    text: str
    ends: tuple[Token, ...]
    """Its first and its last token; none if it has none."""
    sentences: tuple[Sentence, ...]
    """Its sentences by themselves, if no other line goes on with them."""


class _Line(NamedTuple):
    words: _Words
    at: int
    """Where in the message its words begin."""
    bullet: bool
    indent: int
    leads: bool
    """Whether it heads what follows: it ends with a colon, is a title, or is the first row of a table."""
    title: bool
    """Whether it is marked as a title ("## Delays", "**Delays**")."""
    row: bool
    """Whether it is a row of a table."""


@lru_cache(maxsize=256)
def _words(text: str) -> _Words:
    """Read the words of a line; cached, because seats pass on what they heard."""
    found, at = [], 0
    for seam in _SEAM.finditer(text):
        found.append((at, _stretch(text[at : seam.start()])))
        at = seam.end()
    found.append((at, _stretch(text[at:])))
    if all(_closed(one.tokens, other.tokens) for (_, one), (_, other) in pairwise(found)):
        tokens = found[0][1].tokens[:1] + found[-1][1].tokens[-1:]
        sentences = [one._replace(at=at + one.at) for at, stretch in found for one in stretch.sentences]
        return _Words(text, tokens, tuple(sentences))
    tokens = tuple(tokens_of(text))
    return _Words(text, tokens[:1] + tokens[-1:], _parted(tokens))


@lru_cache(maxsize=256)
def _stretch(text: str) -> _Stretch:
    """Read part of a line; cached, because seats pass on most sentences of a paragraph."""
    tokens = tuple(tokens_of(text))
    return _Stretch(tokens, _parted(tokens))


def _closed(tokens: tuple[Token, ...], following: tuple[Token, ...]) -> bool:
    """Whether tokens surely end a sentence where others follow after a space."""
    if not tokens or not following or following[0].text == ".":
        return False
    after = moved(following[:1], tokens[-1].end + 1)
    return _ends_sentence([*tokens[-2:], *after], min(len(tokens), 2) - 1)


_LONGEST = 200
"""Tokens after which a sentence ends at its next mark, or else at twice as many: nobody writes longer ones."""


def _parted(tokens: tuple[Token, ...]) -> tuple[Sentence, ...]:
    """Return the sentences in tokens, read by themselves; punctuation alone is no sentence."""
    out, start = [], 0
    for end, token in enumerate(tokens):
        too_long = (end - start >= _LONGEST and token.kind == "mark") or end - start >= 2 * _LONGEST
        if too_long or end == len(tokens) - 1 or (token.text in ".!?" and _ends_sentence(tokens, end)):
            part = tokens[start : end + 1]
            if any(token.kind != "mark" for token in part):
                out.append(Sentence(tuple(moved(part, -part[0].start)), _cuts(part), None, part[0].start))
            start = end + 1
    return tuple(out)


def _lines(message: str) -> list[_Line]:
    out, offset = [], 0
    for raw in message.splitlines(keepends=True):
        lead = _BULLET.match(raw)
        skip = lead.end() if lead else 0
        text = unmarked(raw[skip:]).rstrip()
        indent = len(raw) - len(raw.lstrip())
        row, title = raw.lstrip().startswith("|"), bool(_TITLE.fullmatch(raw.strip()))
        leads = text.endswith(":") or title
        out.append(_Line(_words(text), offset + skip, bool(raw[:skip].strip()), indent, leads, title, row))
        offset += len(raw)
        if row and len(out) > 1 and out[-2].row and _RULE.fullmatch(raw.strip()):
            out[-2] = out[-2]._replace(leads=True)
    return out


def _goes_on(before: _Line, line: _Line) -> bool:
    """Whether a line continues the one before it: a hanging end, or a wrapped paragraph."""
    if not before.words.ends or not line.words.ends:
        return False
    last, first = before.words.ends[-1], line.words.ends[0].text[0]
    if last.text == "," or (last.kind == "word" and last.low in _DANGLING):
        return not first.isupper()
    wrapped = not line.bullet and not before.bullet and last.text not in ".!?:"
    return wrapped and first.islower()


@lru_cache(maxsize=32)
def sentences_of(message: str) -> tuple[Sentence, ...]:
    """Return the sentences of a message in order; marks of bullets and numbering are left out."""
    out: list[Sentence] = []
    held: list[_Line] = []
    heading: tuple[int, _Line] | None = None
    lines = _lines(message)
    for at, line in enumerate(lines):
        if heading and not held and not _under(line, heading[1]):
            heading = None
        held.append(line)
        if at + 1 < len(lines) and _goes_on(line, lines[at + 1]):
            continue
        parent = heading[0] if heading else None
        for sentence in _run_on(held):
            under = heading[0] if heading else None
            out.append(sentence._replace(parent=parent, at=held[0].at + sentence.at, heading=under))
            parent = len(out) - 1
        if line.leads and out and (heading is None or not line.bullet or line.title or line.row):
            heading = len(out) - 1, line
        held = []
    return tuple(out)


def _under(line: _Line, heading: _Line) -> bool:
    """Whether a line may belong to the list or table under another line."""
    if heading.row:
        return line.row
    if heading.title:
        return line.bullet and not line.title
    return line.bullet and line.indent >= heading.indent


def _run_on(lines: Sequence[_Line]) -> tuple[Sentence, ...]:
    """Return the sentences of lines each of which continues the one before it."""
    first, *others = lines
    if not others:
        return first.words.sentences
    tokens = [token for line in lines for token in moved(tokens_of(line.words.text), line.at - first.at)]
    return _parted(tuple(tokens))
