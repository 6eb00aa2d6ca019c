"""What became of a fact's certainty in a message: of its hedge, and of who says so.

Beside the fates, which it never changes. For each fact that a message still mentions:

- a fact with a hedge: *kept* if the message leaves open what the ledger leaves open, in whatever words; *strengthened*
  if it does not and says, in so many words, that it is sure ("confirmed", "no doubt"; for a cause that nobody knew, if
  it names one or calls it known); *dropped* if it does neither, so that the fact stands as plain fact.
- a fact without a hedge: *added* if the message makes it uncertain or says that nobody knows why, else *none*.
- a fact with a source: *kept* if the source is named, or what it is ("the vendor"); *changed* if someone else is named
  as saying so; *dropped* otherwise, "reportedly" included.

`likely`, `unconfirmed` and `estimate` are one doubt in different words, so that any of their words keeps each. An open
cause is kept by words about the cause alone; a cause that is only suspected leaves it open.

These rules are part of the instrument: a change of them needs a new version (`reading.INSTRUMENT`).
"""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from chains.fates import ELSEWHERE
from chains.scoring.facts.compiled_statement import Compiled
from chains.scoring.facts.instrument import Instrument
from chains.scoring.facts.parsed_message import Scene
from chains.scoring.facts.verdict import Verdict
from chains.scoring.text.certainty_words import (
    cause_open,
    cause_told,
    is_hearsay,
    leaves_open,
    makes_sure,
    roughly,
    sources_in,
)
from chains.scoring.text.ledger_stems import STOP
from chains.worlds.facts.ledger import Fact

HedgeFate = Literal["kept", "dropped", "strengthened", "added", "none"]
SourceFate = Literal["kept", "dropped", "changed", "none"]
HEDGE_LETTERS: dict[HedgeFate, str] = {"kept": "K", "dropped": "D", "strengthened": "S", "added": "A", "none": "N"}
"""How what became of a hedge is written in a reading."""
SOURCE_LETTERS: dict[SourceFate, str] = {"kept": "K", "dropped": "D", "changed": "C", "none": "N"}
"""How what became of a source is written in a reading."""
HEDGE_OF = {letter: fate for fate, letter in HEDGE_LETTERS.items()}
SOURCE_OF = {letter: fate for fate, letter in SOURCE_LETTERS.items()}


class CertaintyTold(NamedTuple):
    """What became of the certainty of each fact of a world in a message."""

    hedges: str
    """A letter for each fact: see `HEDGE_LETTERS`; - for a fact that is not mentioned, or held elsewhere."""
    sources: str
    """The same by `SOURCE_LETTERS`."""


def certainty_told(
    instrument: Instrument, facts: Sequence[Fact], message: str, verdicts: Mapping[str, Verdict]
) -> CertaintyTold:
    """Return what became of the certainty of each fact.

    Args:
        instrument: The instrument for the facts' world.
        facts: The world's facts, in its order.
        message: What a seat wrote.
        verdicts: What the instrument read in it.
    """
    hedges, sources = [], []
    compiled = {one.statement.id: one for one in instrument.ledger}
    for fact in facts:
        verdict = verdicts.get(fact.id)
        if verdict is None or verdict.evidence is None or verdict.fate == "omitted":
            hedges.append(ELSEWHERE)
            sources.append(ELSEWHERE)
            continue
        around = words_about(compiled[fact.id], instrument.parsed(message), message, verdict.evidence)
        hedges.append(HEDGE_LETTERS[hedge_fate(fact, around)])
        sources.append(SOURCE_LETTERS[source_fate(fact, around)])
    return CertaintyTold("".join(hedges), "".join(sources))


class Around(NamedTuple):
    """The words of a message about one fact."""

    text: str
    """All of them: its sentence without what is said of other subjects, what heads its list, what refers back to it."""
    clauses: str
    """The clauses that tell it, and short ones beside them."""


def words_about(compiled: Compiled, scene: Scene, message: str, evidence: tuple[int, int]) -> Around:
    """Return the words of a message that may tell how sure a fact is.

    Args:
        compiled: The fact.
        scene: The message, parsed.
        message: The message.
        evidence: The words that decided its fate.
    """
    text, clauses = [], []
    home = scene.sentence_at(evidence[0])
    heading = scene.heading_of(home)
    if heading is not None:
        text.append(message[slice(*scene.span(heading))])
    before = scene.goes_on_from(home, compiled.subject)
    parts = list(scene.parts_of(home, compiled.subject))
    for start, end, others in parts if before is None else [*scene.parts_of(before, compiled.subject), *parts]:
        if others:
            continue
        words = message[start:end]
        text.append(words)
        told = start < evidence[1] and evidence[0] < end
        if told or len(words.split()) <= _SHORT:
            clauses.append(words)
    for after in islice(scene.following(home), _MOST_AFTER):
        words = message[slice(*scene.span(after))]
        if any(others for _, _, others in scene.parts_of(after, compiled.subject)) or not _REFERS.match(words):
            break
        text.append(words)
        if len(words.split()) <= 2 * _SHORT:
            clauses.append(words)
    return Around(_without_consequences(" ".join(text)), _without_consequences(" ".join(clauses)))


