"""`list`: what there is: runs, experiments, scenarios, prompts, models, measures, remedies, settings.

A list of runs imports little and reads only the outline of each run, so that it is quick.
"""

import argparse
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.errors import BadInput, MazedomError
from chains.running.folders import LOG_FILE, RUN_FILE, Outline, all_runs, is_archive, outline
from chains.running.notes_on_runs import about
from chains.running.recorded_finding import recorded
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout

Rows = list[dict[str, Any]]
DONE = (None, "finished")
"""Values of --status that a finished run matches."""
MOST = 20
"""Characters of a cell that is never broken."""
LINE = ("run", "began", "status", "trials", "cost", "experiment")
"""What stands in a run's first line; what was found stands in the second."""


def main(arguments: argparse.Namespace) -> int:
    """List; return the exit status."""
    wanted = _wanted(arguments)
    if arguments.what == "runs":
        rows = _runs(wanted)
    else:
        from chains.terminal.catalogue import LISTS  # noqa: PLC0415  start-up

        rows = LISTS[arguments.what]()
    if arguments.json:
        print_json({arguments.what: rows} | (_read_by() if arguments.what == "measures" else {}))
    elif rows:
        stdout.print(_run_lines(rows) if arguments.what == "runs" else _table(rows))
        if arguments.what == "measures":
            stdout.print(_glossary())
    elif any(wanted):
        say("no run matches; `mazedom list runs` shows all")
    else:
        say(f"there are no {arguments.what} yet")
    return 0


def _glossary() -> RenderableType:
    """Return the words that measures and tables are described with."""
    from chains.analysis.words import GLOSSARY  # noqa: PLC0415  start-up
    from chains.scoring.facts.instrument import INSTRUMENT  # noqa: PLC0415
    from chains.terminal.views.explained import meanings  # noqa: PLC0415

    read = Text(f"all are of the fates that the instrument reads, {INSTRUMENT}", "dim")
    return Group(read, Text("\nglossary", "bold"), meanings(GLOSSARY))


def _read_by() -> dict[str, Any]:
    from chains.analysis.words import GLOSSARY  # noqa: PLC0415  start-up
    from chains.scoring.facts.instrument import INSTRUMENT  # noqa: PLC0415

    return {"instrument": INSTRUMENT, "glossary": dict(GLOSSARY)}


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
    tag: str | None
    search: str | None


def _wanted(arguments: argparse.Namespace) -> Wanted:
    since, until = _day("since", arguments.since), _day("until", arguments.until)
    wanted = Wanted(
        arguments.experiment,
        since,
        until,
        arguments.status,
        arguments.model,
        arguments.condition,
        arguments.tag,
        arguments.search,
    )
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
    for number, heading in enumerate(rows[0]):  # a name must stay whole to be copied
        width = max(len(heading), *(len(_cell(row, heading)) for row in rows))
        table.add_column(heading, overflow="fold", no_wrap=number == 0 or width <= MOST)
    for row in rows:
        table.add_row(*(_cell(row, heading) for heading in rows[0]))
    return table


def _run_lines(rows: Rows) -> RenderableType:
    """Return two lines a run: short figures, and below them what was found, or else what the run is of."""
    cells = [[_cell(row, name).partition(":")[0] if name == "status" else _cell(row, name) for name in LINE]
             for row in rows]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(LINE, *cells, strict=True)]
    lines = [Text("  ".join(map(str.ljust, LINE, widths)).rstrip(), "bold")]
    for row, line in zip(rows, cells, strict=True):
        lines.append(Text("  ".join(map(str.ljust, line, widths)).rstrip()))
        lines.append(Text(f"  {_said(row)}", "dim", no_wrap=stdout.is_terminal, overflow="ellipsis"))
    return Group(*lines)


def _said(row: Mapping[str, Any]) -> str:
    """Return what a run's second line says: why it can't be read, its tags, what was found, its note."""
    status = _cell(row, "status")
    if ":" in status:
        return status
    found = _cell(row, "found") or f"{_cell(row, 'models')}; {_cell(row, 'conditions')}"
    tags = f"[{row['tags']}] " if row.get("tags") else ""
    return f"{tags}{found}" + (f" ({row['note']})" if row.get("note") else "")


