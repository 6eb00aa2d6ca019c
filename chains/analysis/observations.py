"""Observations of runs, the input of `law`: the fate of every fact in every message on its way up.

A fact is followed along its holder's path, so in an uneven hierarchy its depth
is its holder's level. What the executive writes is no hop.

Several runs are taken together: a condition is named by the settings that
differ between all their conditions, so that arms of one condition may stand in
different runs, and a second run of the same condition adds replicates.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chains.analysis.results.finished import Finished, Tell, silent, telling
from chains.analysis.results.regret import priced
from chains.errors import BadInput, nearest
from chains.experiments.condition_name import shown
from chains.experiments.experiment import Condition, TrialId
from chains.experiments.hypotheses import OF_THE_LAW
from chains.fates import FATE_OF
from chains.models.spec import EMBEDDED
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.turn_key import ROUND, Key
from chains.running.log.log import Log
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.stats.observations.observations import ALL, Regret
from chains.stats.observations.ways import Gathered, Ways, bad_or_good
from chains.worlds.world import World, claims_notes, unverified_notes

_CHAIN = ("world", "replicate", "condition", "copy")
_FACT = ("depth", "statement", "valence", "weight", "pair")
_MESSAGE = ("hop", "fate", "words", "cut_off", "foreign")
COLUMNS = (*_CHAIN, *_FACT, *_MESSAGE)
"""Of a followed fact, in the order in which rows have them."""


class Run(NamedTuple):
    """A run, open for reading."""

    record: RunRecord
    log: Log


def of_runs(runs: Sequence[Run], tell: Tell = silent) -> Ways:
    """Return how the facts of the finished trials of one run or several fared on their ways up.

    Args:
        runs: The runs.
        tell: Told how far it is.

    Raises:
        BadInput: If a run has no finished trial, or the runs are of different worlds or instruments.
    """
    _check_alike([run.record for run in runs])
    names = condition_names([run.record for run in runs])
    found = Gathered()
    for run, named in zip(runs, names, strict=True):
        before = len(found)
        _gather(found, run, named, f"{run.record.id}." if len(runs) > 1 else "", tell)
        if len(found) == before and claims_notes(run.record.worlds.values()):
            raise BadInput(f"run {run.record.id} has no typed fact in a finished trial, and no law counts claims")
        if len(found) == before:
            raise BadInput(
                f"run {run.record.id} has no finished trial; `mazedom resume {run.record.id}` goes on with it"
            )
    return found.ways(exact=are_exact(runs))


def _gather(found: Gathered, run: Run, named: Mapping[str, str], prefix: str, tell: Tell) -> None:
    """Add the ways of one run's facts."""
    climbs = _Climbs(run, named, tell)
    for trial, end in telling(climbs.finished.items(), len(climbs.finished), tell):
        chain = (
            found.number("condition", named[trial.condition]),
            found.number("world", f"w{trial.seed}"),
            found.number("replicate", f"{prefix}{trial.replicate}"),
            found.number("copy", climbs.copy_of(trial)),
        )
        for place, path in climbs.paths(trial, end).items():
            readings = [end.readings[seat] for seat in path]
            fates = "".join(reading.fates[place] for reading in readings)
            if not path or not set(fates) <= FATE_OF.keys():
                continue  # a law can't take a fact that is not read at every hop
            fact = climbs.fact(trial, place)
            about = (
                found.number("statement", fact.statement),
                found.number("pair", fact.pair),
                bad_or_good(fact.valence),
                fact.weight,
            )
            cut = sum(reading.finish == "length" for reading in readings)
            foreign = sum(reading.language is not None for reading in readings)
            found.add(chain, about, fates, (float(readings[-1].words), cut, foreign))


def are_exact(runs: Sequence[Run]) -> bool:
    """Return whether the fates of runs are known without error, as those of a channel are."""
    sources = [source for run in runs for source in run.record.models.values()]
    models_read = any(run.log.reader is not None for run in runs)
    return bool(sources) and all(source.traits.is_exact for source in sources) and not models_read


