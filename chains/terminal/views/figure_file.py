"""Curves as a figure for a paper: SVG, PDF or PNG, panels side by side, each curve named at its end.

Colours are those of Okabe and Ito, told apart by colour-blind readers, and
each curve has a mark of its own besides. No display is needed: matplotlib's
objects are used, never its global state.
"""

import itertools
import math
import operator
import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from chains.errors import BadInput, MazedomError, nearest
from chains.terminal.views.curve_data import Curve, Panel

ENDINGS = ("svg", "png", "pdf")
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKS = "os^DvP"
INK, FAINT = "#222222", "#8a8a8a"
WIDTH, HEIGHT = 3.5, 2.9
"""Inches of a panel: two stand side by side in a page's width."""
MOST_ACROSS = 3
"""Panels in one row; more stand two by two."""
TITLE = 34
"""Characters of a title's line."""
NAME = 26
"""Characters of a line of a curve's name, which stands beside the panel."""
LINE = 1.25
"""Heights of a letter between the names of two curves."""
MOST_TICKS = 13
STYLE = {
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 7.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "mazedom",  # the same data give the same file
    "pdf.fonttype": 42,  # journals refuse Type 3 fonts
}


def check_figure(path: Path) -> None:
    """Check before anything is calculated that a figure can be written there.

    Raises:
        BadInput: If its ending is not one of ENDINGS, or its folder is not there.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        raise BadInput(f"a figure can't be a {path.suffix or path.name!r} file{nearest(ending, ENDINGS)}")
    if not path.resolve().parent.is_dir():
        raise BadInput(f"no folder {path.parent} to write the figure to; make it first")


def write_figure(path: Path, panels: Sequence[Panel], caption: str) -> None:
    """Draw panels and write them to a file.

    Args:
        path: Its ending says which kind.
        panels: At least one.
        caption: Written below: what was measured, and on how much.

    Raises:
        MazedomError: If the file can't be written.
    """
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]  # its keys are typed one by one
        engine = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06, wspace=0.04)
        across = len(panels) if len(panels) <= MOST_ACROSS else 2
        down = -(-len(panels) // across)
        figure = Figure(figsize=(WIDTH * across, HEIGHT * down), layout=engine, dpi=300)
        FigureCanvasAgg(figure)
        every = figure.subplots(down, across, squeeze=False).ravel()
        for axes in every[len(panels) :]:
            axes.set_axis_off()
        for axes, panel in zip(every, panels, strict=False):
            _draw(axes, panel)
        figure.supxlabel(caption, fontsize=6.5, color=FAINT, x=0.01, ha="left")
        figure.draw_without_rendering()  # names are spread out by where the layout puts them
        for axes, panel in zip(every, panels, strict=False):
            _name(axes, panel)
        # A date in the file would make two figures of the same data differ.
        metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(path.suffix.lower()[1:])
        try:
            figure.savefig(path, metadata=metadata)
        except OSError as error:
            raise MazedomError(f"can't write {path}: {(error.strerror or str(error)).lower()}") from None


def _draw(axes: Axes, panel: Panel) -> None:
    for curve in sorted(panel.curves, key=lambda curve: not curve.dotted):
        _curve(axes, curve)
    xs = sorted({x for curve in panel.curves if not curve.dotted for x, _ in curve.finite})
    axes.set_title(textwrap.fill(panel.title, TITLE))
    axes.set_xlabel(panel.across)
    if panel.up:
        axes.set_ylabel(panel.up)
    axes.set_ylim(panel.low, panel.top * (1.0 if panel.high is not None else 1.05))
    if panel.high is not None:
        axes.spines.left.set_bounds(panel.low, panel.high)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: panel.tick(value)))
    if len(xs) <= MOST_TICKS and min(map(operator.sub, xs[1:], xs), default=1.0) >= (xs[-1] - xs[0]) / MOST_TICKS:
        axes.xaxis.set_major_locator(FixedLocator(xs))
    axes.margins(x=0.03)
    if panel.note:  # lower right, where a curve that only falls or only rises from the left leaves room
        at = (0.98, 0.03) if panel.high is None else (0.02, 0.03)
        axes.annotate(
            panel.note, at, xycoords="axes fraction", ha="right" if panel.high is None else "left", color=FAINT,
            fontsize=7,
        )  # fmt: skip


def _curve(axes: Axes, curve: Curve) -> None:
    points = curve.finite
    if not points:
        return
    xs, ys = zip(*((x + curve.aside, y) for x, y in points), strict=True)
    colour = COLOURS[curve.number % len(COLOURS)]
    if curve.dotted:
        axes.plot(xs, ys, color=colour, lw=0.9, ls=(0, (1, 2)), zorder=1)
        return
    few = len(points) <= 2 * MOST_TICKS
    axes.plot(
        xs, ys, color=colour, lw=1.4, zorder=3, marker=MARKS[curve.number % len(MARKS)] if few else None, ms=3.6,
        mec="white", mew=0.4, clip_on=False,
    )  # fmt: skip
    both = zip(curve.points, curve.bars, strict=True) if curve.bars else ()
    band = np.array([(x + curve.aside, *ends) for (x, _), ends in both if all(map(math.isfinite, ends))])
    if len(band):
        axes.fill_between(band[:, 0], band[:, 1], band[:, 2], color=colour, alpha=0.16, lw=0, zorder=2)


def _name(axes: Axes, panel: Panel) -> None:
    """Write each curve's name to the right of its end, moved up or down where two would overlap."""
    named = [curve for curve in panel.curves if curve.name and curve.finite]
    if not named:
        return
    right = axes.get_xlim()[1]
    names = [textwrap.fill(curve.name, NAME) for curve in named]
    lines = 1 + max(name.count("\n") for name in names)
    height = lines * LINE * STYLE["font.size"] / 72 * axes.figure.dpi  # type: ignore[operator]
    places = [float(axes.transData.transform((right, curve.finite[-1][1]))[1]) for curve in named]
    highest = float(axes.transData.transform((right, axes.get_ylim()[1]))[1])
    for curve, name, place in zip(named, names, _spread(places, height, highest), strict=True):
        axes.annotate(
            name,
            (right, float(axes.transData.inverted().transform((0, place))[1])),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=FAINT if curve.dotted else COLOURS[curve.number % len(COLOURS)],
            annotation_clip=False,
        )


def _spread(places: Sequence[float], gap: float, highest: float) -> list[float]:
    """Return places in the same order that are at least `gap` apart, none above `highest`."""
    order = sorted(range(len(places)), key=places.__getitem__)
    out = list(places)
    for before, at in itertools.pairwise(order):
        out[at] = max(out[at], out[before] + gap)
    ceiling = highest
    for at in reversed(order):
        out[at] = min(out[at], ceiling)
        ceiling = out[at] - gap
    return out
