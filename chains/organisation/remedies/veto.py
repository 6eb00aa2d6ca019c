"""The quality engineer's veto: a seat beside the chain of command checks the decision before it takes effect.

An independent engineer reads the full ledger, in the words of the workers'
notes, and reports to nobody in the chain. A dependent one reads what the
executive reads and reports to the manager. The engineer is not asked if the
careful option was chosen. A veto puts the careful option in force. The placebo
asks too, but the decision stands whatever it answers.
"""

from typing import ClassVar

from chains.models.channel import replies
from chains.models.provider import Request
from chains.organisation.cast import Cast
from chains.organisation.decision_turns import (
    choice_of,
    choice_size,
    decision_line,
    decision_of,
    heard_at_the_top,
    ledger_text,
)
from chains.organisation.plan import Draft, Turn
from chains.organisation.remedies.remedy import Remedy, remedy
from chains.organisation.remedies.stop_choice import HOLES, ask, steps_in
from chains.organisation.remedies.stop_work import carefully
from chains.organisation.task import Rule, Ruled, Said, task

ENGINEER = "QE"
"""The name of the seat; its model is that of the role `auditor`, if that is set."""
INDEPENDENT = "You report to nobody who works on this."
DEPENDENT = "You report to the manager of this work."


@remedy
class Veto(Remedy):
    """A quality engineer beside the chain, and what it may read."""

    about: ClassVar[str] = "a quality engineer beside the chain may veto the decision"
    of_decisions: ClassVar[bool] = True
    place: ClassVar[int] = 70  # after stop_work: stopped work needs no check

    independent: bool = True
    """Whether it reads the full ledger; if not, it reads what the executive reads."""

    def decided(self, draft: Draft) -> None:
        """Add the question to the quality engineer, and the choice in force after it."""
        seat = draft.auditor(ENGINEER, 0)
        read = () if self.independent else draft.top
        veto = draft.add(seat, VETO, [draft.decision, *read], by=self)
        if not self.placebo:
            top = draft.hierarchy.executive
            hears = [draft.decision, veto.name]
            draft.decision = draft.add(top, VETOED_OR_NOT, hears, by=self, what="in force").name


def veto(cast: Cast, turn: Turn, said: Said) -> Request | Ruled:
    """Ask the quality engineer whether it vetoes the decision; it is not asked if that is the careful option."""
    if not checkable(cast, turn, said):
        return Ruled(None)
    decision, heard = turn.hears[0], heard_by(cast, turn, said)
    holes = {
        "post": INDEPENDENT if independent(turn) else DEPENDENT,
        "decided": decision_line(cast, said[decision]),
    }
    return ask(cast, turn, heard, choice_of(cast, said[decision]).option, holes)


VETO = task("veto", veto, "audit", HOLES | {"decided", "post"}, number=90_000, size=choice_size, channel=replies.halts)


def checkable(cast: Cast, turn: Turn, said: Said) -> bool:
    """Return whether there is something to check: the decision is not the careful option."""
    return choice_of(cast, said[turn.hears[0]]).option != decision_of(cast)[0].careful_option.id


def heard_by(cast: Cast, turn: Turn, said: Said) -> list[str]:
    """Return what the quality engineer reads."""
    if independent(turn):
        return [ledger_text(cast)]
    deciding = cast.plan.by_name[cast.hierarchy.executive.name]
    return [cast.headed(heard_at_the_top(cast, said), cast.hears(deciding, said))]


def independent(turn: Turn) -> bool:
    """Return whether a turn's quality engineer is independent."""
    return isinstance(turn.by, Veto) and turn.by.independent


def vetoed_or_not(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the choice in force: the careful option after a veto, else the executive's choice."""
    decision, asked = turn.hears
    if steps_in(cast, "veto", said[asked]):
        return Ruled(carefully(cast, "the decision was vetoed"))
    return Ruled(said[decision])


VETOED_OR_NOT = Rule("vetoed or not", vetoed_or_not, holds="option")
