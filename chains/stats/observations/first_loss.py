"""Paths: one statement's way up one chain, in numbers: where it was first missed, and whether it arrived.

Two rules say when a statement is lost. *First miss*: at the first hop whose
message does not keep it; what is seen again later does not count, which is right
for the shape of the hazard (an instrument that sometimes takes the dead for alive
forges a rising hazard otherwise). *End of chain*: whether the executive's message
keeps it, however it got there, which is right for what depth does.
"""

from collections.abc import Hashable
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chains.stats.observations.observations import KEPT, Flags, Floats, Integers, Observations, Words


@dataclass(frozen=True, eq=False)
class Paths:
    """A row is one statement in one chain. Worlds, statements and chains are numbered from 0."""

    world: Integers
    statement: Integers
    """Which (world, statement): the same number in every replicate, depth and condition."""
    pair: Integers
    """Which (world, pair of twins); -1 without a twin."""
    chain: Integers
    """Which (condition, world, replicate, depth)."""
    replicate: Integers
    """Which (world, replicate): the same number at every depth and in every condition."""
    condition: Integers
    depth: Integers
    """Hops."""
    miss: Integers
    """The hop of the first miss; 0 if there is none, so that the path is censored after its last hop."""
    missed_as: Words
    """The fate at the first miss; empty without one."""
    end: Words
    """The fate in what the executive hears."""
    bad: Integers
    """1 for bad news, 0 for good, -1 for neither or unknown."""
    weight: Floats
    words: Floats
    """Of the executive's message; nan where not known."""

    @property
    def lost(self) -> Flags:
        """Whether the executive's message does not keep the statement."""
        lost: Flags = self.end != KEPT
        return lost

    @property
    def managers(self) -> Integers:
        """Managers between the worker and the executive."""
        return self.depth - 1

    @property
    def worlds(self) -> int:
        """How many numbers worlds have, some of which may be gone from a part."""
        return int(self.world.max()) + 1 if len(self.world) else 0

    def __len__(self) -> int:
        """Return the number of paths."""
        return len(self.world)

    def where(self, mask: Flags) -> "Paths":
        """Return those that a mask marks; numbers stay as they are."""
        return replace(self, **{column.name: getattr(self, column.name)[mask] for column in fields(self)})


class Copies(NamedTuple):
    """How many replicates there are that are no copies of each other."""

    replicates: float
    """Distinct ones by (condition, world, depth): the mean over these."""
    dropped: int
    """Chains left out because another is the same, replies and all."""
    suspected: bool
    """Whether copies can't be told, and replicates are the same fate by fate wherever there are several."""


def paths_of(observations: Observations) -> tuple[Paths, tuple[Copies, ...]]:
    """Return the paths of all chains, those of copies once, and how many there are, by condition.

    Replicates that are copies (temperature 0, a cache) are one replicate. Where
    nothing tells copies, replicates are taken for distinct, unless each is like
    the others fate by fate in every cell and something was lost.
    """
    observed = observations
    first = np.flatnonzero(observed.hop == 1)
    last = first + observed.depth[first] - 1
    missed = observed.fate != KEPT
    # the first miss at or after each row; past the end where there is none
    places = np.where(missed, np.arange(len(observed)), len(observed))
    at = np.minimum.reduceat(places, first)
    is_missed = at <= last
    at = np.where(is_missed, at, last)
    world = _numbers(observed.world[first])
    condition = _numbers(observed.condition[first])
    chain = _numbers(condition, world, observed.replicate[first], observed.depth[first])
    paired = observed.pair[first] != ""
    paths = Paths(
        world=world,
        statement=_numbers(world, observed.statement[first]),
        pair=np.where(paired, _numbers(world, observed.pair[first]), -1),
        chain=chain,
        replicate=_numbers(world, observed.replicate[first]),
        condition=condition,
        depth=observed.depth[first],
        miss=np.where(is_missed, observed.hop[at], 0),
        missed_as=np.where(is_missed, observed.fate[at], ""),
        end=observed.fate[last],
        bad=np.select([observed.valence[first] == "bad", observed.valence[first] == "good"], [1, 0], -1),
        weight=observed.weight[first],
        words=observed.words[last],
    )
    return _distinct(paths, observed, first)


def _distinct(paths: Paths, observed: Observations, first: Integers) -> tuple[Paths, tuple[Copies, ...]]:
    """Return the paths of the chains that are no copies, and how many there are by condition."""
    heads = np.flatnonzero(np.append(True, paths.chain[1:] != paths.chain[:-1]))
    keep = np.ones(len(paths), dtype=bool)
    cells: list[dict[tuple[int, int], dict[Hashable, str]]] = [{} for _ in range(int(paths.condition.max()) + 1)]
    told = [False] * len(cells)
    dropped = [0] * len(cells)
    for begin, end in zip(heads, np.append(heads[1:], len(paths)), strict=True):
        condition = int(paths.condition[begin])
        copy = str(observed.copy[first[begin]])
        last = first[end - 1] + observed.depth[first[end - 1]]
        others = cells[condition].setdefault((int(paths.world[begin]), int(paths.depth[begin])), {})
        told[condition] |= copy != ""
        mark: Hashable = copy or (len(others), "not told")
        if mark in others:
            keep[begin:end] = False
            dropped[condition] += 1
        else:
            others[mark] = "".join(observed.fate[first[begin] : last].tolist())
    return paths.where(keep), tuple(
        _copies(list(map(list, map(dict.values, mine.values()))), some, gone)
        for mine, some, gone in zip(cells, told, dropped, strict=True)
    )


def _copies(fates: list[list[str]], told: bool, dropped: int) -> Copies:
    """Return how many replicates are distinct, from the fates of each one's chain in each cell."""
    several = [set(chains) for chains in fates if len(chains) > 1]
    alike = bool(several) and all(len(kinds) == 1 for kinds in several)
    # where all was lost at once, or nothing was, chains are alike of themselves
    something_told = len({letter == KEPT for kinds in several for chain in kinds for letter in chain}) > 1
    suspected = not told and alike and something_told
    return Copies(1.0 if suspected else float(np.mean([len(chains) for chains in fates])), dropped, suspected)


def _numbers(*columns: NDArray[Any]) -> Integers:
    """Return a number for each distinct tuple of values, in order of first appearance."""
    keys: dict[Any, int] = {}
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return np.array([keys.setdefault(row, len(keys)) for row in rows], dtype=np.int64)
