"""`blame`: replace one seat after another, and see what of the loss goes away."""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from chains.analysis.blame import blamed
from chains.analysis.compare.arms import RunHeard
from chains.analysis.swap import swapped
from chains.errors import BadInput, LogDamaged, OverLimit
from chains.experiments.experiment import Condition, Limits
from chains.experiments.overrides import with_limits
from chains.models.budget import Budget, Taken
from chains.models.pool import Models
from chains.running.arms_of_blame import Arm, Blame, arms_of, blame_of, swap_of
from chains.running.folders import RUN_FILE, runs_folder
from chains.running.fork import ParentReplies
from chains.running.fork_record import Fork
from chains.running.log.log import Log
from chains.running.record_file import create, read_record, rewrite
from chains.running.run_record import RunRecord
from chains.running.runner import drive
from chains.running.spending import budget_of, most_at_once, note_what_came
from chains.running.token_estimate import longest_prompt
from chains.terminal.drive_at_terminal import INTERRUPTED, TRACE, attended, confirmed, interrupts, told_once
from chains.terminal.start_run import UNASKED_CALLS, check_models, forkable
from chains.terminal.views.blame import blame_document, blame_view, swap_view
from chains.terminal.views.output import counted, print_json, say
from chains.terminal.views.output import results as stdout


def main(arguments: argparse.Namespace) -> int:
    """Say what it would ask, ask it, print who is to blame; return the exit status."""
    folder, parent = forkable(arguments.run)
    limits, settings = _limits(arguments, parent)
    with Log(folder) as log:
        if log.index.notice:
            say(f"note: {log.index.notice}")
        swap = _two(arguments.swap)
        blames = [
            blame_of(parent, folder, log, one.id, by_level=arguments.levels, settings=settings, times=arguments.times)
            for one in _conditions(arguments.condition, parent)
        ]
        arms = [(blame, arm) for blame in blames for arm in _arms(blame, log, swap)]
        asks = _left([arm for _, arm in arms])
        spent = [_spent(arm) for _, arm in arms]
        asked = sum(one.calls for one in spent)
        most = sum(arm.calls for _, arm in arms)
        left = f"{asks:,} of them still to be asked for" if asks else "all of them asked for before"
        say(f"{counted(len(arms), 'fork')} of run {parent.id}, at most {most:,} replies, {left}")
        if arguments.dry_run:
            return _dry_run(arms, asks, asked, as_json=arguments.json)
        for _, arm in arms:
            check_models(arm.record)
        if not _agreed(parent, asks, asked, limited=any((limits.calls, limits.tokens, limits.cost))):
            say("nothing was asked")
            return 130
        try:
            stopped = asyncio.run(_drive_all([arm for _, arm in arms], spent, log, limits))
        except asyncio.CancelledError:
            stopped = INTERRUPTED
        with ExitStack() as stack:
            run = RunHeard(parent, log)
            found = [
                _found(blame, run, [arm for other, arm in arms if other is blame], swap, stack) for blame in blames
            ]
            if arguments.json:
                print_json({"run": parent.id, "conditions": [document for document, _ in found], "stopped": stopped})
            else:
                stdout.print(*(view for _, view in found), sep="\n\n")
    if stopped:
        more = "" if stopped == INTERRUPTED else "; give more with --max-calls N or --set limits.KEY=N"
        say(f"{stopped.partition(';')[0]}{more}; the same command goes on, and asks nothing twice")
    return 0 if stopped is None else 130 if stopped == INTERRUPTED else 1


def _two(text: str | None) -> tuple[str, str] | None:
    """Return the two seats of `--swap A,B`."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise BadInput(f"--swap {text}: name two seats with a comma between them, as in --swap L3,L2")
    return names[0], names[1]


def _arms(blame: Blame, log: Log, swap: tuple[str, str] | None) -> list[Arm]:
    return list(arms_of(blame, log)) if swap is None else [swap_of(blame, swap)]


def _found(
    blame: Blame, run: RunHeard, arms: Sequence[Arm], swap: tuple[str, str] | None, stack: ExitStack
) -> tuple[dict[str, Any], RenderableType]:
    """Return what was found in one condition, as JSON and as it is printed."""
    opened = {(arm.place, arm.kind): _opened(arm, stack) for arm in arms}
    there = {key: one for key, one in opened.items() if one is not None}
    if swap is None:
        found = blamed(blame, run, there)
        return blame_document(found), blame_view(found)
    name = next(one.name for one in run.record.conditions if one.id == blame.condition)
    if not there:
        return {"condition": name}, Text(f"{name}: nothing was asked yet")
    one = swapped(swap, blame.condition, run, next(iter(there.values())))
    return {"condition": name, **one.document()}, swap_view(name, one)


def _conditions(name: str | None, parent: RunRecord) -> list[Condition]:
    found = [one for one in parent.conditions if name in (None, one.id, one.name)]
    if not found:
        known = ", ".join(f"{one.id} ({one.name})" for one in parent.conditions)
        raise BadInput(f"run {parent.id} has no condition {name!r}; it has {known}")
    return found


def _limits(arguments: argparse.Namespace, parent: RunRecord) -> tuple[Limits, list[str]]:
    """Return the limits of all forks together, the run's own but for what the command line sets, and the settings."""
    given = [text for text in arguments.settings if text.startswith("limits.")]
    given += [f"limits.calls={n}" for n in (arguments.max_calls,) if n is not None]
    own = parent.experiment.limits.model_copy(update={"calls": None, "minutes": None})  # these were for one run
    return with_limits(own, given), [text for text in arguments.settings if not text.startswith("limits.")]


