"""Pairs the trials of two sides, and compares every measure and aggregate between them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from chains.analysis.compare.aggregates import aggregates_compared
from chains.analysis.compare.arms import Side, differing
from chains.errors import BadInput
from chains.experiments.experiment import TrialId
from chains.scoring.measures.heard import Heard
from chains.scoring.measures.measures import MEASURES
from chains.stats.paired.multiplicity import benjamini_hochberg
from chains.stats.paired.paired import Paired, PairKey, paired_all, wider
from chains.stats.paired.shares import FEWEST_WORLDS


class Pair(NamedTuple):
    """Two trials that differ in nothing but what is compared."""

    a: TrialId
    b: TrialId


class Row(NamedTuple):
    """One measure in both conditions, its p-value also corrected for the number of measures looked at."""

    paired: Paired
    adjusted: float = math.nan
    registered: str | None = None
    """The registered hypothesis that this row tests; then it is adjusted by Holm's method."""
    among: int = 1
    """How many tests its p-value is adjusted for."""
    holm: float = math.nan
    """The p-value corrected by Holm's method for the comparisons made at once, of this measure alone."""

    @property
    def detects(self) -> float:
        """The true difference that 80 of 100 such studies would find if it were the only one among the tests."""
        return self.paired.detectable * wider(self.paired.worlds, self.among)

    def document(self) -> dict[str, Any]:
        """Return it as JSON: what is not defined is null."""
        row = self.paired
        return {
            "a": number(row.a),
            "b": number(row.b),
            "difference": number(row.difference),
            "ci": interval(row.low, row.high),
            "p": number(row.p),
            "p_adjusted": number(self.adjusted),
            "p_holm": number(self.holm),
            "adjusted_by": "holm" if self.registered else "benjamini-hochberg",
            "registered": self.registered,
            "ci_bootstrap": interval(*row.bootstrap),
            "detectable": number(row.detectable),
            "detectable_adjusted": number(self.detects),
            "pairs": row.pairs,
            "worlds": row.worlds,
        }


