"""Two seats exchange their holders: does the loss stay with the seat, or go with who sits in it?

The rate of a seat is the share of the facts kept so far that are lost there. D is the rate of the first seat less the
second's, world by world; D' the same after the swap. What belongs to the seats is (D + D')/2, what belongs to the
holders (D - D')/2: the parts of a two-by-two design without interaction.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from chains.analysis.compare.arms import RunHeard
from chains.analysis.results.profiler import passages
from chains.stats.paired.paired import Floats, sign_flip
from chains.stats.paired.shares import FEWEST_WORLDS


class Part(NamedTuple):
    """A part of the difference between two seats' loss rates, mean over worlds."""

    value: float
    low: float
    """Of the 95% interval (sign flips, inverted); nan in too few worlds, as the two below."""
    high: float
    p: float
    worlds: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON; what is not defined is null."""
        return {name: None if math.isnan(value) else round(value, 6) for name, value in self._asdict().items()}


class Swapped(NamedTuple):
    """What a swap of two seats' holders shows."""

    seats: tuple[str, str]
    settings: tuple[str, ...]
    """What was exchanged, as `--set` has it."""
    before: tuple[float, float]
    """The two seats' loss rates, mean over worlds."""
    after: tuple[float, float]
    of_seats: Part
    of_holders: Part

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "seats": list(self.seats),
            "settings": list(self.settings),
            "rates_before": dict(zip(self.seats, map(_plain, self.before), strict=True)),
            "rates_after": dict(zip(self.seats, map(_plain, self.after), strict=True)),
            "of_seats": self.of_seats.document(),
            "of_holders": self.of_holders.document(),
        }


def swapped(seats: tuple[str, str], condition: str, parent: RunHeard, arm: RunHeard) -> Swapped:
    """Return what a swap shows.

    Args:
        seats: The two.
        condition: The parent's condition.
        parent: The run.
        arm: The fork with the holders exchanged.
    """
    fork = arm.record.forked
    before = _rates(parent, condition, seats)
    after = _rates(arm, arm.record.conditions[0].id, seats)
    worlds = sorted(before.keys() & after.keys())
    table = np.array([[*before[world], *after[world]] for world in worlds]).reshape(-1, 4)
    then, now = table[:, 0] - table[:, 1], table[:, 2] - table[:, 3]
    means = [float(np.nanmean(column)) if not np.isnan(column).all() else math.nan for column in table.T]
    return Swapped(
        seats,
        () if fork is None else fork.settings,
        (means[0], means[1]),
        (means[2], means[3]),
        _part((then + now) / 2),
        _part((then - now) / 2),
    )


def _rates(run: RunHeard, condition: str, seats: tuple[str, str]) -> Mapping[int, tuple[float, float]]:
    """Return the two seats' loss rates in each world; nan where no fact reached a seat."""
    counts: dict[int, dict[str, list[int]]] = defaultdict(lambda: {seat: [0, 0] for seat in seats})
    for trial, end in run.ends.items():
        if trial.condition == condition:
            hierarchy = run.casts.hierarchy(condition)
            for passage in passages(run.casts.world(trial).facts, hierarchy, end.readings):
                if passage.seat in seats:
                    counts[trial.seed][passage.seat][0] += passage.first
                    counts[trial.seed][passage.seat][1] += passage.alive
    return {
        world: tuple(lost / alive if alive else math.nan for lost, alive in (by[seat] for seat in seats))  # type: ignore[misc]
        for world, by in counts.items()
    }


def _part(differences: Floats) -> Part:
    there, nan = differences[~np.isnan(differences)], math.nan
    if not len(there):
        return Part(nan, nan, nan, nan, 0)
    if len(there) < FEWEST_WORLDS:
        return Part(float(there.mean()), nan, nan, nan, len(there))
    tested = sign_flip(there)
    return Part(float(there.mean()), tested.low, tested.high, tested.p, len(there))


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
