"""The two sides of a comparison: some conditions of a run, and what the executive heard in each of their trials."""

import math
import sys
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple, Self

from chains.analysis.results.audits import checked_of, has_audits
from chains.analysis.results.charter import superiors_of
from chains.analysis.results.finished import Finished
from chains.analysis.results.luck import met_in
from chains.analysis.results.practices import days_in
from chains.analysis.results.sittings import sittings
from chains.analysis.results.traits import generations_of
from chains.errors import LogDamaged
from chains.experiments.condition_name import shown
from chains.experiments.experiment import Condition, TrialId
from chains.experiments.hypotheses import Arm
from chains.experiments.settings import Value
from chains.models.provider import Reply
from chains.models.spec import Source
from chains.running.log.log import Log
from chains.running.log.records import TrialEnd
from chains.running.outcomes.actions import read_deeds
from chains.running.outcomes.decisions import read_orders
from chains.running.run_record import Casts, RunRecord
from chains.running.transcript import retold
from chains.running.trial import read_top, read_trial
from chains.scoring.facts.reader import Reader
from chains.scoring.measures.audits import Checked
from chains.scoring.measures.graded import graded
from chains.scoring.measures.heard import Heard, halted, heard, valued
from chains.scoring.measures.held_back import stakes
from chains.scoring.measures.intent import carried
from chains.scoring.measures.pools import Candidates, candidates_of
from chains.scoring.measures.sittings import Sat
from chains.scoring.reading import Deeds, Reading
from chains.stats.paired.ceiling_and_floor import AtLimit, at_limit
from chains.stats.paired.shares import share_by_world
from chains.worlds.world import World


class Said(NamedTuple):
    """What is looked at in all messages of a finished trial, at any hop."""

    instrument: str
    """The version that read them."""
    messages: int
    cut_off: int
    """Messages that their length limit cut off."""
    foreign: int
    """Messages in another language than English."""

    @classmethod
    def of(cls, end: TrialEnd) -> Self:
        """Return it of the end of a trial."""
        read = (end.readings or end.down).values()
        cut_off = sum(reading.finish == "length" for reading in read)
        return cls(sys.intern(str(end.instrument)), len(read), cut_off, sum(one.language is not None for one in read))


