"""A law fitted with all that inference needs: the instrument's error in the likelihood, and resampled worlds."""

from dataclasses import dataclass

import numpy as np

from chains.stats.fit.estimates import Estimate, Unknown, estimate
from chains.stats.fit.fitting import Fit, fit, refit
from chains.stats.fit.likelihood import Counts, Floats, Hazard, Integers, Likelihood, Misread
from chains.stats.fit.misclassification import Errors


@dataclass(frozen=True, eq=False)
class How:
    """How laws are fitted; the same weights for several conditions make their resamples pairs."""

    errors: Errors | None = None
    """The instrument's; None where it makes none, or they are not known."""
    weights: Floats | None = None
    """How often each world counts in each resample, shape (resamples, worlds' numbers); None for no bootstrap."""
    seed: int = 0
    """Of the draws of the instrument's error in the resamples."""

    def misread(self, hops: Integers) -> Misread | None:
        """Return the instrument's error in cells at these hops, as measured."""
        return None if self.errors is None else self.errors.unsure(hops).misread


@dataclass(frozen=True, eq=False)
class Fitted:
    """A law fitted to all worlds, and to resampled ones."""

    fit: Fit
    draws: Floats | None
    """Parameters in each resample, nan where that fit did not converge; shape (resamples, parameters)."""

    def estimate(self, name: str, *, null: float = 1.0, ratio: bool = False) -> Estimate | Unknown:
        """Return the estimate of one parameter; see `estimates.estimate`."""
        draws = None if self.draws is None else self.draws[:, self.fit.names.index(name)]
        return estimate(self.fit, name, null=null, draws=draws, ratio=ratio)


def fitted(
    counts: Counts, hazard: Hazard, hops: Integers, how: How, *, frailty: bool = True, never: bool = False
) -> Fitted:
    """Fit a law to counts, and to those of resampled worlds.

    Args:
        counts: By kind of unit.
        hazard: The law.
        hops: At which hop each cell's messages were read, which says how well.
        how: Errors and resamples. In each resample the errors are drawn anew, as they were measured.
        frailty: Whether there is a random effect.
        never: Whether a share of the units is never lost.
    """
    unsure = None if how.errors is None else how.errors.unsure(hops)
    likelihood = Likelihood(counts, hazard, None if unsure is None else unsure.misread, frailty=frailty, never=never)
    full = fit(likelihood, unsure)
    if how.weights is None:
        return Fitted(full, None)
    weights = how.weights[:, : len(counts.units)]
    drawn = None
    if how.errors is not None:
        drawn = how.errors.drawn(hops, len(weights), np.random.default_rng(how.seed))
    theta, converged = refit(likelihood, full, weights, drawn)
    # a resample may have drawn only worlds without units here
    converged &= weights @ counts.units.sum(axis=1) > 0
    return Fitted(full, np.where(converged[:, None], theta, np.nan))
