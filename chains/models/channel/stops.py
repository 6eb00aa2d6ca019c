"""The synthetic channel in seats that may stop the work: planted courage, and planted panic.

A channel stops the work, or vetoes a decision, at one rate if what it heard
warrants it and at another rate if not. A stop is warranted if, believing what
was heard, the careful option pays more than what would be done otherwise. A
faultless channel stops exactly when it is warranted; an executive that may
override a stop then lets it stand.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chains.models.channel.decisions import choosing, weights_heard
from chains.models.provider import Occasion
from chains.rng import Draw

STEPS_IN = ("stop", "veto", "override", "hold")
"""The ids of the options that step in; all other options do not."""


Rate = Annotated[float, Field(ge=0, le=1)]


class CourageRates(BaseModel):
    """How often a channel steps in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stop: Rate = 1.0
    """Chance that a seat stops the work, or holds its next stage, if what it heard warrants it."""
    panic: Rate = 0.0
    """Chance that a seat stops the work, or holds its next stage, if what it heard does not warrant it."""
    veto: Rate = 1.0
    """Chance that a quality engineer vetoes a decision if what it read warrants it."""
    quibble: Rate = 0.0
    """Chance that a quality engineer vetoes a decision if what it read does not warrant it."""
    override: Rate = 0.0
    """Chance that an executive overrides a stop."""

    def stepping_in(self, task: str, *, warranted: bool) -> float:
        """Return the chance that it steps in when asked to stop, hold, veto or override."""
        match task:
            case "stop" | "hold":
                return self.stop if warranted else self.panic
            case "veto":
                return self.veto if warranted else self.quibble
            case _:
                return self.override


def steps_in(occasion: Occasion, rates: CourageRates, draw: Draw) -> str:
    """Return the reply of a seat that is asked whether it steps in.

    Args:
        occasion: Holds what it heard; `decided` is the option that is carried out if nobody steps in.
        rates: How often channels step in.
        draw: Decides this time.
    """
    warranted = is_warranted(occasion)
    stepping = draw.uniform() < rates.stepping_in(occasion.task, warranted=warranted)
    option = next(option for option in occasion.letters.values() if (option in STEPS_IN) == stepping)
    said = "What was heard speaks for it." if stepping == warranted else "What was heard speaks against it."
    return choosing(occasion, option, said)


def is_warranted(occasion: Occasion) -> bool:
    """True if, believing what was heard, the careful option pays more than what would be done otherwise."""
    decision = occasion.world.decision
    if decision is None:
        raise ValueError(f"nothing is decided in world {occasion.world.title!r}")
    pays = decision.payoffs(weights_heard(occasion))
    return pays[decision.careful_option.id] > pays[occasion.decided or decision.standing]
