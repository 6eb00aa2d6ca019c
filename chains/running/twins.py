"""Twin conditions: two conditions in which every seat is asked exactly the same, so that nothing can differ.

They arise if a value is the default, if another setting overrides it, or if a
source reads no prompts. Compared, they would seem to prove that the factor has no
effect.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import NamedTuple

from chains.experiments.condition_name import shown
from chains.experiments.experiment import Condition, Experiment
from chains.experiments.settings import Value
from chains.organisation.cast import Part
from chains.organisation.prompts import Prompt
from chains.running.run_record import Casts, RunRecord


class Distinct(NamedTuple):
    """An experiment without the values of factors that change nothing."""

    experiment: Experiment
    notes: list[str]
    """What was left out, a sentence each; empty if nothing was."""


def twins(record: RunRecord) -> dict[str, str]:
    """Return for each condition the first condition in which every seat is asked exactly the same; usually itself."""
    casts = Casts(record)
    first: dict[Hashable, str] = {}
    return {one.id: first.setdefault(_asked(record, casts, one), one.id) for one in record.conditions}


def _asked(record: RunRecord, casts: Casts, condition: Condition) -> Hashable:
    """Return everything that decides a condition's requests."""
    settings = condition.settings
    parts = casts.parts(condition.id)
    sources = [record.models.get(part.model) for part in parts.values()]
    synthetic = all(source is not None and source.traits.is_synthetic for source in sources)
    return (
        id(casts.plan(condition.id)),
        casts.round_settings(condition.id),
        casts.traits(condition.id),
        tuple(digest for name, digest in record.world_of.items() if name.startswith(f"{condition.id}.w")),
        repr(settings.lineage) if settings.deals_models else None,
        None if synthetic else settings.note_form,  # a channel reads the facts, however they are written
        tuple((seat, _of_part(record, part)) for seat, part in parts.items()),
    )


def _of_part(record: RunRecord, part: Part) -> Hashable:
    """Return what decides a seat's requests: its model, and the prompts and settings that this model reads."""
    source, sits = record.models.get(part.model), (part.sits, part.holder if part.sits != "none" else "")
    if source is not None and source.traits.is_synthetic:
        return part.model, sits
    prompts = (part.prompt, *part.tasks.values())
    holes = frozenset[str]().union(*(prompt.holes for prompt in prompts))
    return (
        part.model,
        sits,
        tuple(_of_prompt(prompt) for prompt in prompts),
        part.words if "words" in holes else None,
        part.circumstances if "circumstances" in holes else None,
        tuple(sorted((name, repr(value)) for name, value in part.settings.items())),
    )


def _of_prompt(prompt: Prompt) -> Hashable:
    return prompt.system, prompt.body


def without_twins(record: RunRecord) -> Distinct:
    """Leave out each value of a factor if every condition with it is the twin of a condition that is kept.

    An experiment with hypotheses stays as it is, because there twins are a control.
    """
    experiment = record.experiment
    if experiment.hypotheses:
        return Distinct(experiment, [])
    same = twins(record)
    factors = {key: list(values) for key, values in experiment.factors.items()}
    fixed = dict(experiment.fixed)
    dropped: dict[str, list[str]] = {}
    for key in list(factors):
        for value in factors[key][1:]:
            kept = [other for other in factors[key] if other != value]
            if _changes_nothing(record, same, key, value, kept):
                factors[key].remove(value)
                dropped.setdefault(key, []).append(shown(value))
        if len(factors[key]) == 1:
            fixed[key] = factors.pop(key)[0]
    if not dropped:
        return Distinct(experiment, [])
    left = experiment.model_copy(
        update={"fixed": fixed, "factors": {key: tuple(values) for key, values in factors.items()}}
    )
    notes = [
        f"{key}={','.join(values)} makes the same requests as {key}="
        f"{','.join(shown(value) for value in factors.get(key, [fixed.get(key)]))}, so it is left out; "
        f"comparing a condition with its copy would seem to show that {key} has no effect"
        for key, values in dropped.items()
    ]
    return Distinct(Experiment.model_validate(left.model_dump(exclude_unset=True)), notes)


def _changes_nothing(
    record: RunRecord, same: Mapping[str, str], key: str, value: Value, kept: Collection[Value]
) -> bool:
    """Return whether each condition with this value has a twin that differs only in having a kept value."""
    others: dict[Hashable, set[str]] = defaultdict(set)
    for one in record.conditions:
        if one.factors[key] in kept:
            others[_but(one, key)].add(same[one.id])
    return all(same[one.id] in others[_but(one, key)] for one in record.conditions if one.factors[key] == value)


def _but(condition: Condition, key: str) -> Hashable:
    return tuple((name, value) for name, value in condition.factors.items() if name != key)
