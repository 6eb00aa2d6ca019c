"""The record of a run (run.json), and the casts that follow from it.

run.json holds everything that a trial needs: prompts and worlds in full, what
each model's name stands for, every default resolved. A run is resumed and
replayed from that alone, even if the files it was made from have changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from chains.errors import BadInput
from chains.experiments.condition_plan import PlanSettings, planned, round_settings_of
from chains.experiments.experiment import Condition, Experiment, TrialId
from chains.experiments.model_assignment import dealt_models, models_of
from chains.experiments.people import People
from chains.experiments.prompt_assignment import circumstances, trait_deal
from chains.experiments.settings import ConditionSettings
from chains.models.spec import Source
from chains.organisation.cast import NOTIFIED, Cast, Part, hands_of
from chains.organisation.hierarchy import Hierarchy, Seat, chain, pyramid, shared_out, side_by_side, tree
from chains.organisation.hierarchy_file import read_hierarchy
from chains.organisation.plan import Plan, Turn
from chains.organisation.prompts import NOTICE, SOME, Prompt
from chains.organisation.round_settings import RoundSettings, seed_in
from chains.organisation.sitting import PERSON
from chains.organisation.traits import TraitDeal
from chains.registry import differing
from chains.running.fork_record import Fork
from chains.running.log.records import LOG_VERSION
from chains.running.registration import Registration
from chains.running.shard_record import Shard
from chains.scoring.reading import INSTRUMENT
from chains.worlds.documents.form import VERSION, NoteForm
from chains.worlds.world import World

NO_PROMPT = Prompt(role="", variant="", about="Nobody is asked.", body="")


class Extension(BaseModel):
    """That trials were added to a run, see `running.extend`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str
    """When, UTC."""
    settings: tuple[str, ...]
    """What was added, as `--set` had it."""
    trials: int
    """How many the run had before."""
    versions: Mapping[str, str] = {}
    """Versions of the program and its packages at that time."""


