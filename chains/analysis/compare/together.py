"""What two factors do together: their losses add up, multiply, displace each other, or make each other worse."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from chains.analysis.compare.arms import Side
from chains.analysis.compare.comparison import Comparison, interval, number
from chains.experiments.condition_name import shown
from chains.scoring.measures.measures import MEASURES
from chains.stats.paired.interaction import Contrast, Interaction, interaction
from chains.stats.paired.paired import PairKey

MEASURE = "retention"


class Together(NamedTuple):
    """Two settings of two factors, alone and together, against the first settings of both."""

    settings: tuple[str, str]
    """What the one factor and the other are changed to, as `factor=value`."""
    found: Interaction

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        names = ("neither", *self.settings, "both")
        return {
            "settings": list(self.settings),
            "measure": MEASURE,
            "kept": {name: number(value) for name, value in zip(names, self.found.kept, strict=True)},
            "additive": _contrast(self.found.additive),
            "multiplicative": _contrast(self.found.multiplicative),
            "worlds": self.found.worlds,
            "verdict": self.found.verdict or None,
        }


def _contrast(one: Contrast) -> dict[str, Any]:
    return {"value": number(one.value), "ci": interval(one.low, one.high), "p": number(one.p)}


def together(compared: Sequence[Comparison]) -> list[Together]:
    """Return what each two settings do together; nothing unless all arms differ from one in two factors at most.

    Args:
        compared: Comparisons with one first side.
    """
    first = compared[0].a
    if len(first.arm) != 2 or any(one.a != first or one.b.run is not first.run for one in compared):
        return []
    (a, b), (plain_a, plain_b) = first.arm, first.arm.values()
    by_arm = {(one.b.arm[a], one.b.arm[b]): one for one in compared}
    found = []
    for (value_a, value_b), both in by_arm.items():
        alone = by_arm.get((value_a, plain_b)), by_arm.get((plain_a, value_b))
        if value_a == plain_a or value_b == plain_b or alone[0] is None or alone[1] is None:
            continue
        cells = [
            _kept(both.a, {key: pair.a for key, pair in both.pairs.items()}),
            *(_kept(one.b, {key: pair.b for key, pair in one.pairs.items()}) for one in (*alone, both) if one),
        ]
        keys = sorted(set.intersection(*map(set, cells)), key=repr)
        rows: dict[Any, list[list[float]]] = defaultdict(list)
        for key in keys:
            row = [cell[key] for cell in cells]
            if not np.isnan(row).any():
                rows[key[0]].append(row)
        if rows:
            means = np.array([np.mean(of_world, axis=0) for of_world in rows.values()])
            names = f"{a}={shown(value_a)}", f"{b}={shown(value_b)}"
            found.append(Together(names, interaction(means)))
    return found


def _kept(side: Side, trials: Mapping[PairKey, Any]) -> dict[PairKey, float]:
    return {key: MEASURES[MEASURE].of(side.run.heard(trial)) for key, trial in trials.items()}
