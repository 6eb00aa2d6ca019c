"""A corrected retention, as it is shown; apart from the correction, so that showing a run needs no numpy."""

import math
from typing import Any, NamedTuple

from chains.stats.measurement_error.confusion import known


class Corrected(NamedTuple):
    """A retention, corrected. All from 0 to 1."""

    raw: float
    value: float
    """Clipped to 0..1."""
    low: float
    high: float
    """95%: the observed share, Se and Sp all drawn (bootstrap and posterior), clipped. nan with too few worlds."""
    unclipped: float

    @property
    def clipped(self) -> bool:
        """Whether the estimate fell outside 0..1."""
        return not 0 <= self.unclipped <= 1 and not math.isnan(self.unclipped)

    def without_interval(self) -> "Corrected":
        """Return it as it is told of fewer worlds than an interval needs."""
        return self._replace(low=math.nan, high=math.nan)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "raw": known(self.raw),
            "value": known(self.value),
            "ci": None if math.isnan(self.low) else [known(self.low), known(self.high)],
            "clipped": self.clipped,
        }
