"""One estimated number with all that is to be said about it, or a sentence that says why there is none."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.laws.fitting import Fit
from chains.laws.likelihood import Flags, Floats, Integers

LEVEL = 0.95
_MOST_FAILED = 0.05
"""Share of resamples that may fail to be fitted before the bootstrap interval is withheld."""


class Unknown(NamedTuple):
    """A number that can't be given."""

    why: str
    """One sentence, lower case, no full stop."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A number, its intervals over worlds, and a test against what the null says it is.

    The interval is the sandwich's, clustered on worlds, with the t distribution
    of W - 1 degrees of freedom (SCIENCE 3.5); the bootstrap's stands beside it.
    """

    value: float
    se: float
    low: float
    """95% interval."""
    high: float
    p: float
    """That of the test against `null`: one-sided (greater) for exponents, two-sided for ratios."""
    null: float
    narrow: tuple[float, float]
    """90% interval, which decides equivalence by two one-sided tests at 5%."""
    bootstrap: tuple[float, float] | None
    """95% interval over resampled worlds (`percentiles`); None if not asked for, or if too many failed."""
    draws: Floats
    """The value in each resample, nan where it could not be fitted; empty without a bootstrap."""
    influence: Floats
    """What each world moves the value by, shape (worlds,)."""
    worlds: int

    def document(self, name: str) -> dict[str, Any]:
        """Return it as JSON, the value under its name."""
        return {
            name: rounded(self.value),
            "ci": [rounded(self.low), rounded(self.high)],
            "p": rounded(self.p),
            "se": rounded(self.se),
            "ci_90": [rounded(end) for end in self.narrow],
            "ci_bootstrap": None if self.bootstrap is None else [rounded(end) for end in self.bootstrap],
            "worlds": self.worlds,
        }


def document(estimate: Estimate | Unknown, name: str) -> dict[str, Any]:
    """Return an estimate as JSON, or nulls with a `why`."""
    if isinstance(estimate, Unknown):
        return {name: None, "ci": None, "p": None, "why": estimate.why}
    return estimate.document(name)


def rounded(value: float | None) -> float | None:
    """Return a number to six significant digits, None for what is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.6g}")


def estimate(
    fit: Fit, name: str, *, null: float = 1.0, draws: Floats | None = None, ratio: bool = False
) -> Estimate | Unknown:
    """Return the estimate of one parameter of a fitted law.

    Args:
        fit: The law.
        name: The parameter.
        null: What the null hypothesis says it is, on the scale returned.
        draws: The parameter in each resample, nan where it could not be fitted.
        ratio: Whether the parameter is the logarithm of what is to be returned, which is then tested on both sides.
    """
    se, value = fit.se(name), fit.value(name)
    if not fit.converged or not math.isfinite(se):
        return Unknown(f"the data do not determine {name}: its likelihood has no clear peak")
    freedom = fit.worlds - 1
    half, short = (float(stats.t.ppf(at, freedom)) * se for at in ((1 + LEVEL) / 2, LEVEL))
    ends = np.array([value, value - half, value + half, value - short, value + short])
    at_null = math.log(null) if ratio else null
    upper = float(stats.t.sf((value - at_null) / se, freedom))
    out = np.exp(ends) if ratio else ends
    some = np.empty(0) if draws is None else np.exp(draws) if ratio else draws
    return Estimate(
        value=float(out[0]),
        se=float(se * out[0]) if ratio else se,
        low=float(out[1]),
        high=float(out[2]),
        p=2 * min(upper, 1 - upper) if ratio else upper,
        null=null,
        narrow=(float(out[3]), float(out[4])),
        bootstrap=percentiles(some, fit.worlds),
        draws=some,
        influence=fit.influence[:, fit.names.index(name)] * (out[0] if ratio else 1.0),
        worlds=fit.worlds,
    )


def tails(worlds: int) -> tuple[float, float]:
    """Return which quantiles of resampled values make the 95% interval.

    Not 2.5% and 97.5%: the variance of resamples of W worlds is (W - 1)/W of what it should be, and the normal's
    quantiles are too narrow for few. The expanded percentile interval takes those at which the t distribution's
    interval would lie (Hesterberg 2015, "What teachers should know about the bootstrap"): with 12 worlds 1.1% and 98.9%
    """
    low = float(stats.norm.cdf(stats.t.ppf((1 - LEVEL) / 2, worlds - 1) * _short(worlds)))
    return low, 1 - low


def _short(worlds: int) -> float:
    """Return by how much resamples of so many worlds vary too little."""
    return math.sqrt(worlds / (worlds - 1))


def percentiles(draws: Floats, worlds: int) -> tuple[float, float] | None:
    """Return the 95% interval of resampled values; None without any, if over 5% of them are missing, or for one world.

    Args:
        draws: The values, nan where missing.
        worlds: How many were resampled.
    """
    known = draws[np.isfinite(draws)]
    if not len(draws) or len(known) < (1 - _MOST_FAILED) * len(draws) or worlds < 2:
        return None
    low, high = np.quantile(known, tails(worlds))
    return float(low), float(high)


def bootstrap_p(draws: Floats, null: float, worlds: int) -> float:
    """Return the two-sided p at which the interval of `percentiles` would just end at `null`.

    Args:
        draws: The values, nan where missing.
        null: What the null hypothesis says.
        worlds: How many were resampled.
    """
    known = draws[np.isfinite(draws)]
    tail = (1 + min((known <= null).sum(), (known >= null).sum())) / (1 + len(known))
    quantile = float(stats.norm.isf(min(tail, 0.5)))
    return 2 * float(stats.t.sf(quantile / _short(worlds), worlds - 1))


def resampled(worlds: Integers, resamples: int, random: np.random.Generator) -> Floats:
    """Return how often each world counts in each resample, shape (resamples, worlds' numbers).

    Args:
        worlds: The numbers of the worlds that are there; they are drawn whole, with replacement (Field and Welsh 2007).
        resamples: How many.
        random: The draw.
    """
    weights = np.zeros((resamples, int(worlds.max()) + 1))
    weights[:, worlds] = random.multinomial(len(worlds), np.full(len(worlds), 1 / len(worlds)), resamples)
    return weights


def without_failures(values: Floats, converged: Flags) -> Floats:
    """Return values with nan where the fit did not converge."""
    return np.where(converged, values, np.nan)
