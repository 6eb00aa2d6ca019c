"""Studies drawn under a constant hazard, as fitted: what a statistic of no known distribution is held against."""

from collections.abc import Iterator, Mapping

import numpy as np

from chains.stats.fit.fitting import fit
from chains.stats.fit.inference import How
from chains.stats.fit.likelihood import Floats, Integers, Likelihood
from chains.stats.law.hop import WeibullHazard, hop_cells, hop_counts
from chains.stats.observations.first_loss import Paths


def geometric_misses(paths: Paths, how: How, draws: int, chain_sd: float) -> Iterator[Integers]:
    """Return first misses of studies like this one in which the managers' hazard is constant, as fitted.

    Args:
        paths: The design: which statements climb which chains.
        how: The instrument's errors, and the seed.
        draws: How many studies.
        chain_sd: Sd of the random effect per chain.
    """
    cells = hop_cells(paths)
    held = fit(Likelihood(hop_counts(paths, cells), WeibullHazard(cells, 1.0), how.misread(cells.hop)))
    levels = dict(zip(held.names, np.exp(held.theta), strict=True))
    depths = [int(depth) for depth in np.unique(paths.depth)]
    steps = {depth: np.array([levels["ln_l0"], *[levels.get(f"ln_l.{depth}", 0.0)] * (depth - 1)]) for depth in depths}
    random = np.random.default_rng(how.seed)
    for _ in range(draws):
        yield _first_loss(paths, steps, (float(held.theta[-1]), chain_sd), how=how, random=random)


def _first_loss(
    paths: Paths, steps: Mapping[int, Floats], spread: tuple[float, float], *, how: How, random: np.random.Generator
) -> Integers:
    """Draw at which hop each path is first read as lost; 0 for never."""
    fact_sd, chain_sd = spread
    effect = fact_sd * random.standard_normal(int(paths.statement.max()) + 1)[paths.statement]
    effect += chain_sd * random.standard_normal(int(paths.chain.max()) + 1)[paths.chain]
    first = np.zeros(len(paths), dtype=np.int64)
    for depth, hazards in steps.items():
        here = paths.depth == depth
        lost = -np.expm1(-hazards * np.exp(effect[here])[:, None])
        error = how.misread(np.arange(1, depth + 1))
        if error is not None:
            lost = error.false_loss + (1 - error.false_loss - error.false_alive) * lost
        drawn = random.random(lost.shape) < lost
        first[here] = np.where(drawn.any(axis=1), drawn.argmax(axis=1) + 1, 0)
    return first
