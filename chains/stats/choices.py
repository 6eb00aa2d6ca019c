"""Who is chosen, by traits: a conditional logit over sets of candidates; means and correlations with trials by world.

Of each set one is chosen, with the chance

    P(i) = exp(b . x_i) / sum over the set of exp(b . x_j)

(D. McFadden, Conditional logit analysis of qualitative choice behavior, 1974): b is what each trait adds to the
log-odds of being chosen, and 0 where it does not matter. A trait that only goes together with another that matters has
a coefficient of 0 all the same, as a selection gradient has (R. Lande and S. J. Arnold, Evolution 37, 1983). The fit is
by maximum likelihood; the standard errors are a jackknife over worlds (each left out by one step of Newton's), with t
of worlds - 1 degrees of freedom.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax, stdtrit  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.creep import Figure
from chains.stats.fit.likelihood import Floats
from chains.stats.paired.shares import FEWEST_WORLDS

_STEPS = 50
_SMALL = 1e-9
_FARTHEST = 8.0
"""A coefficient beyond this stands for a trait that decides in every set: it has no estimate."""


class Choice(NamedTuple):
    """One of a set is chosen."""

    world: Hashable
    candidates: Sequence[Sequence[float]]
    """For each candidate its traits, in the same order."""
    chosen: int
    """The place of the one that is chosen."""


def gradient(choices: Sequence[Choice]) -> list[Figure] | None:
    """Return what each trait adds to the log-odds of being chosen; None if that can't be estimated.

    Args:
        choices: All sets of all trials of one condition.
    """
    by_size: dict[int, list[Choice]] = {}
    for choice in choices:
        by_size.setdefault(len(choice.candidates), []).append(choice)
    sets = [
        (np.array([one.candidates for one in alike], float), np.array([one.chosen for one in alike]))
        for size, alike in sorted(by_size.items())
        if size > 1
    ]
    if not sets:
        return None
    values = np.zeros(sets[0][0].shape[2])
    for _ in range(_STEPS):
        scores, information = _score(sets, values)
        try:
            step = np.linalg.solve(information.sum(axis=0), scores.sum(axis=0))
        except np.linalg.LinAlgError:
            return None
        values = values + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 2.0))
        if not np.isfinite(values).all() or np.abs(values).max() > _FARTHEST:
            return None
        if np.abs(step).max() < _SMALL:
            break
    else:
        return None
    scores, information = _score(sets, values)
    names = [one.world for size, alike in sorted(by_size.items()) if size > 1 for one in alike]
    worlds = {name: place for place, name in enumerate(dict.fromkeys(names))}
    places, count = [worlds[name] for name in names], len(worlds)
    mine, known = np.zeros((count, len(values))), np.zeros((count, len(values), len(values)))
    np.add.at(mine, places, scores)
    np.add.at(known, places, information)
    try:
        moves = np.linalg.solve(information.sum(axis=0) - known, mine[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:  # nothing is left without one of the worlds
        moves = np.full_like(mine, math.nan)
    spread = moves.T @ moves * ((count - 1) / count)
    return [_figure(float(value), math.sqrt(spread[at, at]), count) for at, value in enumerate(values)]


def _score(sets: Sequence[tuple[Floats, NDArray[np.int_]]], values: Floats) -> tuple[Floats, Floats]:
    """Return the score of each set and its information; sets of one size come together."""
    scores, information = [], []
    for traits, chosen in sets:
        chance = softmax(traits @ values, axis=1)
        mean = np.einsum("sc,sct->st", chance, traits)
        scores.append(traits[np.arange(len(traits)), chosen] - mean)
        apart = traits - mean[:, None, :]
        information.append(np.einsum("sc,sct,scu->stu", chance, apart, apart))
    return np.concatenate(scores), np.concatenate(information)


def mean_by_world(values: Mapping[Hashable, Sequence[float]]) -> Figure | None:
    """Return the mean over worlds of the mean within each, with an interval by t; None without any value."""
    means = [fmean(one) for one in values.values() if one]
    if not means:
        return None
    count = len(means)
    error = float(np.std(means, ddof=1)) / math.sqrt(count) if count > 1 else math.nan
    return _figure(fmean(means), error, count)


def correlation(pairs: Mapping[Hashable, Sequence[tuple[float, float]]]) -> Figure | None:
    """Return the correlation of two traits over members, with an interval by a jackknife over worlds.

    Args:
        pairs: For each world the two traits of each member.

    Returns:
        None if one of the traits is the same in all.
    """
    sums = np.array([np.sum([(1, x, y, x * x, y * y, x * y) for x, y in one], axis=0) for one in pairs.values() if one])
    if not len(sums) or math.isnan(whole := _correlated(sums.sum(axis=0))):
        return None
    count = len(sums)
    without = np.array([_correlated(sums.sum(axis=0) - one) for one in sums])
    error = math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))
    return _figure(whole, error, count)


def _correlated(sums: Floats) -> float:
    count, x, y, xx, yy, xy = map(float, sums)
    spread = (count * xx - x * x) * (count * yy - y * y)
    return (count * xy - x * y) / math.sqrt(spread) if spread > 0 else math.nan


def _figure(value: float, error: float, worlds: int) -> Figure:
    reach = float(stdtrit(worlds - 1, 0.975)) * error if worlds >= FEWEST_WORLDS else math.nan
    return Figure(value, value - reach, value + reach)
