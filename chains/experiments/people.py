"""The table `[people]` of an experiment: how many people there are, who gets which seat, how long they have.

    [people]
    persons = 4            # p1 to p4, whoever comes first; none: as many as come
    minutes = 120          # then a model takes over, or the trial is marked as failed
    then = "model"
    send_backs = 2
    consent = "Your answers are kept under a pseudonym. You can stop at any time."
    [people.seats]
    executive = "p1"

People are called p1, p2, ... in everything that is logged. Their names stand beside the run in a file that is never
packed.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

PSEUDONYM = re.compile(r"p[1-9][0-9]{0,3}")

Pseudonym = Annotated[str, Field(pattern=rf"^{PSEUDONYM.pattern}$")]


class People(BaseModel):
    """What an experiment says about the people in its seats."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    persons: int | None = Field(
        default=None, ge=1, le=1000, description="how many people hold seats; items are then dealt to them beforehand"
    )
    """None: whoever comes first takes what waits."""
    seats: Mapping[str, Pseudonym] = Field(
        default_factory=dict, description="who holds a seat, level.N or role in every trial, as in people.seats.L0=p1"
    )
    same_trial: bool = Field(default=False, description="true: one person may hold several seats of the same trial")
    minutes: float | None = Field(default=None, gt=0, description="how long a person has, from when they can answer")
    """None: as long as they like."""
    then: Literal["mark", "model"] = Field(
        default="mark", description="what happens then: the trial is marked as failed, or a model takes over"
    )
    send_backs: int = Field(default=2, ge=0, le=9, description="how often a draft may be sent back")
    hourly: float | None = Field(default=None, gt=0, description="what an hour of a person costs, for people_cost")
    consent: str = Field(default="", description="a text that people agree to before their first answer")

    @model_validator(mode="after")
    def _there_are_so_many(self) -> Self:
        beyond = [who for who in self.seats.values() if self.persons is not None and int(who[1:]) > self.persons]
        if beyond:
            raise ValueError(f"seats names {beyond[0]}, and persons is {self.persons}")
        return self
