"""A message parsed for one ledger: its pieces, their words, and the sentences that repeat a rendering."""

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from chains.scoring.facts.compiled_statement import Compiled, Rendering
from chains.scoring.facts.segments import Piece, cut_up
from chains.scoring.facts.subjects import UNCLEAR, Subjects, unnamed
from chains.scoring.text.corrections import Role
from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.spelling import Spelling
from chains.scoring.text.tokens import Wording


class Phrased(NamedTuple):
    """One wording of a statement, as a message may repeat it."""

    statement: str
    """Its id."""
    rendering: Rendering
    vague: bool


Phrasings = Mapping[Wording, Sequence[Phrased]]
"""The wordings of a ledger by their first sentence."""


def phrasings(ledger: Iterable[Compiled]) -> Phrasings:
    """Return every wording of a ledger's statements."""
    out: dict[Wording, list[Phrased]] = defaultdict(list)
    for compiled in ledger:
        for vague, renderings in ((False, compiled.renderings), (True, compiled.vague)):
            for rendering in filter(None, renderings):
                out[rendering[0]].append(Phrased(compiled.statement.id, rendering, vague))
    return dict(out)


def _untold(roles: Sequence[Role], first: Sequence[str]) -> tuple[set[int], set[int]]:
    """Return the sentences that are taken back, and those that only ask."""
    denied = {at for at, role in enumerate(roles) if role == "denied"}
    asked: set[int] = set()
    for at, role in enumerate(roles):
        after = roles[at + 1] if at + 1 < len(roles) else "says"
        answered = after == "takes back" and first[at + 1] in ("no", "a")
        if role == "asks" and after != "agrees":
            (denied if after == "takes back" else asked).add(at)
        elif role != "asks" and after == "takes back" and not answered:
            denied.add(at)
    return denied, asked


_OFTEN = 16
"""Repetitions of a sentence that are read: a text of nothing else is then read as fast as any other."""


def bare(piece: Piece) -> bool:
    """Whether a piece names its subject and says nothing else."""
    if not piece.explicit or piece.last - piece.first > _BARE:
        return False
    words = [
        token for at, token in enumerate(piece.tokens[piece.first : piece.last], piece.first) if at not in piece.named
    ]
    return all(token.kind == "mark" or token.low in _LINKS for token in words)


_BARE = 12
_LINKS = bag("the a our for in on at of with")
"""Words that may stand with a name that is only added to what is said."""


