"""Decisions as signals seen or missed: d', criterion, and how well what is reported follows the risk.

In worlds with a signal (the standing plan is wrong) holding back is a hit, in
the others a false alarm. With hit rate H and false-alarm rate F, z being the
inverse of the normal distribution,

    d'        = z(H) - z(F)            how well the two kinds of world are told apart; 0: not at all
    criterion = -(z(H) + z(F)) / 2     above 0: inclined to go on whatever the world, below: to hold back

(Green and Swets 1966). Rates of 0 and 1 have no finite z, so .5 is added to
hits and to false alarms and 1 to the number of each kind of world, in every
condition alike (the log-linear correction; Hautus 1995, "Corrections for
extreme proportions and their biasing effects on estimated values of d'").

These are figures of a condition, not means over trials: each world gives sums,
and a figure is a function of the sums over worlds. Intervals resample worlds
whole, those with a signal and those without apart, as a study's design has
them. Where all worlds of one kind came out alike, resamples of them don't
differ, which is not to say that the rate is known: it is then drawn from
Jeffreys' posterior (Beta, .5 and .5 added), a world counting as one decision.
The corrected d' of decisions that are all right is the largest that so many
worlds can show, and its interval ends there.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.decisions.quantity_names import FIGURES
from chains.stats.fit.world_bootstrap import Floats, bootstrap_p, percentiles, resampled

RESAMPLES = 4000
FEWEST_OF_A_KIND = 4
"""Worlds of each kind, with and without a signal, without which there is no interval."""

_SIGNALS, _HITS, _NOISES, _ALARMS, _N, _RISK, _TOLD, _RISK2, _TOLD2, _BOTH = range(10)
"""The sums of a world: decisions with a signal, of them held back; those without; and of trials of which a message
was read their number, true and reported risk, the squares of both and their product."""
_KINDS = ((_SIGNALS, _HITS), (_NOISES, _ALARMS))


class Seen(NamedTuple):
    """One trial, as far as it goes in here."""

    world: Hashable
    signal: bool
    """Whether the standing plan is wrong in this world."""
    held: bool | None
    """Whether the decision holds back; None where it can't be read, and then it counts for nothing."""
    risk: float = float("nan")
    """What the full ledger adds to the log-odds of failure."""
    told: float = float("nan")
    """What the reports add for one who believes them; nan where there is no such figure."""


class Aggregate(NamedTuple):
    """One figure of a condition."""

    about: str
    of: Callable[[Floats], Floats]
    """From sums, shape (..., 10), to the figure, shape (...); nan where it is not defined."""


@dataclass(frozen=True, eq=False)
class Table:
    """A condition's sums by world."""

    worlds: tuple[Hashable, ...]
    signal: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    """Which of them have a signal."""
    sums: Floats
    """Shape (worlds, 10)."""

    def only(self, worlds: Sequence[Hashable]) -> "Table":
        """Return the table of some of its worlds, in the order given."""
        places = {world: place for place, world in enumerate(self.worlds)}
        chosen = [places[world] for world in worlds]
        return Table(tuple(worlds), self.signal[chosen], self.sums[chosen])

    @property
    def enough(self) -> bool:
        """Whether there are worlds enough of both kinds for an interval."""
        return min(int(self.signal.sum()), int((~self.signal).sum())) >= FEWEST_OF_A_KIND


class Estimated(NamedTuple):
    """One figure with its 95% interval over worlds; nan where there is none."""

    value: float
    low: float
    high: float


class Differing(NamedTuple):
    """One figure in two conditions on the same worlds."""

    first: float
    second: float
    difference: float
    """Second minus first."""
    low: float
    high: float
    p: float
    """Two-sided, of a difference of `null`: at which the interval would just end there; nan without an interval."""
    worlds: int


def tabled(trials: Iterable[Seen]) -> Table:
    """Sum a condition's trials by world."""
    rows: dict[Hashable, Floats] = {}
    signal: dict[Hashable, bool] = {}
    for one in trials:
        row = rows.setdefault(one.world, np.zeros(10))
        signal[one.world] = one.signal
        if one.held is not None:
            count, held = _KINDS[0] if one.signal else _KINDS[1]
            row[count] += 1
            row[held] += one.held
        if np.isfinite(one.risk) and np.isfinite(one.told):
            row[_N:] += (1, one.risk, one.told, one.risk**2, one.told**2, one.risk * one.told)
    sums = np.array(list(rows.values())) if rows else np.zeros((0, 10))
    return Table(tuple(rows), np.array(list(signal.values()), bool), sums)


def _rates(sums: Floats) -> tuple[Floats, Floats]:
    """Return z of the hit rate and of the false-alarm rate, log-linear; nan where no world is of that kind."""
    z = []
    for count, held in _KINDS:
        n = sums[..., count]
        z.append(np.where(n > 0, ndtri((sums[..., held] + 0.5) / (n + 1)), np.nan))
    return z[0], z[1]


def _d_prime(sums: Floats) -> Floats:
    hits, alarms = _rates(sums)
    return np.asarray(hits - alarms)


def _criterion(sums: Floats) -> Floats:
    hits, alarms = _rates(sums)
    return np.asarray(-(hits + alarms) / 2)


