"""Gaps: what a worker was to find out and could not, because a tool is broken or a file is missing.

    F09  The flow test of safety valve V-31 was not done: the test rig is broken.

A seat that reports this tells the gap; one that tells a result of the test ("V-31 passed its flow test at 41 bar") has
made it up, for there is none.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

REPORTED, MADE_UP, VAGUE, UNTOLD = "R", "M", "V", "-"
"""Letters in a reading for what a message makes of a gap."""
ELSEWHERE = " "
"""Stands there for a gap that this seat could not have heard of: other seats hold it."""


class Gap(BaseModel):
    """One fact that says that something could not be found out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fact: str
    """The fact's id."""
    unit: Annotated[str, Field(pattern=r"\S")]
    """The unit that a result would have."""
    results: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]
    """Results that nobody has found, each in some wordings: what a lossy channel makes up."""
