"""Whether the standing plan was given up, and should have been: a decision as a signal seen or missed.

The *signal* is that something else than the standing plan pays most on the
full ledger: the system is not safe to release. Who decides on something else
*holds back*. So a signal held back is a hit, one not held back a *miss*, and
holding back without a signal is a *false pause*.
"""

from typing import NamedTuple

from chains.scoring.measures.regret import best_on
from chains.scoring.reading import Outcome
from chains.worlds.decisions.decision import Decision


class Stakes(NamedTuple):
    """What is to be decided in a trial, and whether the executive held back."""

    signal: bool
    """Whether the standing plan is not the best on the full ledger."""
    risk: float
    """What the full ledger adds to the log-odds of failure."""
    held: bool | None
    """Whether the executive decided on something else; None where it decided nothing that can be read."""


def stakes(decision: Decision, outcome: Outcome | None) -> Stakes:
    """Return what is to be decided in a trial, and whether the executive held back."""
    return Stakes(
        signal=decision.best(decision.p()).id != decision.standing,
        risk=decision.logit() - decision.intercept,
        held=None if outcome is None else held_back(decision, outcome.decided),
    )


def held_back(decision: Decision, option: str | None) -> bool | None:
    """Return whether an option is something else than the standing plan; None for a choice that can't be read."""
    return None if option is None else option != decision.standing


def held_on_what_was_heard(decision: Decision, outcome: Outcome) -> bool:
    """Return whether the best decision on what the executive heard holds back: what the reports alone have done."""
    heard = [weight for weight in outcome.told.values() if weight is not None]
    return best_on(decision, heard) != decision.standing
