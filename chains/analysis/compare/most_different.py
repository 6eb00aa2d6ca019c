"""The pairs of a comparison whose messages to the executive differ most, to be read side by side."""

import difflib
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from chains.analysis.compare.arms import Side
from chains.analysis.compare.comparison import Comparison, Pair
from chains.experiments.experiment import TrialId
from chains.fates import FATE_OF


class Stretch(NamedTuple):
    """A stretch of words of one message, and what stands in its place in the other."""

    a: str
    b: str

    @property
    def same(self) -> bool:
        """True if both stretches are the same."""
        return self.a == self.b


class Unlike(NamedTuple):
    """One pair, with what became of the facts in which it differs."""

    pair: Pair
    title: str
    """Of the world."""
    fates: dict[str, tuple[str, str]]
    """Facts with another fate in `b` than in `a`, worst first."""
    facts: dict[str, str]
    """Those facts in words."""
    texts: tuple[str, str]
    """What the executive was told."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "a": str(self.pair.a),
            "b": str(self.pair.b),
            "world": self.title,
            "fates": {
                fact: {"fact": self.facts[fact], "a": one, "b": other} for fact, (one, other) in self.fates.items()
            },
            "text_a": self.texts[0],
            "text_b": self.texts[1],
        }


def most_unlike(comparison: Comparison, count: int) -> list[Unlike]:
    """Return the pairs that differ most: by the severity of the facts whose fate differs, then by words.

    Pairs whose facts all have the same fates are left out.
    """
    a, b = comparison.a, comparison.b
    ranked = []
    for key, pair in comparison.pairs.items():
        first, second = a.run.heard(pair.a), b.run.heard(pair.b)
        if len(first.facts) != len(second.facts):
            continue  # the factor changes the worlds themselves, and fates can't be set side by side
        apart = zip(first.facts, first.fates, second.fates, strict=True)
        severity = sum(fact.severity for fact, one, other in apart if one != other)
        if severity:
            ranked.append((-severity, -abs(first.words - second.words), repr(key), pair))
    return [_unlike(a, b, pair) for _, _, _, pair in sorted(ranked)[:count]]


def _unlike(a: Side, b: Side, pair: Pair) -> Unlike:
    first, second = a.run.heard(pair.a), b.run.heard(pair.b)
    facts = sorted(
        (
            (fact, FATE_OF[one], FATE_OF[other])
            for fact, one, other in zip(first.facts, first.fates, second.fates, strict=True)
            if one != other
        ),
        key=lambda row: -row[0].severity,
    )
    return Unlike(
        pair=pair,
        title=a.world(pair.a).title,
        fates={fact.id: (one, other) for fact, one, other in facts},
        facts={fact.id: fact.render(0) for fact, _, _ in facts},
        texts=(_told(a, pair.a), _told(b, pair.b)),
    )


def _told(side: Side, trial: TrialId) -> str:
    top = side.run.casts.plan(trial.condition).top
    replies = side.run.replies(trial, top)
    said = {name: replies[name] for name in top}
    if len(said) == 1:
        return next(iter(said.values())).text.strip()
    return "\n\n".join(f"{seat}: {reply.text.strip()}" for seat, reply in said.items())


def stretches(a: str, b: str) -> list[Stretch]:
    """Return two texts as stretches that they share or have in place of each other, word by word.

    Line breaks count as words of their own.
    """
    first, second = _words(a), _words(b)
    matcher = difflib.SequenceMatcher(a=first, b=second, autojunk=False)
    return [Stretch(_joined(first[i1:i2]), _joined(second[j1:j2])) for _, i1, i2, j1, j2 in matcher.get_opcodes()]


def _words(text: str) -> list[str]:
    return re.findall(r"\n+|\S+", text)


def _joined(words: Sequence[str]) -> str:
    return re.sub(r" ?(\n+) ?", r"\1", " ".join(words))
