"""`replay`: play a run back from its log; `--verify` recomputes and compares everything."""

import argparse
import asyncio
import time

from rich.text import Text

from chains.analysis.results.run_results import results
from chains.fates import ELSEWHERE, FATE_OF, read_of
from chains.registry import differing
from chains.running.folders import find_run, is_archive
from chains.running.log.log import Log
from chains.running.log.records import TrialEnd
from chains.running.receipt import Receipt
from chains.running.record_file import read_record
from chains.running.replay import Replay, replay
from chains.running.run_record import Casts, RunRecord
from chains.scoring.facts.instrument import INSTRUMENT
from chains.terminal.views.output import counted, print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.run_tables import FATE_STYLE, results_view, shown_hops
from chains.terminal.views.working import working

MOST_DIFFERENCES = 20


def main(arguments: argparse.Namespace) -> int:
    """Replay a run; return the exit status."""
    folder = find_run(arguments.run)
    if is_archive(folder):
        from chains.terminal.verbs import archive_shows  # noqa: PLC0415  start-up

        return archive_shows.replay(folder, arguments)
    record = read_record(folder)
    for sentence in differing(record.plugins):
        say(f"note: {sentence}")
    if arguments.step is not None:
        from chains.terminal.step_through import step_through  # noqa: PLC0415  start-up

        with Log(folder, held=record.held) as log:
            return step_through(record, log, arguments.step, arguments.seconds)
    began = time.monotonic()
    with Log(folder, held=record.held) as log:
        if log.index.notice:
            say(f"note: {log.index.notice}")
        with working("replaying"):
            played = asyncio.run(replay(record, log, verify=arguments.verify))
        seconds = time.monotonic() - began
        found = None if arguments.json else results(record, log)
    if played.unread:
        say(
            f"note: the fates of {played.unread} trials were not compared: they were logged by another version of the "
            f"instrument than {INSTRUMENT}, or not logged"
        )
    if played.forgotten:
        some = "1 trial holds" if played.forgotten == 1 else f"{played.forgotten} trials hold"
        say(
            f"note: {some} texts that people asked to be forgotten; the texts are gone, what was logged of them is "
            "proved by their digests, and these trials can't be driven again"
        )
    if played.unfinished:
        some = "1 trial has" if played.unfinished == 1 else f"{played.unfinished} trials have"
        say(f"note: {some} no end in the log; `mazedom resume {folder}` goes on")
    if found is None:
        print_json(_document(record, played, seconds))
    else:
        stdout.print(_verdict(played, seconds, verify=arguments.verify))
        _play(record, played)
        stdout.print(results_view(found))
        if played.receipt is not None:
            _print_receipt(played.receipt)
    _say_differences(played)
    return 0 if played.identical else 1


def _say_differences(played: Replay) -> None:
    for difference in played.differences[:MOST_DIFFERENCES]:
        say(f"differs: {difference}")
    if len(played.differences) > MOST_DIFFERENCES:
        say(f"and {len(played.differences) - MOST_DIFFERENCES} differences more")


def _print_receipt(receipt: Receipt) -> None:
    stdout.print(f"receipt  {receipt.root}", soft_wrap=True)
    since = "" if receipt.sealed else "; the log is from before its lines were sealed"
    say(f"the receipt is over every record and run.json: who publishes it can't change them unnoticed{since}")
    if receipt.extended:
        dates = ", ".join(at[:10] for at in receipt.extended)
        say(f"the run was extended on {dates}: this receipt is of the run with what was added")


def _document(record: RunRecord, played: Replay, seconds: float) -> dict[str, object]:
    return {
        "run": record.id,
        "trials": played.trials,
        "steps": played.steps,
        "identical": played.identical,
        "model_calls": 0,
        "seconds": round(seconds, 3),
        "differences": [str(difference) for difference in played.differences],
        "fates_not_compared": played.unread,
        "unfinished": played.unfinished,
        "forgotten": played.forgotten,
        "receipt": None if played.receipt is None else vars(played.receipt),
    }


def _verdict(played: Replay, seconds: float, *, verify: bool) -> Text:
    size = f"{counted(played.trials, 'trial')}, {counted(played.steps, 'step')}"
    text = f"{size} replayed in {seconds:.1f} s, no model called"
    if not played.identical:
        return Text(f"{text}; {len(played.differences)} differences", style="bold red")
    return Text(f"{text}; {'everything is as logged' if verify else 'every request is as logged'}", style="green")


def _play(record: RunRecord, played: Replay) -> None:
    """Print the fate of every fact, hop by hop, trial by trial."""
    casts = Casts(record)
    depths = {condition.id: casts.hierarchy(condition.id).depth for condition in record.conditions}
    for end in played.ends:
        depth = depths[end.trial.split(".")[0]]
        stdout.print(Text.assemble((f"{end.trial:<14}", "bold"), *_strips(end, depth)), soft_wrap=True)
    if played.ended > len(played.ends):
        stdout.print(f"and {played.ended - len(played.ends)} trials more")
    if played.ends:
        letters = [(f"{letter} {fate}  ", FATE_STYLE[fate]) for letter, fate in FATE_OF.items()]
        stdout.print(Text.assemble("a letter for each fact, hop by hop: ", *letters))


def _strips(end: TrialEnd, depth: int) -> list[tuple[str, str]]:
    strips: list[tuple[str, str]] = []
    by_hop = sorted((reading.hop, reading.fates) for reading in end.readings.values() if reading.hop <= depth)
    shown = set(shown_hops(sorted({hop for hop, _ in by_hop})))
    for hop, fates in by_hop:
        if hop in shown:
            strips += [(letter, FATE_STYLE[read_of(letter)] if letter != ELSEWHERE else "default") for letter in fates]
            strips.append(("  ", "default"))
    return strips
