"""Labels: files of people's verdicts on the fates of statements in messages.

A file has one JSON object a line; the last line about a pair counts:

    {"id": "c1.w3.r1/L2/F04", "rater": "anna", "fate": "kept"}

- `id`: the pair, as `pairs.Pair.id`.
- `fate`: one of the five or its first letter; "?" or null if the rater is unsure; "" if it is still to be labelled.
- `rater`: who; if it is missing, the file's name is the rater.
- `message`: SHA-256 of the labelled message, so that a label can't be taken for one on another text.
- `at`: when.
- `withdrawn`: true takes back the rater's earlier label of the pair.

Other keys are ignored.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import orjson
from pydantic import BaseModel, ConfigDict

from chains.errors import BadInput, LogInUse, MazedomError, nearest
from chains.fates import FATES, Fate
from chains.running.log.records import now

FOLDER = "labels"
"""The folder of labels below the run's, with one file a person."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class Label(BaseModel):
    """One rater's label of one pair."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    rater: str
    fate: Fate | None
    """None: the rater is unsure."""
    message: str | None = None
    """SHA-256 of the message that was labelled."""
    at: str | None = None
    withdrawn: bool = False

    def line(self) -> bytes:
        """Return the label as a line of a file."""
        return orjson.dumps(self.model_dump(exclude_none=False, exclude_defaults=False)) + b"\n"


def digest(message: str) -> str:
    """Return the SHA-256 of a message, in hexadecimal."""
    return hashlib.sha256(message.encode()).hexdigest()


def check_name(name: str) -> str:
    """Check a rater's name and return it.

    Raises:
        BadInput: If a file can't have this name.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name!r} can't be a rater's name; use letters, digits, - and _, as in --as anna")
    return name


def read_labels(path: Path) -> list[Label]:
    """Read a file of labels: the last one of each pair and rater, in the order of the pairs' first lines.

    If the last line has no line end and is no JSON, a crash cut it off: it is ignored.

    Raises:
        BadInput: If a line can't be understood; the sentence names the file and the line.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror}") from None
    found: dict[tuple[str, str], Label] = {}
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            label = _label(line, path, f"{path} line {number}")
        except _NoJson as error:
            if number == len(lines):
                break
            raise BadInput(str(error)) from None
        if label is None:
            continue
        if label.withdrawn:
            found.pop((label.id, label.rater), None)
        else:
            found[label.id, label.rater] = label
    return list(found.values())


class _NoJson(BadInput):
    """A line that is no JSON."""


def _label(line: bytes, path: Path, where: str) -> Label | None:
    """Read one line; None if its pair is still to be labelled."""
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _NoJson(f"{where} is not JSON ({error}); write one object a line") from None
    if not isinstance(content, dict):
        raise BadInput(f'{where} is no object; write {{"id": ..., "rater": ..., "fate": ...}}')
    for name in ("id", "fate"):
        if name not in content:
            raise BadInput(f"{where} has no {name!r}; a label has id, fate, and perhaps rater")
    if not isinstance(content["id"], str) or not content["id"]:
        raise BadInput(f"{where}: id is {content['id']!r}; it must name a pair, as in c1.w3.r1/L2/F04")
    rater = content.get("rater", path.stem)
    if not isinstance(rater, str) or not _NAME.fullmatch(rater):
        raise BadInput(f"{where}: {rater!r} can't be a rater's name; use letters, digits, - and _")
    if content["fate"] == "":
        return None
    kept: Mapping[str, Any] = {
        name: content[name] for name in ("message", "at") if isinstance(content.get(name), str)
    } | {"withdrawn": content.get("withdrawn") is True}
    return Label(id=content["id"], rater=rater, fate=read_fate(content["fate"], where), **kept)


def read_fate(value: Any, where: str) -> Fate | None:
    """Read a fate as people write it: its name or first letter; None if they are unsure.

    Raises:
        BadInput: If it is not a fate.
    """
    if value is None or value in ("?", "unsure"):
        return None
    text = value.strip().lower() if isinstance(value, str) else value
    for fate in FATES:
        if text in (fate, fate[0]):
            return fate
    raise BadInput(f"{where} has the unknown fate {value!r}{nearest(str(value), FATES)}")


class LabelFile:
    """One person's labels of a run; each label is on the disk before `add` returns. Use as a context manager."""

    def __init__(self, run: Path, rater: str) -> None:
        """Open the file; make it if it is missing.

        Raises:
            LogInUse: If another process writes it.
            BadInput: If it can't be read.
        """
        self.path = run / FOLDER / f"{check_name(rater)}.jsonl"
        self.rater = rater
        try:
            self.path.parent.mkdir(exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as error:
            raise MazedomError(f"can't write {self.path}: {error.strerror}") from None
        try:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LogInUse(f"another process writes {self.path}; finish there first, or use another --as") from None
            self.labels = {label.id: label for label in read_labels(self.path)}
            self._cut()
        except BaseException:
            os.close(self._file)
            raise

    def _cut(self) -> None:
        """Mend the last line: remove it if a crash cut it off, add a line end that an editor left out."""
        content = self.path.read_bytes()
        if not content or content.endswith(b"\n"):
            return
        whole = content.rfind(b"\n") + 1
        try:
            orjson.loads(content[whole:])
        except orjson.JSONDecodeError:
            os.ftruncate(self._file, whole)
        else:
            os.write(self._file, b"\n")

    def __enter__(self) -> Self:
        """Return the open file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file and release it to others; remove it if it is empty."""
        if os.fstat(self._file).st_size == 0:
            self.path.unlink(missing_ok=True)
        os.close(self._file)

    def add(self, pair: str, fate: Fate | None, message: str) -> None:
        """Add a label; it is on the disk before this returns."""
        label = Label(id=pair, rater=self.rater, fate=fate, message=digest(message), at=now())
        self._append(label)
        self.labels.pop(pair, None)
        self.labels[pair] = label

    def withdraw(self) -> str | None:
        """Take the last label back and return its pair; None if there is none."""
        if not self.labels:
            return None
        pair, label = self.labels.popitem()
        self._append(label.model_copy(update={"withdrawn": True, "at": now()}))
        return pair

    def _append(self, label: Label) -> None:
        line = label.line()
        size = os.fstat(self._file).st_size
        try:
            if os.write(self._file, line) != len(line):
                os.ftruncate(self._file, size)
                raise MazedomError(f"can't write {self.path}: the disk is full; make room and go on")
            os.fdatasync(self._file)
        except OSError as error:
            os.ftruncate(self._file, size)
            raise MazedomError(f"can't write {self.path}: {error.strerror}; make room and go on") from None


def read_all(run: Path) -> list[Label]:
    """Return all people's labels of a run.

    Raises:
        BadInput: If a file can't be understood.
    """
    return [label for path in sorted((run / FOLDER).glob("*.jsonl")) for label in read_labels(path)]


def has_judges(run: Path) -> bool:
    """Return whether a model has judged messages of a run."""
    return any((run / "judges").glob("*/judge.json"))


def has_labels(run: Path) -> bool:
    """Return whether a run has labels."""
    return any((run / FOLDER).glob("*.jsonl"))
