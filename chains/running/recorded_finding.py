"""What was found in a run, in a clause, kept in a file beside its log so that `list runs` need not read the log.

It is written when a run stops and when it is shown, with a stamp of the log that it was read from. After any change of
the log the stamp is another one, and the clause is not told until the run is shown again.
"""

import contextlib
import hashlib
from pathlib import Path

import msgspec

from chains.running.folders import LOG_FILE, RUN_FILE

FOUND_FILE = "found.json"
WHOLE = 1 << 18
"""Bytes up to which a log's digest is taken; of a longer one its size and the time of its last change."""


class Found(msgspec.Struct):
    """What was found."""

    stamp: str
    finding: str
    cost: float | None
    """Money, as the prices have it; None: nobody knows."""


def recorded(folder: Path) -> Found | None:
    """Return what was found in a run; None where nothing is recorded of its log as it is."""
    try:
        found = msgspec.json.decode((folder / FOUND_FILE).read_bytes(), type=Found)
        return found if found.stamp == _stamp(folder) else None
    except (OSError, msgspec.DecodeError):
        return None


def record_finding(folder: Path, finding: str, cost: float | None) -> None:
    """Record what was found; where the folder can't be written to, nothing is recorded."""
    with contextlib.suppress(OSError):
        made = Found(_stamp(folder), finding, cost)
        if made != recorded(folder):
            part = folder / f"{FOUND_FILE}.new"
            part.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n")
            part.replace(folder / FOUND_FILE)


def _stamp(folder: Path) -> str:
    log = folder / LOG_FILE
    seen = log.stat()
    if seen.st_size > WHOLE:
        return f"{seen.st_size} {seen.st_mtime_ns} {(folder / RUN_FILE).stat().st_size}"
    digest = hashlib.blake2b((folder / RUN_FILE).read_bytes(), digest_size=16)
    digest.update(log.read_bytes())
    return digest.hexdigest()
