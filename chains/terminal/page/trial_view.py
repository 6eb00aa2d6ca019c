"""What a trial's page shows of one step: its message in colour, its difference to another, the truth beside it.

All that a page holds is of the step and of a window around it, so that a trial of a thousand steps is as quick.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from chains.analysis.results.fate_grid import Change, Grid, changes, grid, heard_by
from chains.analysis.results.trial_story import Story, Turn
from chains.fates import READS, Read
from chains.organisation.hierarchy import Hierarchy, Seat
from chains.scoring.facts.verdict import in_rates
from chains.terminal.report.contents import marked

HOPS_SHOWN = 20
"""Columns of the grid of fates."""
LEVELS_SHOWN, SEATS_SHOWN = 11, 12
"""Of the hierarchy: rows, and seats in a row."""
LONGEST_COMPARED = 60_000
"""Characters of two texts together, above which no difference is drawn: that takes time by their product."""
APART, DOWN, MARGIN = 84, 60, 26
"""Of two seats in the drawing."""


class Piece(NamedTuple):
    """A stretch of a message."""

    kind: str
    """The fate of what it says, `del`, `ins`, or nothing."""
    text: str


class AFact(NamedTuple):
    """A fact, or a clause, and what became of it in a message."""

    name: str
    text: str
    valence: str
    fate: Read | None
    """None: it is held elsewhere, or nothing is read in this message."""
    change: Change | None
    why: str


class Node(NamedTuple):
    """A seat in the drawing."""

    name: str
    x: int
    y: int
    step: int | None
    """The first step of the seat; None: it has said nothing yet."""
    kept: int | None


class Drawing(NamedTuple):
    """The hierarchy, or the part of it around a seat."""

    width: int
    height: int
    nodes: Sequence[Node]
    lines: Sequence[tuple[int, int, int, int]]
    left_out: int
    """Seats that are not drawn."""


def steps_in(story: Story) -> list[Turn]:
    """Return what is stepped through: every message that was asked for, and what stands by rule and says something."""
    return [turn for turn in story.turns if turn.step is not None or turn.reply.text.strip()]


def coloured(turn: Turn) -> list[Piece]:
    """Return a message in pieces, each with the fate of what it is evidence of; a loss goes over a kept one."""
    text = turn.reply.text.rstrip()
    kinds = [""] * len(text)
    for verdict in sorted(turn.verdicts.values(), key=lambda verdict: READS.index(verdict.fate)):
        if verdict.evidence is not None:
            start, end = verdict.evidence
            kinds[start:end] = [verdict.fate] * len(kinds[start:end])
    found, at = [], 0
    for kind, run in groupby(kinds):
        size = sum(1 for _ in run)
        found.append(Piece(kind, text[at : at + size]))
        at += size
    return found


def difference(before: str, after: str) -> list[Piece] | None:
    """Return a text with its differences to another, word by word; None if they are too long for that."""
    if len(before) + len(after) > LONGEST_COMPARED:
        return None
    return [Piece(*one) for one in marked(before, after)]


def facts_in(story: Story, turn: Turn) -> list[AFact]:
    """Return every fact with what became of it in a message; of an order, the charter's clauses."""
    changed = {change.fact: change for change in changes(story, turn)}
    told = {fact.id: (fact.render(0), str(fact.valence)) for fact in story.world.facts}
    clauses = [name for name in turn.verdicts if name not in told]
    if clauses:
        lines = dict(line.split(" ", 1) for line in story.intent if line.split(" ", 1)[0] in clauses)
        told = {name: (lines.get(name, ""), "") for name in clauses}
    found = []
    for name, (text, valence) in told.items():
        verdict = turn.verdicts.get(name)
        fate, why = (None, "") if verdict is None else (verdict.fate, verdict.why)
        found.append(AFact(name, text, valence, fate, changed.get(name), why))
    return found


def next_loss(story: Story, whole: Grid, steps: Sequence[Turn], at: int) -> int | None:
    """Return the next step after `at` in which a fate changes; None if there is none.

    What goes up is looked up in the grid: asking each of a thousand messages what changed in it takes a second.
    """
    sent = set(story.sent.values())
    fresh = {
        (fact, story.paths[fact][hop - 1])
        for fact, cells in whole.facts.items()
        for hop, cell in cells.items()
        if cell.new
    }

    def changes_in(turn: Turn) -> bool:
        if turn.told.name in sent:
            return any((fact, turn.seat.name) in fresh for fact in turn.verdicts)
        return bool(changes(story, turn))

    return next((place for place in range(at + 1, len(steps)) if changes_in(steps[place])), None)


