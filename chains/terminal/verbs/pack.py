"""`pack`: a run in one file to hand on, whole or without texts; and whether such a file is as it was made."""

import argparse
from pathlib import Path

from rich.text import Text

from chains.errors import BadInput
from chains.running.folders import find_run, is_archive
from chains.running.packing import pack, verify_pack
from chains.terminal.views.output import counted, print_json, say
from chains.terminal.views.output import results as stdout


def main(arguments: argparse.Namespace) -> int:
    """Write the file, or check one; return the exit status."""
    if arguments.verify:
        if arguments.redact or arguments.to is not None:
            raise BadInput("--verify checks a pack that is there; leave --redact and --to out")
        return _verify(Path(arguments.run), as_json=arguments.json)
    folder = find_run(arguments.run)
    if is_archive(folder):
        raise BadInput(f"run {folder.name} holds a published archive; hand on what was published")
    ending = "-redacted.zip" if arguments.redact else ".zip"
    to = Path(arguments.to) if arguments.to is not None else Path(f"{folder.name}{ending}")
    made = pack(folder, to, redact=arguments.redact)
    if arguments.json:
        print_json(made._asdict() | {"to": str(to), "bytes": to.stat().st_size})
        return 0
    size = f"{counted(made.records, 'record')}, {to.stat().st_size / 1e3:,.0f} kB"
    say(f"{to}: run {made.run}, {'without texts' if made.redacted else 'whole'}; {size}")
    stdout.print(f"receipt  {made.receipt}", soft_wrap=True)
    say(f"whoever has it can check it: `mazedom pack {to} --verify`")
    return 0


def _verify(path: Path, *, as_json: bool) -> int:
    found, wrong = verify_pack(path)
    if as_json:
        print_json(found._asdict() | {"whole": not wrong, "wrong": wrong})
        return 1 if wrong else 0
    if wrong:
        stdout.print(Text(f"run {found.run}: {counted(len(wrong), 'difference')}", style="bold red"))
        for one in wrong:
            say(f"differs: {one}")
        return 1
    what = "texts are left out; " if found.redacted else ""
    stdout.print(
        Text(f"run {found.run}: {counted(found.records, 'record')} as logged; {what}nothing was changed", "green")
    )
    stdout.print(f"receipt  {found.receipt}", soft_wrap=True)
    return 0
