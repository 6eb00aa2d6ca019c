"""The application: its routes, who may open which, and how errors are told."""

import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from chains.errors import MazedomError
from chains.terminal.page.blaming import Blaming
from chains.terminal.page.findings import Findings
from chains.terminal.page.guard import MOST_BYTES, Guard
from chains.terminal.page.inbox import Inboxes
from chains.terminal.page.jobs import Jobs
from chains.terminal.page.links import Links
from chains.terminal.page.open_runs import OpenRuns
from chains.terminal.page.owner import Owner
from chains.terminal.page.progress import Progress, events, progress_of
from chains.terminal.page.rendering import Form, form_handler, prepare, refusal
from chains.terminal.page.trials import Trials

WITHOUT = "open the address that `mazedom view` printed when it was started; it holds a token"
SERVED = Path(__file__).parent / "served"


def application(links: Links, port: int, host: str | None = None) -> Starlette:
    """Return the application; `state.jobs` are the processes that it starts.

    Args:
        links: The tokens.
        port: Where it listens.
        host: The address that others reach it at; None: the loopback alone.
    """
    prepare()
    runs = OpenRuns()
    jobs = Jobs()
    pages = [page for room in (Owner, Trials, Findings, Blaming) for page in room(runs, jobs).pages()]
    app = Starlette(
        routes=[
            *(Route(path, form_handler(_owned(links, handler)), methods=[method]) for method, path, handler in pages),
            Route("/run/{run}/events", _events(links, runs, jobs)),
            *Inboxes(runs, links).routes(),
            Mount("/served", StaticFiles(directory=SERVED)),
        ],
        middleware=[
            Middleware(Guard, port=port, host=host),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BYTES),
        ],
        exception_handlers={HTTPException: _http_error, MazedomError: _our_error},
    )
    app.state.jobs = jobs
    return app


def _owned(links: Links, handler: Callable[[Request, Form], Response]) -> Callable[[Request, Form], Response]:
    """Return a handler that answers those alone who have the owner's token."""

    def checked(request: Request, form: Form) -> Response:
        if (let_in := links.let_in(request, links.owner)) is not None:
            return let_in
        if not links.is_owner(request):
            return refusal(403, WITHOUT)
        return handler(request, form)

    return checked


def _events(links: Links, runs: OpenRuns, jobs: Jobs) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that tells how far a run is, while it goes on."""

    async def endpoint(request: Request) -> Response:
        if not links.is_owner(request):
            return refusal(403, WITHOUT)

        def look() -> Progress:
            with runs.reading(request.path_params["run"]) as run:
                return progress_of(run, started=jobs.is_driving(run.folder))

        await run_in_threadpool(look)  # a run that can't be read is refused before anything is sent
        return StreamingResponse(events(request, look), media_type="text/event-stream")

    return endpoint


def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    why = error.detail if isinstance(error, HTTPException) else str(error)
    known = {404: "there is no such page", 405: "that can't be done with this page", 413: "that is too long"}
    with contextlib.suppress(KeyError):
        why = known[status] if why in ("Not Found", "Method Not Allowed", "Content Too Large") else why
    return refusal(status, why)


def _our_error(_request: Request, error: Exception) -> Response:
    return refusal(409, str(error))
