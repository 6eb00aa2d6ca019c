"""Statements made ready to be looked for: their topic words, the readers of their slots, their renderings as words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from chains.scoring.facts.direction_reader import Direction, compile_direction, content
from chains.scoring.facts.ledger_vocabulary import known_tokens, unfilled, vocabulary, wordings_in
from chains.scoring.facts.slot_readers import Reader, clocks_of, compile_slot
from chains.scoring.facts.subjects import Subjects
from chains.scoring.text.ledger_stems import STOP, bag, stem
from chains.scoring.text.near_topics import near_topics
from chains.scoring.text.negation import hedge
from chains.scoring.text.quantities import quantities_of
from chains.scoring.text.tokens import Wording
from chains.worlds.charters.charter import Clause
from chains.worlds.facts.certainty import AS_KNOWN, ways_to_say
from chains.worlds.facts.ledger import Fact, Slot, Statement, holes_of
from chains.worlds.facts.limit_phrases import KEEP_ABOVE, KEEP_BELOW

Rendering = tuple[Wording, ...]
"""A rendering, sentence by sentence."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """A statement, ready."""

    statement: Statement
    subject: int
    topic: frozenset[str]
    """Stems that show which property is meant."""
    near: frozenset[str]
    """Stems of words that speak of that property without naming it."""
    unique: frozenset[str]
    """Those of them that no other statement has."""
    distinct: frozenset[str]
    """Those that no other statement about the same subject has."""
    literal: frozenset[str]
    """Stems of the renderings' own words."""
    in_name: bool
    """Whether the subject's name shows the topic ("fire audit")."""
    sole: bool
    """Whether no other statement has the same subject."""
    readers: dict[str, Reader]
    """Of each slot that is no direction, by name."""
    directions: dict[str, Direction]
    """Of each direction slot, by name."""
    sense: Direction | None
    """Where no slot is a direction: the words of the renderings that could be turned round."""
    literals: frozenset[float]
    """Numbers that stand in the renderings themselves, such as a limit."""
    renderings: tuple[Rendering, ...]
    """Every true rendering, as words."""
    vague: tuple[Rendering, ...]
    hedged: bool
    """Whether the renderings themselves hedge, or name who says so, so that a hedge takes nothing away."""
    denied: bool
    """Whether the renderings themselves deny something, so that a denial turns nothing round."""
    asked: bool
    """Whether it is asked for, as a clause is, rather than true."""
    forbids: bool
    """Whether it forbids something, so that "may" is a direction and no doubt."""

    @cached_property
    def telling(self) -> frozenset[str]:
        """The stems that show its topic: of its subject, where others have the topic too."""
        return self.topic if self.sole or not self.distinct else self.distinct

    @cached_property
    def days(self) -> frozenset[str]:
        """The names of the slots that hold a day."""
        return frozenset(slot.name for slot in self.statement.slots if slot.kind == "date")

    @cached_property
    def foretells(self) -> bool:
        """Whether it says what will happen."""
        return any(" will " in f" {template} " for template in self.statement.templates)

    @cached_property
    def categories(self) -> list[str]:
        """The names of the slots that hold a category."""
        return [slot.name for slot in self.statement.slots if slot.kind == "category"]

    @property
    def keys(self) -> list[Slot]:
        """The slots that must be stated."""
        return [slot for slot in self.statement.slots if slot.key]


def compile_ledger(statements: Sequence[Statement], subjects: Subjects) -> list[Compiled]:
    """Make the statements of a ledger ready, each knowing what the others talk about."""
    topics = {statement.id: _topic(statement) for statement in statements}
    own = [
        token.low
        for one in statements
        for text in (one.subject, *one.aliases, *[str(slot.value) for slot in one.slots])
        for token in known_tokens(text)
    ]
    shared = [vocabulary((*one.templates, *one.vague, *one.topic), holes=True) for one in statements]
    known = frozenset(own).union(*[kind.all for kind in shared])
    ledger = _Ledger(
        subjects,
        topics,
        known,
        Counter(subjects.of[name] for name in topics),
        Counter(word for topic in topics.values() for word in topic),
        Counter((subjects.of[name], word) for name, topic in topics.items() for word in topic),
    )
    return [_compile(statement, ledger) for statement in statements]


