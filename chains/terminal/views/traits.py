"""Traits of members from round to round, for the terminal: by level, by the Price equation, by who rises and leaves."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.traits import BAD_KEPT, CHANGE, TraitRow
from chains.organisation.traits import TIED
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.stats.price import PARTS
from chains.terminal.views.luck import with_interval
from chains.terminal.views.output import figures_by


def traits_view(rows: Sequence[TraitRow]) -> Iterator[RenderableType]:
    """Return tables of where traits are and what moves them, then sentences; nothing where members have no traits."""
    if not rows:
        return
    several = max(len(shares) for row in rows for of in row.levels.values() for shares in of.values()) > 1
    first = rows[0].names[0]
    yield Text(f"{first}: share of the seats of a level whose holder has it, by round; L0 is the top", "bold")
    yield _by_round(rows, first)
    yield Text("bad news: the share of what a level's seats heard that their reports keep, by round", "bold")
    yield _by_round(rows, BAD_KEPT)
    if several:
        yield Text("what moves a trait: the Price equation, summed over the rounds of a trial", "bold")
        yield _priced(rows)
    if any(row.rises or row.leaves for row in rows):
        yield Text("who rises and who leaves: what a trait adds to the log-odds", "bold")
        yield _chosen(rows)
    tied = f"; correlation of {' and '.join(TIED)}, by level and round" if any(row.together for row in rows) else ""
    yield Text(
        f"{first} above the workers, last round: spread between trials, and if nothing were selected{tied}", "bold"
    )
    yield _at_the_end(rows, first)
    if several:
        yield Text(NOTE, style="dim")
    worlds = max(share.worlds for row in rows for share in row.levels[first][0])
    if worlds < FEWEST_WORLDS:
        yield Text(
            f"note: {worlds} world{'s are' if worlds > 1 else ' is'} too few for a conclusion on traits", "yellow"
        )


def _by_round(rows: Sequence[TraitRow], of: str) -> Table:
    table = figures_by("", *map(str, range(1, max(len(shares) for shares in rows[0].levels[of].values()) + 1)))
    for row in rows:
        for place, (level, shares) in enumerate(row.levels.get(of, {}).items()):
            cells = [f"{share.value:.0%}" if share.worlds else "-" for share in shares]
            table.add_row("" if place else row.condition, f"L{level}", *cells)
    return table


def _priced(rows: Sequence[TraitRow]) -> Table:
    table = figures_by("", *PARTS, CHANGE)
    for row in rows:
        for place, (name, parts) in enumerate(row.price.items()):
            table.add_row("" if place else row.condition, name, *(_starred(parts[part]) for part in (*PARTS, CHANGE)))
    return table


def _chosen(rows: Sequence[TraitRow]) -> Table:
    table = figures_by("", "rises", "leaves")
    for row in rows:
        for place, name in enumerate(row.names):
            cells = [with_interval(of[name]) if name in of else "-" for of in (row.rises, row.leaves)]
            table.add_row("" if place else row.condition, name, *cells)
    return table


def _at_the_end(rows: Sequence[TraitRow], first: str) -> Table:
    places = list(dict.fromkeys(place for row in rows for place in row.together))
    table = figures_by("spread", "drift", *(f"L{level}, {number}" for level, number in places))
    for row in rows:
        together = [_starred(row.together[place]) if place in row.together else "-" for place in places]
        table.add_row(row.condition, f"{row.spread[first]:.2f}", f"{row.drift:.2f}", *together)
    return table


def _starred(figure: tuple[float, float, float]) -> str:
    value, low, high = figure
    return f"{value:+z.2f}{'*' if low > 0 or high < 0 else ' '}"


NOTE = (
    "rising: who changes seats comes to weigh more or less (all levels weigh the same); leaving: who is gone, the "
    "retired too; within: who stays changes; arriving: newcomers; they add up to the change. Log-odds by a conditional "
    "logit among those who could have risen or left. Intervals of 95% by world; *: without 0"
)
