"""Where in a trial a fact's fate changes: the grid of facts by hops, and what changed in one message."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chains.analysis.results.trial_story import Story, Turn
from chains.errors import BadInput
from chains.fates import Read


class Change(NamedTuple):
    """A fact whose fate is another in a message than in what was heard."""

    fact: str
    before: Read
    """In the report below it; kept where a worker has it in its notes."""
    after: Read
    why: str

    def document(self) -> dict[str, str]:
        """Return it as JSON."""
        return self._asdict()


class Cell(NamedTuple):
    """What became of a fact at one hop."""

    fate: Read
    new: bool
    """Whether it is another than at the hop before; at hop 1, whether the fact is not kept."""


class Grid(NamedTuple):
    """The fate of every fact at every hop on its way up, as far as the trial went."""

    hops: Sequence[int]
    facts: Mapping[str, Mapping[int, Cell]]
    """By fact, then by hop; a hop that is not there yet, or that the fact does not pass, is left out."""

    def document(self) -> dict[str, list[str | None]]:
        """Return it as JSON: for each fact its fate by hop."""
        found: dict[str, list[str | None]] = {}
        for fact, cells in self.facts.items():
            found[fact] = [cells[hop].fate if hop in cells else None for hop in self.hops]
        return found


def grid(story: Story) -> Grid:
    """Return the grid of a trial; of a fact in a tree, along the path of the worker who has it."""
    by_name = {turn.told.name: turn for turn in story.turns}
    facts: dict[str, dict[int, Cell]] = {}
    for fact in (fact.id for fact in story.world.facts):
        before: Read = "kept"
        cells = facts.setdefault(fact, {})
        for hop, seat in enumerate(story.paths.get(fact, ()), 1):
            turn = by_name.get(story.sent.get(seat, ""))
            if turn is None or fact not in turn.verdicts:
                break
            fate = turn.verdicts[fact].fate
            cells[hop] = Cell(fate, fate != before)
            before = fate
    return Grid(sorted({hop for cells in facts.values() for hop in cells}), facts)


def changes(story: Story, turn: Turn) -> list[Change]:
    """Return what changed in a message on its way up: facts whose fate is another than in the report below."""
    by_name = {one.told.name: one for one in story.turns}
    found = []
    for fact, verdict in turn.verdicts.items():
        path = story.paths.get(fact)
        if path is None:  # a clause of the charter, on its way down
            continue
        at = path.index(turn.seat.name) if turn.seat.name in path else len(path)
        below = by_name.get(story.sent.get(path[at - 1], "")) if at else None
        before: Read = below.verdicts[fact].fate if below is not None and fact in below.verdicts else "kept"
        if verdict.fate != before:
            found.append(Change(fact, before, verdict.fate, verdict.why))
    return found


def heard_by(story: Story, turn: Turn) -> str:
    """Return what a seat was given, as one text: the messages that it heard, or its own notes."""
    by_name = {one.told.name: one for one in story.turns}
    texts = [by_name[name].reply.text for name in turn.told.hears if name in by_name]
    return "\n".join(texts) if texts else story.notes.get(turn.seat.name, "")


def asked(turn: Turn) -> dict[str, Any] | None:
    """Return exactly what a seat was asked: messages and settings; None for a text that stands by rule."""
    if turn.step is None:
        return None
    plain = turn.step.request.plain()
    return {"messages": plain["messages"], "settings": plain["settings"], "digest": turn.step.digest}


def check_hop(story: Story, hop: int) -> None:
    """Refuse a hop that a trial does not have.

    Raises:
        BadInput: If no message of it is at this hop.
    """
    hops = sorted({turn.hop for turn in story.turns if turn.verdicts})
    if hop not in hops:
        there = f"its messages are at hops {hops[0]} to {hops[-1]}" if hops else "it has no message yet"
        raise BadInput(f"trial {story.trial} has no hop {hop}; {there}")


def trial_document(story: Story, hop: int | None = None, *, prompts: bool = False) -> dict[str, Any]:
    """Return a trial as JSON, with the grid and what changed in each message.

    Args:
        story: The trial.
        hop: The messages of this hop alone; None: all.
        prompts: Give exactly what each seat was asked, as is done for one hop.
    """
    document = story.document()
    messages = []
    for turn, message in zip(story.turns, document["messages"], strict=True):
        if hop is None or (turn.hop == hop and turn.verdicts):
            message["changed"] = [change.document() for change in changes(story, turn)]
            if prompts or hop is not None:
                message["asked"] = asked(turn)
            messages.append(message)
    found = grid(story)
    return document | {"hops": list(found.hops), "grid": found.document(), "messages": messages}