class _Ledger(NamedTuple):
    """What a statement is compiled with: what the others talk about."""

    subjects: Subjects
    topics: dict[str, frozenset[str]]
    """By statement id."""
    known: frozenset[str]
    """Every word of the ledger."""
    about: Counter[int]
    """How many statements are about each subject."""
    topical: Counter[str]
    """How many statements have a stem in their topic."""
    topical_of: Counter[tuple[int, str]]
    """How many of those about a subject have."""


def _compile(statement: Statement, ledger: _Ledger) -> Compiled:
    subject, topic = ledger.subjects.of[statement.id], ledger.topics[statement.id]
    own = _own_words(statement.templates, statement.vague)
    asked = isinstance(statement, Clause)
    clocks = clocks_of(statement.slots)
    qualified = isinstance(statement, Fact) and statement.certainty is not None
    directions = {
        slot.name: compile_direction(slot, own.literal, asked=asked, valence=getattr(statement, "valence", "neutral"))
        for slot in statement.slots
        if slot.kind == "direction"
    }
    return Compiled(
        statement=statement,
        subject=subject,
        topic=topic,
        near=near_topics(topic),
        unique=frozenset(word for word in topic if ledger.topical[word] == 1),
        distinct=frozenset(word for word in topic if ledger.topical_of[subject, word] == 1),
        literal=own.literal,
        in_name=topic <= _with_deeds(_head(statement.subject)),
        sole=ledger.about[subject] == 1,
        readers={
            slot.name: compile_slot(
                slot,
                statement.templates,
                topic,
                ledger.known,
                limit=asked and bool(directions),
                clocks=clocks,
            )
            for slot in statement.slots
            if slot.kind != "direction"
        },
        directions=directions,
        sense=None if directions else _sense(statement, topic),
        literals=own.literals,
        renderings=tuple(map(wordings_in, _renderings(statement))),
        vague=tuple(map(wordings_in, statement.hints())),
        hedged=own.hedged or qualified,
        denied=own.denied,
        asked=asked,
        forbids=isinstance(statement, Clause) and statement.must_not,
    )


def _renderings(statement: Statement) -> Iterator[str]:
    """Yield the true renderings; what has become of its hedge or its source leaves a fact true."""
    yield from statement.renderings()
    if isinstance(statement, Fact) and statement.certainty is not None:
        for said in ways_to_say(statement.certainty):
            if said != AS_KNOWN and said.hedge != "added":
                yield from (statement.said(template, said) for template in statement.templates)


def _head(subject: str) -> frozenset[str]:
    """Return the stems of what a subject is called: of what has a code, the last alone ("car" of "test car X-19")."""
    tokens = known_tokens(subject)
    if all(token.kind != "code" for token in tokens):
        return frozenset(content(subject))
    return frozenset([token.stem for token in tokens if token.kind == "word" and token.low not in STOP][-1:])


class _Plain(NamedTuple):
    """A template without its holes: what its own words say."""

    content: tuple[str, ...]
    """Stems of the words that carry meaning, in order."""
    values: tuple[float, ...]
    """Numbers that stand in it."""
    hedged: bool
    denied: bool


@lru_cache(maxsize=4096)
def _plain(template: str) -> _Plain:
    """Read a template's own words; kept, as the worlds of a setting share their templates."""
    tokens = unfilled(template)
    return _Plain(
        content(re.sub(r"\{\w+\}", " ", template)),
        tuple(quantity.value for quantity in quantities_of(tokens)),
        hedge(tokens, 0, len(tokens)) is not None,
        any(token.low in ("not", "no", "never", "without") for token in tokens),
    )


class _Own(NamedTuple):
    """What the words of templates say whatever fills their holes; see `Compiled`."""

    literal: frozenset[str]
    literals: frozenset[float]
    hedged: bool
    denied: bool


