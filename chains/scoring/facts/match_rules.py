"""Rules for whether a piece of a message is about a statement: its topic, its subject, its values."""

from chains.scoring.facts.compiled_statement import Compiled
from chains.scoring.facts.evidence import Evidence
from chains.scoring.facts.ledger_vocabulary import known_tokens
from chains.scoring.facts.parsed_message import Scene
from chains.scoring.facts.segments import Piece
from chains.scoring.facts.slot_readers import NumberSlot
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
