"""Fork a run: keep what was said up to a seat, change one thing, and ask on from there.

The parent stays as it is. Its replies are logged again in the fork, each with the parent's id, so that the fork
replays without it.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chains.errors import BadInput, LogDamaged
from chains.experiments.experiment import Condition, Experiment, TrialId
from chains.experiments.overrides import OF_THE_EXPERIMENT, override, split
from chains.experiments.settings import SETTINGS
from chains.models.provider import Reply, Request
from chains.organisation.plan import Plan
from chains.organisation.prompts import configuration, configurations, read_prompt
from chains.organisation.turn_key import Key
from chains.running.folders import find_run, run_name
from chains.running.fork_record import Fork, seats_at, turns_from
from chains.running.log.log import Log
from chains.running.prepare import prepare
from chains.running.reply_source import Taken
from chains.running.run_record import Casts, RunRecord

EDITED = "edited"
"""`served_by` of a message that was put in place of a reply."""
PUT = "a person, or a program, put this in place of what the seat said"
"""The note on such a message."""


def forked(
    parent: RunRecord,
    folder: Path,
    name: str,
    *,
    at: str = "",
    settings: Sequence[str] = (),
    trial: str | None = None,
    condition: str | None = None,
    said: Mapping[str, Mapping[str, str]] | None = None,
    continuations: int = 1,
) -> RunRecord:
    """Return the record of a fork.

    Args:
        parent: The run that it goes on from.
        folder: Where that is.
        name: The fork's id.
        at: From which seats everything is asked again: a seat, a role, a level's number, `hop.N`, or `start`. Empty:
            whatever was not asked in exactly these words.
        settings: What changes, as `--set` has it. A setting that may differ between seats changes for those of `at`.
        trial: Fork this trial of the parent alone.
        condition: Fork the trials of this condition alone, by its id.
        said: Messages to put in place of replies: by the parent's trial, then by turn.
        continuations: How often each trial goes on.

    Raises:
        BadInput: If there is no such seat or trial, a setting is wrong or changes the worlds, or nothing changes.
    """
    if not (at or settings or said):
        raise BadInput("nothing changes; say what with --set, --message or --edit, or with --at who is asked again")
    at = place(at, parent)
    conditions, one = _chosen(parent, trial, condition)
    put = tuple(scoped(text, at, parent) for text in settings)
    replicates = (one.replicate,) if one else tuple(range(1, parent.experiment.replicates + 1))
    experiment = override(_narrowed(parent.experiment, conditions, one), put)
    if len(experiment.conditions) != len(conditions):
        raise BadInput(
            f"run {parent.id} varies what --set {' '.join(settings)} sets for all seats; name seats with --at, or one "
            "trial with --trial"
        )
    staged = prepare(_anew(experiment, replicates=len(replicates) * continuations), name, parent)
    fork = Fork(
        run=run_name(folder),
        at=at,
        settings=put,
        said=said or {},
        conditions={new.id: old.id for new, old in zip(staged.conditions, conditions, strict=True)},
        replicates=replicates,
        before=parent.forked,
    )
    _check_worlds(staged, parent, fork)
    return staged.model_copy(update={"forked": fork})


def place(at: str, parent: RunRecord) -> str:
    """Return `at` as a `Fork` holds it: a number, or L2 in a tree, is a level.

    Raises:
        BadInput: If a condition of the run has no such seat, role, level or hop.
    """
    casts = Casts(parent)
    plans = [casts.plan(condition.id) for condition in parent.conditions]
    names = {seat.name for plan in plans for seat in plan.seats}
    number = at.removeprefix("L")
    if number.isdecimal() and at not in names:
        at = f"level.{number}"
    for plan in plans:
        turns_from(at, plan)
    return at


def _chosen(
    parent: RunRecord, trial: str | None, condition: str | None
) -> tuple[tuple[Condition, ...], TrialId | None]:
    """Return the parent's conditions that are forked, and the one trial if only that is."""
    known = {one.id: one for one in parent.conditions}
    if condition is not None:
        return (known[condition],), None
    if trial is None:
        return tuple(known[one.id] for one in parent.experiment.conditions), None
    one = next((one for one in parent.experiment.trials() if str(one) == trial), None)
    if one is None:
        raise BadInput(f"run {parent.id} has no trial {trial!r}; its trials are named as in c1.w1.r1")
    return (known[one.condition],), one


def _narrowed(experiment: Experiment, conditions: Sequence[Condition], one: TrialId | None) -> Experiment:
    """Return the parent's experiment without its hypotheses, of the conditions and the one trial that are forked."""
    update: dict[str, Any] = {"hypotheses": {}, "numbers": ()}
    if one is not None:
        update |= {"seeds": (one.seed,), "replicates": 1}
    if len(conditions) < len(experiment.conditions):
        update["factors"] = {key: (value,) for key, value in conditions[0].factors.items()}
    return _anew(experiment, **update)


