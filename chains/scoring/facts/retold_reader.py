"""Facts retold: a statement is found by its values where its subject or property is called otherwise.

People's own documents are about things without a code: "The first alert went out at 09:15". Whoever retells it says "it
was a quarter past nine when the alert was sent", and names neither the subject as it stands there nor the property. So
where the other rules find no more than a mention, each sentence is read once more. The statement is kept if one
sentence, or two that stand together, tells

- every value: numbers, days, times of day, names, and the direction, which may lie in what was before and is now
  ("now 4.6, they were 4.2");
- enough of its words, or of words near to them (`text.synonyms`): the fewer values it has that no other statement has,
  the more. Words that fit another statement with the same values better don't count;
- no denial, no doubt and no opposite word.

It never reads a statement as altered or inverted, and a statement about something with a code or a name only where that
is named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from chains.scoring.facts.compiled_statement import Compiled
from chains.scoring.facts.direction_reader import content
from chains.scoring.facts.evidence import value_of
from chains.scoring.facts.ledger_vocabulary import known_tokens, unfilled
from chains.scoring.facts.parsed_message import Scene
from chains.scoring.facts.retold_values import SMALL, Pair, pair_of, says, values_told
from chains.scoring.facts.segments import Piece
from chains.scoring.facts.slot_match import Found
from chains.scoring.facts.slot_readers import WordSlot
from chains.scoring.facts.subjects import STRANGER, UNCLEAR, Subjects
from chains.scoring.facts.verdict import SlotState, Verdict
from chains.scoring.text.ledger_stems import stem
from chains.scoring.text.number_words import begins
from chains.scoring.text.numbers_and_dates import values_of
from chains.scoring.text.synonyms import ROOT, alike, near
from chains.scoring.text.tokens import Token

_ENOUGH = 2.0
"""What the words and the values of a statement must come to in a sentence."""
_ENOUGH_OF_SMALL = 2.5
"""The same where all values are small bare numbers."""
_NEAR_WORD = 0.5
"""What a word counts that is only near to one of the statement."""
_COMMON = 0.5
"""What a word counts that three or more statements of the ledger have."""


class _Known(NamedTuple):
    """A statement with the words that show it."""

    compiled: Compiled
    words: frozenset[str]
    """Stems of its subject and its renderings."""
    subject: frozenset[str]
    called: frozenset[str]
    """Stems of the codes and proper names of its subject: one of them must be named."""
    coded: bool
    """Whether its subject has a code."""
    shown_by: frozenset[str]
    """Stems and beginnings of words of which one at least must stand in a sentence."""
    pair: "Pair | None"
    """Two numbers of which one is in the place of the other."""
    own: frozenset[str]
    """Every stem of its subject, its renderings and its values: what they name is no other subject."""


class Retold:
    """Looks for the statements of one ledger in what is retold in other words."""

    def __init__(self, ledger: Sequence[Compiled], subjects: Subjects) -> None:
        self._scene: Scene | None = None
        self._windows: list[_Window] = []
        self._names = [frozenset(token.stem for token in known_tokens(name)) for name in subjects.names]
        self._known = {one.statement.id: _known(one) for one in ledger}
        self._held = Counter(word for known in self._known.values() for word in known.words)
        self._values = Counter(value_of(slot) for one in ledger for slot in one.statement.slots)
        self._by_value: dict[tuple[str, str, float | None], list[_Known]] = {}
        for known in self._known.values():
            for slot in known.compiled.statement.slots:
                self._by_value.setdefault(value_of(slot), []).append(known)

    def own_name(self, compiled: Compiled, piece: Piece) -> bool:
        """Whether all subjects that a piece names are words of the statement itself: "the school garden" of a grant."""
        named = {piece.tokens[at].stem for at in piece.named if piece.first <= at < piece.last}
        return bool(named) and named <= self._known[compiled.statement.id].own

    def read(self, compiled: Compiled, scene: Scene, *, calculated: bool = False) -> Verdict | None:
        """Return kept if a statement is retold in a message, else None.

        Args:
            compiled: The statement.
            scene: The message.
            calculated: Whether only what is told by a difference counts: "down by 255 to 145", where it was 400.
        """
        known = self._known[compiled.statement.id]
        if calculated and known.pair is None:
            return None
        for at, cut, said in self._windows_of(scene):
            if known.shown_by.isdisjoint(said) or (known.called and known.called.isdisjoint(said)):
                continue
            if self._tells(known, _piece(cut), calculated=calculated):
                slots: dict[str, SlotState] = {slot.name: "right" for slot in compiled.statement.slots}
                why = "its values are there, in other words"
                return Verdict(
                    statement=compiled.statement.id, fate="kept", slots=slots, why=why, evidence=scene.span(at)
                )
        return None

    def _windows_of(self, scene: Scene) -> Sequence["_Window"]:
        """Return what a message's statements are looked for in; kept for one message, as all are looked for in it."""
        if self._scene is not scene:
            self._scene, self._windows = scene, list(islice(_windows(scene), _MOST))
        return self._windows

    def _tells(self, known: _Known, piece: Piece, *, calculated: bool) -> bool:
        found = values_told(known.compiled, known.pair, piece)
        if found is None or (calculated and not any(one.held for one in found.values())):
            return False
        matched = _matched(known, piece, found)
        weight, rarity = self._weight(known, matched), self._rarity(known.compiled)
        if not self._enough(known, matched, weight, rarity):
            return False
        if any(self._fits_better(other, piece, weight) for other in self._rivals(known)):
            return False
        if known.coded and known.compiled.topic.isdisjoint(matched.words):
            return False  # a code is named with much that is another matter
        return (matched.subject and not known.called) or not self._of_another(known, piece)

    def _enough(self, known: _Known, matched: "_Matched", weight: float, rarity: float) -> bool:
        """Whether the words and the values together show that this statement is meant."""
        if len(matched.words) > 1 and len(matched.words) == len(known.words):
            return True
        if rarity >= _ENOUGH:
            return bool(matched.words)
        words = matched.subject or len(matched.words) > 1 or any(matched.words.values())
        return words and weight + rarity >= (_ENOUGH if rarity >= 1 else _ENOUGH_OF_SMALL)

    def _weight(self, known: _Known, matched: "_Matched") -> float:
        """Return what the words of a statement that a sentence has, and words near to them, come to."""
        out = 0.0
        for word, direct in matched.words.items():
            out += (1.0 if direct else _NEAR_WORD) * (_COMMON if self._held[word] > 2 else 1.0)
        return out

    def _rarity(self, compiled: Compiled) -> float:
        """Return what the values come to: those count that are rarely met by chance, and are this statement's alone."""
        out = 0.0
        for slot in compiled.keys:
            if slot.kind == "direction":
                continue
            plain = slot.kind == "number" and slot.unit is None and abs(float(slot.value)) < SMALL
            alone = self._values[value_of(slot)] == 1
            out += 0.25 if plain else 1.0 if alone else 0.5
        return out

    def _rivals(self, known: _Known) -> Iterator[_Known]:
        """Yield the other statements that have a value of this one."""
        for slot in known.compiled.keys:
            yield from (other for other in self._by_value[value_of(slot)] if other is not known)

    def _fits_better(self, other: _Known, piece: Piece, weight: float) -> bool:
        found = values_told(other.compiled, other.pair, piece)
        return found is not None and self._weight(other, _matched(other, piece, found)) > weight

    def _of_another(self, known: _Known, piece: Piece) -> bool:
        """Whether a sentence names another subject of the ledger as it is called there."""
        return any(
            subject not in (known.compiled.subject, UNCLEAR)
            and (subject == STRANGER or not self._names[subject] & _said_in(piece) <= known.own)
            for subject in piece.subjects
        )


