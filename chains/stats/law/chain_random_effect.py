"""The exponent where chains differ beyond their statements (a lucky wording, a manager's mood).

The fitted laws have a random effect per statement and none per chain, and chains that
differ pull their exponents down. Here both effects are normal, and their sds and the
exponent solve equations that together are exact:

    margins    how many statements are lost in each cell, with a random effect of the
               variance of both together, is as likely as it can be
    statement  two chains of the same world lose the same statement as often as they do
    chain      two statements are lost in the same chain more often than in different chains
               of that world and depth, by as much as they are

All expectations are integrals over the two effects, so nothing is expanded or
simulated. Standard errors are by leaving out each world in turn (the jackknife), or each
of forty groups of worlds where there are more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.estimates import Estimate, Unknown, document, rounded
from chains.stats.fit.likelihood import (
    Entries,
    Flags,
    Floats,
    Hazard,
    Integers,
    Likelihood,
    Misread,
    counts_of,
    nodes_of,
)

_NODES = 15
_ROUNDS = 12
"""Of solving the margins and the pairs in turn."""
_STEP = 1e-4
_MOST = 9.0
"""Of a variance."""
_NEAR = 1e-4
GROUPS = 40


@dataclass(frozen=True, eq=False)
class ChainsDiffer:
    """What is estimated where chains may differ."""

    exponent: Estimate | Unknown
    fact_sd: float
    chain_sd: float
    """0 where statements of one chain are lost together no more often than by chance."""
    chain_sd_interval: tuple[float, float]
    """95%."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return document(self.exponent, "exponent") | {
            "fact_sd": rounded(self.fact_sd),
            "chain_sd": rounded(self.chain_sd),
            "chain_sd_ci": [rounded(end) for end in self.chain_sd_interval],
        }


class Cells(NamedTuple):
    """How the messages of each arm are the cells of a law."""

    depths: Integers
    """Of the arms, ascending."""
    of: Sequence[Integers]
    """The cells of each arm's steps, in order; a statement is lost in one of them or in none."""
    misread: Misread | None


def chains_differ(
    margins: Entries, ends: "Ends", hazard: Hazard, cells: Cells, begin: tuple[Floats, float]
) -> ChainsDiffer:
    """Estimate the exponent, the last parameter of a hazard, with a random effect per chain.

    Args:
        margins: Whether each path was lost in each cell, and whether it was passed on there.
        ends: Which statements were lost in which chain.
        hazard: The law.
        cells: What its cells are.
        begin: Parameters to start from, and the sd of the random effect per statement.
    """
    there = np.unique(ends.world)
    groups = np.arange(len(there)) % GROUPS
    likelihood = Likelihood(counts_of(None, ends.world, margins, int(there[-1]) + 1), hazard, cells.misread)
    folds = np.vstack([np.ones(len(there)), groups != np.arange(min(GROUPS, len(there)))[:, None]]).astype(float)
    weights = folds @ likelihood.counts.units[there]
    pairs = ends.pairs(cells.depths, there)
    totals = Pairs(*(np.einsum("fw,w...->f...", folds, each) for each in pairs))
    theta = np.tile(begin[0], (len(folds), 1))
    variances = np.tile([max(begin[1], 0.2) ** 2, 0.05], (len(folds), 1))
    for _ in range(_ROUNDS):
        before = theta[:, -1].copy()
        theta = _climbed(likelihood, theta, np.sqrt(np.maximum(variances.sum(axis=1), 0.0)), weights)
        variances = _solved(hazard, theta, variances, totals, cells)
        if float(np.abs(theta[:, -1] - before).max()) < _NEAR:
            break
    fact_sd, chain_sd = (float(np.sqrt(max(0.0, each))) for each in variances[0])
    values = theta[:, -1]
    settled = bool(np.isfinite(values).all()) and float(np.abs(values - before).max()) < 0.02
    if not settled or len(there) < 2:
        why = "how much chains differ can't be told apart from the exponent"
        return ChainsDiffer(Unknown(why), fact_sd, chain_sd, (math.nan, math.nan))
    half = float(stats.t.isf(0.025, len(folds) - 2)) * _se(variances[1:, 1])
    ends_of_sd = [math.sqrt(max(0.0, float(variances[0, 1]) + side * half)) for side in (-1, 1)]
    return ChainsDiffer(_jackknifed(values, len(there)), fact_sd, chain_sd, (ends_of_sd[0], ends_of_sd[1]))


