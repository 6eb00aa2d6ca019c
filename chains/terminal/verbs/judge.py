"""`judge`: ask models what became of statements in a run's messages, and show their votes beside the instrument."""

import argparse
import asyncio
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chains.errors import BadInput, MazedomError, OverLimit, Stopped
from chains.experiments.experiment import Limits, read_experiment
from chains.experiments.overrides import with_limits
from chains.models.budget import Budget, Taken
from chains.models.dialect import LENGTH_NAMES
from chains.models.pool import Models
from chains.models.spec import ModelSpec, Source, resolve
from chains.organisation.prompts import JUDGE, read_prompt
from chains.running.folders import find_experiment, find_run
from chains.running.log.log import Log
from chains.running.log.records import Note, now
from chains.running.record_file import read_record
from chains.running.run_record import RunRecord
from chains.running.spending import most_cost
from chains.terminal.drive_at_terminal import INTERRUPTED, attended, confirmed, interrupts, told_once
from chains.terminal.start_run import UNASKED_CALLS
from chains.terminal.views.judging import estimate_line, judging_view, votes_document
from chains.terminal.views.output import counted, print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.readers import readers_view
from chains.terminal.views.working import working
from chains.validation.agreement import accord
from chains.validation.all_labels import Gathered, gather
from chains.validation.judge import Judging, ask_judge, cases_left
from chains.validation.judge_cases import longest
from chains.validation.judge_estimate import JudgeEstimate, estimated
from chains.validation.judge_record import FOLDER, JudgeRecord, new_judge, read_judge, write_judge
from chains.validation.pairs import Pair, Pairs
from chains.validation.readers import Readers, led_note, read_by
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
            limits = _limits(arguments, benches)
            with working("looking for what is left to ask"):
                takes = [_estimate(bench, pairs, wanted) for bench in benches]
            if arguments.dry_run:
                return _dry_run(takes, as_json=arguments.json)
            if not _agreed_to(takes, limits):
                say("nobody was asked")
                return 130
            for one in takes:
                if one.calls:
                    say(estimate_line(one))
            try:
                done = asyncio.run(_ask(benches, defined, pairs, wanted, limits))
            except asyncio.CancelledError:
                stopped = INTERRUPTED
        found = gather(pairs, folder)
        if not found.judges:
            raise BadInput(f"run {record.id} has no judge yet; name one with --model MODEL")
        warnings, whole = _warnings(found), read_by(record, log, folder, None)
        if arguments.json:
            read = {} if whole is None else {"reader": whole.document()}
            print_json(votes_document(found, accord(found)) | {"warnings": warnings, **_stopped(done, stopped)} | read)
        else:
            stdout.print(judging_view(found))
            _print_readers(whole)
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


def _print_readers(whole: Readers | None) -> None:
    if whole is not None and whole.alike:
        stdout.print("", readers_view(whole))


def _wanted(arguments: argparse.Namespace, folder: Path, pairs: Pairs) -> list[Pair]:
    if arguments.everything:
        return list(pairs.by_id.values())
    if arguments.trials is not None:
        trials = list(dict.fromkeys(pair.trial for pair in pairs.by_id.values()))[: arguments.trials]
        return [pair for pair in pairs.by_id.values() if pair.trial in trials]
    count = arguments.sample or sampled(folder, pairs, arguments.seed) or SAMPLE
    return draw_sample(folder, pairs, count, arguments.seed)


def _limits(arguments: argparse.Namespace, benches: Sequence[_Bench]) -> Limits:
    """Return what asking may use at most, and say where that can't be known beforehand."""
    given = [*arguments.settings, *(f"limits.calls={n}" for n in (arguments.max_calls,) if n is not None)]
    limits = with_limits(Limits(), given)
    for source in (bench.record.source for bench in benches if bench.record.source.traits.is_paid):
        if limits.cost is not None and source.spec.prices is None:
            raise BadInput(
                f"limits.cost can't be kept: nobody knows what {source.name!r} costs; give input and output under "
                "[models.NAME.prices] of a file and --models FILE, or limit calls or tokens"
            )
        bounded = source.spec.context is not None or any(source.settings(1).get(name) for name in LENGTH_NAMES)
        if (limits.cost or limits.tokens) is not None and not bounded:
            say(
                f"note: the limit holds only while no reply of {source.name!r} is longer than all before it, because "
                "nothing limits its replies; set max_tokens"
            )
    return limits


