"""`pilot`: before a study, a few plain relays that find the load at which its model can be told something about."""

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chains.analysis.load import FIRST_MANAGER, Kept, kept
from chains.analysis.results.run_results import Results
from chains.errors import BadInput
from chains.experiments.experiment import DEFAULT, Experiment, read_experiment
from chains.experiments.overrides import override, split
from chains.experiments.pilot import (
    PilotFigures,
    load_key,
    plain_relay,
    possible,
    settings_of,
    with_load,
    write_load,
)
from chains.experiments.settings import SETTINGS
from chains.running.cost_estimate import Estimate, estimate
from chains.running.folders import LOG_FILE, find_experiment, new_run_id, runs_folder
from chains.running.log.index import read_index
from chains.running.prepare import prepare
from chains.running.record_file import create, read_record, same_run
from chains.running.run_record import Casts, RunRecord
from chains.running.spending import most_at_once
from chains.shipped import shipped
from chains.stats.load.working_range import FACTS, WORDS, Ended, Load, Space, Tried, next_step
from chains.terminal.drive_at_terminal import INTERRUPTED, driven
from chains.terminal.start_run import agreed, check_models
from chains.terminal.views.estimate import cost_text, time_text
from chains.terminal.views.load import loads_view, pilot_sentence
from chains.terminal.views.output import counted, print_json, say
from chains.terminal.views.output import results as stdout


class _Trial(NamedTuple):
    """One load that was tried."""

    tried: Tried
    kept: Kept
    run: str


class _Pilot(NamedTuple):
    """What is tried, and on what."""

    relay: Experiment
    key: str
    space: Space

    def at(self, load: Load) -> Experiment:
        return with_load(self.relay, self.key, load)


def main(arguments: argparse.Namespace) -> int:
    """Find the load, write it down; return the exit status."""
    path = None if arguments.experiment is None else find_experiment(arguments.experiment)
    experiment = override(DEFAULT if path is None else read_experiment(path), arguments.settings)
    pilot, notes = _pilot(experiment, arguments.worlds)
    whole, cost = _whole(pilot)
    calls = cost.calls if arguments.max_calls is None else arguments.max_calls
    if not arguments.json:
        for line in _announced(pilot, cost, calls, arguments.worlds):
            stdout.print(line)
    for note in notes:
        say(f"note: {note}")
    if arguments.dry_run:
        if arguments.json:
            print_json({"experiment": experiment.name, "most_loads": pilot.space.most_steps, **cost.document()})
        say("nothing was run; leave out --dry-run to run it")
        return 0
    check_models(whole)
    if not agreed(whole, None):
        say("nothing was run")
        return 130
    trials: list[_Trial] = []
    left = calls
    while isinstance(step := next_step([one.tried for one in trials], pilot.space), Load):
        record, found, stopped = _tried(pilot.at(step), left)
        left -= found.calls
        if stopped or found.failed or found.waiting:
            return _broken_off(found, stopped)
        what = kept(found)
        trials.append(_Trial(Tried(step, what.relayed, what.end.value), what, record.id))
    return _ended(experiment, path, arguments.settings, step, trials, calls - left if arguments.json else None)


def _pilot(experiment: Experiment, worlds: int) -> tuple[_Pilot, list[str]]:
    relay, notes = plain_relay(experiment, worlds)
    key = load_key(experiment)
    words = experiment.fixed.get("note_words")
    one = relay.model_copy(update={"seeds": relay.seeds[:1]})
    why: list[str] = []

    def is_possible(count: int) -> bool:
        try:
            prepare(with_load(one, key, Load(count)), "pilot")
        except BadInput as error:
            why.append(str(error))
            return False
        return True

    facts = possible(range(FACTS[0] if key == "facts" else 1, FACTS[1] + 1), is_possible)
    if not facts:
        raise BadInput(f"no load can be tried: {why[-1]}")
    documents = relay.fixed.get("form", "list") != "list" and "filler" not in relay.fixed
    start = int(str(experiment.fixed.get(key, SETTINGS[key].default)))
    space = Space(facts, start, int(str(words)) if words else None, WORDS if documents else ())
    return _Pilot(relay, key, space), notes


def _whole(pilot: _Pilot) -> tuple[RunRecord, Estimate]:
    """Return the pilot as if it were one run under the heaviest load, and what that would take: no pilot takes more."""
    space = pilot.space
    heaviest = pilot.at(Load(space.facts[-1], space.more[-1] if space.more else space.words))
    record = prepare(heaviest.model_copy(update={"replicates": pilot.space.most_steps}), "pilot")
    if all(Casts(record).hierarchy(condition.id).depth < FIRST_MANAGER for condition in record.conditions):
        raise BadInput("a chain of 1 hop has no manager, whose load could be found; set depth = 2 or more")
    return record, estimate(record, most_at_once(record))


