"""Blame: what of the loss, the distortion and the regret goes away if one seat is replaced.

A seat's share in the loss is the share of the facts that reach the executive with the seat replaced, less the share
that reaches it without, mean over trials within worlds and then over worlds. The same for distortion and for regret.
Who decides is another question: in what share of the trials another option is in force with the seat replaced.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

from chains.analysis.compare.arms import RunHeard
from chains.analysis.results.profiler import Profile, profiles
from chains.experiments.experiment import TrialId
from chains.fates import SILENT
from chains.organisation.plan import Plan
from chains.running.arms_of_blame import CONTROL, EQUAL_WORDS, OTHER, RELAY, Blame
from chains.running.fork_record import seats_at
from chains.scoring.measures.measures import MEASURES
from chains.stats.paired.culprits import Culprits, culprits

LOSSES = ("loss", "distortion", "regret")
"""What is blamed: the share of the facts not kept, the share altered or inverted, and what the decision lost."""
DECISION = "decision"
"""Whether another option is in force."""
ON_THE_WAY = ("loss", "distortion")
"""What is blamed on those who report alone: an executive who is replaced hears the same."""


class Replaced(NamedTuple):
    """What replacing the seats in one way saves."""

    kind: str
    saved: Mapping[str, Culprits]
    """By what is lost, and by `DECISION` how often another option is in force; the places in the order of
    `Blame.places`. Regret and decision only where something was decided."""
    undefined: Sequence[int]
    """For each place, continuations of which nothing can be said: one of the two broke off, refused, was cut off or is
    not in English, above the place."""
    continuations: int
    """Of each place."""


class Blamed(NamedTuple):
    """The blame in one condition."""

    condition: str
    """Its name."""
    blame: Blame
    ways: Sequence[Replaced]
    first_lost: Mapping[str, float]
    """By place, the share of all facts that are first lost there: the plain profile."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        places = self.blame.places
        return {
            "condition": self.condition,
            "trials": len(self.blame.trials),
            "worlds": len({one.seed for one in self.blame.trials}),
            "continuations": self.blame.times,
            "replaced_by": list(self.blame.settings) or RELAY,
            "first_lost": {name: round(value, 6) for name, value in self.first_lost.items()},
            "ways": [
                {
                    "kind": way.kind,
                    "undefined": dict(zip(places, way.undefined, strict=True)),
                    **{
                        what: {
                            "blamed": [places[one] for one in found.blamed],
                            "seats": {place: one.document() for place, one in zip(places, found.saved, strict=False)},
                        }
                        for what, found in way.saved.items()
                    },
                }
                for way in self.ways
            ],
        }


def blamed(blame: Blame, parent: RunHeard, arms: Mapping[tuple[str, str], RunHeard]) -> Blamed:
    """Return the blame in one condition of a run.

    Args:
        blame: What is blamed.
        parent: The run.
        arms: The forks, by place and kind, as far as they were driven.
    """
    ways = [
        _replaced(blame, parent, arms, kind)
        for kind in (RELAY, EQUAL_WORDS, OTHER)
        if any(other == kind for _, other in arms)
    ]
    profile = next((one for one in profiles(parent.record, parent.log) if one.condition.id == blame.condition), None)
    first_lost = {} if profile is None else _first_lost(blame, profile, parent.casts.plan(blame.condition))
    condition = next(one for one in parent.record.conditions if one.id == blame.condition)
    return Blamed(condition.name, blame, ways, first_lost)


def _first_lost(blame: Blame, profile: Profile, plan: Plan) -> dict[str, float]:
    """Return the share of all facts that are first lost at each place."""
    of_seat = {one.name: one.damage for one in profile.seats}
    return {place: sum(of_seat.get(seat, 0.0) for seat in seats_at(place, plan)) for place in blame.places}


def _replaced(blame: Blame, parent: RunHeard, arms: Mapping[tuple[str, str], RunHeard], kind: str) -> Replaced:
    worlds = sorted({one.seed for one in blame.trials})
    measured = (*LOSSES, DECISION)
    tables = {what: np.full((len(worlds), len(blame.places)), np.nan) for what in measured}
    undefined = []
    for column, place in enumerate(blame.places):
        by_world: dict[int, list[Sequence[float]]] = defaultdict(list)
        unclear = 0
        for trial in blame.trials:
            for number in range(1, blame.times + 1):
                saved = _saved(parent, arms, place, kind, trial, number)
                unclear += saved is None
                if saved is not None:
                    by_world[trial.seed].append(saved)
        undefined.append(unclear)
        for row, world in enumerate(worlds):
            for what, values in zip(measured, zip(*by_world[world], strict=True), strict=False):
                known = [value for value in values if not math.isnan(value)]
                if known:
                    tables[what][row, column] = fmean(known)
    plan = parent.casts.plan(blame.condition)
    reporting = sum(seats_at(place, plan) != [plan.hierarchy.executive.name] for place in blame.places)
    found = {
        what: culprits(table[:, :reporting] if what in ON_THE_WAY else table)
        for what, table in tables.items()
        if not np.isnan(table).all()
    }
    return Replaced(kind, found, undefined, len(blame.trials) * blame.times)


def _saved(
    parent: RunHeard,
    arms: Mapping[tuple[str, str], RunHeard],
    place: str,
    kind: str,
    trial: TrialId,
    number: int,
) -> list[float] | None:
    """Return what replacing a place saved in one continuation, as `LOSSES`; None if nothing can be said."""
    replaced, control = arms.get((place, kind)), arms.get((place, CONTROL))
    after = None if replaced is None else _lost(replaced, _continued(replaced, trial, number), place)
    if number == 1:
        before = _lost(parent, trial, place)
    else:
        before = None if control is None else _lost(control, _continued(control, trial, number), place)
    if after is None or before is None:
        return None
    known = after.in_force is not None and before.in_force is not None
    saved = [b - a for b, a in zip(before.losses, after.losses, strict=True)]
    return [*saved, float(after.in_force != before.in_force) if known else math.nan]


def _continued(arm: RunHeard, trial: TrialId, number: int) -> TrialId:
    fork = arm.record.forked
    if fork is None:
        raise ValueError(f"run {arm.record.id} is no fork")
    return fork.continued(trial, number)


class _End(NamedTuple):
    """The end of a trial."""

    losses: Sequence[float]
    """As `LOSSES`."""
    in_force: str | None
    """The option in force; None if nothing is decided, or it can't be read."""


def _lost(run: RunHeard, trial: TrialId, place: str) -> _End | None:
    """Return what was lost by the end of a trial, and the option in force; None if it broke off above the place."""
    end = run.ends.get(trial)
    if end is None:
        return None
    plan = run.casts.plan(trial.condition)
    seats = seats_at(place, plan)
    above = {name for seat in seats for name in plan.hierarchy.path_up(seat)} - set(seats)
    for name, reading in end.readings.items():
        if name in above and (reading.finish in (*SILENT, "length") or reading.language is not None):
            return None
    heard = run.heard(trial)
    measured = {name: MEASURES[name].of(heard) for name in ("retention", "distortion", "regret")}
    losses = [1 - measured["retention"], measured["distortion"], measured["regret"]]
    return _End(losses, None if end.outcome is None else end.outcome.in_force)
