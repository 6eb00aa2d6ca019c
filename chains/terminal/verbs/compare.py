"""`compare`: two runs, two conditions, or the settings of one factor, paired by world and replicate."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.text import Text

from chains.analysis.compare.arm_selection import Sides, chosen
from chains.analysis.compare.arms import RunHeard
from chains.analysis.compare.comparison import Comparison, adjusted, compare
from chains.analysis.compare.fail_if import Failing, read_failing
from chains.analysis.compare.hypothesis_tests import Tested, registered_rows, tested
from chains.analysis.compare.length_matched import at_equal_words, costly
from chains.analysis.compare.most_different import most_unlike
from chains.analysis.corrected.by_labels import Corrector
from chains.analysis.corrected.comparison import Correction, correction_of
from chains.analysis.corrected.labels_beside import LabelsBeside
from chains.analysis.registered.confirmatory import Standing, standing
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.scoring.facts.reader import Reader
from chains.terminal.views.compare import (
    bars,
    comparison_view,
    corrected_view,
    how_tested,
    tested_view,
    unlike_view,
    verdict,
    verdicts_view,
)
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.working import working
from chains.worlds.world import unverified_notes


def main(arguments: argparse.Namespace) -> int:
    """Compare and print; return the exit status, 1 if a `--fail-if` is met."""
    conditions = [read_failing(text) for text in arguments.fail_if]
    with ExitStack() as stack:
        sides = chosen(arguments.words, arguments.by, _opener(stack))
        equal = arguments.equal_words or any(term.equal_words for failing in conditions for term in failing.terms)
        with working("comparing") as tell:
            compared = []
            for pair in sides:
                tell(f"{pair.b.label} against {pair.a.label}")
                compared.append(_compared(pair, always=equal))
        run = sides[0].a.run
        beside = LabelsBeside()
        tests, status = _tested(run, beside) if all(side.run is run for pair in sides for side in pair) else ([], None)
        registered = registered_rows(compared, tests, run) if status is not None and status.confirmatory else {}
        compared = adjusted(compared, registered)
        failed = _failed(conditions, compared)
        corrections = [correction_of(comparison, beside) for comparison in compared]
        if arguments.json:
            print_json(_document(compared, corrections, tests, status, failed, arguments.messages))
        else:
            _print(compared, corrections, tests, status, arguments.messages)
    for line in failed:
        say(f"fails: {line}")
    return 1 if failed else 0


def _opener(stack: ExitStack) -> Callable[[str], RunHeard]:
    """Return a function that opens a run by name, each run once; a run read by another instrument is read anew."""
    opened: dict[Path, RunHeard] = {}

    def read(name: str) -> RunHeard:
        folder = find_run(name).resolve()
        if folder not in opened:
            record = read_record(folder)
            log = stack.enter_context(Log(folder, held=record.held))
            if log.index.notice:
                say(f"note: {log.index.notice}")
            run = RunHeard(record, log)
            others = sorted({str(end.instrument) for end in run.ends.values()} - {Reader.version})
            if others:
                say(f"note: run {run.record.id} was read by {', '.join(others)}; read anew by {Reader.version}")
                run = replace(run, reread=True)
            opened[folder] = run
        return opened[folder]

    return read


def _compared(sides: Sides, *, always: bool) -> Comparison:
    comparison = compare(*sides)
    worlds = [world for side in sides for world in side.run.record.worlds.values()]
    comparison = replace(comparison, notes=(*comparison.notes, *unverified_notes(worlds)))
    if costly(comparison) and not always:
        note = f"not compared at equal words: {len(comparison.pairs)} pairs take a while; --equal-words does it"
        return replace(comparison, notes=(*comparison.notes, note))
    return replace(comparison, at_equal_words=at_equal_words(comparison))


def _tested(run: RunHeard, beside: LabelsBeside) -> tuple[list[Tested], Standing | None]:
    """Test the run's registered hypotheses, if it has any."""
    if not run.record.experiment.hypotheses:
        return [], standing(run.record, run.log, []) if run.record.extended else None
    found = (run.log.end(str(trial)) for trial in run.record.experiment.trials())
    return tested(run, Corrector(beside)), standing(run.record, run.log, [end for end in found if end is not None])


def _failed(conditions: Sequence[Failing], compared: Sequence[Comparison]) -> list[str]:
    found = ((failing, failing.met(comparison)) for failing in conditions for comparison in compared)
    return [f"{failing.text} ({said})" for failing, said in found if said is not None]


def _print(
    compared: Sequence[Comparison],
    corrections: Sequence[Correction],
    tests: Sequence[Tested],
    status: Standing | None,
    messages: int,
) -> None:
    barred = any(any(bars(comparison)) for comparison in compared)
    if barred:  # said before what was registered is shown
        stdout.print(verdicts_view(compared))
    if status is not None and status.hypotheses:
        stdout.print(tested_view(tests, status))
    if not barred:
        stdout.print(verdicts_view(compared))
    if status is not None and not status.hypotheses:
        for line in status.lines():
            stdout.print(Text(line, "yellow"))
    for number, (comparison, correction) in enumerate(zip(compared, corrections, strict=True)):
        if number:
            stdout.print()
        stdout.print(comparison_view(comparison))
        stdout.print(corrected_view(correction))
        if messages:
            stdout.print(unlike_view(most_unlike(comparison, messages), comparison))
    if how := how_tested(compared):
        stdout.print(how)


def _document(
    compared: Sequence[Comparison],
    corrections: Sequence[Correction],
    tests: Sequence[Tested],
    status: Standing | None,
    failed: Sequence[str],
    messages: int,
) -> dict[str, Any]:
    """Return all as JSON; the keys of the first comparison, often the only one, stand at the top as well."""
    documents = [
        comparison.document()
        | {"says": verdict(comparison)}
        | {"most_unlike": [pair.document() for pair in most_unlike(comparison, messages)]}
        | correction.document()
        for comparison, correction in zip(compared, corrections, strict=True)
    ]
    return {
        **documents[0],
        "comparisons": documents,
        "hypotheses": [test.document() for test in tests],
        "standing": None if status is None else status.document(),
        "failed": list(failed),
    }
