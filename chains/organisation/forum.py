"""A forum: in every round some seats post, and read before the next what the others have posted.

    worker              the workers post on their reports and how these were rated, and read
    worker+manager      so do the managers
    worker+executive    the executive reads too; it posts nothing, because nobody rates it
    worker:placebo      the same seats post on other matters: the same calls, and posts of the same length

What is read stands before the request for the next report, beside what the seat remembers. Any experiment of several
rounds can have a forum; what spreads on it is for the experiment to measure.

A *tip* is a practice (`worlds.facts.metric`) that one worker was told of before the first round: how rumours begin.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from chains.errors import BadInput, nearest
from chains.models.channel import replies
from chains.models.provider import Request
from chains.models.spec import Source
from chains.organisation.cast import NO_REPORT, Cast
from chains.organisation.decision_turns import choice_size
from chains.organisation.hierarchy import Hierarchy, Seat
from chains.organisation.plan import Draft, Turn, Weaver
from chains.organisation.selection import rates_report, rating_in
from chains.organisation.task import Said, Task, task
from chains.rng import Draw
from chains.worlds.world import World

PLACEBO = "placebo"
MOST_POSTED = 400
"""How many characters of a post are shown: a prompt must not grow without end."""


class Forum(Weaver):
    """Adds each member's post once its report is rated."""

    def __init__(self, text: str, hierarchy: Hierarchy) -> None:
        """Read the setting.

        Raises:
            BadInput: If it names nobody in the hierarchy, or nobody who reports.
        """
        self.members = members(text, hierarchy)
        self.row: Task = CHAT if _is_placebo(text) else POST
        if self.members <= {hierarchy.executive.name}:
            raise BadInput(f"forum = {text}: nobody there reports, so nobody posts; name a role below the executive")

    def reported(self, draft: Draft, seat: Seat) -> None:
        """Add a member's post, which follows its report and the rating of it."""
        if seat.name in self.members:
            rated = [turn.name for turn in draft.turns if rates_report(turn) and turn.about == seat.name]
            draft.add(seat, self.row, (draft.sent[seat.name], *rated), by=self, about=seat.name)


def members(text: str, hierarchy: Hierarchy) -> frozenset[str]:
    """Return the seats that a setting names by role, level or name; none for "none".

    Raises:
        BadInput: If it names nobody in the hierarchy.
    """
    if text == "none":
        return frozenset()
    who, _, what = text.partition(":")
    if what not in ("", PLACEBO):
        raise BadInput(f"forum = {text}: after the colon only {PLACEBO} can stand")
    found = set[str]()
    for part in (part.strip() for part in who.split("+")):
        here = {seat.name for seat in hierarchy.seats if part in (seat.name, seat.role, f"level.{seat.level}")}
        if not here:
            meant = nearest(part, {name for seat in hierarchy.seats for name in (seat.name, seat.role)})
            raise BadInput(f"forum = {text}: the {hierarchy.name} has no seat, level or role {part!r}{meant}")
        found |= here
    return frozenset(found)


def _is_placebo(text: str) -> bool:
    return text.endswith(f":{PLACEBO}")


def post(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask a seat for its post, given what it reported and how that was rated."""
    report = (said[turn.hears[0]] or NO_REPORT).strip()
    rating = rating_in(cast, cast.plan.by_name[turn.hears[1]], said) if len(turn.hears) > 1 else None
    rated = "Your report was not rated." if rating is None else f"Your report was rated {rating:.2g} of 10."
    metric = cast.world.metric
    more = {"rating": rating, "used": metric.practised(report) if metric else ()}
    return cast.ask(turn, {"report": report, "rated": rated}, [report], short, more=more)


def short(settings: dict[str, Any], _source: Source) -> dict[str, Any]:
    """Hold a model whose reports have a grammar to one paragraph; the grammar for reports is one of lists."""
    return settings | {"grammar": PARAGRAPH} if "grammar" in settings else settings


PARAGRAPH = r'root ::= [A-Z] [^\n]{20,220} "."'
"""Grammar of one paragraph, in GBNF, the format of llama.cpp."""

POST = task(
    "post", post, "audit", {"report", "rated", "superior"}, number=320_000, size=choice_size, channel=replies.posts
)
CHAT = task("chat", post, "audit", {"superior"}, number=330_000, size=choice_size, channel=replies.chats)


def posts_in(cast: Cast, said: Said) -> dict[str, str]:
    """Return what each seat posted in a round."""
    turns = (turn for turn in cast.plan.turns if turn.row in (POST, CHAT))
    return {turn.seat.name: text.strip()[:MOST_POSTED] for turn in turns if (text := said[turn.name])}


def read_by(seat: str, posts: Mapping[str, str]) -> dict[str, str]:
    """Return the posts that a member reads: all but its own."""
    return {name: text for name, text in posts.items() if name != seat}


def as_read(posts: Mapping[str, str]) -> str:
    """Return posts in words; empty if there are none."""
    lines = [f"{name}: {' '.join(text.split())}" for name, text in posts.items()]
    return "\n".join(["Colleagues have posted this since the last round.", *lines]) if lines else ""


def tips_for(world: World, hierarchy: Hierarchy, replicate: int, count: int) -> dict[str, tuple[str, ...]]:
    """Return the practices that each worker is told of before the first round; no tips where no work is scored.

    They are dealt like cards, so that every practice begins with as many workers.
    """
    known = [one.id for one in world.metric.practices] if world.metric else []
    if not known or not count:
        return {}
    order = Draw("tips", world.seed, replicate).shuffled(known)
    deck = iter(order * (1 + count * len(hierarchy.workers) // len(order)))
    return {worker.name: tuple(islice(deck, min(count, len(order)))) for worker in hierarchy.workers}


def as_told(world: World, tips: tuple[str, ...]) -> str:
    """Return tips in words; empty if there are none."""
    metric = world.metric
    known = [one.does for one in metric.practices if one.id in tips] if metric else []
    return "\n".join(f"Somebody told you that a report is rated higher if you {does}." for does in known)
