"""The law of decay: from observations to exponents, verdicts and what they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Unknown
from chains.stats.fit.inference import How
from chains.stats.fit.misclassification import Errors
from chains.stats.fit.world_bootstrap import resampled
from chains.stats.law.condition_law import ConditionLaw, condition_law
from chains.stats.law.contrasts import Contrast, contrast, reference
from chains.stats.law.headline import Headline, headline
from chains.stats.law.verdicts import Word
from chains.stats.observations.first_loss import paths_of
from chains.stats.observations.observations import Observations

RESAMPLES = 2000


@dataclass(frozen=True, eq=False)
class Law:
    """The law of decay of every condition."""

    conditions: tuple[ConditionLaw, ...]
    contrasts: tuple[Contrast, ...]
    """Every other condition against the plain one, or the first."""
    headlines: tuple[Headline | Unknown, ...]
    """The same pairs: distortion and the excess loss of bad news."""

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
    def replicates(self) -> int:
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
            "replicates": self.replicates,
            "sentences": list(self.sentences),
            "conditions": [condition.document() for condition in self.conditions],
            "contrasts": [contrast.document() for contrast in self.contrasts],
            "headlines": [{"why": one.why} if isinstance(one, Unknown) else one.document() for one in self.headlines],
        }


def law(
    observations: Observations,
    errors: Errors | Mapping[str, Errors] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Law:
    """Return the law of decay in each condition.

    Args:
        observations: Of one condition or several.
        errors: The instrument's, on messages like these; by condition, or for all. None where they are not known.
        resamples: Of the worlds, for bands and bootstrap intervals; the same in every condition.
        seed: Of everything drawn, so that the same observations give the same law.
    """
    paths, copies = paths_of(observations)
    weights = resampled(np.unique(paths.world), resamples, np.random.default_rng(seed)) if resamples else None
    conditions = []
    parts = [paths.where(paths.condition == number) for number in range(len(observations.conditions))]
    for name, part, copied in zip(observations.conditions, parts, copies, strict=True):
        here = observations.condition == name
        mine = errors if isinstance(errors, Errors) or errors is None else errors.get(name)
        conditions.append(
            condition_law(
                name,
                part,
                copied,
                How(mine, weights, seed),
                exact=observations.exact,
                cut_off=float(observations.cut_off[here].mean()),
            )
        )
    plain = reference(observations.conditions)
    others = [number for number in range(len(conditions)) if number != plain]
    return Law(
        tuple(conditions),
        tuple(contrast(conditions[plain], conditions[number]) for number in others),
        tuple(
            headline(parts[plain], parts[number], (conditions[plain].condition, conditions[number].condition), weights)
            for number in others
        ),
    )
