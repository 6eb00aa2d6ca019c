"""Who reports to whom: chains, uniform trees, pyramids; pure topology, no models.

Level 0 is the executive; workers are the seats that nobody reports to. A
message climbs one level a hop: hop 1 is a worker's report, and the message
that a seat at level v sends about a fact held at level w is that fact's hop
w - v + 1.

    chain(4)            worker L4, managers L3 L2 L1, executive L0
    tree(2, 3)          9 workers L2.1 ... L2.9, managers L1.1 ... L1.3, executive L0
    pyramid([1, 3, 9])  the same seats a level, shared out evenly
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from math import ceil
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chains.errors import BadInput, nearest
from chains.rng import Draw

Role = Literal["worker", "manager", "executive", "auditor", "watcher", "outside"]
"""Auditors and watchers stand beside the chain of command, outsiders outside it; a hierarchy holds neither."""
EdgeKind = Literal["command", "skip", "peer", "outside", "question"]
"""`command`: whom a seat reports to. The others are side edges: who else reads its report, or asks it a question."""
SIDE_KINDS: tuple[EdgeKind, ...] = ("skip", "peer", "outside", "question")

MOST_SEATS = 100_000
LONGEST_NAME = 60


class Seat(BaseModel):
    """One place in the hierarchy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    level: Annotated[int, Field(ge=0)]
    role: Role


