"""The law of decay: from observations to exponents, verdicts and what they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Unknown
from chains.stats.fit.inference import How
from chains.stats.fit.likelihood import Floats
from chains.stats.fit.misclassification import Errors
from chains.stats.fit.world_bootstrap import resampled
from chains.stats.law.balance import balances
from chains.stats.law.condition_law import ConditionLaw, Telling, condition_law, whole
from chains.stats.law.contrasts import Contrast, contrast, reference
from chains.stats.law.growth import Curve, GrowthContrast, growth_contrast, regret_curve
from chains.stats.law.headline import Headline, headline
from chains.stats.law.verdicts import Word
from chains.stats.observations.first_loss import Paths, paths_of
from chains.stats.observations.observations import Observations, Regret
from chains.stats.observations.ways import Ways, ways_in
from chains.stats.paired.ceiling_and_floor import all_at_one

BANDS = 2000
"""Resamples of the worlds for the bands of curves and shares, which cost next to nothing."""


@dataclass(frozen=True, eq=False)
class Law:
    """The law of decay of every condition."""

    conditions: tuple[ConditionLaw, ...]
    contrasts: tuple[Contrast, ...]
    """Every other condition against the plain one, or the first."""
    headlines: tuple[Headline | Unknown, ...]
    """The same pairs: distortion and the excess loss of bad news."""
    growths: tuple[GrowthContrast, ...]
    """The same pairs: how much more distortion, the excess loss of bad news and regret bend up."""

    @property
    def only(self) -> ConditionLaw | None:
        """The condition, if there is just one."""
        return self.conditions[0] if len(self.conditions) == 1 else None

    @property
    def verdict(self) -> Word | None:
        """That of the only condition; None where there are several, each of which has its own."""
        return None if self.only is None else self.only.verdict

    @property
    def worlds(self) -> int:
        """The fewest that a condition has."""
        return min(condition.worlds for condition in self.conditions)

    @property
    def replicates(self) -> float:
        """The fewest distinct ones that a condition has."""
        return min(condition.replicates for condition in self.conditions)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the verdict rests on, or why there is none."""
        if self.only is not None:
            return self.only.sentences
        return (f"there are {len(self.conditions)} conditions, and each has its own law and verdict",)

    def document(self) -> dict[str, Any]:
        """Return everything as JSON; at the top, the law of the only condition, or nulls that say why."""
        several = {"ci": None, "p": None, "why": self.sentences[0]}
        one = self.only
        return {
            "depth": {"q": None} | several if one is None else one.depth.document(),
            "hop": {"k": None} | several if one is None else one.hop.document(),
            "valence": {"hazard_ratio": None} | several if one is None else one.valence.document(),
            "verdict": self.verdict,
            "worlds": self.worlds,
            "replicates": whole(self.replicates),
            "sentences": list(self.sentences),
            "conditions": [condition.document() for condition in self.conditions],
            "contrasts": [contrast.document() for contrast in self.contrasts],
            "growth_contrasts": [one.document() for one in self.growths],
            "headlines": [{"why": one.why} if isinstance(one, Unknown) else one.document() for one in self.headlines],
        }


def law(
    observations: Observations | Ways,
    errors: Errors | Mapping[str, Errors] | None = None,
    *,
    resamples: int = 0,
    seed: int = 0,
    planned: Mapping[str, Mapping[int, int]] | None = None,
    regrets: Mapping[str, Sequence[Regret]] | None = None,
) -> Law:
    """Return the law of decay in each condition.

    Args:
        observations: Of one condition or several.
        errors: The instrument's, on messages like these; by condition, or for all. None where they are not known.
        resamples: Of the worlds, to fit every law to anew, which takes seconds: bootstrap intervals beside those of
            the sandwich, and the p-value of the change point. The same in every condition.
        seed: Of everything drawn, so that the same observations give the same law.
        planned: How many chains there were to be, by condition and depth; None where that is not known.
        regrets: What each trial's decision cost, by condition.
    """
    ways = observations if isinstance(observations, Ways) else ways_in(observations)
    paths, copies = paths_of(ways)
    there = np.unique(paths.world)
    weights = resampled(there, resamples, np.random.default_rng(seed)) if resamples else None
    bands = resampled(there, BANDS, np.random.default_rng(seed))
    arms = balances(ways, planned)
    conditions = []
    names = ways.conditions
    parts = [paths.where(paths.condition == number) for number in range(len(names))]
    for name, part, copied in zip(names, parts, copies, strict=True):
        here = ways.condition == ways.names["condition"].index(name)
        messages = int(ways.depth[here].sum())
        mine = errors if isinstance(errors, Errors) or errors is None else errors.get(name)
        conditions.append(
            condition_law(
                name,
                part,
                copied,
                How(mine, weights, seed),
                Telling(
                    exact=ways.exact,
                    cut_off=int(ways.cut_off[here].sum()) / messages,
                    foreign=int(ways.foreign[here].sum()) / messages,
                    bands=bands,
                    balance=arms[name],
                    regret=_regret((regrets or {}).get(name, ())),
                ),
            )
        )
    plain = reference(names)
    others = [number for number in range(len(conditions)) if number != plain]
    return Law(
        tuple(conditions),
        tuple(contrast(conditions[plain], conditions[number]) for number in others),
        tuple(
            _headline(parts[plain], parts[number], (conditions[plain], conditions[number]), bands) for number in others
        ),
        _growths_contrasted([conditions[plain]], [conditions[number] for number in others]),
    )


def _headline(plain: Paths, arm: Paths, laws: tuple[ConditionLaw, ConditionLaw], bands: Floats) -> Headline | Unknown:
    """Return what one arm distorts and loses over the plain one; nothing where both lie at one limit."""
    first, second = laws
    if second.limit is not None and all_at_one((first.limit, second.limit)):
        return Unknown(f"no headline of {second.condition} over {first.condition}: {second.limit.why}")
    return headline(plain, arm, (first.condition, second.condition), bands)


def _regret(trials: Sequence[Regret]) -> Curve | None:
    """Return the curve of mean regret; None without a trial."""
    if not trials:
        return None
    names = {name: number for number, name in enumerate(dict.fromkeys(one.world for one in trials))}
    world, managers, values = (
        np.array(column, dtype=float)
        for column in zip(*((names[one.world], one.managers, one.value) for one in trials), strict=True)
    )
    return regret_curve(world, managers, values, len(names))


def _growths_contrasted(plain: Sequence[ConditionLaw], others: Sequence[ConditionLaw]) -> tuple[GrowthContrast, ...]:
    """Return by how much more every curve bends in each other condition than in the plain one."""
    return tuple(
        growth_contrast((first.condition, second.condition), one, other)
        for first in plain
        for second in others
        for one in first.growths
        for other in second.growths
        if one.name == other.name
    )
