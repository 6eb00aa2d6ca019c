"""Whether the work was stopped in a trial, and whether it should have been."""

from typing import NamedTuple

from chains.scoring.reading import Outcome
from chains.worlds.decisions.decision import Decision


class Work(NamedTuple):
    """What became of the work in one trial."""

    hazard: bool
    """Whether stopping is right: the careful option is the best on the full ledger."""
    stopped: bool | None
    """Whether the careful option was in force after all who could step in had been asked, be it that the executive
    chose it or that somebody stopped or vetoed; None where what was in force can't be read."""
    called: bool | None
    """Whether somebody below or beside the executive stopped or vetoed, with effect or not; None where nobody could."""

    @property
    def missed(self) -> bool | None:
        """Whether it went on where stopping was right; None where it was not, or is not known to have stopped."""
        return None if self.stopped is None or not self.hazard else not self.stopped

    @property
    def needless(self) -> bool | None:
        """Whether it was stopped where that was not right; None where it was, or is not known to have stopped."""
        return None if self.hazard else self.stopped


def work_of(decision: Decision, outcome: Outcome) -> Work:
    """Return what became of the work in a trial."""
    careful, in_force = decision.careful_option.id, outcome.in_force
    halting = outcome.halting
    return Work(
        hazard=decision.best(decision.p()).id == careful,
        stopped=None if in_force is None else in_force == careful,
        called=None if halting is None else any(call.stepped_in for call in (*halting.stops, *halting.vetoes)),
    )
