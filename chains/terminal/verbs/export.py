"""`export`: a run's tables, spans or samples as files for other tools."""

import argparse
from pathlib import Path

from chains.analysis.exports.table_files import write_csv, write_parquet
from chains.analysis.observations import Run
from chains.analysis.tables import Tables
from chains.errors import BadInput
from chains.running.folders import find_run, is_archive
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.terminal.views.output import counted, print_json, say


def main(arguments: argparse.Namespace) -> int:
    """Write the files; return the exit status."""
    folder = find_run(arguments.run)
    if is_archive(folder):
        raise BadInput(
            f"run {folder.name} holds chains in which no fact is followed, so it has no tables; its log.jsonl has the "
            "texts, a chain a line"
        )
    record = read_record(folder)
    files: dict[str, int] = {}
    to = Path(arguments.to)

    def done(name: str, count: int) -> None:
        files[name] = count
        if not arguments.json:
            say(f"{to / name}: {counted(count, 'row')}")

    with Log(folder, held=record.held) as log:
        if log.index.notice:
            say(f"note: {log.index.notice}")
        tables = Tables(Run(record, log), why=True)
        {"csv": write_csv, "parquet": write_parquet}[arguments.format](tables, to, done)
    if arguments.json:
        print_json({"run": record.id, "format": arguments.format, "to": str(to), "files": files})
    return 0
