"""Fates read against fates that are true: the confusion matrix, recall and precision, kept or not."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from chains.fates import FATES, Fate


class Judged(NamedTuple):
    """One item: what it is, what was read, and for how many of its kind it stands."""

    true: Fate
    read: Fate
    weight: float = 1.0
    """Where items were drawn unequally: how many of the population this one stands for."""


class Confusion(NamedTuple):
    """How one rater reads what another says is true. Shares are from 0 to 1, nan where there is nothing to share."""

    counts: dict[Fate, dict[Fate, int]]
    """Items by their true fate, then by the fate read; not weighted."""
    agreement: float
    """Share of the items with the same fate, weighted."""
    kept_agreement: float
    """Share of the items read kept or not kept as they are, weighted."""
    false_loss: float
    """Of the items truly kept, the share not read as kept, weighted: one minus the specificity for loss."""
    false_kept: float
    """Of the items truly not kept, the share read as kept, weighted: one minus the sensitivity for loss."""
    recall: dict[Fate, float]
    """Of the items of a true fate, the share read so, weighted."""
    precision: dict[Fate, float]
    """Of the items read as a fate, the share that is so, weighted."""
    items: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON; what is undefined is null."""
        out = self._asdict()
        for name, value in out.items():
            if isinstance(value, float):
                out[name] = known(value)
        out["recall"] = {fate: known(value) for fate, value in self.recall.items()}
        out["precision"] = {fate: known(value) for fate, value in self.precision.items()}
        return out


def confusion(items: Sequence[Judged]) -> Confusion:
    """Compare the fates read with the true ones."""
    counts: dict[Fate, dict[Fate, int]] = {true: dict.fromkeys(FATES, 0) for true in FATES}
    for item in items:
        counts[item.true][item.read] += 1
    return Confusion(
        counts=counts,
        agreement=_share(items, [one for one in items if one.true == one.read]),
        kept_agreement=_share(items, [one for one in items if (one.true == "kept") == (one.read == "kept")]),
        false_loss=1 - _hit(items, "kept"),
        false_kept=_share(
            [one for one in items if one.true != "kept"],
            [one for one in items if one.true != "kept" and one.read == "kept"],
        ),
        recall={fate: _hit(items, fate) for fate in FATES},
        precision={
            fate: _share(
                [one for one in items if one.read == fate], [one for one in items if one.read == fate == one.true]
            )
            for fate in FATES
        },
        items=len(items),
    )


def known(value: float) -> float | None:
    """Return a number for JSON, which has no nan."""
    return None if math.isnan(value) else round(value, 6)


def _hit(items: Sequence[Judged], fate: Fate) -> float:
    true = [one for one in items if one.true == fate]
    return _share(true, [one for one in true if one.read == fate])


def _share(whole: Sequence[Judged], part: Sequence[Judged]) -> float:
    total = math.fsum(one.weight for one in whole)
    return math.fsum(one.weight for one in part) / total if total else float("nan")
