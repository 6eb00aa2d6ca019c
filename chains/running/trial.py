"""One trial: drive the graph, take each reply from the log or from its provider, log it, score it.

A trial is a pure function of its cast and of the replies from a `ReplySource`.
"""

import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec import structs

from chains.errors import Hopeless
from chains.models.provider import Finish, Reply, Request
from chains.organisation.cast import NO_REPORT, Cast, Climb, Speak, Waiting
from chains.organisation.forum import posts_in
from chains.organisation.hierarchy import held_below
from chains.organisation.plan import Plan, Turn
from chains.organisation.remedies.audit import corrected_in
from chains.organisation.rounds import RoundResult, first_staff, in_round, next_staff
from chains.organisation.selection import RATINGS, ratings_in, readable
from chains.organisation.sitting import Answered, dialogue
from chains.organisation.task import Ruled, Said
from chains.organisation.turn_key import Key
from chains.running.log.records import RoundEnd, TrialEnd, now
from chains.running.outcomes.actions import read_deeds
from chains.running.outcomes.decisions import read_loop, read_orders
from chains.running.outcomes.pools import read_pool
from chains.running.outcomes.practices import read_practised
from chains.running.reply_source import Answers, Question
from chains.scoring.facts.degenerate import degenerate
from chains.scoring.facts.instrument import CLAUSES
from chains.scoring.facts.reader import Reader
from chains.scoring.measures.passed_on import passed_on
from chains.scoring.reading import Outcome, Reading


@dataclass
class _SeatedCrew:
    """The crew of one trial: every seat speaks through the source of replies."""

    trial: str
    cast: Cast
    reply_source: Answers
    replies: dict[str, Reply]
    """By turn."""

    async def speak(self, turn: str, said: Said) -> str | Waiting | None:
        turns = self.cast.plan.by_name
        its = turns[turn]
        seat = its.seat.name
        request = its.ask(self.cast, said)
        if isinstance(request, Ruled):
            self.replies[turn] = ruled_reply(request)
            return request.text
        heard = tuple(dict.fromkeys([turns[name].seat.name for name in self.cast.reads(its)]))
        key, part = self.cast.key(self.trial, its), self.cast.parts[seat]
        if part.sits == "none" or (its.reference and not part.human):
            reply = await self.reply_source.reply(key, its, part.model, heard, request)
        elif its.reference:  # it would show the person the truth
            reply = self.reply_source.known(key, request) or NOBODY
        else:
            reply = await self._sat(key, its, heard, request, said)
        if reply is None:
            return Waiting(seat)
        self.replies[turn] = reply
        return reply.spoken

    async def _sat(self, key: Key, turn: Turn, heard: tuple[str, ...], request: Request, said: Said) -> Reply | None:
        """Return the message of a turn in which a person takes part; None if it waits for them."""
        part = self.cast.parts[turn.seat.name]
        steps = dialogue(part.sits, request, part.send_backs)
        asked = next(steps)
        while True:
            at = key._replace(attempt=asked.attempt)
            if asked.by_person:
                question = Question(at, turn, heard, asked, part.sits, part.word_budget(turn), part.holder)
                answered = await self.reply_source.answer(question, partial(self._without, question, turn, said))
            else:
                reply = await self.reply_source.reply(at, turn, part.model, heard, asked.request, drafts=True)
                answered = None if reply is None else Answered(reply)
            if answered is None:
                return None
            try:
                asked = steps.send(answered)
            except StopIteration as end:
                message: Reply = end.value
                return message

    async def _without(self, question: Question, turn: Turn, said: Said) -> Reply:
        """Return what goes on where nobody answered in time: the draft, no advice, or what another model writes."""
        draft, seat = question.asked.draft, turn.seat.name
        if draft is None and question.way == "write":
            request = turn.ask(self.cast.with_stand_in(seat), said)
            model = self.cast.parts[seat].stand_in
            if model is None or isinstance(request, Ruled):
                raise Hopeless(f"{seat}: nobody answered in time, and no model can take over; set model.{seat} to one")
            key = question.key._replace(attempt=1)
            draft = await self.reply_source.reply(key, turn, model, question.heard, request, drafts=True)
        if draft is None:
            return Reply(text="", finish="empty", served_by=TAKEN_OVER, tries=0)
        return Reply(text=draft.text, finish=draft.finish, served_by=TAKEN_OVER, tries=0)


NOBODY = Reply(text="", finish="empty", served_by="nobody", tries=0)
"""The reply to a reference turn of a person, who is not asked."""
TAKEN_OVER = "a model, for nobody answered in time"
"""`served_by` of a message that went on without the person."""


def ruled_reply(ruled: Ruled) -> Reply:
    """Return a rule's text as a reply, for the instrument."""
    finish: Finish = "stop" if ruled.text and ruled.text.strip() else "empty"
    return Reply(text=ruled.text or "", finish=finish, served_by=RULE, tries=0)


