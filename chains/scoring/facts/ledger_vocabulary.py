"""The wordings of a ledger as tokens and bare words.

Worlds of one setting share the wordings of their kinds of fact, so results are cached. A ledger has hundreds of
renderings made of few words, so each word is read once.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from chains.scoring.text.sentences import sentences_of, unmarked
from chains.scoring.text.tokens import Token, Wording, parts_of, read_part, tokens_of, wording

_HOLE = re.compile(r"\{\w+\}")


@lru_cache(maxsize=1024)
def known_tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a ledger's wording; cached, because worlds of one setting share most wordings."""
    return tuple(tokens_of(text))


@lru_cache(maxsize=1024)
def unfilled(template: str) -> tuple[Token, ...]:
    """Return the tokens of a template's own words, without its holes."""
    return tuple(tokens_of(_HOLE.sub(" ", template))) if "{" in template else known_tokens(template)


class Vocabulary(NamedTuple):
    """The words and codes of some texts, in lower case."""

    all: frozenset[str]
    codes: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=256)
def vocabulary(texts: tuple[str, ...], *, holes: bool = False) -> Vocabulary:
    """Return the vocabulary of a ledger's wordings; with `holes`, the names of their holes too.

    Cached, because worlds of one setting share the wordings of their kinds of fact.
    """
    tokens = [token for text in texts for token in (known_tokens(text) if holes else unfilled(text))]
    return Vocabulary(
        frozenset(token.low for token in tokens),
        frozenset(token.low for token in tokens if token.kind == "code"),
        frozenset(token.low for token in tokens if token.kind == "word"),
    )


def wordings_in(text: str) -> tuple[Wording, ...]:
    """Return the sentences of a text as bare words, for comparison word for word.

    A ledger has hundreds of renderings and few words, so a plain line is assembled from its words, each read once.
    """
    plain = _plain_wording(text)
    return (plain,) if plain else tuple(wording(sentence.tokens) for sentence in sentences_of(text))


def _plain_wording(text: str) -> Wording | None:
    """Return a text as bare words if it is plainly one sentence; None if that needs a closer look."""
    if not (text[:1].isalpha() and text.isprintable()) or text[1:2] == ")":  # "a)" would be a bullet
        return None
    out: list[str] = []
    stopped = False
    for part in parts_of(text):
        bare = _bare(part)
        if stopped or bare.odd:
            return None
        out += bare.lows
        stopped = bare.stops
    return tuple(out)


class _Bare(NamedTuple):
    """The part of a text between two spaces."""

    lows: Wording
    stops: bool
    """Whether it ends with a mark that may end a sentence."""
    odd: bool
    """Whether such a mark, or an ignored one, stands elsewhere in it."""


@lru_cache(maxsize=2048)
def _bare(part: str) -> _Bare:
    tokens = read_part(part)
    stops = [at for at, token in enumerate(tokens) if token.text in ".!?"]
    odd = any(at < len(tokens) - 1 for at in stops) or part != unmarked(part)
    return _Bare(wording(tokens), bool(stops), odd)
