"""The instrument: the fate of each statement of a ledger in one message.

Deterministic and without a model. A message is cut into pieces, each about the
subjects that it names (`segments`); a statement is looked for in the pieces about
its subject, slot by slot (`slot_readers`, `direction_reader`). It knows the whole ledger, so
that it can tell whose value a number is, and never which rendering a seat heard.

How the five fates are told apart:

- inverted: the direction is said the other way round, or denied, whatever the numbers;
- altered: a key slot has another value, or the values stand with another subject of the ledger, or
  one that no other statement has stands there with the topic, whatever the direction;
- kept: every key slot is there and right (rounding: `quantities.closeness`), and nothing is hedged;
- blurred: the subject stands with its topic or with a slot's value, but a key slot is gone or all is hedged;
- omitted: none of this.

A statement said rightly in one place and wrongly of the same subject and
property in another is not kept; nor is one whose key slots stand only in sentences
apart from each other. Without its subject it is kept only if topic
and all key slots are there and no other statement shares the topic; otherwise
blurred. What is retold in other words is kept where its values and words show that it is meant (`retold_reader`).
A message that repeats a rendering word for word keeps the statement.

How far `fates-7` may be trusted, on which text, stands in docs/instrument.md.
How good `fates-3` was, against two readers (a large language model read twice,
blind) on 301 agreed pairs of real output of a 135M-parameter model from worlds
never looked at: 97.3% kept or not kept, 86.4% the five fates, alpha .83; recall
of altered .78 and of inverted .82 (tests/test_real_output.py). On sentences of a
blind writer, never read: 97.2% and 94.4%, most errors a direction in words that
neither the ledger nor `antonyms` lists, so that kept is read as blurred.
"""

import gc
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from chains.fates import FATES, Fate
from chains.scoring.facts.claim_reader import ClaimReader
from chains.scoring.facts.compiled_statement import Compiled, compile_ledger
from chains.scoring.facts.direction_reader import Hit
from chains.scoring.facts.evidence import Evidence, Loosely, gather, value_of
from chains.scoring.facts.fate_rules import THOUGH, omitted, weigh
from chains.scoring.facts.ledger_vocabulary import known_tokens
from chains.scoring.facts.match_rules import Group, close, near_miss, on_topic, one_of_several, whole
from chains.scoring.facts.parsed_message import Scene, phrasings
from chains.scoring.facts.retold_reader import Retold
from chains.scoring.facts.segments import Piece
from chains.scoring.facts.slot_match import Found
from chains.scoring.facts.slot_readers import NumberSlot
from chains.scoring.facts.subjects import STRANGER, UNCLEAR, Subjects
from chains.scoring.facts.verdict import SlotState, Verdict
from chains.scoring.reading import INSTRUMENT
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.near_topics import GENERAL
from chains.scoring.text.quantities import Quantity
from chains.scoring.text.spelling import Spelling
from chains.worlds.facts.ledger import Statement

__all__ = ["FATES", "INSTRUMENT", "Fate", "Instrument", "Verdict"]

CLAUSES = "clauses-7"
"""Version of the verdicts on clauses, which have some rules of their own."""

_TELLING = 2
"""How many right values must stand with a subject outside the ledger to count as a statement's own."""


