"""`judge`: ask models what became of statements in a run's messages, and show their votes beside the instrument."""

import argparse
import asyncio
import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chains.errors import BadInput, MazedomError, OverLimit, Stopped
from chains.experiments.experiment import read_experiment
from chains.models.budget import Budget, Taken
from chains.models.pool import Models
from chains.models.spec import ModelSpec, Source, resolve
from chains.organisation.prompts import JUDGE, read_prompt
from chains.running.folders import find_experiment, find_run
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.running.run_record import RunRecord
from chains.terminal.drive_at_terminal import INTERRUPTED, interrupts, told_once
from chains.terminal.start_run import UNASKED_CALLS
from chains.terminal.views.judging import judging_view, votes_document
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.working import working
from chains.validation.agreement import accord
from chains.validation.all_labels import Gathered, gather
from chains.validation.judge import Judging, ask_judge
from chains.validation.judge_cases import longest
from chains.validation.judge_record import FOLDER, JudgeRecord, new_judge, read_judge, write_judge
from chains.validation.pairs import Pair, Pairs
from chains.validation.same_model_guard import Kinship, kinship, names_of
from chains.validation.sampling import draw_sample, sampled

SAMPLE = 100
"""Pairs that are judged if neither --sample nor labels say which."""


MOST_STEPS = 2000
"""Steps of a run in which the names of the models that answered are looked up."""


class _Bench(NamedTuple):
    """A judge ready to be asked."""

    record: JudgeRecord
    folder: Path


def main(arguments: argparse.Namespace) -> int:
    """Ask the judges named, and print what all judges of the run have said; return the exit status."""
    folder = find_run(arguments.run)
    record = read_record(folder)
    with Log(folder) as log:
        pairs = Pairs(record, log)
        done: list[Judging] = []
        stopped: str | None = None
        if arguments.models:
            defined = {**record.experiment.models, **_defined(arguments.defined)}
            benches = [_bench(resolve(name, defined), arguments, record, log, folder) for name in arguments.models]
            wanted = _wanted(arguments, folder, pairs)
            _agreed_to(benches, wanted, arguments.max_calls)
            try:
                done = asyncio.run(_ask(benches, defined, pairs, wanted, arguments))
            except asyncio.CancelledError:
                stopped = INTERRUPTED
        found = gather(pairs, folder)
        if not found.judges:
            raise BadInput(f"run {record.id} has no judge yet; name one with --model MODEL")
        warnings = _warnings(found)
        if arguments.json:
            print_json(votes_document(found, accord(found)) | {"warnings": warnings, **_stopped(done, stopped)})
        else:
            stdout.print(judging_view(found))
    for warning in warnings:
        say(f"WARNING: {warning}")
    return _status(done, stopped)


def _defined(name: str | None) -> Mapping[str, ModelSpec]:
    return {} if name is None else read_experiment(find_experiment(name)).models


def _bench(source: Source, arguments: argparse.Namespace, record: RunRecord, log: Log, folder: Path) -> _Bench:
    """Return a judge, from its folder if the run has it already; refuse one of the seats' own lineage."""
    name = source.name
    if source.traits.is_synthetic:
        raise BadInput(f"{name} is no judge: it is synthetic and reads nothing; name a model")
    variant = arguments.prompt or ("single" if source.traits.is_small else "plain")
    judge = new_judge(record.id, source, read_prompt(JUDGE, variant), arguments.per_call, arguments.seed)
    place = folder / FOLDER / judge.id
    if place.exists():
        judge = read_judge(place)
    kin = _kin(judge, record, log)
    if kin.shared and not arguments.allow_same_model:
        raise BadInput(
            f"{kin.sentence(name)}: it would judge its own kind; name another model, or give "
            "--allow-same-model to use it anyway"
        )
    return _Bench(
        judge.model_copy(update={"kin": kin.sentence(name) if kin.shared else None, "unknown": kin.unknown}), place
    )


def _kin(judge: JudgeRecord, record: RunRecord, log: Log, answered: Sequence[str] = ()) -> Kinship:
    """Return the lineage that a judge shares with the seats' models, by every name known of both."""
    served = {source.label: set[str]() for source in record.models.values() if not source.traits.is_synthetic}
    for step in itertools.islice(log.steps(), MOST_STEPS):
        if step.reply.served_by and step.request.model in served:
            served[step.request.model].add(step.reply.served_by)
        if all(served.values()):
            break
    seats = {
        name: names_of(source, record.served.get(name), sorted(served[source.label]))
        for name, source in record.models.items()
        if not source.traits.is_synthetic
    }
    return kinship(names_of(judge.source, judge.served, answered), seats)


def _wanted(arguments: argparse.Namespace, folder: Path, pairs: Pairs) -> list[Pair]:
    if arguments.trials is not None:
        trials = list(dict.fromkeys(pair.trial for pair in pairs.all))[: arguments.trials]
        return [pair for pair in pairs.all if pair.trial in trials]
    count = arguments.sample or sampled(folder, pairs, arguments.seed) or SAMPLE
    return draw_sample(folder, pairs, count, arguments.seed)


