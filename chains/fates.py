"""The five fates of a statement and the words for them; every other module takes them from here.

A *claim* is a fact without a typed value: a cause, a denial, a skipped step. The rules read one only where they are
sure; otherwise it is *unread*, which is no fate but the lack of a reading. What rules read of claims is a choice of the
easy cases, so it enters no rate: rates count the letters of `FATE_OF` alone, through `in_rates`.
"""

from typing import Literal

Fate = Literal["kept", "blurred", "altered", "inverted", "omitted"]
Read = Literal["kept", "blurred", "altered", "inverted", "omitted", "unread"]
"""What a reader makes of a statement in a message: its fate, or that it can't be read."""
FATES: tuple[Fate, ...] = ("kept", "blurred", "altered", "inverted", "omitted")
MEANINGS: dict[Fate, str] = {
    "kept": "every key value is there and right; a paraphrase counts",
    "blurred": "the fact is mentioned, but a key value is gone or hedged away",
    "altered": "a value is another one, or is said of something else",
    "inverted": "the direction or the polarity is turned round: late became early",
    "omitted": "the fact is not mentioned",
}
LETTERS = dict(zip(FATES, "KBAIO", strict=True))
"""How a fate is written in a reading."""
FATE_OF = {letter: fate for fate, letter in LETTERS.items()}
SILENT = ("refusal", "filter", "empty")
"""The endings of a reply that count as no report."""
ELSEWHERE = "-"
"""Stands in a reading for a fact that this seat could not have heard: other seats hold it."""
READS: tuple[Read, ...] = (*FATES, "unread")
UNREAD = "?"
"""Stands in a reading for a claim that could not be read."""
LETTERS_OF_CLAIMS = {fate: letter.lower() for fate, letter in LETTERS.items()}
"""How the fate of a claim is written that the rules are sure of."""
_READ_OF: dict[str, Read] = {
    **FATE_OF,
    **{letter: fate for fate, letter in LETTERS_OF_CLAIMS.items()},
    UNREAD: "unread",
}


def letter_of(read: Read, *, claim: bool) -> str:
    """Return how a reading writes what became of a statement, or of a claim as the rules read it."""
    if read == "unread":
        return UNREAD
    return LETTERS_OF_CLAIMS[read] if claim else LETTERS[read]


def read_of(letter: str) -> Read:
    """Return what a letter of a reading says, except for `ELSEWHERE`."""
    return _READ_OF[letter]


def is_of_claim(letter: str) -> bool:
    """Return whether a letter of a reading says what the rules made of a claim; a letter of nobody's says nothing."""
    return letter in _READ_OF and letter not in FATE_OF


def in_rates(letters: str) -> str:
    """Return the letters of a reading that rates count: no fact held elsewhere, and no claim that the rules read."""
    return letters if letters.isupper() and letters.isalpha() else "".join(one for one in letters if one in FATE_OF)
