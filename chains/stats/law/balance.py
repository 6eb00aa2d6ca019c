"""Whether every depth has the chains that were planned: what is missing may be missing because of what it lost.

Deep chains that fail, or are stopped, more often where they lost much leave a curve that
flattens; the other way round one that steepens. Nothing in the fates that are there
tells which, so beyond a stated share there is no verdict.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from chains.stats.observations.ways import Ways

MOST_MISSING = 0.10
"""Share of an arm's chains that may be missing for a verdict."""


def _managers(count: int) -> str:
    return "1 manager" if count == 1 else f"{count} managers"


class ArmSize(NamedTuple):
    """The chains of one depth."""

    depth: int
    """Hops."""
    chains: int
    worlds: int
    planned: int
    """Chains; where nothing tells, those of the fullest depth."""

    @property
    def missing(self) -> float:
        """Share of the planned chains that is not there."""
        return max(0.0, 1 - self.chains / self.planned)


class Balance(NamedTuple):
    """The arms of one condition."""

    arms: tuple[ArmSize, ...]
    known: bool
    """Whether the plan is known, and not taken from the fullest depth."""

    @property
    def worst(self) -> ArmSize:
        """The arm that lacks most."""
        return max(self.arms, key=lambda arm: arm.missing)

    @property
    def sentence(self) -> str:
        """What is missing; empty where nothing is."""
        short = [arm for arm in self.arms if arm.missing > 0]
        if not short:
            return ""
        worlds = max(arm.worlds for arm in self.arms)
        parts = [
            f"{_managers(arm.depth - 1)} {arm.planned - arm.chains} of {arm.planned} ({arm.worlds} of {worlds} worlds)"
            for arm in short
        ]
        against = "planned" if self.known else "that the fullest depth has"
        return f"chains {against} and missing, by depth: {', '.join(parts)}"

    @property
    def refused(self) -> str:
        """Why there is to be no verdict; empty if there may be one."""
        if self.worst.missing <= MOST_MISSING:
            return ""
        return (
            f"{self.sentence}; with more than {MOST_MISSING:.0%} of a depth missing there is no verdict, as what is "
            "missing may be missing for what it lost"
        )

    def document(self) -> list[dict[str, Any]]:
        """Return it as JSON."""
        return [arm._asdict() | {"missing": round(arm.missing, 4)} for arm in self.arms]


def balances(ways: Ways, planned: Mapping[str, Mapping[int, int]] | None = None) -> dict[str, Balance]:
    """Return the arms of every condition.

    Args:
        ways: Of all conditions.
        planned: How many chains there were to be, by condition and depth; None where that is not known.
    """
    starts = np.ones(len(ways), dtype=bool)
    names = ("condition", "world", "replicate", "depth")
    starts[1:] = np.any([getattr(ways, name)[1:] != getattr(ways, name)[:-1] for name in names], axis=0)
    found = {}
    for condition in ways.conditions:
        here = starts & (ways.condition == ways.names["condition"].index(condition))
        depths = np.unique(ways.depth[here])
        chains = {int(depth): int((ways.depth[here] == depth).sum()) for depth in depths}
        wanted = dict((planned or {}).get(condition, {}))
        known = bool(wanted)
        fullest = max(chains.values())
        found[condition] = Balance(
            tuple(
                ArmSize(
                    depth,
                    chains.get(depth, 0),
                    len(np.unique(ways.world[here & (ways.depth == depth)])),
                    max(wanted.get(depth, 0), chains.get(depth, 0)) if known else fullest,
                )
                for depth in sorted({*chains, *wanted})
            ),
            known,
        )
    return found
