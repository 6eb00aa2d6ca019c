"""`show`: results of a run, one of its trials hop by hop, where facts are lost, what auditors found, its graph.

Modules that only one of these needs are imported in its function: numpy and scipy take a third of a second, and the
results need neither.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from chains.analysis.added_measures import added_rows
from chains.analysis.results.run_results import Results, results
from chains.organisation.cast import Part
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.plan import Plan
from chains.running.folders import find_run, is_archive
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.running.recorded_finding import record_finding
from chains.running.run_record import Casts, RunRecord
from chains.stats.measurement_error.corrected_retention import Corrected
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.run_tables import finding, results_view
from chains.terminal.views.working import working
from chains.validation.labels import has_judges, has_labels
from chains.worlds.world import unverified_notes

if TYPE_CHECKING:
    from chains.analysis.compare.loss_correlation import Alike
    from chains.validation.readers import Readers

MOST_SEATS = 400
"""Seats drawn as a tree; the Mermaid text has them all."""
MOST_INDENTS = 20


def main(arguments: argparse.Namespace) -> int:
    """Show a run; return the exit status."""
    folder = find_run(arguments.run)
    if is_archive(folder):
        from chains.terminal.verbs import archive_shows  # noqa: PLC0415  start-up

        return archive_shows.show(folder, arguments)
    record = read_record(folder)
    if arguments.graph:
        return _graphs(record, as_json=arguments.json)
    with working("opening the log"):
        opened = Log(folder, held=record.held)
    with opened as log:
        if log.index.notice:
            say(f"note: {log.index.notice}")
        readers = _readers(record, log, folder, arguments.reader)
        unverified = unverified_notes(record.worlds.values())
        one = arguments.trial is not None or arguments.why or arguments.prompts or arguments.hop is not None
        if one or arguments.profile:
            for note in unverified:
                say(f"note: {note}")
        if one:
            return _trial(record, log, arguments, unverified)
        parts = ((arguments.alike, _alike), (arguments.profile, _profiles), (arguments.audits, _audits))
        for wanted, part in parts:
            if wanted:
                return part(record, log, as_json=arguments.json)
        return _results(record, log, folder, readers, as_json=arguments.json)


def _readers(record: RunRecord, log: Log, folder: Path, wanted: str | None) -> "Readers | None":
    """Let the log tell what the wanted reader reads; None where the rules read and no model has."""
    if wanted is None and not has_judges(folder):
        return None
    from chains.validation.readers import read_by  # noqa: PLC0415  start-up

    with working("reading what judges said"):
        return read_by(record, log, folder, wanted)


def _trial(record: RunRecord, log: Log, arguments: argparse.Namespace, unverified: Sequence[str]) -> int:
    """Print one trial, hop by hop."""
    from chains.analysis.results.fate_grid import check_hop, trial_document  # noqa: PLC0415  start-up
    from chains.analysis.results.trial_story import find_trial, story  # noqa: PLC0415
    from chains.terminal.views.one_hop import hop_view  # noqa: PLC0415
    from chains.terminal.views.story import story_view  # noqa: PLC0415

    told = story(record, log, find_trial(record, log, arguments.trial or ""), arguments.round)
    if arguments.hop is not None:
        check_hop(told, arguments.hop)
    if arguments.json:
        document = trial_document(told, arguments.hop, prompts=arguments.prompts)
        print_json(document | ({"unverified": list(unverified)} if unverified else {}))
    elif arguments.hop is not None:
        stdout.print(hop_view(told, arguments.hop))
    else:
        stdout.print(story_view(told, why=arguments.why, prompts=arguments.prompts))
    return 0


def _alike(record: RunRecord, log: Log, *, as_json: bool) -> int:
    """Print which conditions lose the same facts."""
    from chains.analysis.compare.arms import RunHeard  # noqa: PLC0415  start-up
    from chains.analysis.compare.loss_correlation import alike  # noqa: PLC0415

    with working("reading the log"):
        found = alike(RunHeard(record, log))
    if as_json:
        print_json({"run": record.id, "alike": [row.document() for row in found]})
    elif found:
        stdout.print(alike_view(found))
    else:
        say("losses are compared between replicates of a world, and no world of this run has two finished ones")
    return 0


def _profiles(record: RunRecord, log: Log, *, as_json: bool) -> int:
    """Print where each condition's facts are lost."""
    from chains.analysis.results.profiler import profiles  # noqa: PLC0415  start-up
    from chains.terminal.views.profiler import profile_view  # noqa: PLC0415

    with working("reading the log"):
        found = profiles(record, log)
    if as_json:
        unverified = unverified_notes(record.worlds.values())
        document = {"run": record.id, "profiles": [profile.document() for profile in found]}
        print_json(document | ({"unverified": unverified} if unverified else {}))
        return 0
    for profile in found:
        stdout.print(profile_view(profile))
    if not found:
        say("no trial is finished yet in which facts climb")
    return 0


