"""`report`: runs as one page for a colleague, HTML or Markdown; figures as files."""

import argparse
from pathlib import Path

from chains.errors import BadInput, MazedomError
from chains.running.folders import find_run, is_archive
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.terminal.report.contents import told_chains
from chains.terminal.report.documents import documents_of
from chains.terminal.report.figures import write_figures
from chains.terminal.report.page import Reported, as_html, as_markdown
from chains.terminal.views.output import print_json, say
from chains.validation.readers import read_by

ENDINGS = {".html": "html", ".htm": "html", ".md": "md"}


def main(arguments: argparse.Namespace) -> int:
    """Write the report; return the exit status."""
    out = Path(arguments.out)
    kind = arguments.format or ENDINGS.get(out.suffix.lower())
    if kind is None:
        raise BadInput(f"{out}: a report is an .html or .md file; name it so, or give --format")
    if not out.resolve().parent.is_dir():
        raise BadInput(f"no folder {out.parent} to write the report to; make it first")
    runs = [_reported(name, arguments.reader) for name in arguments.runs or ["last"]]
    text = as_html(runs) if kind == "html" else as_markdown(runs)
    try:
        out.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise MazedomError(f"can't write {out}: {error.strerror}") from None
    figures: list[Path] = []
    if arguments.figures is not None:
        for run in runs:
            prefix = f"{run.record.id}-" if len(runs) > 1 else ""
            figures += write_figures(run.figures, Path(arguments.figures), prefix)
    if arguments.json:
        document = {"runs": [run.record.id for run in runs], "out": str(out), "bytes": out.stat().st_size}
        print_json(document | {"figures": [str(path) for path in figures]})
        return 0
    say(f"{out}: {out.stat().st_size / 1e3:,.0f} kB")
    for path in figures:
        say(str(path))
    return 0


def _reported(name: str, reader: str | None) -> Reported:
    folder = find_run(name)
    if is_archive(folder):
        raise BadInput(f"run {folder.name} holds chains in which no fact is followed; `mazedom show` tells them")
    record = read_record(folder)
    documents = documents_of(record, str(folder), reader)
    with Log(folder, held=record.held) as log:
        read_by(record, log, folder, reader)
        return Reported(record, documents, told_chains(record, log))
