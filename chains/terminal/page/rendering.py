"""How pages are made: templates that escape all they are given, and no sign that nobody sees or a browser obeys."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chains.fates import FATES
from chains.terminal.report.page import legible_value
from chains.terminal.views.output import as_started, counted

Form = Mapping[str, str]
MOST_FIELDS = 20


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("chains.terminal.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=legible_value,
    )
    made.globals |= {"fates": FATES, "counted": counted}
    return made


def prepare() -> None:
    """Compile all templates, so that the first page that is asked for need not wait for that."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def page(template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page.

    Args:
        template: Its file in `templates/`, without the ending.
        status: The HTTP status.
        context: What the template shows; texts are escaped.
    """
    return HTMLResponse(_environment().get_template(f"{template}.html.jinja").render(**context), status)


def refusal(status: int, why: str) -> HTMLResponse:
    """Return a page that says in a sentence why nothing is shown."""
    return page("refusal", status, why=as_started(why))


def nothing_there(what: str) -> HTTPException:
    """Return the error for an address that means nothing."""
    return HTTPException(404, what)


Handler = Callable[[Request, Form], Response]


def form_handler(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that reads the form of a request, bounded, and calls `handler` in a thread."""

    async def endpoint(request: Request) -> Response:
        body = await request.body() if request.method == "POST" else b""
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise HTTPException(400, "that is no form of these pages") from None
        return await run_in_threadpool(handler, request, dict(fields))

    return endpoint


def run_path(run: str) -> str:
    """Return the path of a run's page."""
    return f"/run/{quote(run)}"
