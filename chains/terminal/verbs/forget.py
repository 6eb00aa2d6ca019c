"""`forget`: take a person's name and texts out of a run."""

import argparse
import sys

from chains.errors import BadInput
from chains.running.folders import find_run
from chains.running.people.forgetting import forget
from chains.running.record_file import read_record
from chains.terminal.drive_at_terminal import confirmed
from chains.terminal.views.output import counted, print_json, say


def main(arguments: argparse.Namespace) -> int:
    """Forget the person; return the exit status, 1 if whoever asks for it says no."""
    folder = find_run(arguments.run)
    people = read_record(folder).experiment.people
    if not arguments.yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise BadInput("forgetting needs --yes where nobody can be asked")
        if not confirmed(f"take the name and all texts of {arguments.name} out of {folder.name} for good?"):
            say("nobody was forgotten")
            return 1
    found = forget(folder, people, arguments.name)
    if arguments.json:
        print_json({"run": folder.name, **found._asdict()})
        return 0
    say(
        f"{found.pseudonym} is forgotten in {folder.name}: {counted(found.messages, 'text')} of theirs and "
        f"{counted(found.quotes, 'quote')} of them are gone from {counted(found.trials, 'trial')}; digests stay, so "
        f"`mazedom replay {folder.name} --verify` still shows that nothing else was changed"
    )
    say("packs and forks of this run that were made before still hold the texts")
    return 0
