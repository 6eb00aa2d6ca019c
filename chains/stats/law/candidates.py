"""Candidate laws compared by what they say of a world that they were not fitted to: the leave-one-world-out log score.

Not by R², which a curve that saturates flatters. The score of a law is the sum over
worlds of the log-likelihood of each world's losses under the law fitted to all other
worlds; a law with a parameter too many pays for it there. How far to trust the order:
with which share of resampled worlds each law comes out first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Unknown, rounded
from chains.stats.fit.fitting import Fit, fit, refit
from chains.stats.fit.hazard_families import GEOMETRIC, SHAPES, Shape, ShapeHazard, change_points
from chains.stats.fit.inference import How
from chains.stats.fit.likelihood import Counts, Floats, Likelihood, Misread
from chains.stats.law.hop import hop_cells, hop_counts
from chains.stats.law.parametric_bootstrap import geometric_misses
from chains.stats.observations.first_loss import Paths

FEWEST_MANAGERS = 3
"""With two, every law with two parameters says the same."""
_NULL_DRAWS = 99


@dataclass(frozen=True)
class Candidate:
    """One law's score."""

    name: str
    about: str
    score: float
    """Sum over worlds, natural logarithms; higher is better. Only differences mean anything."""
    behind: float
    """How much less than the best law's."""
    behind_se: float
    """Standard error of that difference, over worlds; 0 for the best."""
    wins: float
    """Share of the resamples of worlds in which it is first."""


@dataclass(frozen=True)
class ChangePoint:
    """The law with one hazard before a hop and another from it on."""

    hop: int
    """The first with the other hazard."""
    before: float
    after: float
    """Hazard of one message."""
    p: float
    """Of the largest likelihood ratio over all hops against a constant hazard, from studies drawn under it; or nan."""
    least_p: float = 0.0
    """No smaller p can come out of so many studies."""


@dataclass(frozen=True)
class Candidates:
    """All laws, best first, fitted to the chains of one depth."""

    depth: int
    laws: tuple[Candidate, ...]
    change: ChangePoint

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "depth": self.depth,
            "laws": [
                {
                    "law": law.name,
                    "about": law.about,
                    "score": rounded(law.score),
                    "behind": rounded(law.behind),
                    "behind_se": rounded(law.behind_se),
                    "wins": rounded(law.wins),
                }
                for law in self.laws
            ],
            "change_point": {
                "hop": self.change.hop,
                "before": rounded(self.change.before),
                "after": rounded(self.change.after),
                "p": rounded(self.change.p),
            },
        }


def candidates(
    paths: Paths,
    how: How,
    bands: Floats | None = None,
    *,
    refused: str = "",
    null_draws: int | None = None,
    chain_sd: float = 0.0,
) -> Candidates | Unknown:
    """Compare the candidate laws on the deepest chains of one condition.

    Args:
        paths: One condition's.
        how: Errors, and the worlds resampled for intervals of fitted laws.
        bands: How often each world counts in each resample, to see how often each law is first.
        refused: Why nothing is to be fitted, if so.
        chain_sd: How much chains differ.
        null_draws: Studies drawn under a constant hazard, for the change-point's p; None for 99, and for none where
            worlds are not resampled either.
    """
    deepest = paths.where(paths.depth == paths.depth.max())
    depth, managers = int(paths.depth.max()), int(paths.depth.max()) - 1
    if refused or managers < FEWEST_MANAGERS:
        return Unknown(
            refused or f"candidate laws can be told apart from {FEWEST_MANAGERS} managers on; there are fewer"
        )
    cells = hop_cells(deepest)
    counts = hop_counts(deepest, cells)
    lost, passed = (each[0, 1:] for each in counts.by_cell(counts.total))
    if not lost.sum() or not passed.sum():
        return Unknown("candidate laws need statements that managers lost, and some that they passed on")
    misread = None if how.errors is None else how.errors.unsure(cells.hop).misread
    draws = null_draws if null_draws is not None else _NULL_DRAWS if how.weights is not None else 0
    scores = {shape.name: _left_out([shape], counts, misread) for shape in SHAPES}
    changes = change_points(managers)
    scores["change-point"] = _left_out(changes, counts, misread)
    about = {shape.name: shape.about for shape in (*SHAPES, changes[0])}
    table = np.stack(list(scores.values()))
    weights = np.ones((1, counts.units.shape[0])) if bands is None else bands[:, : len(counts.units)]
    first = (table @ weights.T).argmax(axis=0)
    best = int(table.sum(axis=1).argmax())
    laws = [
        Candidate(
            name=name,
            about=about[name],
            score=float(score.sum()),
            behind=float((table[best] - score).sum()),
            behind_se=_se((table[best] - score)[counts.worlds]),
            wins=float((first == number).mean()),
        )
        for number, (name, score) in enumerate(scores.items())
    ]
    return Candidates(
        depth=depth,
        laws=tuple(sorted(laws, key=lambda law: law.behind)),
        change=_change_point(deepest, counts, misread, how, draws, chain_sd),
    )