class Instrument:
    """Reads messages about one ledger; compiled once for all of them.

    Args:
        statements: All statements of the world: whose value a number is can only be told knowing the others.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.claims = ClaimReader(statements)
        statements = [one for one in statements if one.slots]
        self.subjects = Subjects(statements)
        self.ledger = compile_ledger(statements, self.subjects)
        self._about: dict[int, list[Compiled]] = defaultdict(list)
        for compiled in self.ledger:
            self._about[compiled.subject].append(compiled)
        vocabulary = [
            token.low
            for statement in statements
            for text in (statement.subject, *statement.topic)
            for token in known_tokens(text)
        ]
        self._spelling = Spelling(vocabulary, self.subjects.known)
        self._topics = frozenset().union(*(compiled.topic for compiled in self.ledger))
        self._values = Counter(value_of(slot) for statement in statements for slot in statement.slots)
        self._phrasings = phrasings(self.ledger)
        self._retold = Retold(self.ledger, self.subjects)

    @property
    def statements(self) -> list[Statement]:
        """The statements of the ledger, its claims last."""
        return [*(one.statement for one in self.ledger), *(one.statement for one in self.claims.claims)]

    def read(self, message: str | None, only: Collection[str] | None = None) -> dict[str, Verdict]:
        """Return the verdict on each statement in a message, by statement id.

        Args:
            message: What a seat wrote; None or nothing omits everything.
            only: Ids of the statements to judge, such as those held below this seat; all of them by default.
                The others are still known.
        """
        wanted = [compiled for compiled in self.ledger if only is None or compiled.statement.id in only]
        if not message or not message.strip():
            return {compiled.statement.id: omitted(compiled) for compiled in wanted} | self.claims.read(None, only)
        with _collector_resting(len(message) > _LONG):
            look = _look(self, message)
            for compiled in wanted:
                if compiled.statement.id not in look.verdicts:
                    look.verdicts[compiled.statement.id] = self._judge(compiled, look.scene)
        typed = {compiled.statement.id: look.verdicts[compiled.statement.id] for compiled in wanted}
        if not self.claims.claims:
            return typed
        return typed | self.claims.read(message, only, look.scene.denied | look.scene.asked)

    def parsed(self, message: str) -> Scene:
        """Return a message cut up for this ledger, as its verdicts were read."""
        return _look(self, message).scene

    def scene(self, message: str) -> Scene:
        """Return a message cut up for this ledger."""
        return Scene(message, self.subjects, self._spelling, self._phrasings)

    def _judge(self, compiled: Compiled, scene: Scene) -> Verdict:
        verdict = self._read_plainly(compiled, scene)
        if verdict.fate in ("kept", "inverted"):
            return verdict
        named = any(scene.pieces[at].explicit for at in scene.telling_of.get(compiled.subject, ()))
        changed = verdict.fate == "altered" and named
        return self._retold.read(compiled, scene, calculated=changed) or verdict

    def _read_plainly(self, compiled: Compiled, scene: Scene) -> Verdict:
        """Return the verdict of the rules for what names the statement's subject or property."""
        seen = []
        for at in scene.telling_of.get(compiled.subject, ()):
            evidence = self._gather(compiled, scene, at)
            another = self._of_another(compiled, evidence.piece.words) and not whole(compiled, evidence)
            if not another or (evidence.way and self._tells(compiled, evidence)):
                seen.append(evidence)
        if (repeated := scene.repeats.get(compiled.statement.id)) is not None:
            return _repeated(compiled, scene, seen, repeated)
        verdict = weigh(compiled, seen)
        if scene.untold_of and verdict.fate in ("omitted", "blurred"):
            verdict = self._untold(compiled, scene) or verdict
        if verdict.fate != "omitted":
            return verdict
        return (
            self._elsewhere(compiled, scene)
            or self._without_subject(compiled, scene)
            or self._beside(compiled, scene)
            or self._spoken_of(compiled, scene)
            or self._of_all(compiled, scene)
            or self._of_group(compiled, scene)
            or _mentioned(compiled, scene)
        )

    def _untold(self, compiled: Compiled, scene: Scene) -> Verdict | None:
        """Return a verdict if a statement occurs only in sentences that are taken back, or only in questions."""
        for sentences, fate, why in (
            (scene.denied, "inverted", "is taken back"),
            (scene.asked, "blurred", "is only asked"),
        ):
            seen = [
                self._gather(compiled, scene, at)
                for at in scene.untold_of.get(compiled.subject, ())
                if scene.homes[at] in sentences
            ]
            verdict = weigh(compiled, seen)
            if verdict.fate in ("kept", "blurred", "altered"):
                return verdict.model_copy(update={"fate": fate, "why": f"what it says {why}"})
        return None

    def _gather(self, compiled: Compiled, scene: Scene, at: int) -> Evidence:
        read = _gathered(self, compiled, scene.pieces[at], on_topic(compiled, scene, at))
        home = scene.homes[at]
        read = _pointed_at(compiled, scene, at, read) if compiled.categories else read
        read = _did_not(compiled, scene, at, read) if not read.way and compiled.directions else read
        corrects = home in scene.corrects and (compiled.sole or read.topic)
        return read._replace(sentence=home, place=scene.place(at), corrects=corrects)

    def beside(self, compiled: Compiled, piece: Piece) -> list[Compiled]:
        """Return the other statements about the subjects of a piece."""
        return [other for subject in piece.subjects for other in self._about.get(subject, ()) if other is not compiled]

    def _of_another(self, compiled: Compiled, words: frozenset[str]) -> bool:
        """Whether a piece is about another property: it names another statement's topic, and not this one's."""
        if words & compiled.topic if compiled.sole else words & compiled.distinct:
            return False
        return bool((words & self._topics) - compiled.literal - compiled.topic)

    def _elsewhere(self, compiled: Compiled, scene: Scene) -> Verdict | None:
        """Return altered if a whole statement, or its topic and own value, is stated of another subject."""
        for at in scene.with_stems(compiled.telling):
            piece = scene.pieces[at]
            if compiled.subject in piece.subjects or UNCLEAR in piece.subjects:
                continue
            whose = piece.subjects - {STRANGER, UNCLEAR}
            if whose and self._retold.own_name(compiled, piece):
                continue
            if (piece.loose or not piece.subjects) and not scene.names_a_stranger(at):
                continue
            evidence = self._gather(compiled, scene, at)
            if not whose and not near_miss(compiled, piece) and evidence.values < _TELLING:
                continue
            if not whose and not piece.subjects and not evidence.way:
                continue
            alone = bool(scene.stems[at] & compiled.unique)
            own = {name for name in evidence.found if self._own_value(compiled, evidence, name, alone=alone)}
            if not own or not close(evidence):
                continue
            verdict = weigh(compiled, [evidence])
            moved = bool(whose) and any(self._distinctive(compiled, evidence, name) for name in own)
            if verdict.fate == "kept" or moved:
                said = " ".join(evidence.words(found) for found in evidence.found.values() if found.state == "right")
                name = " and ".join(self.subjects.names[subject] for subject in sorted(whose)) or "another subject"
                why = f"{said!r} is said of {name}"
                # told of another and the other way round: inverted, unless that is how the other's own statement goes,
                # for values that two statements swap are two alterations
                own_way = any(other.topic & compiled.topic for one in whose for other in self._about.get(one, ()))
                fate: Fate = "inverted" if verdict.fate == "inverted" and not own_way else "altered"
                return verdict.model_copy(update={"fate": fate, "why": why})
        return None

    def _own_value(self, compiled: Compiled, evidence: Evidence, name: str, *, alone: bool) -> bool:
        """Whether a right value is this statement's, and not the other subject's own.

        A category is common: it tells only where no other statement has the topic.
        """
        reader, found = compiled.readers[name], evidence.found[name]
        if found.state != "right":
            return False
        near = [other for subject in evidence.piece.subjects for other in self._about.get(subject, ())]
        rivals = [rival.read(evidence.piece, lambda _: True) for other in near for rival in other.readers.values()]
        overlap = any(
            rival.state == "right" and rival.first < found.last and found.first < rival.last for rival in rivals
        )
        return not overlap and (alone or reader.slot.kind != "category")

    def _tells(self, compiled: Compiled, evidence: Evidence) -> bool:
        """Whether a piece has a value that only this statement has, though it speaks of another property too."""
        return len(evidence.piece.subjects) == 1 and any(
            self._distinctive(compiled, evidence, name) and self._own_value(compiled, evidence, name, alone=False)
            for name in evidence.found
        )

    def _distinctive(self, compiled: Compiled, evidence: Evidence, name: str) -> bool:
        """Whether a right date, count or number with a unit is one that no other statement has."""
        reader, found = compiled.readers[name], evidence.found[name]
        if found.state != "right" or found.sweeping or self._values[value_of(reader.slot)] > 1:
            return False
        if isinstance(reader, NumberSlot) and reader.bare:
            after = evidence.piece.tokens[found.last : found.last + 1]
            return reader.unit is not None and any(token.stem in reader.named for token in after)
        return reader.slot.kind in ("number", "count", "date")

    def _beside(self, compiled: Compiled, scene: Scene) -> Verdict | None:
        """Return blurred if the subject is only named next to the statement's own value ("1.1 hours less, D-69")."""
        for at in scene.next_to_bare(compiled.subject):
            evidence = self._gather(compiled, scene, at)
            own = [name for name in evidence.found if self._own_value(compiled, evidence, name, alone=False)]
            if any(self._distinctive(compiled, evidence, name) for name in own):
                why = "its value stands next to the subject, and no more"
                return weigh(compiled, [evidence]).model_copy(update={"fate": "blurred", "why": why})
        return None

    def _spoken_of(self, compiled: Compiled, scene: Scene) -> Verdict | None:
        """Return a verdict where the subject is named, and what is said of it is only near to the statement."""
        seen = []
        for at in scene.telling_of.get(compiled.subject, ()):
            piece = scene.pieces[at]
            loosely = self._loosely(compiled, piece) if piece.explicit else ""
            if loosely:
                read = _gathered(self, compiled, piece, topic=True, loosely=loosely)
                valued = any(not quantity.weak for quantity in piece.quantities) or piece.dates
                if valued and all(found.state == "missing" for found in read.found.values()):
                    continue  # figures of none of its kinds: it is about something else
                seen.append(read._replace(sentence=scene.homes[at], place=scene.place(at)))
        verdict = weigh(compiled, seen)
        if verdict.fate == "altered" and not any(evidence.way for evidence in seen):
            return verdict.model_copy(update={"fate": "blurred", "why": "spoken of, without its values"})
        return None if verdict.fate == "omitted" else verdict

    def _of_all(self, compiled: Compiled, scene: Scene) -> Verdict | None:
        """Return a verdict where something is said of all that the topic has: "all calibrations are in date"."""
        for at in scene.with_stems(compiled.topic):
            piece = scene.pieces[at]
            if piece.explicit or piece.quantities or piece.dates or not _general(compiled, piece):
                continue
            if not scene.names_nothing(piece):
                continue
            evidence = self._gather(compiled, scene, at)
            hits = [hit for hit in evidence.way.values() if piece.first <= hit.first < piece.last]
            if hits and evidence.hedge is None and len({hit.sense for hit in hits}) == 1 and hits[0].sense:
                fate: Fate = "inverted" if hits[0].sense == -1 else "blurred"
                why = f"says {evidence.words(hits[0])!r} of all"
                return weigh(compiled, [evidence]).model_copy(update={"fate": fate, "why": why})
        return None

    def _of_group(self, compiled: Compiled, scene: Scene) -> Verdict | None:
        """Return blurred if it is said of things of the subject's kind, none of them named: "three pumps leaked"."""
        group = Group.of(compiled, self.subjects) if compiled.directions else None
        if group is None:
            return None
        for at in scene.with_stems(compiled.topic):
            piece = scene.pieces[at]
            place = group.place(piece)
            if place is None:
                continue
            for direction in compiled.directions.values():
                hits = direction.hits(piece.tokens, piece.first, piece.last, compiled.topic, piece.named | piece.aside)
                after = [hit.sense for hit in hits if hit.first > place]
                if after[:1] == [1]:
                    why = "said of several of its kind, none of them named"
                    span = scene.place(at) + piece.span[0], scene.place(at) + piece.span[1]
                    return omitted(compiled).model_copy(update={"fate": "blurred", "why": why, "evidence": span})
        return None

    def _loosely(self, compiled: Compiled, piece: Piece) -> Loosely:
        """Return how a piece that names the subject speaks of a statement, if it does not name the topic."""
        others = {id(other): other for other in self._about[compiled.subject] if other is not compiled}.values()
        said = frozenset(
            piece.tokens[at].stem
            for at in range(piece.first, piece.last)
            if at not in piece.named and piece.tokens[at].kind == "word" and piece.tokens[at].low not in STOP
        )
        if said & (self._topics - compiled.topic - compiled.near):
            return ""
        if said & compiled.near.difference(*[other.topic | other.near for other in others]):
            return "nearly"
        ways = frozenset().union(*[direction.words for direction in compiled.directions.values()])
        called = any(
            piece.tokens[at].kind == "code" or piece.tokens[at].text[0].isupper()
            for at in piece.named
            if piece.first <= at < piece.last
        )
        return "in general" if called and compiled.sole and said and said <= GENERAL | ways else ""

    def _without_subject(self, compiled: Compiled, scene: Scene) -> Verdict | None:
        """Return a verdict if a piece without a subject states the topic and the values."""
        named = scene.telling_of.get(compiled.subject, []) if compiled.in_name else []
        for at in sorted({*scene.with_stems(compiled.telling), *named}):
            if not scene.nameless(scene.pieces[at]):
                continue
            evidence = self._gather(compiled, scene, at)
            stated = any(found.state != "missing" for found in evidence.found.values())
            if not stated or (compiled.directions and not evidence.way):
                continue
            verdict = weigh(compiled, [evidence])
            alone = bool(scene.stems[at] & compiled.unique)
            if verdict.fate == "kept" and (not alone or one_of_several(compiled, self.subjects, scene.pieces[at])):
                why = "it is not said of which" if alone else "the subject is gone, and others share the topic"
                return verdict.model_copy(update={"fate": "blurred", "why": why})
            if alone or verdict.fate == "blurred":
                return verdict if alone else None
        return None