def condition_names(records: Sequence[RunRecord]) -> list[dict[str, str]]:
    """Return for each run the name of each of its conditions, by its id: "prompt=career"; "all" if nothing differs."""
    conditions = [condition for record in records for condition in record.conditions]
    keys = list(dict.fromkeys(key for condition in conditions for key in condition.resolved))
    varied = [
        key for key in keys if key not in OF_THE_LAW and len({_shown(condition, key) for condition in conditions}) > 1
    ]
    by_run = _differ(records)
    return [
        {
            condition.id: ", ".join(
                [f"{key}={_shown(condition, key)}" for key in varied] + ([f"run={record.id}"] if by_run else [])
            )
            or ALL
            for condition in record.conditions
        }
        for record in records
    ]


def planned_chains(runs: Sequence[Run]) -> dict[str, dict[int, int]]:
    """Return how many chains runs were to have, by the name of the condition and the depth in hops."""
    chains: dict[str, dict[int, set[Hashable]]] = defaultdict(lambda: defaultdict(set))
    for run, named in zip(runs, condition_names([run.record for run in runs]), strict=True):
        casts = Casts(run.record)
        for trial in run.record.trials():
            hierarchy = casts.hierarchy(trial.condition)
            for depth in {len(hierarchy.path_up(worker.name)) - 1 for worker in hierarchy.workers}:
                chains[named[trial.condition]][depth].add((run.record.id, trial.seed, trial.replicate))
    return {name: {depth: len(some) for depth, some in by.items()} for name, by in chains.items()}


def missing_notes(runs: Sequence[Run]) -> list[str]:
    """Say of each run which trials are missing, and why."""
    notes = []
    for run in runs:
        ended = Counter(run.log.index.status(str(trial)) for trial in run.record.trials())
        why = {
            "not run yet": ended[None],
            "failed": ended["failed"],
            "waiting for a person": ended["waiting"],
        }
        if any(why.values()):
            told = ", ".join(f"{count} {what}" for what, count in why.items() if count)
            missing = sum(why.values())
            notes.append(
                f"run {run.record.id}: {missing} of {ended.total()} trials are missing ({told}); "
                f"`mazedom resume {run.record.id}` goes on with them"
            )
    return notes


def regrets_of(runs: Sequence[Run]) -> dict[str, list[Regret]]:
    """Return what the decision of each finished trial cost, by the name of the condition."""
    found: dict[str, list[Regret]] = defaultdict(list)
    for run, named in zip(runs, condition_names([run.record for run in runs]), strict=True):
        casts = Casts(run.record)
        for one in priced(run.record, Finished(run.record, run.log)):
            if one.payoffs is not None:
                managers = casts.hierarchy(one.trial.condition).depth - 1
                found[named[one.trial.condition]].append(Regret(f"w{one.trial.seed}", managers, one.payoffs.regret))
    return found


def _shown(condition: Condition, key: str) -> str:
    value = condition.resolved.get(key)
    return "default" if value is None else shown(value)


def _differ(records: Sequence[RunRecord]) -> bool:
    """Return whether a prompt or model has one name and several contents in the runs, so that they stay apart."""
    prompts: dict[str, str] = {}
    models: dict[str, str] = {}
    for record in records:
        for name, prompt in record.prompts.items():
            if prompts.setdefault(name, prompt.model_dump_json()) != prompt.model_dump_json():
                return True
        for name, source in record.models.items():
            if models.setdefault(name, repr(source)) != repr(source):
                return True
    return False


def _check_alike(records: Sequence[RunRecord]) -> None:
    """Check that a world's seed means the same world in all runs, and that one instrument read them."""
    first = records[0]
    known: dict[int, tuple[set[str], str]] = {}
    for record in records:
        if record.instrument != first.instrument:
            raise BadInput(
                f"runs {first.id} and {record.id} were read by different instruments ({first.instrument} and "
                f"{record.instrument}), so their fates can't be taken together"
            )
        for seed in record.experiment.seeds:
            mine = {_untwinned(record, condition, seed) for condition in record.conditions}
            theirs, name = known.setdefault(seed, (mine, record.id))
            if not mine & theirs:
                raise BadInput(f"world {seed} of run {record.id} is not world {seed} of run {name}; take them apart")


