"""Contrasts between conditions: "superlinear only under pressure" is a difference of exponents, not two verdicts.

Both conditions were estimated on the same worlds. What each world moves both numbers by
gives the standard error of their difference (the sandwich), so that worlds which are
hard for both don't count as noise; where worlds were resampled, each resample gives the
difference within it (the paired world bootstrap).

Exponents are those of a statement of given frailty. Where a check fails in one of the
conditions there is no contrast of these, and that of the share heard, which is given
beside it, is all there is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.estimates import Estimate, Unknown, rounded
from chains.stats.fit.likelihood import Floats
from chains.stats.fit.world_bootstrap import bootstrap_p, percentiles
from chains.stats.law.condition_law import ConditionLaw

_FEWEST_DRAWS = 100
"""Resamples from which on their intervals are given in place of the sandwich's."""


@dataclass(frozen=True)
class Difference:
    """One number in the second condition against the first."""

    first: float
    second: float
    value: float
    """Second minus first; of hazard ratios, second over first."""
    low: float
    """95% interval: by the paired world bootstrap where worlds were resampled, else by the sandwich (t, W - 1)."""
    high: float
    p: float
    """Two-sided, of no difference: at which the interval would just end there."""
    least_p: float
    """No smaller p can come out of so many resamples; 0 without them."""
    se: float
    """Sandwich standard error, from what each world moves both numbers by; of hazard ratios that of the logarithm."""
    p_sandwich: float
    """Two-sided, from it (t, W - 1)."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "first": rounded(self.first),
            "second": rounded(self.second),
            "value": rounded(self.value),
            "ci": [rounded(self.low), rounded(self.high)],
            "p": rounded(self.p),
            "se": rounded(self.se),
            "p_sandwich": rounded(self.p_sandwich),
            "least_p": rounded(self.least_p),
        }


@dataclass(frozen=True)
class Contrast:
    """Two conditions."""

    first: str
    second: str
    q: Difference | Unknown
    k: Difference | Unknown
    hazard_ratio: Difference | Unknown
    """The ratio of the two hazard ratios: where the first is the plain relay, the motivated part of the loss."""
    q_heard: Difference | Unknown
    """Of the share heard."""
    k_heard: Difference | Unknown

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        parts = {
            "q": self.q,
            "k": self.k,
            "hazard_ratio": self.hazard_ratio,
            "q_heard": self.q_heard,
            "k_heard": self.k_heard,
        }
        return {"first": self.first, "second": self.second} | {
            name: {"value": None, "ci": None, "p": None, "why": part.why}
            if isinstance(part, Unknown)
            else part.document()
            for name, part in parts.items()
        }


def contrast(first: ConditionLaw, second: ConditionLaw) -> Contrast:
    """Return how the second condition's exponents and hazard ratio differ from the first's."""
    untrusted = Unknown("no contrast of k until the instrument's false loss is known at first, middle and last hops")
    trusted = first.hop.trusted and second.hop.trusted
    doubt = next(
        (Unknown(f"{one.condition}: {one.checks.doubts[0]}") for one in (first, second) if one.checks.doubts), None
    )
    return Contrast(
        first=first.condition,
        second=second.condition,
        q=doubt or difference(first.depth.given, second.depth.given),
        k=(doubt or difference(first.hop.given, second.hop.given)) if trusted else untrusted,
        hazard_ratio=difference(first.valence.ratio, second.valence.ratio, ratio=True),
        q_heard=difference(first.depth.heard, second.depth.heard),
        k_heard=difference(first.hop.heard, second.hop.heard) if trusted else untrusted,
    )


def difference(first: Estimate | Unknown, second: Estimate | Unknown, *, ratio: bool = False) -> Difference | Unknown:
    """Return the second estimate less the first, or the quotient of two ratios; both of the same worlds."""
    for one in (first, second):
        if isinstance(one, Unknown):
            return one
    assert isinstance(first, Estimate) and isinstance(second, Estimate)  # noqa: S101, PT018  said above
    if not np.array_equal(_there(first), _there(second)):
        return Unknown("the two conditions are of different worlds, and only the same worlds can be paired")
    influence = _scaled(second, ratio=ratio) - _scaled(first, ratio=ratio)
    worlds = first.worlds
    se = float(np.sqrt((influence**2).sum() * worlds / (worlds - 1)))
    value = float(np.log(second.value / first.value)) if ratio else second.value - first.value
    p = p_sandwich = 2 * float(stats.t.sf(abs(value) / se, worlds - 1)) if se > 0 else 1.0
    half = float(stats.t.isf(0.025, worlds - 1)) * se
    low, high, least = value - half, value + half, 0.0
    if min(len(first.draws), len(second.draws)) >= _FEWEST_DRAWS:
        ones, twos = (np.log(each.draws) if ratio else each.draws for each in (first, second))
        draws = twos - ones
        interval = percentiles(draws, worlds)
        if interval is not None:  # else too many resamples could not be fitted
            low, high = interval
            p = bootstrap_p(draws, 0.0, worlds)
            least = bootstrap_p(np.ones(int(np.isfinite(draws).sum())), 0.0, worlds)
    ends = np.exp([value, low, high]) if ratio else np.array([value, low, high])
    return Difference(
        first=first.value,
        second=second.value,
        value=float(ends[0]),
        low=float(ends[1]),
        high=float(ends[2]),
        p=p,
        least_p=least,
        se=se,
        p_sandwich=p_sandwich,
    )


def _there(estimate: Estimate) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.flatnonzero(estimate.influence)


def _scaled(estimate: Estimate, *, ratio: bool) -> Floats:
    return estimate.influence / estimate.value if ratio else estimate.influence


def reference(conditions: Sequence[str]) -> int:
    """Return which condition the others are held against: the one plain arm if there is one, else the first."""
    plain = [number for number, name in enumerate(conditions) if "plain" in re.split(r"[=, ]+", name)]
    return plain[0] if len(plain) == 1 else 0
