"""Ceiling and floor: nearly all is kept at the end of the chain, or nearly nothing, so conditions can't be told apart.

That nothing decays is a finding all the same, with an upper bound of the hazard. If a share S
is kept after n hops, the mean hazard a hop is 1 - S^(1/n) (Williamson's constant hazard solved for
the hop). The bound puts the end of the 95% interval of S in its place: Wilson's score interval over
worlds (Wilson 1927; see `shares`), which does not shrink to a point where every world keeps everything,
as a bootstrap over worlds would.
"""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from chains.stats.paired.shares import Share

CEILING = 0.95
"""Share kept at the end of the longest chain above which the load is too light to tell conditions apart."""
FLOOR = 0.05
"""Share kept there below which the load is too heavy."""
Limit = Literal["ceiling", "floor"]


class AtLimit(NamedTuple):
    """A result at ceiling or floor."""

    limit: Limit
    kept: Share
    """Of the facts, in what the executive hears."""
    hops: int
    """Of the longest chain."""

    @property
    def hazard(self) -> float:
        """Mean hazard a hop at the end of the interval: at the ceiling at most this, at the floor at least."""
        return 1.0 - float((self.kept.low if self.limit == "ceiling" else self.kept.high) ** (1 / self.hops))

    @property
    def why(self) -> str:
        """What is at the limit, and the bound of the hazard, without whose it is."""
        hops = "1 hop" if self.hops == 1 else f"{self.hops} hops"
        load, bound = ("light", "most") if self.limit == "ceiling" else ("heavy", "least")
        worlds = "1 world" if self.kept.worlds == 1 else f"{self.kept.worlds} worlds"
        return (
            f"{self.kept.value:.1%} of the facts are kept over {hops}, too {load} a load to tell conditions apart; the "
            f"hazard is at {bound} {self.hazard:.1%} a hop (95% bound over {worlds})"
        )

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        bound = "hazard_at_most" if self.limit == "ceiling" else "hazard_at_least"
        figures = {**(self.kept.document() or {}), bound: round(self.hazard, 6)}
        return {"limit": self.limit, "hops": self.hops, **figures, "says": self.why}


def at_limit(kept: Share, hops: int) -> AtLimit | None:
    """Return a result at ceiling or floor; None for one between them, or of no world.

    Args:
        kept: Share of the facts that the executive hears at the end of the longest chain.
        hops: Of that chain.
    """
    if not kept.worlds or not hops:
        return None
    if kept.value > CEILING:
        return AtLimit("ceiling", kept, hops)
    return AtLimit("floor", kept, hops) if kept.value < FLOOR else None


def all_at_one(found: Iterable[AtLimit | None]) -> bool:
    """Return whether all results lie at the same limit, so that none can be told from another; False for none."""
    limits = {None if one is None else one.limit for one in found}
    return len(limits) == 1 and None not in limits
