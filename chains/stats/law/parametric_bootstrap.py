"""The null by parametric bootstrap: what the estimator of an exponent says where the exponent is 1 and chains differ.

Chains differ beyond their statements (a lucky wording, a manager's mood): a random
effect per chain, which the fitted laws leave out. It pulls exponents down by about
.06 at a sd of .5, so an interval below 1 is no evidence of a sublinear law by itself;
only an estimate that such a null does not produce is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from chains.stats.fit.fitting import Fit, fit
from chains.stats.fit.inference import How
from chains.stats.fit.likelihood import Counts, Floats, Hazard, Integers, Likelihood
from chains.stats.law.chain_random_effect import chain_sd
from chains.stats.law.depth import DepthHazard, depth_counts
from chains.stats.law.hop import WeibullHazard, hop_cells, hop_counts
from chains.stats.observations.first_loss import Paths

DRAWS = 200


@dataclass(frozen=True, eq=False)
class Null:
    """What the estimator gives where the exponent is 1."""

    draws: Floats
    """Estimates of the exponent in studies drawn under the null."""
    fact_sd: float
    """Sd of the random effect per statement that was planted, as fitted with the exponent held at 1."""
    chain_sd: float
    """That of the random effect per chain."""

    @property
    def low(self) -> float:
        """2.5% of the estimates are lower."""
        return float(np.quantile(self.draws, 0.025))

    @property
    def bias(self) -> float:
        """How far their mean is from 1."""
        return float(np.mean(self.draws)) - 1.0


def depth_null(paths: Paths, how: How, draws: int = DRAWS) -> Null:
    """Return what the estimate of q is under q = 1, with the fitted hazards and random effects."""
    managers = np.unique(paths.managers).astype(float)
    hops = managers.astype(np.int64) + 1
    held = _fit(depth_counts(paths, managers), DepthHazard(managers, 1.0), hops, how)
    worker, manager, sigma = (float(each) for each in (*np.exp(held.theta[:2]), held.theta[-1]))
    ends = {int(hop): np.array([worker + (hop - 1) * manager]) for hop in hops}
    spread = chain_sd(paths, paths.lost, {depth: float(each[0]) for depth, each in ends.items()}, sigma)
    near = np.array([*held.theta[:2], 1.0, max(sigma, 0.2)])

    def again(random: np.random.Generator) -> float:
        lost = (
            _first_loss(
                paths, ends, {int(hop): np.array([hop]) for hop in hops}, (sigma, spread), how=how, random=random
            )
            > 0
        )
        counts = depth_counts(replace(paths, end=np.where(lost, "O", "K")), managers)
        return _fit(counts, DepthHazard(managers), hops, how, near).value("q")

    return _null(again, draws, sigma, spread, how)


def hop_null(paths: Paths, how: How, draws: int = DRAWS) -> Null:
    """Return what the estimate of k is under k = 1, with the fitted hazards and random effects."""
    cells = hop_cells(paths)
    steps, sigma, spread = _constant(paths, how)
    hops = {depth: np.arange(1, depth + 1) for depth in steps}
    levels = [float(steps[int(depth)][1]) for depth in np.unique(cells.depth[1:])]
    near = np.array([*np.log([float(next(iter(steps.values()))[0]), *levels]), 1.0, max(sigma, 0.2)])

    def again(random: np.random.Generator) -> float:
        miss = _first_loss(paths, steps, hops, (sigma, spread), how=how, random=random)
        counts = hop_counts(replace(paths, miss=miss), cells)
        return _fit(counts, WeibullHazard(cells), cells.hop, how, near).value("k")

    return _null(again, draws, sigma, spread, how)


def geometric_misses(paths: Paths, how: How, draws: int) -> Iterator[Integers]:
    """Return first misses of studies like this one in which the managers' hazard is constant, as fitted."""
    steps, sigma, spread = _constant(paths, how)
    hops = {depth: np.arange(1, depth + 1) for depth in steps}
    random = np.random.default_rng(how.seed)
    for _ in range(draws):
        yield _first_loss(paths, steps, hops, (sigma, spread), how=how, random=random)


def _constant(paths: Paths, how: How) -> tuple[dict[int, Floats], float, float]:
    """Return the hazard of each hop by depth where the managers' is constant, and the sd of the random effects."""
    cells = hop_cells(paths)
    held = _fit(hop_counts(paths, cells), WeibullHazard(cells, 1.0), cells.hop, how)
    levels = dict(zip(held.names, np.exp(held.theta), strict=True))
    sigma = float(held.theta[-1])
    depths = [int(depth) for depth in np.unique(paths.depth)]
    steps = {depth: np.array([levels["ln_l0"], *[levels.get(f"ln_l.{depth}", 0.0)] * (depth - 1)]) for depth in depths}
    spread = chain_sd(paths, paths.miss > 0, {depth: float(each.sum()) for depth, each in steps.items()}, sigma)
    return steps, sigma, spread


def _null(again: Callable[[np.random.Generator], float], draws: int, sigma: float, spread: float, how: How) -> Null:
    random = np.random.default_rng(how.seed)
    return Null(np.array([again(random) for _ in range(draws)]), sigma, spread)


def _fit(counts: Counts, hazard: Hazard, hops: Integers, how: How, near: Floats | None = None) -> Fit:
    misread = None if how.errors is None else how.errors.unsure(hops).misread
    return fit(Likelihood(counts, hazard, misread), near=near)


def _first_loss(
    paths: Paths,
    steps: Mapping[int, Floats],
    hops: Mapping[int, Integers],
    spread: tuple[float, float],
    *,
    how: How,
    random: np.random.Generator,
) -> Integers:
    """Draw at which step each path is first read as lost, from 1; 0 for never.

    Args:
        paths: The design: which statements climb which chains.
        steps: The hazard that each step adds, by depth.
        hops: At which hop each step is read.
        spread: Sd of the random effects, per statement and per chain.
        how: The instrument's errors.
        random: The draw.
    """
    fact_sd, chain_sd_ = spread
    effect = fact_sd * random.standard_normal(int(paths.statement.max()) + 1)[paths.statement]
    effect += chain_sd_ * random.standard_normal(int(paths.chain.max()) + 1)[paths.chain]
    first = np.zeros(len(paths), dtype=np.int64)
    for depth, hazards in steps.items():
        here = paths.depth == depth
        lost = -np.expm1(-hazards * np.exp(effect[here])[:, None])
        if how.errors is not None:
            error = how.errors.unsure(hops[depth]).misread
            lost = error.false_loss + (1 - error.false_loss - error.false_alive) * lost
        drawn = random.random(lost.shape) < lost
        first[here] = np.where(drawn.any(axis=1), drawn.argmax(axis=1) + 1, 0)
    return first