_MOST_AFTER = 2
"""Sentences after a fact's own that may say how sure it is."""
_SHORT = 6
"""Words of a clause that only adds to the one beside it."""
_REFERS = re.compile(
    r"\W*(?:this|that|it|its|the|these|those|a|an|no|nobody|none|we|i|source|root|cause|reason|why|un\w+|still|not|yet|"
    r"to be|as|so|confirm\w*|verif\w*|pending|awaiting|preliminary|provisional|estimate\w*|both|all|according|per|by|"
    r"for|how|what|tbc|tbd)\b",
    re.IGNORECASE,
)
"""How a sentence begins that says something of the one before it."""
_CONSEQUENCES = re.compile(
    r",?\s*\b(?:which|so|and this|and that|and it|meaning|this|thus|therefore|hence)\s+(?:\w+\s+){0,2}?"
    r"(?:will|would|may|might|could|can|should|(?:is|are) likely|is expected|probably|possibly|likely)\b"
    r"(?!\s+(?:be\s+)?(?:wrong|mistaken|an? error|change))[^.;]*",
    re.IGNORECASE,
)
"""What may follow from something is not how sure it is: ", which could delay the start"."""


def _without_consequences(text: str) -> str:
    return _CONSEQUENCES.sub(" ", text)


def hedge_fate(fact: Fact, around: Around) -> HedgeFate:
    """Return what became of a fact's hedge."""
    known = fact.certainty
    own = _own_words(fact)
    hedge = None if known is None else known.hedge
    if hedge is None:
        figures = [slot.text for slot in fact.slots if slot.kind in ("number", "count")]
        doubted = leaves_open(around.text, around.clauses, own, rough=False) or cause_open(around.text)
        doubted = doubted or any(roughly(around.text, figure) for figure in figures)
        unsourced = known is None or known.source is None
        return "added" if doubted or (unsourced and is_hearsay(around.text)) else "none"
    if hedge == "cause":
        if cause_open(around.text):
            return "kept"
        if not cause_told(around.text, own):
            return "dropped"
        return "kept" if leaves_open(around.text, around.clauses, own, rough=False) else "strengthened"
    if leaves_open(around.text, around.clauses, own, rough=hedge == "estimate") or is_hearsay(around.text):
        return "kept"
    return "strengthened" if makes_sure(around.text, own) else "dropped"


def source_fate(fact: Fact, around: Around) -> SourceFate:
    """Return what became of who says that a fact is so."""
    if fact.certainty is None or fact.certainty.source is None:
        return "none"
    if _names(fact.certainty.source, around.text):
        return "kept"
    own = _own_words(fact)
    others = [who for who in sources_in(around.text) if not set(who.split()) - STOP <= own]
    return "changed" if others else "dropped"


def _names(source: str, text: str) -> bool:
    """Whether a text names a source: by its name or code, by all of its words, or by what it is ("the vendor")."""
    words = [word for word in source.split() if word.lower() not in ("the", "a", "an")]
    names = [word for word in words if not word.islower()]
    kind = [word for word in words if word.islower()]
    if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in names):
        return True
    if len(kind) > 1 and re.search(rf"\b{' '.join(map(re.escape, kind))}\b", text, re.IGNORECASE):
        return True
    return any(
        re.search(rf"\b(?:the|our|their|that)\s+{re.escape(word)}\b(?!\s+(?-i:[A-Z]))", text, re.IGNORECASE)
        for word in kind[-1:]
    )


def _own_words(fact: Fact) -> set[str]:
    """Return the words in which a fact is told whatever is known of it, in lower case."""
    slots = (text for slot in fact.slots for text in (slot.text, *slot.also, slot.opposite or "", *slot.opposites))
    texts = (fact.subject, *fact.aliases, *fact.topic, *fact.templates, *slots)
    return {word for text in texts for word in re.findall(r"[a-z'-]+", text.lower())} - STOP