class _Look(NamedTuple):
    """One message, with the verdicts given on it so far."""

    scene: Scene
    verdicts: dict[str, Verdict]
    """By statement id."""


@lru_cache(maxsize=8)
def _look(instrument: Instrument, message: str) -> _Look:
    """Parse a message; cached, because each message is read three times."""
    return _Look(instrument.scene(message), {})


_LONG = 20_000
"""Characters of a message that is cut into so many objects that the garbage collector would take half of the time."""


@contextmanager
def _collector_resting(rests: bool) -> Iterator[None]:
    """Keep the garbage collector from running, if it is on."""
    rests = rests and gc.isenabled()
    if rests:
        gc.disable()
    try:
        yield
    finally:
        if rests:
            gc.enable()


@lru_cache(maxsize=512)
def _gathered(instrument: Instrument, compiled: Compiled, piece: Piece, topic: bool, loosely: Loosely = "") -> Evidence:
    """Gather the evidence about a statement in a piece; cached, because seats pass on what they heard."""
    beside = instrument.beside(compiled, piece)

    def explained(quantity: Quantity) -> bool:
        return piece.shared != "each" and any(
            reader.is_right(quantity) for other in beside for reader in other.readers.values()
        )

    return gather(compiled, piece, topic, explained, loosely)


def _pointed_at(compiled: Compiled, scene: Scene, at: int, read: Evidence) -> Evidence:
    """Take from the sentence before which one is meant by "that test", "the same test"."""
    piece, home = scene.pieces[at], scene.homes[at]
    gone = [name for name in compiled.categories if read.found[name].state == "missing"]
    if not gone or not home or _SAME.isdisjoint([token.low for token in piece.tokens[piece.first : piece.last]]):
        return read
    points = any(
        piece.tokens[one].low in _SAME
        and any(token.stem in compiled.topic for token in piece.tokens[one + 1 : min(one + 4, piece.last)])
        for one in range(piece.first, piece.last)
    )
    if not points:
        return read
    before = scene.of_sentence(home - 1)
    found = dict(read.found)
    for name in gone:
        said = {compiled.readers[name].read(one, lambda _: False).state for one in before}
        if said & {"right", "wrong"} and len(said - {"missing"}) == 1:
            found[name] = Found("right" if "right" in said else "wrong", piece.first, piece.first + 1)
    return read._replace(found=found)


