"""A share with its interval, where the trials of one world are not independent of each other.

The share is the mean over worlds of the mean within each. Its interval is
Wilson's score interval (Wilson 1927) with as many independent observations as
there are worlds: a world's mean lies between 0 and 1 and so has at most the
variance p (1 - p) of one yes or no, whatever its replicates do. So the
interval is as wide as it must be where replicates only repeat each other, and
wider than it need be where they differ. It does not shrink to a point where
all worlds agree, as a bootstrap would.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from statistics import NormalDist, fmean
from typing import Any, NamedTuple

FEWEST_WORLDS = 8
"""With fewer worlds than this nothing is concluded; a pilot's size."""
MOST_CUT_OFF = 0.01
"""Share of messages that may be cut off by their length limit: what is lost there is not a manager's doing."""
MOST_FOREIGN = 0.01
"""Share of messages that may be in another language than English: what stands in them is not read."""
Z = NormalDist().inv_cdf(0.975)


class Share(NamedTuple):
    """A share over worlds, with its 95% interval; nan where there is no world."""

    value: float
    low: float
    high: float
    worlds: int

    def document(self) -> dict[str, Any] | None:
        """Return it as JSON; None where it is not defined."""
        if not self.worlds:
            return None
        return {"share": round(self.value, 6), "ci": [round(self.low, 6), round(self.high, 6)], "worlds": self.worlds}


def share_by_world(values: Mapping[Hashable, Sequence[float]]) -> Share:
    """Return the share and its interval.

    Args:
        values: For each world, what its trials came to, each from 0 to 1; a world without any counts for nothing.
    """
    means = [fmean(trials) for trials in values.values() if trials]
    if not means:
        return Share(math.nan, math.nan, math.nan, 0)
    share, low, high = fmean(means), *wilson(fmean(means), len(means))
    return Share(share, low, high, len(means))


def pooled_share(cases: Mapping[Hashable, tuple[int, int]]) -> Share:
    """Return the share of all cases in which something happened, with an interval by world.

    Use it where worlds have very different numbers of cases. The share is a ratio of sums; its standard error is that
    of Taylor linearisation with worlds as clusters (Cochran 1977, 6.3), and its interval is taken on the log-odds,
    with t of one degree less than worlds. At 0 and 1, and for one world, it is Wilson's with an observation a world.

    Args:
        cases: For each world, in how many cases it happened, and of how many.
    """
    known = [one for one in cases.values() if one[1]]
    if not known:
        return Share(math.nan, math.nan, math.nan, 0)
    hits, of, worlds = sum(hit for hit, _ in known), sum(count for _, count in known), len(known)
    share = hits / of
    spread = math.fsum((hit - share * count) ** 2 for hit, count in known)
    if worlds < 2 or not 0 < share < 1 or not spread:
        return Share(share, *wilson(share, worlds), worlds)
    from scipy.special import stdtrit  # type: ignore[import-untyped]  # noqa: PLC0415  no types; few runs need scipy

    error = math.sqrt(worlds / (worlds - 1) * spread) / of
    middle, half = math.log(share / (1 - share)), float(stdtrit(worlds - 1, 0.975)) * error / (share * (1 - share))
    low, high = (1 / (1 + math.exp(-(middle + side * half))) for side in (-1, 1))
    return Share(share, low, high, worlds)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share of `count` independent observations; it holds the share itself."""
    square = Z * Z / count
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / count + square / (4 * count))
    # The share lies within, which rounding may deny at 0 and 1.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
