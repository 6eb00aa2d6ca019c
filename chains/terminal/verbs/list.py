"""`list`: what there is: runs, experiments, scenarios, prompts, models, measures, remedies, settings.

A list of runs imports little and reads only the outline of each run, so that it is quick.
"""

import argparse
from collections.abc import Mapping
from datetime import date
from typing import Any

from rich.console import Group, OverflowMethod, RenderableType
from rich.table import Table
from rich.text import Text

from chains.errors import BadInput
from chains.running.folders import all_runs
from chains.terminal.run_list import Wanted, run_row
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout

Rows = list[dict[str, Any]]
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
        # a line at a terminal; whole, over several lines, in a file or a pipe
        overflow: OverflowMethod = "ellipsis" if stdout.is_terminal else "fold"
        lines.append(Text(f"  {_said(row)}", "dim", no_wrap=stdout.is_terminal, overflow=overflow))
    return Group(*lines)


def _said(row: Mapping[str, Any]) -> str:
    """Return what a run's second line says: why it can't be read, its tags, what was found, its note."""
    status = _cell(row, "status")
    if ":" in status:
        return status
    found = _cell(row, "found") or "; ".join(filter(None, (_cell(row, "models"), _cell(row, "conditions"))))
    tags = f"[{row['tags']}] " if row.get("tags") else ""
    return f"{tags}{found}" + (f" ({row['note']})" if row.get("note") else "")


def _cell(row: Mapping[str, Any], heading: str) -> str:
    value = row.get(heading)
    if isinstance(value, bool):
        value = str(value).lower()  # as settings are written
    added = ", extended (exploratory)" if heading == "status" and row.get("extended") else ""
    return "" if value is None else f"{value}{added}"


def _runs(wanted: Wanted) -> Rows:
    rows = (run_row(folder, wanted) for folder in reversed(all_runs()))
    found = [row for row in rows if row is not None]
    used = {name for name in ("tags", "note") if any(row[name] for row in found)}
    return [_ordered(row, used) for row in found]


def _ordered(row: dict[str, Any], used: set[str]) -> dict[str, Any]:
    """Return a row with what is long at its end; tags and notes only where a run has any."""
    long = [name for name in ("found", "conditions", "models", "note") if name != "note" or name in used]
    short = [name for name in row if name not in ("tags", "note", *long)] + [name for name in ("tags",) if name in used]
    return {name: row[name] for name in (*short, *long)}
