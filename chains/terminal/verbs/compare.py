"""`compare`: runs, conditions, or the settings of factors, paired by world and replicate."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Group
from rich.text import Text

from chains.analysis.compare.arm_selection import Sides, chosen
from chains.analysis.compare.arms import RunHeard
from chains.analysis.compare.comparison import Comparison, adjusted, compare, match
from chains.analysis.compare.fail_if import Failing, read_failing
from chains.analysis.compare.hypothesis_tests import Tested, registered_rows, tested
from chains.analysis.compare.length_matched import at_equal_words, costly
from chains.analysis.compare.most_different import most_unlike
from chains.analysis.compare.side_by_side import (
    Level,
    Selected,
    Spread,
    between_models,
    headline,
    pooled,
    read_names,
    select,
    with_holm,
)
from chains.analysis.compare.side_by_side import levels as levels_of
from chains.analysis.compare.together import Together, together
from chains.analysis.corrected.by_labels import Corrector
from chains.analysis.corrected.comparison import Correction, correction_of
from chains.analysis.corrected.labels_beside import LabelsBeside
from chains.analysis.registered.confirmatory import Standing, standing
from chains.analysis.results.hop_by_hop import hop_by_hop
from chains.analysis.results.trial_story import story
from chains.errors import BadInput
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.scoring.facts.reader import Reader
from chains.terminal.views.compare import (
    comparison_view,
    how_tested,
    side_by_side_view,
    spread_view,
    tested_view,
)
from chains.terminal.views.compare_corrected import corrected_view
from chains.terminal.views.compare_headline import bars, labels, verdict, verdicts_view
from chains.terminal.views.compare_messages import unlike_view
from chains.terminal.views.hop_by_hop import hop_by_hop_view
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.readers import reader_line, readers_view
from chains.terminal.views.together import together_view
from chains.terminal.views.working import working
from chains.validation.readers import Readers, read_by
from chains.worlds.world import claims_notes, unverified_notes


def main(arguments: argparse.Namespace) -> int:
    """Compare and print; return the exit status, 1 if a `--fail-if` is met."""
    conditions = [read_failing(text) for text in arguments.fail_if]
    named = None if arguments.measures is None else read_names(arguments.measures)
    with ExitStack() as stack:
        read: list[Readers] = []
        with working("reading the log"):
            sides = chosen(arguments.words, arguments.by, _opener(stack, arguments.reader, read))
        if arguments.trial is not None:
            _beside(sides, arguments)
            return 0
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
        compared = with_holm(adjusted(compared, registered))
        failed = _failed(conditions, compared)
        corrections = [correction_of(comparison, beside) for comparison in compared]
        checked = {term.measure for failing in conditions for term in failing.terms}
        selected = select(compared, [test.hypothesis for test in tests], checked, named, everything=arguments.all)
        first = {headline(comparison) for comparison in compared}
        levels = [levels_of(one, named or [name for name in selected.names if name in first]) for one in compared]
        spreads, both = between_models(compared, levels), together(compared)
        found = _Found(compared, corrections, tests, status, selected, levels, spreads, both)
        if arguments.json:
            document = _document(found, failed, 1 if arguments.messages is None else arguments.messages)
            print_json(document | {"readers": {one.run: one.document() for one in read}})
        else:
            for one in read:
                stdout.print(reader_line(one))
            _print(found, arguments.messages)
            for one in read:
                stdout.print(readers_view(one))
    for line in failed:
        say(f"fails: {line}")
    return 1 if failed else 0


def _beside(sides: Sequence[Sides], arguments: argparse.Namespace) -> None:
    """Print one trial and its partner message by message."""
    if len(sides) > 1:
        raise BadInput("--trial sets two trials beside each other; name two runs or two conditions")
    (a, b) = sides[0]
    pairs = match(a, b)[0].values()
    pair = next((one for one in pairs if arguments.trial in (str(one.b), str(one.a))), None)
    if pair is None:
        first = next(iter(pairs))
        raise BadInput(f"no pair has a trial {arguments.trial!r}; the first pair is {first.a} and {first.b}")
    found = hop_by_hop(*(story(side.run.record, side.run.log, one) for side, one in ((a, pair.a), (b, pair.b))))
    if arguments.json:
        names = {"a": a.label, "b": b.label, "trial_a": str(pair.a), "trial_b": str(pair.b)}
        print_json(names | {"messages": [one.document() for one in found]})
    else:
        stdout.print(hop_by_hop_view(found, (a.label, b.label), pair, arguments.messages))


def _opener(stack: ExitStack, reader: str | None, found: list[Readers]) -> Callable[[str], RunHeard]:
    """Return a function that opens a run by name, each run once; a run read by another instrument is read anew.

    Args:
        stack: Holds the logs open.
        reader: Whose fates count.
        found: Who reads each run is put here, where there is anything to say.
    """
    opened: dict[Path, RunHeard] = {}

    def read(name: str) -> RunHeard:
        folder = find_run(name).resolve()
        if folder not in opened:
            record = read_record(folder)
            log = stack.enter_context(Log(folder, held=record.held))
            if log.index.notice:
                say(f"note: {log.index.notice}")
            run = RunHeard(record, log)
            if (one := read_by(record, log, folder, reader)) is not None:
                found.append(one)
            read_anew = set() if log.reader is None else {log.reader.name}
            others = sorted({said.instrument for said in run.said.values()} - {Reader.version} - read_anew)
            if others:
                say(f"note: run {run.record.id} was read by {', '.join(others)}; read anew by {Reader.version}")
                run = replace(run, reread=True)
            opened[folder] = run
        return opened[folder]

    return read


def _compared(sides: Sides, *, always: bool) -> Comparison:
    comparison = compare(*sides)
    worlds = [world for side in sides for world in side.run.record.worlds.values()]
    of_documents = dict.fromkeys(note for side in sides for note in side.run.record.notes)
    by_rules = all(side.run.log.reader is None for side in sides)
    of_worlds = unverified_notes(worlds) + (claims_notes(worlds) if by_rules else [])
    comparison = replace(comparison, notes=(*comparison.notes, *of_worlds, *of_documents))
    if costly(comparison) and not always:
        note = f"not compared at equal words: {len(comparison.pairs)} pairs take a while; --equal-words does it"
        return replace(comparison, notes=(*comparison.notes, note))
    return replace(comparison, at_equal_words=at_equal_words(comparison))


def _tested(run: RunHeard, beside: LabelsBeside) -> tuple[list[Tested], Standing | None]:
    """Test the run's registered hypotheses, if it has any."""
    if not run.record.experiment.hypotheses:
        return [], standing(run.record, run.log, []) if run.record.extended else None
    found = (run.log.end(str(trial)) for trial in run.record.trials())
    return tested(run, Corrector(beside)), standing(run.record, run.log, [end for end in found if end is not None])


