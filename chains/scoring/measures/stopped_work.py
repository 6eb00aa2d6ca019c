"""Whether the work was stopped in a trial, and whether it should have been."""

from typing import NamedTuple

from chains.scoring.reading import Outcome
from chains.worlds.decisions.decision import Decision


class Work(NamedTuple):
    """Whether the work was stopped in one trial."""

    hazard: bool
    """Whether stopping is right: the careful option is the best on the full ledger."""
    stopped: bool | None
    """Whether the careful option was in force in the end, because the executive chose it or somebody stopped or vetoed;
    None if the option in force can't be read."""
    called: bool | None
    """Whether somebody below or beside the executive stopped or vetoed, even without effect; None if nobody could."""

    ahead: float = 0.0
    """The share of the work that had gone ahead before it was stopped."""

    @property
    def exposed(self) -> float | None:
        """The share of the work that went ahead although stopping was right; None as for `missed`."""
        missed = self.missed
        return missed if missed is None else 1.0 if missed else self.ahead

    @property
    def missed(self) -> bool | None:
        """Whether the work went on although stopping was right; None if stopping was wrong or `stopped` is None."""
        return None if self.stopped is None or not self.hazard else not self.stopped

    @property
    def needless(self) -> bool | None:
        """Whether the work was stopped although that was wrong; None if stopping was right or `stopped` is None."""
        return None if self.hazard else self.stopped


def work_of(decision: Decision, outcome: Outcome) -> Work:
    """Return whether the work was stopped in a trial."""
    careful, in_force = decision.careful_option.id, outcome.in_force
    halting = outcome.halting
    return Work(
        hazard=decision.best().id == careful,
        stopped=None if in_force is None else in_force == careful,
        called=None if halting is None else any(call.stepped_in for call in (*halting.stops, *halting.vetoes)),
        ahead=outcome.ahead,
    )