def _cell(row: Mapping[str, Any], heading: str) -> str:
    value = row.get(heading)
    if isinstance(value, bool):
        value = str(value).lower()  # as settings are written
    added = ", extended (exploratory)" if heading == "status" and row.get("extended") else ""
    return "" if value is None else f"{value}{added}"


def _runs(wanted: Wanted) -> Rows:
    rows = (_noted(_run(folder, wanted), folder, wanted) for folder in reversed(all_runs()))
    found = [row for row in rows if row is not None]
    used = {name for name in ("tags", "note") if any(row[name] for row in found)}
    return [_ordered(row, used) for row in found]


def _ordered(row: dict[str, Any], used: set[str]) -> dict[str, Any]:
    """Return a row with what is long at its end; tags and notes only where a run has any."""
    long = [name for name in ("found", "conditions", "models", "note") if name != "note" or name in used]
    short = [name for name in row if name not in ("tags", "note", *long)] + [name for name in ("tags",) if name in used]
    return {name: row[name] for name in (*short, *long)}


def _noted(row: dict[str, Any] | None, folder: Path, wanted: Wanted) -> dict[str, Any] | None:
    """Return a run's row with its tags and note; None if a filter leaves it out."""
    if row is None:
        return None
    noted = about(folder)
    found, row["began"] = recorded(folder), _began(row["at"])
    row |= {"tags": ", ".join(noted.tags), "note": noted.note, "found": None if found is None else found.finding}
    row["cost"] = None if found is None or found.cost is None else f"{found.cost:,.4f}" if found.cost else "0"
    searched = ("run", "experiment", "conditions", "models", "tags", "note", "found")
    told = " ".join(str(row[name] or "") for name in searched)
    tagged = wanted.tag is None or wanted.tag in noted.tags
    return row if tagged and (wanted.search is None or wanted.search.lower() in told.lower()) else None


def _run(folder: Path, wanted: Wanted) -> dict[str, Any] | None:
    """Return a run's row, None if a filter leaves it out; filters that need no log are applied first."""
    columns = ("run", "began", "experiment", "at", "status", "trials", "cost", "conditions", "models")
    row: dict[str, Any] = dict.fromkeys(columns)
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
        run = outline(folder)
        names, total = run.condition_names, run.trials
        row |= {
            "experiment": run.experiment.name,
            "at": run.at,
            "models": ", ".join(sorted(run.models)),
            "conditions": _brief(names),
            **({"extended": True} if run.extended else {}),
        }
        if not _fits(row, wanted, names):
            return None
        if _finished(run, folder):
            return row | {"status": "finished", "trials": f"{total}/{total}"} if wanted.status in DONE else None
        from chains.running.log.log import Log, is_written  # noqa: PLC0415  start-up

        with Log(folder) as log:
            ended = [held.status for held in log.index.places.trials.values()]
    except MazedomError as error:
        unreadable = row | {"status": f"unreadable: {error}"}
        return unreadable if wanted.status == "unreadable" or not any(wanted) else None
    finished, failed = ended.count("finished"), ended.count("failed")
    kind = "finished" if finished == total else "failed" if failed else "unfinished"
    if "waiting" in ended:
        kind = "waiting"
    if kind != "finished" and is_written(folder):
        kind = "running"
    if wanted.status not in (None, kind):
        return None
    return row | {"status": f"{failed} failed" if kind == "failed" else kind, "trials": f"{finished}/{total}"}


def _finished(run: Outline, folder: Path) -> bool:
    """Return whether a run is known to be finished without reading its log, which may be a gigabyte.

    It said so when it last stopped, and nothing was written to its log since.
    """
    if run.held.get("finished") != run.trials:
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


def _began(at: str | None) -> str:
    """Return when a run began (UTC), for a person: 24 Nov 20:54."""
    try:
        return f"{datetime.fromisoformat(at or ''):%d %b %H:%M}"
    except ValueError:
        return ""


def _brief(names: Sequence[str]) -> str:
    return "; ".join(names[:4]) + ("; ..." if len(names) > 4 else "")
