"""The openai package's client for one endpoint."""

import ipaddress
import os
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import httpx2
import openai

from chains.errors import BadInput
from chains.models.spec import ModelSpec

CONNECT_SECONDS = 10.0
FIRST_CONNECT_SECONDS = 2.0
"""Seconds to connect while nothing has answered yet, so that a wrong address is reported soon."""
LARGEST_ERROR = 2**20
"""Most bytes read of an error answer; the client would read all of it, however long it is."""
_OF_THE_BODY = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_NO_KEY = "none"
"""The client insists on a key; a server that asks for none ignores it."""


SentAlong = tuple[Mapping[str, str], Mapping[str, str]]
"""Further headers and query, which may hold secrets."""


def client_of(spec: ModelSpec, key: str | None, along: SentAlong = ({}, {})) -> openai.AsyncOpenAI:
    """Return the client for an endpoint; its own retries are off.

    Args:
        spec: The endpoint's address and limits.
        key: Its key; None where the server asks for none.
        along: Further headers and the query of every request.
    """
    url = urlsplit(spec.base_url or "")
    local = on_this_machine(url.hostname or "")
    client = openai.AsyncOpenAI(
        base_url=spec.base_url,
        api_key=key or _NO_KEY,
        max_retries=0,
        default_headers=along[0] or None,
        default_query=along[1] or None,
        timeout=timeouts(spec, FIRST_CONNECT_SECONDS),
        http_client=_Http(
            # Requests to this machine must not go through a proxy.
            trust_env=not local,
            verify=_trusted(local=local, encrypted=url.scheme == "https"),
        ),
    )
    if spec.key_env != "OPENAI_API_KEY":
        # The client takes these from the environment and would send them to any server.
        client.organization = client.project = client.admin_api_key = None
        # The client has no other way to leave out OPENAI_CUSTOM_HEADERS.
        client._custom_headers = dict(along[0])  # noqa: SLF001
    return client


def timeouts(spec: ModelSpec, connecting: float = CONNECT_SECONDS) -> httpx2.Timeout:
    """Return the seconds that a request may take, and those that connecting may."""
    return httpx2.Timeout(spec.timeout, connect=connecting)


def on_this_machine(host: str) -> bool:
    """Return whether an address is the machine's own: any loopback, by number or by name."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def _trusted(*, local: bool, encrypted: bool) -> ssl.SSLContext | bool:
    """Return which certificates are trusted: the usual ones, or those that SSL_CERT_FILE names.

    Elsewhere the client reads that variable itself. For this machine it reads no environment (which would name proxies
    too), so OpenSSL reads it. A server on this machine that speaks plain HTTP needs no certificates.

    Raises:
        BadInput: There is no such file.
    """
    file = os.environ.get("SSL_CERT_FILE")
    if encrypted and file and not Path(file).is_file():
        raise BadInput(f"SSL_CERT_FILE names {file!r}, and there is no such file")
    if not local:
        return True
    return ssl.create_default_context() if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Known(NamedTuple):
    """The last request that was built, without its content."""

    asked: tuple[object, ...]
    url: httpx2.URL
    headers: list[tuple[bytes, bytes]]
    extensions: Any


class _Http(openai.DefaultAioHttpClient):
    """Reads only the beginning of an error answer, and reuses the last request's address and headers.

    Address and headers are the same for thousands of calls; parsing and merging
    them each time would take a tenth of a call.
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

    def _redirect_method(self, request: httpx2.Request, response: httpx2.Response) -> str:
        """Keep the method when a request is redirected; browsers turn a POST into a GET, which asks nothing."""
        return request.method

    async def send(self, request: httpx2.Request, *, stream: bool = False, **how: Any) -> httpx2.Response:
        """Send a request; of a streamed error answer, read and return the first `LARGEST_ERROR` bytes."""
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
        # As bytes: what is no ASCII would be refused as text, and the error with it.
        headers = [(name, value) for name, value in response.headers.raw if name.lower() not in _OF_THE_BODY]
        return httpx2.Response(response.status_code, headers=headers, content=bytes(raw), request=response.request)


class Unconnected(str):
    """Why no connection was made, and the remedy: the end of an error's sentence."""

    __slots__ = ("final",)
    final: bool
    """Whether trying again soon can't help."""


def causes_of(error: BaseException) -> list[BaseException]:
    """Return an error and its causes: two libraries on the way turn a dropped connection into a time-out."""
    causes = [error]
    while (before := causes[-1].__cause__ or causes[-1].__context__) is not None and before not in causes:
        causes.append(before)
    return causes


def not_connected(error: BaseException) -> Unconnected | None:
    """Return why no connection was made; None if one was, and failed later."""
    causes = causes_of(error)

    def found(kind: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, kind)), None)

    if (unverified := found(ssl.SSLCertVerificationError)) is not None:
        unverified = getattr(unverified, "certificate_error", unverified)
        reason = getattr(unverified, "verify_message", "") or "it can't be verified"
        why = f": its certificate is not trusted ({reason}); name the file of its authority in SSL_CERT_FILE"
    elif found(aiohttp.ClientConnectorDNSError) or found(socket.gaierror):
        why = ": there is no such host; check base_url"
    elif (spoken := found(aiohttp.ClientSSLError) or found(ssl.SSLError)) is not None:
        reason = getattr(spoken, "reason", None) or "no handshake"
        why = f": it does not speak TLS as it should ({reason}); check base_url"
    elif found(aiohttp.ClientConnectorError) or found(aiohttp.ConnectionTimeoutError):
        told = Unconnected("; start the server or check base_url")
        told.final = found(aiohttp.ConnectionTimeoutError) is not None
        return told
    else:
        return None
    told = Unconnected(why)
    told.final = True
    return told
