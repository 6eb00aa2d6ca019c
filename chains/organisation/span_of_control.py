"""Hierarchies of a given number of workers: as many layers of managers as a span of control asks for.

    leaves = 12, span = 12     1-1-12         one manager of twelve
    leaves = 12, span = 6      1-2-12
    leaves = 12, span = 4      1-3-12
    leaves = 12, span = 2      1-2-3-6-12     many layers, each of few

The work at the bottom is the same in all of them; a narrow span costs hops, a
wide one makes each manager hear more.
"""

from math import ceil

from chains.errors import BadInput
from chains.organisation.hierarchy import Hierarchy, pyramid


def shared_out(leaves: int, span: int) -> Hierarchy:
    """Return the hierarchy in which `leaves` workers report to managers of at most `span`, these to others, and so on.

    The executive hears at most `span` managers, and at least one: nobody reports to it without a manager between.

    Raises:
        BadInput: If the span leaves no room for so many workers.
    """
    if span == 1 and leaves > 1:
        raise BadInput(f"leaves={leaves} can't report at span 1, where everybody hears one; set span to 2 or more")
    levels = [leaves]
    while len(levels) == 1 or levels[0] > span:
        levels.insert(0, ceil(levels[0] / span))
    return pyramid([1, *levels], f"{leaves} workers at a span of {span}")
