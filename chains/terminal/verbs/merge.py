"""`merge`: join the shards of a run into one."""

import argparse
from pathlib import Path

from chains.errors import MazedomError
from chains.running.folders import all_runs, find_run
from chains.running.record_file import read_record
from chains.running.shards import merge, same_run
from chains.terminal.views.output import counted, print_json, say


def main(arguments: argparse.Namespace) -> int:
    """Merge and say what is missing; return the exit status."""
    folders = list(dict.fromkeys(find_run(name) for name in arguments.runs))
    if len(folders) == 1:
        folders = _others(folders[0])
    made = merge(folders)
    trials = sum(1 for _ in made.record.trials())
    left = trials - made.record.held.get("finished", 0)
    if arguments.json:
        document = {"run": made.record.id, "path": str(made.folder), "shards": len(folders), "trials": trials}
        print_json(document | {"missing_shards": list(made.missing), "left": left})
        return 0
    say(f"run {made.record.id}: {counted(len(folders), 'shard')}, {trials - left} of {trials} trials finished")
    if made.missing:
        say(f"missing: shard {', '.join(map(str, made.missing))}")
    if left:
        say(f"`mazedom resume {made.record.id}` asks for the {left} that are left")
    return 0


def _others(folder: Path) -> list[Path]:
    """Return all shards here of the run that one shard is of."""
    record = read_record(folder)
    found = [folder]
    for other in all_runs():
        if other.resolve() == folder.resolve():
            continue
        try:
            if same_run(record, read_record(other)):
                found.append(other)
        except MazedomError:
            continue
    return found
