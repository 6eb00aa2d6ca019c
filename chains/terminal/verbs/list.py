"""`list`: what there is: runs, experiments, scenarios, prompts, models, measures, remedies, settings."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table

from chains.errors import BadInput, MazedomError
from chains.experiments.experiment import read_experiment
from chains.experiments.overrides import OF_THE_EXPERIMENT
from chains.experiments.settings import SETTINGS
from chains.models.spec import EMBEDDED
from chains.organisation.prompts import (
    CIRCUMSTANCES,
    JUDGE,
    OUTSIDE,
    READER,
    ROLES,
    configurations,
    read_prompt,
    variants,
)
from chains.organisation.remedies.remedy import REMEDIES, Remedy
from chains.organisation.task import TASKS
from chains.running.folders import all_runs, experiment_files, is_archive, read_record
from chains.running.log.log import LOG_FILE, RUN_FILE, Log
from chains.running.run_record import RunRecord
from chains.scoring.facts.instrument import INSTRUMENT
from chains.scoring.measures.measures import MEASURES
from chains.stats.decisions.quantity_names import FIGURES
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.worlds.scenario_registry import SCENARIOS

Rows = list[dict[str, Any]]
ONLY_IN_JSON = {"at"}
"""Columns only in `--json`: a run's id says when it began."""
CUT = {"conditions"}
"""Columns cut at the edge of the terminal, as they may be long; `--json` has them whole."""
DONE = (None, "finished")
"""Values of --status that a finished run matches."""
LEAST, MOST = 12, 24
"""Characters of a cell that are never cut."""


def main(arguments: argparse.Namespace) -> int:
    """List; return the exit status."""
    wanted = _wanted(arguments)
    rows = _runs(wanted) if arguments.what == "runs" else LISTS[arguments.what]()
    if arguments.json:
        print_json({arguments.what: rows})
    elif rows:
        stdout.print(_table(rows))
    elif any(wanted):
        say("no run matches; `cli.py list runs` shows all")
    else:
        say(f"there are no {arguments.what} yet")
    return 0


class Wanted(NamedTuple):
    """The filters of `list runs`; None: no filter."""

    experiment: str | None
    since: str | None
    """The first day: 20261124."""
    until: str | None
    """The last."""
    status: str | None
    model: str | None
    condition: str | None


def _wanted(arguments: argparse.Namespace) -> Wanted:
    since, until = _day("since", arguments.since), _day("until", arguments.until)
    wanted = Wanted(arguments.experiment, since, until, arguments.status, arguments.model, arguments.condition)
    if any(wanted) and arguments.what != "runs":
        raise BadInput(f"{arguments.what} can't be searched; --experiment, --since, --status, ... are for `list runs`")
    return wanted


def _day(option: str, text: str | None) -> str | None:
    """Read a day as run ids begin with it."""
    if text is None:
        return None
    try:
        return f"{date.fromisoformat(text):%Y%m%d}"
    except ValueError:
        raise BadInput(f"--{option} {text!r} is no day; write it as 2026-11-24") from None


def _table(rows: Rows) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    shown = [heading for heading in rows[0] if heading not in ONLY_IN_JSON]
    widths = {name: max(len(name), *(len(_cell(row[name])) for row in rows)) for name in shown}
    left = stdout.width - sum(min(width, MOST) + 2 for name, width in widths.items() if name not in CUT)
    for number, heading in enumerate(shown):
        if heading in CUT:
            table.add_column(heading, no_wrap=True, overflow="ellipsis", max_width=max(left, LEAST))
        else:
            whole = number == 0  # a name must stay whole to be copied
            least = widths[heading] if whole else min(widths[heading], LEAST)
            table.add_column(heading, overflow="fold", no_wrap=whole, min_width=least)
    for row in rows:
        table.add_row(*(_cell(row[heading]) for heading in shown))
    return table


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _runs(wanted: Wanted) -> Rows:
    rows = (_run(folder, wanted) for folder in reversed(all_runs()))
    return [row for row in rows if row is not None]


