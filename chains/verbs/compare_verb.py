"""`compare`: two runs, or the settings of one factor of a run, paired by world and replicate."""

import argparse

from chains.comparison import by_factor, of_runs
from chains.errors import BadInput
from chains.log import Log
from chains.results import Results, results
from chains.runs import find_run, read_record
from chains.views.compare import comparison_view
from chains.views.output import print_json
from chains.views.output import results as stdout


def main(arguments: argparse.Namespace) -> int:
    """Compare and print; return the exit status."""
    match arguments.runs or ["last"]:
        case [run]:
            compared = by_factor(_results(run), arguments.by)
        case [first, second]:
            if arguments.by:
                raise BadInput("--by compares settings within one run; name one run, or leave out --by")
            compared = of_runs(_results(first), _results(second))
        case runs:
            raise BadInput(f"compare takes one run or two, not {len(runs)}")
    if arguments.json:
        first_document = compared[0].document()
        print_json(first_document | {"comparisons": [comparison.document() for comparison in compared]})
    else:
        for comparison in compared:
            stdout.print(comparison_view(comparison))
    return 0


def _results(run: str) -> Results:
    folder = find_run(run)
    record = read_record(folder)
    with Log(folder) as log:
        return results(record, log)
