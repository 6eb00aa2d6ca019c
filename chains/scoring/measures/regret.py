"""Regret: the payoff lost against the best decision, split by cause.

Everything is valued on the full ledger, whatever was believed:

    U(best on the ledger) - U(what was done)
      = [U(best on the ledger)   - U(best on what was heard)]    information
      + [U(best on what was heard) - U(best with inventions)]    invention
      + [U(best with inventions) - U(what was decided)]          judgement
      + [U(what was decided)     - U(what is in force)]          intervention
      + [U(what is in force)     - U(what the order received says)]   directive
      + [U(what the order received says) - U(what was done)]     execution

The option in force is the decision, unless somebody with the authority stopped the
work or vetoed it. The terms telescope, so they always sum to the regret. A term
can be negative: two errors may cancel, and a right stop saves what the decision
would have cost. *Judgement* is also given net of the judgement of the same
executive with the full ledger, which has no other regret.

If several workers receive and act, the payoff is their mean.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chains.worlds.decisions.decision import Decision, chance
from chains.worlds.facts.ledger import Valence
from chains.worlds.world import World

EVEN = 0.5
"""Prior chance that an unreported fact is bad: worlds have as many good facts as bad ones."""


class Payoffs(NamedTuple):
    """The payoff of each choice between the ledger and the action, valued on the full ledger."""

    best: float
    """Payoff of the best option on the ledger."""
    heard: float
    """Payoff of the best option given what the executive heard."""
    invented: float
    """Payoff of the best option given what it heard, invented claims included."""
    decided: float
    forced: float
    """Payoff of the option in force after all stops and vetoes."""
    received: float
    done: float

    @property
    def information(self) -> float:
        """Cost of facts that were lost or changed on their way up."""
        return self.best - self.heard

    @property
    def invention(self) -> float:
        """Cost of invented claims."""
        return self.heard - self.invented

    @property
    def judgement(self) -> float:
        """Cost of the executive's own choice."""
        return self.invented - self.decided

    @property
    def intervention(self) -> float:
        """Cost of stops and vetoes; below 0, their gain; 0 if nobody steps in."""
        return self.decided - self.forced

    @property
    def directive(self) -> float:
        """Cost of changes to the order on its way down."""
        return self.forced - self.received

    @property
    def execution(self) -> float:
        """Cost of acting other than ordered."""
        return self.received - self.done

    @property
    def regret(self) -> float:
        """The whole regret; at least 0."""
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
    ahead: float = 0.0,
    invented: float = 0.0,
) -> Payoffs:
    """Value every choice of a trial on the full ledger.

    Args:
        decision: The decision.
        told: Each fact's weight for somebody who believes the reports, from `facts.belief.believed`; None: not heard.
        decided: The option that the executive chose.
        received: The option that each worker was ordered; empty if the trial ends with the decision, which then counts
            as carried out.
        done: The option that each worker carried out; empty likewise.
        in_force: The option that was ordered, if a stop or a veto replaced the decision.
        ahead: The share of the work, from 0 to 1, that had gone ahead as decided before that.
        invented: The log-odds that invented claims add if believed.
    """
    forced = in_force or decided
    pays = decision.payoffs().__getitem__

    def after(options: Sequence[str]) -> float:
        rest = mean([pays(option) for option in options])
        return ahead * pays(decided) + (1 - ahead) * rest if ahead else rest

    return Payoffs(
        best=pays(decision.best().id),
        heard=pays(decision.best(told).id),
        invented=pays(decision.best({**told, "": invented}).id),
        decided=pays(decided),
        forced=after([forced]),
        received=after(received or [forced]),
        done=after(done or [forced]),
    )


def wary(world: World, told: Mapping[str, float | None], survival: Mapping[Valence, float]) -> str:
    """Return the decision of an executive that does not take silence for safety.

    It knows what might have been reported and how often bad and good news comes
    through, and it uses Bayes' rule: if bad news comes through less often, an
    unreported fact is more likely to be bad. It believes what it hears, like the
    plain reference executive.

    Each unreported fact is bad with the chance

        (1 - s_bad) / ((1 - s_bad) + (1 - s_good)),

    which is one half if nothing is ever lost; if bad, it has the mean weight of bad
    facts of its kind. An option pays base - exposure * E[p] and the expected weights
    of its own facts, so the mean of p over all cases is enough; it is summed exactly.

    Args:
        world: The world; of unreported facts only the kind is used, never the value.
        told: As `payoffs` takes it.
        survival: The share of bad and of good facts that come through, from 0 to 1.
    """
    decision = world.decision
    if decision is None:
        raise ValueError(f"nothing is decided in world {world.title!r}")
    lost_bad, lost_good = 1 - survival["bad"], 1 - survival["good"]
    suspicion = lost_bad / (lost_bad + lost_good) if lost_bad + lost_good else EVEN
    owned = {fact for option in decision.candidates for fact in option.facts}
    expected = dict(told)
    logits = {decision.logit(told): 1.0}
    for name, heard in told.items():
        if heard is not None:
            continue
        weight, fact = decision.weight_of[name], world.fact(name)
        here = weight.ramp.mean if weight.ramp else weight.true
        there = weight.twin_ramp.mean if weight.twin_ramp else weight.twin
        bad, good = (there, here) if fact.valence == "good" else (here, there)
        if name in owned:
            expected[name] = suspicion * bad + (1 - suspicion) * good
            continue
        after: dict[float, float] = {}
        for logit, share in logits.items():
            for side, its in ((bad, suspicion), (good, 1 - suspicion)):
                # rounded, so that sets of facts with equal weight are counted together
                at = round(logit + side, 9)
                after[at] = after.get(at, 0.0) + share * its
        logits = after
    p = math.fsum(share * chance(logit) for logit, share in logits.items())
    return max(decision.options, key=lambda option: option.utility(p, decision.own(option, expected))).id


def net_of_guessing(share: float, guessed: float) -> float | None:
    """Return a share of right answers corrected for guessing: (S - g) / (1 - g); None if g is 1.

    Args:
        share: Share of decisions that are the best one, from 0 to 1.
        guessed: The same share for the same executive without any report: the closed-book guess rate.
    """
    return None if guessed >= 1 else (share - guessed) / (1 - guessed)


def mean(values: Sequence[float]) -> float:
    """Return the mean; nan of nothing. The mean of equal values is exactly that value."""
    if not values:
        return math.nan
    return values[0] if len(set(values)) == 1 else math.fsum(values) / len(values)
