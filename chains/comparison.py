"""Which trials of which conditions are pairs, and every measure compared between them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.drift.tally import HopShares
from chains.errors import BadInput, nearest
from chains.experiment import Condition, shown
from chains.laws.paired import Paired, paired
from chains.results import Results

PairKey = tuple[str | int, tuple[Any, ...]]
"""Which world: within a run its seed, between runs its digest; and the replicate with the settings of all other
factors."""

MEASURES: dict[str, Callable[[HopShares], float]] = {
    "retention": lambda at: at.kept,
    "distortion": lambda at: at.altered + at.inverted,
    "blurring": lambda at: at.blurred,
    "alteration": lambda at: at.altered,
    "inversion": lambda at: at.inverted,
    "omission": lambda at: at.omitted,
    "invention": lambda at: at.invented,
    "unfounded": lambda at: at.unfounded,
    "words": lambda at: at.words,
}
"""Measures of what the executive hears: the last hop's message."""
ABOUT = {
    "retention": "share of the facts kept",
    "distortion": "share of the facts altered or inverted",
    "blurring": "share of the facts blurred",
    "alteration": "share of the facts altered",
    "inversion": "share of the facts inverted",
    "omission": "share of the facts omitted",
    "invention": "claims new at the last hop, mean per message",
    "unfounded": "claims that the ledger does not support, mean per message",
    "words": "length of the last report",
}


class Comparison(NamedTuple):
    """Two conditions, every measure."""

    a: str
    b: str
    measures: Mapping[str, Paired]
    left_out: int
    """Finished trials that have no partner in the other condition."""

    @property
    def pairs(self) -> int:
        """How many pairs of trials were compared."""
        return next(iter(self.measures.values())).pairs

    @property
    def worlds(self) -> int:
        """From how many different worlds they are."""
        return next(iter(self.measures.values())).worlds

    def document(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        return {
            "a": self.a,
            "b": self.b,
            "pairs": self.pairs,
            "worlds": self.worlds,
            "left_out": self.left_out,
            "measures": {
                name: {
                    "a": row.a,
                    "b": row.b,
                    "difference": row.difference,
                    "ci": None if row.worlds < 2 else [row.low, row.high],
                }
                for name, row in self.measures.items()
            },
        }


def by_factor(found: Results, factor: str | None) -> list[Comparison]:
    """Compare the settings of one factor in one run: each against the first.

    Args:
        found: The run.
        factor: Its name; None where the run has just one.

    Raises:
        BadInput: If the run does not vary it, or no two trials are pairs.
    """
    factors = found.record.experiment.factors
    if factor is None:
        if len(factors) != 1:
            names = ", ".join(factors) or "nothing"
            raise BadInput(f"run {found.record.id} varies {names}; say which to compare with --by FACTOR")
        factor = next(iter(factors))
    if factor not in factors:
        raise BadInput(f"run {found.record.id} does not vary {factor!r}{nearest(factor, factors)}")
    settings = factors[factor]
    conditions = found.record.conditions
    values = [_trials(found, [c for c in conditions if c.factors[factor] == setting], factor) for setting in settings]
    return [
        _compare(f"{factor}={shown(settings[0])}", f"{factor}={shown(setting)}", values[0], other)
        for setting, other in zip(settings[1:], values[1:], strict=True)
    ]


def of_runs(first: Results, second: Results) -> list[Comparison]:
    """Compare two runs, the second against the first, condition by condition of the same name.

    A run with one condition is compared with every condition of the other.

    Raises:
        BadInput: If no condition of one is in the other, or no two trials are pairs.
    """
    a, b = first.record.conditions, second.record.conditions
    same = [(one, other) for one in a for other in b if dict(one.factors) == dict(other.factors)]
    if not same and 1 in (len(a), len(b)):
        same = [(one, other) for one in a for other in b]
    if not same:
        raise BadInput(
            f"runs {first.record.id} and {second.record.id} have no condition in common: "
            f"{'; '.join(c.name for c in a[:4])} against {'; '.join(c.name for c in b[:4])}"
        )
    return [
        _compare(
            f"{first.record.id} {one.name}",
            f"{second.record.id} {other.name}",
            _trials(first, [one], None),
            _trials(second, [other], None),
        )
        for one, other in same
    ]


def _trials(found: Results, wanted: Sequence[Condition], varied: str | None) -> dict[PairKey, HopShares]:
    """Return what the executive heard in every finished trial of the wanted conditions, by what pairs it."""
    conditions = {condition.id: condition for condition in wanted}
    out: dict[PairKey, HopShares] = {}
    for trial, shares in found.by_trial.items():
        condition = conditions.get(trial.condition)
        if condition is None:
            continue
        others = () if varied is None else tuple((k, v) for k, v in condition.factors.items() if k != varied)
        # A factor may change the worlds themselves (their twins, their number of facts): within a run the seed pairs.
        world = found.record.world_of[f"{trial.condition}.w{trial.seed}"] if varied is None else trial.seed
        out[world, (trial.replicate, others)] = shares[max(shares)]
    return out


def _compare(a: str, b: str, first: Mapping[PairKey, HopShares], second: Mapping[PairKey, HopShares]) -> Comparison:
    both = first.keys() & second.keys()
    if not both:
        raise BadInput(
            f"{a} and {b} have no finished trials on the same worlds and replicates "
            f"({len(first)} and {len(second)} finished); run both on the same seeds"
        )
    measures = {
        name: paired({key: of(first[key]) for key in both}, {key: of(second[key]) for key in both})
        for name, of in MEASURES.items()
    }
    return Comparison(a, b, measures, len(first) + len(second) - 2 * len(both))
