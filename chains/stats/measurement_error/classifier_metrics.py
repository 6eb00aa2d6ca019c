"""How well a score agrees with labels: balanced accuracy, area under the ROC curve, intervals over groups."""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata  # type: ignore[import-untyped]  # scipy ships no types

RESAMPLES = 1000

Floats = NDArray[np.float64]
Measure = Callable[[Floats, Floats], float]


class Agreement(NamedTuple):
    """Scores against labels, for one kind of item. Intervals are 95%, by `over_groups`; nan where undefined."""

    n: int
    groups: int
    balanced_accuracy: float
    balanced_accuracy_interval: tuple[float, float]
    roc_auc: float
    roc_auc_interval: tuple[float, float]


def agreement(
    scores: Sequence[float], labels: Sequence[int], groups: Sequence[Hashable], threshold: float = 0.5, seed: int = 0
) -> Agreement:
    """Compare scores with labels.

    Args:
        scores: One for each item, higher for label 1.
        labels: 0 or 1.
        groups: What items have in common, such as their document; resampled whole.
        threshold: An item is called 1 from this score on.
        seed: Of the resampling.

    Raises:
        ValueError: If the three differ in length.
    """
    score, label = np.asarray(scores, dtype=float), np.asarray(labels, dtype=float)
    places: dict[Hashable, list[int]] = {}
    for at, (_, _, group) in enumerate(zip(scores, labels, groups, strict=True)):
        places.setdefault(group, []).append(at)
    members = [np.array(one) for one in places.values()]

    def accuracy(some: Floats, true: Floats) -> float:
        return balanced_accuracy(some, true, threshold)

    return Agreement(
        n=len(score),
        groups=len(members),
        balanced_accuracy=accuracy(score, label),
        balanced_accuracy_interval=over_groups(accuracy, score, label, members, seed),
        roc_auc=roc_auc(score, label),
        roc_auc_interval=over_groups(roc_auc, score, label, members, seed),
    )


def balanced_accuracy(scores: Floats, labels: Floats, threshold: float = 0.5) -> float:
    """Return the mean of the shares found right among label 1 and among label 0, 0 to 1; nan without both labels."""
    called, true = scores >= threshold, labels == 1
    if not true.any() or true.all():
        return float("nan")
    return float((called[true].mean() + (~called[~true]).mean()) / 2)


def roc_auc(scores: Floats, labels: Floats) -> float:
    """Return the chance that an item of label 1 scores above one of label 0, ties counting half; nan without both.

    By ranks, as the Mann-Whitney statistic over the number of pairs (Hanley and McNeil 1982).
    """
    true = labels == 1
    ones, zeros = int(true.sum()), int((~true).sum())
    if not ones or not zeros:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[true].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def over_groups(
    measure: Measure, scores: Floats, labels: Floats, groups: Sequence[NDArray[np.int64]], seed: int = 0
) -> tuple[float, float]:
    """Return the 95% percentile interval of a measure, groups drawn whole with replacement (Field and Welsh 2007).

    Draws without both labels are left out. Both ends are nan for fewer than two groups, or if no draw has both.

    Args:
        measure: Takes scores and labels.
        scores: Of all items.
        labels: Of all items.
        groups: The places of each group's items.
        seed: Of the draws.
    """
    if len(groups) < 2:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    values = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([groups[at] for at in random.integers(0, len(groups), len(groups))])
        values.append(measure(scores[drawn], labels[drawn]))
    known = np.array(values)[~np.isnan(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
