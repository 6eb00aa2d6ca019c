"""Capture and recapture: how many there are, from two lists that know nothing of each other.

Two lists name n1 and n2 things, m of them both. Chapman's estimate of the number
of all things (D. G. Chapman, Some properties of the hypergeometric distribution
with applications to zoological sample censuses, 1951) is

    N = (n1 + 1) (n2 + 1) / (m + 1) - 1

which holds where what is on one list is as likely to be on the other as anything
else: things that both lists shun are not seen, so that N is too low where some
sort of thing is reported by nobody.

The interval for one survey is the transformed logit interval of M. Sadinle
(Communications in Statistics 38, 2009), for which half a thing is added to every
cell. Over several worlds the totals are taken together, and the interval of the
share that was named is by a jackknife over worlds on the log-odds, with t of
worlds - 1 degrees of freedom: the things of one world are not independent.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from scipy.special import ndtri, stdtrit  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.paired.shares import FEWEST_WORLDS


class Lists(NamedTuple):
    """What two lists hold."""

    first: int
    second: int
    both: int

    @property
    def named(self) -> int:
        """How many things are on either list."""
        return self.first + self.second - self.both


class Estimate(NamedTuple):
    """An estimate with its interval; nan where it is not defined."""

    value: float
    low: float
    high: float


def chapman(lists: Lists) -> float:
    """Return Chapman's estimate of the number of things."""
    return (lists.first + 1) * (lists.second + 1) / (lists.both + 1) - 1


def number_of_all(lists: Lists, level: float = 0.95) -> Estimate:
    """Return Chapman's estimate with Sadinle's transformed logit interval.

    Args:
        lists: One survey.
        level: The interval's coverage, from 0 to 1.
    """
    both, only_first, only_second = lists.both + 0.5, lists.first - lists.both + 0.5, lists.second - lists.both + 0.5
    unseen = only_first * only_second / both
    spread = math.sqrt(1 / both + 1 / only_first + 1 / only_second + both / (only_first * only_second))
    factor = math.exp(float(ndtri(0.5 + level / 2)) * spread)
    base = lists.named - 0.5
    return Estimate(chapman(lists), base + unseen / factor, base + unseen * factor)


def share_named(worlds: Sequence[Sequence[Lists]], level: float = 0.95) -> Estimate:
    """Return the estimated share of all things that are on either list, over several worlds.

    Args:
        worlds: For each world, the lists of its trials.
        level: The interval's coverage; the interval is nan with fewer than eight worlds.
    """
    totals = [_sum(trials) for trials in worlds if trials]
    if not totals:
        return Estimate(math.nan, math.nan, math.nan)
    everything = _sum(totals)
    whole = _share(everything)
    if len(totals) < FEWEST_WORLDS:
        return Estimate(whole, math.nan, math.nan)
    left = [_log_odds(_share(Lists(*(a - b for a, b in zip(everything, one, strict=True))))) for one in totals]
    count, middle = len(left), math.fsum(left) / len(left)
    error = math.sqrt((count - 1) / count * math.fsum((one - middle) ** 2 for one in left))
    half = float(stdtrit(count - 1, 0.5 + level / 2)) * error
    return Estimate(whole, _chance(_log_odds(whole) - half), _chance(_log_odds(whole) + half))


def _sum(lists: Sequence[Lists]) -> Lists:
    return Lists(*(sum(column) for column in zip(*lists, strict=True)))


def _share(lists: Lists) -> float:
    every = chapman(lists)
    return min(1.0, lists.named / every) if every > 0 else math.nan


_EDGE = 1e-6
"""How near to 0 and 1 a share may come before its log-odds are taken."""


def _log_odds(share: float) -> float:
    inside = min(1 - _EDGE, max(_EDGE, share))
    return math.log(inside / (1 - inside))


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
