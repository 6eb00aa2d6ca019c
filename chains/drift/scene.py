"""A message cut up for one ledger: its pieces, the words of each, and the sentences that repeat a rendering."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from chains.drift.pieces import Piece, pieces_of
from chains.drift.spelling import Spelling
from chains.drift.statements import Rendering, wording
from chains.drift.subjects import UNCLEAR, Subjects, unnamed
from chains.drift.words import Sentence, sentences_of

_LEAD = 6
"""Tokens within which a colon makes what stands before it a heading."""


class Scene:
    """What the instrument needs to know of a message, whatever the statement."""

    def __init__(self, message: str, subjects: Subjects, spelling: Spelling, renderings: Collection[Rendering]) -> None:
        sentences = [spelling.mend(sentence) for sentence in sentences_of(message)]
        self._known = subjects.known
        self._wordings = [wording(sentence) for sentence in sentences]
        self.copied = {at for rendering in renderings for at in self.where([rendering])}
        """Sentences that repeat a rendering of any statement word for word: they say that and nothing else."""
        self.pieces = pieces_of(sentences, subjects)
        self.words = [
            frozenset(piece.tokens[at].stem for at in range(piece.first, piece.last) if at not in piece.named)
            for piece in self.pieces
        ]
        """The stems of each piece, names of subjects left out."""
        together: dict[tuple[int, frozenset[int]], set[str]] = defaultdict(set)
        for piece, words in zip(self.pieces, self.words, strict=True):
            together[piece.sentence, piece.subjects] |= words
        leads = [_lead(sentences, at) for at in range(len(sentences))]
        self.stems: list[frozenset[str]] = []
        """For each piece, the stems that show its topic: of all pieces of its sentence about the same subjects, of its
        heading ("Vibration: ..."), and for a gapped piece of what it goes on with."""
        for at, piece in enumerate(self.pieces):
            source = self.source(at)
            before = self.stems[source] if source is not None else frozenset()
            self.stems.append(frozenset(together[piece.sentence, piece.subjects]) | leads[piece.sentence] | before)

    def source(self, at: int) -> int | None:
        """Return the piece that a gapped one goes on with: the last before it in its sentence that says something."""
        if not self.pieces[at].gapped:
            return None
        for other in range(at - 1, -1, -1):
            if self.pieces[other].sentence != self.pieces[at].sentence:
                return None
            if not self.pieces[other].gapped:
                return other
        return None

    def where(self, renderings: Collection[Rendering]) -> list[int]:
        """Return the sentences that repeat one of some renderings word for word, in order."""
        found = set()
        for rendering in renderings:
            for at in range(len(self._wordings) - len(rendering) + 1):
                if tuple(self._wordings[at : at + len(rendering)]) == rendering:
                    found |= {*range(at, at + len(rendering))}
        return sorted(found)

    def span(self, sentence: int) -> tuple[int, int]:
        """Return where a sentence stands in the message."""
        spans = [piece.span for piece in self.pieces if piece.sentence == sentence]
        return spans[0][0], spans[-1][1]

    def names_a_stranger(self, at: int) -> bool:
        """Whether a piece is about something with a proper name that the ledger does not have ("customer Veltrel")."""
        piece = self.pieces[at]
        return any(
            token.kind == "word"
            and token.text[0].isupper()
            and not token.text.isupper()
            and place > 0
            and piece.tokens[place - 1].text not in ".:"
            and not unnamed(token.low, self._known)
            for place, token in enumerate(piece.tokens[: piece.last])
            if place >= piece.first
        )

    def nameless(self, piece: Piece) -> bool:
        """Whether a piece names nothing: no subject for sure, no code, no proper name that the ledger does not know."""
        if piece.subjects - {UNCLEAR} and not piece.loose:
            return False
        for at in range(piece.first, piece.last):
            token = piece.tokens[at]
            proper = token.kind == "word" and token.text[0].isupper() and not unnamed(token.low, self._known)
            if token.kind == "code" or (proper and at > 0 and piece.tokens[at - 1].text not in ".:"):
                return False
        return True


def _lead(sentences: Sequence[Sentence], at: int) -> frozenset[str]:
    """Return the stems of what heads a sentence: words before an early colon, or a line above that ends with one."""
    sentence = sentences[at]
    parent = sentences[sentence.parent] if sentence.parent is not None else None
    out = frozenset(token.stem for token in parent.tokens) if parent and parent.tokens[-1].text == ":" else frozenset()
    for colon, token in enumerate(sentence.tokens[:_LEAD]):
        if token.text == ":":
            out |= {word.stem for word in sentence.tokens[:colon]}
    return out
