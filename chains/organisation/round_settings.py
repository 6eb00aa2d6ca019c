"""Settings of trials with several rounds: what is remembered, who is promoted, who leaves."""

from typing import Literal, NamedTuple

Memory = Literal["none", "ratings", "reports"]
Move = Literal["none", "rating", "random"]
REMEMBERED = 3
"""Rounds back that a member remembers: a prompt must not grow without end."""
APART = 1_000_000
"""Distance between the seeds of the worlds of one trial's rounds."""


class RoundSettings(NamedTuple):
    """How many rounds there are, and what happens between them."""

    rounds: int = 1
    memory: Memory = "none"
    promotion: Move = "none"
    leaving: Move = "none"


def seed_in(seed: int, number: int, rounds: int) -> int:
    """Return the seed of the world of one round; the last round has the trial's own seed."""
    return seed + (rounds - number) * APART
