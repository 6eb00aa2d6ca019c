"""Stop Work Authority: any seat that has heard something may halt the work.

After the reports, each seat with the authority is asked, given what it read
for its own report: a worker its notes, a manager the reports to it. If one
stops the work, the careful option is in force, whatever the executive chose;
with `override` the executive is told who stopped and why, and asked again.
The placebo asks the same questions, but the decision stands whatever they answer.
"""

from typing import ClassVar, Literal

import orjson

from chains.models.channel import replies
from chains.models.provider import Request
from chains.organisation.cast import NO_REPORT, Cast
from chains.organisation.decision_turns import choice_of, choice_size, decision_line, decision_of, letters_of
from chains.organisation.plan import Draft, Turn
from chains.organisation.remedies.remedy import Remedy, remedy
from chains.organisation.remedies.stop_choice import HOLES, ask, steps_in
from chains.organisation.task import Rule, Ruled, Said, task
from chains.worlds.decisions.decision import Option

Who = Literal["worker", "manager", "all"]
LONGEST_WHY = 300
"""How many characters of a stopper's reason the executive reads."""


@remedy
class StopWork(Remedy):
    """Who may stop the work, and whether a stop can be overridden."""

    about: ClassVar[str] = "those who report may stop the work on what they know"
    of_decisions: ClassVar[bool] = True
    place: ClassVar[int] = 60

    who: Who = "all"
    """Which seats below the executive may stop the work."""
    override: bool = False
    """Whether the executive may decide, after a stop, that the work goes on."""

    def decided(self, draft: Draft) -> None:
        """Add the questions to those who may stop and to the executive, and the choice in force after them."""
        decision, top = draft.decision, draft.hierarchy.executive
        reported = {turn.name: turn for turn in draft.turns}
        asked = [seat for seat in draft.hierarchy.upward() if seat is not top and self.who in (seat.role, "all")]
        stops = [draft.add(seat, STOP, reported[seat.name].hears, by=self).name for seat in asked]
        hears = [decision, *stops]
        if self.override:
            hears.append(draft.add(top, OVERRIDE, [decision, *stops, *draft.top], by=self).name)
        if not self.placebo:
            draft.decision = draft.add(top, STOPPED_OR_NOT, hears, by=self, what="in force").name


def stop(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask a seat whether it stops the work, given what it read for its report."""
    return ask(cast, turn, heard_by(cast, turn, said), None, {})


STOP = task("stop", stop, "decide", HOLES | {"superior"}, number=70_000, size=choice_size, channel=replies.halts)


def override(cast: Cast, turn: Turn, said: Said) -> Request | Ruled:
    """Ask the executive whether the work goes on after a stop; it is not asked if nobody stopped what it decided."""
    decision, stoppers = turn.hears[0], _stoppers(cast, turn, said)
    if not overridable(cast, turn, said):
        return Ruled(None)
    holes = {
        "decided": decision_line(cast, said[decision]),
        "stops": "\n".join(_who_and_why(cast, name, said[name] or "") for name in stoppers),
    }
    return ask(cast, turn, heard_by(cast, turn, said), choice_of(cast, said[decision]).option, holes)


OVERRIDE = task(
    "override", override, "decide", HOLES | {"decided", "stops"},
    number=80_000, size=choice_size, channel=replies.halts,
)  # fmt: skip


def overridable(cast: Cast, turn: Turn, said: Said) -> bool:
    """Return whether the executive is asked: somebody stopped the work, and it had not chosen the careful option."""
    chosen = choice_of(cast, said[turn.hears[0]]).option
    return bool(_stoppers(cast, turn, said)) and chosen != decision_of(cast)[0].careful_option.id


def heard_by(cast: Cast, turn: Turn, said: Said) -> list[str]:
    """Return what a seat reads before it may stop or override: its own notes, then what reached it."""
    own = [cast.given(turn.seat.name)] if turn.seat.role == "worker" else []
    told = cast.hears(turn, said)
    if turn.task == "override":
        told = tuple(name for name in told if name in cast.plan.top)
    texts = [(said[name] or NO_REPORT).strip() for name in told]
    return own + ([cast.headed(texts, told, always=bool(own))] if told else [])


def stopped_or_not(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the choice in force: the careful option if a stop was not overridden, else the executive's choice."""
    decision = turn.hears[0]
    overrides = [name for name in turn.hears if cast.plan.by_name[name].task == "override"]
    if not _stoppers(cast, turn, said) or any(steps_in(cast, "override", said[name]) for name in overrides):
        return Ruled(said[decision])
    return Ruled(carefully(cast, "the work was stopped"))


STOPPED_OR_NOT = Rule("stopped or not", stopped_or_not, holds="option")


def carefully(cast: Cast, why: str) -> str:
    """Return a reply that chooses the careful option, as a seat would write it."""
    careful: Option = decision_of(cast)[0].careful_option
    letter = next(letter for letter, option in letters_of(cast).items() if option.id == careful.id)
    return f'{{"reason": "{why}", "option": "{letter}"}}'


def _stoppers(cast: Cast, turn: Turn, said: Said) -> list[str]:
    """Return the turns, among those that a turn hears, in which somebody stopped the work."""
    stops = [name for name in turn.hears if cast.plan.by_name[name].task == "stop"]
    return [name for name in stops if steps_in(cast, "stop", said[name])]


def _who_and_why(cast: Cast, name: str, reply: str) -> str:
    seat = cast.plan.by_name[name].seat
    return f"- {seat.name}, a {seat.role}: {' '.join(_reason(reply).split())[:LONGEST_WHY]}"


def _reason(reply: str) -> str:
    """Return the reason in a choice's JSON without the letter, which stood for another option; else the whole reply."""
    try:
        plain = orjson.loads(reply)
    except orjson.JSONDecodeError:
        return reply
    reason = plain.get("reason") if isinstance(plain, dict) else None
    return reason if isinstance(reason, str) else reply
