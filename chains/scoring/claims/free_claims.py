"""Statements without slots: does a text state a free claim? A score, a verdict and a reason.

For claims from a user's own documents, where no ledger says which words are values. Words, names, numbers
("more than", "before"), negation, opposites and exchanged roles are compared; no model is called, and nothing
is known of the world. The score is a logistic one with a handful of weights (`WEIGHTS`), and depends on text and claim
alone.

How it was made and how good it is: of 720 claims that people labelled, those of a third of the source documents, drawn
by a hash of their name, were put aside; marks and weights come from the others. On the third put aside, measured when
all was settled (balanced accuracy / area under the ROC curve, in per cent, with 95% intervals over documents): units of
news summaries 63 (57 to 70) / 69 (61 to 77) (REALSumm, 153 claims) and 82 (72 to 90) / 90 (82 to 97) (PyrXSum, 56);
encyclopedia claims 81 (68 to 94) / 91 (80 to 99) (VitaminC, 42). On all 720, the weights held out by ten-fold
cross-validation over documents: 72.8 / 77.5, 79.8 / 86.8 and 80.2 / 86.6; of the last, the 45 with digits: 86.7 / 93.0.
An earlier version had seen all of them, so no document is entirely fresh; the third put aside was measured once more to
decide on embeddings, which changed nothing here.

Embeddings of words in their sentences (all-MiniLM-L6-v2, words alike in meaning counted as found) were tried and left
out: under the same cross-validation the area went from 77.5 to 78.7, 86.8 to 87.2 and 86.6 to 87.7, balanced accuracy
from 72.8 to 73.2, 79.8 to 78.8 and 80.2 to 78.6, for a 90 MB model and 80 ms a claim where the words alone take 1.
A fact with typed slots is judged far better: use `drift.fates` where there is a ledger.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from chains.scoring.claims.alignment import Read, Word, bare, found, read, renamed, share, swapped, turned, weakest
from chains.scoring.claims.claim_numbers import Checked, Figure, check, figures_of

THRESHOLD = 0.5
"""A claim is supported from this score on."""


@dataclass(frozen=True)
class Marks:
    """What is seen of a claim in a text; all that the score rests on."""

    words: float
    """Share of the claim's words of content that stand in the text, 0 to 1 (`alignment.share`)."""
    whole: float
    """How well the least found of them is found, 0 to 1 (`alignment.weakest`), since one foreign word can change all;
    0 if a figure does not hold, or a denial or an exchange speaks against the claim."""
    contradicted: bool
    """A number or date of the claim meets only others of its kind."""
    absent: bool
    """A number or date of the claim meets none of its kind."""
    within: bool
    """A limit of the claim ("more than 50", "before 1967") holds of a number in the text, and no number speaks
    against it: such a claim has been worked out from the text."""
    renamed: bool
    """A name of the claim is not in the text, and the nearest sentence has another one."""
    turned: bool
    """The nearest sentence denies a word of the claim, or says its opposite."""
    swapped: bool
    """The nearest sentence has the claim's parts in each other's place."""


INTERCEPT = -1.4
WEIGHTS = {
    "words": 2.7, "whole": 1.4, "contradicted": -2.1, "absent": -0.9, "within": 1.9, "renamed": -1.2,
    "turned": -2.0, "swapped": -2.0,
}  # fmt: skip
"""Log-odds per mark. The first six by logistic regression on the labelled claims of two thirds of the documents, three
kinds of text and both labels weighing the same, with a unit ridge, rounded; so 0.5 means even odds where half of the
claims are supported. The last two are set by hand, as strong as a wrong number: the claims hold too few to fit them."""


_SAYS = {
    "turned": "{word} is denied, or its opposite said",
    "swapped": "around {word} the parts have changed places",
    "renamed": "no name {word}, but another",
}


@dataclass(frozen=True)
class Support:
    """Whether a text states a claim."""

    score: float
    """Chance that it does, 0 to 1."""
    reason: str
    """What decided, in a few words."""

    @property
    def verdict(self) -> Literal["supported", "unsupported"]:
        """Supported from `THRESHOLD` on."""
        return "supported" if self.score >= THRESHOLD else "unsupported"


@dataclass(frozen=True)
class _Seen:
    """The marks with the words behind them."""

    marks: Marks
    figures: tuple[Checked, ...]
    against: dict[str, str]
    """The claim's word behind each of `renamed`, `turned` and `swapped` that is so."""
    missing: tuple[str, ...]