class DocumentsRead(BaseModel):
    """How many facts the rules read in the documents themselves, in some of a run's worlds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    """The version of the documents."""
    by_form: Mapping[str, tuple[int, int]]
    """For each form, how many facts are read as kept, and of how many."""

    @property
    def notes(self) -> list[str]:
        """A sentence for each form in which the rules miss some."""
        return [
            f"notes as {form}: the rules read {read} of {facts} facts in the documents themselves; the documents' own "
            "words, repeated, count as kept all the same, but words close to them may be read as lost"
            for form, (read, facts) in self.by_form.items()
            if read < facts
        ]


class RunRecord(BaseModel):
    """What run.json holds: the experiment and everything it was run with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    id: str
    experiment: Experiment
    conditions: tuple[Condition, ...]
    """The crossed factors of the experiment, every default resolved."""
    prompts: Mapping[str, Prompt]
    """Every prompt in use, by role and variant."""
    casting: Mapping[str, Mapping[str, str]]
    """For each condition, the name of each seat's prompt; in the whole loop, of each turn's prompt."""
    worlds: Mapping[str, World]
    """By digest."""
    world_of: Mapping[str, str]
    """The digest of each condition's world of each seed: "c1.w3"."""
    hierarchies: Mapping[str, Hierarchy] = {}
    """Hierarchies read from files, by their name in the settings."""
    models: Mapping[str, Source]
    """What each model's name stands for."""
    instrument: str = INSTRUMENT
    versions: Mapping[str, str]
    plugins: Mapping[str, str] = {}
    """Plugins that its worlds, remedies and models come from: files with digests, packages with versions."""
    documents: DocumentsRead | None = None
    """The documents that workers have as notes, and how well the rules read them; None if all notes are lists."""
    platform: str
    estimate: Mapping[str, int]
    spend: Mapping[str, Mapping[str, int | float]] = {}
    """Calls, tokens and seconds of each model, by the name in its requests, when the run last stopped."""
    held: Mapping[str, int] = {}
    """Steps and finished trials in the log when the run last stopped; if there are fewer, some were removed."""
    served: Mapping[str, Any] = {}
    """What was found out about each model that was opened: its fingerprint, and what its endpoint accepts."""
    registered: Registration | None = None
    """What a run with hypotheses committed itself to before its first trial."""
    extended: tuple[Extension, ...] = ()
    """When trials were added to it: its results could be seen by then, so it is exploratory."""
    shard: Shard | None = None
    """Which part of its trials it drives; None: all."""
    forked: Fork | None = None
    """From which run it goes on, and with what change."""
    reuses: tuple[str, ...] = ()
    """The runs whose replies this run takes for exactly the same requests; see `chains.running.reuse`."""
    at: str
    """When it was prepared, UTC."""

    @field_validator("held")
    @classmethod
    def _known(cls, held: Mapping[str, int]) -> Mapping[str, int]:
        if unknown := sorted(set(held) - {"steps", "finished"}):
            raise ValueError(f"a log holds no {unknown[0]!r}")
        return held

    def trials(self) -> Iterator[TrialId]:
        """Yield the trials that the run drives: all of its experiment, or its shard's."""
        shard = self.shard
        return (trial for trial in self.experiment.trials() if shard is None or shard.has(trial))

    @property
    def notes(self) -> list[str]:
        """What is said of a run whose workers' notes are documents, or in which programs sit in people's places."""
        sits = any(one.settings.holder != "people" for one in self.conditions) and Casts(self).people()
        people = ["programs answer in place of people: a control, and no evidence about people"] if sits else []
        return [*([] if self.documents is None else self.documents.notes), *people]

    @property
    def why_exploratory(self) -> str | None:
        """Why a run can confirm nothing, without first capital and full stop: extended, or forked; None if neither."""
        if self.forked is not None:
            return f"a fork of run {self.forked.run}, whose results could be seen"
        if not self.extended:
            return None
        first = self.extended[0]
        what = " ".join(text for one in self.extended for text in one.settings)
        return f"extended by {what} on {first.at[:10]}, when it had {first.trials} trials whose results could be seen"

    @model_validator(mode="before")
    @classmethod
    def _read_as_once_written(cls, content: Any) -> Any:
        """Drop the file's seal, and `parent`, which old run.json files hold and which was never set."""
        if not isinstance(content, dict):
            return content
        dropped = {"seal", "parent"} if content.get("parent", "") is None else {"seal"}
        return {name: value for name, value in content.items() if name not in dropped}


def hierarchy_of(settings: ConditionSettings, read: dict[str, Hierarchy]) -> Hierarchy:
    """Return the hierarchy that a condition's settings ask for.

    Args:
        settings: The condition's settings.
        read: Hierarchies read from files so far, by name; new ones are added.
    """
    name, leaves, lines = settings.hierarchy, settings.leaves, settings.lines
    if name is None and lines is not None:
        if leaves is not None:
            raise BadInput("lines and leaves both say how many workers there are; set one of them")
        return side_by_side(lines, settings.depth)
    if name is None:
        return _uniform(settings.depth, settings.span) if leaves is None else shared_out(leaves, settings.span)
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