def _left_out(shapes: Sequence[Shape], counts: Counts, misread: Misread | None) -> Floats:
    """Return each world's log-likelihood under the law fitted to the others, (worlds,); of several, the best there."""
    everyone = np.ones(len(counts.units))
    folds = everyone - np.eye(len(counts.units))[counts.worlds]
    managers = counts.lost.shape[1] - 1
    inside, outside = [], []
    for shape in shapes:
        likelihood = Likelihood(counts, ShapeHazard(shape, managers), misread)
        full = fit(likelihood)
        theta, _ = refit(likelihood, full, folds)
        logs = likelihood.logs(theta)
        by_world = np.einsum("fr,wr->fw", logs, counts.units)
        own = by_world[np.arange(len(folds)), counts.worlds]
        outside.append(own)
        inside.append(by_world.sum(axis=1) - own)
    chosen = np.argmax(np.stack(inside), axis=0)
    scores = np.zeros(len(counts.units))
    scores[counts.worlds] = np.stack(outside)[chosen, np.arange(len(folds))]
    return scores


def _se(differences: Floats) -> float:
    """Return the standard error of the sum of worlds' differences."""
    return float(np.sqrt(len(differences)) * differences.std(ddof=1)) if len(differences) > 1 else float("nan")


def _change_point(
    deepest: Paths, counts: Counts, misread: Misread | None, how: How, draws: int, chain_sd: float
) -> ChangePoint:
    ratio, shape, found, near = _largest_ratio(counts, misread)
    cells = hop_cells(deepest)
    null = [
        _largest_ratio(hop_counts(replace(deepest, miss=miss), cells), misread, near)[0]
        for miss in geometric_misses(deepest, how, draws, chain_sd)
    ]
    before, after = (-np.expm1(-np.exp(found.theta[at])) for at in (1, 2))
    p = (1 + sum(one >= ratio for one in null)) / (1 + draws) if draws else float("nan")
    least = 1 / (1 + draws) if draws else 0.0
    return ChangePoint((shape.tau or 0) + 1, float(before), float(after), float(p), least)


def _largest_ratio(
    counts: Counts, misread: Misread | None, near: Floats | None = None
) -> tuple[float, Shape, Fit, Floats]:
    """Return the largest log-likelihood ratio of a change-point to a constant hazard, where it is, and the latter."""
    managers = counts.lost.shape[1] - 1
    null = fit(Likelihood(counts, ShapeHazard(GEOMETRIC, managers), misread), near=near)
    worker, manager, sigma = null.theta
    around = np.array([worker, manager, manager, max(sigma, 0.2)])
    fits = [
        (shape, fit(Likelihood(counts, ShapeHazard(shape, managers), misread), near=around))
        for shape in change_points(managers)
    ]
    shape, best = max(fits, key=lambda pair: pair[1].loglik)
    return best.loglik - null.loglik, shape, best, np.array([worker, manager, max(sigma, 0.2)])