def _audits(record: RunRecord, log: Log, *, as_json: bool) -> int:
    """Print what auditors found, seat by seat."""
    from chains.analysis.results.audits import audit_rows  # noqa: PLC0415  start-up
    from chains.terminal.views.audits import audits_view  # noqa: PLC0415

    with working("reading the log"):
        rows = audit_rows(record, log)
    if as_json:
        print_json({"run": record.id, "audits": [row.document() for row in rows]})
    elif rows:
        stdout.print(Group(*audits_view(rows)))
    else:
        say("no report of a finished trial was audited; --set remedy=audit switches audits on")
    return 0


def _results(record: RunRecord, log: Log, folder: Path, readers: "Readers | None", *, as_json: bool) -> int:
    """Print the shares by hop and condition; beside them the corrected retention, where the error is measured."""
    with working("reading the log") as tell:
        found, added = results(record, log, tell), added_rows(record, log)
        if log.reader is None:
            record_finding(folder, finding(found), found.cost)
    if as_json:
        _, error, corrected = _correction(found, record, log, folder)
        document = found.document() | {"path": str(folder)} | ({"added_measures": added} if added else {})
        for row in document["by_hop"]:
            if (one := corrected.get((row["condition"], row["hop"]))) is not None:
                row["kept_corrected"] = one.document()
        read = {} if readers is None else {"reader": readers.document()}
        print_json(document | {"instrument_error": error} | _by_condition(record, log, folder) | read)
        return 0
    notes, _, corrected = _correction(found, record, log, folder)
    if readers is None:
        stdout.print(results_view(found, corrected=corrected, added=added))
    else:
        from chains.terminal.views.readers import reader_line, readers_view  # noqa: PLC0415  start-up

        figures = results_view(found, corrected=corrected, added=added)
        stdout.print(reader_line(readers), figures, Text(""), readers_view(readers), sep="\n")
    for note in notes:
        say(f"note: {note}")
    for sentence, count in found.errors.items():
        say(f"{count} failed: {sentence}")
    return 0


def _correction(
    found: Results, record: RunRecord, log: Log, folder: Path
) -> tuple[list[str], dict[str, Any] | str | None, Mapping[tuple[str, int], Corrected]]:
    """Correct the run's retention by the labels beside it.

    Returns:
        Notes for a person; the instrument's error as JSON, a sentence if the labels don't give it, None without
        labels; the corrected retention of each condition (by name) and hop.
    """
    if not has_labels(folder):
        return [], None, {}
    from chains.analysis.corrected.correction import corrected_by_hop, measured_beside  # noqa: PLC0415  start-up

    error = measured_beside(record, log, folder)
    if error is None or isinstance(error, str):
        return [] if error is None else [error], error, {}
    corrected = corrected_by_hop(found, error)
    worlds = len({trial.seed for trial in found.by_trial})
    few = f"corrected figures of {worlds} worlds have no interval; it needs {FEWEST_WORLDS} or more"
    return [few] if corrected and worlds < FEWEST_WORLDS else [], error.document(), corrected


