"""What a pilot tried, and what models carry: tables, one figure, and sentences."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.load import Carried, Kept
from chains.stats.load.dose_response import SHARE
from chains.stats.load.working_range import END, FIRST, Ended, Load, Tried
from chains.stats.paired.ceiling_and_floor import at_limit
from chains.stats.paired.shares import FEWEST_WORLDS, Share, wilson
from chains.terminal.views.curve_data import Curve, Panel
from chains.terminal.views.terminal_plot import Plot

SIDES = {"light": "too light", "heavy": "too heavy", "torn": "too light first, too heavy at the end", "within": "yes"}
"""What a table says of a load."""

LONGEST = 20
"""Characters of a curve's name; more would leave no room for the curve."""


def loads_view(tried: Sequence[tuple[Tried, Kept]], key: str) -> RenderableType:
    """Return a row for each load that a pilot tried, the lightest first."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    words = any(one.load.words for one, _ in tried)
    for heading in (key, *(["words"] if words else []), "worker", "first manager", "of what it hears", "end"):
        table.add_column(heading, justify="right")
    table.add_column("in the working range")
    for one, kept in sorted(tried, key=lambda row: (row[0].load.facts, row[0].load.words or 0)):
        cells = [str(one.load.facts), *([str(one.load.words or "-")] if words else [])]
        shares = kept.worker.value, kept.first.value, kept.relayed, kept.end.value
        cells += [f"{share:.0%}" for share in shares]
        table.add_row(*cells, SIDES[one.side])
    hops = tried[0][1].hops
    about = f"kept; wanted: {_ends(FIRST)} of what the first manager hears, and {_ends(END)} at the end of {hops} hops"
    return Group(table, Text(about, "dim"))


def _ends(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.0%} to {ends[1]:.0%}"


def pilot_sentence(ended: Ended, kept: Mapping[Load, Kept], key: str, model: str) -> str:
    """Return how a pilot ended, in a sentence or two.

    Args:
        ended: How its search did.
        kept: What was kept under each load that was tried.
        key: The setting that says how many facts there are.
        model: Who held the seats.
    """
    if ended.found is not None:
        load, what = ended.found.load, kept[ended.found.load]
        return (
            f"With {_load(load, key)} {model} lies in the working range: the first manager keeps {what.relayed:.0%} "
            f"of what it hears, and {_share(what.end)} of the facts are left after {what.hops} hops. These are plain "
            f"relays on {what.end.worlds} other worlds; the study's own figures will differ."
        )
    if ended.torn is not None:
        what = kept[ended.torn.load]
        return (
            f"No load does both: with {_load(ended.torn.load, key)} the first manager keeps {what.relayed:.0%}, "
            f"too much, and {what.end.value:.0%} is left after {what.hops} hops, too little. A shorter chain may do."
        )
    if ended.light is not None and ended.heavy is not None:
        light, heavy = ended.light, ended.heavy
        return (
            f"No load does both: {model} goes from too light ({_load(light.load, key)}: {light.first:.0%} at the first "
            f"manager, {light.end:.0%} at the end) to too heavy ({_load(heavy.load, key)}: {heavy.first:.0%}, "
            f"{heavy.end:.0%}), and no load between them was found. More worlds may tell (--worlds)."
        )
    one = ended.light or ended.heavy
    if one is None:
        return "No load could be tried."
    what = kept[one.load]
    if ended.light is not None:
        heavier = "Notes as documents (form = mixed)," if one.load.words is None else "A tighter word budget,"
        low, high = wilson(what.end.value, what.end.worlds)
        bound = at_limit(what.end._replace(low=low, high=high), what.hops)
        told = f" The hazard is at most {bound.hazard:.1%} a hop." if bound is not None else ""
        return (
            f"No load does both: even {_load(one.load, key)} are too light for {model}: the first manager keeps "
            f"{what.relayed:.0%} and {what.end.value:.0%} is left after {what.hops} hops.{told} "
            f"{heavier} prompts that ask for a summary, or a longer chain are heavier."
        )
    return (
        f"No load does both: even {_load(one.load, key)} are too heavy for {model}: the first manager keeps "
        f"{what.relayed:.0%} and {what.end.value:.0%} is left after {what.hops} hops. A larger model or a shorter "
        "chain may do."
    )


def _load(load: Load, key: str) -> str:
    each = " for each worker" if key == "facts_each" else ""
    words = "" if load.words is None else f" in {load.words} words of notes"
    return f"{load.facts} facts{each}{words}"


def _share(share: Share) -> str:
    interval = f" ({share.low:.0%} to {share.high:.0%})" if share.worlds >= FEWEST_WORLDS else ""
    return f"{share.value:.0%}{interval}"


def carried_view(found: Sequence[Carried]) -> RenderableType:
    """Return the sentence of each condition, the curves, and a row for each load."""
    return Group(*_carried(found))


def _carried(found: Sequence[Carried]) -> Iterator[RenderableType]:
    for one in sorted(found, key=lambda one: -one.found.capacity.value):
        yield Text(one.sentence, "bold")
    for panel in load_panels(found):
        yield Plot(panel)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("", found[0].of, "kept", "95% interval", "worlds"):
        table.add_column(heading, justify="right" if heading else "left")
    for one in found:
        for dose in one.found.doses:
            interval = "-" if dose.low != dose.low else f"{dose.low:.0%} to {dose.high:.0%}"
            table.add_row(one.name, f"{dose.load:g}", f"{dose.kept:.0%}", interval, str(dose.worlds))
    yield table
    for one in found:
        if (gap := one.found.gap) is not None and gap[1] > FAR * gap[0]:
            name = f"{one.name}: " if len(found) > 1 else ""
            yield Text(
                f"note: {name}no load between {gap[0]:g} and {gap[1]:g} was tried, and a straight line is drawn; the "
                "interval does not allow for that, so try loads between them",
                "yellow",
            )
    if min(dose.worlds for one in found for dose in one.found.doses) < FEWEST_WORLDS:
        yield Text(f"-: fewer than {FEWEST_WORLDS} worlds have no interval", "yellow")


def load_panels(found: Sequence[Carried]) -> list[Panel]:
    """Return retention against load as one panel, with a line at the share that is to be carried."""
    curves = []
    for number, one in enumerate(found):
        doses = one.found.doses
        bars = [(dose.low, dose.high) for dose in doses]
        curves.append(
            Curve(_short(one.name) if len(found) > 1 else "", [(dose.load, dose.kept) for dose in doses], bars, number)
        )
    loads = [dose.load for one in found for dose in one.found.doses]
    curves.append(Curve("", [(min(loads), SHARE), (max(loads), SHARE)], (), len(found), dotted=True))
    hops = f"{found[0].hops} hops" if found[0].hops > 1 else "1 hop"
    up, note = f"share kept over {hops}", f"dotted: {SHARE:.0%}"
    return [Panel("Retention against load", curves, found[0].of, up, note, high=1.0, tick="{:.0%}".format)]


FAR = 1.4
"""How many times the lower of two loads the next may be, for the line between them to be believed."""


def _short(name: str) -> str:
    """Return what a curve is called: a setting alone without its key, and of a long name the end."""
    said = name.partition("=")[2] if ", " not in name and "=" in name else name
    return said if len(said) <= LONGEST else f"…{said[-LONGEST:]}"