@dataclass(frozen=True)
class RunHeard:
    """A run with its log open: what the executive heard, trial by trial."""

    record: RunRecord
    log: Log
    reread: bool = False
    """Whether messages are read anew by the instrument of today, in place of what was logged of them."""
    _heard: dict[TrialId, Heard] = field(default_factory=dict)

    @cached_property
    def casts(self) -> Casts:
        """Casts of its trials."""
        return Casts(self.record)

    @cached_property
    def ends(self) -> Mapping[TrialId, TrialEnd]:
        """How each finished trial ended, in the run's order; each is read from the log when it is asked for."""
        return Finished(self.record, self.log)

    @cached_property
    def said(self) -> Mapping[TrialId, "Said"]:
        """What is looked at in all messages of each finished trial; the ends are read once for it."""
        return {trial: Said.of(end) for trial, end in self.ends.items()}

    def heard(self, trial: TrialId) -> Heard:
        """Return what the executive heard in a finished trial."""
        if trial not in self._heard:
            world = self.casts.world(trial)
            if not self.casts.plan(trial.condition).reports:
                self._heard[trial] = self._ordered(trial)
                return self._heard[trial]
            readings, top = self._readings(trial)
            outcome = self.ends[trial].outcome
            at_stake = None if world.decision is None else stakes(world.decision, outcome)
            paid, work = valued(world, outcome), halted(world, outcome)
            self._heard[trial] = heard(
                world.facts,
                readings,
                paid,
                top,
                status=world.true_status,
                work=work,
                stakes=at_stake,
                patterns=world.patterns,
            )._replace(
                sat=self._sat(trial),
                checked=self._checked(trial),
                candidates=self._candidates(trial, world),
                met=met_in(self.casts, trial, self.ends[trial].rounds),
                generations=generations_of(self.casts, trial, self.ends[trial]),
                **self._taken(trial),
                days=days_in(self.casts, trial, self.ends[trial].rounds),
                **self._graded(trial, readings if top is None else [top]),
            )
        return self._heard[trial]

    def _taken(self, trial: TrialId) -> dict[str, Any]:
        """Return what a trial takes, if reports are audited anywhere in the run."""
        calls, tokens = self.log.index.taken(str(trial))
        return {"calls_taken": calls, "tokens_taken": tokens} if self._with_audits else {}

    @cached_property
    def _with_audits(self) -> bool:
        return any(has_audits(self.casts.plan(condition.id)) for condition in self.record.conditions)

    def _checked(self, trial: TrialId) -> Callable[[], Sequence[Checked]] | None:
        """Return what reads a trial's reports beside their audits, once and if it is asked for; None without audits."""
        if not has_audits(self.casts.plan(trial.condition)):
            return None
        return cache(lambda: checked_of(self.casts.cast(trial), self.log, str(trial)))

    def _candidates(self, trial: TrialId, world: World) -> Candidates | None:
        pool = self.ends[trial].pool
        return None if pool is None or world.decision is None else candidates_of(world.decision, pool)

    def _graded(self, trial: TrialId, heard_of: Sequence[Reading]) -> dict[str, Any]:
        """Return what the executive hears of graded facts, and the share of them that workers report."""
        world = self.casts.world(trial)
        if world.grading is None:
            return {}
        workers = [seat.name for seat in self.casts.hierarchy(trial.condition).workers]
        at_the_bottom = graded(world, [self._all_readings(trial)[name] for name in workers])
        return {"graded": graded(world, heard_of), "filed": math.nan if at_the_bottom is None else at_the_bottom.told}

    def _all_readings(self, trial: TrialId) -> Mapping[str, Reading]:
        """Return the reading of every report: as logged, or by the instrument of today."""
        if not self.reread:
            return self.ends[trial].readings
        cast = self.casts.cast(trial)
        return read_trial(cast, self.replies(trial, [turn.name for turn in cast.plan.turns]))

    def _sat(self, trial: TrialId) -> list[Sat] | None:
        """Return what people did in a trial; None if nobody sits anywhere in the run."""
        if not self._with_people:
            return None
        hourly = self.record.experiment.people.hourly
        return sittings(self.casts.cast(trial), self.log, str(trial), self.ends[trial], hourly)

    @cached_property
    def _with_people(self) -> bool:
        return self.casts.people()

    def _ordered(self, trial: TrialId) -> Heard:
        """Return what the workers heard, where nothing climbs: the lengths and troubles are those of their orders."""
        world, hierarchy = self.casts.world(trial), self.casts.hierarchy(trial.condition)
        down, deeds = self._orders(trial)
        superiors = superiors_of(hierarchy)
        last = [down[name].model_copy(update={"fates": ""}) for name in dict.fromkeys(superiors.values())]
        reached = None
        if world.charter is not None and world.assignment is not None and deeds is not None:
            reached = carried(world.charter, world.assignment, deeds, down, superiors)
        return heard((), last)._replace(carried=reached)

    def _orders(self, trial: TrialId) -> tuple[Mapping[str, Reading], Deeds | None]:
        """Return the readings of the orders and the deeds: as logged, or by the instrument of today."""
        end = self.ends[trial]
        if not self.reread:
            return end.down, end.deeds
        cast = self.casts.cast(trial)
        replies = self.replies(trial, [turn.name for turn in cast.plan.turns])
        deeds = read_deeds(cast, replies) if cast.world.assignment is not None else None
        return read_orders(cast, replies), deeds

    def speakers(self, trial: TrialId) -> Sequence[str]:
        """Return the seats that report to the executive."""
        hierarchy = self.casts.hierarchy(trial.condition)
        return hierarchy.reports_of(hierarchy.executive.name)

    def replies(self, trial: TrialId, turns: Collection[str]) -> dict[str, Reply]:
        """Return the texts of these turns of a finished trial, and of the turns that their texts follow from.

        Raises:
            LogDamaged: If the log does not hold all of it.
        """
        found = retold(self.casts.cast(trial), self.log, str(trial), turns)
        if missing := [turn for turn in turns if turn not in found]:
            raise LogDamaged(f"{self.log.path}: trial {trial} is finished and the message of {missing[0]} is gone")
        return found

    def _readings(self, trial: TrialId) -> tuple[list[Reading], Reading | None]:
        """Return the readings of what reaches the executive: as logged, or by the instrument of today."""
        speakers, end = self.speakers(trial), self.ends[trial]
        readings, top = end.readings, end.top
        if self.reread:
            cast = self.casts.cast(trial)
            plan = cast.plan
            turns = {plan.sent[seat] for seat in speakers}.union(*(plan.by_name[seat].hears for seat in speakers))
            replies = self.replies(trial, turns.union(plan.top))
            readings, top = read_trial(cast, replies, only=speakers), read_top(cast, replies)
        return [readings[seat] for seat in speakers], top