class Edge(BaseModel):
    """A line from one seat to another, along which messages pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    below: str
    above: str
    kind: EdgeKind = "command"


def side_edge(kind: str, start: str, end: str, hierarchy: "Hierarchy", where: str) -> Edge:
    """Return one side line, checked against the chain of command.

    Args:
        kind: skip, peer, outside or question.
        start: Who reports, or for a question who asks.
        end: Who reads, or for a question who is asked.
        hierarchy: The chain of command.
        where: What an error's sentence begins with.

    Raises:
        BadInput: If the line is not possible there.
    """
    known = next((one for one in SIDE_KINDS if one == kind), None)
    if known is None:
        raise BadInput(f"{where}: {kind!r} is no kind of side line{nearest(kind, SIDE_KINDS)}")
    if known == "outside":
        hierarchy.seat(end)
        if any(seat.name == start for seat in hierarchy.seats):
            raise BadInput(f"{where}: {start} sits in the hierarchy; somebody outside needs another name")
        check_name(start, where)
        return Edge(below=start, above=end, kind=known)
    first, second = hierarchy.seat(start), hierarchy.seat(end)
    if known == "peer" and (first.level != second.level or first == second):
        raise BadInput(f"{where}: {start} and {end} are no peers, who are different seats of one level")
    if known == "skip" and second.level >= first.level - 1:
        raise BadInput(
            f"{where}: a skip-level line goes at least two levels up, and {end} is not that far above {start}"
        )
    if known == "question":
        if second.level <= first.level:
            raise BadInput(f"{where}: a question goes down, and {end} is not below {start}")
        return Edge(below=end, above=start, kind=known)
    return Edge(below=start, above=end, kind=known)


class Hierarchy(BaseModel):
    """Seats and the edges between them; made by the functions of this module, which check it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """A description, such as "chain of depth 4"."""
    seats: tuple[Seat, ...]
    """Top first, level by level."""
    edges: tuple[Edge, ...]

    @cached_property
    def _by_name(self) -> dict[str, Seat]:
        return {seat.name: seat for seat in self.seats}

    @cached_property
    def _above(self) -> dict[str, str]:
        return {edge.below: edge.above for edge in self.edges if edge.kind == "command"}

    @cached_property
    def _below(self) -> dict[str, tuple[str, ...]]:
        below: dict[str, list[str]] = {seat.name: [] for seat in self.seats}
        for edge in self.edges:
            if edge.kind == "command":
                below[edge.above].append(edge.below)
        return {name: tuple(names) for name, names in below.items()}

    @cached_property
    def depth(self) -> int:
        """Hops from the deepest worker to the executive."""
        return max(seat.level for seat in self.seats)

    @cached_property
    def workers(self) -> tuple[Seat, ...]:
        """The seats that hold facts, in order."""
        return tuple(seat for seat in self.seats if seat.role == "worker")

    @property
    def executive(self) -> Seat:
        """The seat at the top."""
        return self.seats[0]

    def seat(self, name: str) -> Seat:
        """Return the seat called `name`."""
        if name not in self._by_name:
            raise BadInput(f"the hierarchy has no seat {name!r}{nearest(name, self._by_name)}")
        return self._by_name[name]

    def superior(self, name: str) -> str | None:
        """Return who the seat reports to; None for the executive."""
        return self._above.get(name)

    def reports_of(self, name: str) -> tuple[str, ...]:
        """Return who reports to the seat, in order; empty for a worker."""
        return self._below[name]

    @cached_property
    def heights(self) -> Mapping[str, int]:
        """For each seat, the hop of its message, counted from its deepest worker: 1 (a worker) to depth + 1."""
        out: dict[str, int] = {}
        for seat in reversed(self.seats):
            out[seat.name] = 1 + max((out[below] for below in self._below[seat.name]), default=0)
        return out

    def path_up(self, name: str) -> list[str]:
        """Return the seats from `name` up to the executive, both included."""
        path = [name]
        while (above := self._above.get(path[-1])) is not None:
            path.append(above)
        return path

    @cached_property
    def _beside(self) -> dict[str, tuple[Edge, ...]]:
        beside: dict[str, list[Edge]] = {}
        for edge in self.edges:
            if edge.kind != "command":
                beside.setdefault(edge.above, []).append(edge)
        return {name: tuple(edges) for name, edges in beside.items()}

    @property
    def sided(self) -> bool:
        """Whether there is any line beside the chain of command."""
        return bool(self._beside)

    def side_to(self, name: str) -> tuple[Edge, ...]:
        """Return the side lines that end at the seat: other seats' reports to it, and its own questions."""
        return self._beside.get(name, ())

    @cached_property
    def _upward(self) -> tuple[Seat, ...]:
        """Seats in speaking order, by Kahn's algorithm where peers read peers; the lowest free seat comes first."""
        if not any(edge.kind in ("skip", "peer") for edges in self._beside.values() for edge in edges):
            return tuple(reversed(self.seats))
        waits = {seat.name: set(self._below[seat.name]) for seat in self.seats}
        for name, edges in self._beside.items():
            waits[name].update(edge.below for edge in edges if edge.kind in ("skip", "peer"))
        order: list[Seat] = []
        left = list(reversed(self.seats))
        while left:
            free = next((seat for seat in left if not waits[seat.name]), None)
            if free is None:
                raise BadInput(f"side lines: {' and '.join(sorted(seat.name for seat in left))} wait for each other")
            left.remove(free)
            order.append(free)
            for names in waits.values():
                names.discard(free.name)
        return tuple(order)

    def upward(self) -> tuple[Seat, ...]:
        """Return the seats in speaking order: each comes after all seats whose reports it reads.

        Raises:
            BadInput: If side lines make seats wait for each other.
        """
        return self._upward

    def with_sides(self, edges: Sequence[Edge]) -> "Hierarchy":
        """Return the hierarchy with further side lines.

        Raises:
            BadInput: If they make seats wait for each other, or one is there twice.
        """
        if not edges:
            return self
        made = Hierarchy(name=self.name, seats=self.seats, edges=(*self.edges, *edges))
        if len(set(made.edges)) < len(made.edges):
            twice = next(edge for edge in made.edges if made.edges.count(edge) > 1)
            raise BadInput(f"side lines: {twice.kind} from {twice.below} to {twice.above} is there twice")
        made.upward()
        return made


def chain(depth: int) -> Hierarchy:
    """Return one worker, `depth` - 1 managers in a line, and an executive (`depth` >= 1 hops)."""
    return pyramid([1] * (depth + 1), f"chain of depth {depth}")


