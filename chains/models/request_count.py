"""Counts the requests that are really sent for one reply, whoever sends them: retries, dialects, restarts.

What is sent costs money whether or not a reply comes of it, so the count must
survive errors and interruption; a return value would not.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar


class Count:
    """How many requests were sent within one `counting`."""

    def __init__(self) -> None:
        self.sent = 0


_COUNT: ContextVar[Count | None] = ContextVar("count", default=None)


@contextlib.contextmanager
def counting() -> Iterator[Count]:
    """Count what is sent inside, in this task and those that it starts."""
    count = Count()
    token = _COUNT.set(count)
    try:
        yield count
    finally:
        _COUNT.reset(token)


def sent_one() -> None:
    """Count one request, if anybody counts."""
    if (count := _COUNT.get()) is not None:
        count.sent += 1
