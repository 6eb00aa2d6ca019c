"""How candidates were scored, by condition: do the scores follow their worth, and what do more drafts do to that?"""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from chains.experiments.condition_name import shown
from chains.experiments.experiment import Condition, TrialId
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts
from chains.scoring.measures.pools import POOLED, candidates_of
from chains.stats.fit.lazy_intervals import mean_interval

FIGURES = tuple(POOLED)
"""The figures of a row."""
SELECTION = "selection"
"""The setting that says how many drafts there are."""


Scored = tuple[float, ...]
"""The measures of a trial's candidates, in the order of `FIGURES`: a run may have twenty thousand trials."""


def pool_seen(casts: Casts, trial: TrialId, end: TrialEnd) -> dict[TrialId, Scored]:
    """Return the measures of a finished trial's candidates; nothing where its world has none."""
    decision = None if end.pool is None else casts.world(trial).decision
    if end.pool is None or decision is None:
        return {}
    at = candidates_of(decision, end.pool)
    return {trial: tuple(measure.of(at) for measure in POOLED.values())}


def pool_rows(conditions: Sequence[Condition], seen: Mapping[TrialId, Scored]) -> list[dict[str, Any]]:
    """Return a row for each condition that has a trial with candidates."""
    rows = []
    for condition in conditions:
        mine = {trial: one for trial, one in seen.items() if trial.condition == condition.id}
        if mine:
            figures = {name: _figure(mine, place) for place, name in enumerate(FIGURES)}
            row = {"condition": condition.name, "factors": dict(condition.factors), "trials": len(mine)}
            rows.append(row | figures)
    return rows


def _figure(seen: Mapping[TrialId, Scored], place: int) -> dict[str, Any] | None:
    values = [(trial.seed, one[place]) for trial, one in seen.items() if not math.isnan(one[place])]
    if not values:
        return None
    ci = mean_interval(values)
    mean = round(fmean(value for _, value in values), 6)
    return {"value": mean, "ci": None if ci is None else [round(end, 6) for end in ci], "trials": len(values)}


def by_drafts(conditions: Sequence[Condition], seen: Mapping[TrialId, Scored]) -> list[dict[str, Any]]:
    """Return a row for each set of conditions that differ in the number of drafts alone: how `score_gap` grows with it.

    The form is that of `stats.goodhart`.
    """
    if not seen or not any(_drafts(condition) for condition in conditions):
        return []
    from chains.stats.goodhart import overoptimisation  # noqa: PLC0415  numpy takes a tenth of a second; most runs need none

    rows = []
    for key, others, numbers in _sets(conditions):
        by_world: dict[Hashable, dict[int, list[float]]] = {}
        for trial, one in seen.items():
            value = one[FIGURES.index("score_gap")]
            if trial.condition in numbers and not math.isnan(value):
                by_world.setdefault(trial.seed, {}).setdefault(numbers[trial.condition], []).append(value)
        means = {world: {m: fmean(values) for m, values in found.items()} for world, found in by_world.items()}
        fit = overoptimisation(means)
        if fit is not None:
            estimates = {name: _document(getattr(fit, name)) for name in ("slope", "alpha", "beta")}
            named = ", ".join(f"{name}={shown(value)}" for name, value in others.items()) or "all"
            drafts = sorted(set(numbers.values()))
            rows.append({"condition": named, "factor": key, "drafts": drafts, "worlds": fit.worlds, **estimates})
    return rows


def _document(estimate: Any) -> dict[str, Any] | None:
    if estimate is None:
        return None
    ci = None if estimate.ci is None else [round(end, 6) for end in estimate.ci]
    return {"value": round(estimate.value, 6), "ci": ci}


def _drafts(condition: Condition) -> list[str]:
    return [key for key in condition.factors if key.partition(".")[0] == SELECTION]


def _sets(conditions: Sequence[Condition]) -> Iterator[tuple[str, dict[str, Any], dict[str, int]]]:
    """Yield the factor, the other settings, and the number of drafts by condition, where that alone differs."""
    found: dict[tuple[str, tuple[tuple[str, Any], ...]], dict[str, int]] = {}
    for condition in conditions:
        for key in _drafts(condition)[:1]:
            others = tuple(sorted((name, value) for name, value in condition.factors.items() if name != key))
            found.setdefault((key, others), {})[condition.id] = int(str(condition.factors[key]))
    for (key, others), numbers in found.items():
        if len(set(numbers.values())) > 1:
            yield key, dict(others), numbers
