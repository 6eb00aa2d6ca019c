"""Shared replies: for each request that was asked already, where its reply is logged or will be.

Conditions that differ only further up ask their workers the same, seed
included. There is one entry for every reply of a run, so entries are small: about
170 bytes, without text.
"""

import asyncio
from collections.abc import Iterable

from chains.models.provider import Reply, Request
from chains.organisation.turn_key import Key
from chains.running.log.log import Log
from chains.running.log.step_index import Place, packed

_LONGEST = 2**32
"""Longer than any line of a log."""


class SharedReplies:
    """Replies to share with all trials that ask exactly the same."""

    def __init__(self, log: Log, logged: Iterable[tuple[Key, Place]]) -> None:
        """Begin with the steps in `logged`, which are in `log`."""
        self._log = log
        self._found: dict[bytes, int | asyncio.Future[Reply]] = {}
        self.add(logged)

    def add(self, logged: Iterable[tuple[Key, Place]]) -> None:
        """Share the replies of steps that are in the log."""
        self._found.update((_short(place.digest), _place(place)) for _, place in logged)

    def find(self, request: Request) -> Place | asyncio.Future[Reply] | None:
        """Return where the reply to exactly this request is logged, or the reply under way; None if there is neither.

        A place holds the request's digest; the caller compares it with the logged line.
        """
        digest = packed(request.digest)
        found = self._found.get(_short(digest))
        return Place(digest, *divmod(found, _LONGEST)) if isinstance(found, int) else found

    def asked(self, request: Request, key: Key, asking: asyncio.Future[Reply]) -> None:
        """Note that a request is being asked; its reply will be logged under `key`."""
        self._found[_short(packed(request.digest))] = asking
        asking.add_done_callback(lambda done: self._done(request, key, done))

    def logged(self, request: Request, key: Key) -> None:
        """Note that the reply to a request has just been logged under `key`."""
        self._found[_short(packed(request.digest))] = _place(self._log.index.places.of(key)[-1])

    def _done(self, request: Request, key: Key, done: asyncio.Future[Reply]) -> None:
        """Note where a reply is logged, or that there is none."""
        if done.cancelled() or done.exception() is not None:
            self._found.pop(_short(packed(request.digest)), None)
        else:
            self.logged(request, key)


def _place(place: Place) -> int:
    return place.offset * _LONGEST + place.length


def _short(digest: bytes) -> bytes:
    """Return the part of a digest that distinguishes it within a run."""
    return digest[:16]
