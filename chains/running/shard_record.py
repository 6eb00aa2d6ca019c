"""What run.json says of a shard: which part of a run's trials it drives."""

import hashlib
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chains.experiments.experiment import Limits, TrialId


class Shard(BaseModel):
    """One of several runs that share the trials of one experiment out among them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int = Field(ge=0)
    """From 0."""
    of: int = Field(ge=1)
    trials: int = Field(default=0, ge=0)
    """How many trials it has."""

    def has(self, trial: TrialId) -> bool:
        """Return whether a trial is this shard's, by the hash of its name."""
        return int.from_bytes(hashlib.sha256(str(trial).encode()).digest()[:8]) % self.of == self.number

    def part_of(self, limits: Limits) -> Limits:
        """Return this shard's part of calls, tokens and cost. Time is not split, for shards run side by side."""
        update: dict[str, Any] = {}
        for name in ("calls", "tokens"):
            if (whole := getattr(limits, name)) is not None:
                update[name] = whole // self.of + (self.number < whole % self.of)
        if limits.cost is not None:
            update["cost"] = limits.cost / self.of
        return limits.model_copy(update=update)
