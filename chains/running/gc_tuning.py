"""Garbage collection for this program: objects that live to the end are not searched again and again."""

import contextlib
import gc
from collections.abc import Iterator

_SELDOM = 20_000
"""New objects between two collections while hardly any are garbage."""
_NEVER = 1_000_000
_YOUNG = 3_000
"""New objects between two collections of short-lived objects. Python's 700 take twice the time to save a megabyte."""


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Inside, collect only young garbage, and seldom; objects that exist at its end are never searched again.

    Modules, models and worlds are hundreds of thousands of objects that live as long as the process. Searching them
    again and again took a sixth of a run's CPU time.
    """
    before = gc.get_threshold()
    gc.set_threshold(_SELDOM, _NEVER, _NEVER)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_YOUNG, *before[1:])


def before_a_fork() -> None:
    """Exempt all present objects: a forked process that searched them for garbage would copy their memory."""
    gc.freeze()


def seldom() -> None:
    """Collect garbage seldom from now on."""
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])
