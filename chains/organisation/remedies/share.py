"""Sharing of context: everybody reads everybody's notes, beside the reports.

L3/shared       the notes of a worker, which every other seat reads before it speaks
L1/repeated     the placebo: as many lines, all of which the seat has already
"""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field

from chains.errors import BadInput
from chains.organisation.cast import Cast
from chains.organisation.hierarchy import Seat
from chains.organisation.plan import Draft, Turn
from chains.organisation.remedies.note_text import bulleted, drawn, lines_in
from chains.organisation.remedies.remedy import Remedy, remedy
from chains.organisation.remedies.skip_and_memory import AGAIN
from chains.organisation.task import Rule, Ruled, Said
from chains.rng import Draw


@remedy
class Share(Remedy):
    """Every seat reads the notes of all workers."""

    about: ClassVar[str] = "everybody reads everybody's notes, in organisations of up to ten seats"
    place: ClassVar[int] = 5

    seats: Annotated[int, Field(ge=2, le=1000)] = 10
    """Most seats of an organisation in which it is done; a larger one is refused."""

    def before(self, draft: Draft, seat: Seat) -> Iterable[str]:
        """Return the turns that bring a seat the notes of all other workers."""
        many = len(draft.hierarchy.seats)
        if many > self.seats:
            raise BadInput(
                f"remedy share is for up to {self.seats} seats, and the {draft.hierarchy.name} has {many}; "
                f"take a smaller one, or set remedy = share:seats={many}"
            )
        others = [worker for worker in draft.hierarchy.workers if worker.name != seat.name]
        if self.placebo:
            below = [draft.sent[name] for name in draft.hierarchy.reports_of(seat.name)]
            return [draft.add(seat, REPEATED, below, by=self, heading=AGAIN).name]
        made = {turn.name for turn in draft.turns}
        for worker in others:
            if f"{worker.name}/{SHARED.name}" not in made:
                draft.add(worker, SHARED, (), by=self, heading=f"Notes of {worker.name}:")
        return [f"{worker.name}/{SHARED.name}" for worker in others]

    def at_the_top(self, draft: Draft) -> None:
        """Add the notes to what the executive reads."""
        draft.top += self.before(draft, draft.hierarchy.executive)


def shared(cast: Cast, turn: Turn, said: Said) -> Ruled:  # noqa: ARG001  as all rules
    """Return the notes of a worker, as everybody reads them."""
    return Ruled(bulleted(lines_in(cast.given(turn.seat.name))) or None)


SHARED = Rule("shared", shared)


def repeated(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return lines that a seat has already, as many as the notes of all other workers have."""
    mine = turn.seat.name
    count = sum(len(lines_in(cast.given(seat.name))) for seat in cast.hierarchy.workers if seat.name != mine)
    own = [cast.given(mine)] if turn.seat.role == "worker" else []
    has = lines_in(*own, *(text for name in turn.hears if (text := said[name])))
    return Ruled(bulleted(drawn(has, count, Draw("repeated", cast.world.digest, cast.replicate, mine))) or None)


REPEATED = Rule("repeated", repeated)
