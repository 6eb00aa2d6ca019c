"""What must hold for a verdict on statements of given frailty: chains that lose facts independently of each other."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Unknown
from chains.stats.law.hop import HopLaw
from chains.stats.law.independence import Alike, alike
from chains.stats.observations.first_loss import Paths


@dataclass(frozen=True, eq=False)
class Checks:
    """The checks of one condition, made when asked for."""

    paths: Paths
    hop: HopLaw
    """Fitted to them: it says how alike independent chains are."""
    refused: str = ""
    """Why nothing is to be estimated, if so."""

    @cached_property
    def repeated(self) -> Alike | Unknown:
        """Replicates against each other: whether they lose facts at the same hop."""
        return self._alike(within=False)

    @cached_property
    def shared(self) -> Alike | Unknown | None:
        """Arms of one replicate against each other: whether they have messages in common; None where there is one."""
        return self._alike(within=True) if len(np.unique(self.paths.depth)) > 1 else None

    def _alike(self, *, within: bool) -> Alike | Unknown:
        why = self.refused or (self.hop.k.why if self.hop.fitted is None and isinstance(self.hop.k, Unknown) else "")
        if why:
            return Unknown(why)
        return alike(self.paths, self.hop.steps(np.unique(self.paths.depth)), self.hop.sigma, within=within)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why nothing can be said of a statement of given frailty; empty if something can."""
        out = []
        if isinstance(self.repeated, Unknown):
            out.append(f"whether replicates repeat each other can't be checked: {self.repeated.why}")
        elif not self.repeated.passes:
            out.append(f"replicates repeat each other, and that forges a rising hazard: {_told(self.repeated)}")
        if isinstance(self.shared, Alike) and not self.shared.passes:
            out.append(f"arms of one replicate have messages in common, as those of one chain: {_told(self.shared)}")
        return tuple(out)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            name: None if one is None else {"why": one.why} if isinstance(one, Unknown) else one.document()
            for name, one in (("repeated", self.repeated), ("shared", self.shared))
        }


def _told(one: Alike) -> str:
    return (
        f"of two that lose a fact within two hops {one.same:.0%} ({one.low:.0%} to {one.high:.0%}) lose it at the same "
        f"one, where {one.expected:.0%} of independent ones would"
    )
