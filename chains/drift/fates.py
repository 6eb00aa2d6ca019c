"""The instrument: what became of each statement of a ledger in one message.

Deterministic and without a model. A message is cut into pieces, each about the
subjects that it names (`pieces`); a statement is looked for in the pieces about
its subject, slot by slot (`slots`, `directions`). It knows the whole ledger, so
that it can tell whose value a number is, and never which rendering a seat heard.

How the five fates are told apart:

- inverted: the direction is said the other way round, or denied, whatever the numbers;
- altered: a key slot has another value, or the values stand with another subject of the ledger;
- kept: every key slot is there and right (rounding: `quantities.closeness`), and nothing is hedged;
- blurred: the subject stands with its topic or with a slot's value, but a key slot is gone or all is hedged;
- omitted: none of this.

A statement said rightly in one place and wrongly of the same subject and
property in another is not kept. Without its subject it is kept only if topic
and all key slots are there and no other statement shares the topic; otherwise
blurred. A message that repeats a rendering word for word keeps the statement.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache

from chains.drift.evidence import Evidence, gather
from chains.drift.pieces import Piece, pieces_of
from chains.drift.quantities import Quantity
from chains.drift.slots import NumberSlot
from chains.drift.spelling import Spelling, one_off
from chains.drift.statements import Compiled, compile_ledger, wording
from chains.drift.stems import STOP
from chains.drift.subjects import STRANGER, UNCLEAR, Subjects
from chains.drift.verdict import FATES, Fate, Verdict
from chains.drift.weighing import omitted, weigh
from chains.drift.words import sentences_of, tokens_of
from chains.worlds.ledger import Statement

__all__ = ["FATES", "INSTRUMENT", "Fate", "Instrument", "Verdict"]

INSTRUMENT = "fates-1"
"""Version: any change of verdicts changes it. Fates are compared under one version only."""


class _Scene:
    """A message, cut up for one ledger."""

    def __init__(self, message: str, subjects: Subjects, spelling: Spelling) -> None:
        sentences = [spelling.mend(sentence) for sentence in sentences_of(message)]
        self.pieces = pieces_of(sentences, subjects)
        self.wordings = [wording(sentence) for sentence in sentences]
        self.words = [
            frozenset(piece.tokens[at].stem for at in range(piece.first, piece.last) if at not in piece.named)
            for piece in self.pieces
        ]
        together: dict[tuple[int, frozenset[int]], set[str]] = defaultdict(set)
        for piece, words in zip(self.pieces, self.words, strict=True):
            together[piece.sentence, piece.subjects] |= words
        self.stems = [frozenset(together[piece.sentence, piece.subjects]) for piece in self.pieces]


class Instrument:
    """Reads messages against one ledger; compiled once, used for every message about it.

    Args:
        statements: All statements of the world: whose value a number is can only be told knowing the others.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.subjects = Subjects(statements)
        self.ledger = compile_ledger(statements, self.subjects)
        self._about: dict[int, list[Compiled]] = defaultdict(list)
        for compiled in self.ledger:
            self._about[compiled.subject].append(compiled)
        vocabulary = [
            token.low
            for statement in statements
            for text in (statement.subject, *statement.topic)
            for token in tokens_of(text)
        ]
        self._spelling = Spelling(vocabulary, self.subjects.known)
        self._topics = frozenset().union(*(compiled.topic for compiled in self.ledger))
        self._renderings = {words for compiled in self.ledger for words in compiled.renderings}
        self._scene = lru_cache(maxsize=256)(self._make_scene)

    def read(self, message: str | None, only: Collection[str] | None = None) -> dict[str, Verdict]:
        """Return the verdict on each statement in a message, by statement id.

        Args:
            message: What a seat wrote; None or nothing omits everything.
            only: Ids of the statements to judge, such as those held below this seat; all of them by default.
                The others are still known.
        """
        wanted = [compiled for compiled in self.ledger if only is None or compiled.statement.id in only]
        if not message or not message.strip():
            return {compiled.statement.id: omitted(compiled) for compiled in wanted}
        scene = self._scene(message)
        return {compiled.statement.id: self._judge(compiled, scene) for compiled in wanted}

    def _make_scene(self, message: str) -> _Scene:
        return _Scene(message, self.subjects, self._spelling)

    def _judge(self, compiled: Compiled, scene: _Scene) -> Verdict:
        word_for_word = [at for at, words in enumerate(scene.wordings) if words in compiled.renderings]
        seen = []
        for at, piece in enumerate(scene.pieces):
            copied = scene.wordings[piece.sentence] in self._renderings and piece.sentence not in word_for_word
            if compiled.subject not in piece.subjects or copied:
                continue
            evidence = self._gather(compiled, scene, at)
            if not self._of_another(compiled, scene, at) or _whole(compiled, evidence, scene.words[at]):
                seen.append(evidence)
        if word_for_word:
            return self._repeated(compiled, scene, seen, word_for_word[0])
        verdict = weigh(compiled, seen)
        if verdict.fate != "omitted":
            return verdict
        return (
            self._elsewhere(compiled, scene)
            or self._without_subject(compiled, scene)
            or self._mentioned(compiled, scene)
        )

    def _gather(self, compiled: Compiled, scene: _Scene, at: int) -> Evidence:
        piece = scene.pieces[at]
        near = [other for subject in piece.subjects for other in self._about.get(subject, ()) if other is not compiled]

        def explained(quantity: Quantity) -> bool:
            return any(reader.is_right(quantity) for other in near for reader in other.readers.values())

        topic = compiled.topic if compiled.sole or not compiled.distinct else compiled.distinct
        named = bool(scene.stems[at] & topic) or (compiled.in_name and compiled.subject in piece.subjects)
        return gather(compiled, piece, named, explained)

    def _of_another(self, compiled: Compiled, scene: _Scene, at: int) -> bool:
        """Whether a piece is about another property: it names another statement's topic, and not this one's."""
        words = scene.words[at]
        if words & compiled.topic if compiled.sole else words & compiled.distinct:
            return False
        return bool(words & self._topics - compiled.literal - compiled.topic)

    def _repeated(self, compiled: Compiled, scene: _Scene, seen: list[Evidence], sentence: int) -> Verdict:
        """Return kept for a statement that stands word for word, unless other words contradict it."""
        others = [evidence for evidence in seen if scene.wordings[evidence.piece.sentence] not in compiled.renderings]
        against = weigh(compiled, [one for one in others if one.piece.explicit and one.topic])
        if against.fate in ("altered", "inverted"):
            return against.model_copy(update={"why": against.why + ", though it is said rightly elsewhere"})
        pieces = [piece for piece in scene.pieces if piece.sentence == sentence]
        return Verdict(
            statement=compiled.statement.id, fate="kept", slots={slot.name: "right" for slot in compiled.statement.slots},
            why="stands word for word", evidence=(pieces[0].span[0], pieces[-1].span[1]),
        )  # fmt: skip

    def _elsewhere(self, compiled: Compiled, scene: _Scene) -> Verdict | None:
        """Return altered where all that is said of a statement stands with another subject."""
        for at, piece in enumerate(scene.pieces):
            if (
                compiled.subject in piece.subjects
                or not piece.subjects
                or scene.wordings[piece.sentence] in self._renderings
            ):
                continue
            if UNCLEAR in piece.subjects or (STRANGER in piece.subjects and not self._near_miss(compiled, piece)):
                continue
            evidence = self._gather(compiled, scene, at)
            verdict = weigh(compiled, [evidence])
            own = any(self._own_value(compiled, evidence, name) for name in evidence.found)
            if verdict.fate == "kept" and evidence.topic and own and _close(evidence):
                whose = [self.subjects.names[subject] for subject in piece.subjects if subject >= 0]
                said = " ".join(evidence.words(found) for found in evidence.found.values() if found.state == "right")
                why = f"{said!r} is said of {whose[0] if whose else 'another subject'}"
                return verdict.model_copy(update={"fate": "altered", "why": why})
        return None

    def _own_value(self, compiled: Compiled, evidence: Evidence, name: str) -> bool:
        """Whether a value that stands right is this statement's and not the other subject's own."""
        reader, found = compiled.readers[name], evidence.found[name]
        if found.state != "right":
            return False
        near = [other for subject in evidence.piece.subjects for other in self._about.get(subject, ())]
        rivals = [rival.read(evidence.piece, lambda _: True) for other in near for rival in other.readers.values()]
        overlap = any(
            rival.state == "right" and rival.first < found.last and found.first < rival.last for rival in rivals
        )
        return not overlap and (isinstance(reader, NumberSlot) or reader.slot.kind != "category")

    def _near_miss(self, compiled: Compiled, piece: Piece) -> bool:
        """Whether a stranger's code is this subject's code with one character changed."""
        own = [token.low for token in tokens_of(compiled.statement.subject) if token.kind == "code"]
        said = [piece.tokens[at].low for at in piece.named if piece.first <= at < piece.last]
        return any(one_off(code, other) for code in own for other in said)

    def _without_subject(self, compiled: Compiled, scene: _Scene) -> Verdict | None:
        """Return a verdict where a piece that names no subject states the topic and the values."""
        for at, piece in enumerate(scene.pieces):
            if (
                piece.subjects - {UNCLEAR}
                or self._names_a_stranger(piece)
                or scene.wordings[piece.sentence] in self._renderings
            ):
                continue
            evidence = self._gather(compiled, scene, at)
            stated = any(found.state in ("right", "wrong") for found in evidence.found.values())
            if not evidence.topic or not stated or (compiled.directions and not evidence.way):
                continue
            verdict = weigh(compiled, [evidence])
            alone = bool(scene.stems[at] & compiled.unique)
            if verdict.fate == "kept" and not alone:
                return verdict.model_copy(
                    update={"fate": "blurred", "why": "the subject is gone, and others share the topic"}
                )
            if alone or verdict.fate == "blurred":
                return verdict if alone else None
        return None

    def _names_a_stranger(self, piece: Piece) -> bool:
        return any(
            token.kind == "code" or (token.kind == "word" and token.text[0].isupper() and at > 0
            and token.low not in self.subjects.known | STOP and piece.tokens[at - 1].text not in ".:")
            for at, token in enumerate(piece.tokens[piece.first : piece.last], piece.first)
        )  # fmt: skip

    def _mentioned(self, compiled: Compiled, scene: _Scene) -> Verdict:
        """Return blurred where one of the vague wordings stands word for word, else omitted."""
        for at, words in enumerate(scene.wordings):
            if words in compiled.vague:
                pieces = [piece for piece in scene.pieces if piece.sentence == at]
                span = pieces[0].span[0], pieces[-1].span[1]
                return omitted(compiled).model_copy(
                    update={"fate": "blurred", "why": "mentioned, without its values", "evidence": span}
                )
        return omitted(compiled)


def _close(evidence: Evidence) -> bool:
    """Whether a value stands with the subject that the piece names, no comma between them."""
    piece = evidence.piece
    named = [at for at in piece.named if piece.first <= at < piece.last]
    return not named or any(
        all(token.text != "," for token in piece.tokens[min(at, found.first) : max(at, found.last)])
        for found in evidence.found.values()
        if found.state == "right"
        for at in named
    )


def _whole(compiled: Compiled, evidence: Evidence, words: frozenset[str]) -> bool:
    """Whether one piece states every key slot, each bare number with its noun: then it is about the statement after all."""
    for slot in compiled.keys:
        if slot.name in compiled.directions:
            hit = evidence.way.get(slot.name)
            if hit is None or hit.sense != 1:
                return False
        elif evidence.found[slot.name].state != "right":
            return False
        reader = compiled.readers.get(slot.name)
        if isinstance(reader, NumberSlot) and reader.bare and not words & reader.named:
            return False
    return True
