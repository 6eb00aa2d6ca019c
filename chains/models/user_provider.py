"""A provider that a user's file adds, made whole: what it lacks is filled in, what goes wrong in it is told."""

from typing import Any

from chains.errors import Hopeless
from chains.models.provider import Provider, Reply, Request
from chains.registry import blaming


class UserProvider:
    """Wraps the provider of a plugin.

    An error of its code fails the trial with one sentence that names the
    kind. It may raise `Busy` itself, and is then asked again as an endpoint
    is.

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
            Hopeless: It failed, or gave something else than a reply.
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
        """Let go of what it holds, if it holds something."""
        close = getattr(self._inner, "aclose", None)
        with blaming("provider", self._kind, Hopeless):
            if close is not None:
                await close()
