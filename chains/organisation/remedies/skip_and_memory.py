"""Two remedies that bring the executive lines past the chain: from workers directly, and from a memory of lost lines.

    L4/claim                  the worker says how much the executive needs its notes (only to=own asks it)
    L4/skip  L4/straight      the worker picks lines of its notes (only by=targeted asks it); they reach the executive
    L0/resurfaced             what managers heard and did not pass on, the most relevant to the executive's question

The placebo of either repeats as many lines that the executive already hears.
"""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from chains.models.channel import replies
from chains.models.provider import Request
from chains.models.spec import Source
from chains.organisation.cast import Cast, as_json
from chains.organisation.plan import Draft, Turn
from chains.organisation.remedies.audit_findings import TOKENS_OF_FINDINGS, read_numbers
from chains.organisation.remedies.note_text import bulleted, drawn, lines_in, listed
from chains.organisation.remedies.remedy import Remedy, remedy, woven_by
from chains.organisation.remedies.unreported import hidden, passed_on, ranked
from chains.organisation.selection import RATING, TOKENS_A_RATING
from chains.organisation.task import Rule, Ruled, Said, task
from chains.rng import Draw
from chains.scoring.replies.rating import read_ratings

AGAIN = "Once more from the reports:"
"""What stands above a placebo's lines."""
Lines = Annotated[int, Field(ge=1, le=100)]


@remedy
class Skip(Remedy):
    """Workers write lines of their notes straight to the executive."""

    about: ClassVar[str] = "workers write lines of their notes straight to the executive"
    place: ClassVar[int] = 40

    n: Lines = 1
    """How many lines each worker sends; with `by=broadcast` it sends all of its notes."""
    by: Literal["random", "targeted", "severity", "broadcast"] = "random"
    """Which lines: drawn; those that the worker picks as mattering most; the most severe by the ledger; all."""
    workers: Lines | None = None
    """How many workers have such a line in a trial; all if not given."""
    to: Literal["random", "rank", "expertise", "own"] = "random"
    """Who has one, if not all: drawn for each trial; those nearest to the executive, the first of equals; those whose
    notes hold what decides, then others at random; or those who say most that the executive needs their notes."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.by == "broadcast" and "n" in self.model_fields_set:
            raise ValueError("by=broadcast sends all notes, so n means nothing; leave n out")
        if self.workers is None and "to" in self.model_fields_set:
            raise ValueError("all workers have a line, so to means nothing; say how many have one with workers=N")
        return self

    def has_line(self, cast: Cast, worker: str, turn: Turn, said: Said) -> bool:
        """Return whether a worker has a line past the chain in a trial; `turn` hears what the workers claimed."""
        seats = [seat.name for seat in cast.hierarchy.workers]
        if self.workers is None or self.workers >= len(seats):
            return True
        if self.to == "rank":
            order = sorted(seats, key=lambda name: len(cast.hierarchy.path_up(name)))
        else:
            order = Draw("lines", cast.world.digest, cast.replicate).shuffled(seats)
        if self.to == "expertise" and cast.world.decision is not None:
            pivots = cast.world.decision.pivots
            order.sort(key=lambda name: not pivots & set(cast.dealt[name]))
        if self.to == "own":
            claims = [heard for name in turn.hears if (heard := cast.plan.by_name[name]).row is CLAIM]
            rated = {one.seat.name: read_ratings(said[one.name], NOTES) for one in claims}
            order.sort(key=lambda name: -(rated[name] or {}).get("A", 0))  # an unreadable claim is none
        return worker in order[: self.workers]

    def at_the_top(self, draft: Draft) -> None:
        """Add each worker's lines to what the executive reads."""
        reports, workers = tuple(draft.top), draft.hierarchy.workers
        asked = self.to == "own" and self.workers is not None and self.workers < len(workers)
        claims = [draft.add(worker, CLAIM, (), by=self).name for worker in workers] if asked else []
        for worker in workers:
            heard = [*claims, *(reports if self.placebo else ())]
            if self.by == "targeted":
                heard.append(draft.add(worker, SKIP, claims, by=self).name)
            heading = AGAIN if self.placebo else f"Straight from {worker.name}:"
            line = draft.add(worker, STRAIGHT, heard, by=self, heading=heading)
            draft.top.append(line.name)


NOTES = ("A",)
"""The letter under which a worker rates its own notes."""


def claim(cast: Cast, turn: Turn, said: Said) -> Request:  # noqa: ARG001  as all askers
    """Ask a worker how much the executive needs to read its notes as they are."""
    notes, workers = cast.given(turn.seat.name), len(cast.hierarchy.workers)

    def shape(settings: dict[str, Any], source: Source) -> dict[str, Any]:
        return as_json(settings, source, "ratings", dict.fromkeys(NOTES, RATING))

    holes = {"notes": notes, "count": woven_by(turn, Skip).workers or workers, "all": workers}
    return cast.ask(turn, holes, [notes], shape, letters=dict.fromkeys(NOTES, turn.seat.name))


CLAIM = task(
    "claim", claim, "up", {"notes", "count", "all"}, number=300_000, channel=replies.claims,
    size=lambda load: (load.told, TOKENS_A_RATING),
)  # fmt: skip


