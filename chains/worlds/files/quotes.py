"""Quotes in a world file: where its facts stand in documents.

    [[documents]]
    name = "incident.txt"
    path = "../reports/incident.txt"      # from the world file's folder
    sha256 = "..."

    [[facts]]
    status = "confirmed"                  # or "unverified"; a "refused" one is no fact of the world
    quote = { document = "incident.txt", start = 120, end = 158, text = "Pump P-12 was delivered 3 weeks late." }

    [renamed]                             # the facts have these invented names in place of the documents' own
    Ilmar = "Kestrel"

If a document is still at its path, every quote is compared with it when the world
is read; if not, the quotes are taken as they are.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chains.errors import BadInput, nearest
from chains.worlds.facts.sources import Document, Quote, Quoted, Sources
from chains.worlds.files.source_documents import read_document

STATUSES = ("confirmed", "unverified", "refused")
_DOCUMENT_KEYS = ("name", "path", "sha256")


def standing_facts(tables: Sequence[Mapping[str, Any]], path: str) -> list[Mapping[str, Any]]:
    """Return the tables of the facts that nobody has refused.

    Raises:
        BadInput: One has an unknown status, or a status and no quote.
    """
    for number, table in enumerate(tables, 1):
        where = f"{path}, fact {table.get('id', number)}"
        status = table.get("status", "confirmed")
        if status not in STATUSES:
            raise BadInput(f"{where} has the unknown status {status!r}{nearest(str(status), STATUSES)}")
        if "status" in table and "quote" not in table:
            raise BadInput(f"{where} has a status and no quote; a status says whether its quote was confirmed")
    return [table for table in tables if table.get("status") != "refused"]


def read_sources(
    content: Mapping[str, Any], facts: Sequence[tuple[str, Mapping[str, Any]]], path: Path
) -> Sources | None:
    """Return the quotes of a world file's facts; None if no fact has a quote.

    Args:
        content: The file.
        facts: The id and the table of each of its facts.
        path: The file's path.

    Raises:
        BadInput: If a table can't be understood, or a quote is not at its place in the document.
    """
    documents = _documents(content.get("documents", []), path)
    texts = {name: _text(place, path) for name, (_, place) in documents.items()}
    renamed = content.get("renamed", {})
    if not isinstance(renamed, dict) or not all(isinstance(new, str) and new.strip() for new in renamed.values()):
        raise BadInput(f'{path}: renamed is no table of names; write [renamed] and Ilmar = "Kestrel" below it')
    quoted = [_quoted(name, table, texts, path) for name, table in facts if "quote" in table]
    if not quoted:
        return None
    return Sources(
        documents=tuple(one for one, _ in documents.values()), quoted=tuple(quoted), renamed=tuple(renamed.items())
    )


def _documents(tables: Any, path: Path) -> dict[str, tuple[Document, str | None]]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadInput(f"{path}: begin each document with a line [[documents]]")
    found: dict[str, tuple[Document, str | None]] = {}
    for table in tables:
        for key in table:
            if key not in _DOCUMENT_KEYS:
                raise BadInput(f"{path}, documents has an unknown key {key!r}{nearest(key, _DOCUMENT_KEYS)}")
        place = table.get("path")
        if place is not None and not isinstance(place, str):
            raise BadInput(f"{path}, documents: path is {place!r}, not text")
        try:
            document = Document.model_validate({key: value for key, value in table.items() if key != "path"})
        except ValidationError as error:
            first = error.errors()[0]
            raise BadInput(f"{path}, documents: {first['loc'][0]}: {first['msg'].lower()}") from None
        if document.name in found:
            raise BadInput(f"{path} has two documents called {document.name}")
        found[document.name] = document, place
    return found


def _text(place: str | None, path: Path) -> str | None:
    """Return a document's text, None if it is not there any more."""
    if place is None or not (path.parent / place).exists():
        return None
    return read_document(path.parent / place)


def _quoted(name: str, table: Mapping[str, Any], texts: Mapping[str, str | None], path: Path) -> Quoted:
    where = f"{path}, fact {name}"
    try:
        quote = Quote.model_validate(table["quote"])
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f" {part}" for part in first["loc"])
        said = str(first["ctx"]["error"]) if first["type"] == "value_error" else first["msg"].lower()
        raise BadInput(f"{where}: quote{place}: {said}") from None
    if quote.document not in texts:
        raise BadInput(f"{where}: its quote is from {quote.document!r}, which is no document of the file")
    text = texts[quote.document]
    if text is not None and text[quote.start : quote.end] != quote.text:
        raise BadInput(
            f"{where}: its quote is not in {quote.document} at {quote.start} to {quote.end}; the document was "
            "changed since: make the world again, or take the document's path out of the file"
        )
    return Quoted(fact=name, quote=quote, confirmed=table.get("status", "confirmed") == "confirmed")
