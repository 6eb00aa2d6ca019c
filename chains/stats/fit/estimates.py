"""One estimated number with all that is to be said about it, or a sentence that says why there is none."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.fitting import Fit
from chains.stats.fit.likelihood import Floats
from chains.stats.fit.world_bootstrap import LEVEL, percentiles


class Unknown(NamedTuple):
    """A number that can't be given."""

    why: str
    """One sentence, lower case, no full stop."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A number, its intervals over worlds, and a test against what the null says it is.

    The interval is the sandwich's, clustered on worlds, with the t distribution
    of W - 1 degrees of freedom, since worlds are few; the bootstrap's stands beside it.
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