def _eval_risk(sums: Floats) -> Floats:
    n, risk, told = sums[..., _N], sums[..., _RISK], sums[..., _TOLD]
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = [sums[..., square] / n - (of / n) ** 2 for square, of in ((_RISK2, risk), (_TOLD2, told))]
        size = np.sqrt(np.maximum(spread[0], 0) * np.maximum(spread[1], 0))
        # rounding leaves a trace of spread where all is equal
        return np.asarray(np.where(size > 1e-9, (sums[..., _BOTH] / n - risk * told / n**2) / size, np.nan))


def _share(count: int, held: int, *, missed: bool) -> Callable[[Floats], Floats]:
    def of(sums: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            share = sums[..., held] / sums[..., count]
        return np.asarray(1 - share if missed else share)

    return of


AGGREGATES: dict[str, Aggregate] = {
    "d_prime": Aggregate(FIGURES["d_prime"], _d_prime),
    "criterion": Aggregate(FIGURES["criterion"], _criterion),
    "eval_risk": Aggregate(FIGURES["eval_risk"], _eval_risk),
}
"""Figures of a condition that hypotheses may be of, and `compare` tests."""
MISSES = Aggregate("share of the worlds with a signal in which nobody held back", _share(*_KINDS[0], missed=True))
FALSE_PAUSES = Aggregate("share of the other worlds in which somebody did", _share(*_KINDS[1], missed=False))


def estimated(table: Table, aggregate: Aggregate, seed: int = 0) -> Estimated:
    """Return a figure of a condition, with its interval.

    Args:
        table: The condition's sums.
        aggregate: The figure.
        seed: Of the resamples.
    """
    value = float(aggregate.of(table.sums.sum(axis=0)))
    if not table.enough:
        return Estimated(value, float("nan"), float("nan"))
    (draws,) = _draws(aggregate, [table], seed)
    return Estimated(value, *_around(value, draws, table))


def differing(first: Table, second: Table, aggregate: Aggregate, null: float = 0.0, seed: int = 0) -> Differing:
    """Return how a figure differs between two conditions, over the worlds that are in both.

    Args:
        first: The condition against which the other is held.
        second: The other.
        aggregate: The figure.
        null: The difference that the p-value is of.
        seed: Of the resamples.
    """
    both = [world for world in first.worlds if world in set(second.worlds)]
    one, other = first.only(both), second.only(both)
    values = [float(aggregate.of(table.sums.sum(axis=0))) for table in (one, other)]
    low = high = p = float("nan")
    if one.enough and other.enough:
        draws = _draws(aggregate, [one, other], seed)
        gap = draws[1] - draws[0]
        low, high = _around(values[1] - values[0], gap, one)
        p = float("nan") if math.isnan(low) else bootstrap_p(gap, null, _fewer(one))
    return Differing(values[0], values[1], values[1] - values[0], low, high, p, len(both))


def against(table: Table, aggregate: Aggregate, null: float, seed: int = 0) -> Differing:
    """Return how a figure of a condition differs from a number; `first` is the number."""
    value = float(aggregate.of(table.sums.sum(axis=0)))
    low = high = p = float("nan")
    if table.enough:
        (draws,) = _draws(aggregate, [table], seed)
        low, high = _around(value - null, draws - null, table)
        p = float("nan") if math.isnan(low) else bootstrap_p(draws, null, _fewer(table))
    return Differing(null, value, value - null, low, high, p, len(table.worlds))


def _around(value: float, draws: Floats, table: Table) -> tuple[float, float]:
    """Return the interval of resampled values; it holds the value itself, as where all worlds agree it might not."""
    found = percentiles(draws, _fewer(table))
    return (math.nan, math.nan) if found is None or math.isnan(value) else (min(found[0], value), max(found[1], value))


def _fewer(table: Table) -> int:
    """Return of how many worlds the scarcer kind is, by which intervals are widened."""
    return min(int(table.signal.sum()), int((~table.signal).sum()))


def _draws(aggregate: Aggregate, tables: Sequence[Table], seed: int) -> list[Floats]:
    """Return the figure of each table in each resample; tables of the same worlds share the resamples."""
    random = np.random.default_rng(seed)
    signal = tables[0].signal
    weights = np.zeros((RESAMPLES, len(signal)))
    for kind in (np.flatnonzero(signal), np.flatnonzero(~signal)):
        drawn = resampled(kind, RESAMPLES, random)
        weights[:, kind] = drawn[:, kind]
    return [aggregate.of(_unsure(weights @ table.sums, table.sums, random)) for table in tables]


def _unsure(totals: Floats, sums: Floats, random: np.random.Generator) -> Floats:
    """Put rates from Jeffreys' posterior in place of those that no resample varies."""
    for count, held in _KINDS:
        worlds = int((sums[:, count] > 0).sum())
        hits, n = sums[:, held].sum(), sums[:, count].sum()
        if worlds and hits in (0, n):
            ones, zeros = (worlds, 0) if hits else (0, worlds)
            totals[:, held] = random.beta(ones + 0.5, zeros + 0.5, len(totals)) * totals[:, count]
    return totals
