"""The likelihood that every law here shares: losses under a cumulative hazard with a random effect per statement.

A *unit* (a statement of a world) has, in each *cell* (an arm of the depth, a hop),
so many chances to be lost, of which some were. In cell c the chance is

    P_c(u) = a_c + b_c (1 - exp(-H_c e^u)),    u ~ N(0, s^2), one draw a unit,

with H_c the hazard that a law gives to the cell, and a_c, b_c the instrument's
error: a = false loss, b = 1 - false loss - false alive. The random
effect is integrated out by Gauss-Hermite quadrature. As cells are few, P is
computed once per cell and node, and a unit's likelihood is a row of a matrix
product; so a fit takes milliseconds, and thousands of resampled worlds are
fitted side by side (the first axis of every array here).

Beside the normal u there may be units that are never lost: a share of them, which is
then estimated too (a cure fraction), with a hazard of none in every cell.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit  # type: ignore[import-untyped]  # scipy ships no types

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NODES = 21
_REACH = 4.5
"""Equally spaced nodes, so many sd to either side: the trapezoidal rule, which is nearly exact for smooth functions.

A statement with 15 chances has a likelihood much narrower than the normal, and there as many nodes of Gauss-Hermite are
worse: of the log-likelihood of a unit at a sd of 1.2 the largest error is .054 with 21, .011 with 31, and .0007 so.
"""
_TINY = 1e-300
_NEVER = -40.0
"""Log hazard of a unit that is never lost."""
_NEVER_BOUNDS = (-8.0, 4.0)
"""Of the log odds to be such a unit; at the lower one (.0003) there is none."""


class Hazard(Protocol):
    """A law: the hazard of every cell, given its parameters."""

    names: tuple[str, ...]
    """Of the parameters."""
    low: Floats
    high: Floats
    """Bounds of the parameters."""

    def at(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the logarithm of each cell's hazard, and its derivatives.

        Args:
            values: Parameters, shape (fits, parameters).

        Returns:
            Shapes (fits, cells) and (fits, parameters, cells).
        """
        ...

    def start(self, counts: "Counts") -> Floats:
        """Return values to start from."""
        ...