def _se(left: Floats) -> float:
    """Return the jackknife's standard error from the values without each group."""
    count = len(left)
    return float(np.sqrt((count - 1) / count * ((left - left.mean()) ** 2).sum()))


def _jackknifed(values: Floats, worlds: int) -> Estimate:
    value, left = float(values[0]), values[1:]
    se = _se(left)
    half, short = (float(stats.t.isf(tail, len(left) - 1)) * se for tail in (0.025, 0.05))
    return Estimate(
        value=value,
        se=se,
        low=value - half,
        high=value + half,
        p=float(stats.t.sf((value - 1.0) / se, len(left) - 1)) if se > 0 else 1.0,
        null=1.0,
        narrow=(value - short, value + short),
        bootstrap=None,
        draws=np.empty(0),
        influence=np.empty(0),
        worlds=worlds,
    )


class Pairs(NamedTuple):
    """Pairs of losses in one condition; the first axis worlds, or sums over worlds."""

    statement: Floats
    """Two chains that both lose a statement, by the depths of both, (..., arms, arms)."""
    of_statement: Floats
    """All pairs of chains that have it, likewise."""
    chain: Floats
    """Two statements that one chain loses, by its depth, (..., arms)."""
    of_chain: Floats
    apart: Floats
    """Two statements, one lost in one chain and the other in another of that world and depth."""
    of_apart: Floats


class Ends(NamedTuple):
    """Paths, and whether each was lost."""

    world: Integers
    statement: Integers
    chain: Integers
    depth: Integers
    lost: Flags

    def pairs(self, depths: Integers, worlds: Integers) -> Pairs:
        """Return the pairs by world."""
        arm, at = np.searchsorted(depths, self.depth), np.searchsorted(worlds, self.world)
        count, arms = len(worlds), len(depths)
        facts, fact = np.unique(self.statement, return_inverse=True)
        chains, first, chain = np.unique(self.chain, return_index=True, return_inverse=True)
        of_fact = np.empty(len(facts), dtype=np.int64)
        of_fact[fact] = at
        out: list[Floats] = []
        sums = []
        for marks in (self.lost.astype(float), np.ones(len(self.lost))):
            by_fact = _sums(fact * arms + arm, marks, len(facts) * arms).reshape(-1, arms)
            both = by_fact[:, :, None] * by_fact[:, None, :]
            both[:, np.arange(arms), np.arange(arms)] -= by_fact  # a chain is no pair with itself
            statement = np.zeros((count, arms, arms))
            np.add.at(statement, of_fact, both / 2)
            by_chain = _sums(chain, marks, len(chains))
            where = at[first] * arms + arm[first]
            together = _sums(where, by_chain * (by_chain - 1) / 2, count * arms).reshape(-1, arms)
            everything = _sums(where, by_chain, count * arms).reshape(-1, arms)
            squares = np.zeros((count, arms))
            np.add.at(squares, of_fact, by_fact**2)
            sums.append((statement, together, (everything**2 - squares) / 2 - together))
        for lost, each in zip(*sums, strict=True):
            out += [lost, each]
        return Pairs(*out)


def _sums(places: Integers, values: Floats, size: int) -> Floats:
    found: Floats = np.bincount(places, values, size).astype(float)
    return found


