"""What remedies write: an auditor's note, a neutral one of equal length, lines attached or repeated.

Everything is computed from texts and a draw, so that a replay writes the same.
"""

from collections.abc import Sequence

from chains.draw import Draw
from chains.drift.words import sentences_of
from chains.models.codebook import SILENT, numbered_lines
from chains.remedies.findings import Findings
from chains.remedies.framing import LEFT_OUT, NOTE, SHOULD_READ, numbered

_NEUTRAL = (
    "This note is about the report as a whole.",
    "It was written in the same way as other notes.",
    "Notes like this are written from day to day.",
    "It is part of the work on reports.",
    "There are notes like this on several reports.",
    "It is here for your information.",
)
"""Sentences of an auditor's note that says nothing of the report: no claim by the instrument, no praise, no blame."""


def lines_in(*texts: str) -> list[str]:
    """Return the sentences of texts that say something, each once, what a note corrects first.

    Without bullets, numbering and the frames of remedies; the numbers of notes that a line names stay, at its start.
    """
    found: dict[str, None] = {}
    for line, numbers in numbered_lines(*texts):
        if line not in SILENT:
            for sentence in sentences_of(line):
                found[numbered(line[slice(*sentence.span)], numbers)] = None
    return list(found)


def bulleted(lines: Sequence[str]) -> str:
    """Return lines as reports have them."""
    return "\n".join(f"- {line}" for line in lines)


def listed(lines: Sequence[str]) -> str:
    """Return lines under the numbers from 1."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def note_of(findings: Findings, shown: Sequence[str], whose: str = "The report") -> str:
    """Return the auditor's note on findings about a report; empty where there are none."""
    blocks = []
    for kind, frame in (("missing", LEFT_OUT), ("wrong", SHOULD_READ)):
        if lines := findings.lines(kind, shown):  # type: ignore[arg-type]
            blocks.append(f"{frame.format(whose)}\n{bulleted(lines)}")
    return "\n".join(blocks)


def neutral_note(words: int) -> str:
    """Return a note of about as many words that finds nothing: whole sentences, as many as come nearest."""
    said = [NOTE]
    count = len(NOTE.split())
    at = 0
    while abs(count + len(_NEUTRAL[at % len(_NEUTRAL)].split()) - words) <= abs(count - words) or at == 0:
        said.append(_NEUTRAL[at % len(_NEUTRAL)])
        count += len(said[-1].split())
        at += 1
    return " ".join(said)


def drawn(lines: Sequence[str], count: int, draw: Draw) -> list[str]:
    """Return as many of the lines, drawn; all of them and some again where there are fewer than that."""
    if not lines:
        return []
    whole, rest = divmod(count, len(lines))
    return [line for _ in range(whole) for line in draw.shuffled(lines)] + draw.sample(lines, rest)
