"""How the files of a worklist are written: whole or not at all, by one process at a time."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from chains.errors import MazedomError


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a worklist; others wait until it is free again."""
    try:
        (folder / "open").mkdir(parents=True, exist_ok=True)
        file = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise MazedomError(f"can't write {folder}: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; it is on the disk before this returns."""
    draft = path.with_suffix(".new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise MazedomError(f"can't write {path}: {error.strerror}; make room and go on") from None
