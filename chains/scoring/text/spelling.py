"""Misspelt words: a long word of a message is read as the ledger's word if they differ by one letter."""

from collections.abc import Iterable
from functools import lru_cache

from chains.scoring.text.ledger_stems import stem
from chains.scoring.text.sentences import Sentence
from chains.scoring.text.tokens import Token

_SHORTEST = 6
"""Shortest word that is corrected, in letters; shorter words have too many neighbours ("late", "rate")."""


class Spelling:
    """Corrects words towards a vocabulary; never touches codes, numbers and words that the ledger knows.

    Args:
        words: The words to correct to: subjects and topics. Values are left out, so that no wrong value is corrected.
        known: Every word of the ledger.
    """

    def __init__(self, words: Iterable[str], known: frozenset[str]) -> None:
        self._known = known
        self._words = sorted({word for word in words if len(word) >= _SHORTEST and word.isalpha()})
        self._meant = lru_cache(maxsize=10_000)(self._find)

    def mend(self, sentence: Sentence) -> Sentence:
        """Return a sentence with its misspelt words corrected; places in the text stay as they are."""
        tokens = tuple(self._mended(token) for token in sentence.tokens)
        return sentence if tokens == sentence.tokens else sentence._replace(tokens=tokens)

    def _mended(self, token: Token) -> Token:
        known = token.low in self._known or (token.low.endswith("s") and token.low[:-1] in self._known)
        if token.kind != "word" or len(token.low) < _SHORTEST - 1 or known:
            return token
        meant = self._meant(token.low)
        return token if meant is None else token._replace(low=meant, stem=stem(meant))

    def _find(self, word: str) -> str | None:
        near = {meant for meant in self._words if one_off(word, meant)}
        if len(near) != 1:
            return None
        meant = near.pop()
        return None if stem(meant) == stem(word) else meant


def one_off(one: str, other: str) -> bool:
    """Whether two words differ by exactly one character changed, added or left out."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
