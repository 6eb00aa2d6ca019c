"""The frames around what remedies add to a report, and the numbers of the notes that lines name.

They stand in this room because the synthetic channel must read the framed lines
and must not relay the frame as news. The instrument ignores frames: a report
that imitates them gains nothing.
"""

import re
from collections.abc import Iterable

NOTE = "Auditor's note."
"""The beginning of every line that frames an auditor's findings."""
LEFT_OUT = f"{NOTE} {{}} leaves this out:"
SHOULD_READ = f"{NOTE} {{}} has this wrong; it should read:"
"""Both are filled with whose report it is."""
SAYS = f"{NOTE} The report says this:"
"""The frame of a placebo's note."""
ATTACHED = "Word for word from the notes:"
REPEATED = "Once more from the report:"
UNNAMED = "Numbers not named in the report:"
NUMBERS = "Numbers that stand for the notes:"
"""The frame of the numbers in a placebo of provenance."""

_FRAMES = (NOTE, ATTACHED, REPEATED, UNNAMED, NUMBERS)
_NUMBER = r"\[\d{1,4}\](?:\s*,?\s*\[\d{1,4}\])*"
_FIRST = re.compile(rf"^({_NUMBER})\s*[:.,-]?\s*")
_LAST = re.compile(rf"\s*({_NUMBER})(\s*[.;,]?)$")
_ANY = re.compile(r"\[(\d{1,4})\]")


def frames(line: str) -> bool:
    """Return whether a line is a frame, not news."""
    return line.startswith(_FRAMES)


def corrects(line: str) -> bool:
    """Return whether a line announces corrections below it."""
    return line.startswith(NOTE) and line.endswith("it should read:")


def named(text: str) -> frozenset[int]:
    """Return the numbers of notes that a text names: [3]."""
    return frozenset(int(number) for number in _ANY.findall(text))


def blanked(text: str) -> str:
    """Return a text with spaces in place of the numbers of notes, so that all other letters keep their places."""
    return _ANY.sub(lambda number: " " * len(number[0]), text)


def apart(line: str) -> tuple[str, tuple[int, ...]]:
    """Return a line without the numbers at its start or end, and these numbers."""
    numbers: list[int] = []
    if found := _FIRST.match(line):
        numbers += map(int, _ANY.findall(found[1]))
        line = line[found.end() :]
    if found := _LAST.search(line):
        numbers += map(int, _ANY.findall(found[1]))
        line = line[: found.start()] + found[2].strip()
    return line, tuple(dict.fromkeys(numbers))


def numbered(line: str, numbers: Iterable[int]) -> str:
    """Return a line with these numbers of notes added; unchanged if there are none."""
    marks = "".join(f"[{number}]" for number in numbers)
    return f"{marks} {line}" if marks else line
