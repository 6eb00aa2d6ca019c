"""Rules for whether a piece of a message is about a statement: its topic, its subject, its values."""

from typing import NamedTuple

from chains.scoring.facts.compiled_statement import Compiled
from chains.scoring.facts.evidence import Evidence
from chains.scoring.facts.ledger_vocabulary import known_tokens
from chains.scoring.facts.parsed_message import Scene
from chains.scoring.facts.segments import Piece
from chains.scoring.facts.slot_readers import NumberSlot
from chains.scoring.facts.subjects import Subjects
from chains.scoring.text.ledger_stems import bag, stem
from chains.scoring.text.spelling import one_off


def on_topic(compiled: Compiled, scene: Scene, at: int) -> bool:
    """Whether a piece names a statement's topic, together with its subject if other statements share the topic."""
    named = compiled.in_name and compiled.subject in scene.pieces[at].subjects
    return named or not compiled.telling.isdisjoint(scene.stems[at])


def near_miss(compiled: Compiled, piece: Piece) -> bool:
    """Whether a piece names a code that is the subject's with one character changed, or two swapped."""
    own = [token.low for token in known_tokens(compiled.statement.subject) if token.kind == "code"]
    said = [piece.tokens[at].low for at in piece.named if piece.first <= at < piece.last]
    return any(one_off(code, other) or _swapped(code, other) for code in own for other in said)


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbouring characters have changed places."""
    apart = [at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    return len(one) == len(other) and len(apart) == 2 and apart[1] == apart[0] + 1 and sorted(one) == sorted(other)


def one_of_several(compiled: Compiled, subjects: Subjects, piece: Piece) -> bool:
    """Whether a piece speaks of some thing of the subject's kind without a name: "a pump seal leaked".

    So does one that speaks of "the pump seal", where the ledger has another subject of the same kind.
    """
    name = compiled.statement.subject.lower().split()
    kind = [word for word in name if word.isalpha()]
    if len(kind) == len(name):
        return False
    if any(other.lower().split()[: len(kind)] == kind for other in subjects.names if other.lower().split() != name):
        return True
    lows = [token.low for token in piece.tokens[piece.first : piece.last]]
    return any(low in _SOME and not set(kind).isdisjoint(lows[at + 1 : at + 3]) for at, low in enumerate(lows))


_SOME = bag("a an one another")


class Group(NamedTuple):
    """Things of a subject's kind, spoken of together."""

    stem: str
    """Stem of what each is called: "line" of "drying line L-98"."""
    single: str
    own: frozenset[str]
    """The words of the subject's name."""
    others: frozenset[str]
    """Words of the names of other things that are called so."""
    subjects: frozenset[int]
    """The numbers of all things that have the same name but for their codes."""

    @classmethod
    def of(cls, compiled: Compiled, subjects: Subjects) -> "Group | None":
        """Return the group of a statement's subject; None if it has a name of its own."""
        own = compiled.statement.subject.lower().split()
        kind = [word for word in own if word.isalpha()]
        if not kind or len(kind) == len(own):
            return None
        named = [name.lower().split() for name in subjects.names]
        others = frozenset(word for name in named if kind[-1] in name for word in name)
        same = frozenset(at for at, name in enumerate(named) if [word for word in name if word.isalpha()] == kind)
        return cls(stem(kind[-1]), kind[-1], frozenset(own), others - {*own}, same)

    def place(self, piece: Piece) -> int | None:
        """Return where a piece speaks of the group; None if it does not, or names one of its things."""
        if not self.subjects.isdisjoint(piece.subjects):
            return None
        for at in range(piece.first, piece.last):
            token = piece.tokens[at]
            if token.stem != self.stem or token.low == self.single or at in piece.named:
                continue
            if at == 0 or piece.tokens[at - 1].low not in self.others:
                return at
        return None


def close(evidence: Evidence) -> bool:
    """Whether a value stands with the subject that the piece names, without a comma between them."""
    piece = evidence.piece
    named = [at for at in piece.named if piece.first <= at < piece.last]
    return not named or any(
        all(token.text != "," for token in piece.tokens[min(at, found.first) : max(at, found.last)])
        for found in evidence.found.values()
        if found.state == "right"
        for at in named
    )


def whole(compiled: Compiled, evidence: Evidence) -> bool:
    """Whether one piece states every key slot, each bare number with its noun; then it is about the statement."""
    for slot in compiled.keys:
        if slot.name in compiled.directions:
            hit = evidence.way.get(slot.name)
            if hit is None or hit.sense != 1:
                return False
        elif evidence.found[slot.name].state != "right":
            return False
        reader = compiled.readers.get(slot.name)
        if isinstance(reader, NumberSlot) and reader.bare and not evidence.piece.words & reader.named:
            return False
    return True
