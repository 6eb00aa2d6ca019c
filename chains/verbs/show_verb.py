"""`show`: results of a run, one of its trials hop by hop, where facts are lost, what auditors found, its graph."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group
from rich.text import Text

from chains.archives.kept import read_archive
from chains.comparing.sides import RunHeard
from chains.errors import BadInput
from chains.judging.corrections import corrected_by_hop, measured_beside
from chains.laws.correction import ErrorRates
from chains.laws.paired import FEWEST_WORLDS
from chains.log import Log
from chains.results.alike import alike
from chains.results.audits import audit_rows
from chains.results.profiler import profiles
from chains.results.shown import results
from chains.results.story import find_trial, story
from chains.running.runs import find_run, read_record
from chains.staging import RunRecord, Stage
from chains.turns import Plan
from chains.verbs import imported
from chains.views.alike import alike_view
from chains.views.audits import audits_view
from chains.views.charts import org_chart
from chains.views.output import print_json, say
from chains.views.output import results as stdout
from chains.views.profiler import profile_view
from chains.views.story import story_view
from chains.views.tables import results_view
from chains.worlds.world import unverified_notes


def main(arguments: argparse.Namespace) -> int:
    """Show a run; return the exit status."""
    folder = find_run(arguments.run)
    archive = read_archive(folder)
    if archive is not None:
        with archive:
            _refuse_of_archives(folder.name, arguments)
            return imported.show(archive, arguments)
    record = read_record(folder)
    if arguments.graph:
        return _graphs(record, as_json=arguments.json)
    with Log(folder) as log:
        if log.scan.notice:
            say(f"note: {log.scan.notice}")
        unverified = unverified_notes(record.worlds.values())
        if arguments.trial is not None or arguments.why or arguments.profile:
            for note in unverified:
                say(f"note: {note}")
        if arguments.trial is not None or arguments.why:
            return _trial(record, log, arguments, unverified)
        parts = ((arguments.alike, _alike), (arguments.profile, _profiles), (arguments.audits, _audits))
        for wanted, part in parts:
            if wanted:
                return part(record, log, as_json=arguments.json)
        return _results(record, log, folder, as_json=arguments.json)


def _refuse_of_archives(run: str, arguments: argparse.Namespace) -> None:
    """Refuse what can't be asked of chains that others logged."""
    parts = (arguments.profile, "profile"), (arguments.alike, "correlation of losses"), (arguments.audits, "audits")
    for asked, what in parts:
        if asked:
            raise BadInput(f"run {run} holds others' chains, in which no fact is followed: no {what}")


def _trial(record: RunRecord, log: Log, arguments: argparse.Namespace, unverified: Sequence[str]) -> int:
    """Print one trial, hop by hop."""
    told = story(record, log, find_trial(record, log, arguments.trial or ""), arguments.round)
    if arguments.json:
        print_json(told.document() | ({"unverified": list(unverified)} if unverified else {}))
    else:
        stdout.print(story_view(told, why=arguments.why))
    return 0


def _alike(record: RunRecord, log: Log, *, as_json: bool) -> int:
    """Print which conditions lose the same facts."""
    found = alike(RunHeard(record, log))
    if as_json:
        print_json({"run": record.id, "alike": [row.document() for row in found]})
    elif found:
        stdout.print(alike_view(found))
    else:
        say("losses are compared between replicates of a world; this run has no two finished ones of any")
    return 0


def _profiles(record: RunRecord, log: Log, *, as_json: bool) -> int:
    """Print where each condition's facts are lost."""
    found = profiles(record, log)
    if as_json:
        unverified = unverified_notes(record.worlds.values())
        document = {"run": record.id, "profiles": [profile.document() for profile in found]}
        print_json(document | ({"unverified": unverified} if unverified else {}))
        return 0
    for profile in found:
        stdout.print(profile_view(profile))
    if not found:
        say("no trial is finished yet")
    return 0


def _audits(record: RunRecord, log: Log, *, as_json: bool) -> int:
    """Print what auditors found, seat by seat."""
    rows = audit_rows(record, log)
    if as_json:
        print_json({"run": record.id, "audits": [row.document() for row in rows]})
    elif rows:
        stdout.print(Group(*audits_view(rows)))
    else:
        say("no report of a finished trial was audited; --set remedy=audit switches audits on")
    return 0


def _results(record: RunRecord, log: Log, folder: Path, *, as_json: bool) -> int:
    """Print the shares by hop and condition; beside them the corrected retention, where the error is measured."""
    found = results(record, log)
    error = measured_beside(record, log, folder)
    corrected = corrected_by_hop(found, error) if isinstance(error, ErrorRates) else {}
    if as_json:
        document = found.document() | {"path": str(folder)}
        for row in document["by_hop"]:
            if (one := corrected.get((row["condition"], row["hop"]))) is not None:
                row["kept_corrected"] = one.document()
        print_json(document | {"instrument_error": error.document() if isinstance(error, ErrorRates) else error})
        return 0
    stdout.print(results_view(found, corrected=corrected))
    worlds = len({trial.seed for trial in found.by_trial})
    if isinstance(error, str):
        say(f"note: {error}")
    elif corrected and worlds < FEWEST_WORLDS:
        say(f"note: corrected intervals over {worlds} worlds are too narrow; {FEWEST_WORLDS} or more are needed")
    for sentence, count in found.errors.items():
        say(f"{count} failed: {sentence}")
    return 0


def _graphs(record: RunRecord, *, as_json: bool) -> int:
    """Print the graph of each different plan of the run once."""
    from chains.graph import mermaid  # noqa: PLC0415  start-up: langgraph takes a second that `show` alone need not wait

    stage = Stage(record)
    shown: dict[str, str] = {}
    seen: list[Plan] = []
    for condition in record.conditions:
        plan = stage.plan(condition.id)
        if plan in seen:
            continue
        seen.append(plan)
        name = plan.hierarchy.name if plan.hierarchy.name not in shown else f"{plan.hierarchy.name} ({condition.name})"
        shown[name] = mermaid(plan)
        if not as_json:
            stdout.print(Text(f"{plan.hierarchy.name} ({condition.name})", style="bold"))
            stdout.print(org_chart(plan.hierarchy, dict(stage.parts(condition.id))))
            stdout.print(Text(shown[name]), soft_wrap=True)
    if as_json:
        print_json({"run": record.id, "mermaid": shown})
    return 0
