"""How what is accepted shifts with what has been survived: a logit model over rounds, and a change point.

The standing plan is kept in a round with

    log-odds = level + creep * survived + keenness * (L* - L)

where `survived` counts the earlier rounds in which it was kept and came off, L is
the true log-odds of failure and L* those at which the careful option pays the
same. creep / keenness is by how many log-odds of failure the accepted risk grows
with each round survived. The fit is by penalised likelihood (D. Firth,
Biometrika 80, 1993), which is finite where the data are separated; the standard
errors are a jackknife over worlds (each left out by one step of Newton's), with t
of worlds - 1 degrees of freedom.

The change point is the round from which a share is another one: of all places
that with the largest likelihood of two constant shares. Its p-value is the share
of 999 shuffles of the rounds within each world that have as large a likelihood.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, stdtrit, xlogy  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.likelihood import Floats
from chains.stats.paired.shares import FEWEST_WORLDS

_STEPS = 60
_SMALL = 1e-8
SHUFFLES = 999


class Accepted(NamedTuple):
    """One round of one trial."""

    world: int
    kept: bool
    """Whether the standing plan was carried out."""
    survived: int
    """Earlier rounds of the trial in which it was."""
    lead: float
    """L* - L: above 0, keeping the plan is right."""


class Figure(NamedTuple):
    """An estimate with its 95% interval; the interval is nan where there are too few worlds."""

    value: float
    low: float
    high: float


class Creep(NamedTuple):
    """What the model finds."""

    creep: Figure
    """Added to the log-odds of keeping the plan by each round survived."""
    keenness: Figure
    """Added to them by each unit of log-odds by which failure is less likely."""
    shift: Figure
    """creep / keenness: log-odds of failure by which the accepted risk grows with each round survived."""


def creep_of(rounds: Sequence[Accepted]) -> Creep | None:
    """Fit the model; None if the plan is always kept or never, or survivals do not differ.

    Args:
        rounds: All rounds of all trials of one condition.
    """
    kept = np.array([one.kept for one in rounds], float)
    survived, lead = (np.array([getattr(one, name) for one in rounds], float) for name in ("survived", "lead"))
    if len(set(kept)) < 2 or len(set(survived)) < 2 or len(set(lead)) < 2:
        return None
    design = np.column_stack((np.ones_like(kept), survived, lead))
    found = _firth(design, kept)
    if found is None:
        return None
    values, scores, weight = found
    worlds = np.array([one.world for one in rounds])
    names = np.unique(worlds)
    count = len(names)
    information = design.T @ (design * weight[:, None])
    moves = np.array([_without(design, scores, weight, information, worlds == name) for name in names])
    spread = moves.T @ moves * ((count - 1) / count)
    few = count < FEWEST_WORLDS or not np.isfinite(spread).all()
    reach = math.nan if few else float(stdtrit(count - 1, 0.975))
    creep, keenness = (_figure(float(values[at]), math.sqrt(spread[at, at]), reach) for at in (1, 2))
    slope = np.array([0.0, 1 / values[2], -values[1] / values[2] ** 2])
    shift = _figure(float(values[1] / values[2]), math.sqrt(float(slope @ spread @ slope)), reach)
    return Creep(creep, keenness, shift)


def _figure(value: float, error: float, reach: float) -> Figure:
    return Figure(value, value - reach * error, value + reach * error)


def _without(design: Floats, scores: Floats, weight: Floats, information: Floats, mine: NDArray[np.bool_]) -> Floats:
    """Return by how much the coefficients move without one world, by a step of Newton's; nan if nothing is left."""
    here = design[mine]
    left = information - here.T @ (here * weight[mine][:, None])
    try:
        step: Floats = np.linalg.solve(left, scores[mine].sum(axis=0))
    except np.linalg.LinAlgError:
        return np.full(design.shape[1], math.nan)
    return step


def _firth(design: Floats, kept: Floats) -> tuple[Floats, Floats, Floats] | None:
    """Return the coefficients, and each row's score and weight in the information; None if it does not converge."""
    values = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = expit(design @ values)
        weight = chance * (1 - chance)
        information = design.T @ (design * weight[:, None])
        try:
            inverse = np.linalg.inv(information)
        except np.linalg.LinAlgError:
            return None
        leverage = weight * np.einsum("ij,jk,ik->i", design, inverse, design)
        scores = design * (kept - chance + leverage * (0.5 - chance))[:, None]
        step = inverse @ scores.sum(axis=0)
        largest = float(np.abs(step).max())
        if not math.isfinite(largest):
            return None
        values = values + step * min(1.0, 5.0 / max(largest, 5.0))
        if largest < _SMALL:
            return values, scores, weight
    return None


class ChangePoint(NamedTuple):
    """Where a share changes over the rounds."""

    round: int
    """The first round with the second share, from 2."""
    before: float
    after: float
    p: float


def change_point(worlds: Sequence[Sequence[float]], seed: int = 0) -> ChangePoint | None:
    """Return the change point of a share over rounds; None with fewer than two rounds, or if nothing ever differs.

    Args:
        worlds: For each world the share in each round, from 0 to 1; all of equal length.
        seed: Of the shuffles.
    """
    shares = np.array(worlds, float)
    if shares.ndim != 2 or shares.shape[1] < 2 or shares.min() == shares.max():
        return None
    place, likelihood = _best(shares.sum(axis=0), len(shares))
    draw = np.random.default_rng(seed)
    shuffled = [_best(draw.permuted(shares, axis=1).sum(axis=0), len(shares))[1] for _ in range(SHUFFLES)]
    hits = sum(other >= likelihood - _SMALL for other in shuffled)
    return ChangePoint(
        place + 1,
        float(shares[:, :place].mean()),
        float(shares[:, place:].mean()),
        (1 + hits) / (1 + SHUFFLES),
    )


def _best(sums: Floats, worlds: int) -> tuple[int, float]:
    """Return after how many rounds the share changes, and the log-likelihood of the two shares."""
    rounds = len(sums)
    found = [(_constant(sums[:at], worlds) + _constant(sums[at:], worlds), at) for at in range(1, rounds)]
    likelihood, place = max(found, key=lambda one: (one[0], -one[1]))
    return place, likelihood


def _constant(sums: Floats, worlds: int) -> float:
    hits, count = float(sums.sum()), worlds * len(sums)
    return float(xlogy(hits, hits / count) + xlogy(count - hits, 1 - hits / count))
