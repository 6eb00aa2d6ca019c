"""The working range: the load at which a plain relay loses enough to tell conditions apart, and leaves enough to lose.

A pilot looks for it by bisection, over the number of facts first, then over the words of the notes. What to
try next follows from what was tried, so a pilot that was interrupted goes on where it stopped.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

FIRST = (0.60, 0.85)
"""Share that the first manager is to keep of what the worker's report does: the worker's own loss is no manager's."""
END = (0.20, 0.80)
"""Share that is to be left at the end of the longest chain."""
FACTS = (4, 60)
"""The fewest and the most facts that a pilot tries."""
WORDS = (150, 250, 400, 600, 850, 1100, 1400, 1700, 2000, 2300, 2600, 3000)
"""Words of the notes that it tries, where they are documents."""

Side = Literal["light", "heavy", "torn", "within"]
"""torn: the first manager keeps too much and the end too little, so that no load can mend both."""


class Load(NamedTuple):
    """How much a worker's notes hold."""

    facts: int
    words: int | None = None
    """Of the notes; None: as many as the facts take."""


class Tried(NamedTuple):
    """What a plain relay kept under one load."""

    load: Load
    first: float
    """Share kept by the first manager of what the worker's report keeps."""
    end: float
    """Share of the facts in what the executive hears."""

    @property
    def side(self) -> Side:
        """On which side of the working range it lies."""
        light = self.first > FIRST[1] or self.end > END[1]
        heavy = self.first < FIRST[0] or self.end < END[0]
        if light and heavy:
            return "torn"
        return "light" if light else "heavy" if heavy else "within"


class Ended(NamedTuple):
    """How a search ended."""

    found: Tried | None
    """What lies within the working range; None: no load that can be tried does."""
    light: Tried | None
    """The heaviest that was too light."""
    heavy: Tried | None
    """The lightest that was too heavy."""
    torn: Tried | None
    """What kept too much at the first manager and too little at the end."""


class Space(NamedTuple):
    """What can be tried."""

    facts: Sequence[int]
    """Ascending."""
    start: int
    """Facts to begin with: those that the experiment has."""
    words: int | None = None
    """Of the notes while facts are bisected; None: as many as the facts take."""
    more: Sequence[int] = ()
    """Words that can be tried afterwards, ascending; none where notes are a list."""

    @property
    def begin(self) -> int | None:
        """The place of `start`; None if it can't be tried."""
        return self.facts.index(self.start) if self.start in self.facts else None

    @property
    def most_steps(self) -> int:
        """How many loads a search tries at most, of facts and then of words."""
        last, begin = len(self.facts) - 1, self.begin
        facts = _most(self.facts, 0, last)
        if begin is not None:
            facts = 1 + max(_most(self.facts, 0, begin - 1), _most(self.facts, begin + 1, last))
        return facts + _most(self.more, 0, len(self.more) - 1)


def next_step(tried: Sequence[Tried], space: Space) -> Load | Ended:
    """Return the next load to try, or how the search ended.

    The facts are bisected with the words of the notes as they are. If none will do, the words are: with the most facts
    that were too light, or with the fewest facts if all were too heavy.

    Args:
        tried: What was tried so far, in any order.
        space: What can be tried.
    """
    facts, words, more = space.facts, space.words, space.more
    known = {one.load: one for one in tried}
    found = _bisected([Load(count, words) for count in facts], facts, known, space.begin)
    if isinstance(found, Load) or found.found or found.torn or not more:
        return found
    at = facts[0] if found.light is None else found.light.load.facts
    longer = [count for count in more if words is None or (count < words if found.light is None else count > words)]
    further = _bisected([Load(at, count) for count in longer], longer, known)
    if isinstance(further, Load) or further.found or further.torn:
        return further
    return Ended(None, further.light or found.light, further.heavy or found.heavy, None)


def _bisected(
    loads: Sequence[Load], sizes: Sequence[int], known: Mapping[Load, Tried], begin: int | None = None
) -> Load | Ended:
    low, high = 0, len(loads) - 1
    light = heavy = None
    while low <= high:
        middle = _middle(sizes, low, high) if begin is None else begin
        begin = None
        one = known.get(loads[middle])
        if one is None:
            return loads[middle]
        if one.side == "within":
            return Ended(one, light, heavy, None)
        if one.side == "torn":
            return Ended(None, light, heavy, one)
        if one.side == "light":
            light, low = one, middle + 1
        else:
            heavy, high = one, middle - 1
    return Ended(None, light, heavy, None)


def _middle(sizes: Sequence[int], low: int, high: int) -> int:
    """Return the place between two where a bisection goes on.

    While one is more than twice the other, that is by their ratio: heavy loads cost most.
    """
    if sizes[high] <= 2 * sizes[low]:
        return (low + high) // 2
    mean = math.sqrt(sizes[low] * sizes[high])
    return min(range(low, high + 1), key=lambda place: abs(sizes[place] - mean))


def _most(sizes: Sequence[int], low: int, high: int) -> int:
    """Return how many places a bisection between two tries at most."""
    if low > high:
        return 0
    middle = _middle(sizes, low, high)
    return 1 + max(_most(sizes, low, middle - 1), _most(sizes, middle + 1, high))


def search(keeps: Callable[[Load], tuple[float, float]], space: Space) -> tuple[Ended, list[Tried]]:
    """Search by asking what the first manager and the end keep; return how it ended, and what was tried.

    Args:
        keeps: Tries a load.
        space: What can be tried.
    """
    tried: list[Tried] = []
    while isinstance(step := next_step(tried, space), Load):
        tried.append(Tried(step, *keeps(step)))
    return step, tried
