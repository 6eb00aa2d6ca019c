"""Roots of English words in free text: one for all forms of a word, by the Snowball English stemmer (Porter 2001).

`drift.stems` is made for the words of a ledger, which it knows; free claims speak of anything, and there a general
stemmer finds more ("Collies", "Collie").
"""

from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]  # it ships no types

from chains.scoring.text.ledger_stems import IRREGULAR

_ENGLISH = snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """Return the root of a word; irregular forms first become regular ("fell", "fall")."""
    low = word.lower()
    return str(_ENGLISH.stemWord(IRREGULAR.get(low, low)))
