"""One model on several servers: each request goes to the least busy one, and each server has a pace of its own.

A server that fails is left alone for a while, so that it does not draw all requests because nothing waits at it; then
one request tries it. A request that failed is asked again as with one server, and goes to another one then.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from chains.errors import Busy, Hopeless, ProviderError
from chains.models.endpoint import Endpoint
from chains.models.provider import Provider, Reply, Request
from chains.models.rate_limit import Pace

SHORTEST_REST, LONGEST_REST = 1.0, 30.0
"""Seconds for which a server that failed is left alone: doubled each time it fails again."""


class Server(NamedTuple):
    """One server."""

    url: str
    endpoint: Endpoint
    limited: Provider
    """The endpoint with its pace and its share of the budget around it."""
    pace: Pace


class Servers:
    """A model on several servers, as a provider.

    Args:
        servers: The servers.
        clock: A monotonic clock, in seconds.
    """

    def __init__(self, servers: Sequence[Server], clock: Callable[[], float] = time.monotonic) -> None:
        self._servers, self._clock = servers, clock
        self._trouble: list[ProviderError | None] = [None] * len(servers)
        """Why each server last failed; None if it has not, or answered since."""
        self._failed = [0] * len(servers)
        self._rests_until = [clock()] * len(servers)
        self._asked = [0] * len(servers)

    @property
    def resolved(self) -> dict[str, Any]:
        """What was learnt of each server's dialect, to be logged, by address; a server that takes all is left out."""
        return {server.url: learnt for server in self._servers if (learnt := server.endpoint.resolved)}

    async def reply(self, request: Request) -> Reply:
        """Have the least busy server answer.

        Raises:
            Busy: If this server or another one may answer later.
            NotThere: If nothing answers at any of the addresses, and nothing has.
            Hopeless: If asking again can't succeed.
        """
        number = self._least_busy()
        self._asked[number] += 1
        try:
            reply = await self._servers[number].limited.reply(request)
        except ProviderError as error:
            if not error.of_endpoint:
                raise  # the request is at fault, and would be everywhere
            self._rest(number, error)
            if isinstance(error, Busy) or all(isinstance(one, Hopeless) for one in self._trouble):
                raise
            raise Busy(str(error)) from None  # another server may answer
        self._failed[number], self._trouble[number] = 0, None
        return reply

    async def listed(self) -> list[str]:
        """Return the names of the models that all servers have.

        Raises:
            Busy: One could not be reached.
            Hopeless: One refuses to say.
        """
        names = [await server.endpoint.listed() for server in self._servers]
        return [name for name in names[0] if all(name in others for others in names[1:])]

    async def aclose(self) -> None:
        """Close the connections."""
        for server in self._servers:
            await server.endpoint.aclose()

    def _least_busy(self) -> int:
        """Return the server to ask: one that does not rest, with the fewest requests for each of its places."""
        now = self._clock()

        def key(number: int) -> tuple[bool, float, int]:
            pace = self._servers[number].pace
            tried = self._failed[number] > 0 and pace.waiting > 0
            rests = self._rests_until[number] > now or pace.paused or tried
            return rests, pace.waiting / pace.allowed, self._asked[number]

        return min(range(len(self._servers)), key=key)

    def _rest(self, number: int, error: ProviderError) -> None:
        """Leave a server alone for a while."""
        rest = min(LONGEST_REST, SHORTEST_REST * 2 ** self._failed[number])
        self._failed[number] = min(self._failed[number] + 1, 16)
        self._trouble[number] = error
        self._rests_until[number] = self._clock() + rest
