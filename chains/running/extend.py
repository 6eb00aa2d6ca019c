"""Extend a run by more worlds, replicates or conditions; only the new trials are asked.

Everything in the run stays as it is: every trial keeps its name, every condition
its number, every prompt its text, and registrations stay. But someone who extends a
run may have seen its results, so from then on the run says that it is exploratory.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chains.errors import BadInput
from chains.experiments.condition_name import shown
from chains.experiments.experiment import Condition, Experiment
from chains.experiments.overrides import override, split
from chains.running.log.records import now
from chains.running.prepare import prepare
from chains.running.run_record import Extension, RunRecord
from chains.running.twins import twins

_FIXED = ("name", "question", "reproducible", "hypotheses")
"""Parts of an experiment that no extension changes."""


def extended(record: RunRecord, settings: Sequence[str]) -> RunRecord:
    """Return the record of a run with more trials.

    Args:
        record: The run's record before.
        settings: What to add, written as for `--set`: `replicates=6`, `worlds=10`, `depth=2,4,8`.

    Raises:
        BadInput: If the settings take anything away, change it, or add nothing.
    """
    _check_keys(record, settings)
    experiment = _numbered(record, _grown(record, settings))
    had, has = (sum(1 for _ in one.trials()) for one in (record.experiment, experiment))
    if has == had:
        raise BadInput(
            f"run {record.id} has all of these {had} trials; add some, as with --set replicates="
            f"{record.experiment.replicates + 1}"
        )
    staged = prepare(experiment, record.id, record)
    _check_same(record, staged)
    known = {condition.id: condition for condition in record.conditions}
    extension = Extension(at=now(), settings=tuple(settings), trials=had, versions=staged.versions)
    return record.model_copy(
        update={
            "experiment": experiment,
            "conditions": tuple(
                one.model_copy(update={"values": known[one.id].values}) if one.id in known else one
                for one in staged.conditions
            ),
            "prompts": staged.prompts,
            "casting": {**staged.casting, **record.casting},
            "worlds": {**record.worlds, **staged.worlds},
            "world_of": staged.world_of,
            "hierarchies": staged.hierarchies,
            "models": staged.models,
            "plugins": {**staged.plugins, **record.plugins},
            "estimate": staged.estimate,
            "extended": (*record.extended, extension),
        }
    )


def _check_keys(record: RunRecord, settings: Sequence[str]) -> None:
    for text in settings:
        key, _ = split(text)
        head, _, rest = key.partition(".")
        if head in _FIXED:
            raise BadInput(
                f"--set {text}: {head} stays as it was when the run was made; worlds, replicates, conditions and "
                "limits can be added"
            )
        if head == "models" and rest.partition(".")[0] in record.experiment.models:
            raise BadInput(f"--set {text}: the run was made with that model as it is; define one of another name")


def _grown(record: RunRecord, settings: Sequence[str]) -> Experiment:
    """Return the run's experiment with settings replaced; raise `BadInput` if they would remove trials."""
    before = record.experiment
    after = override(_anew(before, numbers=(), hypotheses={}), settings)
    if not {"worlds", "seeds"}.intersection(split(text)[0] for text in settings):
        after = _anew(after, seeds=before.seeds)  # for a folder of worlds, `worlds` is the number of its files
    if lost := [str(seed) for seed in before.seeds if seed not in after.seeds]:
        raise BadInput(f"the run has world {', '.join(lost[:5])}; name it too, for an extension takes nothing away")
    if after.replicates < before.replicates:
        raise BadInput(f"the run has {before.replicates} replicates; an extension takes none away")
    return after  # hypotheses are left out, so that an error names the removed setting, not the hypothesis


def _numbered(record: RunRecord, experiment: Experiment) -> Experiment:
    """Return the experiment with the run's numbers for its old conditions, and the next numbers for new ones."""
    old = {_settings(condition): condition for condition in record.conditions}
    last = max(_number(condition) for condition in record.conditions)
    numbers = list[int]()
    for condition in experiment.conditions:
        known = old.pop(_settings(condition), None)
        last += known is None
        numbers.append(last if known is None else _number(known))
    if old:
        raise BadInput(_lost(next(iter(old.values())), experiment))
    plain = numbers == list(range(1, len(numbers) + 1))
    return _anew(experiment, numbers=() if plain else tuple(numbers), hypotheses=record.experiment.hypotheses)


def _lost(condition: Condition, experiment: Experiment) -> str:
    """Return what to do about a condition of the run that the settings leave out."""
    varied = {key for one in experiment.conditions for key, value in one.resolved.items() if value is not None}
    changed = (
        (key, value)
        for key, value in condition.resolved.items()
        if key in varied and all(one.resolved.get(key) != value for one in experiment.conditions)
    )
    key, value = next(changed, (None, None))
    what = f"{key} = {shown(value)}" if key is not None else f"the condition {condition.name}"
    how = f", as in --set {key}={shown(value)},..." if key is not None else ""
    return f"the run has {what}; name it beside what you add{how}, for an extension takes nothing away"


def _check_same(record: RunRecord, staged: RunRecord) -> None:
    """Check that everything in both records is equal, and that no new condition is a copy."""
    for what, before, after in _both(record, staged):
        for name, old in before.items():
            if after.get(name) != old:
                raise BadInput(
                    f"{what} {name} is not what it was when the run was made; put it back, or begin a new run"
                )
    if record.experiment.hypotheses:
        return  # there twins are a control
    names, known = {one.id: one.name for one in staged.conditions}, {one.id for one in record.conditions}
    same = twins(staged)
    for name, first in same.items():
        if name != first and not {name, first} <= known:
            new, other = (name, first) if name not in known else (first, name)
            raise BadInput(
                f"{names[new]} makes the same requests as {names[other]}; leave it out, because comparing a condition "
                "with its copy would seem to show that the difference has no effect"
            )


def _both(record: RunRecord, staged: RunRecord) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    yield "the world of", record.world_of, staged.world_of
    yield "model", record.models, staged.models


def _anew(experiment: Experiment, **update: Any) -> Experiment:
    """Return an experiment with some parts changed; everything derived from them is computed again."""
    return Experiment.model_validate(experiment.model_dump() | update)


def _number(condition: Condition) -> int:
    return int(condition.id.removeprefix("c"))


def _settings(condition: Condition) -> str:
    """Return a key that is equal for equal conditions."""
    return repr(sorted(condition.resolved.items()))
