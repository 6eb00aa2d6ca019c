"""Settings of trials with several rounds: what is remembered, who is promoted, who leaves."""

from typing import Literal, NamedTuple

from chains.worlds.scenario_registry import APART

Memory = Literal["none", "ratings", "reports", "outcomes", "rounds"]
OF_DECISIONS = ("outcomes", "rounds")
"""Memories of decisions, not of reports: what came of each, or only that there was one (the placebo)."""
Promotion = Literal["none", "rating", "value", "random"]
Leaving = Literal["none", "rating", "value", "dissatisfied", "random"]
Move = Promotion | Leaving
BY_RATING = ("rating", "dissatisfied")
"""Moves for which reports must be rated."""
BY_VALUE = ("value", "dissatisfied")
"""Moves for which it must be known how much of what it heard each report keeps."""
REMEMBERED = 3
"""Rounds back whose reports a member remembers: a prompt must not grow without end."""
OUTCOMES_REMEMBERED = 12
"""Rounds back whose decisions a member remembers, with what came of them: a line each."""


class RoundSettings(NamedTuple):
    """How many rounds there are, and what happens between them."""

    rounds: int = 1
    memory: Memory = "none"
    promotion: Promotion = "none"
    leaving: Leaving = "none"
    succession: bool = False
    """Whether the executive retires after each round, and every seat that falls vacant is filled from below."""
    forum: str = "none"
    """Who posts and reads; see `forum`."""
    tips: int = 0
    """Of how many practices each worker is told before the first round."""

    @property
    def by_value(self) -> bool:
        """Whether it must be known how much of what it heard each report keeps."""
        return self.promotion in BY_VALUE or self.leaving in BY_VALUE


def seed_in(seed: int, number: int, rounds: int) -> int:
    """Return the seed of the world of one round; the last round has the trial's own seed."""
    return seed + (rounds - number) * APART