def _run(folder: Path, wanted: Wanted) -> dict[str, Any] | None:
    """Return a run's row, None if a filter leaves it out; filters that need no log are applied first."""
    row = dict.fromkeys(("run", "experiment", "at", "status", "trials", "models", "conditions"))
    row["run"] = folder.name
    try:
        if is_archive(folder):
            from chains.analysis.archives.archive_run import read_archive_record  # noqa: PLC0415  start-up

            archive = read_archive_record(folder)
            names = [of.name for of in archive.sets]
            row |= {
                "experiment": archive.archive,
                "at": archive.at,
                "status": "imported",
                "trials": str(sum(len(of.chains) for of in archive.sets)),
                "models": "",
                "conditions": _brief(names),
            }
            return row if _fits(row, wanted, names) and wanted.status in (None, "imported") else None
        record = read_record(folder)
        row |= {
            "experiment": record.experiment.name,
            "at": record.at,
            "models": ", ".join(sorted(record.models)),
            "conditions": _brief([condition.name for condition in record.conditions]),
        }
        if not _fits(row, wanted, [condition.name for condition in record.conditions]):
            return None
        total = sum(1 for _ in record.experiment.trials())
        if _finished(record, folder, total):
            return row | {"status": "finished", "trials": f"{total}/{total}"} if wanted.status in DONE else None
        with Log(folder) as log:
            ended = [held.status for held in log.scan.places.trials.values()]
    except MazedomError as error:
        unreadable = row | {"status": f"unreadable: {error}"}
        return unreadable if wanted.status == "unreadable" or not any(wanted) else None
    finished, failed = ended.count("finished"), ended.count("failed")
    kind = "finished" if finished == total else "failed" if failed else "unfinished"
    if "waiting" in ended:
        kind = "waiting"
    if wanted.status not in (None, kind):
        return None
    return row | {"status": f"{failed} failed" if kind == "failed" else kind, "trials": f"{finished}/{total}"}


def _finished(record: RunRecord, folder: Path, trials: int) -> bool:
    """Return whether a run is known to be finished without reading its log, which may be a gigabyte.

    It said so when it last stopped, and nothing was written to its log since.
    """
    if record.held.get("finished") != trials:
        return False
    try:
        return (folder / LOG_FILE).stat().st_mtime_ns <= (folder / RUN_FILE).stat().st_mtime_ns
    except OSError:
        return False


def _fits(row: Mapping[str, Any], wanted: Wanted, conditions: Sequence[str]) -> bool:
    """Return whether a run passes the filters that need no log."""
    began = str(row["at"])[:10].replace("-", "")
    return (
        wanted.experiment in (None, row["experiment"])
        and (wanted.since is None or began >= wanted.since)
        and (wanted.until is None or began <= wanted.until)
        and (wanted.model is None or wanted.model in str(row["models"]))
        and (wanted.condition is None or any(wanted.condition in name for name in conditions))
    )


def _brief(names: Sequence[str]) -> str:
    return "; ".join(names[:4]) + ("; ..." if len(names) > 4 else "")


def _experiments() -> Rows:
    rows: Rows = []
    for name, path in experiment_files().items():
        try:
            about = read_experiment(path).question
        except BadInput as error:
            about = f"unreadable: {error}"
        rows.append({"experiment": name, "question": about})
    return rows


def _scenarios() -> Rows:
    return [
        {"scenario": name, "about": (scenario.__doc__ or "").splitlines()[0]} for name, scenario in SCENARIOS.items()
    ]


def _prompts() -> Rows:
    rows: Rows = [
        {"prompt": f"{role}/{variant}", "about": read_prompt(role, variant).about}
        for role in (*ROLES, OUTSIDE, *TASKS, *CIRCUMSTANCES, JUDGE, READER)
        for variant in variants(role)
    ]
    for name, roles in configurations().items():
        about = ", ".join(f"{role} {variant}" for role, variant in roles.items()) or "plain in every role"
        rows.append({"prompt": f"configuration {name}", "about": about})
    return rows


def _models() -> Rows:
    return [
        {"model": EMBEDDED, "about": "SmolLM2-135M-Instruct, on this machine; needs no key"},
        {"model": "gguf:PATH", "about": "any other model file, served in the same way"},
        {"model": "openai:NAME", "about": "the OpenAI API, with the key in OPENAI_API_KEY"},
        {"model": "ollama:NAME", "about": "a local Ollama"},
        {"model": "URL#NAME", "about": "any OpenAI-compatible server"},
        {"model": "channel:drop=0.1,flip=0.02", "about": "the synthetic channel: planted losses, no model"},
        {"model": "person", "about": "the person at the terminal"},
    ]


def _measures() -> Rows:
    known = {name: of.about for name, of in MEASURES.items()} | FIGURES
    return [{"measure": name, "about": about, "instrument": INSTRUMENT} for name, about in known.items()]


def _settings() -> Rows:
    return [
        {
            "setting": f"{key}[.ROLE|.level.N|.SEAT]" if setting.scoped else key,
            "default": setting.default,
            "about": setting.about,
        }
        for key, setting in SETTINGS.items()
    ] + [{"setting": key, "default": default, "about": about} for key, (about, default) in OF_THE_EXPERIMENT.items()]


def _remedies() -> Rows:
    return [
        {"remedy": name, "parameters": ", ".join(_parameters(kind)), "about": kind.about}
        for name, kind in REMEDIES.items()
    ]


def _parameters(kind: type[Remedy]) -> Iterator[str]:
    """Yield a remedy's parameters with their defaults, as settings write them."""
    for name, field in kind.model_fields.items():
        yield f"{name}={str(field.default).lower() if isinstance(field.default, bool) else field.default}"


LISTS = {
    "experiments": _experiments,
    "scenarios": _scenarios,
    "prompts": _prompts,
    "models": _models,
    "measures": _measures,
    "remedies": _remedies,
    "settings": _settings,
}