RULE = "rule"
"""`served_by` of a text that a rule computed."""


def in_turn(plan: Plan) -> Climb:
    """Return a way to take every turn one after another, without LangGraph.

    Use it for replays, where no seat waits for another; it takes a tenth of the time.
    """

    async def climb(speak: Speak) -> tuple[str, ...]:
        said: dict[str, str | None] = {}
        for turn in plan.turns:
            message = await speak(turn.name, said)
            if isinstance(message, Waiting):
                return (message.seat,)
            said[turn.name] = message
        return ()

    return climb


def as_far_as_it_goes(plan: Plan, begun: Mapping[str, str | None] | None = None, waits: Collection[str] = ()) -> Climb:
    """Return a way to take every turn whose messages are all there; turns that wait are skipped.

    Args:
        plan: Who speaks when.
        begun: Messages that are there already, by turn.
        waits: Turns that are known to wait.
    """

    async def climb(speak: Speak) -> tuple[str, ...]:
        said = dict(begun or {})
        waiting = []
        for turn in plan.turns:
            if turn.name in said or turn.name in waits or any(name not in said for name in turn.hears):
                continue
            message = await speak(turn.name, said)
            if isinstance(message, Waiting):
                waiting.append(message.seat)
            else:
                said[turn.name] = message
        return tuple(waiting)

    return climb


Reads = Callable[[TrialEnd, Cast, Mapping[str, Reply]], Awaitable[TrialEnd]]
"""Scores a finished single-round trial: replies by turn in, `TrialEnd` with readings out."""


async def run_trial(
    trial: str, cast: Cast, climb: Climb, reply_source: Answers, *, read: bool = True, elsewhere: Reads | None = None,
    logged: Sequence[RoundEnd] = (),
) -> TrialEnd:  # fmt: skip
    """Drive one trial as far as it goes, and score its messages if it finished.

    It logs the steps; the caller logs the trial's end.

    Args:
        trial: The trial's name in the log.
        cast: The trial's cast.
        climb: Drives the seats.
        reply_source: The source of replies.
        read: Whether to score the messages; a replay that keeps the logged readings need not.
        elsewhere: Scores them in place of this process, if the trial has one round.
        logged: The rounds as another version of the instrument read them: members then move by what it read.

    Raises:
        ProviderError: If a seat's model gave no reply.
        MazedomError: Whatever else the source of replies raises.
    """
    staff, history, rounds = first_staff(cast.hierarchy), list[RoundResult](), list[RoundEnd]()
    several = cast.round_settings.rounds > 1
    crew = _SeatedCrew(trial, cast, reply_source, {})
    for number in range(1, cast.round_settings.rounds + 1):
        if several:
            crew = _SeatedCrew(trial, in_round(cast, number, staff, history), reply_source, {})
        waiting = await climb(crew.speak)
        if waiting:
            return TrialEnd(trial=trial, status="waiting", error=", ".join(sorted(waiting)), at=now())
        if several:
            met, outcome = _met(crew, staff)
            readings = read_trial(crew.cast, crew.replies) if read or cast.round_settings.by_value else {}
            if cast.round_settings.by_value:
                was = logged[number - 1].values if number <= len(logged) else None
                met = met._replace(values=was or _values(crew.cast, readings))
            history.append(met)
            rounds.append(_round_end(crew, met, outcome, readings, read=read))
            staff = next_staff(crew.cast, met)
    end = TrialEnd(
        trial=trial, status="finished", instrument=Reader.version, rounds=tuple(rounds) if read else (), at=now()
    )
    if not read:
        return end
    if elsewhere is None or several:
        return end.model_copy(update=read_replies(crew.cast, crew.replies))
    return await elsewhere(end, crew.cast, crew.replies)


def read_replies(cast: Cast, replies: Mapping[str, Reply]) -> dict[str, Any]:
    """Return the fields of a trial's end that are read from a round's replies.

    Args:
        cast: The round's cast.
        replies: The round's replies, by turn.
    """
    update: dict[str, Any] = {"readings": read_trial(cast, replies), "top": read_top(cast, replies)}
    update["unrated"] = sum(
        turn.row in RATINGS and not readable(cast, turn, replies[turn.name].spoken) for turn in cast.plan.turns
    )
    if (pool := read_pool(cast, replies)) is not None:
        update["pool"] = pool
    if cast.loop:
        update["clauses"] = CLAUSES
    if cast.loop and cast.world.assignment is not None:
        update["down"], update["deeds"] = read_orders(cast, replies), read_deeds(cast, replies)
    elif cast.loop:
        update["down"], update["outcome"] = read_loop(cast, replies)
    return update


