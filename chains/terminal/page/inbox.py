"""A person's inbox: what waits for them in one run, and a page for each item to answer, edit, approve or put off.

It shows what the worklist lets a person see, and nothing else of the run. Every change is a form that is sent, and the
same form sent twice counts once; with the script, drafts are kept while one writes.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from chains.errors import BadInput
from chains.experiments.people import PSEUDONYM
from chains.running.people.item import Item
from chains.running.people.worklist import Worklist
from chains.terminal.page.links import Links, inbox_path, known_token, name_of
from chains.terminal.page.open_runs import OpenRuns
from chains.terminal.page.rendering import Form, form_handler, nothing_there, page, refusal
from chains.terminal.views.item import task_line

BASE = "/inbox/{run}/{person}"


class _Visit(NamedTuple):
    """Who asks, and for what."""

    folder: Path
    work: Worklist
    who: str
    """Their name, which is shown nowhere."""
    person: str
    base: str
    """The path of their inbox."""
    item: str


class Inboxes:
    """Serves the inboxes of all people of all runs."""

    def __init__(self, runs: OpenRuns, links: Links) -> None:
        """Serve them."""
        self._runs, self._links = runs, links
        self._began: dict[tuple[Path, str], float] = {}
        """When each item that somebody works on was opened, or its draft last kept."""
        self._lock = threading.Lock()

    def routes(self) -> list[Route]:
        """Return what is served."""
        does = {"answer": self._answer, "back": self._send_back, "draft": self._draft, "undo": self._undo}
        does |= {"skip": self._skip, "take": self._take}
        return [
            Route(BASE, form_handler(self._seen(self._list))),
            Route(f"{BASE}/consent", form_handler(self._seen(self._consent)), methods=["POST"]),
            Route(f"{BASE}/waiting", form_handler(self._seen(self._waiting))),
            Route(f"{BASE}/{{item}}", form_handler(self._seen(self._item))),
            *(
                Route(f"{BASE}/{{item}}/{name}", form_handler(self._seen(does_it)), methods=["POST"])
                for name, does_it in does.items()
            ),
        ]

    def _seen(self, handler: Callable[[_Visit, Form], Response]) -> Callable[[Request, Form], Response]:
        """Return a handler that answers those alone who have the person's token."""

        def checked(request: Request, form: Form) -> Response:
            run, person = request.path_params["run"], request.path_params["person"]
            if PSEUDONYM.fullmatch(person) is None:
                raise nothing_there("there is no such inbox")
            folder = self._runs.folder(run)
            expected = known_token(folder, person)
            if expected is not None and (let_in := self._links.let_in(request, expected, person)) is not None:
                return let_in
            if not self._links.is_person(request, folder, person):
                return refusal(403, "this inbox opens with the link that you were given; open that link again")
            work = self._runs.worklist(folder)
            who = name_of(work.names, person)
            if who is None:
                return refusal(403, "this link leads nowhere any more")
            item = request.path_params.get("item", "")
            return handler(_Visit(folder, work, who, person, inbox_path(run, person), item), form)

        return checked

    # pages

    def _list(self, visit: _Visit, form: Form) -> Response:
        text = visit.work.names.consent_wanted(visit.who)
        if text is not None:
            return page("consent", text=text, base=visit.base)
        items = visit.work.inbox(visit.who)
        return page(
            "inbox",
            base=visit.base,
            person=visit.person,
            waiting=[one for one in items if one.state != "answered"],
            answered=[one for one in items if one.state == "answered"],
        )

    def _item(self, visit: _Visit, form: Form) -> Response:
        if visit.work.names.consent_wanted(visit.who) is not None:
            return _to(visit.base)
        item = visit.work.item(visit.who, visit.item)
        if item.state == "open":
            return _to(visit.base)
        if item.state == "taken":
            self._mark(visit)
        return self._shown(visit, item, item.editable)

    def _shown(self, visit: _Visit, item: Item, text: str, trouble: str = "", reason: str = "") -> Response:
        """Return an item's page, with what the person has written, whatever came of sending it."""
        return page(
            "item",
            status=409 if trouble else 200,
            base=visit.base,
            item=item,
            text=text,
            reason=reason,
            task=task_line(item),
            trouble=trouble,
            own=item.writes or item.way != "approve",
            waiting=sum(one.state != "answered" and one.id != item.id for one in visit.work.inbox(visit.who)),
        )

    def _waiting(self, visit: _Visit, form: Form) -> Response:
        """Return how many items wait, for the script that looks whether there are more."""
        waiting = sum(one.state != "answered" for one in visit.work.inbox(visit.who))
        return Response(str(waiting), media_type="text/plain")

    # what a person does

    def _consent(self, visit: _Visit, form: Form) -> Response:
        visit.work.names.consent(visit.who)
        return _to(visit.base)

    def _take(self, visit: _Visit, form: Form) -> Response:
        visit.work.take(visit.who, visit.item)
        return _to(f"{visit.base}/{visit.item}")

    def _answer(self, visit: _Visit, form: Form) -> Response:
        item = visit.work.item(visit.who, visit.item)
        # a draft that may only be approved is sent as it stands, whatever a browser made of it
        text = form.get("text", "") if item.writes or item.way != "approve" else item.draft or ""
        try:
            visit.work.answer(visit.who, visit.item, text, self._seconds(visit))
        except BadInput as error:
            return self._shown(visit, visit.work.item(visit.who, visit.item), text, str(error))
        return self._done(visit)

    def _send_back(self, visit: _Visit, form: Form) -> Response:
        reason = form.get("reason", "")
        try:
            visit.work.send_back(visit.who, visit.item, reason, self._seconds(visit))
        except BadInput as error:
            item = visit.work.item(visit.who, visit.item)
            return self._shown(visit, item, item.editable, str(error), reason)
        return self._done(visit)

    def _draft(self, visit: _Visit, form: Form) -> Response:
        text = form.get("text", "")
        try:
            visit.work.save_draft(visit.who, visit.item, text, self._seconds(visit))
        except BadInput as error:
            if "quietly" in form:
                return Response(str(error), 409, media_type="text/plain")
            return self._shown(visit, visit.work.item(visit.who, visit.item), text, str(error))
        self._forget(visit)
        self._mark(visit)
        return Response("kept", media_type="text/plain") if "quietly" in form else _to(f"{visit.base}/{visit.item}")

    def _skip(self, visit: _Visit, form: Form) -> Response:
        visit.work.skip(visit.who, visit.item, self._seconds(visit))
        return self._done(visit)

    def _undo(self, visit: _Visit, form: Form) -> Response:
        visit.work.undo(visit.who, visit.item)
        return _to(f"{visit.base}/{visit.item}")

    def _done(self, visit: _Visit) -> Response:
        """Go back to the list, where what was sent can be undone."""
        self._forget(visit)
        return _to(visit.base)

    # how long they took

    def _mark(self, visit: _Visit) -> None:
        with self._lock:
            self._began.setdefault((visit.folder, visit.item), monotonic())

    def _seconds(self, visit: _Visit) -> float:
        """Return how long the item was open since it was opened or its draft was last kept."""
        with self._lock:
            began = self._began.get((visit.folder, visit.item))
        return 0.0 if began is None else monotonic() - began

    def _forget(self, visit: _Visit) -> None:
        """Begin anew: the time so far is kept with the item."""
        with self._lock:
            self._began.pop((visit.folder, visit.item), None)


def _to(path: str) -> Response:
    return RedirectResponse(path, 303)
