"""Preregistration: digests in run.json of everything that a run with hypotheses commits itself to.

They cover all that could be changed after a look at the data: hypotheses, arms,
worlds, replicates, prompts as text, models and how they are asked, the rule
for exclusions, and the instrument. Limits, prices and dates are left out. So the
digest that `run --dry-run` shows, to be published beforehand, is the run's own,
and a run can go on under other limits. run.json is a plain file: only a digest
published beforehand protects against someone who edits it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson
from pydantic import BaseModel, ConfigDict

from chains.experiments.experiment import Condition, Experiment
from chains.experiments.people import People
from chains.models.spec import Source
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.prompts import Prompt

EXCLUSIONS = (
    "a call that fails is asked again; refusals, empty replies and cut-off replies are outcomes; "
    "no trial is left out of what is finished"
)
"""The program's rule for exclusions; no setting changes it."""
_BEARING = ("model", "params", "extra_body", "context")
"""The fields of a model's spec that affect its replies."""


class Prepared(Protocol):
    """The part of a run's record that is registered."""

    @property
    def experiment(self) -> Experiment:
        """The experiment."""
        ...

    @property
    def conditions(self) -> Sequence[Condition]:
        """The arms, every default resolved."""
        ...

    @property
    def prompts(self) -> Mapping[str, Prompt]:
        """Every prompt in use, by role and variant."""
        ...

    @property
    def casting(self) -> Mapping[str, Mapping[str, str]]:
        """For each condition, the name of each seat's prompt."""
        ...

    @property
    def world_of(self) -> Mapping[str, str]:
        """The digest of each condition's world of each seed."""
        ...

    @property
    def hierarchies(self) -> Mapping[str, Hierarchy]:
        """Hierarchies read from files."""
        ...

    @property
    def models(self) -> Mapping[str, Source]:
        """What each model's name stands for."""
        ...

    @property
    def plugins(self) -> Mapping[str, str]:
        """Plugins that its worlds, remedies and models come from, with their versions."""
        ...

    @property
    def instrument(self) -> str:
        """Version of the instrument that reads the messages."""
        ...


def plan_of(prepared: Prepared) -> dict[str, Any]:
    """Return what is registered, as plain JSON."""
    experiment = prepared.experiment
    # Left out without plugins or people, so that older digests stay the same.
    plugins = {"plugins": dict(prepared.plugins)} if prepared.plugins else {}
    people = {"people": experiment.people.model_dump(mode="json")} if experiment.people != People() else {}
    return {
        "hypotheses": dict(experiment.hypotheses),
        "arms": [condition.model_dump(mode="json") for condition in prepared.conditions],
        "seeds": list(experiment.seeds),
        "replicates": experiment.replicates,
        "reproducible": experiment.reproducible,
        "prompts": {name: prompt.digest for name, prompt in prepared.prompts.items()},
        "casting": {condition: dict(seats) for condition, seats in prepared.casting.items()},
        "worlds": dict(prepared.world_of),
        "hierarchies": {name: hierarchy.model_dump(mode="json") for name, hierarchy in prepared.hierarchies.items()},
        "models": {name: _bearing(source) for name, source in prepared.models.items()},
        "exclusions": EXCLUSIONS,
        "instrument": prepared.instrument,
        **plugins,
        **people,
    }


class Registration(BaseModel):
    """The registration, as run.json holds it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: str
    """SHA-256 over the digests of the parts. Publish this one."""
    parts: Mapping[str, str]
    """SHA-256 of each part's JSON, so that a changed part can be named."""


def registration(prepared: Prepared) -> Registration | None:
    """Return the registration of a prepared run; None if it has no hypothesis."""
    if not prepared.experiment.hypotheses:
        return None
    parts = {name: _digest(part) for name, part in plan_of(prepared).items()}
    return Registration(digest=_digest(parts), parts=parts)


def changed(prepared: Prepared, registered: Registration) -> list[str]:
    """Return the names of the parts that differ from the registered ones."""
    now = registration(prepared)
    parts = {} if now is None else dict(now.parts)
    before = dict(registered.parts)
    differing = [name for name in sorted(before | parts) if before.get(name) != parts.get(name)]
    return differing or (["registration"] if _digest(before) != registered.digest else [])


def _digest(part: Any) -> str:
    return hashlib.sha256(orjson.dumps(part, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _bearing(source: Source) -> dict[str, Any]:
    spec = source.spec.model_dump(mode="json", include=set(_BEARING))
    return {"label": source.label, "kind": source.kind, **spec}
