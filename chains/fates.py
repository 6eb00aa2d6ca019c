"""The five fates of a statement and the words for them; every other module takes them from here."""

from typing import Literal

Fate = Literal["kept", "blurred", "altered", "inverted", "omitted"]
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