@dataclass(frozen=True)
class Comparison:
    """Two conditions, every measure."""

    a: Side
    b: Side
    pairs: Mapping[PairKey, Pair]
    """By world and by what else must match."""
    measures: Mapping[str, Row]
    at_equal_words: Mapping[str, Row]
    """The measures of the text again, the longer side of each pair cut to the length of the shorter; empty where both
    are equally long, and where it was not asked for."""
    left_out: tuple[Sequence[TrialId], Sequence[TrialId]]
    """Finished trials of each side that have no partner in the other."""
    notes: tuple[str, ...] = ()

    @property
    def takes(self) -> dict[str, dict[str, float]]:
        """Calls and tokens of each side's paired trials, mean per trial."""
        found = {}
        for name, side in (("a", self.a), ("b", self.b)):
            index = side.run.log.index
            taken = [index.taken(str(getattr(pair, name))) for pair in self.pairs.values()]
            calls, tokens = (sum(column) / len(taken) for column in zip(*taken, strict=True))
            found[name] = {"calls": calls, "tokens": tokens}
        return found

    @property
    def worlds(self) -> int:
        """Number of different worlds among the pairs."""
        return len({world for world, _ in self.pairs})

    @property
    def believable(self) -> bool:
        """Whether there are worlds enough to conclude anything."""
        return self.worlds >= FEWEST_WORLDS

    def document(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        return {
            "a": self.a.label,
            "b": self.b.label,
            "pairs": len(self.pairs),
            "a_trial_takes": self.takes,
            "worlds": self.worlds,
            "measures": {name: row.document() for name, row in self.measures.items()},
            "at_equal_words": {name: row.document() for name, row in self.at_equal_words.items()},
            "left_out": {name: list(map(str, out)) for name, out in zip("ab", self.left_out, strict=True)},
            "limits": {
                name: None if side.limit is None else side.limit.document()
                for name, side in (("a", self.a), ("b", self.b))
            },
            "unfinished": {"a": self.a.unfinished, "b": self.b.unfinished},
            "instruments": sorted(self.a.instruments | self.b.instruments),
            "differing": differing(self.a, self.b),
            "notes": list(self.notes),
        }


def number(value: float) -> float | None:
    """Return a figure as JSON has it: None for nan."""
    return None if math.isnan(value) else value


def interval(low: float, high: float) -> list[float] | None:
    """Return an interval as JSON has it: None for one that does not exist."""
    return None if math.isnan(low) or math.isnan(high) else [low, high]


def compare(a: Side, b: Side) -> Comparison:
    """Compare two sides, every measure.

    Raises:
        BadInput: If no two trials are pairs; the sentence says what does not match.
    """
    pairs, left_out = match(a, b)
    first, second = heard_in(a, b, pairs)
    rows = paired_all(_values(first), _values(second))
    for side in (a, b):
        side.read()
    return Comparison(
        a=a,
        b=b,
        pairs=pairs,
        measures={name: Row(row) for name, row in zip(MEASURES, rows, strict=True)}
        | {name: Row(row) for name, row in aggregates_compared(first, second).items()},
        at_equal_words={},
        left_out=left_out,
    )


def heard_in(a: Side, b: Side, pairs: Mapping[PairKey, Pair]) -> tuple[dict[PairKey, Heard], dict[PairKey, Heard]]:
    """Return what the executive heard in each pair's two trials."""
    first = {key: a.run.heard(pair.a) for key, pair in pairs.items()}
    return first, {key: b.run.heard(pair.b) for key, pair in pairs.items()}


def _values(side: Mapping[PairKey, Heard]) -> dict[PairKey, list[float]]:
    return {key: [measure.of(heard) for measure in MEASURES.values()] for key, heard in side.items()}


def match(a: Side, b: Side) -> tuple[dict[PairKey, Pair], tuple[list[TrialId], list[TrialId]]]:
    """Return the trials of two sides that are pairs, and those of each that have no partner.

    Within a run a world is its seed: a factor may change the worlds themselves,
    their twins or their number of facts. Between runs it is its digest.

    Raises:
        BadInput: If there is no pair.
    """
    within = a.run is b.run
    first, second = ({_key(side, trial, within=within): trial for trial in side.trials} for side in (a, b))
    both = [key for key in first if key in second]
    if not both:
        raise BadInput(f"{a.label} and {b.label} have no two trials that are pairs: {_why_not(a, b, within=within)}")
    pairs = {key: Pair(first[key], second[key]) for key in both}
    alone = [trial for key, trial in first.items() if key not in second]
    return pairs, (alone, [trial for key, trial in second.items() if key not in first])


def _key(side: Side, trial: TrialId, *, within: bool) -> PairKey:
    world = trial.seed if within else side.world(trial).digest
    return world, (trial.replicate, side.others(trial))


def _why_not(a: Side, b: Side, *, within: bool) -> str:
    """Say why two sides have no pair: the first thing in which no two of their trials agree."""
    for side in (a, b):
        if not side.trials:
            return f"{side.label} has no finished trial"
    seeds = [{trial.seed for trial in side.trials} for side in (a, b)]
    worlds = seeds if within else [{side.world(trial).digest for trial in side.trials} for side in (a, b)]
    differ = "; ".join(line for line in differing(a, b) if not line.startswith("instrument"))
    if not set.intersection(*worlds):
        if set.intersection(*seeds):
            return f"the seeds are the same and the worlds are not ({differ or 'made by other versions'})"
        return f"no world is in both (seeds {_brief(seeds[0])} against {_brief(seeds[1])}); run both on the same seeds"
    others = [{side.others(trial) for trial in side.trials} for side in (a, b)]
    if not set.intersection(*others):
        return f"no condition is in both ({differ})"
    return "no world has the same replicate of the same condition finished in both"


def _brief(seeds: set[int]) -> str:
    ordered = sorted(seeds)
    return ", ".join(map(str, ordered)) if len(ordered) <= 4 else f"{ordered[0]}, {ordered[1]}, ... {ordered[-1]}"


def adjusted(comparisons: Sequence[Comparison], registered: Mapping[tuple[int, str, bool], Row]) -> list[Comparison]:
    """Correct the p-values of everything that was looked at, as one family (Benjamini and Hochberg 1995).

    A measure that is the same in both conditions in every world can't become
    significant, so it is no part of the family (Tarone 1990).

    Args:
        comparisons: All that are shown together.
        registered: The rows that are registered hypotheses of a confirmatory run, adjusted already, by the place of
            the comparison, the measure, and whether it is at equal words.
    """
    rows = {
        (place, name, equal): row
        for place, comparison in enumerate(comparisons)
        for equal, table in ((False, comparison.measures), (True, comparison.at_equal_words))
        for name, row in table.items()
    }
    for key, row in rows.items():
        rows[key] = row._replace(adjusted=row.paired.p)  # 1, or nan, where no world moves
    family = [key for key, row in rows.items() if row.paired.moved and key not in registered]
    for key, p in zip(family, benjamini_hochberg([rows[key].paired.p for key in family]), strict=True):
        rows[key] = rows[key]._replace(adjusted=p, among=len(family))
    rows |= registered
    return [
        replace(
            comparison,
            measures={name: rows[place, name, False] for name in comparison.measures},
            at_equal_words={name: rows[place, name, True] for name in comparison.at_equal_words},
        )
        for place, comparison in enumerate(comparisons)
    ]
