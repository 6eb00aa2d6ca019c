"""The synthetic channel where somebody looks: planted deterrence and evasion, and planted blind spots of auditors.

A seat that would lose a fact may forgo it because it was told that reports are checked, because it was warned, or
because it is the fresh holder of a seat. Whether it does is drawn anew for each fact, so that the chance of a loss p
becomes p * (1 - deter), p * (1 - chasten) or p * (1 - renew), and their product where several apply. `veil` and
`stray` plant what evades an auditor: another form of loss, and loss where no auditor looks.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Rate = Annotated[float, Field(ge=0, le=1)]
CHECKED, UNCHECKED = frozenset({"audited", "checked"}), "unchecked"
"""Notices by which a writer is told that its report is or may be checked, and that it is not."""


class ConductRates(BaseModel):
    """How a channel behaves where it is watched, and what it overlooks as an auditor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deter: Rate = 0.0
    """Chance that a seat forgoes a loss where it is told that its report is or may be checked."""
    chasten: Rate = 0.0
    """Chance that a seat forgoes a loss where its holder remembers that fault was found with its report."""
    renew: Rate = 0.0
    """Chance that a seat's fresh holder, who writes a report anew, forgoes a loss."""
    veil: Rate = 0.0
    """Chance that a seat that is told of checks blurs a fact that it would else leave out."""
    stray: Rate = 0.0
    """Chance that a seat leaves out a fact, besides all else, where it is told that its report is not checked."""
    spare: Rate = 0.0
    """Chance that an auditor keeps silent about a loss in the report of a seat that the same model holds."""
    overlook: Rate = 0.0
    """Chance that an auditor does not see that a fact is blurred."""
    refuse: Rate = 0.0
    """Chance that a seat that is asked to give itself up refuses."""

    def forgone(self, known: Mapping[str, Any]) -> float:
        """Return the chance that a loss is forgone.

        Args:
            known: What the seat knows besides what it reads, as in `Occasion.more`.
        """
        stays = 1 - self.deter if is_watched(known) else 1.0
        stays *= 1 - self.chasten if known.get("faults") else 1.0
        return 1 - stays * (1 - self.renew if known.get("anew") else 1.0)

    def sight(self, *, own: bool, blurred: bool) -> float:
        """Return the share of what an auditor catches that it also says.

        Args:
            own: Whether the same model wrote the report.
            blurred: Whether the loss is a fact that is blurred.
        """
        return (1 - self.spare if own else 1.0) * (1 - self.overlook if blurred else 1.0)


def is_watched(known: Mapping[str, Any]) -> bool:
    """Return whether a seat was told that its report is or may be checked."""
    return not CHECKED.isdisjoint(known.get("told", ()))