def support(source: str, claim: str) -> Support:
    """Judge whether a text states a claim.

    Args:
        source: The text to be judged against, any length; an empty one states nothing.
        claim: One statement, a sentence or so.
    """
    seen = _look(source, claim)
    return Support(score(seen.marks), _reason(seen))


def marks(source: str, claim: str) -> Marks:
    """Return what the score of a claim rests on."""
    return _look(source, claim).marks


def score(seen: Marks) -> float:
    """Return the logistic score of the marks, 0 to 1."""
    log_odds = INTERCEPT + sum(weight * getattr(seen, name) for name, weight in WEIGHTS.items())
    return 1 / (1 + math.exp(-log_odds))


@dataclass(frozen=True)
class _Text:
    """A text as claims are compared with it."""

    sentences: tuple[Read, ...]
    figures: tuple[tuple[Figure, ...], ...]
    """Of each sentence."""
    sentence_roots: tuple[frozenset[str], ...]
    roots: frozenset[str]
    alone: frozenset[str]
    """Roots that stand alone, by `alignment.bare`."""


@lru_cache(maxsize=64)
def _text(source: str) -> _Text:
    """Return a text as it is compared; kept, since most texts are asked about several claims."""
    sentences = tuple(read(source))
    figures = tuple(tuple(figures_of(sentence.sentence)) for sentence in sentences)
    each = tuple(sentence.roots for sentence in sentences)
    return _Text(sentences, figures, each, frozenset().union(*each), bare(sentences))


def _look(source: str, claim: str) -> _Seen:
    text, said = _text(source), [_without_figures(part) for part in read(claim)]
    words = [word for part in said for word in part.words]
    parts = found(words, text.roots, text.alone)
    nearness = [share(words, found(words, roots, text.alone)) for roots in text.sentence_roots]
    known = list(zip(text.figures, nearness, strict=True))
    figures = tuple(check(figure, known) for part in said for figure in figures_of(part.sentence))
    states = {figure.state for figure in figures}
    nearest = text.sentences[nearness.index(max(nearness))] if nearness else None
    against = {} if nearest is None else _against(said, nearest, text)
    contradicted = "contradicted" in states
    agreed = states <= {"holds"} and against.keys().isdisjoint(("turned", "swapped"))
    seen = Marks(
        words=share(words, parts) if nearest else 0.0,
        whole=weakest(words, parts) if nearest and agreed else 0.0,
        contradicted=contradicted,
        absent="absent" in states,
        within=not contradicted and any(one.state == "holds" and one.said.limit for one in figures),
        renamed="renamed" in against,
        turned="turned" in against,
        swapped="swapped" in against,
    )
    return _Seen(seen, figures, against, tuple(_written(said, words, parts)))


def _without_figures(part: Read) -> Read:
    """Return a sentence without the words of its figures ("at least two", "July"): those are compared by value."""
    taken = {at for figure in figures_of(part.sentence) for at in range(figure.first, figure.last)}
    return replace(part, words=tuple(word for word in part.words if word.at not in taken))


def _against(said: list[Read], nearest: Read, text: _Text) -> dict[str, str]:
    """Return what the nearest sentence has against a claim: the mark, and the claim's word behind it."""
    out: dict[str, str] = {}
    for part in said:
        ways = {"turned": turned(part, nearest), "swapped": swapped(part, nearest)}
        ways["renamed"] = renamed(part, nearest, text.roots, text.alone)
        for mark, word in ways.items():
            if word is not None:
                out.setdefault(mark, word)
    return out


def _written(said: list[Read], words: list[Word], parts: list[float]) -> list[str]:
    """Return the claim's words that are not found, as written."""
    texts = [part.sentence.tokens[word.at].text for part in said for word in part.words]
    return [text for text, _, part in zip(texts, words, parts, strict=True) if part == 0]


def _reason(seen: _Seen) -> str:
    for state in ("contradicted", "absent"):
        wrong = next((figure for figure in seen.figures if figure.state == state), None)
        if wrong is not None:
            return wrong.why
    for mark, says in _SAYS.items():
        if mark in seen.against:
            return says.format(word=repr(seen.against[mark]))
    fits = ", ".join(figure.why for figure in seen.figures)
    if seen.missing:
        gone = "not found: " + ", ".join(repr(word) for word in seen.missing[:5])
        return f"{fits}; {gone}" if fits else gone
    return fits or "all its words are there"
