"""Maximum likelihood, the sandwich clustered on worlds, and the same fit on thousands of resampled worlds at once."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.likelihood import Flags, Floats, Likelihood, Misread

_STEP = 1e-4
"""Of the differences that give the curvature, from the analytic gradient."""
NO_FRAILTY = 0.03
"""A random effect of a smaller sd is held for none: there the likelihood is flat in it, being even in it."""
_CHUNK = 64
"""Resamples fitted side by side: more would not fit into the processor's cache."""
_ITERATIONS = 60
_NEAR = 1e-6
"""A fit has converged when a Newton step would move it by less than the root of this, in standard errors."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted law."""

    names: tuple[str, ...]
    theta: Floats
    """The parameters, that of the random effect last; 0 or more."""
    loglik: float
    free: Flags
    """Which parameters are estimated; the others lie on a bound, where there is nothing to be known about them."""
    inverse: Floats
    """Inverse of the curvature of the log-likelihood, shape (parameters, parameters); 0 where not free."""
    influence: Floats
    """What each world moves each parameter by, shape (worlds, parameters); 0 for a world without units."""
    worlds: int
    """Worlds with units."""
    converged: bool
    extra: Floats
    """Covariance that comes from not knowing the instrument's error, shape (parameters, parameters)."""

    @property
    def covariance(self) -> Floats:
        """The sandwich clustered on worlds, with W/(W-1), and the part of the instrument's error."""
        sandwich: Floats = self.influence.T @ self.influence * (self.worlds / max(1, self.worlds - 1))
        return sandwich + self.extra

    def value(self, name: str) -> float:
        """Return a parameter's estimate."""
        return float(self.theta[self.names.index(name)])

    def se(self, name: str) -> float:
        """Return its standard error; nan where it lies on a bound or rests on one world."""
        at = self.names.index(name)
        if not self.free[at] or self.worlds < 2:
            return float("nan")
        return float(np.sqrt(self.covariance[at, at]))

    def at_bound(self, name: str) -> bool:
        """Whether the parameter lies on a bound."""
        return not self.free[self.names.index(name)]


@dataclass(frozen=True, eq=False)
class Unsure:
    """The instrument's error as measured, with what is not known about it."""

    misread: Misread
    """As measured, by cell."""
    moved: Misread
    """The same with each of its measured shares moved up by one standard error, first axis the shares."""


def fit(likelihood: Likelihood, unsure: Unsure | None = None, near: Floats | None = None) -> Fit:
    """Fit a law.

    Args:
        likelihood: Of the counts under the law.
        unsure: The instrument's error, to let in what is not known about it.
        near: Parameters near the optimum, such as those that drew the data: then Newton's steps from there will do.

    Raises:
        ValueError: If no unit is there.
    """
    weights = likelihood.counts.total
    if not weights.sum():
        raise ValueError("no units")
    low, high = likelihood.bounds
    if near is not None:
        found = _polished(likelihood, np.clip(near, low, high), weights, unsure)
        if found.converged:
            return found
    begin = likelihood.start()
    scale = weights.sum()

    def objective(theta: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood.value(theta[None], weights)
        return -float(value[0]) / scale, -gradient[0] / scale

    theta = minimize(
        objective,
        np.clip(begin, low, high),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(low, high, strict=True)),
        options={"ftol": 1e-11, "gtol": 1e-6, "maxiter": 500},
    ).x
    return _polished(likelihood, np.asarray(theta, dtype=float), weights, unsure)


def _polished(likelihood: Likelihood, theta: Floats, weights: Floats, unsure: Unsure | None) -> Fit:
    """Take Newton steps to the optimum's last digits, and return what the curvature there says."""
    low, high = likelihood.bounds
    theta = theta.copy()
    if likelihood.frailty:
        theta[-1] = abs(theta[-1])
    for _ in range(20):
        free, inverse, gradient = _curvature(likelihood, theta, weights)
        step = inverse @ gradient
        if float(gradient @ step) < _NEAR**2:
            break
        before = float(likelihood.value(theta[None], weights)[0][0])
        for half in range(8):
            new = np.clip(theta + step / 2**half, low, high)
            if float(likelihood.value(new[None], weights)[0][0]) >= before:
                theta = new
                break
        else:
            break
    if likelihood.frailty:
        theta[-1] = abs(theta[-1]) if free[-1] else 0.0
    logs, gradients = likelihood.rows(theta)
    counts = likelihood.counts
    influence = counts.units @ gradients @ inverse
    extra = np.zeros_like(inverse)
    if unsure is not None:
        extra = _of_errors(likelihood, theta, weights, inverse, unsure)
    return Fit(
        names=likelihood.names,
        theta=theta,
        loglik=float(weights[0] @ logs),
        free=free,
        inverse=inverse,
        influence=influence,
        worlds=len(counts.worlds),
        converged=bool(float(gradient @ inverse @ gradient) < _NEAR),
        extra=extra,
    )


