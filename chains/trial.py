"""One trial: drive the graph, take each reply from the log or from its provider, log it, read it.

A trial is a pure function of its cast and the replies; the tape is where replies come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chains.drift.tally import Reader
from chains.hierarchy import Hierarchy
from chains.loop import asked
from chains.models.provider import Reply
from chains.outcomes import read_loop
from chains.records import Key, Reading, TrialEnd, now
from chains.seats import Cast, Climb, Speak, Waiting
from chains.tape import Tape
from chains.turns import turns_of


@dataclass
class _SeatedCrew:
    """The crew of one trial: every seat speaks through the tape."""

    trial: str
    cast: Cast
    tape: Tape
    replies: dict[str, Reply]
    """By turn."""

    def __post_init__(self) -> None:
        self.turns = {turn.name: turn for turn in turns_of(self.cast.hierarchy, loop=self.cast.loop)}

    async def speak(self, turn: str, said: Mapping[str, str | None]) -> str | Waiting | None:
        its = self.turns[turn]
        seat = its.seat.name
        heard = tuple(self.turns[name].seat.name for name in its.hears)
        key = Key(self.trial, seat, its.number)
        request = asked(self.cast, its, said)
        reply = await self.tape.reply(key, its.seat, self.cast.parts[seat].model, heard, request)
        if reply is None:
            return Waiting(seat)
        self.replies[turn] = reply
        return reply.spoken


def in_turn(hierarchy: Hierarchy, *, loop: bool = False) -> Climb:
    """Return how to take every turn one after another, without LangGraph.

    For a replay, in which nobody has to wait for anybody; it costs a tenth.
    """

    async def climb(speak: Speak) -> tuple[str, ...]:
        said: dict[str, str | None] = {}
        for turn in turns_of(hierarchy, loop=loop):
            message = await speak(turn.name, said)
            if isinstance(message, Waiting):
                return (message.seat,)
            said[turn.name] = message
        return ()

    return climb


async def run_trial(trial: str, cast: Cast, climb: Climb, tape: Tape, *, read: bool = True) -> TrialEnd:
    """Drive one trial as far as it goes, and read its messages if it came to its end.

    Logs steps; that the trial has ended is the caller's to log.

    Args:
        trial: Its name in the log.
        cast: Who is who.
        climb: How its seats are driven.
        tape: Where replies come from.
        read: Whether to read the messages; a replay that takes the logged readings has no need to.

    Raises:
        ProviderError: A seat's model gave no reply.
        MazedomError: Anything else that the tape raises.
    """
    crew = _SeatedCrew(trial, cast, tape, {})
    waiting = await climb(crew.speak)
    if waiting:
        return TrialEnd(trial=trial, status="waiting", error=", ".join(sorted(waiting)), at=now())
    end = TrialEnd(trial=trial, status="finished", instrument=Reader.version, at=now())
    if not read:
        return end
    update: dict[str, Any] = {"readings": read_trial(cast, crew.replies)}
    if cast.loop:
        update["down"], update["outcome"] = read_loop(cast, crew.replies)
    return end.model_copy(update=update)


def read_trial(cast: Cast, replies: Mapping[str, Reply]) -> dict[str, Reading]:
    """Read every report of a finished trial with the instrument.

    Returns:
        For each seat, the reading of its report; the executive's brief is read too, where it writes one.
    """
    reader = Reader(cast.world)
    held = held_below(cast.hierarchy, cast.dealt)
    reports = {turn.name for turn in turns_of(cast.hierarchy, loop=cast.loop) if turn.task == "report"}
    replies = {name: reply for name, reply in replies.items() if name in reports}
    heard_by = {name: [replies[below].spoken for below in cast.hierarchy.reports_of(name)] for name in replies}
    return {
        name: reader.read(
            reply,
            hop=cast.hierarchy.heights[name],
            held=held[name],
            heard=[cast.notes(name)] if name in cast.dealt else [text for text in heard_by[name] if text],
        )
        for name, reply in replies.items()
    }


def held_below(hierarchy: Hierarchy, dealt: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Return for each seat the facts held at or below it: the facts whose path up passes through it."""
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
