"""Where a text speaks of what a claim says: words aligned, names, negation, opposites, who did what to whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chains.scoring.facts.claims import content_of
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.negation import negated
from chains.scoring.text.sentences import Sentence, sentences_of
from chains.scoring.text.snowball import root
from chains.scoring.text.synonyms import akin, opposed
from chains.scoring.text.tokens import Token

_AKIN = 0.7
"""What a word of like meaning counts, against 1 for the word itself."""
_NO_OBJECT = bag("and or in at on for from with to of as into")
_ARTICLES = bag("a an the his her its their our my your this that these those of in")
_BE = bag("was were is are been be being")
_BARE = STOP | bag("himself herself itself themselves although though whose whom upon since whether")
_ALMOST = bag("almost nearly close")
"""What almost happened did not."""


@dataclass(frozen=True)
class Word:
    """A word of content in its sentence."""

    root: str
    at: int
    """Its token."""
    name: bool
    """Whether it is written as a name or is a code."""
    light: bool
    """Whether it can be said of anything."""


@dataclass(frozen=True)
class Read:
    """A sentence with its words of content."""

    sentence: Sentence
    words: tuple[Word, ...]

    @property
    def roots(self) -> frozenset[str]:
        """Roots of its words of content."""
        return frozenset(word.root for word in self.words)


def read(text: str) -> list[Read]:
    """Return the sentences of a text with their words of content."""
    return [Read(sentence, tuple(_words(sentence.tokens))) for sentence in sentences_of(text)]


def _words(tokens: tuple[Token, ...]) -> Iterator[Word]:
    for at, token in enumerate(tokens):
        if token.kind == "code" or (token.kind == "word" and token.low not in _BARE and len(token.low) > 1):
            name = token.kind == "code" or (token.text[0].isupper() and at > 0)
            yield Word(root(token.low) if token.kind == "word" else token.low, at, name, light=not content_of((token,)))


def matched(word: str, roots: frozenset[str]) -> float:
    """Return how well a claim's word is found among roots: 1 itself, less for a word of like meaning, 0 not at all."""
    if word in roots:
        return 1.0
    return _AKIN if any(akin(word, other) for other in roots) else 0.0


def bare(text: Sequence[Read]) -> frozenset[str]:
    """Return the roots of words that stand in a text at least once with no name right before them.

    "Damon" in "Mr Damon said", but not in "Ana Damon said" alone.
    """
    out: set[str] = set()
    for part in text:
        for at, word in enumerate(part.words):
            before = part.words[at - 1] if at else None
            beside = before is not None and before.at + 1 == word.at
            if not (beside and before is not None and part.sentence.tokens[before.at].text[:1].isupper()):
                out.add(word.root)
    return frozenset(out)


def found(words: Sequence[Word], roots: frozenset[str], alone: frozenset[str]) -> list[float]:
    """Return for each of a claim's words how well roots hold it, 0 to 1.

    A surname found vouches for the first names before it, "Damon" for "Matt Damon", if it stands alone somewhere:
    "Ana Damon" does not.

    Args:
        words: The claim's words of content.
        roots: The roots to find them among.
        alone: Those that stand alone, by `bare`.
    """
    out = [matched(word.root, roots) for word in words]
    for at in range(len(words) - 2, -1, -1):
        word, after = words[at], words[at + 1]
        stands = after.root in alone or after.root not in roots
        if (
            out[at] == 0 < out[at + 1]
            and stands
            and after.name
            and after.at == word.at + 1
            and (word.name or word.at == 0)
        ):
            out[at] = _AKIN
    return out


def share(words: Sequence[Word], parts: Sequence[float]) -> float:
    """Return the share of a claim's words of content that is found, 0 to 1; of none, 0.5.

    Later words weigh more, up to three times the first: a claim opens with what it is about, which a text
    shares readily, and ends with what it says of it. Words that can be said of anything weigh half.

    Args:
        words: The claim's words of content.
        parts: How well each is found, as `found` returns it.
    """
    if not words:
        return 0.5
    last = max(1, len(words) - 1)
    weights = [(1 + 2 * at / last) * (0.5 if word.light else 1) for at, word in enumerate(words)]
    return sum(weight * part for weight, part in zip(weights, parts, strict=True)) / sum(weights)


def weakest(words: Sequence[Word], parts: Sequence[float]) -> float:
    """Return how well the least found of a claim's words is found, 0 to 1; of none, 0.5.

    Words that can be said of anything count only where there are no others.

    Args:
        words: The claim's words of content.
        parts: How well each is found, as `found` returns it.
    """
    telling = [part for word, part in zip(words, parts, strict=True) if not word.light]
    return min(telling or parts, default=0.5)


