"""Studies in which ordinary behaviour of language models could forge a verdict: what they plant, and their paths."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from chains.stats.fit.inference import How
from chains.stats.law.checks import Checks
from chains.stats.law.condition_law import DEPTH, HOP
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law
from chains.stats.law.verdicts import verdict
from chains.stats.observations.first_loss import Paths
from chains.stats.observations.observations import Observations


@dataclass(frozen=True)
class Forged:
    """A study. Its exponent of depth is `q`; of one statement in one chain the hazard of every manager is the same."""

    worlds: int = 24
    replicates: int = 3
    statements: int = 12
    managers: tuple = (0, 1, 2, 4, 8)
    loss: float = 0.09
    """Cumulative hazard of one manager alone."""
    worker: float = 0.1
    q: float = 1.0
    fact_sd: float = 0.6
    chain_sd: float = 0.0
    gamma: float = 0.0
    """Variance of a gamma frailty instead of the lognormal one."""
    never: float = 0.0
    """Share of the facts that are never lost."""
    repeated: float = 0.0
    """Chance that a fact's fate at a hop is the same in all replicates and arms of its world."""
    prefix: bool = False
    """Whether the arms of a replicate are one chain, read off at several depths."""
    worker_shared: bool = False
    """Whether the arms of a replicate have the worker's message in common."""
    collapse: float = 0.0
    """Chance that a message loses everything."""


def forged(plan, seed):
    """Return the paths of one study."""
    random = np.random.default_rng(seed)
    worlds, replicates, facts = plan.worlds, plan.replicates, plan.statements
    arms = np.array(plan.managers)
    hops = int(arms.max()) + 1
    shape = (worlds, replicates, len(arms), facts)
    effect = np.exp(plan.fact_sd * random.standard_normal((worlds, 1, 1, facts)))
    if plan.gamma:
        effect = random.gamma(1 / plan.gamma, plan.gamma, (worlds, 1, 1, facts))
    effect = effect * (random.random((worlds, 1, 1, facts)) >= plan.never)
    effect = effect * np.exp(plan.chain_sd * random.standard_normal((worlds, replicates, len(arms), 1)))
    steps = np.full((len(arms), hops), plan.loss)
    steps *= np.maximum(arms, 1)[:, None] ** (plan.q - 1.0)
    steps[:, 0] = -np.log1p(-plan.worker)
    draws = random.standard_exponential((*shape, hops))
    if plan.prefix:
        draws[:] = random.standard_exponential((worlds, replicates, 1, facts, hops))
    if plan.worker_shared:
        draws[..., 0] = random.standard_exponential((worlds, replicates, 1, facts))
    if plan.repeated:
        same = random.standard_exponential((worlds, 1, 1, facts, hops))
        draws = np.where(random.random(draws.shape) < plan.repeated, same, draws)
    lost = draws < steps[:, None, :] * effect[..., None]
    if plan.collapse:
        down = random.random((worlds, replicates, len(arms), 1, hops)) < plan.collapse
        lost |= down & (np.arange(hops) > 0)
    lost &= np.arange(hops) <= arms[:, None, None]
    miss = np.where(lost.any(axis=-1), lost.argmax(axis=-1) + 1, 0).ravel()
    world, _, arm, fact = (each.ravel() for each in np.indices(shape))
    rows = len(miss)
    return Paths(
        world=world,
        statement=world * facts + fact,
        pair=np.full(rows, -1),
        chain=np.arange(rows) // facts,
        replicate=np.arange(rows) // (facts * len(arms)),
        condition=np.zeros(rows, dtype=np.int64),
        depth=arms[arm] + 1,
        miss=miss,
        missed_as=np.where(miss > 0, "O", ""),
        end=np.where(miss > 0, "O", "K"),
        bad=(fact % 2 == 0).astype(np.int64),
        weight=np.ones(rows),
        words=np.full(rows, np.nan),
    )


@dataclass(frozen=True)
class Cell:
    """What a bench counts in studies of one plan."""

    plan: Forged
    word: str = "superlinear"
    least: float = 0.0
    """Share of the studies that must say so, where it is true."""
    by_hop: bool = True
    """Whether it is as false of k."""


CELLS = {
    "nothing": Cell(Forged()),
    "repeated .3, fact sd .6": Cell(Forged(repeated=0.3)),
    "repeated .5, fact sd 0": Cell(Forged(repeated=0.5, fact_sd=0, loss=0.2, worker=0.3)),
    "repeated .5, fact sd .6": Cell(Forged(repeated=0.5, loss=0.2, worker=0.3)),
    "repeated .8, fact sd 0": Cell(Forged(repeated=0.8, fact_sd=0, loss=0.2, worker=0.3)),
    "repeated .8, fact sd .6": Cell(Forged(repeated=0.8)),
    "never lost 25%": Cell(Forged(never=0.25, fact_sd=0, loss=0.4)),
    "never lost 40%": Cell(Forged(never=0.4, fact_sd=0, loss=0.25)),
    "arms that are prefixes of one chain": Cell(Forged(prefix=True)),
    "the worker's message shared": Cell(Forged(worker_shared=True)),
    "gamma frailty of variance 1": Cell(Forged(gamma=1.0, fact_sd=0, loss=0.15)),
    "gamma frailty of variance 2": Cell(Forged(gamma=2.0, fact_sd=0, loss=0.2)),
    "lognormal frailty of sd 1": Cell(Forged(fact_sd=1.0, loss=0.1)),
    "collapse of whole messages, .05": Cell(Forged(collapse=0.05)),
    "chain sd .8": Cell(Forged(chain_sd=0.8)),
    "chain sd .8, sublinear": Cell(Forged(chain_sd=0.8), "sublinear"),
    "chain sd 1.2, sublinear": Cell(Forged(chain_sd=1.2), "sublinear"),
    "chain sd .8, q 1.2, 160 worlds, linear": Cell(
        Forged(chain_sd=0.8, q=1.2, loss=0.06, worlds=160), "linear", by_hop=False
    ),
    "chain sd 1.2, q 1.2, 160 worlds, linear": Cell(
        Forged(chain_sd=1.2, q=1.2, loss=0.06, worlds=160), "linear", by_hop=False
    ),
}
"""False verdicts."""
FOUND = {"q 1.4, fact sd .8": Cell(Forged(q=1.4, fact_sd=0.8, loss=0.05), "superlinear", 0.8, by_hop=False)}
"""True ones."""


def rows_of(paths, condition="all"):
    """Return paths as the observations that a reader of a file would have."""
    row, hop = np.nonzero(np.arange(paths.depth.max()) < paths.depth[:, None])
    lost = (paths.miss[row] > 0) & (hop + 1 >= paths.miss[row])
    return Observations.of(
        world=paths.world[row],
        replicate=paths.replicate[row],
        depth=paths.depth[row],
        statement=paths.statement[row],
        hop=hop + 1,
        fate=np.where(lost, "O", "K"),
        condition=np.full(len(row), condition),
        exact=True,
    )


def judged(paths):
    """Return the verdict on q, as `law` gives it."""
    depth = depth_law(paths, How())
    return verdict(depth, "q", DEPTH, lambda: Checks(paths, hop_law(paths, How(), exact=True)).doubts)


def judged_by_hop(paths):
    """Return the verdict on k, as `law` gives it."""
    hop = hop_law(paths, How(), exact=True)
    return verdict(hop, "k", HOP, lambda: Checks(paths, hop).doubts)


def too_many(share, studies):
    """Whether a share is more than a true 5% comes to, but once in 40 sets of so many studies."""
    return round(share * studies) > stats.binom.isf(0.025, studies, 0.05)
