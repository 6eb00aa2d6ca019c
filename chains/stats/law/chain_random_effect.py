"""How much chains differ beyond their statements: the sd of a random effect per chain, by moments.

Statements of one chain are lost together more often than replicates of their world
would have it if chains differ. In the replicates of one world and depth the
covariance of two statements' losses, over pairs of statements, is about s_c^2 d d',
with d the slope of the chance to be lost in the log hazard. The sum of the former
over all worlds and depths divided by that of the latter estimates s_c^2: no
likelihood over crossed effects, and no law, only a first-order expansion, which takes
a sd of .5 for about .45 (tests).
"""

from collections.abc import Mapping

import numpy as np

from chains.stats.fit.likelihood import Flags, nodes_of
from chains.stats.observations.first_loss import Paths

_MOST = 2.0


def chain_sd(paths: Paths, lost: Flags, hazard: Mapping[int, float], fact_sd: float) -> float:
    """Return the sd of the random effect per chain, 0 where chains differ no more than by chance.

    Args:
        paths: One condition's.
        lost: Whether each path ended in a loss, by the rule that the hazards are of.
        hazard: Cumulative hazard at the end of chains, by depth.
        fact_sd: Sd of the random effect per statement.
    """
    places, logs = nodes_of(21)
    weights = np.exp(logs)
    above = below = 0.0
    key = paths.world * (int(paths.depth.max()) + 1) + paths.depth
    order = np.lexsort((paths.statement, paths.chain, key))
    edges = np.flatnonzero(np.append(True, np.diff(key[order]) != 0))
    for group in np.split(order, edges[1:]):
        replicates = len(np.unique(paths.chain[group]))
        if replicates < 2 or len(group) % replicates:
            continue
        table = lost[group].reshape(replicates, -1).astype(float)
        statements = table.shape[1]
        mu = hazard[int(paths.depth[group[0]])] * np.exp(fact_sd * places)
        slope = float((weights * mu * np.exp(-mu)).sum())
        above += float(table.sum(axis=1).var(ddof=1) - table.var(axis=0, ddof=1).sum())
        below += slope**2 * statements * (statements - 1)
    return min(_MOST, float(np.sqrt(max(0.0, above / below)))) if below > 0 else 0.0