@dataclass(frozen=True, eq=False)
class Counts:
    """What happened to each kind of unit in each cell.

    Units with the same counts have the same likelihood, so each distinct row
    stands once, with how many units of each world have it.
    """

    lost: Floats
    """Losses, shape (rows, cells)."""
    passed: Floats
    """Chances that were no loss, same shape."""
    units: Floats
    """How many units of a world have this row, shape (worlds, rows)."""

    @property
    def worlds(self) -> Integers:
        """The numbers of the worlds that have units here."""
        return np.flatnonzero(self.units.sum(axis=1))

    @property
    def total(self) -> Floats:
        """Units with each row, over all worlds, shape (1, rows)."""
        total: Floats = self.units.sum(axis=0, keepdims=True)
        return total

    def by_cell(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return losses and chances passed in each cell, for weights of the rows (fits, rows)."""
        return weights @ self.lost, weights @ self.passed


class Entries(NamedTuple):
    """What happened in each cell, by kind of entry; whole numbers, so that sums are exact."""

    lost: Floats
    """Losses, shape (kinds, cells)."""
    passed: Floats
    """Chances passed, same shape."""
    kind: Integers
    """Of each entry."""


def counts_of(unit: Integers | None, world: Integers, entries: Entries, worlds: int) -> Counts:
    """Return counts by kind of unit.

    Args:
        unit: The number of each entry's unit; None where each entry is one.
        world: The number of its world.
        entries: What happened in them.
        worlds: How many numbers worlds have.
    """
    sums, kind = np.hstack([entries.lost, entries.passed]), entries.kind
    if unit is not None:
        names, first, at = np.unique(unit, return_index=True, return_inverse=True)
        tally = np.bincount(at * len(sums) + kind, minlength=len(names) * len(sums)).reshape(len(names), -1)
        sums, kind, world = tally @ sums, np.arange(len(names)), world[first]
    rows, row = np.unique(sums, axis=0, return_inverse=True)
    units = np.zeros((worlds, len(rows)))
    np.add.at(units, (world, row.ravel()[kind]), 1.0)
    lost_part, passed_part = np.hsplit(rows.astype(float), 2)
    return Counts(lost_part, passed_part, units)


class Misread(NamedTuple):
    """The instrument's error in each cell; each may have a first axis of fits."""

    false_loss: Floats
    """Chance that what is kept is read as lost."""
    false_alive: Floats
    """Chance that what is lost is read as kept."""


@lru_cache(maxsize=8)
def nodes_of(count: int) -> tuple[Floats, Floats]:
    """Return nodes of a standard normal, and the logarithms of their weights; one node is its mean."""
    places = np.linspace(-_REACH, _REACH, count) if count > 1 else np.zeros(1)
    logs = -(places**2) / 2
    return places, logs - np.log(np.exp(logs).sum())


class Likelihood:
    """The log-likelihood of counts under a hazard; parameters are the hazard's, then the sd s of the random effect.

    Args:
        counts: By kind of unit.
        hazard: The law.
        misread: The instrument's error; None for none.
        frailty: Whether there is a random effect; without it s is held at 0.
        never: Whether a share of the units is never lost; needs `frailty`. Its log odds stand before s.
        nodes: Of the quadrature.
    """

    def __init__(
        self,
        counts: Counts,
        hazard: Hazard,
        misread: Misread | None = None,
        *,
        frailty: bool = True,
        never: bool = False,
        nodes: int = NODES,
    ) -> None:
        self.counts = counts
        self.hazard = hazard
        self.misread = misread
        self.frailty = frailty
        self.never = never
        self._size = len(hazard.names)
        self._both = np.hstack([counts.lost, counts.passed])
        self._places, self._logs = nodes_of(nodes if frailty else 1)
        self._spread = np.append(self._places, 0.0) if never else self._places

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parameters."""
        never = ("never",) if self.never else ()
        return (*self.hazard.names, *never, "sigma") if self.frailty else self.hazard.names

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of the parameters."""
        low, high = self.hazard.low, self.hazard.high
        if self.never:
            low, high = np.append(low, _NEVER_BOUNDS[0]), np.append(high, _NEVER_BOUNDS[1])
        if self.frailty:
            # the likelihood is even in s; letting it go through 0 keeps 0 an ordinary point
            low, high = np.append(low, -4.0), np.append(high, 4.0)
        return low, high

    def start(self) -> Floats:
        """Return parameters to start from."""
        start = self.hazard.start(self.counts)
        if self.never:
            start = np.append(start, -2.0)
        return np.append(start, 0.5) if self.frailty else start

    def value(self, theta: Floats, weights: Floats, misread: Misread | None = None) -> tuple[Floats, Floats]:
        """Return the log-likelihood and its gradient, shapes (fits,) and (fits, parameters).

        Args:
            theta: Parameters, shape (fits, parameters).
            weights: How often each row counts, shape (fits, rows).
            misread: Another error of the instrument than the likelihood's own, one for each fit.
        """
        slopes, by_lost, by_passed, jacobian = self._logs_of(theta, misread)
        logs, posterior = self._posterior(by_lost, by_passed, theta)
        total = np.einsum("br,br->b", weights, logs)
        # sums over rows first: how many losses and chances passed each cell and node stands for
        mass = self._both.T @ (posterior * weights[:, :, None])
        cells = jacobian.shape[2]
        each = mass[:, :cells] * slopes[0] + mass[:, cells:] * slopes[1]
        gradient = self._gradient(each, jacobian)
        if self.never:
            share = expit(theta[:, -2])
            pull = np.einsum("br,br->b", weights, posterior[:, :, -1]) - weights.sum(axis=1) * share
            gradient = np.insert(gradient, self._size, pull, axis=1)
        return total, gradient

    def logs(self, theta: Floats) -> Floats:
        """Return each row's log-likelihood, shape (fits, rows)."""
        _, by_lost, by_passed, _ = self._logs_of(theta, None)
        return self._posterior(by_lost, by_passed, theta)[0]

    def rows(self, theta: Floats, misread: Misread | None = None) -> tuple[Floats, Floats]:
        """Return each row's log-likelihood and its gradient, shapes (rows,) and (rows, parameters), for one fit."""
        slopes, by_lost, by_passed, jacobian = self._logs_of(theta[None], misread)
        logs, posterior = self._posterior(by_lost, by_passed, theta[None])
        slope = np.concatenate(slopes, axis=1)[0]
        columns = [
            np.einsum("rq,rq->r", posterior[0], self._both @ (slope * np.tile(one, 2)[:, None])) for one in jacobian[0]
        ]
        if self.never:
            columns.append(posterior[0, :, -1] - expit(theta[-2]))
        if self.frailty:
            columns.append(np.einsum("rq,rq->r", posterior[0], self._both @ (slope * self._spread)))
        return logs[0], np.stack(columns, axis=1)

    def _gradient(self, each: Floats, jacobian: Floats) -> Floats:
        """Return the gradient from what each cell and node contributes (fits, cells, nodes)."""
        gradient: Floats = np.einsum("bcq,bpc->bp", each, jacobian)
        if not self.frailty:
            return gradient
        spread: Floats = (each * self._spread).sum(axis=(1, 2))
        return np.hstack([gradient, spread[:, None]])

    def _posterior(self, by_lost: Floats, by_passed: Floats, theta: Floats) -> tuple[Floats, Floats]:
        """Return rows' log-likelihoods (fits, rows) and the posterior of the nodes (fits, rows, nodes)."""
        joint = self._both @ np.concatenate([by_lost, by_passed], axis=1)
        if self.never:
            odds = theta[:, -2, None]
            some = np.hstack([self._logs - np.logaddexp(0.0, odds), -np.logaddexp(0.0, -odds)])
            joint += some[:, None, :]
        else:
            joint += self._logs
        top = joint.max(axis=2, keepdims=True)
        np.subtract(joint, top, out=joint)
        np.exp(joint, out=joint)
        total = joint.sum(axis=2, keepdims=True)
        joint /= total
        return (top + np.log(total))[:, :, 0], joint

    def _logs_of(self, theta: Floats, misread: Misread | None) -> tuple[tuple[Floats, Floats], Floats, Floats, Floats]:
        """Return the slopes of ln P and ln(1 - P) in the log hazard, both logs, and the law's derivatives.

        Each by cell and node: shape (fits, cells, nodes).
        """
        eta, jacobian = self.hazard.at(theta[:, : self._size])
        eta = eta[:, :, None]
        if self.frailty:
            eta = eta + theta[:, -1, None, None] * self._places
        if self.never:
            eta = np.concatenate([eta, np.full((*eta.shape[:2], 1), _NEVER)], axis=2)
        mu = np.exp(np.clip(eta, -40.0, 30.0))
        survival = np.exp(-mu)
        loss = -np.expm1(-mu)
        slope = mu * survival
        misread = misread or self.misread
        if misread is None:
            by_lost = np.log(loss + _TINY)
            return (slope / (loss + _TINY), -mu), by_lost, -mu, jacobian
        false_loss = np.atleast_2d(misread.false_loss)[:, :, None]
        keep = 1.0 - false_loss - np.atleast_2d(misread.false_alive)[:, :, None]
        read_lost = false_loss + keep * loss
        read_kept = 1.0 - read_lost
        slope = keep * slope
        return (
            (slope / (read_lost + _TINY), -slope / (read_kept + _TINY)),
            np.log(read_lost + _TINY),
            np.log(read_kept + _TINY),
            jacobian,
        )
