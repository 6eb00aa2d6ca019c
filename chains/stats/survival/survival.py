"""Survival along the chain: hazards, Kaplan-Meier, cumulative hazard, and cumulative incidence by fate.

By first miss, and for the chains of one depth or of all (then a path is censored
after its last hop). Nothing here assumes a law. Bands are 95% intervals
over resampled worlds (`estimates.percentiles`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.fates import FATE_OF
from chains.stats.fit.estimates import rounded
from chains.stats.fit.likelihood import Floats, Integers
from chains.stats.fit.world_bootstrap import percentiles, tails
from chains.stats.observations.first_loss import Paths

CAUSES = ("B", "A", "I", "O")
"""The fates in which a statement may be first missed: competing risks."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A function of the hop with its band; nan where nothing was at risk."""

    value: Floats
    low: Floats
    high: Floats

    def document(self) -> list[dict[str, Any]]:
        """Return a row for each hop."""
        return [
            {"hop": hop, "value": rounded(value), "ci": [rounded(low), rounded(high)]}
            for hop, (value, low, high) in enumerate(
                zip(self.value.tolist(), self.low.tolist(), self.high.tolist(), strict=True), start=1
            )
        ]


@dataclass(frozen=True, eq=False)
class Survival:
    """What becomes of statements hop by hop. Every array starts at hop 1, the worker's message."""

    depth: int | None
    """Hops of the chains; None for chains of every depth together."""
    at_risk: Integers
    """Statements kept so far, over all chains."""
    missed: Integers
    """Of these, first missed at the hop."""
    hazard: Curve
    """missed / at risk: the chance to be lost at a hop of what was kept so far."""
    survival: Curve
    """Kaplan and Meier 1958: the product of 1 - hazard, the share never yet missed."""
    cumulative: Curve
    """-ln of survival: a straight line under a constant hazard. Infinite once nothing is left."""
    incidence: dict[str, Curve]
    """By fate at the first miss: the share first missed so, up to each hop (Aalen and Johansen 1978)."""
    weighted: Curve
    """Severity-weighted drift: the share of the weight first missed, up to each hop of the chains that reach it."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "depth": self.depth,
            "at_risk": self.at_risk.tolist(),
            "missed": self.missed.tolist(),
            "hazard": self.hazard.document(),
            "survival": self.survival.document(),
            "cumulative_hazard": self.cumulative.document(),
            "incidence": {fate: curve.document() for fate, curve in self.incidence.items()},
            "weighted_drift": self.weighted.document(),
        }


def survival(paths: Paths, weights: Floats | None = None, depth: int | None = None) -> Survival:
    """Return the survival of statements along the chains of one depth, or of all.

    Args:
        paths: One condition's.
        weights: How often each world counts in each resample, for the bands; None for bands of nan.
        depth: In hops; None for all chains.
    """
    chosen = paths if depth is None else paths.where(paths.depth == depth)
    hops = np.arange(1, int(chosen.depth.max()) + 1)
    some, kind = chosen.kinds("depth", "miss", "missed_as")
    tally = np.bincount(chosen.world * len(some) + kind, minlength=chosen.worlds * len(some)).reshape(-1, len(some))
    last = np.where(some.miss > 0, some.miss, some.depth)[:, None]
    missed = some.miss[:, None] == hops
    tables = [hops <= last, missed, *(missed & (some.missed_as == cause)[:, None] for cause in CAUSES)]
    by_world = np.stack([*(tally @ table.astype(float) for table in tables), *_weighted(chosen, hops)])
    values = _curves(by_world.sum(axis=1)[:, None, :])
    bands: tuple[Floats, ...] = ()
    if weights is not None:
        bands = _curves(np.einsum("bw,twh->tbh", weights[:, : chosen.worlds], by_world))
    curves = [
        _banded(value[0], bands[at] if bands else None, len(np.unique(chosen.world))) for at, value in enumerate(values)
    ]
    return Survival(
        depth=depth,
        at_risk=by_world[0].sum(axis=0).astype(np.int64),
        missed=by_world[1].sum(axis=0).astype(np.int64),
        hazard=curves[0],
        survival=curves[1],
        cumulative=curves[2],
        incidence={FATE_OF[cause]: curve for cause, curve in zip(CAUSES, curves[3:7], strict=True)},
        weighted=curves[7],
    )


def _weighted(paths: Paths, hops: Integers) -> tuple[Floats, Floats]:
    """Return the weight of the paths that reach each hop, and of those missed by then; (worlds, hops)."""
    heavy, gone = np.zeros((paths.worlds, len(hops))), np.zeros((paths.worlds, len(hops)))
    for at, hop in enumerate(hops):  # a hop at a time: all at once would take a row of hops for each path
        weight = np.where(paths.depth >= hop, paths.weight, 0.0)
        lost = (paths.miss > 0) & (paths.miss <= hop)
        heavy[:, at] = np.bincount(paths.world, weight, paths.worlds)
        gone[:, at] = np.bincount(paths.world, weight * lost, paths.worlds)
    return heavy, gone


def _curves(tables: Floats) -> tuple[Floats, ...]:
    """Return all curves from sums of at risk, missed, missed by cause, weight and weight gone; (tables, fits, hops)."""
    at_risk, missed, causes, weight, gone = tables[0], tables[1], tables[2:6], tables[6], tables[7]
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = missed / at_risk
        kept = np.cumprod(1 - np.nan_to_num(hazard), axis=1)
        before = np.concatenate([np.ones((len(kept), 1)), kept[:, :-1]], axis=1)
        incidence = [np.cumsum(before * np.nan_to_num(cause / at_risk), axis=1) for cause in causes]
        return hazard, kept, -np.log(kept), *incidence, gone / weight


def _banded(value: Floats, draws: Floats | None, worlds: int) -> Curve:
    if draws is None or worlds < 2:
        return Curve(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
    # what is infinite in a resample is so in the band too; only what is undefined is left out
    # hop 0, where nothing can have been lost, is certain; a share of 0 or 1 at any other is not
    ends = [_ends(column, worlds, certain=at == 0 and draws.shape[1] > 1) for at, column in enumerate(draws.T)]
    low, high = (np.array(side) for side in zip(*ends, strict=True))
    return Curve(value, low, high)


def _ends(column: Floats, worlds: int, *, certain: bool) -> tuple[float, float]:
    known = np.sort(column[~np.isnan(column)])
    if len(known) and known[0] == known[-1] and not certain:
        return float("nan"), float("nan")  # nothing (or everything) lost in any world: resampling can't say how surely
    if np.isfinite(known).all():
        return percentiles(known, worlds) or (float("nan"), float("nan"))
    low, high = (known[min(len(known) - 1, int(at * len(known)))] for at in tails(worlds))
    return float(low), float(high)


@dataclass(frozen=True, eq=False)
class Arrival:
    """What the executive hears of the statements, by depth: the end-of-chain rule."""

    depth: int
    statements: int
    retention: Curve
    """One value: the share kept."""
    shares: dict[str, float]
    """Of the five fates."""
    weighted_loss: float
    """Share of the weight that is not kept."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        row = self.retention.document()[0]
        return {
            "depth": self.depth,
            "statements": self.statements,
            "retention": row["value"],
            "ci": row["ci"],
            "fates": {fate: rounded(share) for fate, share in self.shares.items()},
            "weighted_loss": rounded(self.weighted_loss),
        }


def arrivals(paths: Paths, weights: Floats | None = None) -> tuple[Arrival, ...]:
    """Return what arrives at the end of the chains of each depth."""
    out = []
    for depth in np.unique(paths.depth):
        here = paths.where(paths.depth == depth)
        kept, count = (np.bincount(here.world, each, here.worlds) for each in (~here.lost, np.ones(len(here))))
        draws = None
        if weights is not None:
            some = weights[:, : here.worlds]
            with np.errstate(invalid="ignore"):
                draws = ((some @ kept) / (some @ count))[:, None]
        lost = float((here.weight * here.lost).sum() / here.weight.sum())
        out.append(
            Arrival(
                depth=int(depth),
                statements=len(here),
                retention=_banded(np.array([kept.sum() / count.sum()]), draws, len(np.unique(here.world))),
                shares={fate: float((here.end == letter).mean()) for letter, fate in FATE_OF.items()},
                weighted_loss=lost,
            )
        )
    return tuple(out)
