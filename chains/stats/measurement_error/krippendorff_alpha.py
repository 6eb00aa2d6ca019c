"""Krippendorff's alpha for nominal labels: how far raters agree beyond chance, missing labels allowed.

1 is full agreement, 0 that of chance; it can be negative. By convention .80 and more carries a finding, .667 to .80 a
tentative one. The package `krippendorff` computes the coefficient. The interval draws whole clusters 2,000 times, for
which the package would take up to 2 s, so the draws are computed from the clusters' sums. For items u with m_u >= 2
labels, of which n_uc have value c, and n labels in all:

    alpha = 1 - (n - 1) * sum_u (m_u^2 - sum_c n_uc^2) / (m_u - 1)  /  (n^2 - sum_c n_c^2)

(K. Krippendorff, Content Analysis, 2004, chapter 11: 1 - D_o / D_e from the coincidence matrix, with the nominal
difference.)
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import krippendorff
import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
Item = TypeVar("Item", bound=Hashable)
Floats = NDArray[np.float64]


class Alpha(NamedTuple):
    """Agreement among raters. Undefined values are nan."""

    value: float
    low: float
    high: float
    """95% interval: percentile bootstrap, clusters drawn whole. Both nan for fewer than two clusters."""
    items: int
    """Items that have two labels or more: the others say nothing about agreement."""
    labels: int
    """Labels on these items."""
    clusters: int
    """Of how many independent clusters (worlds, messages) these items are."""


def alpha(
    labels: Mapping[tuple[Item, str], str],
    raters: Sequence[str] | None = None,
    clusters: Mapping[Item, Hashable] | None = None,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Alpha:
    """Compute alpha and its interval.

    Args:
        labels: A value for each (item, rater) that labelled it; no entry where one did not.
        raters: Whose labels count; None for all.
        clusters: What items have in common, such as their world; each item is one of its own without it.
        seed: Of the resampling.
        resamples: How many.

    Returns:
        nan where no item has two labels, or all labels are the same value: chance agreement is then complete and
        the coefficient undefined.
    """
    wanted = None if raters is None else set(raters)
    values = sorted({value for (_, rater), value in labels.items() if wanted is None or rater in wanted})
    place = {value: at for at, value in enumerate(values)}
    counts: dict[Item, Floats] = {}
    for (item, rater), value in labels.items():
        if wanted is None or rater in wanted:
            counts.setdefault(item, np.zeros(len(values)))[place[value]] += 1
    paired = {item: row for item, row in counts.items() if row.sum() >= 2}
    if not paired:
        return Alpha(float("nan"), float("nan"), float("nan"), 0, 0, 0)
    rows = np.array(list(paired.values()))
    sizes = rows.sum(axis=1)
    apart = (sizes**2 - (rows**2).sum(axis=1)) / (sizes - 1)
    table = np.column_stack([rows, apart])
    members: dict[Hashable, list[int]] = {}
    for at, item in enumerate(paired):
        members.setdefault(item if clusters is None else clusters[item], []).append(at)
    sums = np.array([table[some].sum(axis=0) for some in members.values()])
    low = high = float("nan")
    if len(sums) > 1:
        random = np.random.default_rng(seed)
        times = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=resamples)
        drawn = _of_sums(times @ sums)
        if (known := drawn[~np.isnan(drawn)]).size:
            low, high = (float(end) for end in np.quantile(known, [0.025, 0.975]))
    told_apart = (rows.sum(axis=0) > 0).sum() > 1
    whole = krippendorff.alpha(value_counts=rows, level_of_measurement="nominal") if told_apart else float("nan")
    return Alpha(float(whole), low, high, len(paired), int(sizes.sum()), len(sums))


def _of_sums(sums: Floats) -> Floats:
    """Return alpha for each row of label counts by value, followed by the summed disagreement."""
    counts, apart = sums[:, :-1], sums[:, -1]
    total = counts.sum(axis=1)
    chance = total**2 - (counts**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance > 0, 1 - (total - 1) * apart / chance, np.nan)
