"""`list`: what there is: runs, experiments, scenarios, prompts, models, measures, settings."""

import argparse
from typing import Any

from rich.table import Table

from chains.archives.kept import ArchiveRecord, read_archive_record
from chains.drift.fates import INSTRUMENT
from chains.drift.measures import MEASURES
from chains.errors import BadInput, MazedomError
from chains.experiment import read_experiment
from chains.log import Log
from chains.models.names import EMBEDDED
from chains.prompts import JUDGE, ROLES, configurations, read_prompt, variants
from chains.runs import all_runs, read_record, runs_folder
from chains.settings import OF_THE_EXPERIMENT, SETTINGS
from chains.views.output import print_json, say
from chains.views.output import results as stdout
from chains.worlds.scenarios import SCENARIOS

Rows = list[dict[str, Any]]
ONLY_IN_JSON = {"at"}
"""A run's id says when it began."""
CUT = {"conditions"}
"""Cut at the edge of the terminal, for a run may have many; whole in `--json`."""
LEAST, MOST = 12, 24
"""Columns that a cell has at least, if it fills them, and that are set aside for it before others are cut."""


def main(arguments: argparse.Namespace) -> int:
    """List; return the exit status."""
    rows = LISTS[arguments.what]()
    if arguments.json:
        print_json({arguments.what: rows})
    elif rows:
        stdout.print(_table(rows))
    else:
        say(f"there are no {arguments.what} yet")
    return 0


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


def _runs() -> Rows:
    return [_run(folder) for folder in reversed(all_runs())]


def _run(folder: Any) -> dict[str, Any]:
    row = dict.fromkeys(("run", "experiment", "at", "status", "trials", "models", "conditions"))
    row["run"] = folder.name
    try:
        archive = read_archive_record(folder)
        if archive is not None:
            return row | _imported(archive)
        record = read_record(folder)
        with Log(folder) as log:
            ended = [status for status, _, _ in log.scan.ends.values()]
        total = sum(1 for _ in record.experiment.trials())
    except MazedomError as error:
        return row | {"status": f"unreadable: {error}"}
    finished, failed = ended.count("finished"), ended.count("failed")
    status = "finished" if finished == total else f"{failed} failed" if failed else "unfinished"
    if "waiting" in ended:
        status = "waiting"
    return row | {
        "experiment": record.experiment.name,
        "at": record.at,
        "status": status,
        "trials": f"{finished}/{total}",
        "models": ", ".join(sorted(record.models)),
        "conditions": "; ".join(condition.name for condition in record.conditions[:4])
        + ("; ..." if len(record.conditions) > 4 else ""),
    }


def _imported(record: ArchiveRecord) -> dict[str, Any]:
    return {
        "experiment": record.archive,
        "at": record.at,
        "status": "imported",
        "trials": str(sum(len(of.chains) for of in record.sets)),
        "models": "",
        "conditions": "; ".join(of.name for of in record.sets[:4]) + ("; ..." if len(record.sets) > 4 else ""),
    }


def _experiments() -> Rows:
    rows: Rows = []
    for path in sorted(runs_folder().glob("*.toml")):
        try:
            about = read_experiment(path).question
        except BadInput as error:
            about = f"unreadable: {error}"
        rows.append({"experiment": path.stem, "question": about})
    return rows


def _scenarios() -> Rows:
    return [
        {"scenario": name, "about": (scenario.__doc__ or "").splitlines()[0]} for name, scenario in SCENARIOS.items()
    ]


def _prompts() -> Rows:
    rows: Rows = [
        {"prompt": f"{role}/{variant}", "about": read_prompt(role, variant).about}
        for role in (*ROLES, JUDGE)
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
    return [{"measure": name, "about": measure.about, "instrument": INSTRUMENT} for name, measure in MEASURES.items()]


def _settings() -> Rows:
    return [
        {
            "setting": f"{key}[.ROLE|.level.N|.SEAT]" if setting.scoped else key,
            "default": setting.default,
            "about": setting.about,
        }
        for key, setting in SETTINGS.items()
    ] + [{"setting": key, "default": default, "about": about} for key, (about, default) in OF_THE_EXPERIMENT.items()]


LISTS = {
    "runs": _runs,
    "experiments": _experiments,
    "scenarios": _scenarios,
    "prompts": _prompts,
    "models": _models,
    "measures": _measures,
    "settings": _settings,
}
