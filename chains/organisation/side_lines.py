"""Lines beside the chain of command: skip-level, peer and outside reports, and questions from above.

    skip:L4>L0         L0 reads what L4 reported, too
    peer:L2.1>L2.2     L2.2 reads what its peer reported before it writes
    outside:Press>L0   somebody outside knows the ledger, and reports on it to L0
    question:L0>L3     L0, having read the reports to it, asks L3, which answers from what it knows; then L0 speaks

Several are joined by "+". A hierarchy file has them in `[[side]]` tables with
`kind`, `from` and `to`. A side line may bring what the chain lost, so the fates
at the top are scored on all that the executive reads.
"""

from collections.abc import Iterable
from typing import Any

from chains.errors import BadInput
from chains.models.channel import replies
from chains.models.provider import Request
from chains.models.spec import Source
from chains.organisation.cast import NO_REPORT, Cast
from chains.organisation.decision_turns import choice_size
from chains.organisation.hierarchy import Edge, Hierarchy, Seat, side_edge
from chains.organisation.plan import Draft, Turn, Weaver
from chains.organisation.selection import REPORT
from chains.organisation.task import Said, task

NO_ANSWER_NEEDED = "(no question)"
"""The question that a seat answers if the question above it failed."""


class SideLines(Weaver):
    """Adds the turns of a hierarchy's side edges."""

    crosses = True

    def before(self, draft: Draft, seat: Seat) -> Iterable[str]:
        """Return the turns of the side lines to a seat; adds those that are not reports already sent."""
        heard: list[str] = []
        for edge in draft.hierarchy.side_to(seat.name):
            if edge.kind in ("skip", "peer"):
                heard.append(draft.sent[edge.below])
            elif edge.kind == "outside":
                outsider = draft.outsider(edge.below)
                turn = draft.add(outsider, REPORT, (), by=self, what=f"to {seat.name}", heading=f"From {edge.below}:")
                heard.append(turn.name)
        for edge in draft.hierarchy.side_to(seat.name):
            if edge.kind == "question":
                heard.append(self._answered(draft, seat, draft.hierarchy.seat(edge.below), tuple(heard)))
        return heard

    def at_the_top(self, draft: Draft) -> None:
        """Put the side lines to the executive after the reports to it."""
        draft.top += self.before(draft, draft.hierarchy.executive)

    def _answered(self, draft: Draft, seat: Seat, below: Seat, besides: tuple[str, ...]) -> str:
        reports = tuple(draft.sent[name] for name in draft.hierarchy.reports_of(seat.name))
        asks = draft.add(seat, ASK, reports + besides, by=self, what=f"asks {below.name}", about=below.name)
        knows = tuple(draft.sent[name] for name in draft.hierarchy.reports_of(below.name))
        heading = f"Answer of {below.name} to your question:"
        return draft.add(
            below, ANSWER, (asks.name, *knows), by=self, what=f"answers {seat.name}", heading=heading
        ).name  # fmt: skip


def ask(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask a seat for its question to a seat below, given the reports that it has read."""
    heard = cast.heard(turn, said)
    holes = {"reports": cast.headed(heard, cast.hears(turn, said)), "asked": turn.about}
    return cast.ask(turn, holes, heard, one_question)


ASK = task("ask", ask, "down", {"reports", "asked"}, number=100_000, size=choice_size, channel=replies.asks)


def one_question(settings: dict[str, Any], _source: Source) -> dict[str, Any]:
    """Hold a model whose reports have a grammar to one question; the grammar for reports would make it loop."""
    return settings | {"grammar": QUESTION} if "grammar" in settings else settings


QUESTION = r'root ::= [A-Z] [^\n?]{8,160} "?"'
"""Grammar of one question, in GBNF, the format of llama.cpp."""


def answer(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask a seat to answer a question from what it knows: its notes, or the reports that it read."""
    question, *reports = turn.hears
    texts = [(said[name] or NO_REPORT).strip() for name in reports]
    known = [cast.notes(turn.seat.name)] if turn.seat.role == "worker" else texts
    holes = {
        "question": (said[question] or NO_ANSWER_NEEDED).strip(),
        "knows": known[0] if turn.seat.role == "worker" else cast.headed(known, reports),
    }
    # A telling of its own: the seat may still know what its first report lost.
    return cast.ask(turn, holes, known, drafted=1)


ANSWER = task("answer", answer, "up", {"superior", "question", "knows"}, number=110_000, holds="facts")


def side_edges(text: str, hierarchy: Hierarchy) -> list[Edge]:
    """Read the side lines of a setting: "skip:L4>L0+question:L0>L3", or "none".

    Raises:
        BadInput: If one is not of that form, or not possible in the hierarchy.
    """
    if text.strip() == "none":
        return []
    edges = []
    for part in text.split("+"):
        kind, colon, ends = part.strip().partition(":")
        start, arrow, end = (piece.strip() for piece in ends.partition(">"))
        if not (colon and arrow and start and end):
            raise BadInput(f"side line {part.strip()!r} is not KIND:FROM>TO; for example skip:L4>L0")
        edges.append(side_edge(kind.strip(), start, end, hierarchy, f"side line {part.strip()!r}"))
    return edges
