"""Errors that a person reads: one sentence that says what, where and what to do.

Lower case, no full stop, the value quoted, one remedy. `cli.main` catches
`MazedomError` once, prints the sentence and exits with `exit_code`.
"""

import difflib
from collections.abc import Iterable


class MazedomError(Exception):
    """Any error that the user can mend; its text is the whole message."""

    exit_code = 1


class BadInput(MazedomError):
    """A file, setting, name or argument that the user wrote can't be used."""

    exit_code = 2


class LogDamaged(MazedomError):
    """A run's files can't be read as what they claim to be."""


class LineDamaged(LogDamaged):
    """One line of a log can't be read; the others can."""


class LogInUse(MazedomError):
    """Another process writes this run's log."""


class ReplayDiffers(MazedomError):
    """A request or reply is not the one that the log holds."""


class ReplyMissing(MazedomError):
    """A replay needs a reply that the log does not hold."""


class ProviderError(MazedomError):
    """No reply could be had; the subclasses say whether asking again may help.

    Attributes:
        of_endpoint: Whether the fault lies with the endpoint, so that other requests would fail too.
    """

    of_endpoint = False


class Busy(ProviderError):
    """The service may answer later: rate limit, time-out, dropped connection, server fault.

    Attributes:
        retry_after: Seconds that the service asked to wait, if it said so.
        throttled: Whether the service turns requests away because it has too many.
        lost: Whether the connection broke while an answer was under way; it may have been paid for.
    """

    of_endpoint = True

    def __init__(
        self, message: str, retry_after: float | None = None, *, throttled: bool = False, lost: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.throttled = throttled
        self.lost = lost


class Hopeless(ProviderError):
    """Asking again can't succeed: bad key, unknown model, context too long, malformed request.

    Attributes:
        used_up: Whether the account's credit or daily allowance is used up; no request will succeed for hours.
    """

    def __init__(self, message: str, *, of_endpoint: bool = False, used_up: bool = False) -> None:
        super().__init__(message)
        self.of_endpoint = of_endpoint or used_up
        self.used_up = used_up


class NotThere(Hopeless):
    """Nothing answers at the address of a model, and nothing ever has in this process."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(message, of_endpoint=True)


class OverLimit(MazedomError):
    """A limit that the user set is met; the run stops cleanly and can be resumed."""


class Stopped(MazedomError):
    """The run was asked to stop before this call was made."""

    exit_code = 130


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?` for the known name nearest to `name`, or the known names.

    The text continues an error's sentence, so it starts with a semicolon.
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known: {', '.join(names)}" if names else ""
