"""Facts that a message tells in the very words of the documents that they come from.

The generator of documents marks the words that tell each fact. A message that repeats them word for word has kept the
fact, whether or not the rules can read them: that is known, and needs no reading. Words that tell a date relative to
their document ("nine days ago") count only where the document's own date stands in the message too. A value that
another document corrects is wrong unless the correction stands beside it. Everything else in the message is read by
rules as ever; if that says the fact wrongly, it counts.
"""

import re
from collections.abc import Collection, Sequence

from chains.scoring.facts.instrument import Instrument
from chains.scoring.facts.verdict import SlotState, Verdict
from chains.worlds.documents.told import Told
from chains.worlds.facts.ledger import Statement

_WORD = re.compile(r"\w+(?:[.,]\d+)*")
Span = tuple[int, int]


class InstrumentForDocuments(Instrument):
    """Reads messages about a ledger whose facts stand in documents.

    Args:
        plain: The instrument for the ledger.
        told: The words of the documents that tell the facts.
    """

    def __init__(self, plain: Instrument, told: Sequence[Told]) -> None:
        vars(self).update(vars(plain))  # compiled once for all documents of a world
        self._told = told

    def read(self, message: str | None, only: Collection[str] | None = None) -> dict[str, Verdict]:
        """Return the verdict on each statement in a message, as `Instrument.read` does."""
        verdicts = super().read(message, only)
        quoted = _Quoted(message or "", self._told)
        known = [name for name in verdicts if name in quoted.spans]
        if not known:
            return verdicts
        rest = super().read(quoted.rest, known)
        statements = {one.id: one for one in self.statements}
        for name in known:
            if name in quoted.wrong:
                if verdicts[name].fate != "altered":
                    verdicts[name] = _mistaken(statements[name], quoted.spans[name])
            elif rest[name].fate not in ("altered", "inverted"):
                verdicts[name] = _kept(statements[name], quoted.spans[name])
        return verdicts


def _kept(statement: Statement, span: Span) -> Verdict:
    slots: dict[str, SlotState] = {slot.name: "right" for slot in statement.slots}
    why = "it stands in the words of the notes"
    return Verdict(statement=statement.id, fate="kept", slots=slots, why=why, evidence=span, claim=not slots)


def _mistaken(statement: Statement, span: Span) -> Verdict:
    """Return the verdict on a value that the notes themselves correct, told without the correction."""
    slots: dict[str, SlotState] = {slot.name: "right" for slot in statement.slots}
    slots[next(slot.name for slot in statement.slots if slot.kind in ("number", "count"))] = "wrong"
    why = "it stands there with the value that the notes correct"
    return Verdict(statement=statement.id, fate="altered", slots=slots, why=why, evidence=span)


class _Quoted:
    """Which words of documents stand in a message."""

    def __init__(self, message: str, told: Sequence[Told]) -> None:
        places = [(match[0].lower(), match.span()) for match in _WORD.finditer(message)]
        self._text = " " + " ".join(word for word, _ in places) + " "
        self._starts: dict[int, int] = {}
        at = 1
        for number, (word, _) in enumerate(places):
            self._starts[at] = number
            at += len(word) + 1
        self._spans = [span for _, span in places]
        self.spans: dict[str, Span] = {}
        """For each fact whose words stand there, where they first do; of wrong words and right ones, the wrong."""
        self.wrong: set[str] = set()
        """The facts that are told with a value that the notes correct, without the correction."""
        gone: list[Span] = []
        corrected = {one.fact for one in told if one.corrects and self._find(one.corrects)}
        for one in told:
            if not (found := self._find(one.words)) or (one.date and not self._find(one.date)):
                continue
            gone += found
            if one.wrong and one.fact not in corrected:
                self.wrong.add(one.fact)
                self.spans[one.fact] = found[0]
            elif not one.wrong:
                self.spans.setdefault(one.fact, found[0])
        self.rest = message
        """The message without these words."""
        for start, end in gone:
            self.rest = self.rest[:start] + " " * (end - start) + self.rest[end:]

    def _find(self, words: str) -> list[Span]:
        """Return every place where words stand, whatever the marks and spaces between them."""
        wanted = [match[0].lower() for match in _WORD.finditer(words)]
        needle, found, at = f" {' '.join(wanted)} ", [], 0
        while (at := self._text.find(needle, at)) >= 0:
            first = self._starts[at + 1]
            found.append((self._spans[first][0], self._spans[first + len(wanted) - 1][1]))
            at += 1
        return found