def _announced(pilot: _Pilot, cost: Estimate, calls: int, worlds: int) -> list[str]:
    space = pilot.space
    loads = f"at most {counted(pilot.space.most_steps, 'load')} of {counted(worlds, 'world')}"
    span = f"{space.facts[0]} to {space.facts[-1]} {pilot.key}"
    words = f", then {space.more[0]} to {space.more[-1]} words of notes" if space.more else ""
    return [
        f"{pilot.relay.name}: plain relays under {loads}, by bisection over {span}{words}",
        f"at most {calls:,} calls and about {cost.tokens:,} tokens; cost: {cost_text(cost)}; time: {time_text(cost)}",
        "a load that was tried before is not paid for again",
    ]


def _tried(experiment: Experiment, calls: int) -> tuple[RunRecord, Results, str | None]:
    """Drive the plain relays under one load, or go on with them where they were begun; with at most so many calls."""
    record = prepare(experiment, new_run_id())
    folder = same_run(record)
    had = 0
    if folder is None:
        folder = create(record)
    else:
        record = read_record(folder)
        had = read_index(folder / LOG_FILE).calls
    limits = record.experiment.limits.model_copy(update={"calls": had + max(0, calls)})
    record = record.model_copy(update={"experiment": record.experiment.model_copy(update={"limits": limits})})
    found, _, stopped = driven(record, folder)
    return record, found._replace(calls=found.calls - had), stopped


def _broken_off(found: Results, stopped: str | None) -> int:
    """Say why the pilot stopped before its end; return the exit status."""
    for sentence, count in found.errors.items():
        say(f"{count} failed: {sentence}")
    why = "" if stopped in (None, INTERRUPTED) else f"{stopped}; "
    say(f"{why}the pilot stopped under a load of which {found.trials - found.finished} trials are left; the same "
        "command goes on, and pays for nothing twice")  # fmt: skip
    return 130 if stopped == INTERRUPTED else 1


def _ended(
    experiment: Experiment,
    path: Path | None,
    given: Sequence[str],
    step: Ended,
    trials: Sequence[_Trial],
    calls: int | None,
) -> int:
    """Write down what was found, and say it; as JSON with the calls that were made, if they are given."""
    by_load, size = {one.tried.load: one for one in trials}, _size(given)
    key = load_key(experiment)
    written: Path | None = None
    chosen = None if step.found is None else by_load[step.found.load]
    if chosen is not None and path is not None:
        written = _where(path)
        write_load(path, settings_of(key, chosen.tried.load), _figures(chosen, experiment), written, size)
    sentence = pilot_sentence(step, {load: one.kept for load, one in by_load.items()}, key, _model(experiment))
    if calls is not None:
        print_json({**_document(step, trials, key, written, sentence), "calls": calls})
        return 0
    stdout.print(loads_view([(one.tried, one.kept) for one in trials], key))
    stdout.print(sentence)
    if len(trials) > 1:
        say(f"what it carries: mazedom load {experiment.name}-pilot")
    if chosen is not None:
        settings = settings_of(key, chosen.tried.load)
        said = " and ".join(f"{name} = {value}" for name, value in settings.items())
        name = (
            "" if path is None else f" {path.stem if written is None or written.parent == runs_folder() else written}"
        )
        others = [text for text in given if split(text)[0] not in settings]
        words = "".join(f" --set {text}" for text in map(shlex.quote, others))
        words += "".join(f" --set {name}={value}" for name, value in settings.items())
        say(f"{said} is written to {written}" if written else f"use it: mazedom run{name}{words}")
        if written:
            sized = "" if size is None else f" --set size={size}"
            say(f"what a study of that load could find: mazedom plan{name}{sized}")
    return 0


def _size(settings: Sequence[str]) -> str | None:
    """Return the size that `--set` names, if it names one."""
    return next((values[0] for key, values in map(split, settings) if key == "size"), None)


def _where(path: Path) -> Path:
    """Return where a file's load is written: into it, or into a copy in `runs/` here of one that ships."""
    ships = path.resolve().is_relative_to(shipped("runs").resolve()) and not path.resolve().is_relative_to(Path.cwd())
    return runs_folder() / path.name if ships else path


def _figures(one: _Trial, experiment: Experiment) -> PilotFigures:
    """Return what `plan` takes from the load that was found."""
    what = one.kept
    return PilotFigures(
        model=_model(experiment),
        worker=1 - what.worker.value,
        loss=what.loss,
        relayed=what.relayed,
        end=what.end.value,
        hops=what.hops,
        worlds=what.end.worlds,
        run=one.run,
    )


def _model(experiment: Experiment) -> str:
    settings = experiment.conditions[0].settings
    lineage = settings.lineage.narrower.get("manager", settings.lineage.general)
    return str(lineage or settings.model.narrower.get("manager", settings.model.general))


def _document(step: Ended, trials: Sequence[_Trial], key: str, written: Path | None, sentence: str) -> dict[str, Any]:
    return {
        "found": None if step.found is None else settings_of(key, step.found.load),
        "says": sentence,
        "written": None if written is None else str(written),
        "tried": [
            {
                **settings_of(key, one.tried.load),
                "side": one.tried.side,
                "worker": one.kept.worker.document(),
                "first": one.kept.first.document(),
                "relayed": round(one.kept.relayed, 6),
                "end": one.kept.end.document(),
                "hops": one.kept.hops,
                "run": one.run,
            }
            for one in trials
        ],
    }
