"""The verdict on one statement in one message."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chains.fates import READS, Fate, Read, letter_of

SlotState = Literal["right", "wrong", "missing"]


class Verdict(BaseModel):
    """The fate of one statement in one message, with the reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statement: str
    """Its id."""
    fate: Read
    """What became of it; unread if it is a claim that the rules are not sure of."""
    slots: dict[str, SlotState]
    """What the message says of each slot."""
    why: str
    """The reason in a short sentence, with the message's own words."""
    evidence: tuple[int, int] | None
    """The words that decided: first and last character in the message, half open. None if omitted or unread."""
    claim: bool = False
    """Whether it is a claim, which has no typed value: rates leave out what rules read of it."""

    @property
    def known(self) -> Fate:
        """The fate of a statement that has one; only a claim may be unread.

        Raises:
            ValueError: If it is unread.
        """
        if self.fate == "unread":
            raise ValueError(f"{self.statement} is unread")
        return self.fate

    @property
    def letter(self) -> str:
        """How a reading writes it."""
        return letter_of(self.fate, claim=self.claim)


def in_rates(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Return the verdicts that rates count: all but what rules read of claims."""
    return {name: verdict for name, verdict in verdicts.items() if not verdict.claim}


def of_claims(verdicts: Mapping[str, Verdict]) -> str:
    """Return in a few words what rules read of claims: "claims: 2 kept, 7 unread"; empty if there are none."""
    found = Counter(verdict.fate for verdict in verdicts.values() if verdict.claim)
    named = [f"{found[fate]} {fate}" for fate in READS if found[fate]]
    return f"claims: {', '.join(named)}" if named else ""
