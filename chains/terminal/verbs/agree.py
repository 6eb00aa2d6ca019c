"""`agree`: label pairs of a run at the terminal, and see how far people, the instrument and judges agree."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from chains.errors import BadInput
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.terminal.views.agreement import accord_view, disagreements_view
from chains.terminal.views.labelling import label_pairs
from chains.terminal.views.output import counted, print_json, say
from chains.terminal.views.output import results as stdout
from chains.validation.agreement import accord
from chains.validation.all_labels import gather
from chains.validation.labels import Label, LabelFile, check_name, digest, read_labels
from chains.validation.pairs import CLAIM, Pair, Pairs
from chains.validation.sampling import draw_sample


def main(arguments: argparse.Namespace) -> int:
    """Ask for labels unless a report or a worksheet is wanted; return the exit status."""
    folder = find_run(arguments.run)
    record = read_record(folder)
    report = arguments.report or arguments.disagreements or bool(arguments.labels)
    with Log(folder) as log:
        if log.index.notice:
            say(f"note: {log.index.notice}")
        pairs = Pairs(record, log)
        if arguments.worksheet is not None:
            drawn = draw_sample(folder, pairs, arguments.sample, arguments.seed, heard=arguments.heard)
            _write(Path(arguments.worksheet), pairs, drawn)
            written = counted(len(drawn), "pair")
            say(f"{written} written; fill in fate, then: mazedom agree {arguments.run} --labels FILE")
            return 0
        more = [label for name in arguments.labels for label in read_labels(Path(name))]
        if report:
            _report(arguments, folder, pairs, more)
            return 0
        return _label(arguments, folder, pairs)


def _label(arguments: argparse.Namespace, folder: Path, pairs: Pairs) -> int:
    """Label the sample; return 0, also if some of it is left: to stop is no failure.

    No fate that the instrument, a judge or another person gave is shown before all of it is labelled.
    """
    name = check_name(arguments.rater)
    drawn = draw_sample(folder, pairs, arguments.sample, arguments.seed, heard=arguments.heard)
    if len(drawn) < arguments.sample:
        say(f"note: the run has only {len(drawn)} different pairs")
    interrupted = False
    with LabelFile(folder, name) as file:
        try:
            label_pairs(pairs, drawn, file)
        except KeyboardInterrupt:
            say("interrupted; every label is saved")
            interrupted = True
        left = sum(pair.id not in file.labels for pair in drawn)
        labelled = len(file.labels)
    if left:
        say(f"{left} of {len(drawn)} are left: mazedom agree {arguments.run} --as {name} goes on")
        if arguments.json:
            print_json({"run": pairs.record.id, "rater": name, "labelled": labelled, "left": left})
    else:
        _report(arguments, folder, pairs, [])
    return 130 if interrupted else 0


def _report(arguments: argparse.Namespace, folder: Path, pairs: Pairs, more: Sequence[Label]) -> None:
    found = gather(pairs, folder, more)
    if not found.labels:
        raise BadInput(f"run {pairs.record.id} has no labels; `mazedom agree {arguments.run}` asks for them")
    agreed = accord(found)
    if arguments.json:
        print_json(
            {"run": pairs.record.id, "instrument": found.instrument, "unsure": found.unsure, "stale": found.stale}
            | agreed.document()
            | {"disagreements": _disagreements(found.agreed(), pairs)}
        )
        return
    stdout.print(accord_view(found, agreed))
    if arguments.disagreements:
        stdout.print(disagreements_view(found))


def _disagreements(truth: Mapping[str, str], pairs: Pairs) -> list[dict[str, str]]:
    return [
        {"id": name, "people": fate, "instrument": pairs.by_id[name].drawn}
        for name, fate in truth.items()
        if pairs.by_id[name].drawn not in (fate, CLAIM)
    ]


def _write(path: Path, pairs: Pairs, drawn: Sequence[Pair]) -> None:
    """Write the pairs to be labelled, a JSON line each, without any fate that was read."""
    lines = [
        orjson.dumps(
            {
                "id": pair.id,
                "fate": "",
                "statement": pairs.statement(pair).render(0),
                "text": pairs.message(pair),
                "message": digest(pairs.message(pair)),
            }
        )
        for pair in drawn
    ]
    try:
        path.write_bytes(b"\n".join(lines) + b"\n")
    except OSError as error:
        raise BadInput(f"{path} can't be written ({error.strerror}); give --worksheet another path") from None
