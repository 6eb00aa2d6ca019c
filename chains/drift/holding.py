"""Whether the standing plan was given up, and should have been: a decision as a signal seen or missed.

The *signal* is that something else than the standing plan pays most on the
full ledger: the system is not safe to release. Who decides on something else
*holds back*. So a signal held back is a hit, one not held back a *miss*, and
holding back without a signal is a *false pause*.

The same is asked of three readers besides the executive: of one who decides
as well as can be on what the executive heard, which shows what the reports
alone have done; and of the executive with the full ledger, and with none.
"""

from typing import NamedTuple

from chains.drift.regret import best_on
from chains.records import Outcome
from chains.worlds.decision import Decision


class Held(NamedTuple):
    """One trial's decision as a signal seen or missed."""

    signal: bool
    """Whether the standing plan is not the best on the full ledger."""
    decided: bool | None
    """Whether the executive held back; None where its decision can't be read, as below."""
    heard: bool
    """Whether the best decision on what it heard holds back."""
    informed: bool | None
    """Whether it did with the full ledger before it."""
    uninformed: bool | None
    """Whether it did without any report."""


def held(decision: Decision, outcome: Outcome) -> Held:
    """Return what a trial's decisions held back."""

    def back(option: str | None) -> bool | None:
        return None if option is None else option != decision.standing

    heard = best_on(decision, [weight for weight in outcome.told.values() if weight is not None])
    return Held(
        signal=decision.best(decision.p()).id != decision.standing,
        decided=back(outcome.decided),
        heard=heard != decision.standing,
        informed=back(outcome.informed),
        uninformed=back(outcome.uninformed),
    )
