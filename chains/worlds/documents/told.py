"""The words of documents that tell each fact, as scoring needs them."""

from collections.abc import Iterable
from typing import NamedTuple

from chains.worlds.documents.notes import Notes
from chains.worlds.facts.ledger import Fact


class Told(NamedTuple):
    """Words of a document that tell a fact."""

    fact: str
    words: str
    date: str
    """The document's date, which must stand in a message that repeats them; empty if the words need none."""
    corrects: str
    """The passage that corrects another document, in whose words a wrong value stands; empty if there is none."""
    wrong: bool
    """Whether they tell a wrong value, which another document corrects."""


def told_in(notes: Notes, facts: Iterable[Fact]) -> tuple[Told, ...]:
    """Return the words of documents that tell each of some facts."""
    known = {fact.id: fact for fact in facts}
    return tuple(
        Told(
            fact=one.fact,
            words=one.words,
            date="" if _dated(known[one.fact], one.words) else one.dated.text,
            corrects=notes.passage(one) if one.role == "resolved" else "",
            wrong=one.role == "wrong",
        )
        for one in notes.passages
    )


def _dated(fact: Fact, words: str) -> bool:
    """Whether words tell the dates of a fact without help from the date of their document."""
    return all(slot.text in words for slot in fact.slots if slot.kind == "date")
