"""Seals: digests that reveal every change of a run's files.

Each line of the log ends with its line number and the digest of its own text
and number, so that a changed, doubled, moved or missing line is found. The root
of a trial is the digest of its records sorted by key, because parallel branches
finish in any order. The root of the run covers its trials and run.json, which
ends with its own seal. Someone who changes a file and recomputes its digests
gets another root. So publish the root: the receipt.

Runs from before there were seals have none and are checked without them.
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
"""The end of a sealed line; programs that rewrite JSON insert blanks."""
_LONGEST: Final = 160
"""Most bytes of a seal at the end of a line."""
_RUN_SEAL: Final = b',\n  "seal": "'
_SEALED_ANEW: Final = re.compile(rb'"seal"\s*:\s*"[0-9a-f]{64}"\s*[,}]')
"""A seal in a file that another program has rewritten."""


class Seal(NamedTuple):
    """The seal of a line, taken apart."""

    body: bytes
    """The record without its seal and line break."""
    number: int
    whole: bool
    """Whether the line is unchanged since it was sealed."""


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
    """Return a line without its seal, if it has one."""
    seal = seal_of(line)
    return line if seal is None else seal.body


def trial_root(records: Iterable[tuple[tuple[str, int, int], bytes]]) -> str:
    """Return the root of a trial: the digest over its records, sorted by seat, turn and attempt.

    Args:
        records: Each record's key and the digest of its line without a seal.
    """
    return hashlib.sha256(b"".join(digest for _, digest in sorted(records))).hexdigest()


def run_root(trials: Mapping[str, str], record: bytes) -> str:
    """Return the root of a run: the digest over the roots of its trials and run.json."""
    whole = {"trials": trials, "run": hashlib.sha256(record).hexdigest()}
    return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


def with_seal(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the text of run.json with a seal at its end.

    Args:
        pieces: Its text in pieces; the last one is the closing brace alone.
    """
    digest, held = hashlib.sha256(), ""
    for piece in pieces:
        digest.update(held.encode())
        yield held
        held = piece
    yield f'{_RUN_SEAL.decode()}{digest.hexdigest()}"{held}'


def record_is_whole(text: bytes) -> bool | None:
    """Return whether run.json is as it was written; None if it has no seal.

    Other line ends, or a byte order mark, do not count as changes.
    """
    text = text.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    at = text.rfind(_RUN_SEAL)
    if at < 0:
        return False if _SEALED_ANEW.search(text) else None
    told = text[at + len(_RUN_SEAL) :]
    return told == hashlib.sha256(text[:at]).hexdigest().encode() + b'"\n}\n'