class Casts:
    """Makes the casts of a record's trials; what they share is made once."""

    def __init__(self, record: RunRecord) -> None:
        """Read nothing but the record."""
        self.record = record
        self._conditions = {condition.id: condition for condition in record.conditions}
        self._hierarchies: dict[str, Hierarchy] = {}
        self._plans: dict[str, Plan] = {}
        self._alike: dict[tuple[int, PlanSettings], Plan] = {}
        self._parts: dict[str, dict[str, Part]] = {}
        self._round_settings: dict[str, RoundSettings] = {}

    def condition(self, trial: TrialId) -> Condition:
        """Return the trial's condition."""
        return self._conditions[trial.condition]

    def hierarchy(self, condition: str) -> Hierarchy:
        """Return a condition's hierarchy, one object for all conditions that share it."""
        if condition not in self._hierarchies:
            made = hierarchy_of(self._conditions[condition].settings, dict(self.record.hierarchies))
            self._hierarchies[condition] = next((other for other in self._hierarchies.values() if other == made), made)
        return self._hierarchies[condition]

    def plan(self, condition: str) -> Plan:
        """Return who speaks when in a condition, one object for all conditions in which it is the same."""
        if condition not in self._plans:
            hierarchy, settings = self.hierarchy(condition), PlanSettings.of(self._conditions[condition].settings)
            key = id(hierarchy), settings
            if key not in self._alike:
                self._alike[key] = self._planned(settings, hierarchy)
            self._plans[condition] = self._alike[key]
        return self._plans[condition]

    def _planned(self, settings: PlanSettings, hierarchy: Hierarchy) -> Plan:
        try:
            return planned(settings, hierarchy)
        except BadInput as error:
            if missing := differing(self.record.plugins):
                raise BadInput(f"{error}; {missing[0]}") from None
            raise

    def parts(self, condition: str) -> Mapping[str, Part]:
        """Return each seat's part in a condition."""
        if condition not in self._parts:
            settings = self._conditions[condition].settings
            names, plan = self.record.casting[condition], self.plan(condition)
            # Seats with equal parts share one object: a wide tree has tens of thousands of seats.
            alike: dict[str, Part] = {}
            models, scoped = dealt_models(settings, plan.seats), bool(settings.scopes)
            made: dict[str, Part] = {}
            for seat in plan.seats:
                turns = [turn for turn in plan.asked_of[seat.name] if turn.name in names]
                kind = seat.name if scoped else " ".join([models[seat.name], *(names[turn.name] for turn in turns)])
                if kind not in alike:
                    alike[kind] = self._part(settings, seat, turns, names, models[seat.name])
                made[seat.name] = alike[kind]
            self._parts[condition] = made
        return self._parts[condition]

    def models_at(self, condition: str, seat: str) -> tuple[str, ...]:
        """Return the models that may hold a seat in a condition's trials; none if it has no such seat."""
        settings = self._conditions[condition].settings
        found = (one for one in self.plan(condition).seats if one.name == seat)
        return next((models_of(settings, one) for one in found), ())

    def _parts_in(self, trial: TrialId, world: World, replicate: int) -> Mapping[str, Part]:
        """Return each seat's part in a trial: the condition's, except for models that are dealt by trial.

        Args:
            trial: The trial.
            world: The world of its first round, which decides the deal for all rounds.
            replicate: The replicate that it is, or that a fork's trial began as.
        """
        settings, parts = self.condition(trial).settings, self.parts(trial.condition)
        if not settings.deals_models:
            return parts
        models = dealt_models(settings, self.plan(trial.condition).seats, world.digest, replicate)
        return {seat: part.model_copy(update={"model": models[seat]}) for seat, part in parts.items()}

    def _part(
        self, settings: ConditionSettings, seat: Seat, turns: Sequence[Turn], names: Mapping[str, str], model: str
    ) -> Part:
        prompts = {turn.name: self.record.prompts[names[turn.name]] for turn in turns}
        notices = [self.record.prompts[name] for who, name in names.items() if who.startswith(f"{NOTICE}/")]
        if notices and seat.role in NOTIFIED:
            reports = [turn.name for turn in turns if turn.row.holds == "report"]
            prompts |= {name: prompts[name].with_notices(notices) for name in reports}
        to_some = {who.removeprefix(SOME): name for who, name in names.items() if who.startswith(SOME)}
        first = next((turn for turn in turns if turn.number == 0), turns[0] if turns else None)
        way, people = settings.way_at(seat), self.record.experiment.people
        return Part(
            model=model,
            way="none" if model == PERSON else way,
            holder=settings.holder,
            send_backs=people.send_backs,
            stand_in=stand_in(settings, seat, people),
            prompt=NO_PROMPT if first is None else prompts[first.name],
            words=settings.words.at(seat),
            settings=_own_settings(settings, seat),
            tasks={turn.task: prompts[turn.name] for turn in turns if turn.task != "report"},
            notices={variant: self.record.prompts[name] for variant, name in to_some.items()},
            circumstances="".join(f" {self.record.prompts[name].body}" for name in circumstances(settings, seat)),
        )

    def world(self, trial: TrialId) -> World:
        """Return the trial's world; for a trial of several rounds, the last round's."""
        return self.worlds(trial)[-1]

    def worlds(self, trial: TrialId) -> tuple[World, ...]:
        """Return the world of each of the trial's rounds."""
        rounds = self.round_settings(trial.condition).rounds
        seeds = [seed_in(trial.seed, number, rounds) for number in range(1, rounds + 1)]
        return tuple([self.record.worlds[self.record.world_of[f"{trial.condition}.w{seed}"]] for seed in seeds])

    def round_settings(self, condition: str) -> RoundSettings:
        """Return how many rounds the trials of a condition have, and what happens between them."""
        if condition not in self._round_settings:
            self._round_settings[condition] = round_settings_of(self._conditions[condition].settings)
        return self._round_settings[condition]

    def traits(self, condition: str) -> TraitDeal | None:
        """Return how traits are dealt to the members in a condition's trials; None without traits."""
        return trait_deal(self._conditions[condition].settings, self.record.prompts)

    def cast(self, trial: TrialId, number: int | None = None) -> Cast:
        """Return the cast of a trial in the last round or in round `number`, without what seats remember."""
        round_settings = self.round_settings(trial.condition)
        worlds = self.worlds(trial)
        world = worlds[-1 if number is None else number - 1]
        plan, forked, form = self.plan(trial.condition), self.record.forked, self._form(trial)
        replicate, draws = (trial.replicate, {}) if forked is None else forked.draws(trial, plan)
        return Cast(
            world=world,
            replicate=replicate,
            draws=draws,
            plan=plan,
            parts=self._parts_in(trial, worlds[0], replicate),
            dealt=hands_of(world, self.hierarchy(trial.condition), replicate),
            form=form,
            sources=self.record.models,
            traits=self.traits(trial.condition),
            round_settings=round_settings,
            worlds=worlds if round_settings.rounds > 1 else (),
            round=round_settings.rounds if number is None else number,
        )

    def _form(self, trial: TrialId) -> NoteForm:
        """Return in what form workers have their notes.

        Raises:
            BadInput: If the documents were written by another version, whose texts this one can't write.
        """
        form, documents = self.condition(trial).settings.note_form, self.record.documents
        if not form.listed and documents is not None and documents.version != VERSION:
            raise BadInput(
                f"run {self.record.id} has {documents.version}, and this program writes {VERSION}; go on with mazedom "
                f"{self.record.versions.get('mazedom', 'of that time')}"
            )
        return form

    def people(self) -> bool:
        """Return whether a person, or a program in their place, sits anywhere."""
        return any(part.sits != "none" for condition in self._conditions for part in self.parts(condition).values())


def stand_in(settings: ConditionSettings, seat: Seat, people: People) -> str | None:
    """Return the model that writes where a person alone holds a seat and does not answer in time; None if none does."""
    if people.minutes is None or people.then != "model" or settings.way_at(seat) != "write":
        return None
    return None if (model := settings.model.at(seat)) == PERSON else model


def _own_settings(settings: ConditionSettings, seat: Seat) -> dict[str, Any]:
    """Return the request settings that the condition sets for a seat; the others are its model's own."""
    own = {"temperature": settings.temperature.at(seat), "max_tokens": settings.max_tokens.at(seat)}
    return {name: value for name, value in own.items() if value is not None}
