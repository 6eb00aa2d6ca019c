"""Work that is scored: output against score by round, the practices in use, and how they spread and stay.

A row for each condition. Figures by round are means over trials, and what a practice pays is a mean over trials too,
with intervals by world; adoption and keeping are shares of all cases.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from chains.experiments.experiment import TrialId
from chains.running.log.records import RoundEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures import practices as of_work
from chains.scoring.measures.practices import Cases, Day
from chains.stats.fit.lazy_intervals import mean_interval
from chains.stats.paired.shares import Share, pooled_share

BY_ROUND: Mapping[str, Callable[[Day], float]] = {
    "output": of_work.output,
    "deserved": of_work.deserved,
    "score": of_work.scored,
    "excess": of_work.excess,
    "follows": of_work.follows,
    "real": lambda one: of_work.in_use(one, "r"),
    "sham": lambda one: of_work.in_use(one, "s"),
}
"""The figures of a round."""
SPREAD: Mapping[str, Callable[[Sequence[Day]], Cases]] = {
    "adopted_read": lambda days: of_work.adopted(days, read=True),
    "adopted_unread": lambda days: of_work.adopted(days, read=False),
    "real_adopted": lambda days: of_work.adopted(days, "r", read=True),
    "sham_adopted": lambda days: of_work.adopted(days, "s", read=True),
    "real_kept": lambda days: of_work.kept(days, "r"),
    "sham_kept": lambda days: of_work.kept(days, "s"),
}
"""The shares of a trial; of those adopted, the last two are of what was read of."""


class Worked(NamedTuple):
    """What is kept of a finished trial: a run may have twenty thousand."""

    by_round: tuple[tuple[float, ...], ...]
    """For each round, the figures of `BY_ROUND`."""
    spread: tuple[Cases, ...]
    """The cases of `SPREAD`."""
    pays: tuple[float, float]
    """What a real practice and a sham pay, in points."""
    growth: float
    """By how many points the excess grows from the first round to the last."""


def days_in(casts: Casts, trial: TrialId, rounds: Sequence[RoundEnd]) -> tuple[Day, ...]:
    """Return the rounds of a finished trial in which work was scored; none if it was not."""
    if not rounds or not all(one.practised for one in rounds):
        return ()
    worlds = casts.worlds(trial)
    return tuple(
        of_work.day(world.metric, one.practised, one.ratings)
        for world, one in zip(worlds, rounds, strict=True)
        if world.metric is not None
    )


def worked(days: Sequence[Day]) -> Worked:
    """Return what is kept of the rounds of a trial."""
    return Worked(
        by_round=tuple(tuple(of(one) for of in BY_ROUND.values()) for one in days),
        spread=tuple(of(days) for of in SPREAD.values()),
        pays=of_work.pays(days),
        growth=of_work.growth(days),
    )


def practice_rows(record: RunRecord, seen: Mapping[TrialId, Worked]) -> list[dict[str, Any]]:
    """Return a row for each condition in whose rounds work was scored."""
    rows = []
    for condition in record.conditions:
        mine = {trial: one for trial, one in seen.items() if trial.condition == condition.id}
        if mine:
            row = {"condition": condition.name, "factors": dict(condition.factors), "trials": len(mine)}
            rows.append(row | _row(mine))
    return rows


def _row(mine: Mapping[TrialId, Worked]) -> dict[str, Any]:
    rounds = min(len(one.by_round) for one in mine.values())

    def figures(place: int) -> list[dict[str, Any] | None]:
        return [
            _figure({trial: one.by_round[number][place] for trial, one in mine.items()}) for number in range(rounds)
        ]

    return {
        "rounds": {name: figures(place) for place, name in enumerate(BY_ROUND)},
        "growth": _figure({trial: one.growth for trial, one in mine.items()}),
        **{name: _share(mine, place).document() for place, name in enumerate(SPREAD)},
        **{
            name: _figure({trial: one.pays[place] for trial, one in mine.items()})
            for place, name in enumerate(("real_pays", "sham_pays"))
        },
    }


def _share(mine: Mapping[TrialId, Worked], place: int) -> Share:
    cases: dict[Hashable, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for trial, one in mine.items():
        hits, of = cases[trial.seed]
        cases[trial.seed] = hits + one.spread[place].hits, of + one.spread[place].of
    return pooled_share(cases)


def _figure(values: Mapping[TrialId, float]) -> dict[str, Any] | None:
    """Return a mean over trials with its interval by world; None if it is known of none."""
    known = [(trial.seed, value) for trial, value in values.items() if not math.isnan(value)]
    if not known:
        return None
    ci = mean_interval(known)
    mean = round(fmean(value for _, value in known), 6)
    return {"value": mean, "ci": None if ci is None else [round(end, 6) for end in ci], "trials": len(known)}
