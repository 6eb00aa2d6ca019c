"""Two trials of the same world message by message: where their texts part, and which facts fare otherwise."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from chains.analysis.results.trial_story import Story, Turn
from chains.fates import Read


class Both(NamedTuple):
    """One message as it is in both trials; an empty text where one of them has no such message."""

    turn: str
    hop: int
    texts: tuple[str, str]
    kept: tuple[int | None, int | None]
    """How many facts each of the two keeps; None where nothing is read in it."""
    fates: Mapping[str, tuple[Read | None, Read | None]]
    """The facts whose fates differ."""

    @property
    def same(self) -> bool:
        """Whether both say the same to the letter."""
        return self.texts[0] == self.texts[1]

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        a, b = self.texts
        return {
            "turn": self.turn,
            "hop": self.hop,
            "same": self.same,
            "kept": dict(zip("ab", self.kept, strict=True)),
            "fates": {fact: dict(zip("ab", fates, strict=True)) for fact, fates in self.fates.items()},
            "text_a": a,
            "text_b": b,
        }


def hop_by_hop(a: Story, b: Story) -> list[Both]:
    """Return the messages of two trials beside each other, from the workers up.

    A message that only one of them has, such as that of an auditor whom the other lacks, stands beside nothing.
    """
    first, second = ({turn.told.name: turn for turn in story.turns if _says(turn)} for story in (a, b))
    names = list(second)
    for before, name in pairwise(["", *first]):
        if name not in second:
            names.insert(names.index(before) + 1 if before else 0, name)
    return [_both(name, first.get(name), second.get(name)) for name in names]


def _says(turn: Turn) -> bool:
    return turn.step is not None or bool(turn.reply.text.strip())


def _both(name: str, a: Turn | None, b: Turn | None) -> Both:
    there = [turn for turn in (a, b) if turn is not None]
    facts = dict.fromkeys(fact for turn in there for fact in turn.verdicts)
    fates = {fact: (_fate(a, fact), _fate(b, fact)) for fact in facts}
    return Both(
        name,
        there[0].hop,
        ("" if a is None else a.reply.text.strip(), "" if b is None else b.reply.text.strip()),
        (None if a is None else a.kept, None if b is None else b.kept),
        {fact: pair for fact, pair in fates.items() if pair[0] != pair[1]},
    )


def _fate(turn: Turn | None, fact: str) -> Read | None:
    return None if turn is None or fact not in turn.verdicts else turn.verdicts[fact].fate
