"""A trial at a glance: facts by hops in letters, what is new at a hop marked; readable without colour."""

from rich.table import Table
from rich.text import Text

from chains.analysis.results.fate_grid import Cell, grid
from chains.analysis.results.trial_story import Story
from chains.fates import LETTERS, UNREAD
from chains.scoring.text.legible import legible
from chains.terminal.views.run_tables import FATE_STYLE, shown_hops

VALENCE_STYLE = {"bad": "red", "good": "green", "neutral": "default", "ambiguous": "default"}


def grid_view(story: Story) -> Table:
    """Return what is true, each fact with its fate at each hop; of a deep chain some hops."""
    found = grid(story)
    shown = shown_hops(found.hops)
    table = Table(
        title="what is true, and what became of it hop by hop", title_justify="left", box=None, pad_edge=False
    )
    table.add_column("fact", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    for hop in shown:
        table.add_column(str(hop), justify="right", no_wrap=True, min_width=2)
    table.add_column("as a worker's notes may have it", ratio=1)
    for fact in story.world.facts:
        cells = found.facts.get(fact.id, {})
        table.add_row(
            fact.id,
            Text(fact.valence, style=VALENCE_STYLE[fact.valence]),
            "*" * fact.severity,
            *(_cell(cells.get(hop)) for hop in shown),
            Text(legible(fact.render(0))),
        )
    return table


def legend(story: Story | None = None, *, capitals: bool = True) -> Text:
    """Return what the letters mean, each in its colour; of claims too, where a trial's world has any."""
    words = [(f"{letter.lower()} {fate}  ", FATE_STYLE[fate]) for fate, letter in LETTERS.items()]
    claims = story is not None and any(not fact.slots for fact in story.world.facts)
    unread = [(f"{UNREAD} claim, unread  ", FATE_STYLE["unread"])] if claims else []
    return Text.assemble(*words, *unread, ("capital: new at this hop", "dim") if capitals else "")


def _cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("")
    if cell.fate == "unread":
        return Text(UNREAD, FATE_STYLE[cell.fate])
    letter = LETTERS[cell.fate]
    style = FATE_STYLE[cell.fate]
    return Text(letter, f"{style} reverse") if cell.new else Text(letter.lower(), style)
