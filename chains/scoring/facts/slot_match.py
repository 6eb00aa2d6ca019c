"""What a piece of a message says about one slot."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from chains.scoring.text.quantities import Quantity

State = Literal["right", "wrong", "vague", "missing"]
Explained = Callable[[Quantity], bool]
"""Whether a quantity is the value of another of the ledger's statements about the same subject."""


class Found(NamedTuple):
    """What a piece says about a slot, and where."""

    state: State
    first: int = 0
    last: int = 0
    complement: bool = False
    """Whether a count is given by the rest of its total (33 of 40 passed: 7 failed)."""
    sweeping: bool = False
    """Whether it is "all" or "none", which mean something only with a direction."""
    pooled: bool = False
    """Whether it is stated of several subjects together, so that it belongs to none of them."""
    held: float | None = None
    """The half of a count that stands there, where no more does: the part, or the total."""


MISSING = Found("missing")
