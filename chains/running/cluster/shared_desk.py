"""A worker's end of the desk, where people's answers come from: the keeper holds the run's worklist.

The worklist lies on the machine where the run was started, beside the process that asks people at a terminal; whoever
answers in a page or with `answer` finds it there too. A trial that waits is given back: its worker logs that it waits
and takes another one, and the trial goes on at any worker when the answer is there.
"""

from typing import Any, NamedTuple

from msgspec import structs

from chains.errors import Hopeless, MazedomError
from chains.organisation.hierarchy import Seat
from chains.organisation.turn_key import Pass
from chains.running.cluster.keeper import AtDesk
from chains.running.cluster.shared_limits import told
from chains.running.people.desk import by_script
from chains.running.reply_source import Given, Overdue, Question


class AskedTurn(NamedTuple):
    """What the desk needs to know of a turn; the turn itself has functions, which can't be sent."""

    name: str
    seat: Seat
    task: str
    pass_: Pass


class SharedDesk:
    """Asks people by way of the keeper; programs that sit in their places answer here.

    Args:
        keeper: The keeper's handle.
    """

    def __init__(self, keeper: Any) -> None:
        self._keeper = keeper

    async def given(self, question: Question) -> Given | Overdue | None:
        """Return the answer to a question; None if it is not there yet, and the trial waits.

        Raises:
            Hopeless: If nobody answered in time, and the trial is to be marked.
            MazedomError: If the whole run can't go on.
        """
        if (by_rule := by_script(question)) is not None:
            return by_rule
        found: AtDesk = await told(self._keeper.given.remote(_sendable(question)))
        if found.broken is not None:
            raise MazedomError(found.broken)
        if found.late is not None:
            raise Hopeless(found.late)
        return found.given


def _sendable(question: Question) -> Question:
    """Return a question without what only this process needs: functions, and the truth about the world."""
    turn, asked = question.turn, question.asked
    return question._replace(
        turn=AskedTurn(turn.name, turn.seat, turn.task, turn.pass_),
        asked=asked._replace(request=structs.replace(asked.request, occasion=None)),
    )
