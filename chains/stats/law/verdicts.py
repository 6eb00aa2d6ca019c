"""Verdicts in words, by rules set before the data: superlinear, linear, sublinear or inconclusive.

- superlinear if the 95% interval of the exponent lies above 1;
- linear only by equivalence: the 90% interval within .85 to 1.15 (two one-sided tests at 5%);
- sublinear only if the interval lies below 1 and the estimate below what a null with
  exponent 1 and chains that differ produces (`null`);
- else inconclusive, with how many worlds might settle it.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

from chains.stats.fit.estimates import Estimate
from chains.stats.law.parametric_bootstrap import Null

Word = Literal["superlinear", "linear", "sublinear", "inconclusive"]
EQUIVALENT = (0.85, 1.15)
MOST_CUT_OFF = 0.01
"""Share of messages that may be cut off by their length limit: what is lost there is not a manager's doing."""
_MANY = 10_000


class Claim(NamedTuple):
    """What an exponent is about."""

    what: str
    """What grows."""
    along: str
    """With what."""


class Verdict(NamedTuple):
    """A word, and the sentences that say what it rests on."""

    word: Word
    sentences: tuple[str, ...]


def verdict(estimate: Estimate, symbol: str, claim: Claim, null: Callable[[], Null]) -> Verdict:
    """Return the verdict on an exponent.

    Args:
        estimate: Of the exponent.
        symbol: q or k.
        claim: What it is about.
        null: Draws the null; called only where it decides.
    """
    figures = f"{symbol} is {estimate.value:.2f}, 95% interval {estimate.low:.2f} to {estimate.high:.2f}"
    if estimate.low > 1:
        more = [
            f"{claim.what} grows faster than linearly {claim.along}: {figures}, p {_p(estimate.p)} against 1 or less"
        ]
        if estimate.bootstrap is not None and estimate.bootstrap[0] <= 1:
            low, high = estimate.bootstrap
            more.append(f"resampled worlds are less sure: {low:.2f} to {high:.2f} holds 1")
        return Verdict("superlinear", tuple(more))
    if EQUIVALENT[0] < estimate.narrow[0] and estimate.narrow[1] < EQUIVALENT[1]:
        within = f"the 90% interval {estimate.narrow[0]:.2f} to {estimate.narrow[1]:.2f} lies within .85 to 1.15"
        return Verdict(
            "linear", (f"{claim.what} grows linearly {claim.along}, give or take .15: {figures}, and {within}",)
        )
    if estimate.high < 1:
        return _below(estimate, symbol, claim, figures, null())
    return Verdict("inconclusive", (f"{figures}: neither 1 nor more can be excluded", *_more_worlds(estimate)))


def _below(estimate: Estimate, symbol: str, claim: Claim, figures: str, null: Null) -> Verdict:
    drawn = (
        f"with {symbol} = 1 and random effects as fitted, of sd {null.fact_sd:.2f} per statement and "
        f"{null.chain_sd:.2f} per chain, 2.5% of studies like this one estimate less than {null.low:.2f}, "
        f"and their mean is {1 + null.bias:.2f}"
    )
    if estimate.value < null.low:
        return Verdict("sublinear", (f"{claim.what} grows slower than linearly {claim.along}: {figures}; {drawn}",))
    return Verdict(
        "inconclusive",
        (f"{figures}, but differences between chains can do that alone: {drawn}", *_more_worlds(estimate)),
    )


def _more_worlds(estimate: Estimate) -> tuple[str, ...]:
    """Return how many more worlds might settle it: intervals shrink by the root of their number."""
    off, half = abs(estimate.value - 1), (estimate.high - estimate.low) / 2
    above = _worlds(estimate.worlds, half, estimate.value - 1)
    margin = EQUIVALENT[1] - 1 - off
    equal = _worlds(estimate.worlds, (estimate.narrow[1] - estimate.narrow[0]) / 2, margin)
    parts = []
    if above:
        parts.append(f"about {above - estimate.worlds} more worlds would put the interval above 1")
    if equal:
        parts.append(f"about {equal - estimate.worlds} more would show it to be linear within .15")
    if not parts:
        return ("if the estimate stays where it is, no reasonable number of worlds would settle it",)
    return (f"roughly, if the estimate stays where it is, {' and '.join(parts)} (it has {estimate.worlds})",)


def _worlds(now: int, half: float, wanted: float) -> int | None:
    """Return the worlds for an interval of half width `wanted`; None if there is no such number within reason."""
    if wanted <= 0:
        return None
    needed = math.ceil(now * (half / wanted) ** 2) + 1
    return max(needed, now + 1) if needed <= _MANY else None


def _p(value: float) -> str:
    return "under .001" if value < 0.001 else f"{value:.3f}".lstrip("0")
