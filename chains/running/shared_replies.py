"""Requests that were asked already: where the reply to each is logged, or is about to be.

Conditions that differ only further up ask their workers the same, seed and
all. There is one entry for every reply of a run, so it is kept small: some 170
bytes, and no text.
"""

import asyncio
from collections.abc import Iterable

from chains.models.provider import Reply, Request
from chains.organisation.turn_key import Key
from chains.running.log.log import Log
from chains.running.log.step_index import Place, packed

_LONGEST = 2**32
"""No line of a log is as long as that."""


class SharedReplies:
    """Replies that whoever asks exactly the same may have, too."""

    def __init__(self, log: Log, logged: Iterable[tuple[Key, Place]]) -> None:
        """Begin with the first attempts among the steps in `logged`, which stand in `log`."""
        self._log = log
        self._found: dict[bytes, int | asyncio.Future[Reply]] = {
            _short(place.digest): _place(place) for key, place in logged if key.attempt == 0
        }

    def find(self, request: Request) -> Place | asyncio.Future[Reply] | None:
        """Return where the reply to exactly this request is logged, or the reply that is on its way; None if neither.

        A place has the digest of the request, which is for the reader to compare with what stands there.
        """
        digest = packed(request.digest)
        found = self._found.get(_short(digest))
        return Place(digest, *divmod(found, _LONGEST)) if isinstance(found, int) else found

    def asked(self, request: Request, key: Key, asking: asyncio.Future[Reply]) -> None:
        """Note that a request is being asked, whose reply is logged under `key` by the time it is there."""
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
    """Return what of a digest tells it from all others of a run."""
    return digest[:16]
