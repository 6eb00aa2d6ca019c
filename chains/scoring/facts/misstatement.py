"""Misstatements: true parts of a fact put together so that they misinform the reader.

Three ways in which language models misstate a fact whose words they keep:

- a difference becomes a whole: "32 kg under its planned weight" is told as "the weight is 32 kg",
  "rose by 22%" as "rose to 22%";
- the property gets a figure of another kind: "lowered its price by 21%" is told as "lowered its price by 2.2 mm/s";
- the figures get another predicate: "25 of 39 reports are open" is told as "25 of 39 reports were approved".

A reader would be misinformed by each, so the statement is altered and not merely blurred.
"""

from collections.abc import Sequence

from chains.scoring.facts.compiled_statement import Compiled
from chains.scoring.facts.evidence import Evidence
from chains.scoring.facts.slot_readers import NumberSlot
from chains.scoring.text.ledger_stems import bag, stem, stems

_DIFFERENCES = stems(
    "over under above below rose fell raised lowered more fewer higher lower better worse less longer slower faster"
)
"""Directions that compare: their number is a difference, never the thing's own size."""
_WHOLE = stems("weighs measures totals is was were are be been to at of as took take lasted needed came")
"""Words before a number that make it the size of the thing itself."""
_HAS = bag("has had have counts counted")
_GAPS = stems(
    "gap difference different between deviation apart discrepancy margin off away change changed shift compared versus "
    "against"
)
"""Words that make a number a difference, without a direction."""
_PREDICATES = stems(
    "failed passed approved rejected accepted expired renewed cancelled confirmed lost gained closed open stopped "
    "restarted missed met crashed recovered leaked delivered"
)
"""Predicates; the statement's figures with another predicate state something else."""
_NEAR = 2


def misstated(compiled: Compiled, about: Sequence[Evidence]) -> tuple[str, Evidence] | None:
    """Return why a statement that is not stated in full is altered rather than blurred, and where; None if it is."""
    for evidence in about:
        why = _whole(compiled, evidence) or _foreign(compiled, evidence) or _other_predicate(compiled, evidence)
        if why:
            return why, evidence
    return None


def compares(compiled: Compiled) -> bool:
    """Whether a statement's direction makes its number a difference; not if the number is a goal's limit."""
    return not compiled.asked and any(
        stem(str(slot.value).split()[-1]) in _DIFFERENCES
        for slot in compiled.statement.slots
        if slot.kind == "direction"
    )


def _whole(compiled: Compiled, evidence: Evidence) -> str | None:
    if evidence.way or not evidence.topic or not compares(compiled):
        return None
    tokens = evidence.piece.tokens
    if any(token.stem in _GAPS for token in tokens):
        return None
    for name, found in evidence.found.items():
        reader = compiled.readers[name]
        if not isinstance(reader, NumberSlot) or found.state != "right" or not found.first:
            continue
        before, compared = tokens[found.first - 1], found.last < len(tokens) and tokens[found.last].low.endswith("er")
        compared = compared or before.stem in reader.cues & {
            "from",
            "to",
        }  # "from 4 to 31 minutes", where the ledger has that too
        whole = before.low in _HAS if reader.bare else before.stem in _WHOLE and not compared  # "is 11% hungrier"
        if whole:
            return f"says {evidence.words(found)!r} as a whole, where it was a difference"
    return None


def _foreign(compiled: Compiled, evidence: Evidence) -> str | None:
    """Return the reason if the property's number is given in a unit of another kind."""
    if not evidence.topic:
        return None
    tokens = evidence.piece.tokens
    ways = [at for hit in evidence.way.values() for at in (hit.first, hit.last - 1)]
    for name, found in evidence.found.items():
        reader = compiled.readers[name]
        if not isinstance(reader, NumberSlot) or reader.bare or found.state != "missing":
            continue
        for quantity in evidence.strange:
            by = quantity.first > 0 and tokens[quantity.first - 1].low == "by"
            beside = any(min(abs(at - quantity.first), abs(at - quantity.last + 1)) <= _NEAR for at in ways)
            if beside or (by and ways):
                said = " ".join(token.text for token in tokens[quantity.first : quantity.last])
                return f"says {said!r} where {name} was {reader.slot.text!r}"
    return None


def _said(compiled: Compiled) -> list[str]:
    """Return the words of a statement's direction and of its opposite."""
    ways = [slot for slot in compiled.statement.slots if slot.kind == "direction"]
    return [str(word) for slot in ways for word in (slot.value, slot.opposite)]


def _other_predicate(compiled: Compiled, evidence: Evidence) -> str | None:
    if evidence.way or not compiled.directions or not evidence.values or not evidence.topic:
        return None
    if not any(stem(part) in _PREDICATES for word in _said(compiled) for part in word.split()):
        return None  # "the visit is confirmed for 15 June": whether in the morning is left open
    own = {words for direction in compiled.directions.values() for words in direction.wordings}
    for at in range(evidence.piece.first, evidence.piece.last):
        token = evidence.piece.tokens[at]
        nearly = [one.low for one in evidence.piece.tokens[at : at + 2]] == ["close", "to"]
        other = token.stem in _PREDICATES and at not in evidence.piece.named and not nearly
        if other and token.stem not in own | compiled.topic | compiled.literal:
            true = next(slot for slot in compiled.statement.slots if slot.name in compiled.directions)
            return f"says {token.text!r} where it was {true.text!r}"
    return None
