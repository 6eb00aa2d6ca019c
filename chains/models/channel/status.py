"""The synthetic channel and the status: passed on as it is, or at a planted rate one step greener."""

from collections.abc import Iterable

from chains.rng import Draw
from chains.worlds.facts.status_rule import STATUSES, Status, status_line

LINES: dict[str, Status] = {status_line(status): status for status in STATUSES}
"""The channel's sentences about the status, and what they say."""


def passed_status(heard: Iterable[str], rate: float, draw: Draw) -> list[str]:
    """Return the sentence about the status that a seat passes on; none where it heard none.

    Of two the first is passed on, as with facts. Green can't be softened.

    Args:
        heard: Every sentence that the seat heard.
        rate: Chance that the status becomes one step greener.
        draw: Where the chance comes from.
    """
    told = next((LINES[line] for line in heard if line in LINES), None)
    if told is None:
        return []
    softer = min(STATUSES.index(told) + 1, len(STATUSES) - 1)
    return [status_line(STATUSES[softer] if draw.uniform() < rate else told)]
