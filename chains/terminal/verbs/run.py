"""`run`: stage an experiment, make a run of it, drive it to its end."""

import argparse
import re
from pathlib import Path

from chains.errors import BadInput, NotThere
from chains.experiments.experiment import DEFAULT, Experiment, read_experiment
from chains.experiments.overrides import OF_THE_EXPERIMENT, override, split
from chains.experiments.scoped import scope_of
from chains.models.model_files import HOW_TO_INSTALL, embedded_is_here
from chains.registry import differing
from chains.running.extend import extended
from chains.running.folders import find_experiment, find_run, new_run_id
from chains.running.fork import prompts_changed
from chains.running.log.log import Log
from chains.running.prepare import prepare
from chains.running.record_file import create, discard, read_record, rewrite
from chains.running.reuse import EarlierReplies
from chains.running.run_record import Casts, RunRecord
from chains.running.shards import as_shard, read_shard
from chains.running.twins import without_twins
from chains.terminal.drive_at_terminal import drive_run, reused, reused_again
from chains.terminal.start_run import agreed, check_models, dry_run, on_cluster
from chains.terminal.views.output import counted, say

STAND_IN = "channel:drop=0.1,alter=0.03,invert=0.02"
"""The model of the default run if the embedded model is not installed."""


def main(arguments: argparse.Namespace) -> int:
    """Run every trial of an experiment; return the exit status."""
    had: RunRecord | None = None
    if arguments.extend is None:
        like = None if arguments.like is None else _like(arguments)
        record, others = reused(_staged(_experiment(arguments, like), like), arguments.reuse)
        if arguments.shard is not None:
            record = _shard(record, arguments.shard)
    else:
        folder, had, record, others = _extended(arguments)
    if arguments.dry_run:
        return dry_run(record, others, had, as_json=arguments.json)
    check_models(record)
    where = on_cluster(arguments, record, takes_replies=others is not None)
    if not agreed(record, others, had):
        say("nothing was run")
        return 130
    if had is None:
        folder = create(record)
    else:
        with Log(folder, write=True, held=had.held):  # nobody else writes to it meanwhile, and nothing is gone from it
            rewrite(record, folder)
    say(_what_it_does(record, folder, had))
    try:
        return drive_run(
            record, folder, as_json=arguments.json, events=arguments.events, others=others,
            who=arguments.who, wait=arguments.wait, where=where,
        )  # fmt: skip
    except (NotThere, BadInput):  # of a model, or of a cluster
        if had is None:
            discard(folder)  # else it would be the `last` run
        raise


def _shard(record: RunRecord, text: str) -> RunRecord:
    record = as_shard(record, shard := read_shard(text))
    limits = record.experiment.limits
    mine = shard.part_of(limits)
    split = [f"{name} {value:,} of {getattr(limits, name):,}" for name, value in mine if value != getattr(limits, name)]
    say(
        f"shard {shard.number} of {shard.of}: {sum(1 for _ in record.trials())} of "
        f"{sum(1 for _ in record.experiment.trials())} trials{''.join(f', limit of {one}' for one in split)}"
    )
    return record


def _extended(arguments: argparse.Namespace) -> tuple[Path, RunRecord, RunRecord, EarlierReplies | None]:
    """Return a run's folder, its record as it is and as it is to be, and the earlier replies that it takes."""
    if arguments.shard is not None:
        raise BadInput("--shard makes a part of a new run; merge the shards first, then extend the run")
    if arguments.experiment is not None or arguments.human:
        what = "--human" if arguments.human else arguments.experiment
        raise BadInput(f"--extend goes on with the run's own experiment and seats; leave out {what}")
    folder = find_run(arguments.extend)
    had = read_record(folder)
    if changed := differing(had.plugins):
        raise BadInput(f"{changed[0]}; a run is extended with the plugins that it was begun with")
    more = [f"limits.calls={n}" for n in (arguments.max_calls,) if n is not None]
    record, others = reused_again(extended(had, [*arguments.settings, *more]), arguments.reuse)
    return folder, had, record, others


