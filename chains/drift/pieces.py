"""A message cut into pieces, each about the subjects that it names or carries on from the words before."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from chains.drift.dates import Date, dates_of
from chains.drift.quantities import Quantity, quantities_of
from chains.drift.stems import STOP, bag
from chains.drift.subjects import Mention, Subjects
from chains.drift.words import Sentence, Token

_PRONOUNS = bag("it its this that these they their he his she her which both")
_JOINTS = bag(", and or – — ; but while whereas plus / &"), bag("with ( ) :")
_EMPTY = STOP - bag("up down over under above below off out")
"""Words that say nothing, not even which way."""
_NEW_START = bag("and but so while whereas")
_LISTING = bag(", and & / or both")


class Piece(NamedTuple):
    """Part of a sentence that is about one subject, or about several that share it."""

    tokens: tuple[Token, ...]
    """Of the whole sentence."""
    first: int
    last: int
    """The tokens of the piece: from `first` up to `last`, half open."""
    subjects: frozenset[int]
    explicit: bool
    """Whether the subject is named in the piece itself."""
    loose: bool
    """Whether it is only carried on from an earlier sentence, and without a pronoun."""
    gapped: bool
    """Whether it has a subject and values and no other word of meaning ("4.9 h on D-47"): it goes on."""
    named: frozenset[int]
    """Tokens that are names of subjects; a number among them is no quantity."""
    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    sentence: int

    @property
    def span(self) -> tuple[int, int]:
        """First and last character in the message, half open."""
        inside = [token for token in self.tokens[self.first : self.last] if token.kind != "mark"]
        inside = inside or list(self.tokens[self.first : self.last])
        return inside[0].start, inside[-1].end


def pieces_of(sentences: Sequence[Sentence], subjects: Subjects) -> list[Piece]:
    """Cut sentences into pieces, and say what each is about.

    A clause that names one subject is about it; one that names several is cut
    between them at a comma, a bracket or "and", or shared where nothing parts
    them ("pumps P-12 and P-13 were both late"). A clause that names none is
    about what the clause before it is about; so is a whole sentence without a
    subject that follows in the same line or under the same heading.
    """
    out: list[Piece] = []
    about: list[frozenset[int]] = []
    for number, sentence in enumerate(sentences):
        mentions = subjects.mentions(sentence.tokens)
        parts = _parts(sentence, mentions)
        inherited = about[sentence.parent] if sentence.parent is not None else frozenset()
        named = frozenset(at for mention in mentions for at in range(mention.first, mention.last))
        dates = dates_of(sentence.tokens)
        taken = named | {at for date in dates for at in range(date.first, date.last)}
        quantities = quantities_of(sentence.tokens, frozenset(taken))
        ahead = _led_to(sentence, parts)
        current = inherited if sentence.tokens[0].low in _PRONOUNS else frozenset()
        for first, last, inside in parts:
            here = _subjects(inside)
            loose = not (here or current or ahead)
            current = here or current or ahead
            piece = Piece(
                sentence.tokens, first, last, current or inherited, bool(here), loose, False, named,
                tuple(q for q in quantities if first <= q.first < last),
                tuple(d for d in dates if first <= d.first < last), number,
            )  # fmt: skip
            out.append(piece._replace(gapped=_gapped(piece)))
        current = current or inherited
        about.append(current)
    return out


def _gapped(piece: Piece) -> bool:
    valued = {at for quantity in piece.quantities for at in range(quantity.first, quantity.last)}
    valued |= {at for date in piece.dates for at in range(date.first, date.last)}
    others = {*range(piece.first, piece.last)} - valued - piece.named
    words = (piece.tokens[at] for at in others)
    return piece.explicit and bool(valued) and all(word.kind == "mark" or word.low in _EMPTY for word in words)


def _led_to(sentence: Sentence, parts: list[tuple[int, int, list[Mention]]]) -> frozenset[int]:
    """Return what a first clause without a subject leads up to ("though 3 weeks late, P-12 ..."), if anything."""
    for first, _, inside in parts:
        if first and sentence.tokens[first].low in _NEW_START:
            return frozenset()
        if inside:
            return _subjects(inside)
    return frozenset()


def _subjects(mentions: list[Mention]) -> frozenset[int]:
    return frozenset(mention.subject for mention in mentions)


def _parts(sentence: Sentence, mentions: list[Mention]) -> list[tuple[int, int, list[Mention]]]:
    out: list[tuple[int, int, list[Mention]]] = []
    listed = {
        at
        for one, other in pairwise(mentions)
        if _together(sentence.tokens, one, other)
        for at in range(one.last, other.first + 1)
    }
    cuts = [cut for cut in sentence.cuts if cut not in listed]
    for first, last in pairwise(cuts):
        inside = [mention for mention in mentions if first <= mention.first < last]
        groups: list[list[Mention]] = []
        for mention in inside:
            if groups and _together(sentence.tokens, groups[-1][-1], mention):
                groups[-1].append(mention)
            else:
                groups.append([mention])
        start = first
        for at, group in enumerate(groups):
            end = last
            if at + 1 < len(groups):
                joint = _joint(sentence.tokens, group[-1].last, groups[at + 1][0].first)
                if joint is None:
                    groups[at + 1] = group + groups[at + 1]
                    continue
                end = joint
            out.append((start, end, group))
            start = end
        if not groups:
            out.append((first, last, []))
    return out


def _together(tokens: tuple[Token, ...], one: Mention, other: Mention) -> bool:
    """Whether two subjects are listed side by side, or are one thing named twice ("pump (P-12)")."""
    between = tokens[one.last : other.first]
    return one.subject == other.subject or all(token.low in _LISTING for token in between)


def _joint(tokens: tuple[Token, ...], start: int, end: int) -> int | None:
    """Return where to cut between two subjects: at the last word that joins clauses, or else phrases."""
    for joints in _JOINTS:
        for at in range(end - 1, start - 1, -1):
            if tokens[at].text.lower() in joints:
                return at
    return None