class Scene:
    """What the instrument needs to know of a message, whatever the statement."""

    def __init__(self, message: str, subjects: Subjects, spelling: Spelling, known: Phrasings) -> None:
        sentences = [spelling.mend(sentence) for sentence in sentences_of(message)]
        cuts = cut_up(sentences, subjects)
        self._known = subjects.known
        self._sentences, self._cuts = sentences, cuts
        self.pieces: list[Piece] = []
        self.homes: list[int] = []
        """For each piece, the number of its sentence."""
        self.stems: list[frozenset[str]] = []
        """For each piece, the stems that show its topic, with those of a line above that leads to it ("Delays:")."""
        for number, (sentence, cut) in enumerate(zip(sentences, cuts, strict=True)):
            above = sentences[sentence.heading].tokens if sentence.heading is not None else ()
            heading = frozenset(token.stem for token in above)
            self.pieces += cut.pieces
            self.homes += [number] * len(cut.pieces)
            self.stems += [piece.topical | heading for piece in cut.pieces]
        self.copied: set[int] = set()
        """Sentences that repeat a rendering of any statement word for word: they say that and nothing else."""
        self.repeats: dict[str, int] = {}
        """The first sentence that repeats a rendering of a statement word for word, by statement."""
        self.hints: dict[str, int] = {}
        """The first sentence that repeats a vague wording of it, by statement."""
        roles = [cut.role for cut in cuts]
        self.corrects = {at for at, role in enumerate(roles) if role == "corrects"}
        """Sentences that put something in the place of what was said before."""
        self.denied, self.asked = _untold(roles, [sentence.tokens[0].low for sentence in sentences])
        self._find_repeats([cut.wording for cut in cuts], known)
        untold = self.denied | self.asked
        silent = self.copied | untold
        often = self._often()
        self.telling = [at for at, home in enumerate(self.homes) if home not in silent and at not in often]
        """The pieces of all other sentences, but for those that are taken back or only ask."""
        self.untold_of: dict[int, list[int]] = defaultdict(list)
        """The pieces of sentences that are taken back or only ask, by what they are about."""
        for at, home in enumerate(self.homes if untold else ()):
            for subject in self.pieces[at].subjects if home in untold and at not in often else ():
                self.untold_of[subject].append(at)
        self.telling_of: dict[int, list[int]] = defaultdict(list)
        """The pieces among them that are about a subject."""
        for at in self.telling:
            for subject in self.pieces[at].subjects:
                self.telling_of[subject].append(at)

    def _often(self) -> set[int]:
        """Return the pieces that stand under the same heading so often before that they say nothing more."""
        met: Counter[tuple[int, int | None]] = Counter()
        out = set()
        for at, home in enumerate(self.homes):
            key = id(self.pieces[at]), self._sentences[home].heading
            met[key] += 1
            if met[key] > _OFTEN:
                out.add(at)
        return out

    def of_sentence(self, sentence: int) -> tuple[Piece, ...]:
        """Return the pieces of a sentence."""
        return self._cuts[sentence].pieces

    def with_stems(self, stems: frozenset[str]) -> list[int]:
        """Return the telling pieces that show one of some stems, in order."""
        found = [at for stem in stems for at in self._with_stem.get(stem, ())]
        return sorted(set(found)) if len(stems) > 1 else found

    @cached_property
    def _with_stem(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = defaultdict(list)
        for at in self.telling:
            for stem in self.stems[at]:
                out[stem].append(at)
        return out

    def next_to_bare(self, subject: int) -> list[int]:
        """Return the telling pieces next to one in their sentence that names a subject and says nothing else."""
        return self._next_to_bare.get(subject, [])

    @cached_property
    def _next_to_bare(self) -> dict[int, list[int]]:
        out: dict[int, list[int]] = defaultdict(list)
        telling = set(self.telling)
        for at, piece in enumerate(self.pieces):
            if len(piece.subjects) != 1 or not bare(piece):
                continue
            (subject,) = piece.subjects
            near = (one for one in (at - 1, at + 1) if one in telling and self.homes[one] == self.homes[at])
            out[subject] += [one for one in near if one not in out[subject][-2:]]
        return out

    def _find_repeats(self, wordings: Sequence[Wording], known: Phrasings) -> None:
        for at, first in enumerate(wordings):
            for statement, rendering, vague in known.get(first, ()):
                last = at + len(rendering)
                if last in self.corrects or not (self.denied | self.asked).isdisjoint(range(at, last)):
                    continue
                if tuple(wordings[at:last]) == rendering:
                    (self.hints if vague else self.repeats).setdefault(statement, at)
                    if not vague:
                        self.copied.update(range(at, last))

    def span(self, sentence: int) -> tuple[int, int]:
        """Return where a sentence stands in the message."""
        pieces, at = self._cuts[sentence].pieces, self._sentences[sentence].at
        return at + pieces[0].span[0], at + pieces[-1].span[1]

    def sentence_at(self, place: int) -> int:
        """Return the sentence that a character of the message stands in."""
        starts = [sentence.at for sentence in self._sentences]
        return max(0, bisect.bisect_right(starts, place) - 1)

    def heading_of(self, sentence: int) -> int | None:
        """Return the sentence that heads the list or table that a sentence stands in."""
        return self._sentences[sentence].heading

    def goes_on_from(self, sentence: int, subject: int) -> int | None:
        """Return the sentence before one that does not name the subject itself, if that one does; None otherwise."""
        before = self._sentences[sentence].parent
        if before is None or before != sentence - 1 or self._names(sentence, subject):
            return None
        return before if self._names(before, subject) else None

    def _names(self, sentence: int, subject: int) -> bool:
        return any(piece.explicit and subject in piece.subjects for piece in self._cuts[sentence].pieces)

    def following(self, sentence: int) -> Iterator[int]:
        """Yield the sentences that go on with a sentence in its line, in order."""
        for after in range(sentence + 1, len(self._sentences)):
            if self._sentences[after].parent != after - 1 or self._sentences[after].heading == after - 1:
                return
            yield after

    def parts_of(self, sentence: int, subject: int) -> Iterator[tuple[int, int, bool]]:
        """Yield each part of a sentence by its first and last character, and whether it is about other subjects."""
        tokens, start = self._sentences[sentence].tokens, self._sentences[sentence].at
        for piece in self._cuts[sentence].pieces:
            others = piece.explicit and subject not in piece.subjects and any(one >= 0 for one in piece.subjects)
            yield start + tokens[piece.first].start, start + tokens[piece.last - 1].end, others

    def place(self, at: int) -> int:
        """Return where in the message the tokens of a piece count their places from."""
        return self._sentences[self.homes[at]].at

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
        return not (piece.subjects - {UNCLEAR} and not piece.loose) and self.names_nothing(piece)

    def names_nothing(self, piece: Piece) -> bool:
        """Whether a piece itself has no code and no proper name that the ledger does not know."""
        for at in range(piece.first, piece.last):
            token = piece.tokens[at]
            proper = token.kind == "word" and token.text[0].isupper() and not unnamed(token.low, self._known)
            if token.kind == "code" or (proper and at > 0 and piece.tokens[at - 1].text not in ".:"):
                return False
        return True
