"""Wrap a plugin's provider: fill in the methods that it lacks, and turn its errors into sentences."""

from typing import Any

from chains.errors import Hopeless
from chains.models.provider import Provider, Reply, Request
from chains.registry import blaming


class UserProvider:
    """Wraps the provider of a plugin.

    An error in its code fails the trial with one sentence that names the kind.
    If it raises `Busy`, it is asked again like an endpoint.

    Args:
        kind: The kind of model, as it was registered.
        inner: The provider; `resolved`, `listed` and `aclose` are used if it has them.
    """

    def __init__(self, kind: str, inner: Provider) -> None:
        self._kind, self._inner = kind, inner

    @property
    def resolved(self) -> dict[str, Any]:
        """What was found out about it, to be logged."""
        return dict(getattr(self._inner, "resolved", {}))

    async def reply(self, request: Request) -> Reply:
        """Answer a request.

        Raises:
            Busy: It may answer later.
            Hopeless: If it failed, or returned something other than a reply.
        """
        with blaming("provider", self._kind, Hopeless):
            reply = await self._inner.reply(request)
        if not isinstance(reply, Reply):
            raise Hopeless(f"provider {self._kind!r} gave {type(reply).__name__} in place of a Reply")
        return reply

    async def listed(self) -> list[str]:
        """Return the names of the models that it has, if it says so."""
        named = getattr(self._inner, "listed", None)
        with blaming("provider", self._kind, Hopeless):
            return [] if named is None else list(await named())

    async def aclose(self) -> None:
        """Close what it holds open, if anything."""
        close = getattr(self._inner, "aclose", None)
        with blaming("provider", self._kind, Hopeless):
            if close is not None:
                await close()
