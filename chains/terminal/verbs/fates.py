"""`fates`: read messages from anywhere, and with labels say how far the instrument agrees with them."""

import argparse
from pathlib import Path

from chains.terminal.views.labelled_messages import messages_view
from chains.terminal.views.output import print_json
from chains.terminal.views.output import results as stdout
from chains.terminal.views.working import working
from chains.validation.labelled_messages import read_messages


def main(arguments: argparse.Namespace) -> int:
    """Read every message of a file and print what was read; return 0."""
    with working("reading"):
        found = read_messages(Path(arguments.file))
    if arguments.json:
        print_json(found.document())
    else:
        stdout.print(messages_view(found))
    return 0
