"""The words around what remedies add to a report, and the numbers by which lines name what they rest on.

They are known down here because the synthetic channel must read what they
frame, and must not pass the frame on as news. The instrument never reads them:
a report that writes such words itself gains nothing by it.
"""

import re
from collections.abc import Iterable

NOTE = "Auditor's note."
"""How every line that frames an auditor's findings begins."""
LEFT_OUT = f"{NOTE} {{}} leaves this out:"
SHOULD_READ = f"{NOTE} {{}} has this wrong; it should read:"
"""Both with whose report it is."""
SAYS = f"{NOTE} The report says this:"
"""What a placebo's note says."""
ATTACHED = "Word for word from the notes:"
REPEATED = "Once more from the report:"
UNNAMED = "Numbers not named in the report:"
NUMBERS = "Numbers that stand for the notes:"
"""What a placebo of provenance says of the numbers that it lists."""

_FRAMES = (NOTE, ATTACHED, REPEATED, UNNAMED, NUMBERS)
_NUMBER = r"\[\d{1,4}\](?:\s*,?\s*\[\d{1,4}\])*"
_FIRST = re.compile(rf"^({_NUMBER})\s*[:.,-]?\s*")
_LAST = re.compile(rf"\s*({_NUMBER})(\s*[.;,]?)$")
_ANY = re.compile(r"\[(\d{1,4})\]")


def frames(line: str) -> bool:
    """Return whether a line is a frame, and no news."""
    return line.startswith(_FRAMES)


def corrects(line: str) -> bool:
    """Return whether a line says that those below it are what a report should read."""
    return line.startswith(NOTE) and line.endswith("it should read:")


def named(text: str) -> frozenset[int]:
    """Return the numbers of notes that a text names: [3]."""
    return frozenset(int(number) for number in _ANY.findall(text))


def blanked(text: str) -> str:
    """Return a text with spaces for the numbers of notes, so that every other letter stands where it stood."""
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
    """Return a line that names these numbers of notes; as it is where there are none."""
    marks = "".join(f"[{number}]" for number in numbers)
    return f"{marks} {line}" if marks else line
