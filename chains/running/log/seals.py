"""Seals: digests by which every change of a run's files is found, whoever made it and wherever.

A line of the log ends with its number and the digest of all before that, so
that a changed, doubled, moved or missing line is found. The root of a trial is
the digest of its records in the order of their keys, for parallel branches
finish in any order; the root of the run is over its trials and run.json, which
ends with a seal of its own. Who changes a file and mends its digests has
another root, so the root is what to publish: the receipt.

Runs from before there were seals have none, and are checked as they were then.
"""

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import orjson

_N: Final = b',"n":'
_SHA: Final = b',"sha":"'
_SEAL: Final = re.compile(rb',\s*"n"\s*:\s*(?P<n>\d{1,18})(?P<sha>,\s*"sha"\s*:\s*"(?P<digest>[0-9a-f]{64})"\s*}\s*)\Z')
"""As a line ends; programs that write JSON anew put blanks in."""
_LONGEST: Final = 160
"""Bytes that a seal takes at the end of a line, at most."""
_RUN_SEAL: Final = b',\n  "seal": "'
_SEALED_ANEW: Final = re.compile(rb'"seal"\s*:\s*"[0-9a-f]{64}"\s*[,}]')
"""As a seal stands in a file that another program has written anew."""


class Seal(NamedTuple):
    """What a line says of itself."""

    body: bytes
    """The record, as it would stand without a seal, without its line break."""
    number: int
    whole: bool
    """Whether the line is as it was sealed."""


def sealed(line: bytes, number: int) -> bytes:
    """Return a record's line with its seal.

    Args:
        line: A JSON object and a line break.
        number: Which line of the log it will be, from 1.
    """
    body = line[:-2] + _N + str(number).encode()
    return b"".join((body, _SHA, hashlib.sha256(body).hexdigest().encode(), b'"}\n'))


def seal_of(line: bytes) -> Seal | None:
    """Return a line's seal; None if it has none."""
    line = line.rstrip(b"\r\n")
    found = _SEAL.search(line, max(0, len(line) - _LONGEST))
    if found is None:
        return None
    whole = hashlib.sha256(line[: found.start("sha")]).hexdigest().encode() == found["digest"]
    return Seal(line[: found.start()] + b"}", int(found["n"]), whole and found[0].startswith(_N))


def unsealed(line: bytes) -> bytes:
    """Return a line as a record is read from it, with or without a seal."""
    seal = seal_of(line)
    return line if seal is None else seal.body


def trial_root(records: Iterable[tuple[tuple[str, int, int], bytes]]) -> str:
    """Return the root of a trial: over its records by seat, turn and attempt, whatever order they stand in.

    Args:
        records: Each record's key and its line without a seal.
    """
    digests = sorted((key, hashlib.sha256(body).digest()) for key, body in records)
    return hashlib.sha256(b"".join(digest for _, digest in digests)).hexdigest()


def run_root(trials: Mapping[str, str], record: bytes) -> str:
    """Return the root of a run: over the roots of its trials, and run.json as it stands."""
    whole = {"trials": trials, "run": hashlib.sha256(record).hexdigest()}
    return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


def with_seal(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the text of run.json with a seal over all before it.

    Args:
        pieces: Its text, the last of them the closing brace alone.
    """
    digest, held = hashlib.sha256(), ""
    for piece in pieces:
        digest.update(held.encode())
        yield held
        held = piece
    yield f'{_RUN_SEAL.decode()}{digest.hexdigest()}"{held}'


def record_is_whole(text: bytes) -> bool | None:
    """Return whether run.json is as it was written; None if it has no seal.

    Other line ends, and what an editor puts before the first character, are no change.
    """
    text = text.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    at = text.rfind(_RUN_SEAL)
    if at < 0:
        return False if _SEALED_ANEW.search(text) else None
    told = text[at + len(_RUN_SEAL) :]
    return told == hashlib.sha256(text[:at]).hexdigest().encode() + b'"\n}\n'
