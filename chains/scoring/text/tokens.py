"""Tokens: the words, numbers, codes and marks of a text, with their places in it.

This module knows neither sentences nor ledgers. Each part of a text between spaces is read once and cached.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from chains.scoring.text.ledger_stems import stem

Kind = Literal["word", "number", "code", "mark"]


class Token(NamedTuple):
    """One word, number, code ("P-12") or mark of a message."""

    text: str
    low: str
    """Lower case; a code without its hyphen ("p12"), a number without separators ("4200")."""
    stem: str
    start: int
    end: int
    """First and last character, half open, counted from the beginning of its text or sentence."""
    kind: Kind
    tight: bool
    """Whether no space separates it from the token before it, or a hyphen joins them ("3-week")."""


Wording = tuple[str, ...]


def wording(tokens: Sequence[Token]) -> Wording:
    """Return tokens as bare words, for comparison word for word."""
    return tuple(token.low for token in tokens if token.kind != "mark" or token.text in "%€$£")


_CURRENCIES = "EUR|USD|GBP|CHF|NOK|SEK|DKK|PLN|CZK|JPY|INR|CAD|AUD"
_TOKEN = re.compile(
    rf"""
    (?P<word>\b[ap]\.m\b\.?|[^\W\d_]++(?![-‑–]?\d)(?:['’][^\W\d_]+)*)  # first, as most tokens are words
  | (?P<mark>[%°€$£¥₹~≈.,;:!?()/&+<>=≤≥|—–−\[\]"-])
  | (?P<date>\d{{4}}-\d{{1,2}}-\d{{1,2}}\b)
  | (?P<number>\d{{1,3}}(?:(?:[,\u202f\u00a0\ ’']|\{{,\}})\d{{3}}(?!\d))+(?:\.\d+)?
      |\d{{1,3}}(?:\.\d{{3}})+,\d{{1,2}}(?!\d)|\d{{1,3}}(?:\.\d{{3}}){{2,}}(?!\d)  # 56.000,00 and 1.234.567
      |\d+,\d{{1,2}}(?![\d,])                                            # 3,5
      |\d+(?:\.\d+)?[eE][+]?\d{{1,2}}(?!\w)                              # 5.6e4
      |\d+(?:\.\d+)?)
  | (?P<code>(?!(?:{_CURRENCIES})[-\s]?\d)[^\W\d_]++[-‑–]?\d+[^\W_]*(?:[-‑./](?=[^\W_]*\d)[^\W_]+)*)
  | (?P<currency>{_CURRENCIES})
    """,
    re.VERBOSE,
)
_SPACED_FIGURES = re.compile(r"\d \d")
_GAP = re.compile(r"(?<!\d) | (?!\d)")
"""A space that is not between figures."""
_LONGEST = 40
"""Longest part that is cached, in characters; a message may be one unbroken part of any length."""
_CONTRACTED = re.compile(r"'(?:s|m|re|ve|ll|d)$")
_SEPARATORS = re.compile(r"[,\s’'{}]")
_CONTINENTAL = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}|\d{1,3}(?:\.\d{3}){2,}")
"""A number with a comma before its decimals, points before its thousands, or both."""
_HYPHENS = re.compile(r"[-‑–]")
_NEGATED = {"won't": ("will", "not"), "can't": ("can", "not"), "cannot": ("can", "not"), "shan't": ("shall", "not")}


class _Lexeme(NamedTuple):
    """A token without its place."""

    kind: Kind
    low: str
    stem: str
    denied: str | None = None
    """"not", where a word is contracted with it: "wasn't"."""


def _lexeme(raw: str, group: str | None) -> _Lexeme:
    """Read a token by the name of its group in `_TOKEN`."""
    low = raw.lower()
    match group:
        case "number":
            low = _plain(low)
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


def _plain(number: str) -> str:
    """Return a number as Python writes it, whatever separates its thousands and its decimals."""
    if _CONTINENTAL.fullmatch(number):
        return number.replace(".", "").replace(",", ".")
    if "e" in number:
        return f"{float(number):.10f}".rstrip("0").rstrip(".")
    return _SEPARATORS.sub("", number)


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text."""
    out: list[Token] = []
    at = 0
    for part in parts_of(text):
        out += moved(read_part(part), at)
        at += len(part) + 1
    return out


def parts_of(text: str) -> list[str]:
    """Return the parts of a text between single spaces.

    Only a number may contain a space ("4 200"): digits with a space between them are one part.
    """
    return _GAP.split(text) if _SPACED_FIGURES.search(text) else text.split(" ")


def read_part(text: str) -> tuple[Token, ...]:
    """Return the tokens of a part between spaces; cached for words, because a few hundred make up all messages."""
    return _word(text) if len(text) <= _LONGEST else _read(text)


@lru_cache(maxsize=4096)
def _word(text: str) -> tuple[Token, ...]:
    return _read(text)


def _read(text: str) -> tuple[Token, ...]:
    out: list[Token] = []
    last_end, length = -1, len(text)
    for match in _TOKEN.finditer(text):
        raw = match[0]
        start, end = match.span()
        if raw == "-" and 0 < start < length - 1 and not text[start - 1].isspace() and not text[end].isspace():
            last_end = end if last_end == start else last_end
            continue
        tight = start == last_end
        last_end = end
        kind, low, stem_, denied = _lexeme(raw, match.lastgroup)
        if denied is None:
            out.append(Token(raw, low, stem_, start, end, kind, tight))
            continue
        middle = start + len(low)
        out.append(Token(low, low, low, start, middle, kind, tight))
        out.append(Token(denied, denied, denied, middle, end, kind, tight=True))
    return tuple(out)


def moved(tokens: Sequence[Token], by: int) -> Sequence[Token]:
    """Return tokens with their places moved by some characters."""
    if not by:
        return tokens
    return [
        _token(Token, (text, low, stem_, start + by, end + by, kind, tight))
        for text, low, stem_, start, end, kind, tight in tokens
    ]


_token = tuple.__new__
"""Makes a token of its fields in order; by name takes twice as long, and messages are made of tokens."""


def words_of(message: str) -> list[str]:
    """Return every word, number and code of a message in lower case, those of bullets and numbering included."""
    parts = [part for line in message.splitlines() for part in parts_of(line)]  # no token crosses a line's end
    return [token.low for part in parts for token in read_part(part) if token.kind != "mark"]
