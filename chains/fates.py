"""The five fates of a statement and the words for them; every other module takes them from here."""

from typing import Literal

Fate = Literal["kept", "blurred", "altered", "inverted", "omitted"]
FATES: tuple[Fate, ...] = ("kept", "blurred", "altered", "inverted", "omitted")
LETTERS = dict(zip(FATES, "KBAIO", strict=True))
"""How a fate is written in a reading."""
FATE_OF = {letter: fate for fate, letter in LETTERS.items()}
SILENT = ("refusal", "filter", "empty")
"""The endings of a reply that count as no report."""
ELSEWHERE = "-"
"""Stands in a reading for a fact that this seat could not have heard: other seats hold it."""
