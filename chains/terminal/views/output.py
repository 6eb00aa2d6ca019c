"""Where verbs print: results on stdout, progress and notices on stderr, one JSON document where asked for."""

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import orjson
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from chains.scoring.text.legible import HIDDEN, legible
from chains.terminal.arguments import VERBS
from chains.terminal.program import NAME, started, wrapped
from chains.terminal.views.narrow_tables import narrowed, plain

_COMMAND = re.compile(rf"\b{NAME}(?= (?:{'|'.join(VERBS)})\b)")


def as_started(text: str) -> str:
    """Return a text with every `mazedom VERB` as it can be pasted: after the words that started this program."""
    return _COMMAND.sub(lambda _: started(), text)


_AS_JSON = {sign: f"\\u{sign:04x}" for sign in HIDDEN if sign <= 0xFFFF} | {
    sign: f"\\udb40\\udc{sign - 0xE0000:02x}" for sign in HIDDEN if sign > 0xFFFF
}


class Gate(Console):
    """A console through which everything printed goes: commands in it can be pasted, and no text moves a terminal."""

    words: dict[str, None]
    """Headings, and names of rows, of the tables printed so far."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take what a console takes."""
        super().__init__(*args, **options)
        self.words = {}

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render one thing: commands in its text as the program was started, a table without what does not fit."""
        if isinstance(renderable, Table):
            return self._table(renderable, options or self.options)
        if isinstance(renderable, str):
            renderable = as_started(renderable)
        elif isinstance(renderable, Text) and (found := [hit.span() for hit in _COMMAND.finditer(renderable.plain)]):
            pasted, place = renderable.blank_copy(), 0
            for start, end in found:
                pasted.append_text(renderable[place:start]).append(started())
                place = end
            renderable = pasted.append_text(renderable[place:])
        return super().render(renderable, options)

    def _table(self, table: Table, options: ConsoleOptions) -> Iterable[Segment]:
        first = table.columns[0].cells if table.columns else ()
        self.words |= dict.fromkeys(map(plain, (*(column.header for column in table.columns), *first)))
        fitting, left_out = narrowed(table, self, options)
        yield from super().render(fitting, options)
        if left_out:
            note = f"left out to fit {options.max_width} columns: {', '.join(left_out)}"
            yield from super().render(Text(note, "yellow"), options)

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        """Write what was rendered: the console's own styles, and legible text."""
        return super()._render_buffer(
            segment if segment.control else Segment(legible(segment.text), segment.style) for segment in buffer
        )


WIDE = 160
"""Columns of a result that goes to a file or another program."""


def width_of_results() -> int | None:
    """Return the columns for results: those of the terminal that shows them, be it behind `| head`; else `WIDE`.

    None leaves it to the console. Of a pipe stderr tells that it is read at a terminal.
    """
    if "COLUMNS" in os.environ or (sys.stdout is not None and sys.stdout.isatty()):
        return None
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode) and sys.stderr.isatty():
            return os.get_terminal_size(sys.stderr.fileno()).columns or WIDE
    return WIDE


results = Gate(
    highlight=False,
    markup=False,
    emoji=False,
    soft_wrap=False,
    width=width_of_results(),
)
"""For results: stdout."""
progress = Gate(stderr=True, highlight=False, markup=False, emoji=False)
"""For progress, notices and questions: stderr."""


class Heedless:
    """A stream for progress that survives a pipe whose reader has gone and a full disk.

    Progress is no result, so losing it must not end a long run.
    """

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream` until that fails."""
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to the stream."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text; drop it if that fails."""
        try:
            self._stream.write(text)
        except OSError:
            unheard(self._stream)
        return len(text)

    def flush(self) -> None:
        """Flush the stream; drop the rest if that fails."""
        try:
            self._stream.flush()
        except OSError:
            unheard(self._stream)


def unheard(stream: TextIO) -> None:
    """Send the rest of a broken stream nowhere; Python would complain of it at exit."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), stream.fileno())


def counted(number: int, what: str) -> str:
    """Return a number and what it counts: "1 claim", "2,000 claims"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def figures_by(*headings: str) -> Table:
    """Return an empty table of figures: a first column without a heading for what each row is of, then these."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("")
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def print_json(document: Any) -> None:
    """Write one JSON document to stdout."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    sys.stdout.write(text.decode().translate(_AS_JSON) + "\n")


def say(text: str) -> None:
    """Write a notice for the person to stderr, a line each where nobody looks; markup in `text` is not interpreted."""
    progress.print(wrapped(text, progress.width) if progress.is_terminal else text, markup=False, soft_wrap=True)
