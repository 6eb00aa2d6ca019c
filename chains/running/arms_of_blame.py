"""The arms of a blame: forks of a run in which one seat after another is replaced, and unchanged ones as control.

Each arm is a fork, kept as `runs/blame/RUN/SEAT-KIND-xN`, so that a second blame asks only what is missing. Where
another model or prompt holds the seat, KIND says which by a digest.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import NamedTuple

from chains.errors import BadInput
from chains.experiments.condition_name import shown
from chains.experiments.experiment import TrialId
from chains.experiments.overrides import split
from chains.experiments.settings import SETTINGS, ConditionSettings, Value
from chains.organisation.cast import Cast
from chains.organisation.hierarchy import Seat
from chains.organisation.prompts import configuration
from chains.rng import Draw
from chains.running.folders import runs_folder
from chains.running.fork import forked, scoped
from chains.running.fork_record import seats_at, turns_from
from chains.running.log.log import Log
from chains.running.run_record import Casts, RunRecord
from chains.running.transcript import retold

RELAY, EQUAL_WORDS, OTHER, CONTROL, SWAP = "relay", "equal-words", "other", "control", "swap"
"""Kinds of arms: the seat passes on all that it heard; as many words of it as it wrote; another model or prompt holds
it; nothing is changed; two seats exchange their holders."""
FOLDER = "blame"


class Arm(NamedTuple):
    """One fork of a blame."""

    place: str
    """The seat that is replaced, or a level as in `level.2`."""
    kind: str
    record: RunRecord
    calls: int
    """Most replies that it asks for."""
    trials: int
    first: int
    """The first continuation that is driven: of a control the second, for the run itself is the first."""


class Blame(NamedTuple):
    """What is to be blamed, and how."""

    parent: RunRecord
    folder: Path
    """Where the parent is."""
    condition: str
    trials: tuple[TrialId, ...]
    """The parent's finished trials of the condition."""
    places: tuple[str, ...]
    """From the bottom up; the executive last, where something is decided and another holder can take its seat."""
    settings: tuple[str, ...]
    """What holds a replaced seat in place of a relay, as `--set` has it; none: verbatim relay."""
    times: int
    """Continuations."""


def blame_folders(run: str) -> list[Path]:
    """Return the folders of all arms of all blames of a run, by name; none if nothing was asked yet."""
    return sorted((runs_folder() / FOLDER).glob(f"{escape(run)}-*/*"))


def blame_of(
    parent: RunRecord,
    folder: Path,
    log: Log,
    condition: str,
    *,
    by_level: bool = False,
    settings: Sequence[str] = (),
    times: int = 1,
) -> Blame:
    """Return what is to be blamed in one condition of a run.

    Raises:
        BadInput: If nothing in it can be blamed.
    """
    casts = Casts(parent)
    plan = casts.plan(condition)
    if not plan.reports:
        raise BadInput(f"in run {parent.id} nothing climbs, and blame is about reports on their way up")
    if casts.round_settings(condition).rounds > 1:
        raise BadInput(f"run {parent.id} has rounds, in which seats remember; blame takes runs of one round")
    trials = tuple(
        one
        for one in parent.trials()
        if one.condition == condition and log.index.status(str(one)) == "finished" and _is_whole(casts, log, one)
    )
    if not trials:
        raise BadInput(f"run {parent.id} has no finished trial of {condition}; `mazedom resume {parent.id}` goes on")
    seats = [seat for seat in plan.hierarchy.upward() if seat.name in plan.sent and seat.role != "executive"]
    if plan.decision and settings and all(split(text)[0].partition(".")[0] != "prompt" for text in settings):
        seats.append(plan.hierarchy.executive)  # who has another prompt than those who report, and is no relay
    names = [f"level.{seat.level}" if by_level else seat.name for seat in seats]
    return Blame(parent, folder, condition, trials, tuple(dict.fromkeys(names)), tuple(settings), times)


def _is_whole(casts: Casts, log: Log, trial: TrialId) -> bool:
    """Return whether every message of a trial is in the log: lines that are damaged are passed over."""
    cast = casts.cast(trial)
    return not log.index.damaged or len(retold(cast, log, str(trial))) == len(cast.plan.turns)


def arms_of(blame: Blame, log: Log) -> Iterator[Arm]:
    """Yield the arms of a blame: for each place its replacements, and a control where there are several continuations.

    Args:
        blame: What is to be blamed.
        log: The parent's log.
    """
    told = None if blame.settings else {str(one): _messages(blame.parent, log, one) for one in blame.trials}
    for place in blame.places:
        if told is None:
            yield _arm(blame, place, OTHER, settings=blame.settings)
        else:
            for kind in (RELAY, EQUAL_WORDS):
                yield _arm(blame, place, kind, said={trial: _said(one, place, kind) for trial, one in told.items()})
        if blame.times > 1:
            yield _arm(blame, place, CONTROL)