def _failed(conditions: Sequence[Failing], compared: Sequence[Comparison]) -> list[str]:
    """Say which checks fail, and which can't be made because the messages allow no finding: those fail too."""
    failed = list[str]()
    for failing, comparison in product(conditions, compared):
        if barred := " ".join(bars(comparison, of_fates=failing.of_fates)):
            arms = f"{comparison.b.label} against {comparison.a.label}"
            failed.append(f"{failing.text} can't be checked ({arms}), so it is not passed: {barred}")
        elif (said := failing.met(comparison)) is not None:
            failed.append(f"{failing.text} ({said})")
    return failed


class _Found(NamedTuple):
    """All that is printed."""

    compared: Sequence[Comparison]
    corrections: Sequence[Correction]
    tests: Sequence[Tested]
    status: Standing | None
    selected: Selected
    levels: Sequence[Sequence[Level]]
    spreads: Sequence[Spread]
    together: Sequence[Together]


def _print(found: _Found, messages: int | None) -> None:
    """Print all of it; the messages that differ most, unless their number is given, only of a single comparison."""
    compared, status = found.compared, found.status
    barred = any(any(bars(comparison)) for comparison in compared)
    if barred:  # said before what was registered is shown
        stdout.print(verdicts_view(compared))
    if status is not None and status.hypotheses:
        stdout.print(tested_view(found.tests, status))
    if not barred:
        stdout.print(verdicts_view(compared))
    if status is not None and not status.hypotheses:
        for line in status.lines():
            stdout.print(Text(line, "yellow"))
    _print_figures(found)
    if count := messages if messages is not None else int(len(compared) == 1):
        for comparison in compared:
            stdout.print(unlike_view(most_unlike(comparison, count), comparison))
    if how := how_tested(compared, found.selected):
        stdout.print(how)


def _print_figures(found: _Found) -> None:
    compared = found.compared
    if len(compared) == 1:
        stdout.print(comparison_view(compared[0], found.selected, found.levels[0]))
        stdout.print(corrected_view(found.corrections[0]))
    else:
        stdout.print(side_by_side_view(compared, found.selected, found.levels))
        for label, correction in zip(labels(compared), found.corrections, strict=True):
            if correction.known:
                stdout.print(Group(Text(f"{label}:"), corrected_view(correction)))
    if found.together:
        stdout.print(together_view(found.together))
    if found.spreads:
        stdout.print(spread_view(found.spreads, compared))


def _document(found: _Found, failed: Sequence[str], messages: int) -> dict[str, Any]:
    """Return all as JSON; the keys of the first comparison, often the only one, stand at the top as well."""
    documents = [
        comparison.document()
        | {"says": verdict(comparison), "shown": list(found.selected.names)}
        | {"averaged_over": pooled(comparison), "levels": [level.document() for level in levels]}
        | {"most_unlike": [pair.document() for pair in most_unlike(comparison, messages)]}
        | correction.document()
        for comparison, correction, levels in zip(found.compared, found.corrections, found.levels, strict=True)
    ]
    return {
        **documents[0],
        "comparisons": documents,
        "together": [one.document() for one in found.together],
        "between_models": [spread.document() for spread in found.spreads],
        "hypotheses": [test.document() for test in found.tests],
        "standing": None if found.status is None else found.status.document(),
        "failed": list(failed),
    }
