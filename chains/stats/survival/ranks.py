"""On the way down: do lower goals, must-nots and crowded charters fare worse than a first goal that is alone?

The hazard of a clause kept so far has a level of its own for every hop (dummies),
times a hazard ratio for each of what tells clauses apart:

    rank       each rank below the first
    must not   being a must-not, against the first goal
    crowd      each goal that the charter has beyond the first
    owner      the order naming an owner

times the clause's random effect, shared by its replicates: complementary log-log
regression, the exact form of proportional hazards for grouped times, as for the
valence of facts. A ratio is given where what it is of varies. Ranks
are told from subjects by drawing them anew for every world.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Estimate, Unknown, document
from chains.stats.fit.inference import How, fitted
from chains.stats.fit.likelihood import Counts, Entries, Floats, Integers, counts_of

RATIOS = ("rank", "must not", "crowd", "owner")
"""Hazard ratios, in the order of the columns of `Descents.about`."""
_LOW, _HIGH = -16.0, 4.0
_STEEPEST = 5.0
"""Bound of a log hazard ratio."""


@dataclass(frozen=True, eq=False)
class Descents:
    """A row is one clause's way down one chain. Worlds and clauses are numbered from 0.

    A clause is another one in another condition: conditions that draw on the same chance would else look as if the
    clause itself were hard or easy to keep, and ratios would come out too large (tests/bench/planted_five_words.py).
    """

    world: Integers
    clause: Integers
    """Which clause of which world in which condition: the same number in every replicate."""
    miss: Integers
    """The hop of the first miss; 0 if there is none."""
    depth: Integers
    """Hops down."""
    about: Floats
    """What `RATIOS` are of: ranks below the first, 1 for a must-not, goals beyond the first, 1 for an owner; shape
    (rows, 4)."""

    @property
    def worlds(self) -> int:
        """How many numbers worlds have."""
        return int(self.world.max()) + 1 if len(self.world) else 0


class RatioHazard:
    """A level for each hop, and the log hazard ratio of each property of a cell.

    Args:
        hop: The place of each cell's hop among those with a level.
        about: The properties of each cell, shape (properties, cells).
        names: What they are called.
    """

    def __init__(self, hop: Integers, about: Floats, names: tuple[str, ...]) -> None:
        levels = [(hop == one).astype(float) for one in range(hop.max() + 1)]
        self._levels = np.vstack(levels)
        self._design = np.vstack([self._levels, about])
        self.names = (*(f"level.{one}" for one in range(len(levels))), *names)
        self.low = np.append(np.full(len(levels), _LOW), np.full(len(names), -_STEEPEST))
        self.high = np.append(np.full(len(levels), _HIGH), np.full(len(names), _STEEPEST))

    def at(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the log hazard by cell, and its derivatives."""
        return values @ self._design, np.broadcast_to(self._design, (len(values), *self._design.shape))

    def start(self, counts: Counts) -> Floats:
        """Return each hop's pooled hazard, and ratios of 1."""
        lost, passed = (self._levels @ each[0] for each in counts.by_cell(counts.total))
        return np.append(np.log(-np.log((passed + 0.5) / (lost + passed + 1.0))), np.zeros(len(self.names) - len(lost)))


def rank_law(descents: Descents, how: How, *, frailty: bool = True) -> Mapping[str, Estimate | Unknown]:
    """Estimate how clauses fare by what tells them apart.

    Args:
        descents: Of one condition, or of several that differ in what `RATIOS` is of.
        how: Errors and resamples.
        frailty: Whether a clause has a random effect; of one replicate it can't be told from chance.

    Returns:
        The hazard ratio of each of `RATIOS`; its null is 1, tested on both sides.
    """
    varied = [at for at in range(len(RATIOS)) if len(np.unique(descents.about[:, at])) > 1]
    found: dict[str, Estimate | Unknown] = {
        name: Unknown(f"{name} does not vary") for at, name in enumerate(RATIOS) if at not in varied
    }
    profiles, profile = np.unique(descents.about[:, varied], axis=0, return_inverse=True)
    hops = np.arange(1, int(descents.depth.max(initial=0)) + 1)
    last = np.where(descents.miss > 0, descents.miss, descents.depth)
    at_risk = np.array([last >= hop for hop in hops])
    missed = np.array([descents.miss == hop for hop in hops])
    # a hop at which all or nothing was lost says nothing about ratios, and has no finite level
    telling = missed.any(axis=1) & (missed.sum(axis=1) < at_risk.sum(axis=1))
    if not telling.any():
        why = "no hop lost some clauses and not others"
        return {name: found.get(name, Unknown(why)) for name in RATIOS}
    hops, at_risk, missed = hops[telling], at_risk[telling], missed[telling]
    here = profile.ravel() == np.arange(len(profiles))[:, None]
    # cells: hop by hop, every kind of clause
    lost, risked = (
        (each[:, None, :] & here[None]).reshape(-1, len(last)).T.astype(float) for each in (missed, at_risk)
    )
    entries = Entries(lost, risked - lost, np.arange(len(lost)))
    counts = counts_of(descents.clause, descents.world, entries, descents.worlds)
    places = np.repeat(np.arange(len(hops)), len(profiles))
    about = np.tile(profiles, (len(hops), 1)).T
    hazard = RatioHazard(places, about, tuple(RATIOS[at] for at in varied))
    fit = fitted(counts, hazard, np.repeat(hops, len(profiles)), how, frailty=frailty)
    found |= {RATIOS[at]: fit.estimate(RATIOS[at], ratio=True) for at in varied}
    return {name: found[name] for name in RATIOS}


def rank_document(found: Mapping[str, Estimate | Unknown]) -> dict[str, Any]:
    """Return hazard ratios as JSON, by name."""
    return {name: document(one, "hazard_ratio") for name, one in found.items()}
