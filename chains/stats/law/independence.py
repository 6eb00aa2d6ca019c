"""Whether chains lose their facts independently of each other, as every law with a random effect takes it.

Replicates that repeat themselves (a low temperature), and arms that are one chain read
off at several depths, lose the same fact *at the same hop*. That facts differ makes them
lose the same facts too, but not at the same hop. So of two chains that lose a fact at
hop h or h + 1, count how often both do so at the same one. By cross-product ratio

    odds = P(h, h) P(h+1, h+1) / (P(h, h+1) P(h+1, h))

which is 1 for independent chains whatever the hazard of each hop, and whatever the
depth of each chain; Mantel and Haenszel's estimate (1959) pools it over hops and depths.
Facts that differ leave it slightly above 1, by as much as the fitted law says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.estimates import Unknown, rounded
from chains.stats.fit.likelihood import Flags, Floats, Integers, nodes_of
from chains.stats.observations.first_loss import Paths

_EVEN = 0.25
"""Added to both sides of the odds, so that a handful of pairs on one side alone has finite odds."""
FEWEST_PAIRS = 20
"""Pairs of losses at the same or the next hop without which nothing can be told."""


@dataclass(frozen=True)
class Alike:
    """How often two chains that lose a fact within the same two hops lose it at the same one."""

    same: float
    """Share of such pairs at the same hop, hazards of the hops allowed for; .5 by chance."""
    low: float
    """95% interval over worlds."""
    high: float
    expected: float
    """The share that facts which differ as fitted bring about in independent chains; close to .5."""
    pairs: int
    """Pairs of losses."""

    @property
    def passes(self) -> bool:
        """Whether independent chains may be so alike."""
        return self.low <= self.expected

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "same_hop": rounded(self.same),
            "ci": [rounded(self.low), rounded(self.high)],
            "expected": rounded(self.expected),
            "pairs": self.pairs,
            "passes": self.passes,
        }


def alike(paths: Paths, steps: Mapping[int, Floats], fact_sd: float, *, within: bool = False) -> Alike | Unknown:
    """Compare chains of the same world.

    Args:
        paths: One condition's.
        steps: The hazard of each hop as fitted, by depth.
        fact_sd: Sd of the random effect per statement, as fitted.
        within: Compare arms of different depth of the same replicate, and not different replicates.
    """
    missed, world, depth, replicate = _table(paths)
    sides = [one for one in _kinds_of_pairs(depth, replicate, within=within) if one.pairs]
    if not sides:
        return Unknown("there are no two chains of a world to compare")
    kinds = np.array([one.depths for one in sides]).T
    told: list[Floats] = []
    by_chance: list[Floats] = []
    for hop in range(1, int(depth.max())):
        both = np.stack([missed == hop, missed == hop + 1])
        # a chain that ends at this hop can't lose at the next
        can = np.flatnonzero(kinds.min(axis=0) > hop)
        if both.any(axis=(1, 2)).all() and len(can):
            told.append(
                np.stack(
                    [
                        np.stack([_by_world(sides[at].alike(one, other), world) for at in can], axis=1)
                        for one in both
                        for other in both
                    ]
                )
            )
            chances = np.stack([_expected(steps, fact_sd, kinds[:, at], hop).ravel() for at in can], axis=1)
            by_chance.append(chances * np.array([sides[at].pairs for at in can]))
    counts = np.concatenate(told, axis=2) if told else np.zeros((4, int(world.max()) + 1, 0))
    total = counts.sum(axis=1)
    if total.sum() < FEWEST_PAIRS:
        return Unknown(
            f"chains are compared by pairs of losses within two hops; {FEWEST_PAIRS} are needed, and there "
            f"{'is 1' if total.sum() == 1 else f'are {int(total.sum())}'}"
        )
    there = np.unique(world)
    odds = _log_odds(total)
    left = np.array([_log_odds(total - counts[:, one]) for one in there])
    se = float(np.sqrt((len(there) - 1) / len(there) * ((left - left.mean()) ** 2).sum()))
    half = float(stats.t.isf(0.025, len(there) - 1)) * se
    ends = (odds - half, odds, odds + half, _log_odds(np.concatenate(by_chance, axis=1), even=0.0))
    low, same, high, expected = (float(1 / (1 + np.exp(-each / 2))) for each in ends)
    return Alike(same, low, high, expected, int(total.sum()))


class _Sides(NamedTuple):
    """The chains of one depth, compared with those of another or with each other.

    Pairs are counted and never listed: a thousand replicates have a million.
    """

    depths: tuple[int, int]
    left: Integers
    """The chains of the first depth."""
    right: Integers
    same: tuple[Integers, Integers]
    """The chains of both depths that are of one replicate, in step."""
    within: bool
    """Whether those of one replicate are compared, and not those of different ones."""

    @property
    def pairs(self) -> int:
        """How many pairs there are; of equal depth each counts both ways."""
        together = len(self.same[0])
        return together if self.within else len(self.left) * len(self.right) - together

    def alike(self, first: Flags, second: Flags) -> Integers:
        """Return in how many pairs each statement is marked in both chains; marks are (statements, chains)."""
        together: Integers = (first[:, self.same[0]] & second[:, self.same[1]]).sum(axis=1)
        if self.within:
            return together
        all_pairs: Integers = first[:, self.left].sum(axis=1) * second[:, self.right].sum(axis=1)
        return all_pairs - together


def _by_world(counts: Integers, world: Integers) -> Floats:
    total: Floats = np.bincount(world, counts).astype(float)
    return total


def _table(paths: Paths) -> tuple[Integers, Integers, Integers, Integers]:
    """Return first misses by statement and chain (0: none, or no such chain), worlds, depths and replicates."""
    statements, row, at = np.unique(paths.statement, return_index=True, return_inverse=True)
    world = paths.world[row]
    # replicates are numbered within their world
    key = np.stack([_within(paths.world, paths.replicate), paths.depth])
    slots, slot = np.unique(key, axis=1, return_inverse=True)
    missed = np.zeros((len(statements), slots.shape[1]), dtype=np.int64)
    missed[at, slot.ravel()] = paths.miss
    return missed, world, slots[1], slots[0]


def _within(world: Integers, replicate: Integers) -> Integers:
    """Number replicates from 0 in each world."""
    names, first, at = np.unique(replicate, return_index=True, return_inverse=True)
    own = world[first]
    order = np.lexsort((names, own))
    starts = np.searchsorted(own[order], own[order])
    number = np.empty(len(names), dtype=np.int64)
    number[order] = np.arange(len(names)) - starts
    return number[at]


def _kinds_of_pairs(depth: Integers, replicate: Integers, *, within: bool) -> list[_Sides]:
    """Return which chains to compare, by their two depths; the shallower comes first."""
    of = {int(one): np.flatnonzero(depth == one) for one in np.unique(depth)}
    found = []
    for first, left in of.items():
        for second, right in of.items():
            if first < second or (first == second and not within):
                _, at, other = np.intersect1d(replicate[left], replicate[right], return_indices=True)
                found.append(_Sides((first, second), left, right, (left[at], right[other]), within))
    return found


def _expected(steps: Mapping[int, Floats], fact_sd: float, depths: Integers, hop: int) -> Floats:
    """Return the chance that two independent chains of these depths lose a fact at (hop, hop + 1) x the same."""
    places, logs = nodes_of(21)
    lost = []
    for depth in depths:
        reached = np.append(0.0, np.cumsum(steps[int(depth)]))
        left = np.exp(-reached[hop - 1 : hop + 2, None] * np.exp(fact_sd * places))
        lost.append(left[:-1] - left[1:])
    chance: Floats = np.einsum("q,iq,jq->ij", np.exp(logs), lost[0], lost[1])
    return chance


def _log_odds(cells: Floats, *, even: float = _EVEN) -> float:
    """Return Mantel and Haenszel's logarithm of the cross-product ratio; counts (4, strata)."""
    size = np.where(cells.sum(axis=0) > 0, cells.sum(axis=0), 1.0)
    above, below = (cells[0] * cells[3] / size).sum(), (cells[1] * cells[2] / size).sum()
    return float(np.log((above + even) / (below + even)))
