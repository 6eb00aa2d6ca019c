"""Whether a quote occurs in a message, so that a judge's evidence is checked.

Whole words must be the same, in the same order. White space, case, quotation marks, kinds of dashes, Markdown emphasis,
and punctuation or a bullet at either end make no difference. An ellipsis stands for words left out: the parts around it
must occur in that order.
"""

import re
import unicodedata

_SAME = str.maketrans({
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
} | dict.fromkeys("'\"\u2018\u2019\u201c\u201d\u00ab\u00bb*_`\u00ad\u200b"))  # fmt: skip
_ELLIPSIS = re.compile(r"\[?(?:\.{3,}|\u2026)\]?")
_ENDS = " .,;:!?()[]{}<>-"


def occurs(quote: str, message: str) -> bool:
    """Return whether a quote occurs in a message; a quote without a letter or digit does not."""
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
