"""`view`: runs, trials and the inboxes of people as pages, served to this machine's browsers."""

import argparse
import contextlib
import os
import socket
import sys
import threading
import webbrowser

import uvicorn

from chains.errors import BadInput
from chains.terminal.page.guard import LOOPBACK
from chains.terminal.page.links import Links
from chains.terminal.page.server import application
from chains.terminal.views.output import print_json, say

PORT = 8723
"""Where the page is served, if nothing else is said and nobody is there."""
_CLOSING = 2
"""Seconds that pages which are open have, when the page is stopped."""


def main(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; return the exit status."""
    host = _host(arguments)
    listening = _listening(host or "127.0.0.1", arguments.port)
    port = listening.getsockname()[1]
    links = Links(port)
    shown = f"[{host}]" if host and ":" in host else host or "127.0.0.1"
    address = f"http://{shown}:{port}/?token={links.owner}"
    if arguments.json:
        print_json({"url": address, "port": port})
    else:
        sys.stdout.write(f"{address}\n")
    sys.stdout.flush()
    if host is None:
        say("only programs on this machine reach it; Ctrl-C stops it")
    else:
        say("other machines reach it, and nothing is encrypted: that is the business of a proxy; Ctrl-C stops it")
    if not arguments.no_open and _has_desktop():
        threading.Timer(0.5, webbrowser.open, [address]).start()
    app = application(links, port, host)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="error",
            access_log=False,  # addresses hold tokens
            timeout_graceful_shutdown=_CLOSING,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="off",
        )
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    app.state.jobs.stop()
    return 0


def _host(arguments: argparse.Namespace) -> str | None:
    """Return the address that others reach the page at; None: the loopback alone."""
    host: str | None = arguments.host
    if host is None or host in LOOPBACK:
        return None
    if not arguments.others_can_connect:
        raise BadInput(
            f"--host {host}: every machine that reaches it could then open the page, and what is sent is not "
            "encrypted; say --others-can-connect if that is meant"
        )
    return host


def _listening(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens; without a port given, at another one if `PORT` is taken."""
    error: OSError | None = None
    for one in (PORT, 0) if port is None else (port,):
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return socket.create_server((host, one), family=family)
        except OverflowError:
            raise BadInput(f"--port {one} is no port; they are 1 to 65535") from None
        except OSError as failed:
            error = failed
    why = error.strerror if error is not None else ""
    raise BadInput(f"can't listen at {host} port {port or PORT}: {why}; give another --port or --host")


def _has_desktop() -> bool:
    """Return whether a browser with windows can be opened: one in this terminal would be in the way."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
