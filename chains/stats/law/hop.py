"""H-hop, the mechanism: along one chain, does the hazard grow from manager to manager?

A statement kept so far is first missed at the m-th manager with probability
1 - exp(-l (m^k - (m-1)^k) e^u): the grouped Weibull law. k = 1 is a constant hazard, k > 1 a
rising one. The worker's message (hop 1) has a hazard of its own. Chains of different
depth each have their own l, so that a hazard which depends on the depth of the
hierarchy, and not on the place in it, does not pass for a rising one.

As with the exponent of depth there is that of a statement of given frailty, estimated
with a normal u, with statements that are never lost, and with chains that differ; and
that of the share heard, without any u, which is above 1 only where the former is.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chains.stats.fit.estimates import Estimate, Unknown, document, rounded
from chains.stats.fit.inference import Fitted, How, fitted
from chains.stats.fit.likelihood import Counts, Entries, Floats, Integers, counts_of
from chains.stats.law.chain_random_effect import Cells, ChainsDiffer, Ends, chains_differ
from chains.stats.law.never_lost import LawOfOneExponent, NeverLost, never_lost
from chains.stats.observations.first_loss import Paths

_LOW = -16.0
"""Logarithm of a hazard that is as good as none."""


class HopCells(NamedTuple):
    """What the cells are: a hop of the chains of one depth; the worker's message is one cell for all depths."""

    hop: Integers
    """1 for the worker's cell, which is the first."""
    depth: Integers
    """0 for the worker's cell."""

    @property
    def managers(self) -> Floats:
        """Which manager's message it is, from 1; 0 for the worker's."""
        return (self.hop - 1).astype(float)


def hop_cells(paths: Paths) -> HopCells:
    """Return the cells that some path of these could be missed in."""
    pairs = [(1, 0), *((hop, int(depth)) for depth in np.unique(paths.depth) for hop in range(2, depth + 1))]
    hop, depth = (np.array(column) for column in zip(*pairs, strict=True))
    return HopCells(hop, depth)


def hop_counts(paths: Paths, cells: HopCells) -> Counts:
    """Return first misses, and messages that still kept the statement, by cell."""
    return counts_of(paths.statement, paths.world, hop_entries(paths, cells), paths.worlds)


def hop_entries(paths: Paths, cells: HopCells) -> Entries:
    """Return where paths were first missed, and where they were passed on."""
    some, kind = paths.kinds("depth", "miss")
    lost, at_risk = missed_by_cell(some, cells)
    return Entries(lost, at_risk - lost, kind)


def missed_by_cell(paths: Paths, cells: HopCells) -> tuple[Floats, Floats]:
    """Return whether each path was first missed in each cell, and whether it was at risk there; (paths, cells)."""
    here = (cells.depth == 0) | (cells.depth == paths.depth[:, None])
    last = np.where(paths.miss > 0, paths.miss, paths.depth)[:, None]
    lost = here & (cells.hop == paths.miss[:, None])
    return lost.astype(float), (here & (cells.hop <= last)).astype(float)