def window(places: Sequence[int], around: int, size: int) -> Sequence[int]:
    """Return `size` of some numbers, in order, around one of them."""
    at = next((place for place, one in enumerate(places) if one >= around), len(places))
    first = max(0, min(at - size // 2, len(places) - size))
    return places[first : first + size]


def grid_around(story: Story, hop: int) -> tuple[Grid, Sequence[int]]:
    """Return the fates of all facts by hop, and the hops that are shown."""
    whole = grid(story)
    return whole, window(whole.hops, hop, HOPS_SHOWN)


def curve(steps: Sequence[Turn]) -> list[tuple[float, float]]:
    """Return the share of facts kept by step as points, 1000 wide and 100 high; none if there is one step."""
    shares = [
        (at, kept / max(len(in_rates(turn.verdicts)), 1))
        for at, turn in enumerate(steps)
        if (kept := turn.kept) is not None
    ]
    if len(shares) < 2:
        return []
    return [(1000 * at / (len(steps) - 1), round(96 - 92 * share, 2)) for at, share in shares]


def drawing(hierarchy: Hierarchy, steps: Sequence[Turn], seat: Seat) -> Drawing:
    """Draw the hierarchy, the executive at the top, in a chain on the right; of a large one the part around a seat."""
    first: dict[str, int] = {}
    for at, said in enumerate(steps, 1):
        first.setdefault(said.seat.name, at)
    levels: dict[int, list[Seat]] = {}
    for one in hierarchy.seats:
        levels.setdefault(one.level, []).append(one)
    is_chain = len(levels) == len(hierarchy.seats)
    rows = [list(_around(levels[level], seat.name)) for level in window(sorted(levels), seat.level, LEVELS_SHOWN)]
    wide = max(map(len, rows))
    places: dict[str, tuple[int, int]] = {}
    nodes = []
    for row, seats in enumerate(rows):
        for column, one in enumerate(seats):
            x = MARGIN + int(APART * (column + 0.5 + (wide - len(seats)) / 2))
            y = MARGIN + DOWN * row
            if is_chain:  # from the worker on the left to the executive
                x, y = MARGIN + DOWN * (len(rows) - 1 - row), MARGIN
            places[one.name] = x, y
            step = first.get(one.name)
            turn = None if step is None else steps[step - 1]
            nodes.append(Node(one.name, x, y, step, None if turn is None else turn.kept))
    lines = [
        (*places[one], *places[above])
        for one in places
        if (above := hierarchy.superior(one)) is not None and above in places
    ]
    across, down = APART * wide, DOWN * (len(rows) - 1)
    if is_chain:
        across, down = down, 0
    return Drawing(2 * MARGIN + across, 2 * MARGIN + down + 14, nodes, lines, len(hierarchy.seats) - len(nodes))


def _around(seats: Sequence[Seat], name: str) -> Iterator[Seat]:
    at = next((place for place, one in enumerate(seats) if one.name == name), 0)
    for place in window(range(len(seats)), at, SEATS_SHOWN):
        yield seats[place]


def by_whom(turn: Turn) -> str:
    """Return who wrote a message: a model, a rule, or a person and how they sat."""
    if turn.step is None:
        return "by rule"
    person = turn.step.person
    if person is None:
        return str(turn.step.request.model)
    return f"{person.by or 'nobody in time'}, {person.way}"


def remarks(turn: Turn) -> list[str]:
    """Return what must be known of a reply: how it ended, what was noted, what was invented in it."""
    found = [] if turn.reply.finish == "stop" else [f"ended by: {turn.reply.finish}"]
    if turn.step is not None and turn.step.reused is not None:
        found.append(f"taken from run {turn.step.reused}")
    found += turn.reply.notes
    found += [f"degenerate: {turn.degenerate}"] if turn.degenerate else []
    found += [f"invented: {claim.text}" for claim in turn.invented]
    found += [f"status told: {turn.status}"] if turn.status is not None else []
    if turn.chosen is not None:
        found.append(f"chooses {turn.chosen.option}" if turn.chosen.option else f"can't be read: {turn.chosen.why}")
    if turn.found is not None:
        found += [f"{kind}: {line}" for kind, lines in turn.found.lines.items() for line in lines]
    return found


def shown_step(
    story: Story, hierarchy: Hierarchy, steps: Sequence[Turn], at: int, against: int | None
) -> Mapping[str, Any]:
    """Return what the page of a step shows.

    Args:
        story: The trial.
        hierarchy: Who reports to whom.
        steps: As `steps_in` has them.
        at: Which of them, from 0.
        against: The step that its message is held against, from 0; None: what was heard.
    """
    turn = steps[at]
    other = heard_by(story, turn) if against is None else steps[against].reply.text
    whole, hops = grid_around(story, turn.hop)
    points = curve(steps)
    return {
        "turn": turn,
        "at": at,
        "count": len(steps),
        "by": by_whom(turn),
        "said": coloured(turn),
        "difference": difference(other, turn.reply.text),
        "against": against,
        "facts": facts_in(story, turn),
        "kept": turn.kept,
        "grid": whole,
        "hops": hops,
        "points": points,
        "now": 1000 * at / max(1, len(steps) - 1),
        "drawing": drawing(hierarchy, steps, turn.seat),
        "remarks": remarks(turn),
        "loss": next_loss(story, whole, steps, at),
        "names": [f"{place}: {one.told.name}" for place, one in enumerate(steps, 1)] if len(steps) <= 60 else [],
    }
