"""Compares two conditions by figures of a whole condition: d', criterion, how well reports follow the risk.

These are not means over trials, so they are not compared by sign flips as
measures are: their intervals and p-values resample worlds
(`stats.decisions.signal_detection`).
"""

import math
from collections.abc import Mapping

from chains.scoring.measures.heard import Heard
from chains.stats.decisions.signal_detection import AGGREGATES, Differing, Seen, Table, against, differing, tabled
from chains.stats.paired.paired import Paired, PairKey

UNDEFINED = Paired(math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, (math.nan, math.nan), 0, 0, 0)


def table_of(heard: Mapping[PairKey, Heard]) -> Table:
    """Return the sums of what was decided and reported, by world; trials in which nothing is decided are left out."""
    return tabled(
        Seen(world, at.stakes.signal, at.stakes.held, at.stakes.risk, at.told)
        for (world, _), at in heard.items()
        if at.stakes is not None
    )


def aggregates_compared(first: Mapping[PairKey, Heard], second: Mapping[PairKey, Heard]) -> dict[str, Paired]:
    """Return every aggregate in two conditions, each as a row of a comparison.

    Args:
        first: What the executive heard in the trials of the one, by world and what else matches.
        second: The same of the other, with the same keys.
    """
    tables = table_of(first), table_of(second)
    if not tables[0].worlds:
        return dict.fromkeys(AGGREGATES, UNDEFINED)
    return {name: _row(differing(*tables, of), len(first)) for name, of in AGGREGATES.items()}


def aggregate_contrasted(
    name: str, first: Mapping[PairKey, Heard], second: Mapping[PairKey, Heard], margin: float
) -> Paired:
    """Return an aggregate in two conditions, the p-value that of a difference of `margin`."""
    return _row(differing(table_of(first), table_of(second), AGGREGATES[name], margin), len(first))


def aggregate_against(name: str, heard: Mapping[PairKey, Heard], number: float) -> Paired:
    """Return an aggregate of a condition against a number, which stands as the first."""
    return _row(against(table_of(heard), AGGREGATES[name], number), len(heard))


def _row(found: Differing, pairs: int) -> Paired:
    """Return a result as a row of a comparison, without the difference that it would detect."""
    if math.isnan(found.difference):
        return UNDEFINED
    return Paired(
        a=found.first,
        b=found.second,
        difference=found.difference,
        low=found.low,
        high=found.high,
        p=found.p,
        detectable=math.nan,
        bootstrap=(found.low, found.high),
        pairs=pairs,
        worlds=found.worlds,
        moved=found.worlds if found.difference and not math.isnan(found.p) else 0,
    )
