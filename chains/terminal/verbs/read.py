"""`read`: answer questions from what the executive hears, as a reader; or what all readers made of it."""

import argparse
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from rich.panel import Panel
from rich.text import Text

from chains.analysis.compare.arms import RunHeard
from chains.analysis.reader_study import Question, ReaderFile, Report, Row, reports, summary
from chains.errors import BadInput
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.running.people.worklist import Worklist
from chains.running.record_file import read_record
from chains.scoring.text.legible import legible
from chains.terminal.answering import agreed
from chains.terminal.views.output import counted, figures_by, print_json, progress, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.terminal_keys import END, Keys


def main(arguments: argparse.Namespace) -> int:
    """Ask the reader, or show what readers made of the run; return the exit status."""
    folder = find_run(arguments.run)
    record = read_record(folder)
    with Log(folder) as log:
        run = RunHeard(record, log)
        if arguments.report:
            _report(arguments, summary(run, folder))
            return 0
        if arguments.who is None:
            raise BadInput("say who reads, as in --as anna; --report shows what readers made of it")
        worklist = Worklist(folder, record.experiment.people.model_copy(update={"persons": None}))
        if not agreed(worklist, arguments.who):
            raise BadInput("nothing is asked of those who do not agree to the text above")
        me = worklist.names.of(arguments.who)
        sat = {int(trial.split(".")[1].removeprefix("w")) for trial in worklist.trials_of(me)}
        todo = list(reports(run, me, arguments.questions, sat))
        return _asked(ReaderFile(folder, me), todo, as_json=arguments.json)


def _asked(file: ReaderFile, todo: Sequence[Report], *, as_json: bool) -> int:
    left = [report for report in todo if any((report.trial, one.about) not in file.answers for one in report.questions)]
    try:
        with Keys() as keys:
            for number, report in enumerate(left, 1):
                if not _one(file, report, keys, f"{number} of {len(left)}"):
                    break
    except KeyboardInterrupt:
        say("interrupted; every answer is saved")
        return 130
    open_ = sum((report.trial, one.about) not in file.answers for report in todo for one in report.questions)
    say(f"{counted(len(file.answers), 'answer')} saved, {open_} left")
    if as_json:
        print_json({"answers": len(file.answers), "left": open_})
    return 0


def _one(file: ReaderFile, report: Report, keys: Keys, which: str) -> bool:
    """Show a report and ask about it; return whether the reader goes on."""
    progress.print(Panel(Text(legible(report.text.strip())), title=Text(legible(f"{report.title} ({which})"))))
    for question in report.questions:
        if (question.trial, question.about) in file.answers:
            continue
        began = time.monotonic()
        progress.print(Text(legible(question.text), "bold"))
        for key, answer in question.answers.items():
            progress.print(Text(f"  {key}  {legible(answer)}"))
        if (letter := _pressed(keys, question.answers)) is None:
            return False
        sure = _confidence(keys, question, letter)
        if sure is None:
            return False
        file.add(question, letter, sure, time.monotonic() - began)
    return True


def _confidence(keys: Keys, question: Question, letter: str) -> int | None:
    if letter == question.unsaid:
        return 3
    progress.print("  how sure?  1 a guess  2 fairly sure  3 sure", markup=False)
    pressed = _pressed(keys, "123")
    return None if pressed is None else int(pressed)


def _pressed(keys: Keys, wanted: Collection[str]) -> str | None:
    """Wait for a key; None if the reader leaves, with q or the end of the input."""
    while True:
        pressed = keys.next()
        if pressed and pressed in wanted:
            return pressed
        if pressed == END:
            return None


HEADINGS = ("reports", "answers", "recall", "misled", "kept", "distorted", "sure, right", "sure, wrong", "decided",
            "min. a report")  # fmt: skip


def _report(arguments: argparse.Namespace, rows: Sequence[Row]) -> None:
    if arguments.json:
        print_json({"run": Path(arguments.run).name, "readers": [row._asdict() for row in rows]})
        return
    table = figures_by(*HEADINGS)
    for row in rows:
        shares = [_share(value) for value in (row.recall, row.misled, row.kept, row.distorted)]
        sure = [_number(value) for value in (row.confidence_right, row.confidence_wrong)]
        table.add_row(
            row.condition, str(row.reports), str(row.answers), *shares, *sure, _share(row.decided), _number(row.minutes)
        )
    stdout.print(table)
    say("recall, misled: what readers answered rightly and wrongly; kept, distorted: the same facts by the instrument")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
