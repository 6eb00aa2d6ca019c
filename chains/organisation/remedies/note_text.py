"""The texts that remedies write: an auditor's note, a neutral note of equal length, lines attached or repeated.

Everything is computed from texts and a seeded draw, so that a replay writes the same.
"""

from collections.abc import Sequence

from chains.models.channel.codebook import SILENT, numbered_lines
from chains.models.channel.note_markers import LEFT_OUT, SAYS, SHOULD_READ, numbered
from chains.organisation.remedies.audit_findings import Findings
from chains.rng import Draw
from chains.scoring.text.sentences import sentences_of


def lines_in(*texts: str) -> list[str]:
    """Return the sentences of texts that have content, each once; sentences that a note corrects come first.

    Bullets, numbering and the frames of remedies are dropped; the numbers of notes that a line names stay at its start.
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
    """Return lines numbered from 1."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def note_of(findings: Findings, shown: Sequence[str], whose: str = "The report") -> str:
    """Return the auditor's note on findings about a report; empty where there are none."""
    blocks = []
    for kind, frame in (("missing", LEFT_OUT), ("wrong", SHOULD_READ)):
        if lines := findings.lines(kind, shown):  # type: ignore[arg-type]
            blocks.append(f"{frame.format(whose)}\n{bulleted(lines)}")
    return "\n".join(blocks)


def neutral_note(written: str, count: int, draw: Draw) -> str:
    """Return a note without findings: it repeats lines that its reader already has, as many as there were findings."""
    lines = drawn(lines_in(written), count, draw)
    return f"{SAYS}\n{bulleted(lines)}" if lines else SAYS


def drawn(lines: Sequence[str], count: int, draw: Draw) -> list[str]:
    """Draw `count` of the lines; if there are fewer, all of them and some again."""
    if not lines:
        return []
    whole, rest = divmod(count, len(lines))
    return [line for _ in range(whole) for line in draw.shuffled(lines)] + draw.sample(lines, rest)