def turned(claim: Read, beside: Read) -> str | None:
    """Return the claim's word that a sentence denies, or says the opposite of; None if it does neither.

    Two turns cancel out: "did not pass" says what "failed" says.
    """
    for word in claim.words:
        if word.name:
            continue
        denied = _denied(claim, word)
        same = [other for other in beside.words if other.root == word.root and not other.name]
        against = [other for other in beside.words if opposed(word.root, other.root) and not other.name]
        if same and all(_denied(beside, other) != denied for other in same):
            return _text(claim, word)
        if not same and against and all(_denied(beside, other) == denied for other in against):
            return _text(claim, word)
    return None


def renamed(claim: Read, beside: Read, roots: frozenset[str], alone: frozenset[str]) -> str | None:
    """Return a name of the claim that a text does not know, where a sentence has a name that the claim does not.

    The last word of a name decides, "Ana Torres" is found where "Torres" is, unless that always follows another name:
    "Luis Torres". A sentence's first word is no name here.

    Args:
        claim: The claim's sentence.
        beside: The text's sentence.
        roots: All roots of the text.
        alone: Those that stand alone, by `bare`.
    """
    if not any(word.name and not matched(word.root, claim.roots) for word in beside.words):
        return None
    names = {word.at: word.root for word in claim.words if word.name}
    inner = {at for at in names if claim.sentence.tokens[at - 1].kind != "mark"}
    for at, name in names.items():
        last = at + 1 not in inner or (names[at + 1] in roots and names[at + 1] not in alone)
        if last and not matched(name, roots):
            return claim.sentence.tokens[at].text
    return None


def _text(read_: Read, word: Word) -> str:
    return read_.sentence.tokens[word.at].text


def _denied(read_: Read, word: Word) -> bool:
    """Whether a word is what a negation denies: of "did not pass the test", "pass" and not "test".

    "No" and 0 reach on through a noun's own adjectives: "no reported deaths".
    """
    tokens = read_.sentence.tokens
    start = max(cut for cut in read_.sentence.cuts if cut <= word.at)
    before = max((other.at + 1 for other in read_.words if start <= other.at < word.at), default=start)
    near = [token.low for token in tokens[max(start, word.at - 3) : word.at]]
    longer = "no" in near and "longer" in near
    none = longer or "0" in near or ("no" in near and negated(tokens, word.at, max(start, word.at - 3)))
    almost = not _ALMOST.isdisjoint(token.low for token in tokens[max(start, word.at - 3) : word.at])
    return (none or negated(tokens, word.at, before)) != almost


def swapped(claim: Read, beside: Read) -> str | None:
    """Return the word around which a sentence has the claim's parts in each other's place, if there is one.

    "A sued B" against "B sued A". A passive ("was sued by") has its sides exchanged before they are compared.
    """
    for word in claim.words:
        if word.name or not _between(claim, word):
            continue
        left, right = _sides(claim, word)
        for other in beside.words:
            if other.root != word.root or not _between(beside, other):
                continue
            before, after = _sides(beside, other)
            crossed = left & after and right & before
            if crossed and not (left & before) and not (right & after):
                return _text(claim, word)
    return None


def _between(read_: Read, pivot: Word) -> bool:
    """Whether a word may stand between doer and done-to: not counted, listed or beside a preposition."""
    tokens = read_.sentence.tokens
    before = tokens[pivot.at - 1] if pivot.at else None
    after = tokens[pivot.at + 1] if pivot.at + 1 < len(tokens) else None
    noun = before is None or before.kind in ("number", "mark") or before.low in _ARTICLES
    listed = after is None or after.kind == "mark" or after.low in _NO_OBJECT
    return not noun and not listed


def _sides(read_: Read, pivot: Word) -> tuple[frozenset[str], frozenset[str]]:
    tokens = read_.sentence.tokens
    left = frozenset(word.root for word in read_.words if word.at < pivot.at and word.root != pivot.root)
    right = frozenset(word.root for word in read_.words if word.at > pivot.at and word.root != pivot.root)
    by = [token.low for token in tokens[pivot.at + 1 : pivot.at + 3]]
    passive = by[:1] == ["by"] or ("by" in by and any(token.low in _BE for token in tokens[: pivot.at]))
    return (right, left) if passive else (left, right)
