"""Files of claims to be judged: JSON lines with `id`, `source` and `claim`, and perhaps a person's `label`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chains.errors import BadInput


class Item(BaseModel):
    """One claim and the text that it is judged against. Other keys of its line are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: str | int
    source: str
    """The text to be judged against; may be empty."""
    claim: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    label: Literal[0, 1] | None = None
    """1: the text states the claim. Absent or null: nobody said."""
    kind: str = "all"
    """Items of one kind are measured together."""
    group: str | int | None = None
    """What items have in common, such as their document. Absent: each item is a group of its own."""


def read_items(path: Path) -> list[Item]:
    """Return the items of a JSONL file in order; empty lines are passed over.

    Raises:
        BadInput: If the file can't be read, or a line is no JSON object or has something missing or wrong;
            the sentence names file and line.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except FileNotFoundError as error:
        raise BadInput(f"no file at {str(path)!r}; give the path of a JSONL file") from error
    except OSError as error:
        raise BadInput(f"{path} can't be read ({error.strerror}); give the path of a JSONL file") from error
    out: list[Item] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        out.append(_item(line, f"{path} line {number}"))
    if not out:
        raise BadInput(f"{path} holds no item; each line is an object with id, source and claim")
    return out


def _item(line: bytes, where: str) -> Item:
    try:
        document: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{where}: no JSON ({error}); each line is one object with id, source and claim") from error
    if not isinstance(document, dict):
        what = "null" if document is None else f"a {type(document).__name__}"
        raise BadInput(f"{where}: holds {what} where an object with id, source and claim belongs")
    try:
        return Item.model_validate(document)
    except ValidationError as error:
        wrong = error.errors()[0]
        key = str(wrong["loc"][0])
        if wrong["type"] == "missing":
            raise BadInput(f"{where}: has no {key!r}; each item needs id, source and claim") from error
        raise BadInput(f"{where}: {key} is {document[key]!r}; {_WANTED[key]}") from error


_WANTED = {
    "id": "give a text or a whole number",
    "source": "give the text to be judged against",
    "claim": "give a statement in words",
    "label": "give 1 (the source states the claim) or 0, or leave it out",
    "kind": "give a name",
    "group": "give a name or a whole number",
}
