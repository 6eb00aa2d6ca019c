"""One key at a time from a terminal; a line at a time from anything else."""

import os
import select
import sys
import termios
import tty
from types import TracebackType
from typing import Self

END = "q"
"""What the end of the input counts as."""
SEQUENCE_SECONDS = 0.05
"""How soon the rest of a key's characters follows its escape."""
_ESCAPE, _END_OF_INPUT = "\x1b", "\x04"


class Keys:
    """The keys that a person presses, lower case; use as a context manager, which puts the terminal back as it was.

    Arrow and function keys send several characters, which must not be taken for letters: they are ignored.
    Without a terminal, a line's first character counts as a key.
    """

    def __enter__(self) -> Self:
        """Stop waiting for Enter; Ctrl-C still interrupts."""
        self._file = sys.stdin.fileno() if sys.stdin is not None and sys.stdin.isatty() else None
        if self._file is not None:
            self._before = termios.tcgetattr(self._file)
            tty.setcbreak(self._file)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the terminal back."""
        if self._file is not None:
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)

    def next(self) -> str:
        """Wait for a key and return it; the end of the input is `END`."""
        if self._file is None:
            line = sys.stdin.readline() if sys.stdin is not None else ""
            return line.strip()[:1].lower() if line else END
        pressed = _character(self._file)
        if pressed in ("", _END_OF_INPUT):
            return END
        if pressed == _ESCAPE:
            _past_sequence(self._file)
            return ""
        return pressed.lower()

    def line(self, start: str = "") -> str:
        """Let the person write a line, with arrow keys and the like; the end of the input is an empty one.

        Args:
            start: What stands in the line already, at a terminal.

        Raises:
            KeyboardInterrupt: If they leave by Ctrl-C.
        """
        if self._file is None:
            return (sys.stdin.readline() if sys.stdin is not None else "").strip()
        from prompt_toolkit import PromptSession  # noqa: PLC0415  start-up
        from prompt_toolkit.output import create_output  # noqa: PLC0415  start-up

        termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)
        try:
            return PromptSession[str](output=create_output(stdout=sys.stderr)).prompt("> ", default=start).strip()
        except EOFError:
            return ""
        finally:
            tty.setcbreak(self._file, termios.TCSADRAIN)


def _character(file: int) -> str:
    return os.read(file, 1).decode(errors="replace")


def _past_sequence(file: int) -> None:
    """Read past what follows an escape: `[` to its final letter or `~`, `O` and a letter, or one character."""
    if not select.select([file], [], [], SEQUENCE_SECONDS)[0]:
        return  # the Esc key itself
    kind = _character(file)
    if kind == "O":
        _character(file)
    elif kind == "[":
        while (character := _character(file)) and not "@" <= character <= "~":
            pass