_SAME = bag("that same this")


def _did_not(compiled: Compiled, scene: Scene, at: int, read: Evidence) -> Evidence:
    """Take from the sentence before what it is that something did not do: "A passed on 4 May. B did not, on 6 May."."""
    piece, home = scene.pieces[at], scene.homes[at]
    lows = [token.low for token in piece.tokens[piece.first : piece.last]]
    place = next((one for one in range(len(lows) - 1) if lows[one] in _DID and lows[one + 1] == "not"), None)
    if place is None or not home or not piece.explicit or lows[place + 2 : place + 3] not in _ENDS:
        return read
    before = scene.of_sentence(home - 1)
    for name, direction in compiled.directions.items():
        told = [
            hit
            for one in before
            for hit in direction.hits(one.tokens, one.first, one.last, compiled.topic, one.named | one.aside)
        ]
        if direction.binary and len({hit.sense for hit in told}) == 1 and told[0].sense:
            first, topic = piece.first + place, any(one.topical & compiled.topic for one in before)
            hit = Hit(first, first + 2, -told[0].sense, own=True, guarded=False, denied=True)
            read = read._replace(way={name: hit}, topic=read.topic or topic)
    return read


_DID = bag("did was were has have")
_ENDS = [[], ["."], [","], [";"], ["on"], ["in"]]


