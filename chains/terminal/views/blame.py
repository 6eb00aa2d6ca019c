"""Who is to blame, in a sentence and a table: what replacing each seat saves of loss, distortion and regret."""

import math
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.blame import DECISION, LOSSES, Blamed, Replaced
from chains.analysis.swap import Part, Swapped
from chains.running.arms_of_blame import EQUAL_WORDS, OTHER, RELAY
from chains.stats.paired.culprits import Saved
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.output import counted

WAYS = {
    RELAY: "replaced by verbatim relay of all that the seat heard",
    EQUAL_WORDS: "replaced by a relay of as many words as the seat wrote",
    OTHER: "replaced",
}


def blame_document(found: Blamed) -> dict[str, Any]:
    """Return the blame in one condition as JSON, with the sentences that are printed."""
    document = found.document()
    ways = [one | {"says": _how(found, way)} for one, way in zip(document["ways"], found.ways, strict=True)]
    return document | {"says": list(_said(found, document["worlds"])), "ways": ways}


def blame_view(found: Blamed) -> RenderableType:
    """Return the blame in one condition."""
    blame = found.blame
    worlds = len({one.seed for one in blame.trials})
    times = "" if blame.times == 1 else f", {blame.times} continuations each"
    head = f"{found.condition} ({counted(len(blame.trials), 'trial')}, {counted(worlds, 'world')}{times})"
    parts: list[RenderableType] = [Text(head, style="bold"), *(Text(line) for line in _said(found, worlds))]
    for way in found.ways:
        parts += [Text(f"\n{_how(found, way)}; points are of 100 facts"), _table(found, way)]
    if any(sum(way.undefined) for way in found.ways):
        parts.append(
            Text(
                "undefined: continuations that were not asked to their end, broke off, refused, were cut off, or are "
                "not in English above the seat; nothing is said of them"
            )
        )
    return Group(*parts)


def swap_view(condition: str, found: Swapped) -> RenderableType:
    """Return what a swap of two seats' holders shows in one condition."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for number, heading in enumerate(("seat", "loss rate", "swapped")):
        table.add_column(heading, justify="right" if number else "left")
    for place, seat in enumerate(found.seats):
        table.add_row(seat, *(_share(rates[place]) for rates in (found.before, found.after)))
    a, b = found.seats
    parts = [
        f"{a} less {b}: {_part(found.of_seats)} belong to the seats, {_part(found.of_holders)} to who sits in them.",
        f"swapped: {' '.join(found.settings)}",
    ]
    if found.of_seats.worlds < FEWEST_WORLDS:
        parts.append(f"{found.of_seats.worlds} of {FEWEST_WORLDS} worlds are too few to tell; this is a look")
    return Group(Text(condition, style="bold"), Text(parts[0]), table, *(Text(one) for one in parts[1:]))


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.0f}%"


def _part(one: Part) -> str:
    interval = "" if math.isnan(one.low) else f" ({100 * one.low:+.1f} to {100 * one.high:+.1f})"
    return "nothing known" if math.isnan(one.value) else f"{100 * one.value:+.1f} points{interval}"


def _how(found: Blamed, way: Replaced) -> str:
    """Return how the seats were replaced."""
    return f"{WAYS[way.kind]} by {' '.join(found.blame.settings)}" if way.kind == OTHER else WAYS[way.kind]


def _said(found: Blamed, worlds: int) -> Iterator[str]:
    places = found.blame.places
    if worlds < FEWEST_WORLDS:
        yield f"{worlds} of {FEWEST_WORLDS} worlds are too few to blame anybody; this is a look, not a finding."
        return
    for way in found.ways:
        for what in LOSSES:
            if what not in way.saved:
                continue
            one = way.saved[what]
            names = [places[place] for place in one.blamed]
            unknown = [place for place, saved in zip(places, one.saved, strict=False) if saved.worlds < FEWEST_WORLDS]
            if unknown:
                if what == "loss":
                    yield f"Too little is known of {', '.join(unknown[:4])} ({way.kind}) to blame or clear anybody."
                continue
            if not names:
                if what == "loss":
                    yield (
                        f"Nobody stands out ({way.kind}): of no seat is it shown that replacing it saves anything, and "
                        "more than replacing the others."
                    )
                continue
            first = one.saved[one.blamed[0]]
            rest = f", and {' and '.join(names[1:])} can't be told from it" if len(names) > 1 else ""
            yield (
                f"{names[0]} does most of the damage ({what}, {way.kind}): without it {_points(what, first.value)} "
                f"{_interval(what, first)} would be saved{rest}."
            )
        yield from _who_decides(way, places)


def _who_decides(way: Replaced, places: tuple[str, ...]) -> Iterator[str]:
    one = way.saved.get(DECISION)
    if one is None:
        return
    if not one.blamed:
        yield f"Who decides ({way.kind}): nobody stands out by how often another option is in force without them."
        return
    name, *others = (places[place] for place in one.blamed)
    first = one.saved[one.blamed[0]]
    rest = f"; {' and '.join(others)} can't be told from it" if others else ""
    yield (
        f"Who decides ({way.kind}): {name}. Without it another option is in force in {_share(first.value)} of trials "
        f"{_interval(DECISION, first)}{rest}."
    )


def _table(found: Blamed, way: Replaced) -> Table:
    whats = [what for what in LOSSES if what in way.saved]
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("seat", justify="left", no_wrap=True)
    for what in whats:
        for heading in (what, "95% interval", "p"):
            table.add_column(heading, justify="right", no_wrap=True)
    decides = way.saved.get(DECISION)
    for heading in ("first lost", *(("decides",) if decides else ()), "undefined"):
        table.add_column(heading, justify="right", no_wrap=True)
    for number, place in enumerate(found.blame.places):
        cells: list[str] = []
        for what in whats:
            if number >= len(way.saved[what].saved):  # the executive, who reports to nobody
                cells += ["-", "-", "-"]
                continue
            one = way.saved[what].saved[number]
            p = "-" if math.isnan(one.p) else f"{one.p:.3f}"
            cells += [_number(what, one.value), _interval(what, one), p]
        first = found.first_lost.get(place)
        unclear = way.undefined[number]
        table.add_row(
            place,
            *cells,
            "-" if first is None else f"{100 * first:.0f}%",
            *((_share(decides.saved[number].value),) if decides else ()),
            f"{unclear} of {way.continuations}" if unclear else "",
            style="bold" if any(number in way.saved[what].blamed for what in whats) else "",
        )
    return table


def _number(what: str, value: float) -> str:
    if math.isnan(value):
        return "-"
    text = f"{value:+.2f}" if what == "regret" else f"{100 * value:+.1f}"
    return text if text.strip("+-0.") else text.replace("-", "+")


def _points(what: str, value: float) -> str:
    return f"{value:.2f} of regret" if what == "regret" else f"{100 * value:.1f} points"


def _interval(what: str, one: Saved) -> str:
    if math.isnan(one.low):
        return "-"
    return f"({_number(what, one.low)} to {_number(what, one.high)})"