def _agreed_to(benches: Sequence[_Bench], wanted: Sequence[Pair], most: int | None) -> None:
    """Check that a large number of calls to an endpoint was agreed to."""
    paid = [bench.record for bench in benches if bench.record.source.traits.is_paid]
    by_message = Counter((pair.trial, pair.seat) for pair in wanted)
    calls = sum(math.ceil(count / record.per_call) for record in paid for count in by_message.values())
    if most is None and calls > UNASKED_CALLS:
        raise BadInput(
            f"judging {len(wanted):,} pairs makes about {calls:,} calls, some of them to {paid[0].source.name}; "
            f"agree to them with --max-calls {calls}, or judge fewer with --sample"
        )


async def _ask(
    benches: Sequence[_Bench],
    defined: Mapping[str, ModelSpec],
    pairs: Pairs,
    wanted: Sequence[Pair],
    arguments: argparse.Namespace,
) -> list[Judging]:
    """Ask each judge in turn, until a limit or the person stops it."""
    done: list[Judging] = []
    opened = Models(
        defined,
        budget=Budget(arguments.max_calls, taken=Taken(calls=sum(_calls(bench.folder) for bench in benches))),
        longest_prompt=_longest(benches, pairs, wanted),
        waiting=told_once(),
    )
    async with opened as models:
        for bench in benches:
            models.ready(bench.record.source.name)
        with interrupts(models.budget):
            for bench in benches:
                write_judge(bench.record, bench.folder)
                with Log(bench.folder, write=True) as log, working("judging") as tell:
                    name = bench.record.source.name

                    def told(messages: int, of: int, name: str = name) -> None:
                        tell(f"{name}, {messages} of {of} calls done")

                    judging = await ask_judge(
                        bench.record, log, pairs, wanted, models.provider(name),
                        at_once=bench.record.source.spec.places, told=told,
                    )  # fmt: skip
                    answered = sorted({step.reply.served_by for step in log.steps() if step.reply.served_by})
                _note(bench, models, pairs, answered)
                done.append(judging)
                if judging.stopped is not None:
                    break
    return done


def _calls(folder: Path) -> int:
    """Return how many calls a judge's log holds: what was sent before counts towards the limit."""
    if not folder.exists():
        return 0
    with Log(folder) as log:
        return log.index.calls


def _longest(benches: Sequence[_Bench], pairs: Pairs, wanted: Sequence[Pair]) -> int:
    """Return how many characters the longest prompt has about, so that a model served here has room for it."""
    cases = [pairs.case(*place) for place in {(str(pair.trial), pair.seat) for pair in wanted}]
    return max((longest(bench.record.prompt, *case) for bench in benches for case in cases if case), default=0)


def _note(bench: _Bench, models: Models, pairs: Pairs, answered: Sequence[str]) -> None:
    """Log which model answered as the judge, and whether it shares a lineage with the seats after all."""
    kin = _kin(bench.record, pairs.record, pairs.log, answered)
    name = bench.record.source.name
    served = models.describe().get(name, bench.record.served)
    update = {"served": served, "kin": kin.sentence(name) if kin.shared else None, "unknown": kin.unknown}
    write_judge(bench.record.model_copy(update=update), bench.folder)


def _warnings(found: Gathered) -> list[str]:
    warnings = []
    for judge in found.judges:
        if judge.record.kin is not None:
            warnings.append(f"{judge.record.kin}: it judges its own kind, and its verdicts are no independent check")
        if judge.record.source.label == "smollm2":
            warnings.append(
                "smollm2 has 135 million parameters: as a judge it guesses; this shows that the machine runs, "
                "and says nothing about fates"
            )
        if judge.record.unknown:
            warnings.append(
                f"the lineage of {', '.join(judge.record.unknown)} can't be told from its name: that {judge.name} and "
                "the seats share none is taken on trust"
            )
    return warnings


def _stopped(done: Sequence[Judging], stopped: str | None) -> dict[str, object]:
    errors = {text: count for judging in done for text, count in judging.errors.items()}
    reasons = [stopped] if stopped else [_why(one.stopped) for one in done if one.stopped is not None]
    return {"errors": errors} | ({"stopped": reasons[0]} if reasons else {})


def _why(stopped: MazedomError) -> str:
    return INTERRUPTED if isinstance(stopped, Stopped) else str(stopped)


def _status(done: Sequence[Judging], stopped: str | None) -> int:
    """Say what went wrong; return the exit status."""
    errors = {text: count for judging in done for text, count in judging.errors.items()}
    for text, count in errors.items():
        say(f"{count} call{'s' if count > 1 else ''} failed: {text}")
    reasons = [one.stopped for one in done if one.stopped is not None]
    if any(isinstance(one, OverLimit) for one in reasons):
        say("the limit of calls is met; the same command with a higher --max-calls goes on")
    elif stopped or any(isinstance(one, Stopped) for one in reasons):
        say("interrupted; the same command goes on")
        return 130
    return 1 if errors or reasons else 0