def _what_it_does(record: RunRecord, folder: Path, had: RunRecord | None) -> str:
    """Say what a run is about to do, and where it is logged."""
    conditions, worlds = len(record.conditions), len(record.experiment.seeds)
    times = f" x {record.experiment.replicates} replicates" if record.experiment.replicates > 1 else ""
    trials = sum(1 for _ in record.trials())
    made = f"{counted(conditions, 'condition')} x {counted(worlds, 'world')}{times} = {counted(trials, 'trial')}"
    calls, new = record.estimate["calls"], ""
    if record.shard is not None:
        whole = sum(1 for _ in record.experiment.trials())
        casts = Casts(record)
        asked = {one.id: sum(map(len, casts.plan(one.id).asked_of.values())) for one in record.conditions}
        calls = sum(asked[one.condition] * casts.round_settings(one.condition).rounds for one in record.trials())
        made = (
            f"{counted(trials, 'trial')} of {whole:,}; `mazedom merge {record.id}` joins all shards when they are done"
        )
    if had is not None:
        calls -= had.estimate.get("calls", 0)
        new = f", {trials - sum(1 for _ in had.experiment.trials())} of them new"
    where = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    exploratory = "" if had is None else "; its results could be seen before, so it is exploratory from now on"
    return f"{made}{new}, at most {counted(calls, 'call')}; logged in {where}{exploratory}"


def _like(arguments: argparse.Namespace) -> RunRecord:
    """Return the record of the run whose experiment and prompts are taken."""
    if arguments.experiment is not None or arguments.extend is not None:
        what = "--extend" if arguments.extend is not None else arguments.experiment
        raise BadInput(f"--from takes the experiment of a run; leave out {what}")
    record = read_record(find_run(arguments.like))
    if changed := differing(record.plugins):
        raise BadInput(f"{changed[0]}; a run is repeated with the plugins that it was made with")
    for name in prompts_changed(record):
        say(f"note: prompt {name} is not in its file as it is in the log any more; the log's is used")
    return record


def _staged(experiment: Experiment, like: RunRecord | None) -> RunRecord:
    """Return the record of the run, without conditions that make the same requests as another one.

    Args:
        experiment: What is asked.
        like: The run whose prompts and hierarchies are used.
    """
    record = prepare(experiment, new_run_id(), like)
    found = without_twins(record)
    for note in found.notes:
        say(f"note: {note}")
    if not found.notes:
        return record
    question = {"question": ""} if experiment.question == DEFAULT.question else {}  # what is left does not ask it
    return prepare(found.experiment.model_copy(update=question), record.id, like)


def _experiment(arguments: argparse.Namespace, like: RunRecord | None) -> Experiment:
    if like is not None:
        return _set(like.experiment.model_copy(update={"numbers": ()}), arguments)
    experiment = DEFAULT if arguments.experiment is None else read_experiment(find_experiment(arguments.experiment))
    if arguments.experiment is None and not any(re.match(r"(model|lineage)\b", text) for text in arguments.settings):
        experiment = _without_weights(experiment)
    return _set(experiment, arguments)


def _set(experiment: Experiment, arguments: argparse.Namespace) -> Experiment:
    """Return the experiment with what the command line sets."""
    settings = [*arguments.settings, *map(_seated, arguments.human)]
    if arguments.max_calls is not None:
        settings.append(f"limits.calls={arguments.max_calls}")
    if arguments.experiment is None and arguments.like is None and any(_is_factor(text) for text in settings):
        experiment = _without_factors(experiment)
    return override(experiment, settings)


def _seated(who: str) -> str:
    """Return what `--human WHO` or `--human WHO=WAY` sets."""
    seat, _, way = who.partition("=")
    return f"human.{scope_of(seat.strip())}={way.strip() or 'write'}"


def _is_factor(text: str) -> bool:
    """Return whether a `--set` makes a factor, or varies or overrides one of the default experiment's."""
    key, values = split(text)
    return key not in OF_THE_EXPERIMENT and (len(values) > 1 or key.split(".")[0] in DEFAULT.factors)


def _without_factors(experiment: Experiment) -> Experiment:
    """Return the default experiment without its own factors, which must not cross into a user's."""
    return experiment.model_copy(update={"factors": {}, "question": ""})


def _without_weights(experiment: Experiment) -> Experiment:
    """Return the default experiment, on the synthetic channel where the embedded model is not installed."""
    if embedded_is_here():
        return experiment
    say(
        f"note: the embedded model is not installed, so this runs on the synthetic channel, which asks no model; "
        f"{HOW_TO_INSTALL}"
    )
    return override(experiment, [f"model={STAND_IN}"])