def _known(compiled: Compiled) -> _Known:
    statement = compiled.statement
    names = known_tokens(statement.subject)
    subject = frozenset(content(statement.subject)).union(*[content(alias) for alias in statement.aliases])
    own = {token.stem for template in statement.templates for token in unfilled(template) if says(token)}
    called = frozenset(
        token.stem
        for at, token in enumerate(names)
        if token.kind == "code" or (token.kind == "word" and token.text[0].isupper() and (at or len(names) < 4))
    )
    own -= {stem(word) for word in ("note", "report")} - set(content(statement.subject))
    values = {token.stem for slot in statement.slots for token in known_tokens(str(slot.value))}
    names_too = {token.stem for token in names}
    words = frozenset(own | subject)
    shown_by = _forms(words).union(*[near(word) for word in words])
    coded = any(token.kind == "code" for token in names)
    return _Known(
        compiled, words, subject, called, coded, shown_by, pair_of(compiled), frozenset(words | values | names_too)
    )


def _said_in(piece: Piece) -> frozenset[str]:
    return frozenset(token.stem for token in piece.tokens)


class _Matched(NamedTuple):
    """The words of a statement that a sentence has."""

    words: dict[str, bool]
    """By stem, whether the word itself is there, and not only one near to it."""
    subject: bool
    """Whether one of them is of its subject."""