def _met(crew: _SeatedCrew, staff: Mapping[str, str]) -> tuple[RoundResult, Outcome | None]:
    """Return the result of a round, and the outcome of its decision, if there was one."""
    cast, decision = crew.cast, crew.cast.world.decision
    said = {name: reply.spoken for name, reply in crew.replies.items()}
    reports = {seat: said[turn] or "" for seat, turn in cast.plan.sent.items()}
    after = [weaver.aftermath(cast, said) for weaver in cast.plan.weavers]
    met = RoundResult(staff, ratings_in(cast, said), reports, after=after, posts=posts_in(cast, said))
    if not cast.loop or decision is None:
        return met, None
    _, outcome = read_loop(cast, crew.replies)
    option = None if outcome.in_force is None else decision.option(outcome.in_force)
    return met._replace(in_force=option, stood=outcome.in_force == decision.standing), outcome


def _values(cast: Cast, readings: Mapping[str, Reading]) -> dict[str, float | None]:
    """Return for each seat below the executive what its report keeps of what it heard; None if it heard nothing."""
    found: dict[str, float | None] = {}
    for seat in cast.hierarchy.seats[1:]:
        heard = [readings[name] for name in cast.hierarchy.reports_of(seat.name)]
        value = passed_on(cast.world.facts, readings[seat.name], heard)
        found[seat.name] = None if math.isnan(value) else value
    return found


def _round_end(
    crew: _SeatedCrew, met: RoundResult, outcome: Outcome | None, readings: dict[str, Reading], *, read: bool
) -> RoundEnd:
    top = read_top(crew.cast, crew.replies) if read else None
    return RoundEnd(
        staff=dict(met.staff), ratings=dict(met.ratings), values=dict(met.values), readings=readings if read else {},
        top=top, outcome=outcome,
        practised=read_practised(crew.cast, met),
    )  # fmt: skip


def read_trial(cast: Cast, replies: Mapping[str, Reply], only: Collection[str] | None = None) -> dict[str, Reading]:
    """Score every report of a finished trial with the instrument.

    Args:
        cast: The trial's cast.
        replies: The replies, by turn.
        only: Score only the reports of these seats.

    Returns:
        For each seat, the reading of the report as its reader got it; also of the executive's brief, if it writes one.
    """
    reader = Reader(cast.world, cast.told)
    plan = cast.plan
    held = held_below(cast.hierarchy, cast.dealt)
    said = {name: reply.spoken for name, reply in replies.items()}
    readings = {
        name: reader.read(
            _plain(cast, replies[sent]),
            hop=cast.hierarchy.heights[name],
            held=held[name],
            heard=_heard(cast, plan.by_name[name], replies),
            corrected=corrected_in(cast, sent, said),
        )
        for name, sent in plan.sent.items()
        if only is None or name in only
    }
    return {name: _as_written(plan, replies, plan.sent[name], reading) for name, reading in readings.items()}


def _as_written(plan: Plan, replies: Mapping[str, Reply], name: str, reading: Reading) -> Reading:
    """For a report that a rule forwarded or appended to, take `finish` and `degenerate` from the model's own text."""
    own = _own(plan, replies, name)
    if own is replies[name]:
        return reading
    spoken = own.spoken or ""
    return reading.model_copy(
        update={"finish": own.finish, "degenerate": degenerate(spoken) if spoken.strip() else None}
    )


def _plain(cast: Cast, reply: Reply) -> Reply:
    """Return a reply as the instrument reads it."""
    return structs.replace(reply, text=cast.plain(reply.text)) if cast.plan.numbered else reply


def _own(plan: Plan, replies: Mapping[str, Reply], name: str) -> Reply:
    """Return the model's own reply behind a report that a rule forwarded or appended to."""
    turn, reply = plan.by_name[name], replies[name]
    if reply.served_by == RULE:
        for before in turn.hears:
            spoken = (replies[before].spoken or NO_REPORT).strip()
            if plan.by_name[before].seat == turn.seat and (reply.text or NO_REPORT).strip().startswith(spoken):
                return _own(plan, replies, before)
    return reply


def _heard(cast: Cast, turn: Turn, replies: Mapping[str, Reply]) -> list[str]:
    own = cast.known_to(turn.seat.name) if turn.seat.name in cast.dealt else []
    return own + [cast.plain(text) for name in turn.hears if (text := replies[name].spoken)]


def read_top(cast: Cast, replies: Mapping[str, Reply]) -> Reading | None:
    """Score all that the executive reads as one text; None if only the last reports reach it."""
    if not cast.plan.joined:
        return None
    said = {name: reply.spoken for name, reply in replies.items()}
    text = "\n".join(cast.plain(spoken) for name in cast.plan.top if (spoken := said[name]))
    reading = Reader(cast.world, cast.told).read(
        ruled_reply(Ruled(text)),
        hop=cast.hierarchy.depth,
        held=frozenset(fact.id for fact in cast.world.facts),
        heard=[notes for worker in cast.dealt for notes in cast.known_to(worker)],
        corrected="\n".join(filter(None, (corrected_in(cast, name, said) for name in cast.plan.top))),
    )
    # some remedies repeat lines, which is no loop of a model
    return reading.model_copy(update={"degenerate": None})
