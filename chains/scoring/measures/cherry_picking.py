"""Cherry picking among repeated tests: whether the worst run goes missing and the best stays.

A short report may lose one of several runs by chance; it is a sign of cherry
picking if the worst goes more often than the best. So each share has its mirror.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

from chains.worlds.facts.ledger import Fact

_RANKS = {"good": 0, "neutral": 1, "bad": 2}


def best_alone(facts: Sequence[Fact], fates: str) -> float:
    """Return the share of the series whose worst fact is omitted and whose best is kept.

    Args:
        facts: The world's facts; facts of the same series are runs of the same test.
        fates: A letter for each fact: K B A I O.

    Returns:
        From 0 to 1; nan if there is no series of two facts or more.
    """
    return _share(facts, fates, "OK")


def worst_alone(facts: Sequence[Fact], fates: str) -> float:
    """Return the share of the series whose best fact is omitted and whose worst is kept; see `best_alone`."""
    return _share(facts, fates, "KO")


def _share(facts: Sequence[Fact], fates: str, wanted: str) -> float:
    series: dict[str, list[tuple[Fact, str]]] = defaultdict(list)
    for fact, fate in zip(facts, fates, strict=True):
        if fact.series:
            series[fact.series].append((fact, fate))
    ends = [sorted(runs, key=_badness) for runs in series.values() if len(runs) > 1]
    if not ends:
        return math.nan
    return sum(f"{runs[-1][1]}{runs[0][1]}" == wanted for runs in ends) / len(ends)


def _badness(run: tuple[Fact, str]) -> tuple[int, float, float]:
    """Return how bad a run is: by valence, then by severity and figure, which make a good run less bad."""
    fact, _ = run
    sign = 1 if fact.valence == "bad" else -1
    figure = next((float(slot.value) for slot in fact.slots if slot.kind in ("number", "count")), 0.0)
    return _RANKS[fact.valence], sign * fact.severity, sign * figure
