"""Documents that a person brings: read as text, or refused in one sentence."""

import hashlib
from pathlib import Path

from chains.errors import BadInput, nearest

MOST_BYTES = 10_000_000
"""Most bytes of a document; facts from a longer one could not be confirmed by hand."""


def read_document(path: Path) -> str:
    """Return the text of a document unchanged, line ends included; only a byte order mark is dropped.

    Raises:
        BadInput: If it does not exist, is no file, is too large, is not text in UTF-8, or is empty.
    """
    if not path.exists():
        beside = [str(other) for other in path.parent.glob("*") if other.is_file()] if path.parent.is_dir() else []
        raise BadInput(f"there is no document {str(path)!r}{nearest(str(path), beside[:200])}")
    if not path.is_file():
        raise BadInput(f"{path} is no file; name the documents themselves")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise BadInput(f"{path} has {size:,} bytes, and {MOST_BYTES:,} are the most; give the part that matters")
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not text in UTF-8 (byte {error.start + 1}); save it as plain text") from None
    if "\0" in text:
        raise BadInput(f"{path} is not text (it holds zero bytes); save it as plain text")
    if not text.strip():
        raise BadInput(f"{path} is empty; there is nothing to take facts from")
    return text


def digest(text: str) -> str:
    """Return the SHA-256 of a document's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