@lru_cache(maxsize=512)
def _own_words(templates: tuple[str, ...], vague: tuple[str, ...]) -> _Own:
    """Read the words of a statement's templates; kept, as the worlds of a setting share their kinds of fact."""
    plain = [_plain(template) for template in templates]
    return _Own(
        frozenset(word for one in (*plain, *map(_plain, vague)) for word in one.content),
        frozenset(value for one in plain for value in one.values),
        any(one.hedged for one in plain),
        any(one.denied for one in plain),
    )


def _topic(statement: Statement) -> frozenset[str]:
    """Return the stems of the topic; of the words that at least half of the templates share, if no topic is given."""
    given = frozenset(word for words in statement.topic for word in _telling(content(words)))
    if given:
        return _with_deeds(given)
    subject = {word for words in (statement.subject, *statement.aliases) for word in content(words)}
    counts = Counter(word for template in statement.templates for word in set(_plain(template).content))
    needed = len(statement.templates) / 2
    return frozenset(word for word, count in counts.items() if count >= needed and word not in subject | STOP)


def _with_deeds(topic: frozenset[str]) -> frozenset[str]:
    """Add to "calibration" what is done: "calibrated", "recalibrated", "recalibration"."""
    deeds = {word.removesuffix("ion") for word in topic if word.endswith("ation")}
    return topic.union(*[{deed, f"re{deed}", f"re{deed}ion"} for deed in deeds])


def _telling(stems: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a topic that show it by themselves: the last, or the others where the last says little.

    "Safety checks" is shown by "checks" and not by "safety"; "waiting time" by "waiting".
    """
    return stems[-1:] if not stems or stems[-1] not in _GENERIC or len(stems) == 1 else stems[:-1]


_GENERIC = frozenset(
    stem(word) for word in bag("time rate level number run status figure amount share total count plan")
)


def _sense(statement: Statement, topic: frozenset[str]) -> Direction | None:
    """Return the direction that lies in the renderings' own words ("passed the audit"), where no slot holds it."""
    from_words = Counter(
        word for template in statement.templates for word in _plain(template).content if holes_of(template)
    )
    if isinstance(statement, Clause) and (side := _side(statement)) is not None:
        return side
    words = sorted(topic | set(from_words))
    for word in words:
        for other in _OPPOSITES.get(word, ()):
            return compile_direction(Slot(name="sense", kind="direction", value=word, opposite=other))
    return None


def _side(clause: Clause) -> Direction | None:
    """Return on which side of its limit a clause wants something, where every rendering says so before a number."""
    numbers = [slot.name for slot in clause.slots if slot.kind == "number"]
    before = {
        " ".join(template.partition("{" + name + "}")[0].split()[-2:]).lower()
        for template in clause.templates
        for name in numbers
        if "{" + name + "}" in template
    }
    for here, there in ((KEEP_BELOW, KEEP_ABOVE), (KEEP_ABOVE, KEEP_BELOW)):
        if before and all(
            any(f" {words}".endswith(f" {word}") for word in (here.word, *here.also)) for words in before
        ):
            slot = Slot(
                name="sense", kind="direction", value=here.word, also=here.also,
                opposite=there.word, opposites=there.also,
            )  # fmt: skip
            return compile_direction(slot, asked=True)
    return None


_PAIRS = (
    ("pass", "fail"), ("meet", "miss"), ("accept", "reject"), ("approv", "reject"), ("win", "lose"),
    ("confirm", "cancel"),
    ("resign", "join"), ("rise", "fall"), ("increas", "decreas"), ("late", "early"), ("renew", "expir"),
)  # fmt: skip
_OPPOSITES: dict[str, tuple[str, ...]] = {}
for _one, _other in _PAIRS:
    _OPPOSITES[_one] = (*_OPPOSITES.get(_one, ()), _other)
    _OPPOSITES[_other] = (*_OPPOSITES.get(_other, ()), _one)
