"""What a process makes once and keeps to its end is left out of garbage collection."""

import contextlib
import gc
from collections.abc import Iterator

_SELDOM = 20_000
"""New objects between two collections, where hardly any is garbage."""
_NEVER = 1_000_000
_YOUNG = 3_000
"""New objects between two collections of what does not stay: Python's 700 take twice the time to save a megabyte."""


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Collect only young garbage inside, and seldom, and never look again through what is there at its end.

    Modules, models and worlds are hundreds of thousands of objects that stay; a run would look through them over and
    over, which took a sixth of its CPU time.
    """
    before = gc.get_threshold()
    gc.set_threshold(_SELDOM, _NEVER, _NEVER)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_YOUNG, *before[1:])


def before_a_fork() -> None:
    """Leave out what is there now: a forked process that looked through it for garbage would have to copy it."""
    gc.freeze()


def seldom() -> None:
    """Collect garbage seldom from now on."""
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])