def _anew(experiment: Experiment, **update: Any) -> Experiment:
    """Return an experiment with some parts changed; everything derived from them is computed again."""
    return Experiment.model_validate(experiment.model_dump(exclude_unset=True) | update)


def scoped(text: str, at: str, parent: RunRecord) -> str:
    """Return a setting with the scope of `at`, where the setting may have one and has none.

    `prompt=honest` names a configuration, which has a variant for each role; with a scope it is the variant of the
    seats' role.

    Raises:
        BadInput: If a fork can't change that, or not there.
    """
    key, values = split(text)
    head, _, scope = key.partition(".")
    if len(values) > 1:
        raise BadInput(f"--set {text}: a fork changes one thing to one value; `run --from` takes several")
    if key in OF_THE_EXPERIMENT and head != "limits":
        raise BadInput(f"--set {text}: a fork keeps the {key} of its parent; --times goes on several times")
    known = SETTINGS.get(head)
    if known is None or not known.scoped or scope or at in ("", "start"):
        return text
    if at.startswith("hop."):
        raise BadInput(f"--set {text}: give --at a seat, a role or a level, for which {head} can be set, not {at}")
    if head == "prompt" and values[0] in configurations():
        return f"{head}.{at}={_variant(values[0], at, parent)}"
    return f"{head}.{at}={values[0]}"


def _variant(name: str, at: str, parent: RunRecord) -> str:
    """Return the variant that a configuration has for the role of the seats `at`; its name where roles differ."""
    casts = Casts(parent)
    plans = [casts.plan(condition.id) for condition in parent.conditions]
    roles = {seat.role for plan in plans for seat in plan.seats if seat.name in seats_at(at, plan)}
    return configuration(name)[roles.pop()] if len(roles) == 1 else name


def _check_worlds(staged: RunRecord, parent: RunRecord, fork: Fork) -> None:
    for new, old in fork.conditions.items():
        for seed in staged.experiment.seeds:
            if staged.world_of[f"{new}.w{seed}"] != parent.world_of[f"{old}.w{seed}"]:
                raise BadInput(
                    f"world {seed} would not be the parent's, and a fork keeps worlds; leave "
                    f"{' '.join(fork.settings) or 'it'} out, or begin a new run with `run --from {fork.run}`"
                )


def prompts_changed(record: RunRecord) -> Iterator[str]:
    """Yield the prompts of a fork or an inherited run whose files are not what the log has; the log's are used."""
    for name, prompt in record.prompts.items():
        role, _, variant = name.partition("/")
        try:
            now = read_prompt(role, variant)
        except BadInput:
            yield name
            continue
        if (now.system, now.body) != (prompt.system, prompt.body):
            yield name


class ParentReplies:
    """The replies of a fork's parent, up to the change, and the messages that stand in place of replies."""

    def __init__(self, record: RunRecord, log: Log) -> None:
        """Take them from the parent's open log.

        Args:
            record: The fork's record.
            log: The parent's log.
        """
        if record.forked is None:
            raise ValueError(f"run {record.id} is no fork")
        self._fork, self._log = record.forked, log
        casts = Casts(record)
        plans: dict[str, Plan] = {condition.id: casts.plan(condition.id) for condition in record.conditions}
        self._anew = {name: turns_from(self._fork.at, plan) for name, plan in plans.items()}

    def find(self, key: Key, turn: str, request: Request) -> Taken | None:
        """Return the parent's reply to exactly this request; None from the fork on, and where it asked otherwise.

        Raises:
            LogDamaged: If the parent's log was changed since.
        """
        condition, seed, replicate = key.trial.split(".")
        trial = TrialId(condition, int(seed.removeprefix("w")), int(replicate.removeprefix("r")))
        parent = str(self._fork.origin(trial)[0])
        text = self._fork.said.get(parent, {}).get(turn)
        if text is not None and not key.attempt:
            return Taken(Reply(text=text, served_by=EDITED, notes=(PUT,), tries=0), None)
        if turn in self._anew[condition]:
            return None
        step = self._log.find(key._replace(trial=parent), request.digest)
        if step is None:
            return None
        if step.reply.digest != step.reply_digest or step.request.digest != step.digest:
            raise LogDamaged(
                f"{self._log.path}: the reply of {step.seat} in {parent} was changed or damaged after it was logged; "
                f"`mazedom replay {self._fork.run} --verify` shows what else was"
            )
        return Taken(step.reply, step.reused or self._fork.run, step.person)


@contextlib.contextmanager
def parent_replies(record: RunRecord) -> Iterator[ParentReplies | None]:
    """Open the replies of the run that a fork goes on from; None for a run that is no fork, or asks nothing any more.

    Raises:
        BadInput: If that run is gone.
    """
    fork = record.forked
    if fork is None or record.held.get("finished") == sum(1 for _ in record.trials()):
        yield None
        return
    try:
        folder = find_run(fork.run)
    except BadInput as error:
        raise BadInput(f"{error}; this fork goes on from it, so put it back first") from None
    with Log(folder) as log:
        yield ParentReplies(record, log)
