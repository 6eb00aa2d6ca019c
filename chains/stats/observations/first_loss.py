"""Paths: one statement's way up one chain, in numbers: where it was first missed, and whether it arrived.

Two rules say when a statement is lost. *First miss*: at the first hop whose
message does not keep it; what is seen again later does not count, which is right
for the shape of the hazard (an instrument that sometimes takes the dead for alive
forges a rising hazard otherwise). *End of chain*: whether the executive's message
keeps it, however it got there, which is right for what depth does.
"""

from collections.abc import Hashable
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from chains.stats.observations.observations import KEPT, Flags, Floats, Integers, Observations, Words
from chains.stats.observations.ways import Ways, numbered, ways_in


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

    def kinds(self, *columns: str) -> tuple["Paths", Integers]:
        """Return one path of each kind, those with the same values in some columns, and the kind of each path.

        A law has few cells, so of hundreds of thousands of paths there are some dozens of kinds, and sums over paths
        are sums over kinds.
        """
        kind = numbered(*(getattr(self, name) for name in columns))
        _, first = np.unique(kind, return_index=True)
        return replace(self, **{column.name: getattr(self, column.name)[first] for column in fields(self)}), kind


class Copies(NamedTuple):
    """How many replicates there are that are no copies of each other."""

    replicates: float
    """Distinct ones by (condition, world, depth): the mean over these."""
    dropped: int
    """Chains left out because another is the same, replies and all."""
    suspected: bool
    """Whether copies can't be told, and replicates are the same fate by fate wherever there are several."""


def paths_of(observations: Observations | Ways) -> tuple[Paths, tuple[Copies, ...]]:
    """Return the paths of all chains, those of copies once, and how many there are, by condition.

    Replicates that are copies (temperature 0, a cache) are one replicate. Where
    nothing tells copies, replicates are taken for distinct, unless each is like
    the others fate by fate in every cell and something was lost.
    """
    ways = observations if isinstance(observations, Ways) else ways_in(observations)
    ends = ways.ends()
    world, condition = numbered(ways.world), numbered(ways.condition)
    paired = np.array([name != "" for name in ways.names["pair"]])[ways.pair]
    paths = Paths(
        world=world,
        statement=numbered(world, ways.statement),
        pair=np.where(paired, numbered(world, ways.pair), -1),
        chain=numbered(condition, world, ways.replicate, ways.depth),
        replicate=numbered(world, ways.replicate),
        condition=condition,
        depth=ways.depth.astype(np.int64),
        miss=ends.miss,
        missed_as=ends.missed_as,
        end=ends.end,
        bad=ways.bad.astype(np.int64),
        weight=ways.weight,
        words=ways.words,
    )
    return _distinct(paths, ways)


def _distinct(paths: Paths, ways: Ways) -> tuple[Paths, tuple[Copies, ...]]:
    """Return the paths of the chains that are no copies, and how many there are by condition."""
    heads = np.flatnonzero(np.append(True, paths.chain[1:] != paths.chain[:-1]))
    letters, names = np.append(ways.first[heads], len(ways.fates)), ways.names["copy"]
    keep = np.ones(len(paths), dtype=bool)
    cells: list[dict[tuple[int, int], dict[Hashable, bytes]]] = [{} for _ in range(int(paths.condition.max()) + 1)]
    told = [False] * len(cells)
    dropped = [0] * len(cells)
    for number, (begin, end) in enumerate(zip(heads, np.append(heads[1:], len(paths)), strict=True)):
        condition = int(paths.condition[begin])
        copy = names[ways.copy[begin]]
        others = cells[condition].setdefault((int(paths.world[begin]), int(paths.depth[begin])), {})
        told[condition] |= copy != ""
        mark: Hashable = copy or (len(others), "not told")
        if mark in others:
            keep[begin:end] = False
            dropped[condition] += 1
        else:
            others[mark] = ways.fates[letters[number] : letters[number + 1]].tobytes()
    return paths if keep.all() else paths.where(keep), tuple(
        _copies(list(map(list, map(dict.values, mine.values()))), some, gone)
        for mine, some, gone in zip(cells, told, dropped, strict=True)
    )


def _copies(fates: list[list[bytes]], told: bool, dropped: int) -> Copies:
    """Return how many replicates are distinct, from the fates of each one's chain in each cell."""
    several = [set(chains) for chains in fates if len(chains) > 1]
    alike = not told and bool(several) and all(len(kinds) == 1 for kinds in several)
    # where all was lost at once, or nothing was, chains are alike of themselves
    suspected = alike and len({letter == ord(KEPT) for kinds in several for chain in kinds for letter in chain}) > 1
    return Copies(1.0 if suspected else float(np.mean([len(chains) for chains in fates])), dropped, suspected)
