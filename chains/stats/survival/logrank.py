"""The log-rank test of bad news against good, within strata of one world and one depth each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.estimates import Unknown, rounded
from chains.stats.observations.first_loss import Paths


@dataclass(frozen=True)
class LogRank:
    """Observed against expected losses of bad news."""

    observed: float
    """First misses of bad news."""
    expected: float
    """Those expected if at each hop bad news and good were lost alike."""
    chi2: float
    """The usual statistic, of one degree of freedom. It takes replicates of a statement for independent."""
    p_chi2: float
    p: float
    """Two-sided, from the worlds' sums of observed minus expected (t, W - 1): replicates and statements of a world may
    depend on each other in any way."""
    worlds: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "observed": rounded(self.observed),
            "expected": rounded(self.expected),
            "chi2": rounded(self.chi2),
            "p_chi2": rounded(self.p_chi2),
            "p": rounded(self.p),
            "worlds": self.worlds,
        }


def log_rank(paths: Paths) -> LogRank | Unknown:
    """Compare first misses of bad and good news (Mantel 1966, Peto and Peto 1972), stratified by world and depth.

    Args:
        paths: Statements that are good or bad news.
    """
    deepest = int(paths.depth.max())
    stratum_names, stratum = np.unique(paths.world * (deepest + 1) + paths.depth, return_inverse=True)
    world = stratum_names // (deepest + 1)
    hops = np.arange(1, deepest + 1)
    some, kind = paths.kinds("depth", "miss", "bad")
    last = np.where(some.miss > 0, some.miss, some.depth)[:, None]
    at_risk, lost = (hops <= last).astype(float), (hops == some.miss[:, None]).astype(float)
    shape = (len(stratum_names), deepest)
    tally = np.bincount(stratum * len(some) + kind, minlength=len(stratum_names) * len(some)).reshape(-1, len(some))
    bad = (some.bad == 1)[:, None]
    risk, losses, risk_bad, losses_bad = (tally @ each for each in (at_risk, lost, at_risk * bad, lost * bad))
    share = np.divide(risk_bad, risk, out=np.zeros(shape), where=risk > 0)
    left = np.divide(risk - losses, risk - 1, out=np.zeros(shape), where=risk > 1)
    excess = (losses_bad - losses * share).sum(axis=1)
    variance = float((losses * share * (1 - share) * left).sum())
    by_world = np.bincount(world, weights=excess)
    seen = np.unique(world)
    by_world = by_world[seen]
    spread = float((by_world**2).sum()) * len(seen) / max(1, len(seen) - 1)
    if variance <= 0 or spread <= 0 or len(seen) < 2:
        return Unknown("the log-rank test needs two worlds in which good and bad news could both be lost")
    total = float(excess.sum())
    return LogRank(
        observed=float(losses_bad.sum()),
        expected=float(losses_bad.sum()) - total,
        chi2=total**2 / variance,
        p_chi2=float(stats.chi2.sf(total**2 / variance, 1)),
        p=2 * float(stats.t.sf(abs(total) / np.sqrt(spread), len(seen) - 1)),
        worlds=len(seen),
    )