def _climbed(likelihood: Likelihood, theta: Floats, sd: Floats, weights: Floats) -> Floats:
    """Return the parameters that maximise each fit's likelihood with the sd of its random effect held.

    Newton's steps, all with the curvature of the first fit, which the others are close to.
    """
    size = theta.shape[1]
    low, high = likelihood.hazard.low, likelihood.hazard.high
    moves = np.vstack([_STEP * np.eye(size), -_STEP * np.eye(size)])

    def gradient(points: Floats, sds: Floats, some: Floats) -> Floats:
        slope: Floats = likelihood.value(np.hstack([points, sds[:, None]]), some)[1][:, :size]
        return slope

    for _ in range(15):
        around = gradient(theta[0] + moves, np.repeat(sd[:1], len(moves)), np.repeat(weights[:1], len(moves), axis=0))
        hessian = (around[:size] - around[size:]) / (2 * _STEP)
        values, vectors = np.linalg.eigh(-(hessian + hessian.T) / 2)
        inverse = (vectors / np.maximum(np.abs(values), 1e-6)) @ vectors.T
        step = np.clip(gradient(theta, sd, weights) @ inverse, -0.5, 0.5)
        theta = np.clip(theta + step, low, high)
        if float(np.abs(step[:, -1]).max()) < _NEAR / 10:
            break
    return theta


def _solved(hazard: Hazard, theta: Floats, variances: Floats, totals: Pairs, cells: Cells) -> Floats:
    """Return the two variances that give each fit's pairs, its hazards held (Newton)."""
    eta = hazard.at(theta)[0]
    found = variances
    for _ in range(8):
        off = _off(eta, found, totals, cells)
        moved = [(_off(eta, found + _STEP * move, totals, cells) - off) / _STEP for move in np.eye(2)]
        slope = np.stack(moved, axis=2) - 1e-12 * np.eye(2)
        step = np.clip(-np.linalg.solve(slope, off[:, :, None])[:, :, 0], -0.5, 0.5)
        found = np.clip(found + step, -_MOST, _MOST)
        if float(np.abs(step).max()) < _NEAR:
            break
    return found


def _off(eta: Floats, variances: Floats, totals: Pairs, cells: Cells) -> Floats:
    """Return by how much the pairs exceed what is expected, (fits, 2), as shares of all pairs."""
    together, excess = _expected(eta, variances, cells)
    statement = (totals.statement - totals.of_statement * together).sum(axis=(1, 2))
    apart = totals.apart / np.maximum(totals.of_apart, 1.0)
    there = totals.of_apart > 0
    chain = np.where(there, totals.chain - totals.of_chain * (apart + excess), 0.0).sum(axis=1)
    return np.stack(
        [
            statement / np.maximum(totals.of_statement.sum(axis=(1, 2)), 1.0),
            chain / np.maximum((totals.of_chain * there).sum(axis=1), 1.0),
        ],
        axis=1,
    )


def _expected(eta: Floats, variances: Floats, cells: Cells) -> tuple[Floats, Floats]:
    """Return the chance that two chains lose one statement, and by how much more often one chain loses two.

    A variance below 0, which chance brings about where there is none, mirrors what the same above 0 does.
    """
    sign = np.sign(variances)
    fact_sd, chain_sd = np.sqrt(np.abs(variances)).T[:, :, None]
    places, logs = nodes_of(_NODES)
    weights = np.exp(logs)
    either = (fact_sd * places)[:, :, None] + (chain_sd * places)[:, None, :]
    kept = []
    for one in cells.of:
        # (fits, steps, nodes of the statement, nodes of the chain)
        passed = -np.exp(np.clip(eta[:, one][:, :, None, None] + either[:, None], -40.0, 30.0))
        if cells.misread is not None:
            wrong = cells.misread.false_loss[one][:, None, None], cells.misread.false_alive[one][:, None, None]
            passed = np.log(1.0 - wrong[0] + (1.0 - wrong[0] - wrong[1]) * np.expm1(passed))
        kept.append(np.exp(passed.sum(axis=1)))
    lost = 1.0 - np.stack(kept, axis=1)  # (fits, arms, statement, chain)
    by_fact, by_chain = lost @ weights, np.einsum("q,faqc->fac", weights, lost)
    mean = by_fact @ weights
    alone = mean[:, :, None] * mean[:, None, :]
    together = np.einsum("q,faq,fbq->fab", weights, by_fact, by_fact)
    excess = np.einsum("c,fac->fa", weights, by_chain**2) - mean**2
    together = alone + np.where(sign[:, 0, None, None] < 0, -1.0, 1.0) * (together - alone)
    return together, np.where(sign[:, 1, None] < 0, -1.0, 1.0) * excess
