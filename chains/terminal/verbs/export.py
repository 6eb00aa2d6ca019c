"""`export`: a run's tables, spans or samples as files for other tools."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from chains.analysis.exports.table_files import Done, write_csv, write_parquet
from chains.analysis.observations import Run
from chains.analysis.results.finished import Tell
from chains.analysis.tables import Tables
from chains.errors import BadInput
from chains.running.folders import find_run, is_archive
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.terminal.views.output import counted, print_json, say
from chains.terminal.views.working import working


def main(arguments: argparse.Namespace) -> int:
    """Write the files, or send the spans; return the exit status."""
    if arguments.endpoint is not None and arguments.format != "otel":
        raise BadInput("--endpoint takes spans; add --format otel")
    if arguments.why and arguments.format not in _TABLES:
        raise BadInput(f"--why fills a column of the table of facts, and --format {arguments.format} writes no tables")
    if arguments.to is None and arguments.endpoint is None:
        raise BadInput("where to? give a folder with --to DIR")
    folder = find_run(arguments.run)
    if is_archive(folder):
        raise BadInput(
            f"run {folder.name} holds chains in which no fact is followed, so it has no tables; its log.jsonl has the "
            "texts, a chain a line"
        )
    record = read_record(folder)
    with working("opening the log"):
        opened = Log(folder, held=record.held)
    with opened as log:
        if log.index.notice:
            say(f"note: {log.index.notice}")
        if arguments.reader is not None:
            from chains.validation.readers import read_by  # noqa: PLC0415  start-up

            found = read_by(record, log, folder, arguments.reader)
            for note in [] if found is None else found.notes:
                say(f"note: {note}")
        files = _written(Run(record, log), arguments)
    if arguments.json:
        to = {"to": arguments.to} if arguments.to else {"endpoint": arguments.endpoint}
        print_json({"run": record.id, "format": arguments.format, **to, "files": files})
    return 0


def _written(run: Run, arguments: argparse.Namespace) -> dict[str, int]:
    """Write; return what was written with the number of rows, trials or samples of each."""
    files: dict[str, int] = {}
    if arguments.endpoint is not None:
        from chains.analysis.exports.otel_spans import send_spans  # noqa: PLC0415  start-up

        files[arguments.endpoint] = send_spans(run, arguments.endpoint)
        say(f"{counted(files[arguments.endpoint], 'trial')} sent to {arguments.endpoint}")
    if arguments.to is not None:
        to = Path(arguments.to)

        def done(name: str, count: int) -> None:
            files[name] = count
            say(f"{to / name}: {counted(count, _COUNTED[arguments.format])}")

        if arguments.format in _TABLES:
            with working("exporting") as tell:
                _TABLES[arguments.format](Tables(run, why=arguments.why), to, done, tell)
        else:
            _WRITERS[arguments.format](run, to, done)
    return files


def _otel(run: Run, to: Path, done: Done) -> None:
    from chains.analysis.exports.otel_spans import write_spans  # noqa: PLC0415  start-up

    write_spans(run, to, done)


def _inspect(run: Run, to: Path, done: Done) -> None:
    from chains.analysis.exports.inspect_log import write_inspect  # noqa: PLC0415  start-up

    write_inspect(run, to, done)


_TABLES: Mapping[str, Callable[[Tables, Path, Done, Tell], None]] = {"csv": write_csv, "parquet": write_parquet}
_WRITERS: Mapping[str, Callable[[Run, Path, Done], None]] = {"otel": _otel, "inspect": _inspect}
_COUNTED = {"csv": "row", "parquet": "row", "otel": "trial", "inspect": "sample"}
"""What is counted in the files of each format."""
