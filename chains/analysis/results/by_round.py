"""Results round by round, where trials have several: a row for each condition and round."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import Condition, TrialId
from chains.fates import in_rates
from chains.running.log.records import RoundEnd
from chains.running.run_record import Casts
from chains.scoring.measures.regret import mean


class Round(NamedTuple):
    """One round of one trial."""

    kept: float
    """Share of the facts that the executive heard right, from 0 to 1."""
    distorted: float
    """Share of those that it heard altered or inverted."""
    rating: float | None
    """Mean of the ratings of all reports; None where none could be read."""
    unrated: int
    """Reports whose ratings could not be read."""
    moved: int
    """Seats whose holder is not the one of the first round."""


def rounds_of(casts: Casts, trial: TrialId, rounds: Sequence[RoundEnd]) -> tuple[Round, ...]:
    """Return the result of each round of a finished trial; nothing if it has a single round."""
    hierarchy = casts.hierarchy(trial.condition)
    last = hierarchy.reports_of(hierarchy.executive.name)
    found = []
    for one in rounds:
        messages = [one.top] if one.top is not None else [one.readings[seat] for seat in last]
        letters = in_rates("".join(message.fates for message in messages))
        total = len(letters) or math.nan
        rated = [rating for rating in one.ratings.values() if rating is not None]
        found.append(
            Round(
                kept=letters.count("K") / total,
                distorted=sum(letters.count(letter) for letter in "AI") / total,
                rating=mean(rated) if rated else None,
                unrated=len(one.ratings) - len(rated),
                moved=sum(member != seat for seat, member in one.staff.items()),
            )
        )
    return tuple(found)


def round_rows(conditions: Sequence[Condition], met: Mapping[TrialId, tuple[Round, ...]]) -> Iterator[dict[str, Any]]:
    """Yield a row for each condition and round: means over its finished trials."""
    for condition in conditions:
        trials = [rounds for trial, rounds in met.items() if trial.condition == condition.id]
        for number in range(max(map(len, trials), default=0)):
            here = [rounds[number] for rounds in trials]
            rated = [one.rating for one in here if one.rating is not None]
            yield {
                "round": number + 1,
                "condition": condition.name,
                "trials": len(here),
                "kept": round(mean([one.kept for one in here]), 6),
                "distorted": round(mean([one.distorted for one in here]), 6),
                "rating": round(mean(rated), 6) if rated else None,
                "unrated": sum(one.unrated for one in here),
                "moved": round(mean([float(one.moved) for one in here]), 6),
            }
