"""`tag`: tags and a note for a run, by which `list runs` finds it."""

import argparse

from chains.running.folders import find_run
from chains.running.notes_on_runs import note
from chains.terminal.views.output import print_json, say


def main(arguments: argparse.Namespace) -> int:
    """Note it, and say what is noted; return the exit status."""
    folder = find_run(arguments.run)
    made = note(folder, arguments.tags, arguments.remove, arguments.note)
    if arguments.json:
        print_json({"run": folder.name, "tags": made.tags, "note": made.note})
        return 0
    say(f"run {folder.name}: {', '.join(made.tags) or 'no tags'}{f'; {made.note}' if made.note else ''}")
    return 0
