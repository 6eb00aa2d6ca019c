"""Curves as text: lines in braille dots, points with their intervals, each curve named at its end.

Every curve has a mark of its own, so that nothing hangs on colour; where the
terminal can't show braille, points and dots are plain letters.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from chains.terminal.views.curve_data import Curve, Panel, Point

MARKS = "●■▲◆▼★"
PLAIN_MARKS = "ox+*#@"
STYLES = ("blue", "yellow", "magenta", "cyan", "green", "red")
"""Of curves in their order; the first four are told apart by most colour-blind readers."""
WIDEST = 78
"""Columns of a plot: wider ones say no more."""
MOST_TICKS = 20
"""Values of x that have ticks of their own; of more, round ones have."""
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a braille character by row and column (Unicode block U+2800)."""


@dataclass
class _Grid:
    """Characters, and braille dots beneath them."""

    columns: int
    rows: int
    plain: bool
    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    dots: dict[tuple[int, int], int] = field(default_factory=dict)
    styles: dict[tuple[int, int], str] = field(default_factory=dict)

    def dot(self, x: float, y: float, style: str) -> None:
        """Set one dot; x and y from 0 to 1, from the lower left."""
        across, up = round(x * (self.columns * 2 - 1)), round((1 - y) * (self.rows * 4 - 1))
        if 0 <= across < self.columns * 2 and 0 <= up < self.rows * 4:
            cell = (up // 4, across // 2)
            self.dots[cell] = self.dots.get(cell, 0) | DOTS[up % 4][across % 2]
            self.styles[cell] = style

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Return row and column of a place."""
        return round((1 - y) * (self.rows * 4 - 1)) // 4, round(x * (self.columns * 2 - 1)) // 2

    def row(self, row: int) -> Iterator[tuple[str, str]]:
        """Return a row's characters with their styles."""
        for column in range(self.columns):
            at = (row, column)
            if at in self.cells:
                yield self.cells[at]
            elif at in self.dots:
                yield ("." if self.plain else chr(0x2800 + self.dots[at])), self.styles[at]
            else:
                yield " ", ""


@dataclass(frozen=True)
class Plot:
    """A panel as text."""

    panel: Panel
    rows: int = 12

    @property
    def curves(self) -> Sequence[Curve]:
        """Those of the panel."""
        return self.panel.curves

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Take as much room as there is, up to `WIDEST`."""
        return Measurement(40, min(WIDEST, options.max_width))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as wide as there is room for."""
        note = f"; {self.panel.note}" if self.panel.note else ""
        head = f"{self.panel.title}: " if self.panel.title else ""
        yield Text.assemble((head, "bold"), f"{self.panel.up}{note}", no_wrap=True, overflow="ellipsis")
        xs = [x for curve in self.curves for x, _ in curve.finite]
        if not xs:
            yield Text("nothing to draw", style="dim")
            return
        low, high, tick = self.panel.low, self.panel.top, self.panel.tick
        ticks = _ticks(low, high, self.rows)
        high = max(high, ticks[-1])
        gutter = max(len(tick(value)) for value in ticks)
        ends = self._ends()
        right = max((len(name) + 3 for name in ends), default=0)
        width = min(WIDEST, options.max_width)
        grid = _Grid(max(16, width - gutter - 2 - right), self.rows, options.ascii_only)
        span = (min(xs), max(xs))
        self._draw(grid, span, (low, high))
        labels = self._labels(grid, (low, high), ends)
        marked = {grid.cell(0, (value - low) / (high - low))[0]: tick(value) for value in ticks}
        for row in range(grid.rows):
            line = Text(no_wrap=True)
            line.append(f"{marked.get(row, ''):>{gutter}} ", style="dim")
            line.append(("+" if row in marked else "|") if grid.plain else ("┤" if row in marked else "│"), style="dim")
            for character, style in grid.row(row):
                line.append(character, style=style)
            if row in labels:
                line.append(*labels[row])
            yield line
        yield from self._foot(grid, span, gutter, width)

    def _ends(self) -> dict[str, Curve]:
        return {curve.name: curve for curve in self.curves if curve.name}

    def _draw(self, grid: _Grid, span: Point, limits: Point) -> None:
        (left, right), (low, high) = span, limits
        wide, tall = (right - left) or 1.0, high - low
        for curve in sorted(self.curves, key=lambda curve: not curve.dotted):
            places = [((x - left) / wide, (y - low) / tall) for x, y in curve.finite]
            for start, end in itertools.pairwise(places):
                _line(grid, start, end, curve)
        solid = [curve for curve in self.curves if not curve.dotted]
        for place, curve in enumerate(solid):
            aside = place - (len(solid) - 1) // 2  # columns, so that intervals stand side by side
            bars = curve.bars or [(math.nan, math.nan)] * len(curve.points)
            free = 0
            for (x, y), (lower, upper) in zip(curve.points, bars, strict=True):
                if not math.isfinite(y) or not low <= y <= high:
                    continue
                row, column = grid.cell((x - left) / wide, (y - low) / tall)
                if column < free and (x, y) != curve.finite[-1]:
                    continue  # marks would run into each other
                free = column + len(solid) + 2
                column = min(max(column + aside, 0), grid.columns - 1)
                if math.isfinite(lower) and math.isfinite(upper):
                    top = grid.cell(0, (min(upper, high) - low) / tall)[0]
                    bottom = grid.cell(0, (max(lower, low) - low) / tall)[0]
                    for at in range(max(0, top), min(grid.rows, bottom + 1)):
                        grid.cells.setdefault((at, column), ("|" if grid.plain else "│", _style(curve)))
                grid.cells[row, column] = (_mark(curve, plain=grid.plain), f"bold {_style(curve)}")

    def _labels(self, grid: _Grid, limits: Point, ends: dict[str, Curve]) -> dict[int, tuple[str, str]]:
        """Return the names at the ends of the curves, by row, each in a row of its own."""
        low, high = limits
        wanted = []
        for name, curve in ends.items():
            if curve.finite:
                last = curve.finite[-1][1]
                wanted.append((grid.cell(1, (min(max(last, low), high) - low) / (high - low))[0], name, curve))
        out: dict[int, tuple[str, str]] = {}
        for row, name, curve in sorted(wanted, key=lambda one: one[0]):
            free = [at for at in range(grid.rows) if at not in out]
            if free:
                mark = ("." if grid.plain else "┈") if curve.dotted else _mark(curve, plain=grid.plain)
                nearest = min(free, key=lambda at: (abs(at - row), -at))
                out[nearest] = (f" {mark} {name}", "dim" if curve.dotted else _style(curve))
        return out

    def _foot(self, grid: _Grid, span: Point, gutter: int, width: int) -> Iterator[Text]:
        left, right = span
        values: Sequence[float] = sorted({x for curve in self.curves if not curve.dotted for x, _ in curve.finite})
        if len(values) > MOST_TICKS:
            values = [value for value in _ticks(left, right, grid.columns // 3) if value <= right]
        corner, flat, mark = ("+", "-", "+") if grid.plain else ("└", "─", "┬")
        axis, names = [flat] * grid.columns, [" "] * (grid.columns + 4)
        free = 0
        for value in values:
            column = grid.cell((value - left) / ((right - left) or 1.0), 0)[1]
            text = f"{value:g}"
            start = max(0, column - (len(text) - 1) // 2)
            if start >= free:
                axis[column] = mark
                names[start : start + len(text)] = text
                free = start + len(text) + 1
        foot = " " * (gutter + 2) + "".join(names).rstrip()
        yield Text(" " * (gutter + 1) + corner + "".join(axis), style="dim", no_wrap=True)
        if len(foot) + 2 + len(self.panel.across) <= width:
            yield Text(f"{foot}  {self.panel.across}", style="dim", no_wrap=True)
        else:
            yield Text(foot, style="dim", no_wrap=True)
            yield Text(f"{self.panel.across:>{gutter + 2 + grid.columns}}", style="dim", no_wrap=True)


def _style(curve: Curve) -> str:
    return STYLES[curve.number % len(STYLES)]


def _mark(curve: Curve, *, plain: bool) -> str:
    marks = PLAIN_MARKS if plain else MARKS
    return marks[curve.number % len(marks)]


def _line(grid: _Grid, start: Point, end: Point, curve: Curve) -> None:
    """Draw a line; a dotted one leaves out two dots of three."""
    steps = max(
        1,
        math.ceil(max(abs(end[0] - start[0]) * grid.columns * 2, abs(end[1] - start[1]) * grid.rows * 4)),
    )
    for step in range(steps + 1):
        if curve.dotted and step % 3:
            continue
        part = step / steps
        x, y = start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])
        if 0 <= y <= 1:
            grid.dot(x, y, f"dim {_style(curve)}" if curve.dotted else _style(curve))


def _ticks(low: float, high: float, rows: int) -> list[float]:
    """Return round values from `low` to at least `high`, about one in three rows."""
    rough = (high - low) / max(2, rows // 3)
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(at * step, 12) for at in range(first, last + 1)]
