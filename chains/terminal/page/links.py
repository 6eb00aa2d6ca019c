"""Who may open what: the owner's token, and for each person of a run a token that opens their inbox alone.

The owner's token is new each time the page is started. A person's is made from a key that stands beside the run, in
the folder that is never packed, so their link goes on working when the page is started again. A token in an address
is exchanged for a cookie at once, and the address is shown without it.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chains.running.people.names import Names
from chains.running.people.storage import locked
from chains.running.people.worklist import FOLDER

KEY_FILE = "link.key"


class Links:
    """The tokens of one server."""

    def __init__(self, port: int, owner: str | None = None) -> None:
        """Make the owner's token.

        Args:
            port: Where the page is served: browsers share cookies between ports.
            owner: The token, if it is given.
        """
        self.owner = owner or secrets.token_urlsafe(24)
        self._cookie = f"mazedom{port}"

    def is_owner(self, request: Request) -> bool:
        """Return whether a request is the owner's."""
        return same(request.cookies.get(self._cookie, ""), self.owner)

    def is_person(self, request: Request, folder: Path, person: str) -> bool:
        """Return whether a request has the token of the person with this pseudonym."""
        expected = known_token(folder, person)
        return expected is not None and same(request.cookies.get(f"{self._cookie}{person}", ""), expected)

    def let_in(self, request: Request, expected: str, person: str = "") -> Response | None:
        """Exchange the token in an address for a cookie; None if there is none in it, or a wrong one.

        Args:
            request: What was asked for.
            expected: The right token.
            person: Whose it is; empty: the owner's.
        """
        if not same(request.query_params.get("token", ""), expected):
            return None
        path = request.url.path
        response = RedirectResponse(path, 303)
        of_inbox = "/" if not person else inbox_path(request.path_params["run"], person)
        response.set_cookie(f"{self._cookie}{person}", expected, path=of_inbox, httponly=True, samesite="lax")
        return response


def inbox_path(run: str, person: str) -> str:
    """Return the path of a person's inbox."""
    return f"/inbox/{quote(run)}/{person}"


def same(given: str, expected: str) -> bool:
    """Return whether two tokens are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def known_token(folder: Path, person: str) -> str | None:
    """Return the token of a person of the run in `folder`, by their pseudonym; None if nobody has a link yet."""
    try:
        key = (folder / FOLDER / KEY_FILE).read_bytes()
    except OSError:
        return None
    return hmac.new(key, person.encode(), hashlib.sha256).hexdigest()[:40]


def name_of(names: Names, person: str) -> str | None:
    """Return the name behind a pseudonym; None if there is nobody, or they are forgotten."""
    entry = names.entries().get(person)
    return None if entry is None else entry.name


def new_link(folder: Path, run: str, person: str) -> str:
    """Return the path of a person's link, with their token; from now on it works."""
    _make_key(folder / FOLDER)
    return f"{inbox_path(run, person)}?token={known_token(folder, person)}"


def _make_key(folder: Path) -> None:
    """Write the key of a run's links, if there is none."""
    with locked(folder):
        path = folder / KEY_FILE
        if not path.exists():
            draft = path.with_suffix(".new")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            draft.replace(path)