def _general(compiled: Compiled, piece: Piece) -> bool:
    """Whether a piece without a subject says something of a topic wherever it is found."""
    for at in range(piece.first, piece.last):
        if piece.tokens[at].stem not in compiled.topic or piece.tokens[at].low in compiled.readers:
            continue
        before = [token.low for token in piece.tokens[max(piece.first, at - 3) : at]]
        after = {token.low for token in piece.tokens[at + 1 : min(at + 5, piece.last)]}
        if _ALL.intersection(before) or (not _ONE.intersection(before) and _STANDS & after):
            return True
    return False


_ALL = bag("all every each any no")
_ONE = bag("a an the this that its his her their our one")
_STANDS = bag("is are remains remain stays stay were was look looks")


def _repeated(compiled: Compiled, scene: Scene, others: Sequence[Evidence], sentence: int) -> Verdict:
    """Return kept for a statement that occurs word for word, unless other words contradict it."""
    against = weigh(compiled, [one for one in others if one.piece.explicit and one.topic])
    if against.fate in ("altered", "inverted"):
        why = against.why.removesuffix(THOUGH) + THOUGH
        return against.model_copy(update={"why": why})
    slots: dict[str, SlotState] = {slot.name: "right" for slot in compiled.statement.slots}
    return Verdict(
        statement=compiled.statement.id,
        fate="kept",
        slots=slots,
        why="stands word for word",
        evidence=scene.span(sentence),
    )


def _mentioned(compiled: Compiled, scene: Scene) -> Verdict:
    """Return blurred if a vague wording occurs word for word, else omitted."""
    nothing = omitted(compiled)
    hint = scene.hints.get(compiled.statement.id)
    if hint is None:
        return nothing
    update = {"fate": "blurred", "why": "mentioned, without its values", "evidence": scene.span(hint)}
    return nothing.model_copy(update=update)