def _matched(known: _Known, piece: Piece, found: dict[str, Found]) -> _Matched:
    """Return which words of a statement a sentence has outside the values."""
    taken = {
        at
        for name, one in found.items()
        for at in range(one.first, one.last)
        if isinstance(known.compiled.readers[name], WordSlot) or begins(piece.tokens[at])
    }
    said = {token.stem for at, token in enumerate(piece.tokens) if at not in taken and says(token)}
    words: dict[str, bool] = {}
    left = set(said)
    for word in sorted(known.words & said):
        words[word] = True
        left.discard(word)
    for word in sorted(known.words - said):
        near = next((other for other in sorted(left) if alike(word, other)), None)
        if near is not None:
            words[word] = False
            left.discard(near)
    return _Matched(words, not known.subject.isdisjoint(words))


class _Window(NamedTuple):
    """A sentence, or two that stand together."""

    sentence: int
    cut: tuple[tuple[Piece, ...], ...]
    """The pieces of each."""
    stems: frozenset[str]
    """Stems of its words, and the beginnings of the long ones."""


_MOST = 400
"""Sentences, and pairs of them, that are looked at: more are no report that somebody wrote."""


def _windows(scene: Scene) -> Iterator[_Window]:
    """Yield each sentence that tells something, and with the one that follows it."""
    before: _Window | None = None
    for at in sorted({scene.homes[one] for one in scene.telling}):
        pieces = scene.of_sentence(at)
        window = _Window(at, (pieces,), _begun(pieces[0].tokens))
        yield window
        if before is not None and before.sentence == at - 1 and next(iter(scene.following(at - 1)), None) == at:
            yield _Window(at - 1, before.cut + window.cut, before.stems | window.stems)
        before = window


@lru_cache(maxsize=256)
def _piece(cut: tuple[tuple[Piece, ...], ...]) -> Piece:
    """Return what a statement is looked for in as one piece; cached, because several are looked for in it."""
    wholes = [_whole(pieces) for pieces in cut]
    return wholes[0] if len(wholes) == 1 else _joined(*wholes)


@lru_cache(maxsize=512)
def _begun(tokens: tuple[Token, ...]) -> frozenset[str]:
    """Return the stems of a sentence with their beginnings; cached, because seats pass on what they heard."""
    return _forms([token.stem for token in tokens])


def _forms(words: Iterable[str]) -> frozenset[str]:
    """Return stems with the beginnings that words of one family share (`synonyms.alike`)."""
    return frozenset(form for word in words for form in (word, f"{word[:ROOT]}-"))


def _whole(pieces: Sequence[Piece]) -> Piece:
    """Return a sentence as one piece, with all its values but those that it takes back."""
    first = pieces[0]
    values = values_of(first.tokens, first.named)
    return replace(
        first,
        first=0,
        last=len(first.tokens),
        subjects=frozenset().union(*[piece.subjects for piece in pieces if piece.explicit]),
        explicit=True,
        loose=False,
        gapped=False,
        quantities=tuple(one for one in values.quantities if one.last - 1 not in first.aside),
        dates=tuple(dict.fromkeys(date for piece in pieces for date in piece.dates)),
        source=None,
        shared="",
    )


def _joined(one: Piece, other: Piece) -> Piece:
    """Return two sentences as one piece."""
    by = len(one.tokens)

    def on(values: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(value._replace(first=value.first + by, last=value.last + by) for value in values)

    return replace(
        one,
        last=by + len(other.tokens),
        tokens=one.tokens + other.tokens,
        subjects=one.subjects | other.subjects,
        named=one.named | {at + by for at in other.named},
        aside=one.aside | {at + by for at in other.aside},
        quantities=one.quantities + on(other.quantities),
        dates=one.dates + on(other.dates),
    )
