"""`load`: retention against load, and how many facts each model carries."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from chains.analysis.load import carried
from chains.analysis.observations import Run
from chains.errors import BadInput
from chains.running.folders import RUN_FILE, find_run, runs_folder
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.terminal.views.load import carried_view, load_panels
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.working import working


def main(arguments: argparse.Namespace) -> int:
    """Read runs and print; return the exit status."""
    figure = None if arguments.figure is None else Path(arguments.figure)
    if figure is not None:
        from chains.terminal.views.figure_file import check_figure  # noqa: PLC0415  matplotlib takes a second: only a figure needs it

        check_figure(figure)
    with ExitStack() as stack, working("reading the log"):
        runs: list[Run] = []
        for folder in (folder for name in arguments.runs or ["last"] for folder in _folders(name)):
            record = read_record(folder)
            if record.id in [run.record.id for run in runs]:
                raise BadInput(f"run {record.id} is named twice; a run counts once")
            runs.append(Run(record, stack.enter_context(Log(folder, held=record.held))))
        found = carried(runs, arguments.hops)
    if arguments.json:
        print_json({"runs": [run.record.id for run in runs], "carried": [one.document() for one in found]})
    else:
        stdout.print(carried_view(found))
    if figure is not None:
        from chains.terminal.views.figure_file import write_figure  # noqa: PLC0415  as above

        write_figure(
            figure, load_panels(found), f"runs {', '.join(run.record.id for run in runs)}; bands: 95% over worlds"
        )
        say(f"figure written to {figure}")
    return 0


def _folders(name: str) -> list[Path]:
    """Return the folders of the runs that a name means: one, or all of an experiment, as of a pilot."""
    found = sorted(path.parent for path in runs_folder().glob(f"*/*/{RUN_FILE}") if path.parent.parent.name == name)
    return found or [find_run(name)]
