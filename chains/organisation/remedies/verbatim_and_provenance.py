"""Two remedies that add to every report: red lines word for word, and the numbers of notes that it does not name.

    L4/attached    the report, and under it the red lines of the notes below, exactly as they stand there
    L4/listed      the report, and under it the numbers of the notes that its writer heard and does not name

The placebo of `verbatim` attaches as many lines of the report itself; the
placebo of `provenance` lists as many numbers, drawn from those that the report names.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chains.models.channel.codebook import numbered_lines
from chains.models.channel.note_markers import ATTACHED, NUMBERS, REPEATED, UNNAMED, named, numbered
from chains.organisation.cast import NO_REPORT, Cast
from chains.organisation.hierarchy import Seat
from chains.organisation.plan import Draft, Turn
from chains.organisation.remedies.note_text import bulleted, drawn, lines_in
from chains.organisation.remedies.remedy import Remedy, remedy, woven_by
from chains.organisation.task import Rule, Ruled, Said
from chains.rng import Draw
from chains.worlds.facts.ledger import Fact


@remedy
class Verbatim(Remedy):
    """Weaves in red lines of the workers' notes, word for word, under every report."""

    about: ClassVar[str] = "the red lines of the notes (bad, severe) travel word for word with every report"
    place: ClassVar[int] = 30

    severity: Annotated[int, Field(ge=1, le=5)] = 4
    """Lowest severity at which a bad fact is red."""
    lines: Literal["red", "other"] = "red"
    """Which lines are attached. `other` attaches as many lines that are not red, to see whether the choice matters."""

    def reported(self, draft: Draft, seat: Seat) -> None:
        """Attach to a seat's report."""
        sent = draft.sent[seat.name]
        draft.sent[seat.name] = draft.add(seat, ATTACHED_LINES, [sent], by=self, about=seat.name).name

    def red(self, fact: Fact) -> bool:
        """Return whether a fact is to be quoted."""
        return fact.valence == "bad" and fact.severity >= self.severity


def attached(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return a report with the lines that travel with it."""
    by, written = woven_by(turn, Verbatim), said[turn.hears[0]]
    notes = [(cast.world.fact(name), line) for worker in _below(cast, turn.about) for name, line in cast.lines(worker)]
    lines = [line for fact, line in notes if by.red(fact)]
    if by.lines == "other":
        # drawn per trial, so that a line attached once is attached all the way up
        draw = Draw("other lines", cast.world.digest, cast.replicate)
        ranks = {fact.id: draw.uniform() for fact in cast.world.facts}
        others = sorted((pair for pair in notes if not by.red(pair[0])), key=lambda pair: ranks[pair[0].id])
        lines = [line for _, line in others[: len(lines)]]
    if by.placebo:
        draw = Draw("again", cast.world.digest, cast.replicate, turn.about)
        lines = drawn(lines_in(written or ""), len(lines), draw)
    if not lines:
        return Ruled(written)
    frame = REPEATED if by.placebo else ATTACHED
    return Ruled(f"{(written or NO_REPORT).strip()}\n\n{frame}\n{bulleted(lines)}")


ATTACHED_LINES = Rule("attached", attached)


def _below(cast: Cast, seat: str) -> list[str]:
    """Return the workers whose notes a seat's report is made from."""
    return [worker.name for worker in cast.hierarchy.workers if seat in cast.hierarchy.path_up(worker.name)]


@remedy
class Provenance(Remedy):
    """Numbers the workers' notes, asks for the numbers in reports, and lists those that a report does not name."""

    about: ClassVar[str] = "reports name the numbers of the notes they rest on; those heard and not named are listed"
    place: ClassVar[int] = 20
    show: Literal["ids", "lines"] = "ids"
    """How unnamed notes are listed: by their numbers alone, or as the lines that were heard."""

    @property
    def told(self) -> tuple[str, ...]:
        """Ask for the numbers."""
        return ("numbers",)

    @property
    def numbers_notes(self) -> bool:
        """Number them."""
        return True

    def reported(self, draft: Draft, seat: Seat) -> None:
        """List what a seat's report does not name."""
        sent = draft.sent[seat.name]
        heard = [sent, *draft.read_by(seat.name)]
        draft.sent[seat.name] = draft.add(seat, LISTED_NUMBERS, heard, by=self, about=seat.name).name


def unnamed(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return a report with the list of notes that its writer heard and does not name."""
    by, written = woven_by(turn, Provenance), said[turn.hears[0]]
    heard: dict[int, str] = {}
    for line, numbers in numbered_lines(*cast.heard(cast.plan.by_name[turn.about], said)):
        for number in numbers:
            heard.setdefault(number, line)
    gone = [number for number in heard if number not in named(written or "")]
    if by.placebo:
        there = [number for number in heard if number not in gone]
        draw = Draw("numbers", cast.world.digest, cast.replicate, turn.about)
        gone = sorted(draw.sample(there, min(len(gone), len(there))))
    if not gone:
        return Ruled(written)
    if by.show == "ids":
        under = f"{NUMBERS if by.placebo else UNNAMED} {', '.join(f'[{number}]' for number in gone)}"
    elif by.placebo:  # in the report's words: the lines as heard could bring news
        under = f"{REPEATED}\n{bulleted([line for line in lines_in(written or '') if named(line) & {*gone}])}"
    else:
        under = f"{UNNAMED}\n{bulleted([numbered(heard[number], [number]) for number in gone])}"
    return Ruled(f"{(written or NO_REPORT).strip()}\n\n{under}")


LISTED_NUMBERS = Rule("listed", unnamed)
