"""Retention corrected for the instrument's measured error (Rogan and Gladen 1978).

With "lost" as the positive: Se is the chance that a truly lost statement is
read as lost, Sp that a truly kept one is read as kept. Of a share D_obs read as
lost the best estimate of the share lost is

    D = (D_obs + Sp - 1) / (Se + Sp - 1)

and retention is 1 - D (Rogan and Gladen 1978). It may fall outside 0..1 by chance; then
it is clipped, and said to be.

Se and Sp come from labelled pairs, which are drawn equally over the fates *as
the instrument reads them*: so many "omitted" are in the sample not because so
many are omitted. Sensitivity straight from such a sample is wrong. What such a
sample gives without bias is, for each fate read, the share that is truly kept;
with the population's shares of the fates read, Se and Sp follow (Begg and
Greenes 1983).

The sample is drawn by the fates that the rules read, whoever's error is wanted.
For another reader of the same pairs the strata are therefore those of the fate
drawn by and, within each, of kept or not as that reader has it: within one, every
pair had the same chance to be labelled, and it is known what the reader says.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chains.fates import FATES, Fate
from chains.stats.fit.world_bootstrap import tails
from chains.stats.measurement_error.confusion import known
from chains.stats.measurement_error.corrected_retention import Corrected
from chains.stats.paired.shares import FEWEST_WORLDS

DRAWS = 4000
FEWEST = 10
"""Labelled pairs that must be truly kept, and as many truly lost, before an error is taken as measured."""
LEAST_POWER = 0.05
"""Se + Sp - 1 below this: what is read says next to nothing of what is so, and can't be corrected."""

Floats = NDArray[np.float64]


Stratum = tuple[str, bool]
"""By which fate pairs were drawn, and whether they are read as kept."""


class Labelled(NamedTuple):
    """One labelled pair: the fate read, whether it is truly kept, and what it depends with (its world)."""

    read: Fate
    kept: bool
    cluster: Hashable
    drawn: str = ""
    """The fate by which it was drawn, if another reader's; empty: the fate read."""

    @property
    def stratum(self) -> Stratum:
        """The stratum that it belongs to."""
        return self.drawn or self.read, self.read == "kept"


class ErrorRates(NamedTuple):
    """How often the instrument is wrong about lost or kept, from labelled pairs."""

    sensitivity: float
    """Se: of the truly lost, the share read as lost."""
    specificity: float
    """Sp: of the truly kept, the share read as kept; 1 - Sp is false loss."""
    draws: Floats
    """(draws, 2): joint draws of Se and Sp, which say how uncertain both are."""
    kept: int
    lost: int
    """Labelled pairs that are truly kept, and truly lost."""
    clusters: int
    """Worlds (or messages) that they come from."""
    design_effect: float
    """How many times larger the variance is than of as many independent pairs; at least 1."""

    def interval(self, which: int) -> tuple[float, float]:
        """Return the 95% interval of Se (0) or Sp (1)."""
        low, high = np.quantile(self.draws[:, which], [0.025, 0.975])
        return float(low), float(high)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "sensitivity": known(self.sensitivity),
            "sensitivity_ci": [round(end, 6) for end in self.interval(0)],
            "specificity": known(self.specificity),
            "specificity_ci": [round(end, 6) for end in self.interval(1)],
            "labelled_kept": self.kept,
            "labelled_lost": self.lost,
            "clusters": self.clusters,
            "design_effect": round(self.design_effect, 3),
        }


