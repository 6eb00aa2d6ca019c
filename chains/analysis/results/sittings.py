"""What people did in the seats of a trial, from its log: time, drafts, and what became of drafts and of facts."""

import math
from collections.abc import Mapping

from chains.fates import FATE_OF
from chains.models.provider import Reply
from chains.organisation.cast import Cast
from chains.organisation.decision_turns import choice_of
from chains.organisation.plan import Turn
from chains.running.log.log import Log
from chains.running.log.records import Step, TrialEnd
from chains.running.transcript import retold
from chains.running.trial import read_trial
from chains.scoring.measures.heard import joined_fates
from chains.scoring.measures.sittings import Sat, Unit
from chains.scoring.reading import Reading

MOST_STEPS = 24
"""More steps than a dialogue of one turn can have."""


def sittings(cast: Cast, log: Log, trial: str, end: TrialEnd, hourly: float | None = None) -> list[Sat]:
    """Return what people did in a finished trial, a row for each of their turns.

    Args:
        cast: The trial's cast.
        log: The run's log.
        trial: The trial's name.
        end: How it ended.
        hourly: What an hour of a person costs, if that is known.
    """
    asked = [
        turn
        for turn in cast.plan.turns
        if not (turn.ruled or turn.reference) and cast.parts[turn.seat.name].sits != "none"
    ]
    if not asked:
        return []
    replies = retold(cast, log, trial)
    price = math.nan if hourly is None else hourly
    return [_sat(cast, turn, _steps(cast, log, trial, turn), replies, end, price) for turn in asked]


def _steps(cast: Cast, log: Log, trial: str, turn: Turn) -> list[Step]:
    """Return the steps of a turn's dialogue that are in the log, by attempt."""
    key = cast.key(trial, turn)
    found = (log.holds(key._replace(attempt=attempt)) for attempt in range(MOST_STEPS))
    return [step for step in found if step is not None]


def _sat(cast: Cast, turn: Turn, steps: list[Step], replies: Mapping[str, Reply], end: TrialEnd, hourly: float) -> Sat:
    seconds = sum(step.seconds for step in steps if step.person is not None or step.request.model == "person")
    drafts = [step.reply for step in steps if step.attempt and step.person is None]
    draft = drafts[-1] if drafts else None
    seat = turn.seat.name
    at = Sat(seconds, seconds / 3600 * hourly)
    if turn.row.holds == "option":
        return at._replace(units=_choice(cast, turn, draft, replies))
    if cast.plan.sent.get(seat) != turn.name or seat not in end.readings:
        return at
    read = end.readings[seat]
    units: tuple[Unit, ...] = ()
    if draft is not None:
        before = read_trial(cast, {**replies, turn.name: draft}, only=[seat])[seat]
        units = tuple(
            Unit(one == "K", two == "K")
            for one, two in zip(before.fates, read.fates, strict=True)
            if one in FATE_OF and two in FATE_OF
        )
    facts = cast.world.facts
    below = [end.readings[name] for name in cast.hierarchy.reports_of(seat) if name in end.readings]
    heard = joined_fates(facts, below) if below else "K" * len(facts)
    last = read.fates if seat == cast.hierarchy.executive.name else joined_fates(facts, _last(cast, end))
    mine = [place for place, letter in enumerate(read.fates) if letter in FATE_OF]
    whole = [place for place in mine if heard[place] == "K"]
    sent = [place for place in mine if read.fates[place] == "K"]
    return at._replace(
        units=units,
        heard=len(whole),
        lost=sum(read.fates[place] != "K" for place in whole),
        sent=len(sent),
        lost_later=sum(last[place] != "K" for place in sent),
    )


def _last(cast: Cast, end: TrialEnd) -> list[Reading]:
    """Return the readings of what the executive hears."""
    if end.top is not None:
        return [end.top]
    return [end.readings[name] for name in cast.hierarchy.reports_of(cast.hierarchy.executive.name)]


def _choice(cast: Cast, turn: Turn, draft: Reply | None, replies: Mapping[str, Reply]) -> tuple[Unit, ...]:
    decision = cast.world.decision
    if decision is None or draft is None:
        return ()
    best = decision.best().id
    chosen = [choice_of(cast, text).option for text in (draft.spoken, replies[turn.name].spoken)]
    return (Unit(chosen[0] == best, chosen[1] == best),)
