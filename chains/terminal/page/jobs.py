"""The program itself, started beside the page: it goes on with a run, or says what a verb says, as JSON."""

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import orjson

WORDS = [sys.executable, "-P", "-c", "import sys; from chains.terminal.main import main; sys.exit(main())"]
"""Starts this program; `-P`: never a folder called `chains` that stands where the page was started."""
LOG = ".page.log"
"""What a process that goes on with a run says, in the run's folder; hidden, so no pack has it."""
MOST_KEPT = 64
WAITED = 1.5
"""Seconds that a page waits for a verb before it says that it takes a while."""


class Said(NamedTuple):
    """What a verb said."""

    document: dict[str, Any] | None
    """None: it refused."""
    why: str


class Jobs:
    """Processes that the page started, and what verbs said."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._lock = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="mazedom-", ignore_cleanup_errors=True)
        self.place = Path(self._folder.name)
        """Where verbs write figures; it goes with the page."""
        self._driving: dict[Path, subprocess.Popen[bytes]] = {}
        self._asked: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
        self._said: dict[tuple[str, ...], Said] = {}

    def go_on(self, folder: Path) -> None:
        """Go on with a run, unless that is under way; it stays while trials wait for people."""
        with self._lock:
            if self._alive(folder):
                return
            with (folder / LOG).open("wb") as said:
                self._driving[folder] = subprocess.Popen(  # noqa: S603 - our own program
                    [*WORDS, "resume", str(folder), "--wait"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                )  # fmt: skip

    def is_driving(self, folder: Path) -> bool:
        """Return whether a process that the page started goes on with a run."""
        with self._lock:
            return self._alive(folder)

    def trouble(self, folder: Path) -> str:
        """Return why going on with a run stopped early; empty if it did not."""
        with self._lock:
            process = self._driving.get(folder)
            if process is None or process.poll() in (None, 0, 3):
                return ""
        lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return next((line for line in reversed(lines) if line.startswith("mazedom: ")), lines[-1] if lines else "")

    def said(self, stamp: str, *words: str) -> Said | None:
        """Return what a verb says with `--json`; None while it is still at it.

        Args:
            stamp: Changes when what the verb reads does: it is then asked again.
            words: The verb and what follows.
        """
        key = (stamp, *words)
        with self._lock:
            if (found := self._said.get(key)) is not None:
                return found
            process = self._asked.get(key)
            if process is None:
                process = self._asked[key] = subprocess.Popen(  # noqa: S603 - our own program
                    [*WORDS, *words, "--json"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                )  # fmt: skip
                threading.Thread(target=self._collect, args=(key, process), daemon=True).start()
        until = time.monotonic() + WAITED
        while time.monotonic() < until:
            with self._lock:
                if (found := self._said.get(key)) is not None:
                    return found
            time.sleep(0.05)
        return None

    def stop(self) -> None:
        """Stop what verbs are still at; runs that go on are left to whoever started the page: Ctrl-C reaches both."""
        with self._lock:
            for process in self._asked.values():
                process.terminate()

    def _alive(self, folder: Path) -> bool:
        process = self._driving.get(folder)
        return process is not None and process.poll() is None

    def _collect(self, key: tuple[str, ...], process: subprocess.Popen[bytes]) -> None:
        out, _ = process.communicate()
        said = Said(None, "it said nothing")
        with contextlib.suppress(orjson.JSONDecodeError):
            document: dict[str, Any] = orjson.loads(out)
            said = Said(None, str(document["error"])) if set(document) == {"error", "kind"} else Said(document, "")
        with self._lock:
            self._asked.pop(key, None)
            self._said[key] = said
            while len(self._said) > MOST_KEPT:
                self._said.pop(next(iter(self._said)))