def _untwinned(record: RunRecord, condition: Condition, seed: int) -> str:
    world = record.worlds[record.world_of[f"{condition.id}.w{seed}"]]
    return (world.twinned() if condition.settings.twin else world).digest


class Followed(NamedTuple):
    """One fact in one message on its way up, and where that message is from."""

    trial: TrialId
    seat: str
    place: int
    """Of the fact among the world's."""
    row: tuple[Any, ...]
    """As COLUMNS has it."""
    whole: bool
    """Whether the fact is read at every hop; a law can't take one that is not."""
    hedge: str
    """A letter for what became of its hedge; empty in a world in which no fact carries a hedge or a source."""
    source: str


def followed_facts(run: Run, named: Mapping[str, str], prefix: str = "", tell: Tell = silent) -> Iterator[Followed]:
    """Follow each fact of each finished trial up its chain, hop by hop.

    Args:
        run: The run.
        named: The name of each condition, by its id.
        prefix: What stands before a replicate's number, where several runs are taken together.
        tell: Told how far it is.
    """
    climbs = _Climbs(run, named, tell)
    for trial, end in telling(climbs.finished.items(), len(climbs.finished), tell):
        copy = climbs.copy_of(trial)
        chain = (f"w{trial.seed}", f"{prefix}{trial.replicate}", named[trial.condition], copy)
        for place, path in climbs.paths(trial, end).items():
            fact = climbs.fact(trial, place)
            about = (len(path), *fact)
            whole = all(end.readings[seat].fates[place] in FATE_OF for seat in path)
            for hop, seat in enumerate(path, 1):
                reading = end.readings[seat]
                cut = reading.finish == "length"
                other = reading.language is not None
                if (letter := reading.fates[place]) not in FATE_OF:
                    continue  # unread, or a claim that the rules read
                row = (*chain, *about, hop, letter, float(reading.words), cut, other)
                hedge, source = ((letters or "")[place : place + 1] for letters in (reading.hedges, reading.sources))
                yield Followed(trial, seat, place, row, whole, hedge, source)


class _Fact(NamedTuple):
    """What is said once of a fact."""

    statement: str
    valence: str
    weight: float
    pair: str
    """What it has in common with its twin; empty without one."""


class _Climbs:
    """The finished trials of a run, and which way each fact goes up in them."""

    def __init__(self, run: Run, named: Mapping[str, str], tell: Tell) -> None:
        self._casts, self._named = Casts(run.record), named
        self.finished = Finished(run.record, run.log)
        self._copies = _copies(run.log, self._casts, self.finished, named, tell)

    def copy_of(self, trial: TrialId) -> str:
        """Return a name for all that was said in a trial's chain, the same where the same was said."""
        return self._copies[_chain_of(trial, self._casts, self._named)]

    def fact(self, trial: TrialId, place: int) -> _Fact:
        """Return what is said once of a fact."""
        fact = self._casts.world(trial).facts[place]
        twin = " twin" if self._casts.condition(trial).settings.twin else ""
        return _Fact(fact.id + twin, fact.valence, float(fact.severity), fact.id if fact.twin is not None else "")

    def paths(self, trial: TrialId, end: TrialEnd) -> Mapping[int, Sequence[str]]:
        """Return the seats that pass each fact on, from its holder up, by the fact's place in the world."""
        world, hierarchy = self._casts.world(trial), self._casts.hierarchy(trial.condition)
        holders = _holders(self._casts, trial, world, hierarchy, end)
        ways = {holder: hierarchy.path_up(holder)[:-1] for holder in set(holders.values())}
        return {place: ways[holder] for place, holder in holders.items()}


def _chain_of(trial: TrialId, casts: Casts, named: Mapping[str, str]) -> Hashable:
    """Return what the laws take for one chain: condition, world, replicate and depth."""
    return named[trial.condition], trial.seed, trial.replicate, casts.hierarchy(trial.condition).depth


