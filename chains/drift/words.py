"""Messages as words: tokens, sentences and clauses, with their places in the text.

Nothing here knows a ledger. Spans count characters of the message as written.

Most of a report is passed on as it stands, so what is found in a line or a sentence is kept for a while. For that, the
tokens of a sentence count their places from where it begins and not from where the message does, and the sentence says
where that is: it has the same tokens wherever it stands, and whatever follows from these alone is worked out once.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from chains.drift.stems import bag, stem

Kind = Literal["word", "number", "code", "mark"]


class Token(NamedTuple):
    """One word, number, code ("P-12") or mark of a message."""

    text: str
    low: str
    """Lower case; a code without its hyphen ("p12"), a number without separators ("4200")."""
    stem: str
    start: int
    end: int
    """First and last character, half open: of its text, or from the beginning of its sentence."""
    kind: Kind
    tight: bool
    """Whether it stands against the token before it, or is joined to it by a hyphen ("3-week")."""


class Sentence(NamedTuple):
    """Tokens that are read together."""

    tokens: tuple[Token, ...]
    cuts: tuple[int, ...]
    """Where clauses start: indices into `tokens`, the first is 0, the last is their number."""
    parent: int | None
    """The sentence whose subject this one may share: the one before it in its line, or its heading."""
    at: int
    """Where it begins in the message: its tokens count their places from there."""

    @property
    def span(self) -> tuple[int, int]:
        """First and last character in the message, half open."""
        return self.at, self.at + self.tokens[-1].end

    @property
    def placed(self) -> tuple[Token, ...]:
        """Its tokens with their places in the message."""
        return _moved(self.tokens, self.at)


Wording = tuple[str, ...]


def wording(tokens: Sequence[Token]) -> Wording:
    """Return tokens as bare words, to be compared word for word."""
    return tuple(token.low for token in tokens if token.kind != "mark" or token.text in "%€$£")


_TOKEN = re.compile(
    r"""
    (?P<word>\b[ap]\.m\b\.?|[^\W\d_]++(?![-‑–]?\d)(?:['’][^\W\d_]+)*)  # first, as most tokens are words
  | (?P<mark>[%°€$£~≈.,;:!?()/&+<>=≤≥|—–−\[\]"-])
  | (?P<date>\d{4}-\d{1,2}-\d{1,2}\b)
  | (?P<number>\d{1,3}(?:[,\u202f\u00a0\ ]\d{3}(?!\d))+(?:\.\d+)?|\d+(?:\.\d+)?)
  | (?P<code>(?!(?:EUR|USD|GBP|CHF)[-\s]?\d)[^\W\d_]++[-‑–]?\d+[^\W_]*(?:[-‑./](?=[^\W_]*\d)[^\W_]+)*)
  | (?P<currency>EUR|USD|GBP|CHF)
    """,
    re.VERBOSE,
)
_BULLET = re.compile(r"\s*(?:(?:[-*•‣◦·–—>|]|\d{1,2}[.)]|\(?[a-zA-Z\d]\)|#+)\s+)*\s*")
_SEAM = re.compile(r"(?<=[.!?•*-]) +")
"""Where a bullet or a sentence may end."""
_IGNORED = str.maketrans(dict.fromkeys("*_`", " "))
_ABBREVIATIONS = bag("approx ca dr mr mrs ms no nr vs e.g i.e st fig est prof inc ltd jr min max dept")
_DANGLING = bag(
    "a an the by of for to with and or at in on is was are were be been has have had from than over under which that "
    "as its their our about"
)
_SPLITTERS = bag("but while whereas although though however yet because whilst except")
_AFTER_COMMA = _SPLITTERS | bag("and so which who with plus nor as")
_CONTRACTED = re.compile(r"'(?:s|m|re|ve|ll|d)$")
_HOLE = re.compile(r"\{\w+\}")
_SEPARATORS = re.compile(r"[,\s]")
_HYPHENS = re.compile(r"[-‑–]")
_NEGATED = {"won't": ("will", "not"), "can't": ("can", "not"), "cannot": ("can", "not"), "shan't": ("shall", "not")}


class _Lexeme(NamedTuple):
    """What a token is, wherever it stands."""

    kind: Kind
    low: str
    stem: str
    denied: str | None = None
    """"not", where a word is contracted with it: "wasn't"."""


@lru_cache(maxsize=20_000)
def _lexeme(raw: str, group: str | None) -> _Lexeme:
    """Read a token by the name of its group in `_TOKEN`; kept, as a few hundred words make up all messages."""
    low = raw.lower()
    match group:
        case "number":
            low = _SEPARATORS.sub("", low)
            return _Lexeme("number", low, low)
        case "code":
            low = _HYPHENS.sub("", low)
            return _Lexeme("code", low, low)
        case "date":
            return _Lexeme("number", low, low)
        case "word" | "currency":
            low = low.replace("’", "'").replace(".", "")
            if low in _NEGATED or low.endswith("n't"):
                first, second = _NEGATED.get(low, (low[:-3], "not"))
                return _Lexeme("word", first, first, second)
            low = _CONTRACTED.sub("", low).replace("'", "")
            return _Lexeme("word", low, stem(low))
    return _Lexeme("mark", low, low)


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text."""
    out: list[Token] = []
    last_end, length = -1, len(text)
    for match in _TOKEN.finditer(text):
        raw = match[0]
        start, end = match.span()
        if raw == "-" and 0 < start < length - 1 and not text[start - 1].isspace() and not text[end].isspace():
            last_end = end if last_end == start else last_end
            continue
        kind, low, stem_, denied = _lexeme(raw, match.lastgroup)
        if denied is None:
            out.append(_token(Token, (raw, low, stem_, start, end, kind, start == last_end)))
        else:
            middle = start + len(low)
            out.append(Token(low, low, low, start, middle, kind, tight=start == last_end))
            out.append(Token(denied, denied, denied, middle, end, kind, tight=True))
        last_end = end
    return out


_token = tuple.__new__
"""Makes a token of its fields in order; by name takes twice as long, and messages are made of tokens."""


def _moved(tokens: Sequence[Token], by: int) -> tuple[Token, ...]:
    """Return tokens as they stand some characters further on."""
    if not by:
        return tuple(tokens)
    return tuple(
        _token(Token, (text, low, stem_, start + by, end + by, kind, tight))
        for text, low, stem_, start, end, kind, tight in tokens
    )


def words_of(message: str) -> list[str]:
    """Return every word, number and code of a message in lower case, those of bullets and numbering included."""
    stretches = (tokens for line in message.splitlines() for _, tokens in _stretches(line))
    return [token.low for tokens in stretches for token in tokens if token.kind != "mark"]


def _stretches(line: str) -> list[tuple[int, tuple[Token, ...]]]:
    """Return a line's tokens up to each of its sentences' ends, and where each stretch begins.

    No token crosses the end of a line, or a space that follows a mark.
    """
    out, at = [], 0
    for seam in _SEAM.finditer(line):
        out.append((at, _stretch(line[at : seam.start()])))
        at = seam.end()
    out.append((at, _stretch(line[at:])))
    return out


@lru_cache(maxsize=256)
def _stretch(text: str) -> tuple[Token, ...]:
    """Return the tokens of a part of a line; kept for a while, as seats pass on what they heard."""
    return tuple(tokens_of(text))


@lru_cache(maxsize=1024)
def known_tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a wording of a ledger; kept, as the worlds of a setting share most of theirs."""
    return tuple(tokens_of(text))


@lru_cache(maxsize=1024)
def unfilled(template: str) -> tuple[Token, ...]:
    """Return the tokens of a template's own words, its holes left out."""
    return tuple(tokens_of(_HOLE.sub(" ", template)))


class Vocabulary(NamedTuple):
    """What stands in a text, in lower case."""

    all: frozenset[str]
    codes: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=512)
def vocabulary(texts: tuple[str, ...], *, holes: bool = False) -> Vocabulary:
    """Return what stands in wordings of a ledger, the names of their holes only if asked for.

    Kept, as the worlds of a setting share the wordings of their kinds of fact.
    """
    tokens = [token for text in texts for token in (known_tokens(text) if holes else unfilled(text))]
    return Vocabulary(
        frozenset(token.low for token in tokens),
        frozenset(token.low for token in tokens if token.kind == "code"),
        frozenset(token.low for token in tokens if token.kind == "word"),
    )


def wordings_in(text: str) -> tuple[Wording, ...]:
    """Return the sentences of a text as bare words, to be compared word for word.

    A ledger has hundreds of renderings and few words, so one plain line is put together from its words, each read once.
    """
    plain = _plain_wording(text)
    return (plain,) if plain else tuple(wording(sentence.tokens) for sentence in sentences_of(text))


def _plain_wording(text: str) -> Wording | None:
    """Return a text that is plainly one sentence as bare words; None where that would take a closer look.

    No token crosses a space, but a number ("4 200"): where figures stand on both sides of one, it takes the look.
    """
    lead = _BULLET.match(text)
    if not (text[:1].isalpha() and text.isprintable()) or (lead and lead.end()):
        return None
    out: list[str] = []
    digit = stopped = False
    for word in text.split():
        spaced = _spaced(word)
        if stopped or spaced.odd or (digit and word[0].isdecimal()):
            return None
        out += spaced.lows
        digit, stopped = word[-1].isdecimal(), spaced.stops
    return tuple(out)


class _Spaced(NamedTuple):
    """What stands between two spaces."""

    lows: Wording
    stops: bool
    """Whether it ends with a mark that may end a sentence."""
    odd: bool
    """Whether such a mark, or one that is ignored, stands anywhere else in it."""


@lru_cache(maxsize=4096)
def _spaced(word: str) -> _Spaced:
    tokens = tokens_of(word)
    stops = [at for at, token in enumerate(tokens) if token.text in ".!?"]
    odd = any(at < len(tokens) - 1 for at in stops) or word != word.translate(_IGNORED)
    return _Spaced(wording(tokens), bool(stops), odd)


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
        comma_cut = before == "," and token.low in _AFTER_COMMA and not (listed and token.low == "and")
        if before in (";", "—", "|") or (token.low in _SPLITTERS) or comma_cut or (before == "–" and not token.tight):
            cuts.add(at)
    return tuple(sorted(cuts))


class _Words(NamedTuple):
    """What stands in a line after its bullet, wherever the line stands."""

    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    """Its sentences by themselves, if no other line goes on with them."""


class _Line(NamedTuple):
    words: _Words
    at: int
    """Where in the message its words begin."""
    bullet: bool
    indent: int
    leads: bool
    """Whether it ends with a colon."""


@lru_cache(maxsize=256)
def _words(text: str) -> _Words:
    """Read what stands in a line; kept for a while, as seats pass on what they heard."""
    tokens = tuple(token for at, stretch in _stretches(text) for token in _moved(stretch, at))
    return _Words(tokens, _parted(tokens))


def _parted(tokens: tuple[Token, ...]) -> tuple[Sentence, ...]:
    """Return the sentences that tokens make up, by themselves; marks alone are none."""
    out, start = [], 0
    for end, token in enumerate(tokens):
        if end == len(tokens) - 1 or (token.text in ".!?" and _ends_sentence(tokens, end)):
            part = tokens[start : end + 1]
            if any(token.kind != "mark" for token in part):
                out.append(Sentence(_moved(part, -part[0].start), _cuts(part), None, part[0].start))
            start = end + 1
    return tuple(out)


def _lines(message: str) -> list[_Line]:
    out, offset = [], 0
    for raw in message.splitlines(keepends=True):
        lead = _BULLET.match(raw)
        skip = lead.end() if lead else 0
        text = raw[skip:].translate(_IGNORED).rstrip()
        indent = len(raw) - len(raw.lstrip())
        out.append(_Line(_words(text), offset + skip, bool(raw[:skip].strip()), indent, text.endswith(":")))
        offset += len(raw)
    return out


def _goes_on(before: _Line, line: _Line) -> bool:
    """Whether a line continues the one before it: a hanging end, or a wrapped paragraph."""
    if not before.words.tokens or not line.words.tokens:
        return False
    last, first = before.words.tokens[-1], line.words.tokens[0].text[0]
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
        if heading and not held and not (line.bullet and line.indent >= heading[1].indent):
            heading = None
        held.append(line)
        if at + 1 < len(lines) and _goes_on(line, lines[at + 1]):
            continue
        parent = heading[0] if heading else None
        for sentence in _run_on(held):
            out.append(sentence._replace(parent=parent, at=held[0].at + sentence.at))
            parent = len(out) - 1
        if line.leads and out and (heading is None or not line.bullet):
            heading = len(out) - 1, line
        held = []
    return tuple(out)


def _run_on(lines: Sequence[_Line]) -> tuple[Sentence, ...]:
    """Return the sentences of lines of which each continues the one before it, by themselves."""
    first, *others = lines
    if not others:
        return first.words.sentences
    tokens = [token for line in lines for token in _moved(line.words.tokens, line.at - first.at)]
    return _parted(tuple(tokens))