def _folder(record: RunRecord) -> Path:
    return runs_folder() / record.experiment.name / record.id


def _left(arms: Sequence[Arm]) -> int:
    """Return how many replies are still to be asked for, at most."""
    left = 0
    for arm in arms:
        folder = _folder(arm.record)
        if not (folder / RUN_FILE).is_file():
            left += arm.calls
            continue
        known = read_record(folder)
        if not _goes_on(known.forked, arm.record.forked) or known.models != arm.record.models:
            raise BadInput(f"{folder} is of another blame; remove that folder, and blame again")
        left += arm.calls // arm.trials * max(0, arm.trials - known.held.get("finished", 0))
    return left


def _goes_on(before: Fork | None, now: Fork | None) -> bool:
    """Return whether an arm is what it was before, but for trials of the parent that have finished since."""
    if before is None or now is None:
        return False
    return before.said.items() <= now.said.items() and before == now.model_copy(update={"said": before.said})


def _agreed(parent: RunRecord, asks: int, asked: int, *, limited: bool) -> bool:
    """Return whether the person agrees to what is left to be asked; limits hold for what was asked before, too."""
    paid = [name for name, source in parent.models.items() if source.traits.is_paid]
    if not paid or asks <= UNASKED_CALLS or limited:
        return True
    if not attended():
        raise BadInput(
            f"blame asks for up to {asks:,} replies, some of them of {paid[0]}; look at --dry-run, then agree to them "
            f"with --max-calls {asked + asks}"
        )
    return confirmed("ask for them?")


def _dry_run(arms: Sequence[tuple[Blame, Arm]], asks: int, asked: int, *, as_json: bool) -> int:
    rows = [
        {"condition": blame.condition, "place": arm.place, "kind": arm.kind, "calls": arm.calls} for blame, arm in arms
    ]
    if as_json:
        print_json({"calls": sum(arm.calls for _, arm in arms), "left": asks, "asked": asked, "arms": rows})
    else:
        say("nothing was asked; leave out --dry-run to ask")
    return 0


async def _drive_all(arms: Sequence[Arm], spent: Sequence[Taken], parent_log: Log, limits: Limits) -> str | None:
    """Drive every arm that is not finished, after what they `spent` before; return why it stopped early, if it did."""
    records = [arm.record for arm in arms]
    budget = Budget(
        limits.calls,
        tokens=limits.tokens,
        cost=limits.cost,
        seconds=None if limits.minutes is None else limits.minutes * 60,
        taken=Taken(*(sum(getattr(one, name) for one in spent) for name in ("calls", "tokens", "cost"))),
    )
    opened = Models(
        {name: spec for record in records for name, spec in record.experiment.models.items()},
        reproducible=records[0].experiment.reproducible,
        budget=budget,
        longest_prompt=max(map(longest_prompt, records)),
        waiting=told_once(),
    )
    async with opened as models:
        with interrupts(models.budget):
            for number, arm in enumerate(arms, 1):
                stopped = await _drive(arm, parent_log, models)
                if stopped is not None:
                    return str(stopped) if isinstance(stopped, OverLimit) else INTERRUPTED
                say(f"{number} of {len(arms)}: {arm.place}, {arm.kind}")
    return None


def _spent(arm: Arm) -> Taken:
    """Return what an arm has used so far."""
    folder = _folder(arm.record)
    if not (folder / RUN_FILE).is_file():
        return Taken()
    with Log(folder) as log:
        return budget_of(arm.record, log).taken


async def _drive(arm: Arm, parent_log: Log, models: Models) -> Exception | None:
    """Drive one arm to its end; return what stopped it, if anything did."""
    folder = _folder(arm.record)
    record = read_record(folder) if (folder / RUN_FILE).is_file() else arm.record
    if record is arm.record:
        create(record)
    elif record.forked != arm.record.forked:
        record = record.model_copy(update={"forked": arm.record.forked})
        rewrite(record, folder)
    fork = record.forked
    known = parent_log.index
    origins = {} if fork is None else {str(one): fork.origin(one) for one in record.trials()}
    only = {
        name
        for name, (trial, continuation) in origins.items()
        if continuation >= arm.first and known.status(str(trial)) == "finished"
    }
    if record.held.get("finished") == len(only):
        return None
    with Log(folder, write=True, held=record.held) as log:
        done = await drive(
            record,
            log,
            {name: models.provider(name) for name in record.models},
            budget=models.budget,
            before_again=models.hope,
            most_at_once=most_at_once(record),
            only=only,
            others=ParentReplies(record, parent_log),
            trace=TRACE,
        )
        failed = Counter(end.error for one in done.ends if (end := log.end(one)) is not None and end.status == "failed")
        for sentence, count in failed.items():
            say(f"{arm.place}, {arm.kind}: {counted(count, 'trial')} failed: {sentence}")
        for note in note_what_came(record, folder, log):
            say(f"note: {note}")
    return done.stopped


def _opened(arm: Arm, stack: ExitStack) -> RunHeard | None:
    """Return an arm as far as it was driven; None if it was not begun."""
    folder = _folder(arm.record)
    if not (folder / RUN_FILE).is_file():
        return None
    try:
        return RunHeard(read_record(folder), stack.enter_context(Log(folder)))
    except LogDamaged as error:
        raise LogDamaged(f"{error}; remove {folder}, and blame again") from None
