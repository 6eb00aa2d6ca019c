"""What one message keeps of what its own seat heard, whatever was lost before."""

import math
from collections.abc import Collection, Sequence

from chains.fates import FATE_OF, LETTERS
from chains.scoring.reading import Reading
from chains.worlds.facts.ledger import Fact

KEPT = LETTERS["kept"]


def passed_on(facts: Sequence[Fact], told: Reading, heard: Collection[Reading], *, valence: str | None = None) -> float:
    """Return the share of what a seat heard that its message keeps, weighted by severity; nan if it heard nothing.

    Args:
        facts: The world's facts.
        told: The reading of the message.
        heard: The readings of the reports that the seat read, of which what they keep counts; empty for a worker, who
            has its facts from its own notes.
        valence: Count only facts of this valence.
    """
    kept = total = 0
    for place, (fact, letter) in enumerate(zip(facts, told.fates, strict=True)):
        if letter not in FATE_OF or valence not in (None, fact.valence):
            continue
        if heard and not any(one.fates[place] == KEPT for one in heard):
            continue
        total += fact.severity
        kept += fact.severity * (letter == KEPT)
    return kept / total if total else math.nan