def _holders(casts: Casts, trial: TrialId, world: World, hierarchy: Hierarchy, end: TrialEnd) -> Mapping[int, str]:
    """Return who holds each fact, by its place in the world; of two holders, one who reported it as it is."""
    if len(hierarchy.workers) == 1:  # a chain: no need to deal
        return dict.fromkeys(range(len(world.facts)), hierarchy.workers[0].name)
    places = {fact.id: place for place, fact in enumerate(world.facts)}
    dealt = casts.cast(trial).dealt
    found = {places[fact]: worker for worker, held in dealt.items() for fact in held}
    if world.shared:  # what one of two witnesses reports is known above, whoever it is
        kept = {
            places[fact]: worker
            for worker, held in dealt.items()
            for fact in held
            if end.readings[worker].fates[places[fact]] == "K"
        }
        found |= kept
    return found


def _copies(
    log: Log, casts: Casts, finished: Mapping[TrialId, TrialEnd], named: Mapping[str, str], tell: Tell
) -> Mapping[Hashable, str]:
    """Return a short name for everything that was said in each chain, the same where the same was said."""
    said: dict[Hashable, Any] = {}  # digests of replies by chain; twins count as one chain, so theirs go together
    for trial, end in telling(finished.items(), len(finished), lambda far: tell(f"replies of {far}")):
        first = (casts.round_settings(trial.condition).rounds - 1) * ROUND
        digests = ((seat, log.reply_digest(Key(str(trial), seat, first))) for seat in sorted(end.readings))
        text = " ".join(digest or f"{trial} {seat}" for seat, digest in digests)
        chain = _chain_of(trial, casts, named)
        if chain in said:
            said[chain].update(f"\n{text}".encode())
        else:
            said[chain] = hashlib.sha256(text.encode())
    return {chain: digest.hexdigest()[:16] for chain, digest in said.items()}


def law_notes(records: Sequence[RunRecord], *, by_rules: bool = True) -> list[str]:
    """Return notes on the models and the instrument behind the observations of runs.

    Args:
        records: The runs.
        by_rules: Whether the rules read the messages, so that claims count nowhere.
    """
    sources = {source.label: source for record in records for source in record.models.values()}
    worlds = [world for record in records for world in record.worlds.values()]
    notes = unverified_notes(worlds) + (claims_notes(worlds) if by_rules else [])
    notes += dict.fromkeys(note for record in records for note in record.notes)
    if sources and all(source.traits.is_synthetic for source in sources.values()):
        notes.append("a synthetic channel: the losses are planted, so this checks the estimators and is no finding")
    elif sources:
        notes.append(f"this is the law of {', '.join(sorted(sources))} under these prompts, and of no other model")
    if any(Casts(record).plan(condition.id).joined for record in records for condition in record.conditions):
        notes.append(
            "what reaches the executive past its chain of command is not in the law, which is of the chain alone"
        )
    if EMBEDDED in sources:
        notes.append(f"{EMBEDDED} has 135 million parameters and says nothing about larger models")
    return notes


def pairs_by(conditions: Sequence[str], factor: str) -> list[tuple[str, str]]:
    """Return the pairs of conditions that differ in one factor alone: each other setting against the first.

    The setting called plain, if there is one, is taken for the first.

    Raises:
        BadInput: If conditions are not told apart by `factor`.
    """
    parts = {name: dict(part.split("=", 1) for part in name.split(", ") if "=" in part) for name in conditions}
    known = {key for settings in parts.values() for key in settings}
    if factor == "depth":
        raise BadInput("--by depth: the law is about depth already; name another factor")
    if factor not in known:
        raise BadInput(f"conditions do not differ by {factor!r}{nearest(factor, known)}")
    alike: dict[Hashable, list[str]] = defaultdict(list)
    for name, settings in parts.items():
        alike[tuple((key, value) for key, value in settings.items() if key != factor)].append(name)
    pairs = []
    for names in alike.values():
        first = next((name for name in names if parts[name].get(factor) == "plain"), names[0])
        pairs += [(first, name) for name in names if name != first]
    return pairs
