"""What runs kept by load: at the first manager, over a number of hops, at the end of the chain."""

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.analysis.observations import Run, condition_names
from chains.analysis.results.run_results import Results, results
from chains.errors import BadInput
from chains.stats.fit.lazy_intervals import mean_interval
from chains.stats.load.dose_response import SHARE, DoseResponse, dose_response
from chains.stats.observations.observations import ALL
from chains.stats.paired.shares import Share, share_by_world

HOPS = 4
"""Over how many hops a capacity is given, if chains are as long."""
FIRST_MANAGER = 2
"""The hop of the first manager's report: the worker's is the first."""
_LOADS = ("facts", "facts_each", "note_words")
"""Settings that are a load."""


class Kept(NamedTuple):
    """What one condition kept, over worlds."""

    worker: Share
    first: Share
    """By the first manager's report."""
    end: Share
    """At the end of the chain."""
    hops: int
    """Of the chain."""

    @property
    def relayed(self) -> float:
        """Share kept by the first manager of what the worker's report keeps; 0 if that is nothing."""
        return self.first.value / self.worker.value if self.worker.value else 0.0

    @property
    def loss(self) -> float:
        """Cumulative hazard of one manager: -ln of what is left of what the worker told, the mean over managers.

        As if half a fact were left where none is.
        """
        left = max(self.end.value, 0.5 / max(1, self.end.worlds)) / max(self.worker.value, 1e-9)
        return max(0.0, -math.log(min(1.0, left))) / (self.hops - 1)


def kept(found: Results) -> Kept:
    """Return what the only condition of a run kept.

    Raises:
        BadInput: If it has no finished trial, or no manager.
    """
    hops = max((max(shares) for shares in found.by_trial.values() if shares), default=0)
    if not hops:
        raise BadInput(f"run {found.record.id} has no finished trial in which facts climb")
    if hops < FIRST_MANAGER:
        raise BadInput("a chain of 1 hop has no manager; set depth = 2 or more")
    by_hop: dict[int, dict[Hashable, list[float]]] = defaultdict(lambda: defaultdict(list))
    for trial, shares in found.by_trial.items():
        for hop, one in shares.items():
            by_hop[hop][trial.seed].append(one.kept)
    worker, first, end = (_share(by_hop[hop]) for hop in (1, FIRST_MANAGER, hops))
    return Kept(worker, first, end, hops)


def _share(by_world: Mapping[Hashable, Sequence[float]]) -> Share:
    """Return a share with the interval of resampled worlds, where they differ.

    As in `Results.summary`: a share of many facts differs less from world to world than a yes or no.
    """
    found = share_by_world(by_world)
    ends = mean_interval((world, value) for world, values in by_world.items() for value in values)
    return found if ends is None else found._replace(low=ends[0], high=ends[1])


class Carried(NamedTuple):
    """Retention against load in one condition."""

    name: str
    of: str
    """What the load is: facts, or words of the notes."""
    hops: int
    found: DoseResponse

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"condition": self.name, "load": self.of, "hops": self.hops, **self.found.document()}

    @property
    def sentence(self) -> str:
        """The load that it carries, with its interval."""
        capacity, doses = self.found.capacity, self.found.doses
        over = f"over {self.hops} hop{'s' * (self.hops > 1)}"
        if capacity.value == 0:
            return f"{self.name}: fewer than {doses[0].load:g} {self.of} carried at {SHARE:.0%} {over}"
        if capacity.value > doses[-1].load:
            return f"{self.name}: more than {doses[-1].load:g} {self.of} carried at {SHARE:.0%} {over}"
        ends = ""
        if capacity.low == capacity.low:
            low = f"fewer than {doses[0].load:g}" if capacity.low == 0 else f"{capacity.low:.1f}"
            high = f"more than {doses[-1].load:g}" if capacity.high > doses[-1].load else f"{capacity.high:.1f}"
            ends = f" (95% interval {low} to {high})"
        return f"{self.name}: {capacity.value:.1f} {self.of} carried at {SHARE:.0%} {over}{ends}"


def carried(runs: Sequence[Run], hops: int | None = None) -> list[Carried]:
    """Return retention against load, condition by condition: those that differ in the load alone are one.

    Args:
        runs: With several loads between them. The load is the number of facts; where that is the same everywhere, the
            words of the notes.
        hops: Over how many; None: four, or as many as the shortest chain has.

    Raises:
        BadInput: If there is only one load, or a chain is shorter than `hops`.
    """
    found = [results(run.record, run.log) for run in runs]
    names = condition_names([run.record for run in runs])
    loads = {
        (at, condition.id): _load(run, condition.id)
        for at, run in enumerate(runs)
        for condition in run.record.conditions
    }
    of, place = ("facts", 0) if len({load[0] for load in loads.values()}) > 1 else ("words of notes", 1)
    longest = min((max(shares) for one in found for shares in one.by_trial.values() if shares), default=0)
    if not longest:
        raise BadInput(f"run {runs[0].record.id} has no finished trial in which facts climb")
    if hops is not None and hops > longest:
        raise BadInput(f"--hops {hops}: a chain here has {longest}")
    over = hops or min(HOPS, longest)
    by: dict[str, dict[float, dict[Hashable, list[float]]]] = {}
    for at, (one, named) in enumerate(zip(found, names, strict=True)):
        for trial, shares in one.by_trial.items():
            name = _without_load(named[trial.condition], place) or _model(runs[at])
            if over in shares:
                under = by.setdefault(name, {}).setdefault(float(loads[at, trial.condition][place]), {})
                under.setdefault(trial.seed, []).append(shares[over].kept)
    if all(len(under) < 2 for under in by.values()):
        raise BadInput("there is only one load; vary it, as in --set facts=8,16,24,40,60, or name several runs")
    return [Carried(name, of, over, dose_response(under)) for name, under in by.items() if len(under) > 1]


def _load(run: Run, condition: str) -> tuple[int, int]:
    """Return how many facts a condition's worlds have, and how many words its notes."""
    values = next(one for one in run.record.conditions if one.id == condition).resolved
    digest = run.record.world_of[f"{condition}.w{run.record.experiment.seeds[0]}"]
    return len(run.record.worlds[digest].facts), int(str(values.get("note_words") or 0))


def _without_load(name: str, place: int) -> str:
    """Return a condition's name without the setting that is the load."""
    left_out = _LOADS[:2] if place == 0 else _LOADS[2:]
    parts = (part for part in name.split(", ") if part not in (ALL, "note_words=default"))
    return ", ".join(part for part in parts if part.partition("=")[0] not in left_out)


def _model(run: Run) -> str:
    """Return what holds the managers' seats, which names a condition that nothing else tells from others."""
    settings = run.record.conditions[0].settings
    return str(settings.model.narrower.get("manager", settings.model.general))
