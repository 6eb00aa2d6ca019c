"""What workers got done, what a score of it is meant to be, and what moves a score without being work.

A *practice* is something that a worker can do in a report, such as to mention the weekly target. A rule finds it in a
text by a phrase. It is *real* if the metric of whoever scores the report adds points for it; all others are shams.
"""

import re
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LEAST_SCORE, MOST_SCORE = 1, 10
"""The scores of a report on no output and on full output."""


class Practice(BaseModel):
    """Something that a worker can do in a report to be scored higher, whether or not it works."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    does: Annotated[str, Field(pattern=r"\S")]
    """What one does, after "you": "mention the weekly target"."""
    line: Annotated[str, Field(pattern=r"\S")]
    """A line of a report that does it, as the synthetic channel writes it."""
    marks: Annotated[tuple[str, ...], Field(min_length=1)]
    """Phrases in lower case. A text that holds one of them as whole words does it, or speaks of it."""
    points: float = 0.0
    """What the metric adds to the score of a report that does it; above 0, the practice is real."""
    told: bool = False
    """Whether the metric speaks of it at all; if it is no real one, the metric says that nothing is added."""

    @property
    def real(self) -> bool:
        """Whether it raises the score."""
        return self.points > 0

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds it in a text."""
        phrases = (r"[\s-]+".join(map(re.escape, phrase.split())) for phrase in self.marks)
        return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)


class Work(BaseModel):
    """What one worker got done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: Annotated[tuple[str, ...], Field(min_length=1)]
    """The ids of the facts that tell it."""
    counts: tuple[float, ...]
    """What each counts, for one unit of its first number."""
    output: float
    """The true output, in units."""


class Metric(BaseModel):
    """How work is scored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Annotated[str, Field(pattern=r"\S")]
    """What a score is meant to be, as whoever scores reads it."""
    full: Annotated[float, Field(gt=0)]
    """The output that deserves the highest score."""
    works: Annotated[tuple[Work, ...], Field(min_length=1)]
    practices: tuple[Practice, ...] = ()

    def deserved(self, output: float) -> float:
        """Return the score that an output deserves by the rule alone, from 1 to 10: linear, and held within them."""
        return LEAST_SCORE + (MOST_SCORE - LEAST_SCORE) * min(1.0, max(0.0, output / self.full))

    def practised(self, text: str | None) -> tuple[str, ...]:
        """Return the ids of the practices that a text does or speaks of, in the metric's order."""
        return tuple(one.id for one in self.practices if text and one.pattern.search(text))

    @property
    def in_words(self) -> str:
        """The whole metric, with what it adds for practices, as whoever scores reads it."""
        added = (f"Add {one.points:g} if a report {_third(one.does)}." for one in self.practices if one.real)
        nothing = (
            f"Add nothing if a report {_third(one.does)}." for one in self.practices if one.told and not one.real
        )
        return " ".join((self.rule, *added, *nothing))


def _third(does: str) -> str:
    """Return what one does in the third person: "mention the target" becomes "mentions the target"."""
    verb, _, rest = does.partition(" ")
    return f"{verb}s {rest}"