def swap_of(blame: Blame, seats: tuple[str, str]) -> Arm:
    """Return the fork in which two seats exchange their holders: every setting in which the two differ.

    Raises:
        BadInput: If one is no seat that can be blamed, or nothing differs between them.
    """
    plan = Casts(blame.parent).plan(blame.condition)
    known = {seat.name: seat for seat in plan.seats if seat.name in blame.places}
    if unknown := [name for name in seats if name not in known]:
        raise BadInput(f"--swap: no seat {unknown[0]!r} to swap; they are {', '.join(known)}")
    a, b = (known[name] for name in seats)
    condition = next(one for one in blame.parent.conditions if one.id == blame.condition)
    put = list[str]()
    for name, setting in SETTINGS.items():
        if setting.scoped:
            here, there = (held_at(condition.settings, name, seat) for seat in (a, b))
            if here != there:
                put += [f"{name}.{a.name}={shown(there)}", f"{name}.{b.name}={shown(here)}"]
    if not put:
        raise BadInput(f"--swap: nothing differs between {a.name} and {b.name}, so that a swap changes nothing")
    return _arm(blame, max(a, b, key=lambda seat: seat.level).name, SWAP, settings=put, name="-".join(seats))


def held_at(settings: ConditionSettings, name: str, seat: Seat) -> Value:
    """Return a seat's value of a setting that may differ between seats; of `prompt`, the variant."""
    scoped_setting = getattr(settings, name)
    if name != "prompt":
        return scoped_setting.at(seat)  # type: ignore[no-any-return]
    return settings.prompt.at(seat, general=configuration(settings.prompt.general)[seat.role])


def _arm(
    blame: Blame,
    place: str,
    kind: str,
    *,
    settings: Sequence[str] = (),
    said: Mapping[str, Mapping[str, str]] | None = None,
    name: str = "",
) -> Arm:
    record = forked(
        blame.parent,
        blame.folder,
        f"{name or place}-{kind}-x{blame.times}",
        at=place if blame.times > 1 else "",  # of one continuation only what is new is asked
        settings=[text if kind == SWAP else _at(text, place, blame.parent) for text in settings],
        condition=blame.condition,
        said=said,
        continuations=blame.times,
    )
    experiment = record.experiment.model_copy(update={"name": f"{FOLDER}/{blame.parent.id}-{blame.condition}"})
    named = f"{place}-{kind}-{_holder(record, blame)}-x{blame.times}" if kind == OTHER else record.id
    record = record.model_copy(update={"experiment": experiment, "id": named})
    plan = Casts(record).plan(record.conditions[0].id)
    asked = {turn.name for turns in plan.asked_of.values() for turn in turns} & turns_from(place, plan)
    replaced = set(next(iter(said.values()))) if said else set()
    first = 2 if kind == CONTROL else 1
    trials = len(blame.trials) * (blame.times + 1 - first)
    return Arm(place, kind, record, len(asked - replaced) * trials, trials, first)


def _holder(record: RunRecord, blame: Blame) -> str:
    """Return what stands for who holds a replaced seat: it differs with the settings and with every prompt's text."""
    held = [*blame.settings, *sorted(prompt.digest for prompt in record.prompts.values())]
    return hashlib.sha256("\n".join(held).encode()).hexdigest()[:8]


def _at(text: str, place: str, parent: RunRecord) -> str:
    """Return a setting for one place."""
    put = scoped(text, place, parent)
    if put == text:
        raise BadInput(f"--set {text}: blame changes each seat in turn; give a setting that seats may differ in, alone")
    return put


class _Messages(NamedTuple):
    """What was said in one trial of the parent, by turn."""

    cast: Cast
    said: Mapping[str, str | None]


def _messages(parent: RunRecord, log: Log, trial: TrialId) -> _Messages:
    cast = Casts(parent).cast(trial)
    return _Messages(cast, {turn: reply.spoken for turn, reply in retold(cast, log, str(trial)).items()})


def _said(told: _Messages, place: str, kind: str) -> dict[str, str]:
    """Return what the replaced seats say: all drafts of a report are the same."""
    plan = told.cast.plan
    seats = set(seats_at(place, plan))
    found = {}
    for turn in plan.turns:
        if turn.task == "report" and turn.seat.name in seats and not turn.ruled:
            heard = "\n".join(told.cast.heard(turn, told.said))
            own = told.said[plan.sent[turn.seat.name]] or ""
            found[turn.name] = heard if kind == RELAY else _shortened(heard, len(own.split()), told.cast, turn.name)
    return found


def _shortened(text: str, words: int, cast: Cast, turn: str) -> str:
    """Return lines of a text, drawn at random and in their order, with at most `words` words; at least one line."""
    lines = [line for line in text.splitlines() if line.strip()]
    kept: set[int] = set()
    for place in Draw("equal words", cast.world.digest, cast.replicate, turn).shuffled(range(len(lines))):
        used = sum(len(lines[one].split()) for one in kept)
        if not kept or used + len(lines[place].split()) <= words:
            kept.add(place)
    return "\n".join(lines[place] for place in sorted(kept))
