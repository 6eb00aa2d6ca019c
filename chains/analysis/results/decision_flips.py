"""Decision flips: how often a chain changes what its executive decides, beyond what reading twice changes by itself.

Where nothing is known of payoffs (a person's own documents), this is what the
drift of facts costs: the share of trials in which the executive, hearing the
reports, decides otherwise than it does on the full ledger, minus the *reread
flip rate*, the share of pairs of replicates of one world in which it decides
otherwise on the full ledger itself (Lee et al. 2026, arXiv 2606.29251: 33%
against 11%). Replicates differ in sampling and in the wording of the facts, so
reading twice takes both in. Choices that can't be read are counted apart.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Any, NamedTuple

from chains.stats.fit.lazy_intervals import mean_interval


class Choice(NamedTuple):
    """What one trial's executive decided."""

    world: int
    """The seed of its world."""
    decided: str | None
    """The option chosen on the reports heard; None if it can't be read."""
    informed: str | None
    """The option chosen on the full ledger; None if it can't be read."""


class Flips(NamedTuple):
    """Decision flips of one condition."""

    trials: int
    """With both choices readable."""
    flipped: float | None
    """Share of them in which the two differ; None without any."""
    pairs: int
    """Of replicates of one world, both informed choices readable."""
    reread: float | None
    """Share of them in which the two differ; None without any: with one replicate it is not known."""
    net: float | None
    """Flipped minus reread, mean over the worlds that have both."""
    ci: tuple[float, float] | None
    """95%, by resampled worlds; None for fewer than eight."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            name: round(value, 6) if isinstance(value, float) else value for name, value in self._asdict().items()
        } | {"ci": None if self.ci is None else [round(end, 6) for end in self.ci]}


def flips(choices: Iterable[Choice]) -> Flips:
    """Return the decision flips of the trials of one condition."""
    by_world: dict[int, list[Choice]] = defaultdict(list)
    for choice in choices:
        by_world[choice.world].append(choice)
    changed: list[bool] = []
    again: list[bool] = []
    nets: list[tuple[int, float]] = []
    for world, trials in by_world.items():
        mine = [one.decided != one.informed for one in trials if one.decided is not None and one.informed is not None]
        informed = [one.informed for one in trials if one.informed is not None]
        twice = [one != other for one, other in combinations(informed, 2)]
        changed += mine
        again += twice
        if mine and twice:
            nets.append((world, _share(mine) - _share(twice)))
    net = sum(value for _, value in nets) / len(nets) if nets else None
    return Flips(
        trials=len(changed),
        flipped=_share(changed) if changed else None,
        pairs=len(again),
        reread=_share(again) if again else None,
        net=net,
        ci=mean_interval(nets) if nets else None,
    )


def _share(whether: list[bool]) -> float:
    return sum(whether) / len(whether)
