"""The exponent where some statements are never lost, whatever climbs through how many hands.

A core of statements that nobody drops makes the others look alike, and a normal random
effect that must stretch to cover it takes them for more alike than they are: then the
losses of the others seem to come faster and faster. So the law is fitted once more with
a share of the statements that is never lost beside the normal effect.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Estimate, Unknown, document, rounded
from chains.stats.fit.inference import Fitted, How, fitted
from chains.stats.fit.likelihood import Counts, Hazard, Integers
from chains.stats.law.chain_random_effect import ChainsDiffer

_GAIN = 1.92
"""By how much the log-likelihood must rise for the share to be needed: chance alone does it once in forty times."""
_Z = 1.959964


@dataclass(frozen=True, eq=False)
class NeverLost:
    """A law with a share of statements that are never lost."""

    exponent: Estimate | Unknown
    share: float
    """Of such statements; 0 where the data speak for none."""
    interval: tuple[float, float]
    """95%; from nothing where the share is 0."""
    needed: bool
    """Whether the data speak for such a share."""

    def document(self, name: str) -> dict[str, Any]:
        """Return it as JSON."""
        return document(self.exponent, name) | {
            "share": rounded(self.share),
            "share_ci": [rounded(end) for end in self.interval],
            "needed": self.needed,
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class LawOfOneExponent(ABC):
    """What the laws of the hop and of the depth share: the exponent under other assumptions, fitted when asked for."""

    ask_never: Callable[[], NeverLost]
    ask_chains: Callable[[], ChainsDiffer | None]

    @property
    @abstractmethod
    def exponent(self) -> Estimate | Unknown:
        """The exponent by its general name."""

    @cached_property
    def never(self) -> NeverLost:
        """The exponent if some statements are never lost."""
        return self.ask_never()

    @cached_property
    def chains(self) -> ChainsDiffer | None:
        """The exponent if chains differ; None where nothing was fitted."""
        return self.ask_chains()

    @property
    def given(self) -> Estimate | Unknown:
        """The exponent of a statement of given frailty; it allows for statements that are never lost if the data do."""
        return self.never.exponent if self.never.needed else self.exponent


def never_lost(counts: Counts, hazard: Hazard, hops: Integers, how: How, plain: Fitted, name: str) -> NeverLost:
    """Fit a law with a share of statements that are never lost.

    Args:
        counts: By kind of unit.
        hazard: The law.
        hops: At which hop each cell's messages were read.
        how: Errors and resamples.
        plain: The law without such a share.
        name: The exponent among its parameters.
    """
    found = fitted(counts, hazard, hops, how, never=True)
    fit = found.fit
    odds = fit.value("never")
    if fit.at_bound("never"):
        return NeverLost(found.estimate(name), 0.0, (0.0, math.nan), needed=False)
    se = fit.se("never")
    ends = [float(1 / (1 + np.exp(-(odds + side * _Z * se)))) for side in (-1, 0, 1)]
    needed = fit.converged and fit.loglik - plain.fit.loglik > _GAIN
    return NeverLost(found.estimate(name), ends[1], (ends[0], ends[2]), needed=needed)
