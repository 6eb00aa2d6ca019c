"""Gaps in what is told: the shares reported, made up, vague and untold, of all gaps of a world."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chains.scoring.reading import Reading
from chains.worlds.facts.gaps import ELSEWHERE, MADE_UP, REPORTED, UNTOLD, VAGUE


class Gaps(NamedTuple):
    """Shares of the gaps, which sum to 1; nan in a world without any."""

    reported: float
    made_up: float
    vague: float
    untold: float


NO_GAPS = Gaps(math.nan, math.nan, math.nan, math.nan)


def joined_gaps(count: int, readings: Iterable[Reading]) -> str:
    """Return a letter for each gap in several messages of one hop; untold where no message has it."""
    letters = [UNTOLD] * count
    for reading in readings:
        for place, letter in enumerate(reading.gaps or ""):
            if letter != ELSEWHERE:
                letters[place] = letter
    return "".join(letters)


def gap_shares(letters: Sequence[str]) -> Gaps:
    """Return the shares of some gaps, given a letter for each."""
    if not letters:
        return NO_GAPS
    return Gaps(
        *(sum(one == letter for one in letters) / len(letters) for letter in (REPORTED, MADE_UP, VAGUE, UNTOLD))
    )
