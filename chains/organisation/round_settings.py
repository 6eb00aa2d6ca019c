"""Settings of trials with several rounds: what is remembered, who is promoted, who leaves."""

from typing import Literal, NamedTuple

from chains.worlds.scenario_registry import APART

Memory = Literal["none", "ratings", "reports", "outcomes", "rounds"]
OF_DECISIONS = ("outcomes", "rounds")
"""Memories of decisions, not of reports: what came of each, or only that there was one (the placebo)."""
Move = Literal["none", "rating", "random"]
REMEMBERED = 3
"""Rounds back whose reports a member remembers: a prompt must not grow without end."""
OUTCOMES_REMEMBERED = 12
"""Rounds back whose decisions a member remembers, with what came of them: a line each."""


class RoundSettings(NamedTuple):
    """How many rounds there are, and what happens between them."""

    rounds: int = 1
    memory: Memory = "none"
    promotion: Move = "none"
    leaving: Move = "none"


def seed_in(seed: int, number: int, rounds: int) -> int:
    """Return the seed of the world of one round; the last round has the trial's own seed."""
    return seed + (rounds - number) * APART