def _curvature(likelihood: Likelihood, theta: Floats, weights: Floats) -> tuple[Flags, Floats, Floats]:
    """Return which parameters are free, the inverse curvature among them, and their gradient."""
    low, high = likelihood.bounds
    size = len(theta)
    moves = np.vstack([np.zeros((1, size)), _STEP * np.eye(size), -_STEP * np.eye(size)])
    gradients = likelihood.value(theta + moves, np.broadcast_to(weights, (len(moves), weights.shape[1])))[1]
    hessian = (gradients[1 : size + 1] - gradients[size + 1 :]) / (2 * _STEP)
    information = -(hessian + hessian.T) / 2
    free = (theta > low + 1e-6) & (theta < high - 1e-6) & (np.diag(information) > 1e-6)
    if likelihood.frailty:
        free[-1] &= abs(theta[-1]) > NO_FRAILTY
    inverse = np.zeros((size, size))
    part = np.ix_(free, free)
    values, vectors = np.linalg.eigh(information[part])
    # away from the optimum the curvature may be negative: step as if it were positive
    inverse[part] = (vectors / np.maximum(np.abs(values), 1e-8)) @ vectors.T
    return free, inverse, np.where(free, gradients[0], 0.0)


def _of_errors(likelihood: Likelihood, theta: Floats, weights: Floats, inverse: Floats, unsure: Unsure) -> Floats:
    """Return the covariance that the instrument's measured error brings: how far each share moves the optimum."""
    count = len(unsure.moved.false_loss)
    many = np.broadcast_to(theta, (count, len(theta)))
    wide = np.broadcast_to(weights, (count, weights.shape[1]))
    moved = likelihood.value(many, wide, unsure.moved)[1] - likelihood.value(many, wide)[1]
    shift = moved @ inverse
    covariance: Floats = shift.T @ shift
    return covariance


def refit(likelihood: Likelihood, full: Fit, weights: Floats, misread: Misread | None = None) -> tuple[Floats, Flags]:
    """Return the parameters refitted under each weighting of the worlds, and which of these fits converged.

    Every resample is fitted to convergence (BFGS with the analytic gradient,
    from the full data's optimum and curvature), many side by side.

    Args:
        likelihood: As it was fitted.
        full: The fit to all worlds.
        weights: How often each world counts, shape (fits, worlds).
        misread: An error of the instrument for each fit.
    """
    thetas, converged = [], []
    rows = weights @ likelihood.counts.units
    for begin in range(0, len(weights), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        error = None if misread is None else Misread(misread.false_loss[part], misread.false_alive[part])
        # one Newton step from the full data's optimum, of which every world's part is known
        near = np.clip((weights[part] - 1.0) @ full.influence, -0.5, 0.5)
        theta, fine = _bfgs(likelihood, full, full.theta + near, rows[part], error)
        thetas.append(theta)
        converged.append(fine)
    found = np.concatenate(thetas)
    if likelihood.frailty:
        found[:, -1] = np.abs(found[:, -1])
    return found, np.concatenate(converged)


def _bfgs(
    likelihood: Likelihood, full: Fit, theta: Floats, weights: Floats, misread: Misread | None
) -> tuple[Floats, Flags]:
    """Maximise for each row of weights; see `refit`. Broyden, Fletcher, Goldfarb, Shanno with halved steps."""
    low, high = likelihood.bounds
    count = len(weights)
    first = full.inverse + np.diag(np.where(full.free, 0.0, 0.05))
    if likelihood.frailty and not full.free[-1]:
        theta[:, -1] = 0.2
    theta = np.clip(theta, low, high)
    inverse = np.tile(first, (count, 1, 1))
    value, gradient = likelihood.value(theta, weights, misread)
    scale = np.ones(count)
    done = np.zeros(count, dtype=bool)
    result = theta.copy()
    alive = np.arange(count)
    for _ in range(_ITERATIONS):
        # at a bound, what pulls outward does not count
        inward = np.where(((theta <= low) & (gradient < 0)) | ((theta >= high) & (gradient > 0)), 0.0, gradient)
        step = np.einsum("bij,bj->bi", inverse, inward)
        near = np.einsum("bi,bi->b", step, inward) < _NEAR
        result[alive] = theta
        done[alive] = near
        if near.all():
            break
        if near.any():
            left = ~near
            alive, theta, inverse, value = alive[left], theta[left], inverse[left], value[left]
            gradient, scale, step, inward = gradient[left], scale[left], step[left], inward[left]
            weights = weights[left]
            misread = None if misread is None else Misread(misread.false_loss[left], misread.false_alive[left])
        new = np.clip(theta + np.clip(scale[:, None] * step, -1.0, 1.0), low, high)
        new_value, new_gradient = likelihood.value(new, weights, misread)
        moved = new - theta
        gain = np.einsum("bi,bi->b", moved, inward)
        better = new_value >= value + 1e-4 * np.minimum(gain, 0) - 1e-9
        inverse = _updated(inverse, moved, gradient - new_gradient, better)
        theta = np.where(better[:, None], new, theta)
        gradient = np.where(better[:, None], new_gradient, gradient)
        value = np.where(better, new_value, value)
        scale = np.where(better, 1.0, scale / 2)
    return result, done


def _updated(inverse: Floats, moved: Floats, change: Floats, better: Flags) -> Floats:
    """Return the inverse curvature after a step, where the step was taken and the curvature along it is positive."""
    along = np.einsum("bi,bi->b", moved, change)
    usable = better & (along > 1e-12)
    rho = np.where(usable, 1.0 / np.where(usable, along, 1.0), 0.0)
    turn = np.eye(moved.shape[1]) - rho[:, None, None] * moved[:, :, None] * change[:, None, :]
    return turn @ inverse @ np.swapaxes(turn, 1, 2) + rho[:, None, None] * moved[:, :, None] * moved[:, None, :]
