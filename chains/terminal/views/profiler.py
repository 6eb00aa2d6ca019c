"""Where the facts are lost: hops ranked by damage, what each was given and passed on, and the worst seats."""

import math
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.profiler import Place, Profile
from chains.fates import FATE_OF
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.output import counted
from chains.terminal.views.run_tables import FATE_STYLE, shown_hops

MOST_SEATS = 10
"""Seats shown; all of them are in `--json`."""


def profile_view(profile: Profile) -> RenderableType:
    """Return one condition's profile."""
    worlds = f"{profile.worlds} world{'s' if profile.worlds > 1 else ''}"
    parts: list[RenderableType] = [
        Text(f"{profile.condition.name} ({counted(profile.trials, 'trial')}, {worlds})", style="bold"),
        _said(profile),
        _damage(profile.ranked[: len(shown_hops(range(len(profile.hops))))], "hop"),
        _passed(profile),
    ]
    if len(profile.seats) > len(profile.hops):
        parts.append(_damage(profile.seats[:MOST_SEATS], "seat"))
        if len(profile.seats) > MOST_SEATS:
            parts.append(Text(f"{len(profile.seats) - MOST_SEATS} seats more are in --json", style="dim"))
    return Group(*parts)


def _damage(places: Sequence[Place], what: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    headings = (what, "damage", "95% interval", "worst in", "loss rate", "95% interval", "of bad", "of others")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if not number else "right")
    for place in places:
        table.add_row(
            place.name.removeprefix("hop ") if what == "hop" else f"{place.name} (hop {place.hop})",
            _percent(place.damage),
            _interval(place.damage_ci),
            _percent(place.worst),
            _percent(place.rate),
            _interval(place.rate_ci),
            _percent(place.bad_rate),
            _percent(place.other_rate),
        )
    return table


def _passed(profile: Profile) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("hop", justify="left")
    table.add_column("given", justify="right")
    lost = list(FATE_OF.values())[1:]
    for fate in lost:
        table.add_column(f"-{fate}", justify="right", style=FATE_STYLE[fate])
    for heading in ("+back", "passed on", "invented", "words"):
        table.add_column(heading, justify="right")
    wanted = {profile.hops[place].hop for place in shown_hops(range(len(profile.hops)))}
    for place in profile.hops:
        if place.hop in wanted:
            cells = [_percent(place.given), *(_percent(place.lost[fate]) for fate in lost), _percent(place.back)]
            table.add_row(str(place.hop), *cells, _percent(place.passed), f"{place.invented:.1f}", f"{place.words:.0f}")
    return table


def _note(profile: Profile) -> Iterator[Text]:
    if not profile.believable:
        worlds = "1 world is" if profile.worlds == 1 else f"{profile.worlds} worlds are"
        yield Text(f"note: {worlds} too few for a conclusion ({FEWEST_WORLDS} or more); this is a look", style="yellow")


def _said(profile: Profile) -> RenderableType:
    worst = profile.ranked[0]
    if not worst.damage:
        return Text("no fact is lost at any hop")
    tied = [place.name for place in profile.ranked if place.damage == worst.damage]
    if len(tied) > 1:
        said = f"{', '.join(tied[:-1])} and {tied[-1]} do the most damage alike: {_percent(worst.damage)} of all facts"
        return Group(Text(f"{said} are first lost at each"), *_note(profile))
    said = (
        f"{worst.name} does the most damage: {_percent(worst.damage)} of all facts are first lost there "
        f"({_interval(worst.damage_ci)} over worlds)"
    )
    if not profile.believable:
        return Group(Text(said), *_note(profile))
    sure = f", and it is the worst in {_percent(worst.worst)} of the resamples"
    unsure = "" if worst.worst >= 0.95 else ": the order of the hops is not settled"
    return Text(said + sure + unsure)


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.0%}"


def _interval(interval: tuple[float, float]) -> str:
    low, high = interval
    return "-" if math.isnan(low) else f"{low:.0%} to {high:.0%}"
