"""What every request must pass: the right Host, no foreign Origin; and what every response says to the browser.

A page on the loopback can be reached by every page that the same browser has open. So a request is answered only if
it names this server in Host (another name there is DNS rebinding), and if what changes something comes from one of
our own pages. The policy lets the browser load nothing from elsewhere, and run no script or style that stands in the
page.
"""

import ipaddress
import socket

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 800_000
"""Of a request's body; see `worklist.LONGEST` for an answer's characters."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not `no-referrer`: with that a browser sends no Origin with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SAFE = frozenset({"GET", "HEAD"})


class Guard:
    """Refuses requests that don't come from our own pages, and puts `HEADERS` on every response."""

    def __init__(self, app: ASGIApp, port: int, host: str | None = None) -> None:
        """Guard an application.

        Args:
            app: What is guarded.
            port: Where it listens.
            host: The address that others reach it at; None: the loopback alone.
        """
        self._app, self._port = app, port
        self._others = host is not None
        self._names = LOOPBACK if host is None else LOOPBACK | {host.lower(), socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        headers = Headers(scope=scope)
        why = self._refused(str(scope["method"]), headers)
        app = self._app if why is None else PlainTextResponse(f"{why}\n", 403)
        length = headers.get("content-length", "0")
        if why is None and length.isdecimal() and int(length) > MOST_BYTES:  # others are counted as they come in
            app = PlainTextResponse("that is too long to be sent; go back, and shorten it\n", 413)
        await app(scope, receive, with_headers)

    def _refused(self, method: str, headers: Headers) -> str | None:
        """Return why a request is refused; None if it is not."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return "nothing is served under that name; open the address that `mazedom view` printed"
        if any(origin != f"http://{hosts[0]}" for origin in origins):
            return "that came from another page; nothing was done"
        if method not in _SAFE and not origins and headers.get("sec-fetch-site") != "same-origin":
            return "that did not come from one of these pages; nothing was done"
        return None

    def _is_ours(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        if port != str(self._port):
            return False
        name = name.strip("[]").lower()
        return name in self._names or (self._others and _is_address(name))


def _is_address(name: str) -> bool:
    """Return whether a name is an address: no other server's name can be made to mean it."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
