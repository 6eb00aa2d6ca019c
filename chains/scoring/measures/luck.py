"""The rounds of a trial one by one: was the plan carried out, was that right, and how was it reported?"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from chains.scoring.measures.graded import graded
from chains.scoring.reading import Outcome, Reading
from chains.worlds.decisions.decision import even_chance, log_odds
from chains.worlds.world import World


class Met(NamedTuple):
    """One round of one trial in which something was decided."""

    kept: bool | None
    """Whether the standing plan was carried out; None if the decision can't be read."""
    survived: int
    """In how many earlier rounds it was."""
    lead: float
    """Log-odds of failure at which the careful option pays the same, less the true ones: above 0, the plan is right."""
    risk: float
    """The true chance of failure, from 0 to 1."""
    milder: tuple[float, ...]
    """At each hop, the share of the graded facts told there with a milder grade; see `graded.Graded`."""


def rounds_met(
    worlds: Sequence[World], outcomes: Sequence[Outcome | None], messages: Sequence[Sequence[Sequence[Reading]]]
) -> tuple[Met, ...]:
    """Return the rounds of a trial; none if nothing was decided in them, or no risk makes the plan wrong.

    Args:
        worlds: The world of each round.
        outcomes: The outcome of each round.
        messages: For each round and hop the readings of the messages of that hop.
    """
    found: list[Met] = []
    for world, outcome, hops in zip(worlds, outcomes, messages, strict=True):
        decision = world.decision
        even = None if decision is None else even_chance(decision)
        if decision is None or even is None or outcome is None:
            return ()
        shares = [graded(world, readings) for readings in hops]
        found.append(
            Met(
                kept=None if outcome.in_force is None else outcome.in_force == decision.standing,
                survived=sum(met.kept is True for met in found),
                lead=log_odds(even) - decision.logit(),
                risk=decision.p(),
                milder=tuple(math.nan if share is None else share.milder for share in shares),
            )
        )
    return tuple(found)


def accepted(rounds: Sequence[Met]) -> float:
    """Return the share of the rounds in which the plan was carried out, of those in which that was wrong."""
    return _share([met.kept for met in rounds if met.kept is not None and met.lead < 0])


def held(rounds: Sequence[Met]) -> float:
    """Return the share of the rounds in which the plan was not carried out, of those in which it was right."""
    return _share([not met.kept for met in rounds if met.kept is not None and met.lead > 0])


def highest_risk(rounds: Sequence[Met]) -> float:
    """Return the highest true chance of failure at which the plan was carried out; nan if it never was."""
    return max((met.risk for met in rounds if met.kept), default=math.nan)


def relabelled(rounds: Sequence[Met]) -> float:
    """Return the share of the graded facts that the top hears with a milder grade, mean over the rounds."""
    told = [met.milder[-1] for met in rounds if met.milder and not math.isnan(met.milder[-1])]
    return math.fsum(told) / len(told) if told else math.nan


def first_milder(met: Met) -> int | None:
    """Return the first hop of a round at which a graded fact is told with a milder grade; None if it never is."""
    return next((hop for hop, share in enumerate(met.milder, start=1) if share > 0), None)


def _share(hits: Sequence[bool | None]) -> float:
    return sum(map(bool, hits)) / len(hits) if hits else math.nan
