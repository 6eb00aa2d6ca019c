"""The verdict on one statement in one message."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from chains.fates import Fate

SlotState = Literal["right", "wrong", "missing"]


class Verdict(BaseModel):
    """The fate of one statement in one message, with the reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statement: str
    """Its id."""
    fate: Fate
    slots: dict[str, SlotState]
    """What the message says of each slot."""
    why: str
    """The reason in a short sentence, with the message's own words."""
    evidence: tuple[int, int] | None
    """The words that decided: first and last character in the message, half open. None if omitted."""
