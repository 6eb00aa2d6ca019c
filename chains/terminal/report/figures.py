"""The figures of a report, drawn from the documents of `law` and `show`: survival, hazard, depth, fates by hop.

Curves that lie on each other are moved a little apart sideways, so that each is seen.
"""

import math
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from chains.fates import FATES
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.report.documents import Documents
from chains.terminal.views.curve_data import Curve, Panel
from chains.terminal.views.figure_file import ENDINGS, write_figure

MOST_CURVES = 6
"""Curves in a panel, and conditions whose fates are drawn; the tables have all of them."""
APART = 0.07
"""Of a hop, by which curves that lie on each other are moved apart."""
TOUCH = 0.015
"""Of the height of a panel: curves that nowhere differ by more lie on each other."""


class Figure(NamedTuple):
    """One figure of a run."""

    name: str
    """Of its files."""
    title: str
    panels: Sequence[Panel]
    caption: str


def figures_of(found: Documents) -> list[Figure]:
    """Return the figures for which a run has anything to draw."""
    run = str(found.show["run"])
    made = []
    if found.law is not None and (panels := list(_of_law(found.law))):
        worlds = found.law["worlds"]
        bands = "; bands: 95% over worlds" if worlds and worlds >= FEWEST_WORLDS else ""
        made.append(Figure("decay", "Decay along the chain", panels, f"run {run}; {worlds} worlds{bands}"))
    if panels := list(_of_fates(found.show["by_hop"])):
        made.append(Figure("fates", "Fates by hop", panels, f"run {run}; shares of the facts in the messages of a hop"))
    return made


def as_svg(figure: Figure) -> bytes:
    """Return a figure as SVG."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "figure.svg")
        write_figure(path, figure.panels, figure.caption)
        return path.read_bytes()


def write_figures(figures: Sequence[Figure], folder: Path, prefix: str) -> list[Path]:
    """Write each figure as SVG, PNG and PDF; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for figure in figures:
        for ending in ENDINGS:
            path = folder / f"{prefix}{figure.name}.{ending}"
            write_figure(path, figure.panels, figure.caption)
            written.append(path)
    return written


def _of_law(law: Mapping[str, Any]) -> Iterator[Panel]:
    banded = bool(law["worlds"]) and law["worlds"] >= FEWEST_WORLDS
    named = [(_named(condition), _deepest(condition)) for condition in law["conditions"][:MOST_CURVES]]
    if len(named) == 1:
        curves = law["conditions"][0]["curves"]
        named = [(f"depth {one['depth']}" if len(curves) > 1 else "", one) for one in curves[-MOST_CURVES:]]
    along = [(name, one) for name, one in named if one is not None]
    for key, title, up, high, start in (
        ("survival", "Survival", "facts never lost so far", 1.0, 1.0),
        ("cumulative_hazard", "Cumulative hazard", "-ln of survival", None, 0.0),
    ):
        curves_ = [
            _curve(name, [(row["hop"], row["value"], row["ci"]) for row in one[key]], at, start, banded)
            for at, (name, one) in enumerate(along)
        ]
        if any(curve.finite for curve in curves_):
            tick = "{:.0%}".format if high else "{:g}".format
            yield _seen(Panel(title, curves_, "hop", up, high=high, tick=tick))
    arms = [condition for condition in law["conditions"][:MOST_CURVES] if len(condition["arrivals"]) > 1]
    curves_ = [
        _curve(
            _named(condition),
            [(one["depth"] - 1, one["retention"], one["ci"]) for one in condition["arrivals"]],
            at,
            None,
            banded,
        )
        for at, condition in enumerate(arms)
    ]
    if curves_:
        up = "facts that the executive hears"
        yield _seen(Panel("Depth", curves_, "managers", up, high=1.0, tick="{:.0%}".format))


def _of_fates(rows: Sequence[Mapping[str, Any]]) -> Iterator[Panel]:
    by_condition: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_condition[str(row["condition"])].append(row)
    several = {name: mine for name, mine in by_condition.items() if len(mine) > 1}
    for name, mine in list(several.items())[:MOST_CURVES]:
        curves = [
            _curve(fate, [(row["hop"], row[fate], None) for row in mine], at, None, banded=False)
            for at, fate in enumerate(FATES)
        ]
        shown = [curve for curve in curves if any(value for _, value in curve.finite)]
        yield _seen(Panel(name or "all", shown, "hop", "share of facts", high=1.0, tick="{:.0%}".format))


def _seen(panel: Panel) -> Panel:
    """Return a panel in which curves that lie on each other are moved apart."""
    groups: list[list[Curve]] = []
    for curve in panel.curves:
        on = next((group for group in groups if _touch(group[0], curve, TOUCH * (panel.top - panel.low))), None)
        if on is None:
            groups.append([curve])
        else:
            on.append(curve)
    aside = {id(curve): APART * (at - (len(group) - 1) / 2) for group in groups for at, curve in enumerate(group)}
    return replace(panel, curves=[replace(curve, aside=aside[id(curve)]) for curve in panel.curves])


def _touch(one: Curve, other: Curve, near: float) -> bool:
    first, second = dict(one.finite), dict(other.finite)
    shared = first.keys() & second.keys()
    return bool(shared) and all(abs(first[x] - second[x]) <= near for x in shared)


def _named(condition: Mapping[str, Any]) -> str:
    return "" if condition["condition"] == "all" else str(condition["condition"])


def _deepest(condition: Mapping[str, Any]) -> Mapping[str, Any] | None:
    curves = condition["curves"]
    return curves[-1] if curves else None


def _curve(
    name: str,
    rows: Sequence[tuple[float, float | None, Sequence[float | None] | None]],
    at: int,
    start: float | None,
    banded: bool,
) -> Curve:
    """Return the curve that is the `at`-th of its panel."""
    points = [(float(x), _known(y)) for x, y, _ in rows]
    bars = [(_known(ends[0]), _known(ends[1])) if ends else (math.nan, math.nan) for _, _, ends in rows]
    if start is not None:
        points, bars = [(0.0, start), *points], [(start, start), *bars]
    return Curve(name, points, bars if banded else (), at)


def _known(value: float | None) -> float:
    return math.nan if value is None else float(value)