def _by_condition(record: RunRecord, log: Log, folder: Path) -> dict[str, Any]:
    """Return the instrument's error in each condition as JSON; a sentence where its labels are too few."""
    if not has_labels(folder):
        return {}
    from chains.analysis.corrected.correction import errors_by_condition  # noqa: PLC0415  start-up

    found = errors_by_condition(record, log, folder).items()
    rows = [{"condition": name, "error": one if isinstance(one, str) else one.document()} for name, one in found]
    return {"instrument_error_by_condition": rows}


def _graphs(record: RunRecord, *, as_json: bool) -> int:
    """Print the graph of each different plan of the run once."""
    from chains.running.langgraph_wiring import mermaid  # noqa: PLC0415  start-up: langgraph takes a second that `show` alone need not wait

    casts = Casts(record)
    shown: dict[str, str] = {}
    seen: list[Plan] = []
    for condition in record.conditions:
        plan = casts.plan(condition.id)
        if plan in seen:
            continue
        seen.append(plan)
        name = plan.hierarchy.name if plan.hierarchy.name not in shown else f"{plan.hierarchy.name} ({condition.name})"
        shown[name] = mermaid(plan)
        if not as_json:
            stdout.print(Text(f"{plan.hierarchy.name} ({condition.name})", style="bold"))
            stdout.print(org_chart(plan.hierarchy, dict(casts.parts(condition.id))))
            stdout.print(Text(shown[name]), soft_wrap=True)
    if as_json:
        print_json({"run": record.id, "mermaid": shown})
    return 0


def org_chart(hierarchy: Hierarchy, parts: dict[str, Part]) -> Tree:
    """Return who reports to whom, with what holds each seat."""
    top = hierarchy.executive.name
    tree = Tree(_label(hierarchy, top, parts))
    branches = {top: tree}
    for count, seat in enumerate(hierarchy.seats[1:], 2):
        if count > MOST_SEATS:
            tree.add(Text(f"and {len(hierarchy.seats) - MOST_SEATS} seats more", style="yellow"))
            break
        above = hierarchy.superior(seat.name) or top
        branch = branches[above].add(_label(hierarchy, seat.name, parts))
        # Below this level all stand under one branch: a thousand indents would leave the page.
        branches[seat.name] = branch if seat.level < MOST_INDENTS else branches[above]
    return tree


def _label(hierarchy: Hierarchy, seat: str, parts: dict[str, Part]) -> Text:
    part = parts[seat]
    role = hierarchy.seat(seat).role
    return Text.assemble((seat, "bold"), f" {role}, {part.model}, {part.prompt.name}")


def alike_view(rows: Sequence["Alike"]) -> RenderableType:
    """Return a row for each pair of conditions, those of a condition with itself first."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("", "", "phi", "95% interval", "lost", "lost", "pairs"):
        table.add_column(heading, justify="left" if not heading else "right")
    for row in sorted(rows, key=lambda row: row.a != row.b):
        found = row.found
        same = row.a == row.b
        between = Text("itself") if same else Text(row.b)
        interval = "none" if math.isnan(found.low) else f"{found.low:+.2f} to {found.high:+.2f}"
        value = "-" if math.isnan(found.phi) else f"{found.phi:+.2f}"
        table.add_row(row.a, between, value, interval, *(f"{share:.0%}" for share in found.lost), f"{found.pairs:,}")
    few = max(row.found.worlds for row in rows)
    notes = [Text(f"note: {few} worlds are too few for a conclusion", "yellow")] if few < FEWEST_WORLDS else []
    return Group(
        Text("are the same facts lost? correlation of losses between other replicates of the same worlds", "bold"),
        table,
        Text("phi: 1 the same facts, 0 independent; some facts are hard for all, so hold pairs against pairs", "dim"),
        *notes,
    )
