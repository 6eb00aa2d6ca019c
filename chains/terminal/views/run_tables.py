"""Tables of a run: what came of it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.claims import claims_note
from chains.analysis.results.patterns import PatternRow
from chains.analysis.results.run_results import Results
from chains.fates import FATES
from chains.stats.measurement_error.corrected_retention import Corrected
from chains.stats.paired.ceiling_and_floor import AtLimit, all_at_one
from chains.stats.paired.shares import FEWEST_WORLDS, MOST_CUT_OFF, MOST_FOREIGN
from chains.terminal.views.added_measures import added_view
from chains.terminal.views.certainty import certainty_view
from chains.terminal.views.charter import acted_sentence, carried_view
from chains.terminal.views.gaps import gaps_view
from chains.terminal.views.grades import graded_sentence, grades_view
from chains.terminal.views.luck import luck_view
from chains.terminal.views.output import counted
from chains.terminal.views.pauses import pauses_view
from chains.terminal.views.pools import pools_view
from chains.terminal.views.practices import practices_view
from chains.terminal.views.regret import regret_view
from chains.terminal.views.status import share_text, status_view, told_sentence
from chains.terminal.views.stops import stops_view
from chains.terminal.views.summary import COMPARE_TELLS, summary_view
from chains.terminal.views.traits import traits_view
from chains.worlds.world import unverified_notes

FATE_STYLE = {
    "kept": "green",
    "blurred": "yellow",
    "altered": "magenta",
    "inverted": "bold red",
    "omitted": "bright_black",
    "unread": "blue",
}
"""One colour a fate, everywhere."""
MOST_HOPS = 12
"""Hops shown of a deep hierarchy; all of them are in `--json`."""
SMALL_MODEL = "smollm2 has 135 million parameters: it shows how the machine runs; conclusions need larger models"


def shown_hops(hops: Sequence[int]) -> list[int]:
    """Return the hops to show: all of a few, else the first, the last, and some between, denser at the start."""
    if len(hops) <= MOST_HOPS:
        return list(hops)
    last = len(hops) - 1
    places = {round(last ** (step / (MOST_HOPS - 1))) for step in range(MOST_HOPS)} | {0, 1, 2, 3}
    return [hops[place] for place in sorted(places)]


def results_view(
    found: Results,
    seconds: float | None = None,
    corrected: Mapping[tuple[str, int], Corrected] | None = None,
    added: Sequence[Mapping[str, Any]] = (),
) -> RenderableType:
    """Return the table by hop and condition, with its notes.

    Args:
        found: The run's results.
        seconds: How long it took.
        corrected: Retention by condition and hop, corrected for the instrument's error, where that is measured.
        added: The rows of the measures that the user added, if there are any.
    """
    record = found.record
    rows = found.by_hop()
    limits = found.limits()
    alike = all_at_one(one for _, one in limits)
    parts: list[RenderableType] = [*_barred(rows, limits if alike else ()), *_answer(found, ranked=not alike)]
    if record.experiment.question:
        parts.append(Text(record.experiment.question, style="italic"))
    tops, costs = found.at_the_top(), {row["condition"]: row for row in found.costs()}
    parts += _by_condition(rows, corrected or {}, tops, costs)
    if tops:
        parts.append(Text("all: the last reports and what reaches the executive past them, read as one text", "dim"))
    if found.silent:
        others = found.by_hop(silent=False)
        which = "trial" if len(found.silent) == 1 else f"{len(found.silent)} trials"
        left = "nothing is left" if not others else ""
        parts.append(Text(f"without the {which} in which a seat gave no report: {left}", style="yellow"))
        parts += _by_condition(others, {}, found.at_the_top(silent=False), {})
    parts += rounds_view(found.rounds())
    parts += luck_view(found.luck())
    parts += practices_view(found.practices())
    parts += traits_view(found.traits())
    if found.told:
        parts += status_view(found.status(), shown_hops(sorted({row["hop"] for row in rows})))
    parts += patterns_view(found.patterns())
    parts += pools_view(found.pools(), found.by_drafts())
    parts += grades_view(found.grades(), shown_hops(sorted({row["hop"] for row in rows})))
    parts += gaps_view(found.gaps(), shown_hops(sorted({row["hop"] for row in rows})))
    parts += certainty_view(found.certainty(), shown_hops(sorted({row["hop"] for row in rows})))
    if found.decided:
        parts += regret_view(found.regret(), found.down(), by_hop_table)
        parts += stops_view(found.stops())
        parts += pauses_view(found.pauses())
    if found.ordered:
        parts += carried_view(found.charter(), found.deeds())
    parts += added_view(added)
    took = "" if seconds is None else f", {seconds:.0f} s"
    parts.append(
        Text(
            f"run {record.id}: {found.finished} of {found.trials} trials finished, {found.failed} failed, "
            f"{found.waiting} waiting; {counted(found.calls, 'call')}, {found.tokens:,} tokens{_price(found)}{took}"
        )
    )
    if (fork := record.forked) is not None:
        what = " ".join(fork.settings) or ("a message put in place of a reply" if fork.said else "nothing changed")
        parts.append(Text(f"a fork of run {fork.run}{f' at {fork.at}' if fork.at else ''}: {what}"))
    if found.reused:
        parts.append(Text(f"{_several(sum(found.reused.values()))} taken from {', '.join(found.reused)}, at no cost"))
    if found.standing.notable:
        parts += [Text(line) for line in found.standing.lines()]
    parts += [Text(f"note: {note}", style="yellow") for note in _notes(found, rows)]
    return Group(*parts)


def finding(found: Results) -> str:
    """Return what was found in a run, in a clause: what its results begin with."""
    limits = found.limits()
    alike = all_at_one(one for _, one in limits)
    first = next(
        (str(one) for one in (*_barred(found.by_hop(), limits if alike else ()), *_answer(found, ranked=not alike))
         if isinstance(one, Text)),
        "",
    )  # fmt: skip
    if first.startswith("No finding"):
        return first.partition(";")[0].removesuffix(".")  # what to do about it stands in `show`
    return first.removesuffix(".").removesuffix(COMPARE_TELLS)


def cut_off_sentence(share: float, whose: str) -> str:
    """Say that too many messages were cut off for a finding, and what to do; `whose` may be empty."""
    return (
        f"No finding: {share:.0%} of the messages{whose} were cut off by the limit of tokens; "
        "raise max_tokens (settings: max_tokens)."
    )


def foreign_sentence(share: float, whose: str) -> str:
    """Say that too many messages are in another language for a finding, and what to do; `whose` may be empty."""
    return f"No finding: {share:.0%} of the messages{whose} are not in English, which alone is read; ask for English."


def limit_sentence(one: AtLimit, whose: str) -> str:
    """Say that no finding on what is kept is possible at ceiling or floor; what else was measured has its own say.

    Args:
        one: The result at its limit.
        whose: Whose result it is, as in "forum=none keeps", or "is kept".
    """
    return f"No finding on what {whose}: {one.why}."


def _barred(rows: Sequence[dict[str, Any]], limits: Sequence[tuple[str, AtLimit | None]]) -> Iterator[Text]:
    """Say of each condition, before anything else, what allows no finding.

    Args:
        rows: By condition and hop.
        limits: The conditions at ceiling or floor where all of them are at the same, so that none can be told apart.
    """
    several = len({row["condition"] for row in rows}) > 1
    for column, bar, sentence in (
        ("cut_off", MOST_CUT_OFF, cut_off_sentence),
        ("foreign", MOST_FOREIGN, foreign_sentence),
    ):
        for condition, group in groupby(rows, key=lambda row: row["condition"]):
            worst = max(group, key=lambda row: float(row[column]))
            if worst[column] > bar:
                whose = f" at hop {worst['hop']}" + (f" of {condition}" if several else "")
                yield Text(sentence(worst[column], whose), "bold red")
    at_limit: dict[str, tuple[AtLimit, list[str]]] = {}
    for condition, one in limits:
        if one is not None:
            at_limit.setdefault(one.why, (one, []))[1].append(condition)
    for one, conditions in at_limit.values():
        alike = len(conditions) == len(limits)  # said once of all of them
        for whose in ["is kept"] if alike else [f"{condition} keeps" for condition in conditions]:
            yield Text(limit_sentence(one, whose), "bold red")


def _answer(found: Results, *, ranked: bool) -> list[RenderableType]:
    """Return what matters most: the conditions at a glance, or what is done where orders alone go down.

    Args:
        found: The run's results.
        ranked: Whether it is said which condition keeps most and which fewest.
    """
    if found.ordered:
        return [Text(acted_sentence(found.deeds()), "bold")]
    told = [Text(told_sentence(found.status()), "bold")] if found.told else []
    told += [Text(graded_sentence(found.grades(estimates=False)), "bold")] if found.on_scale else []
    return [*told, *summary_view(found.summary(), ranked=ranked)] or [Text(_nothing(found), "bold")]


def _nothing(found: Results) -> str:
    """Say why there is nothing to sum up."""
    return "no fact is counted: all of them are claims" if found.claims else "no trial is finished yet"


def _several(replies: int) -> str:
    return "1 reply was" if replies == 1 else f"{replies:,} replies were"


def _price(found: Results) -> str:
    if found.cost is None:
        return ", price unknown"
    return f", cost {found.cost:,.4f}" if found.cost else ""


def _by_condition(
    rows: Sequence[dict[str, Any]],
    corrected: Mapping[tuple[str, int], Corrected],
    tops: Sequence[dict[str, Any]],
    costs: Mapping[str, dict[str, Any]],
) -> Iterator[RenderableType]:
    for condition, group in groupby(rows, key=lambda row: row["condition"]):
        by_hop = {row["hop"]: row for row in group}
        shown = shown_hops(sorted(by_hop))
        trials = by_hop[shown[0]]["trials"]
        took = f"; a trial takes {taken_text(costs[condition])}" if condition in costs else ""
        yield Text(f"{condition} ({trials} trial{'s' if trials > 1 else ''}, mean{took})", style="bold")
        whole = [row for row in tops if row["condition"] == condition]
        yield by_hop_table([by_hop[hop] for hop in shown] + whole)
        by_error = [(hop, corrected[condition, hop]) for hop in shown if (condition, hop) in corrected]
        if by_error:
            figures = ", ".join(f"hop {hop} {corrected_text(one)}" for hop, one in by_error)
            yield Text(f"kept, corrected for the instrument's measured error: {figures}", "green")


def taken_text(row: Mapping[str, float]) -> str:
    """Return what a trial takes on average."""
    return f"{row['calls']:.1f} calls, {row['tokens']:,.0f} tokens".replace(".0 calls", " calls")


def corrected_text(one: Corrected) -> str:
    """Return a corrected retention with its 95% interval; one that was clipped to 0 or 1 says so."""
    if math.isnan(one.value):
        return "can't be corrected"
    clipped = "clipped" if one.clipped else ""
    interval = "" if math.isnan(one.low) else f"{one.low:.0%} to {one.high:.0%}"
    about = ", ".join(filter(None, (interval, clipped)))
    return f"{one.value:.0%} ({about})" if about else f"{one.value:.0%}"


def _notes(found: Results, rows: Sequence[dict[str, Any]]) -> list[str]:
    notes = unverified_notes(found.record.worlds.values()) + found.record.notes
    notes += filter(None, [claims_note(found.claims)])
    limits = found.limits()
    if not all_at_one(one for _, one in limits):
        notes += [f"{condition} lies at the {one.limit}: {one.why}" for condition, one in limits if one is not None]
    if any(source.label == "smollm2" for source in found.record.models.values()):
        notes.append(SMALL_MODEL)
    if 0 < (other := max((row["foreign"] for row in rows), default=0)) <= MOST_FOREIGN:
        notes.append(f"up to {other:.0%} of the messages at a hop are not in English, which alone is read")
    if found.noted:
        notes.append(f"{found.noted} replies carry a note on how they were obtained; `show --trial` quotes it")
    if found.unrated:
        notes.append(f"{counted(found.unrated, 'rating')} can't be read; of several drafts a random one went on there")
    if silent := max((row["silent"] for row in rows), default=0):
        notes.append(f"up to {silent:.0%} of the seats at a hop gave no report (refused, filtered or empty)")
    if loops := max((row["degenerate"] for row in rows), default=0):
        notes.append(f"up to {loops:.0%} of the messages at a hop are degenerate: they loop, or are empty of any claim")
    return notes


def by_hop_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Return the fates' shares by condition and hop; narrow enough for eighty columns."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("hop", justify="right")
    for fate in FATES:
        table.add_column(fate, justify="right", style=FATE_STYLE[fate])
    for name in ("invented", "unfounded", "words", "degenerate"):
        table.add_column(name, justify="right")
    for row in rows:
        cells = ["-" if math.isnan(row[fate]) else f"{row[fate]:.0%}" for fate in FATES]
        cells += [
            f"{row['invented']:.1f}",
            f"{row['unfounded']:.1f}",
            f"{row['words']:.0f}",
            f"{row['degenerate']:.0%}",
        ]
        table.add_row(str(row["hop"]), *cells)
    return table


def rounds_view(rows: Sequence[dict[str, Any]]) -> list[Table]:
    """Return a table for each condition that has several rounds: what the executive heard, and how reports pleased."""
    tables = []
    for condition, group in groupby(rows, key=lambda row: row["condition"]):
        table = Table(title=f"{condition}: by round", title_justify="left", box=None, padding=(0, 1))
        for heading in ("round", "kept", "distorted", "rating", "unrated", "moved"):
            table.add_column(heading, justify="right")
        for row in group:
            rating = "" if row["rating"] is None else f"{row['rating']:.1f}"
            shares = [f"{row[name]:.0%}" for name in ("kept", "distorted")]
            table.add_row(str(row["round"]), *shares, rating, str(row["unrated"]), f"{row['moved']:.1f}")
        table.caption = "as the executive heard it; mean rating from 1 to 10; seats whose holder is not the first one"
        table.caption_justify = "left"
        tables.append(table)
    return tables


def patterns_view(rows: Sequence[PatternRow]) -> Iterator[RenderableType]:
    """Return a row for each condition, from `results.patterns.pattern_rows`."""
    if not rows:
        return
    yield Text("the common cause at the top: visible (all its facts are kept), stated (a report says it)", "bold")
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("")
    for heading in ("trials", "visible", "stated"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(row.condition, str(row.trials), share_text(row.visible), share_text(row.stated))
    yield table
    if (worlds := max(row.visible.worlds for row in rows)) < FEWEST_WORLDS:
        are = "s are" if worlds > 1 else " is"
        yield Text(f"note: {worlds} world{are} too few for a conclusion on the common cause", "yellow")
