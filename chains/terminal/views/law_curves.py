"""The law of decay as curves: survival and cumulative hazard along the chain, and loss by the number of managers."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from chains.stats.law.condition_law import ConditionLaw
from chains.stats.law.decay_law import Law
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.stats.survival import survival
from chains.stats.survival.survival import Survival
from chains.terminal.views.curve_data import Curve, Panel

MOST_CURVES = 6
"""Curves in one panel; all of them are in `--json`."""
STRAIGHT = "dotted: a constant hazard"


def law_panels(found: Law) -> list[Panel]:
    """Return the panels that there is anything to draw in, the primary one, by managers, last.

    With fewer worlds than an interval needs there are no bands.
    """
    along = list(_chosen(found))[:MOST_CURVES]
    banded = found.worlds >= FEWEST_WORLDS
    panels = [
        Panel(
            "Survival",
            [_curve(name, one.survival, 1.0, number, banded=banded) for number, (name, one) in enumerate(along)],
            "hop",
            "statements never missed yet",
            high=1.0,
            tick="{:.0%}".format,
        ),
        Panel("Cumulative hazard", list(_hazards(along, banded=banded)), "hop", "-ln of survival", STRAIGHT),
    ]
    arms = [condition for condition in found.conditions if len(condition.arrivals) > 1][:MOST_CURVES]
    if arms:
        panels.append(
            Panel("Depth", list(_arms(arms, banded=banded)), "managers", "-ln of the share heard right", STRAIGHT)
        )
    return panels


def _chosen(found: Law) -> Iterator[tuple[str, Survival]]:
    """Return named survivals: of one condition every depth, of several the deepest that all have."""
    if found.only is not None:
        several = len(found.only.curves) > 1
        for one in reversed(found.only.curves):
            yield (f"depth {one.depth}" if several else ""), one
        return
    depths = [{curve.depth for curve in condition.curves} for condition in found.conditions]
    common = set.intersection(*depths)
    for condition in found.conditions:
        if common:
            deepest = max(depth for depth in common if depth is not None)
            yield condition.condition, next(curve for curve in condition.curves if curve.depth == deepest)
        else:
            yield condition.condition, condition.pooled


def _curve(name: str, of: survival.Curve, start: float, number: int, *, banded: bool) -> Curve:
    """Return a function of the hop, from its value before the first."""
    points = [(float(hop), float(value)) for hop, value in enumerate(of.value, 1)]
    bars = [(float(low), float(high)) for low, high in zip(of.low, of.high, strict=True)]
    return Curve(name, [(0.0, start), *points], [(start, start), *bars] if banded else (), number)


def _hazards(along: Sequence[tuple[str, Survival]], *, banded: bool) -> Iterator[Curve]:
    """Return cumulative hazards, each with the straight line from the worker's message to its end."""
    for number, (name, one) in enumerate(along):
        curve = _curve(name, one.cumulative, 0.0, number, banded=banded)
        yield curve
        if len(curve.finite) > 3:
            yield Curve("", [curve.finite[1], curve.finite[-1]], (), number, dotted=True)


def _arms(conditions: Sequence[ConditionLaw], *, banded: bool) -> Iterator[Curve]:
    """Return the cumulative hazard at the end of the chain by managers, with the straight line through its ends."""
    for number, condition in enumerate(conditions):
        points, bars = [], []
        for arrival in condition.arrivals:
            kept = arrival.retention
            points.append((float(arrival.depth - 1), _hazard(kept.value[0])))
            bars.append((_hazard(kept.high[0]), _hazard(kept.low[0])))
        name = "" if condition.condition == "all" else condition.condition
        curve = Curve(name, points, bars if banded else (), number)
        yield curve
        if len(curve.finite) > 2:
            yield Curve("", [curve.finite[0], curve.finite[-1]], (), number, dotted=True)


def _hazard(share: float) -> float:
    """Return -ln of a share; infinite for none, nan for nan."""
    return -math.log(share) if share > 0 else (math.inf if np.isfinite(share) else math.nan)