def pick(cast: Cast, turn: Turn, said: Said) -> Request | Ruled:
    """Ask a worker which of its notes the executive should read."""
    by = woven_by(turn, Skip)
    shown, count = lines_in(cast.given(turn.seat.name)), by.n
    if not shown or not by.has_line(cast, turn.seat.name, turn, said):
        return Ruled(None)
    holes = {"lines": listed(shown), "count": min(count, len(shown))}
    numbers = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": len(shown)}}

    def shape(settings: dict[str, Any], source: Source) -> dict[str, Any]:
        limited = numbers | {"maxItems": min(count, len(shown))} if source.traits.takes_bounds else numbers
        return as_json(settings, source, "lines", {"lines": limited})

    more = {"lines": tuple(shown), "count": min(count, len(shown))}
    return cast.ask(turn, holes, ["\n".join(shown)], shape, more=more)


SKIP = task(
    "skip", pick, "up", {"lines", "count"}, number=60_000, channel=replies.picks,
    size=lambda load: (load.told, TOKENS_OF_FINDINGS),
)  # fmt: skip


def straight(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the lines that a worker sends past the chain; in a placebo, as many that the reports already hold."""
    by = woven_by(turn, Skip)
    lines = _sent(cast, turn, said, by)
    if by.placebo:
        lines = drawn(
            _in_reports(cast, turn, said), len(lines), Draw("again", cast.world.digest, cast.replicate, turn.seat.name)
        )
    return Ruled(bulleted(lines) or None)


STRAIGHT = Rule("straight", straight)


def _sent(cast: Cast, turn: Turn, said: Said, by: Skip) -> list[str]:
    worker = turn.seat.name
    shown = lines_in(cast.given(worker)) if by.has_line(cast, worker, turn, said) else []
    draw = Draw("skip", cast.world.digest, cast.replicate, worker)
    match by.by:
        case "broadcast":
            return shown
        case "random":
            return draw.sample(shown, min(by.n, len(shown)))
        case "severity":
            facts = [cast.world.fact(name) for name in cast.dealt[worker]] if shown else []
            order = sorted(
                draw.shuffled(range(len(facts))), key=lambda at: (-facts[at].severity, facts[at].valence != "bad")
            )
            lines = cast.lines(worker)
            return [line for at in order[: by.n] for line in lines_in(lines[at][1])]
        case _:
            picks = next(said[name] for name in turn.hears if cast.plan.by_name[name].task == "skip")
            return [shown[number - 1] for number in read_numbers(picks, shown, by.n)]


def _in_reports(cast: Cast, turn: Turn, said: Said) -> list[str]:
    """Return the lines of the reports that the executive reads."""
    executive = cast.hierarchy.executive.name
    last = {cast.plan.sent[seat] for seat in cast.hierarchy.reports_of(executive)}
    return lines_in(*(text for name in turn.hears if name in last and (text := said[name])))


@remedy
class Memory(Remedy):
    """Keeps what managers heard and did not pass on; the most relevant lines resurface at the top."""

    about: ClassVar[str] = "what managers heard and did not pass on is kept; the most relevant resurfaces at the top"
    place: ClassVar[int] = 50

    n: Lines = 2
    """Lines that resurface."""

    def at_the_top(self, draft: Draft) -> None:
        """Add what resurfaces to what the executive reads."""
        heading = AGAIN if self.placebo else "Heard further down and not passed on:"
        managers = [seat.name for seat in draft.hierarchy.seats if seat.role == "manager"]
        below = [name for seat in managers for name in (draft.sent[seat], *draft.read_by(seat))]
        line = draft.add(
            draft.hierarchy.executive, RESURFACED, dict.fromkeys((*draft.top, *below)), by=self, heading=heading
        )
        draft.top.append(line.name)


def resurfaced(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the lines that resurface; in a placebo, as many lines that the reports already hold."""
    by = woven_by(turn, Memory)
    reads = [name for name in turn.hears if name in cast.plan.top]
    top = "\n".join(text for name in reads if (text := said[name]))
    draw = Draw("memory", cast.world.digest, cast.replicate)
    kept: list[str] = []
    for line in ranked(_hidden(cast, said, top), _question(cast), draw):
        if len(kept) < by.n and not passed_on(line, bulleted(kept)):
            kept.append(line)
    if by.placebo:
        kept = drawn(_in_reports(cast, turn, said), len(kept), draw)
    return Ruled(bulleted(kept) or None)


RESURFACED = Rule("resurfaced", resurfaced)


def _hidden(cast: Cast, said: Said, top: str) -> list[str]:
    """Return the lines that managers heard and did not pass on, and that the executive does not read elsewhere."""
    found: dict[str, None] = {}
    for seat in cast.hierarchy.upward():
        if seat.role == "manager" and seat.name in cast.plan.sent:
            heard = lines_in(*cast.heard(cast.plan.by_name[seat.name], said))
            found |= dict.fromkeys(hidden(heard, said[cast.plan.sent[seat.name]] or ""))
    return hidden([*found], top)


def _question(cast: Cast) -> str:
    """Return the words of the executive's question: the world's title and, in the whole loop, decision and charter."""
    world = cast.world
    words = [world.title]
    if cast.loop and world.decision is not None:
        words += [world.decision.question, *(option.text for option in world.decision.options)]
        words += [clause.render(0) for clause in world.charter.clauses] if world.charter else []
    return "\n".join(words)