def error_rates(
    labelled: Sequence[Labelled],
    population: Mapping[Stratum, float] | Mapping[Fate, float] | None = None,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> ErrorRates | str:
    """Estimate Se and Sp from pairs drawn by a fate.

    The share truly kept among the pairs of a stratum has a Beta(k + 1/2, n - k + 1/2) posterior (Jeffreys), so that
    no error in 20 pairs is not taken for none at all. Pairs of one world are not independent: counts are first
    divided by the design effect of the clusters (effective sample size, Korn and Graubard 1998).

    Args:
        labelled: The pairs.
        population: How the strata, or the fates read, are shared out where the rates are to hold; None: as in the
            sample itself, for pairs that were not drawn by fate.
        seed: Of the draws.
        draws: How many.

    Returns:
        The rates; a sentence where the labels don't give them.
    """
    kept = sum(one.kept for one in labelled)
    lost = len(labelled) - kept
    if min(kept, lost) < FEWEST:
        return (
            f"the instrument's error is not measured: {kept} labelled pairs are kept and {lost} lost, and {FEWEST} "
            "of each are needed"
        )
    strata = _strata(labelled, population)
    if strata is None:
        return "the instrument's error is not measured: label pairs that it reads as kept, and as lost"
    effect, clusters = _design_effect([some for _, some, _ in strata])
    random = np.random.default_rng(seed)
    truly_kept = np.empty((draws, len(strata)))
    for at, (_, some, _) in enumerate(strata):
        hits = sum(one.kept for one in some)  # of no labels none: Beta(1/2, 1/2)
        truly_kept[:, at] = random.beta(hits / effect + 0.5, (len(some) - hits) / effect + 0.5, draws)
    shares = np.array([part for part, _, _ in strata]) / sum(part for part, _, _ in strata)
    read_lost = np.array([not read_kept for _, _, read_kept in strata])
    point = np.array([[_share_kept(some) for _, some, _ in strata]])
    best = _rates(point, shares, read_lost)[0]
    if np.isnan(best).any():
        return "the instrument's error is not measured: no labelled pair is truly kept, or none truly lost"
    return ErrorRates(
        float(best[0]), float(best[1]), _rates(truly_kept, shares, read_lost), kept, lost, clusters, effect
    )


def _share_kept(some: Sequence[Labelled]) -> float:
    """Return the best guess of the share truly kept in a stratum.

    It is the share itself. Of what is read otherwise than by whom it was drawn there are few labels, and those differ:
    with very few it is the mean of its posterior, so that one of one is not all.
    """
    hits = sum(one.kept for one in some)
    unlike = any((one.stratum[0] == "kept") != one.stratum[1] for one in some[:1]) or not some
    return (hits + 0.5) / (len(some) + 1) if unlike and len(some) < FEWEST else hits / len(some)


def _strata(
    labelled: Sequence[Labelled], population: Mapping[Stratum, float] | Mapping[Fate, float] | None
) -> list[tuple[float, list[Labelled], bool]] | None:
    """Return each stratum's share of the population, its labels, and whether it is read as kept; all have labels.

    One that nobody labelled counts as the others do that are read alike and were drawn as kept, or not, as it was.
    Where there are none it has no labels, and nothing is known of it: what two readers read differently is not like
    what they read alike. None where nobody labelled any that is read so.
    """
    by_stratum: dict[Stratum, list[Labelled]] = defaultdict(list)
    for one in labelled:
        by_stratum[one.stratum].append(one)
    share: dict[Stratum, float] = {stratum: float(len(some)) for stratum, some in by_stratum.items()}
    if population is not None:
        named = ((key if isinstance(key, tuple) else (key, key == "kept"), part) for key, part in population.items())
        share = {stratum: float(part) for stratum, part in named if part > 0}
    places = {str(fate): at for at, fate in enumerate(FATES)}
    order = sorted(share, key=lambda stratum: (places.get(stratum[0], len(FATES)), stratum))
    known = {stratum: share[stratum] for stratum in order if by_stratum[stratum]}
    for empty in (stratum for stratum in order if stratum not in known):
        read_so = [other for other in share if other[1] == empty[1] and by_stratum[other]]
        alike = [other for other in read_so if (other[0] == "kept") == (empty[0] == "kept")]
        whole = sum(share[other] for other in alike)
        if not read_so:
            return None
        if not alike:
            known[empty] = share[empty]
        for other in alike:
            known[other] += share[empty] * share[other] / whole
    return [(part, by_stratum[stratum], stratum[1]) for stratum, part in known.items()]


def _rates(truly_kept: Floats, shares: Floats, read_lost: NDArray[np.bool_]) -> Floats:
    """Return (Se, Sp) for each row of shares truly kept by stratum."""
    kept, lost = truly_kept * shares, (1 - truly_kept) * shares
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.column_stack(
            [lost[:, read_lost].sum(axis=1) / lost.sum(axis=1), kept[:, ~read_lost].sum(axis=1) / kept.sum(axis=1)]
        )


def _design_effect(strata: Sequence[Sequence[Labelled]]) -> tuple[float, int]:
    """Return by how much clusters inflate the variance (at least 1), and how many clusters there are."""
    by_cluster: dict[Hashable, float] = defaultdict(float)
    alone = 0.0
    for some in filter(None, strata):
        mean = sum(one.kept for one in some) / len(some)
        for one in some:
            by_cluster[one.cluster] += one.kept - mean
            alone += (one.kept - mean) ** 2
    count = len(by_cluster)
    if alone == 0 or count < 2:
        return 1.0, count
    together = sum(value**2 for value in by_cluster.values()) * count / (count - 1)
    return max(1.0, together / alone), count


def errors_alike(one: ErrorRates, other: ErrorRates) -> float:
    """Return the p-value of two conditions having the same sensitivity and specificity (Wald's test of both).

    Args:
        one: Of the one condition.
        other: Of the other, from other labels.
    """
    off = np.array([one.sensitivity - other.sensitivity, one.specificity - other.specificity])
    covariance = np.cov(one.draws.T) + np.cov(other.draws.T)
    return float(np.exp(-float(off @ np.linalg.solve(covariance, off)) / 2))  # chi-square, two degrees of freedom


def rogan_gladen(retention: float, sensitivity: float, specificity: float) -> float:
    """Return the retention, not clipped, that an instrument with this error reads as `retention`.

    nan where Se + Sp - 1 is at most `LEAST_POWER`.
    """
    power = sensitivity + specificity - 1
    return 1 - (specificity - retention) / power if power > LEAST_POWER else float("nan")


def corrected(retention: float, draws: Floats, rates: ErrorRates) -> Corrected:
    """Correct a retention.

    Args:
        retention: As read, 0..1.
        draws: Draws of it that say how uncertain it is, such as bootstrap means over worlds; any number.
        rates: The instrument's error. Its labels are taken to be independent of these draws.

    Returns:
        The estimate with its interval; the interval is all of 0..1 where over 2.5% of the draws can't be corrected.
    """
    best = rogan_gladen(retention, rates.sensitivity, rates.specificity)
    count = len(rates.draws)
    read = np.random.default_rng(1).choice(draws, count) if len(draws) else np.full(count, retention)
    power = rates.draws.sum(axis=1) - 1
    usable = power > LEAST_POWER
    low, high = 0.0, 1.0
    if usable.mean() > 0.975:
        values = 1 - (rates.draws[usable, 1] - read[usable]) / power[usable]
        low, high = (float(end) for end in np.quantile(np.clip(values, 0, 1), [0.025, 0.975]))
    return Corrected(retention, float(np.clip(best, 0, 1)), low, high, best)


class CorrectedPair(NamedTuple):
    """The retention of two conditions on the same worlds, both corrected, and their difference b - a."""

    a: Corrected
    b: Corrected
    difference: float
    """Not clipped. nan where one can't be corrected."""
    low: float
    high: float
    """95%: worlds drawn whole and in pairs, Se and Sp drawn. nan with fewer than eight worlds."""
    alike: float = float("nan")
    """p-value of the error being the same on both sides; nan where it is one error."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "a": self.a.document(),
            "b": self.b.document(),
            "difference": known(self.difference),
            "ci": None if np.isnan(self.low) else [round(self.low, 6), round(self.high, 6)],
            "errors_alike_p": known(self.alike),
        }


def corrected_pair(a: Floats, b: Floats, of_a: ErrorRates, of_b: ErrorRates, *, seed: int = 0) -> CorrectedPair:
    """Correct two paired retentions, each by the instrument's error in its own condition.

    An error that differs between conditions makes a difference where there is none, and hides one that is there, so
    one error for both will not do. There is no interval of the difference over fewer than eight worlds.

    Args:
        a: The mean retention of each world in the first condition, as read.
        b: The same in the second, the same worlds in the same order.
        of_a: The instrument's error in the first condition.
        of_b: In the second; the same object only where it is known to be the same.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    count = len(of_a.draws)
    worlds = random.integers(0, len(a), (count, len(a)))
    draws_a, draws_b = of_a.draws, of_b.draws
    if of_b is not of_a:  # both were drawn with one seed, and are independent all the same
        draws_b = draws_b[random.permutation(len(draws_b))[:count]]
    mean_a, mean_b = a[worlds].mean(axis=1), b[worlds].mean(axis=1)
    first, second = corrected(float(a.mean()), mean_a, of_a), corrected(float(b.mean()), mean_b, of_b)
    power_a, power_b = draws_a.sum(axis=1) - 1, draws_b.sum(axis=1) - 1
    usable = (power_a > LEAST_POWER) & (power_b > LEAST_POWER)
    low = high = float("nan")
    if usable.mean() > 0.975 and len(a) >= FEWEST_WORLDS:
        after_a = (draws_a[usable, 1] - mean_a[usable]) / power_a[usable]
        after_b = (draws_b[usable, 1] - mean_b[usable]) / power_b[usable]
        low, high = (float(end) for end in np.quantile(after_a - after_b, tails(len(a))))
    if len(a) < FEWEST_WORLDS:
        first, second = first.without_interval(), second.without_interval()
    alike = float("nan") if of_b is of_a else errors_alike(of_a, of_b)
    return CorrectedPair(first, second, second.unclipped - first.unclipped, low, high, alike)