class WeibullHazard:
    """A hazard for the worker, and l_d (m^k - (m-1)^k) for the m-th manager of a chain of depth d.

    Args:
        cells: What the cells are.
        k: To hold the exponent at; None to estimate it.
    """

    def __init__(self, cells: HopCells, k: float | None = None) -> None:
        place = cells.managers
        depths = np.unique(cells.depth[cells.depth > 0])
        self._place, self._before = np.maximum(place, 1.0), np.maximum(place - 1, 0.0)
        self._managed = place > 0
        self._level = np.stack([cells.depth == 0, *(cells.depth == depth for depth in depths)]).astype(float)
        self._held = k
        names = ["ln_l0", *(f"ln_l.{depth}" for depth in depths)]
        self.names = (*names, "k") if k is None else tuple(names)
        self.low = np.append(np.full(len(names), _LOW), 0.05)[: len(self.names)]
        self.high = np.append(np.full(len(names), 4.0), 6.0)[: len(self.names)]

    def at(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the log hazard by cell, and its derivatives."""
        levels = values[:, : len(self._level)]
        k = values[:, -1:] if self._held is None else np.full((len(values), 1), self._held)
        power, before = self._place**k, np.where(self._before > 0, self._before**k, 0.0)
        step = np.where(self._managed, power - before, 1.0)
        eta = levels @ self._level + np.log(step)
        jacobian = np.broadcast_to(self._level, (len(values), *self._level.shape))
        if self._held is not None:
            return eta, jacobian
        growth = (power * np.log(self._place) - before * np.log(np.maximum(self._before, 1.0))) / step
        slope = np.where(self._managed, growth, 0.0)
        return eta, np.concatenate([jacobian, slope[:, None, :]], axis=1)

    def start(self, counts: Counts) -> Floats:
        """Return each depth's mean hazard, and k = 1."""
        lost, passed = (each[0] for each in counts.by_cell(counts.total))
        hazard = -np.log((self._level @ passed + 0.5) / (self._level @ (lost + passed) + 1.0))
        return np.append(np.log(np.maximum(hazard, 1e-4)), 1.0)[: len(self.names)]


@dataclass(frozen=True, eq=False)
class HopLaw(LawOfOneExponent):
    """The law of the hop in one condition."""

    k: Estimate | Unknown
    """The exponent; its null is 1, tested against more than 1."""
    lambda0: float
    """Hazard of the worker's message; nan where nothing was fitted."""
    lambdas: dict[int, float]
    """Hazard of the first manager, by depth in hops."""
    sigma: float
    """Sd of the random effect per statement, on the log hazard."""
    trusted: bool
    """Whether the instrument's false loss is known at first, middle and last hops, or there is none by declaration."""
    fitted: Fitted | None
    heard: Estimate | Unknown
    """The exponent of the share never missed yet."""

    @property
    def exponent(self) -> Estimate | Unknown:
        """The exponent by its general name."""
        return self.k

    def steps(self, depths: Integers) -> dict[int, Floats]:
        """Return the hazard of each hop by depth, as fitted."""
        k = self.k.value if isinstance(self.k, Estimate) else 1.0
        place = np.arange(1, int(depths.max()))
        shape = place**k - (place - 1.0) ** k
        return {
            int(depth): np.append(self.lambda0, self.lambdas.get(int(depth), 0.0) * shape[: int(depth) - 1])
            for depth in depths
        }

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return document(self.k, "k") | {
            "heard": document(self.heard, "k"),
            "never_lost": self.never.document("k"),
            "chains": None if self.chains is None else self.chains.document(),
            "lambda0": rounded(self.lambda0),
            "lambda": {str(depth): rounded(value) for depth, value in self.lambdas.items()},
            "sigma": rounded(self.sigma),
            "trusted": self.trusted,
        }


def hop_law(paths: Paths, how: How, *, exact: bool = False, refused: str = "") -> HopLaw:
    """Fit H-hop to one condition.

    With known errors the chance to be read as lost at a hop, having been read
    as kept so far, is taken as false loss + (1 - false loss - false alive) times
    the true hazard: what is lost and read as kept stays at risk, a part so small
    that it is left out (with 5% of each error k is 1.02 at a true 1).

    Args:
        paths: One condition's.
        how: Errors and resamples.
        exact: Whether the fates are known without error, by declaration.
        refused: Why nothing is to be fitted, if so.
    """
    cells = hop_cells(paths)
    counts = hop_counts(paths, cells)
    lost, passed = (each[0] for each in counts.by_cell(counts.total))
    deepest = int(paths.depth.max())
    trusted = exact or (how.errors is not None and how.errors.covers(deepest))
    why = refused or _not_determined(cells, lost, passed)
    if why:
        unknown, nan = Unknown(why), float("nan")
        return HopLaw(
            k=unknown, lambda0=nan, lambdas={}, sigma=nan, trusted=trusted, fitted=None, heard=unknown,
            ask_never=lambda: NeverLost(unknown, nan, (nan, nan), needed=False), ask_chains=lambda: None,
        )  # fmt: skip
    hazard = WeibullHazard(cells)
    found = fitted(counts, hazard, cells.hop, how)
    theta = found.fit.theta
    levels = {int(name.rpartition(".")[2]): float(np.exp(found.fit.value(name))) for name in hazard.names[1:-1]}
    return HopLaw(
        k=found.estimate("k"),
        lambda0=float(np.exp(theta[0])),
        lambdas=levels,
        sigma=float(theta[-1]),
        trusted=trusted,
        fitted=found,
        heard=fitted(counts, hazard, cells.hop, how, frailty=False).estimate("k"),
        ask_never=lambda: never_lost(counts, hazard, cells.hop, how, found, "k"),
        ask_chains=lambda: _chains(paths, found, hazard, cells, how),
    )


def _chains(paths: Paths, found: Fitted, hazard: WeibullHazard, cells: HopCells, how: How) -> ChainsDiffer:
    """Return the exponent where chains differ."""
    depths = np.unique(paths.depth)
    of = [np.append(0, np.flatnonzero(cells.depth == depth)) for depth in depths]
    ends = Ends(paths.world, paths.statement, paths.chain, paths.depth, paths.miss > 0)
    begin = found.fit.theta[:-1], float(found.fit.theta[-1])
    return chains_differ(hop_entries(paths, cells), ends, hazard, Cells(depths, of, how.misread(cells.hop)), begin)


def _not_determined(cells: HopCells, lost: Floats, passed: Floats) -> str:
    """Return why the counts can't determine the exponent; empty if they can."""
    place = cells.managers
    if place.max(initial=0) < 2:
        return "no chain has two managers, and the exponent of the hop compares managers of one chain"
    if not (lost + passed)[place > 0].sum():
        return "everything was lost in the workers' own messages, and nothing was left for a manager to lose"
    if not lost[place > 0].sum():
        return "no manager's message lost anything"
    if not (lost + passed)[place > 1].sum():
        return "nothing was left to lose after the first manager"
    return ""