def _estimate(bench: _Bench, pairs: Pairs, wanted: Sequence[Pair]) -> JudgeEstimate:
    """Return what a judge will take for what is left to ask it."""
    if not bench.folder.exists():
        return estimated(bench.record, pairs, list(cases_left(bench.record, None, pairs, wanted)))
    with Log(bench.folder) as log:
        return estimated(bench.record, pairs, list(cases_left(bench.record, log, pairs, wanted)))


def _dry_run(takes: Sequence[JudgeEstimate], *, as_json: bool) -> int:
    if as_json:
        print_json({"judges": [one.document() for one in takes]})
        return 0
    for one in takes:
        stdout.print(estimate_line(one), markup=False)
    say("nobody was asked; leave out --dry-run to ask")
    return 0


def _agreed_to(takes: Sequence[JudgeEstimate], limits: Limits) -> bool:
    """Return whether a large number of calls to an endpoint was agreed to; a limit is an agreement.

    Raises:
        BadInput: If there are many calls and no person to ask.
    """
    paid = [one for one in takes if one.record.source.traits.is_paid]
    calls = sum(one.calls for one in paid)
    if calls <= UNASKED_CALLS or any((limits.calls, limits.tokens, limits.cost)):
        return True
    if not attended():
        raise BadInput(
            f"judging {counted(sum(one.pairs for one in paid), 'pair')} makes about {calls:,} calls, some of them to "
            f"{paid[0].record.source.name}; look at --dry-run, then agree to them with --max-calls {calls}, or judge "
            "fewer with --sample"
        )
    for one in paid:
        say(estimate_line(one))
    return confirmed("ask?")


async def _ask(
    benches: Sequence[_Bench],
    defined: Mapping[str, ModelSpec],
    pairs: Pairs,
    wanted: Sequence[Pair],
    limits: Limits,
) -> list[Judging]:
    """Ask each judge in turn, until a limit or the person stops it."""
    done: list[Judging] = []
    opened = Models(
        defined,
        budget=_budget(benches, limits),
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
                    log.append(Note(note="began", at=now()))
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


def _budget(benches: Sequence[_Bench], limits: Limits) -> Budget:
    """Return what all judges together may use; what they used before, as their logs have it, counts towards it."""
    taken, seconds = Taken(), 0.0
    largest: dict[str, tuple[int, int]] = {}
    for bench in (bench for bench in benches if bench.folder.exists()):
        with Log(bench.folder) as log:
            spent = log.index.spent
            unknown = spent.values()
            taken.calls += log.index.calls
            taken.tokens += log.index.tokens + sum(one.unknown_tokens for one in unknown)
            taken.cost += most_cost([bench.record.source], spent) + sum(one.unknown_cost for one in unknown)
            seconds += log.index.seconds
            largest |= {label: (one.largest_prompt, one.largest_completion) for label, one in spent.items()}
    return Budget(
        limits.calls,
        tokens=limits.tokens,
        cost=limits.cost,
        seconds=None if limits.minutes is None else limits.minutes * 60,
        taken=taken,
        spent_seconds=seconds,
        largest=largest,
    )


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
        if led := judge.led_in(found.pairs):
            warnings.append(led_note(judge.name, led))
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
    if isinstance(stopped, OverLimit):
        return f"{str(stopped).partition(';')[0]}; the same command with a higher limit goes on"
    return INTERRUPTED if isinstance(stopped, Stopped) else str(stopped)


def _status(done: Sequence[Judging], stopped: str | None) -> int:
    """Say what went wrong; return the exit status."""
    errors = {text: count for judging in done for text, count in judging.errors.items()}
    for text, count in errors.items():
        say(f"{count} call{'s' if count > 1 else ''} failed: {text}")
    reasons = [one.stopped for one in done if one.stopped is not None]
    if met := next((one for one in reasons if isinstance(one, OverLimit)), None):
        say(_why(met))
    elif stopped or any(isinstance(one, Stopped) for one in reasons):
        say("interrupted; the same command goes on")
        return 130
    return 1 if errors or reasons else 0
