"""The language of a message: the instrument reads English, and must not take another language for silence.

The common words of English settle most messages, and letters of another script most of the rest. What is left, a report
in five words a line or a report in another language that is written in Latin letters, goes to py3langid (Lui & Baldwin
2012, trained on 97 languages). It is loaded only then: that takes a second and 100 MB of memory. Its answer counts only
among languages of some size and where it is sure.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from chains.scoring.text.ledger_stems import bag

FEWEST_WORDS = 15
"""Words that a message needs before its language can be told."""
_FEWEST_BARE = 10
"""Words among them that are not figures or codes."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKED = re.compile(r"\w*\d\w*(?:-\w+)*|\b[A-Z]-\d+")
"""Codes and figures, which are of no language."""
_ENGLISH = bag(
    "the and with this that were been from have which than by has their they are its our we but not came days weeks "
    "hours fewer less longer behind ahead late early lost failed passed expired renewed finished planned"
)
_ENOUGH = 2
"""Common words of English that settle it: so many different ones, or `the` so often, which no other language has."""
_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "CYRILLIC", "ARABIC", "HEBREW", "GREEK", "DEVANAGARI", "THAI")
_LETTERS_A_WORD = 2
"""Characters of scripts that put no spaces between words."""
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "ro", "hu", "tr", "id", "vi")
_SURE = 0.9


@lru_cache(maxsize=256)
def foreign_language(message: str) -> str | None:
    """Return the language of a message that is long enough and not English, as a code or a script's name; else None."""
    script = _other_script(message)
    if script is not None:
        return script
    words = [word.lower() for word in _WORD.findall(_MARKED.sub(" ", message))]
    if (
        len(message.split()) < FEWEST_WORDS
        or len(words) < _FEWEST_BARE
        or len(_ENGLISH.intersection(words)) >= _ENOUGH
        or words.count("the") >= _ENOUGH
    ):
        return None
    language, chance = _identifier().classify(" ".join(words))
    return language if language != "en" and chance >= _SURE else None


def _other_script(message: str) -> str | None:
    """Return the script that most letters are of, where that is not Latin and they make up enough words."""
    if message.isascii():
        return None
    letters = [char for char in message if char.isalpha()]
    others = [char for char in letters if not char.isascii() and not unicodedata.name(char, "").startswith("LATIN")]
    if len(others) * 2 < len(letters) or len(others) < FEWEST_WORDS * _LETTERS_A_WORD:
        return None
    name = unicodedata.name(others[len(others) // 2], "").split()[0]
    return name.lower() if name in _SCRIPTS else "another script"


@cache
def _identifier() -> Any:
    # Imported only now: it takes a second, and most messages never need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # noqa: PLC0415

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(list(_LATIN))
    return found