@dataclass(frozen=True)
class Side:
    """The trials of one side."""

    run: RunHeard
    arm: Arm
    """The settings that make it; empty for all conditions of the run."""
    named: bool = False
    """Whether its label names the run, as where the other side is of another run."""

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that have the arm's settings."""
        return tuple(c for c in self.run.record.conditions if self.arm.items() <= c.factors.items())

    @property
    def label(self) -> str:
        """What it is called."""
        settings = ", ".join(f"{key}={shown(value)}" for key, value in self.arm.items())
        if not self.named:
            return settings or "all"
        return f"{self.run.record.id} {settings}".rstrip()

    @cached_property
    def trials(self) -> tuple[TrialId, ...]:
        """Its finished trials."""
        wanted = {condition.id for condition in self.conditions}
        return tuple(trial for trial in self.run.ends if trial.condition in wanted)

    @property
    def unfinished(self) -> int:
        """How many of its trials are not finished."""
        experiment = self.run.record.experiment
        return len(self.conditions) * len(experiment.seeds) * experiment.replicates - len(self.trials)

    @cached_property
    def instruments(self) -> frozenset[str]:
        """Versions of the instruments that read its messages."""
        if self.run.reread:
            return frozenset({Reader.version})
        return frozenset(self.run.said[trial].instrument for trial in self.trials)

    @cached_property
    def cut_off(self) -> float:
        """Share of the messages in its finished trials, at any hop, that their length limit cut off."""
        return self._share(lambda said: said.cut_off)

    @cached_property
    def foreign(self) -> float:
        """Share of the messages in its finished trials, at any hop, in another language than English."""
        return self._share(lambda said: said.foreign)

    def _share(self, count: Callable[["Said"], int]) -> float:
        mine = [self.run.said[trial] for trial in self.trials]
        messages = sum(said.messages for said in mine)
        return sum(map(count, mine)) / messages if messages else 0.0

    @cached_property
    def limit(self) -> AtLimit | None:
        """What the executive hears in its deepest trials, if that lies at ceiling or floor."""
        hops = {trial: self.run.casts.hierarchy(trial.condition).depth for trial in self.trials}
        longest = max(hops.values(), default=0)
        kept: dict[Hashable, list[float]] = {}
        for trial in self.trials:
            if hops[trial] == longest and not math.isnan(share := self.run.heard(trial).share("K")):
                kept.setdefault(trial.seed, []).append(share)
        return at_limit(share_by_world(kept), longest)

    def read(self) -> None:
        """Read what is read of the log when it is first asked for, which may be after the log is closed."""
        _ = self.run.said, self.limit

    def world(self, trial: TrialId) -> World:
        """Return a trial's world."""
        return self.run.casts.world(trial)

    def others(self, trial: TrialId) -> tuple[tuple[str, Value], ...]:
        """Return the settings of a trial's factors that do not make the arm, by which it must be matched too."""
        factors = self.run.casts.condition(trial).factors
        return tuple(sorted((key, value) for key, value in factors.items() if key not in self.arm))


def differing(a: Side, b: Side) -> list[str]:
    """List how two sides differ, each as `what: a's | b's`: settings, prompts, models, instrument, program."""
    return [*_settings(a, b), *_things(a, b)]


def _settings(a: Side, b: Side) -> Iterator[str]:
    keys = dict.fromkeys(key for side in (a, b) for condition in side.conditions for key in condition.resolved)
    for key in keys:
        first, second = (_values(side, key) for side in (a, b))
        if first != second:
            yield f"{key}: {_listed(first)} | {_listed(second)}"


def _values(side: Side, key: str) -> list[str]:
    values = dict.fromkeys(condition.resolved.get(key) for condition in side.conditions)
    return ["not set" if value is None else shown(value) for value in values]


def _things(a: Side, b: Side) -> Iterator[str]:
    first, second = a.run.record, b.run.record
    if first is not second:
        for name in sorted(set(first.prompts) & set(second.prompts)):
            one, other = first.prompts[name].digest[:8], second.prompts[name].digest[:8]
            if one != other:
                yield f"text of prompt {name}: {one} | {other}"
        for name in sorted(set(first.models) & set(second.models)):
            one_model, other_model = _model(first, name), _model(second, name)
            keys = sorted(one_model.keys() | other_model.keys())
            if changed := [key for key in keys if one_model.get(key) != other_model.get(key)]:
                yield f"what {name} stands for: {', '.join(changed)}"
        if first.versions.get("mazedom") != second.versions.get("mazedom"):
            yield f"mazedom: {first.versions.get('mazedom')} | {second.versions.get('mazedom')}"
    if a.instruments != b.instruments:
        yield f"instrument: {_listed(sorted(a.instruments))} | {_listed(sorted(b.instruments))}"


def _model(record: RunRecord, name: str) -> dict[str, Any]:
    """Return all of a model that can change its replies, as a flat mapping: label, fingerprint, parameters."""
    source = record.models[name]
    asked = {f"{part}.{key}": value for part in ("params", "extra_body") for key, value in _part(source, part)}
    fingerprint = record.served.get(name, {}).get("fingerprint")
    return {"label": source.label, "fingerprint": fingerprint, **asked}


def _part(source: Source, part: str) -> Iterable[tuple[str, Any]]:
    values: Mapping[str, Any] = getattr(source.spec, part)
    return values.items()


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values)
