"""What a process makes once and keeps to its end is left out of garbage collection."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Collect no garbage inside, and never look again through what is there at its end.

    Modules, models and worlds are hundreds of thousands of objects that stay; a run would look through them over and
    over, which took a sixth of its CPU time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