def tree(depth: int, span: int) -> Hierarchy:
    """Return a uniform tree: `depth` hops, `span` reports to every manager (`span` ** `depth` workers)."""
    if span < 1:
        raise BadInput(f"span is {span}; it must be at least 1")
    if span > 1 and sum(span**level for level in range(min(depth, 20) + 1)) > MOST_SEATS:
        raise BadInput(
            f"a tree of depth {depth} and span {span} has more than {MOST_SEATS:,} seats; lower depth or span"
        )
    return pyramid([span**level for level in range(depth + 1)], f"tree of depth {depth}, span {span}")


def pyramid(seats: Sequence[int], name: str | None = None) -> Hierarchy:
    """Return a hierarchy with `seats[v]` seats at level v; each level is shared out evenly among the level above.

    Raises:
        BadInput: If there are fewer than two levels, not exactly one executive, or a level smaller than the one above.
    """
    if len(seats) < 2:
        raise BadInput(f"depth is {len(seats) - 1}; a hierarchy needs at least one hop, from a worker to the executive")
    if seats[0] != 1:
        raise BadInput(f"level 0 has {seats[0]} seats; a hierarchy has one executive")
    if sum(seats) > MOST_SEATS:
        raise BadInput(f"the hierarchy has {sum(seats):,} seats; at most {MOST_SEATS:,} are possible")
    bosses: dict[str, str] = {}
    for level in range(1, len(seats)):
        here, above = seats[level], seats[level - 1]
        if here < above:
            raise BadInput(
                f"level {level} has {here} seats and the level above has {above}; every manager needs a report"
            )
        for index in range(here):
            bosses[_seat_name(level, index, here)] = _seat_name(level - 1, index * above // here, above)
    return assemble(bosses, name or f"pyramid {'-'.join(map(str, seats))}", "pyramid")


def side_by_side(lines: int, depth: int) -> Hierarchy:
    """Return `lines` chains of `depth` hops under one executive: as many workers, who share nobody on their way up."""
    return pyramid([1, *[lines] * depth], f"{lines} chains of depth {depth}")


def check_name(name: str, where: str) -> None:
    """Refuse names that the graph can't take or a person can't read."""
    if not re.fullmatch(r"\w[\w .'-]*", name) or name.startswith("__") or len(name) > LONGEST_NAME:
        raise BadInput(
            f"{where}: {name!r} is no name for a seat; use letters, digits, spaces, dots, hyphens and apostrophes, "
            f"at most {LONGEST_NAME} characters"
        )


def _seat_name(level: int, index: int, of: int) -> str:
    return f"L{level}" if of == 1 else f"L{level}.{index + 1}"


def assemble(bosses: Mapping[str, str], name: str, where: str) -> Hierarchy:
    """Build a hierarchy from who reports to whom: find the executive and the levels, and check for faults.

    Args:
        bosses: For everybody but the executive, who they report to.
        name: The hierarchy's name.
        where: What an error's sentence begins with.

    Raises:
        BadInput: If there is a cycle, an orphan, or not exactly one executive.
    """
    below: dict[str, list[str]] = {}
    for seat, boss in bosses.items():
        below.setdefault(boss, []).append(seat)
    tops = [boss for boss in below if boss not in bosses]
    if not tops:
        raise BadInput(f"{where}: {_cycle(bosses, next(iter(bosses)))}; somebody must report to nobody")
    if len(tops) > 1:
        raise BadInput(
            f"{where}: {' and '.join(sorted(tops))} report to nobody; there is one executive, so all others need a boss"
        )
    levels = {tops[0]: 0}
    order = [tops[0]]
    for seat in order:
        for report in below.get(seat, []):
            levels[report] = levels[seat] + 1
            order.append(report)
    if orphans := [seat for seat in bosses if seat not in levels]:
        raise BadInput(f"{where}: {_cycle(bosses, orphans[0])}, so they are cut off from {tops[0]}")
    order.sort(key=levels.__getitem__)  # stable: siblings stay in order
    seats = tuple(Seat(name=seat, level=levels[seat], role=_role(levels[seat], seat in below)) for seat in order)
    edges = tuple(Edge(below=seat, above=bosses[seat]) for seat in order if seat in bosses)
    return Hierarchy(name=name, seats=seats, edges=edges)


def _role(level: int, leads: bool) -> Role:
    if level == 0:
        return "executive"
    return "manager" if leads else "worker"


def _cycle(bosses: Mapping[str, str], start: str) -> str:
    """Name the cycle that `start` leads into."""
    seen: list[str] = []
    while start not in seen:
        seen.append(start)
        start = bosses[start]
    loop = [*seen[seen.index(start) :], start]
    return " reports to ".join(loop) + " (a cycle)"


def deal(
    facts: Sequence[str],
    hierarchy: Hierarchy,
    *path: str | int,
    apart: Sequence[Sequence[str]] = (),
    together: Sequence[Sequence[str]] = (),
    again: Collection[str] = (),
) -> dict[str, tuple[str, ...]]:
    """Share facts out among the workers: shuffled by the seed path, then dealt like cards.

    The deal is no part of the world or its digest, so that one world serves every
    depth and span. The numbers of facts that workers hold differ by at most one.

    Args:
        facts: Their ids.
        hierarchy: Who the workers are.
        path: What the seed is made of.
        apart: Groups of facts of which no two go to one worker, as long as there are workers enough.
        together: Groups of facts of which each goes to one worker, as all that is known of one candidate; then the
            groups are dealt in place of the facts, and `apart` counts for nothing.
        again: Facts that a second worker holds too. Then every fact is dealt among every second worker from the first
            on, and those of `again` among the others: two lists that know nothing of each other. One worker alone
            holds each fact once.

    Returns:
        For each worker's name, the ids of the facts it holds, in the order it reads them.
    """
    draw = Draw("deal", *path)
    order, workers = draw.shuffled(facts), hierarchy.workers
    if together:
        groups = draw.shuffled(together)
        alone = [[name] for name in order if not any(name in group for group in groups)]
        hands = {worker.name: [*groups, *alone][index :: len(workers)] for index, worker in enumerate(workers)}
        return {name: tuple(fact for group in mine for fact in draw.shuffled(group)) for name, mine in hands.items()}
    if again and len(workers) > 1:
        twice = draw.shuffled([name for name in facts if name in again])
        lists = ((order, workers[::2]), (twice, workers[1::2]))
        seen = {who.name: tuple(some[at :: len(of)]) for some, of in lists for at, who in enumerate(of)}
        return {worker.name: seen[worker.name] for worker in workers}
    if not apart:
        return {worker.name: tuple(order[index :: len(workers)]) for index, worker in enumerate(workers)}
    # dealt first, so that neighbours in a group go to different workers
    first = [name for group in apart for name in group]
    order, shuffled = first + [name for name in order if name not in first], draw.shuffled(workers)
    held = {worker.name: draw.shuffled(order[index :: len(workers)]) for index, worker in enumerate(shuffled)}
    return {worker.name: tuple(held[worker.name]) for worker in workers}


def held_below(hierarchy: Hierarchy, dealt: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Return for each seat the facts held at or below it, whose path up passes through it."""
    held: dict[str, frozenset[str]] = {}
    for seat in hierarchy.upward():
        match [held[name] for name in hierarchy.reports_of(seat.name)]:
            case []:
                held[seat.name] = frozenset(dealt[seat.name])
            case [only]:
                held[seat.name] = only
            case below:
                held[seat.name] = frozenset().union(*below)
    return held


def shared_out(leaves: int, span: int) -> Hierarchy:
    """Return the hierarchy in which `leaves` workers report to managers of at most `span`, these to others, and so on.

    The executive hears at most `span` managers, and at least one: nobody reports to it without a manager between.
    The work at the bottom is the same whatever the span; a narrow one costs hops, a wide one makes each manager hear
    more. Twelve workers make 1-1-12 at span 12, 1-2-12 at 6, 1-3-12 at 4, and 1-2-3-6-12 at 2.

    Raises:
        BadInput: If the span leaves no room for so many workers.
    """
    if span == 1 and leaves > 1:
        raise BadInput(f"leaves={leaves} can't report at span 1, where everybody hears one; set span to 2 or more")
    levels = [leaves]
    while len(levels) == 1 or levels[0] > span:
        levels.insert(0, ceil(levels[0] / span))
    return pyramid([1, *levels], f"{leaves} workers at a span of {span}")
