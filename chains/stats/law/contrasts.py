"""Contrasts between conditions: "superlinear only under pressure" is a difference of exponents, not two verdicts.

Both conditions were estimated on the same worlds and under the same resamples of
them, so each resample gives the difference within it (the paired world bootstrap),
and worlds that are hard for both don't count as noise.
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


@dataclass(frozen=True)
class Difference:
    """One number in the second condition against the first."""

    first: float
    second: float
    value: float
    """Second minus first; of hazard ratios, second over first."""
    low: float
    """95% interval, by the paired world bootstrap."""
    high: float
    p: float
    """Two-sided, of no difference: at which the interval would just end there."""
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

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        parts = {"q": self.q, "k": self.k, "hazard_ratio": self.hazard_ratio}
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
    return Contrast(
        first=first.condition,
        second=second.condition,
        q=_difference(first.depth.q, second.depth.q),
        k=_difference(first.hop.k, second.hop.k) if trusted else untrusted,
        hazard_ratio=_difference(first.valence.ratio, second.valence.ratio, ratio=True),
    )


def _difference(first: Estimate | Unknown, second: Estimate | Unknown, *, ratio: bool = False) -> Difference | Unknown:
    for one in (first, second):
        if isinstance(one, Unknown):
            return one
    assert isinstance(first, Estimate) and isinstance(second, Estimate)  # noqa: S101, PT018  said above
    if not np.array_equal(_there(first), _there(second)):
        return Unknown("the two conditions are of different worlds, and only the same worlds can be paired")
    if min(len(first.draws), len(second.draws)) < _FEWEST_DRAWS:
        return Unknown(f"a contrast needs {_FEWEST_DRAWS} resamples or more")
    ones, twos = (np.log(each.draws) if ratio else each.draws for each in (first, second))
    draws = twos - ones
    interval = percentiles(draws, first.worlds)
    if interval is None:
        return Unknown("too many resamples could not be fitted in one condition or the other")
    influence = _scaled(second, ratio=ratio) - _scaled(first, ratio=ratio)
    worlds = first.worlds
    se = float(np.sqrt((influence**2).sum() * worlds / (worlds - 1)))
    value = np.log(second.value / first.value) if ratio else second.value - first.value
    ends = np.exp([value, *interval]) if ratio else np.array([value, *interval])
    return Difference(
        first=first.value,
        second=second.value,
        value=float(ends[0]),
        low=float(ends[1]),
        high=float(ends[2]),
        p=bootstrap_p(draws, 0.0, worlds),
        se=se,
        p_sandwich=2 * float(stats.t.sf(abs(value) / se, worlds - 1)) if se > 0 else 1.0,
    )


def _there(estimate: Estimate) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.flatnonzero(estimate.influence)


def _scaled(estimate: Estimate, *, ratio: bool) -> Floats:
    return estimate.influence / estimate.value if ratio else estimate.influence


def reference(conditions: Sequence[str]) -> int:
    """Return which condition the others are held against: the one plain arm if there is one, else the first."""
    plain = [number for number, name in enumerate(conditions) if "plain" in re.split(r"[=, ]+", name)]
    return plain[0] if len(plain) == 1 else 0
