"""The five fates of a statement, and how they are written: said once, for everybody."""

from typing import Literal

Fate = Literal["kept", "blurred", "altered", "inverted", "omitted"]
FATES: tuple[Fate, ...] = ("kept", "blurred", "altered", "inverted", "omitted")
LETTERS = dict(zip(FATES, "KBAIO", strict=True))
"""How a fate is written in a reading."""
FATE_OF = {letter: fate for fate, letter in LETTERS.items()}
SILENT = ("refusal", "filter", "empty")
"""How a reply ended that is no report."""
ELSEWHERE = "-"
"""In a reading: a fact that is held elsewhere in the hierarchy."""
