"""Which clauses of a run's charters are lost sooner on their way down: hazard ratios by rank, must-not, crowd, owner.

Conditions that differ only in how much is told (`goals`, `owner`) are taken
together, for that is what the ratios are of; all others are apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from chains.analysis.results.charter import Told, superiors_of
from chains.experiments.condition_name import shown
from chains.experiments.experiment import Condition
from chains.organisation.hierarchy import Hierarchy
from chains.running.run_record import Casts, RunRecord
from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.fit.inference import How
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.stats.survival.ranks import RATIOS, Descents, rank_law

TOLD = ("goals", "owner")
"""Settings that say how much of the charter is told."""


class Ranked(NamedTuple):
    """Hazard ratios over the conditions that differ only in how much of the charter is told."""

    name: str
    worlds: int
    clauses: int
    """Ways of a clause down a chain."""
    ratios: Mapping[str, Estimate | Unknown]


def ranked(record: RunRecord, trials: Sequence[Told]) -> list[Ranked]:
    """Return the hazard ratios of every condition, those that differ only in how much is told taken together."""
    casts = Casts(record)
    groups: dict[str, list[Condition]] = {}
    for condition in record.conditions:
        groups.setdefault(_name(condition), []).append(condition)
    found = []
    for name, conditions in groups.items():
        ids = {condition.id for condition in conditions}
        rows = [
            row
            for one in trials
            if one.trial.condition in ids
            for row in _rows(one, casts.hierarchy(one.trial.condition))
        ]
        if rows:
            found.append(_ranked(name, rows, replicated=record.experiment.replicates > 1))
    return found


class _Row(NamedTuple):
    world: int
    clause: str
    miss: int
    depth: int
    about: tuple[float, float, float, float]


def _ranked(name: str, rows: Sequence[_Row], *, replicated: bool) -> Ranked:
    worlds = {world: at for at, world in enumerate(sorted({row.world for row in rows}))}
    clauses = {key: at for at, key in enumerate(sorted({(row.world, row.clause) for row in rows}))}
    ratios: Mapping[str, Estimate | Unknown]
    if len(worlds) < FEWEST_WORLDS:
        why = f"{len(worlds)} worlds are too few; {FEWEST_WORLDS} are needed"
        ratios = dict.fromkeys(RATIOS, Unknown(why))
    else:
        descents = Descents(
            world=np.array([worlds[row.world] for row in rows]),
            clause=np.array([clauses[row.world, row.clause] for row in rows]),
            miss=np.array([row.miss for row in rows]),
            depth=np.array([row.depth for row in rows]),
            about=np.array([row.about for row in rows]),
        )
        ratios = rank_law(descents, How(), frailty=replicated)
    return Ranked(name, len(worlds), len(rows), ratios)


def _rows(one: Told, hierarchy: Hierarchy) -> Iterator[_Row]:
    """Return a row for each clause and each way down on which it could be followed: to each seat above a worker."""
    goals = [clause.id for clause in one.charter.goals]
    owned = any(clause.owner for clause in one.charter.clauses)
    for superior in dict.fromkeys(superiors_of(hierarchy).values()):
        path = list(reversed(hierarchy.path_up(superior)))
        for at, clause in enumerate(one.charter.clauses):
            if clause.owner:
                continue
            fates = [one.orders[seat].fates[at] for seat in path]
            miss = next((hop for hop, fate in enumerate(fates, 1) if fate != "K"), 0)
            rank = 0 if clause.must_not else goals.index(clause.id)
            about = (float(rank), float(clause.must_not), float(len(goals) - 1), float(owned))
            # Of each condition apart: conditions of one run may have their chance in common, as the channel's have and
            # replies that are shared, and a random effect over all of them would take that for a trait of the clause.
            yield _Row(one.trial.seed, f"{one.trial.condition} {clause.id}", miss, len(path), about)


def _name(condition: Condition) -> str:
    others = [f"{key}={shown(value)}" for key, value in condition.factors.items() if key not in TOLD]
    return ", ".join(others) or "all"
