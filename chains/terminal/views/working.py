"""Says that something takes a while, and how far it is, so that nobody waits before an empty screen."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from rich.text import Text

from chains.terminal.views.output import progress

PATIENCE = 2.0
"""Seconds after which something is said where stderr is no terminal."""
EVERY = 10.0
"""Seconds between two lines there."""


@contextlib.contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Say what is being done while it is; yields a function that says how far it is, as in `tell("3 of 8")`.

    At a terminal it is one line that goes away; otherwise it is a plain line after two seconds, then every ten.
    """
    if progress.is_terminal:
        with progress.status(Text(what)) as status:
            yield lambda far: status.update(Text(f"{what}: {far}"))
        return
    said: dict[str, float] = {}

    def first() -> None:
        said["at"] = time.monotonic()
        progress.print(f"{what} ...", soft_wrap=True)

    def tell(far: str) -> None:
        if "at" in said and time.monotonic() - said["at"] >= EVERY:
            said["at"] = time.monotonic()
            progress.print(f"{what}: {far}", soft_wrap=True)

    timer = threading.Timer(PATIENCE, first)
    timer.daemon = True
    timer.start()
    try:
        yield tell
    finally:
        timer.cancel()
