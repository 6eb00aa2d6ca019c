"""What was lost against the best decision, split into what cost it.

Everything is valued on the full ledger, whatever was believed:

    U(best on the ledger) - U(what was done)
      = [U(best on the ledger)   - U(best on what was heard)]    information
      + [U(best on what was heard) - U(best with inventions)]    invention
      + [U(best with inventions) - U(what was decided)]          judgement
      + [U(what was decided)     - U(what is in force)]          intervention
      + [U(what is in force)     - U(what the order received says)]   directive
      + [U(what the order received says) - U(what was done)]     execution

What is in force is what was decided, unless somebody with the authority stopped
the work or vetoed the decision. The terms telescope, so they sum to the regret
whatever each of them is. A term can be negative: two errors may cancel, and a
right stop saves what the decision would have cost. *Judgement* is also given net of that of
the same executive with the full ledger before it, which hears everything and so
has no other regret.

Where several workers receive and act, the payoff is their mean.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chains.worlds.decisions.decision import Decision, chance
from chains.worlds.facts.ledger import Valence
from chains.worlds.world import World

EVEN = 0.5
"""Chance that a fact nobody has reported is bad, before one asks why it was not: worlds have as many good ones."""


class Payoffs(NamedTuple):
    """What each choice on the way from the ledger to the deed would pay, valued on the full ledger."""

    best: float
    """Of the best option on the ledger."""
    heard: float
    """Of the best option on what the executive heard."""
    invented: float
    """Of the best option on what it heard, invented claims included."""
    decided: float
    forced: float
    """Of what is in force once the work was stopped, or was not."""
    received: float
    done: float

    @property
    def information(self) -> float:
        """What facts cost that were lost or changed on their way up."""
        return self.best - self.heard

    @property
    def invention(self) -> float:
        """What made-up claims cost."""
        return self.heard - self.invented

    @property
    def judgement(self) -> float:
        """What the executive's own choice cost."""
        return self.invented - self.decided

    @property
    def intervention(self) -> float:
        """What stops and vetoes cost, or, below 0, what they saved; 0 where nobody steps in."""
        return self.decided - self.forced

    @property
    def directive(self) -> float:
        """What the order's way down cost."""
        return self.forced - self.received

    @property
    def execution(self) -> float:
        """What doing otherwise than ordered cost."""
        return self.received - self.done

    @property
    def regret(self) -> float:
        """All of it; at least 0."""
        return self.best - self.done


TERMS = ("information", "invention", "judgement", "intervention", "directive", "execution")
"""The parts of the regret, in the order in which they arise."""


def payoffs(
    decision: Decision,
    told: Mapping[str, float | None],
    decided: str,
    received: Sequence[str],
    done: Sequence[str],
    *,
    in_force: str | None = None,
    invented: float = 0.0,
) -> Payoffs:
    """Value every choice of a trial on the full ledger.

    Args:
        decision: What was decided on.
        told: What each fact weighs for one who heard the reports, from `beliefs.believed`; None: not heard of.
        decided: The option that the executive chose.
        received: The option that each worker was ordered; empty where the trial ends with the decision, which is
            then taken to be carried out.
        done: The option that each worker carried out; empty likewise.
        in_force: The option that was ordered, where a stop or a veto put another in the place of the one decided.
        invented: The log-odds that made-up claims add, for one who believes them.
    """
    p = decision.p()
    forced = in_force or decided
    heard = [weight for weight in told.values() if weight is not None]

    def pays(option: str) -> float:
        return decision.option(option).utility(p)

    return Payoffs(
        best=decision.best(p).utility(p),
        heard=pays(best_on(decision, heard)),
        invented=pays(best_on(decision, [*heard, invented])),
        decided=pays(decided),
        forced=pays(forced),
        received=mean([pays(option) for option in received or [forced]]),
        done=mean([pays(option) for option in done or [forced]]),
    )


def best_on(decision: Decision, weights: Sequence[float]) -> str:
    """Return the option that is best for one who believes these weights and no others."""
    return decision.best(chance(decision.logit(weights))).id


def wary(world: World, told: Mapping[str, float | None], survival: Mapping[Valence, float]) -> str:
    """Return what an executive decides to whom silence is not safety.

    It knows what might have been reported, how often bad and good news comes
    through, and Bayes' rule: where bad news comes through less, a fact that it
    hears nothing of is the more likely to be bad. What it does hear it takes at
    its word, as the plain reference executive does.

    Each silent fact is bad with the chance

        (1 - s_bad) / ((1 - s_bad) + (1 - s_good)),

    half where nothing is ever lost, and then weighs what a bad fact of its kind
    weighs on average. An option pays base - exposure * E[p], so that the mean of
    p over all that may be is enough; it is summed exactly.

    Args:
        world: The world; of its silent facts only their kind is used, never their value.
        told: As `payoffs` takes it.
        survival: The share of bad and of good facts that come through, from 0 to 1.
    """
    decision = world.decision
    if decision is None:
        raise ValueError(f"nothing is decided in world {world.title!r}")
    lost_bad, lost_good = 1 - survival["bad"], 1 - survival["good"]
    suspicion = lost_bad / (lost_bad + lost_good) if lost_bad + lost_good else EVEN
    logits = {decision.logit([weight for weight in told.values() if weight is not None]): 1.0}
    for name, heard in told.items():
        if heard is not None:
            continue
        weight, fact = decision.weight_of[name], world.fact(name)
        here = weight.ramp.mean if weight.ramp else weight.true
        there = weight.twin_ramp.mean if weight.twin_ramp else weight.twin
        bad, good = (there, here) if fact.valence == "good" else (here, there)
        after: dict[float, float] = {}
        for logit, share in logits.items():
            for side, its in ((bad, suspicion), (good, 1 - suspicion)):
                # rounded, so that sets of facts that weigh the same are counted together
                at = round(logit + side, 9)
                after[at] = after.get(at, 0.0) + share * its
        logits = after
    return decision.best(math.fsum(share * chance(logit) for logit, share in logits.items())).id


def net_of_guessing(share: float, guessed: float) -> float | None:
    """Return a share of right answers without those that a guess gets: (S - g) / (1 - g); None where g is 1.

    Args:
        share: Of decisions that are the best one, from 0 to 1.
        guessed: The same of the same executive without any report: the closed-book guess rate.
    """
    return None if guessed >= 1 else (share - guessed) / (1 - guessed)


def mean(values: Sequence[float]) -> float:
    """Return the mean; it is not a number where there is nothing. Of equal values it is that value, not rounded."""
    if not values:
        return math.nan
    return values[0] if len(set(values)) == 1 else math.fsum(values) / len(values)
