"""The openai package's client for one endpoint."""

import ssl
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
import openai

from chains.models.spec import ModelSpec

CONNECT_SECONDS = 10.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LARGEST_ERROR = 2**20
"""Bytes of an answer that is an error: the client would read it whole, however long it is."""
_OF_THE_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_NO_KEY = "none"
"""The client insists on a key; a server that asks for none ignores it."""


def client_of(spec: ModelSpec, key: str | None) -> openai.AsyncOpenAI:
    """Return the client for an endpoint; its own retries are off.

    Args:
        spec: The endpoint's address and limits.
        key: Its key; None where the server asks for none.
    """
    url = urlsplit(spec.base_url or "")
    local = url.hostname in _LOOPBACK
    client = openai.AsyncOpenAI(
        base_url=spec.base_url,
        api_key=key or _NO_KEY,
        max_retries=0,
        timeout=httpx2.Timeout(spec.timeout, connect=CONNECT_SECONDS),
        http_client=_Http(
            # A proxy set for the machine must not be asked for its own loopback.
            trust_env=not local,
            # Nor are the world's certificates read for a server on this machine that speaks none.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if local and url.scheme == "http" else True,
        ),
    )
    if spec.key_env != "OPENAI_API_KEY":
        # The client takes these from the environment and would send them to any server.
        client.organization = client.project = client.admin_api_key = None
        client._custom_headers = {}  # noqa: SLF001  the client has no other way to leave out OPENAI_CUSTOM_HEADERS
    return client


class _Known(NamedTuple):
    """A request as it was asked for and built, but for its content."""

    asked: tuple[object, ...]
    url: httpx2.URL
    headers: list[tuple[bytes, bytes]]
    extensions: Any


class _Http(openai.DefaultAioHttpClient):
    """Reads no more of an error than a sentence needs, and builds a request like the last from that one.

    Address and headers of a run's calls are the same thousands of times over; to
    parse and merge them each time takes a tenth of what a call costs.
    """

    _last: _Known | None = None

    def build_request(self, method: str, url: httpx2.URL | str, **how: Any) -> httpx2.Request:
        """Return a request as the client would build it."""
        content = how.pop("content", None)
        if not isinstance(content, bytes) or self.cookies:
            return super().build_request(method, url, content=content, **how)
        asked = (method, url, how)
        if self._last is None or asked != self._last.asked:
            request = super().build_request(method, url, content=content, **how)
            headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
            self._last = _Known(asked, request.url, headers, request.extensions)
            return request
        _, address, headers, extensions = self._last
        return httpx2.Request(method, address, content=content, headers=headers, extensions=extensions)

    async def send(self, request: httpx2.Request, *, stream: bool = False, **how: Any) -> httpx2.Response:
        """Send a request; of a streamed answer that is an error return the first `LARGEST_ERROR` bytes, read."""
        response = await super().send(request, stream=stream, **how)
        if not (stream and response.is_error):
            return response
        raw = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                raw += chunk[: LARGEST_ERROR - len(raw)]
                if len(raw) == LARGEST_ERROR:
                    break
        finally:
            await response.aclose()
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in _OF_THE_BODY]
        return httpx2.Response(response.status_code, headers=headers, content=bytes(raw), request=response.request)
