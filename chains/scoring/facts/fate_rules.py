"""Decide a statement's fate from the evidence in the pieces of a message."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chains.fates import Fate
from chains.scoring.facts.compiled_statement import Compiled
from chains.scoring.facts.count_reader import CountSlot
from chains.scoring.facts.evidence import Evidence
from chains.scoring.facts.misstatement import misstated
from chains.scoring.facts.verdict import SlotState, Verdict

THOUGH = ", though it is said rightly elsewhere"


@dataclass
class Tally:
    """The evidence of all pieces about one slot."""

    name: str
    right: list[Evidence] = field(default_factory=list)
    wrong: list[Evidence] = field(default_factory=list)
    half: list[Evidence] = field(default_factory=list)
    """Evidence that gives part of the slot, or leaves it open."""

    @property
    def state(self) -> SlotState:
        """What the message says about the slot."""
        if self.wrong:
            return "wrong"
        return "right" if self.right else "missing"


def weigh(compiled: Compiled, seen: Sequence[Evidence]) -> Verdict:
    """Return the verdict on a statement, given its evidence in every piece that may be about it."""
    about = [evidence for evidence in _linked(compiled, seen) if evidence.about]
    tallies = {slot.name: _tally(compiled, slot.name, about) for slot in compiled.statement.slots}
    mentioned = any(one.topic for one in about) or any(one.right or one.wrong or one.half for one in tallies.values())
    if not mentioned:
        return omitted(compiled)
    fate, why, decisive = _lost(compiled, about, tallies) or _faded(compiled, about, tallies)
    slots = {name: tally.state for name, tally in tallies.items()}
    return Verdict(statement=compiled.statement.id, fate=fate, slots=slots, why=why, evidence=decisive.span)


def omitted(compiled: Compiled) -> Verdict:
    """Return the verdict on a statement that a message does not mention."""
    slots: dict[str, SlotState] = {slot.name: "missing" for slot in compiled.statement.slots}
    return Verdict(statement=compiled.statement.id, fate="omitted", slots=slots, why="not mentioned", evidence=None)


Finding = tuple[Fate, str, Evidence]


def _lost(compiled: Compiled, about: Sequence[Evidence], tallies: dict[str, Tally]) -> Finding | None:
    """Return inverted or altered if the message contradicts the statement."""
    for name in compiled.directions:
        if tallies[name].wrong and (other := _other_rest(compiled, tallies[name].wrong)) is not None:
            return "altered", *other
        if tallies[name].wrong:
            return "inverted", _flipped(compiled, tallies[name]), tallies[name].wrong[0]
    for evidence in about:
        if evidence.turned is not None:
            said = "denies" if evidence.turned.denied else "says"
            return "inverted", f"{said} {evidence.words(evidence.turned)!r}", evidence
    for slot in compiled.keys:
        if tallies[slot.name].wrong:
            return "altered", _changed(compiled, tallies[slot.name]), tallies[slot.name].wrong[0]
    return None


def _other_rest(compiled: Compiled, wrong: Sequence[Evidence]) -> tuple[str, Evidence] | None:
    """Return why a count is another, where its rest is told and is another too: 41 of 58 passed, where 15 failed."""
    for evidence in wrong:
        for name, found in evidence.found.items():
            slot = compiled.statement.slot(name)
            rest = found.state == "wrong" and found.held is not None and found.held not in (slot.value, slot.of)
            if rest and not any(hit.denied for hit in evidence.way.values()):
                return f"says {evidence.words(found)!r} of the others, where {name} was {slot.text!r}", evidence
    return None


def _faded(compiled: Compiled, about: Sequence[Evidence], tallies: dict[str, Tally]) -> Finding:
    """Return blurred or kept if nothing stated is wrong; altered if true parts misinform."""
    keys = [tallies[slot.name] for slot in compiled.keys]
    gone = [tally for tally in keys if not tally.right]
    if gone and (other := misstated(compiled, about)) is not None:
        return "altered", *other
    if gone:
        best = max(about, key=lambda evidence: (evidence.values, len(evidence.way), evidence.topic))
        return "blurred", _gone(compiled, gone), best
    if not _in_one_place(about, keys):
        best = max(about, key=lambda evidence: (evidence.values, len(evidence.way), evidence.topic))
        return "blurred", "its key slots stand only in sentences apart from each other", best
    decisive = [min(tally.right, key=lambda evidence: evidence.hedge is not None) for tally in keys] or list(about)
    for evidence in decisive:
        if evidence.hedge is not None:
            return "blurred", f"hedged: {evidence.hedge!r}", evidence
    return "kept", "every key slot is there and right", max(decisive, key=lambda evidence: evidence.values)


def _in_one_place(about: Sequence[Evidence], keys: Sequence[Tally]) -> bool:
    """Whether one sentence, with those that continue it, states every key slot.

    A sentence goes on if it stands next to the one before it or does not name the subject anew.
    """
    explicit: dict[int, bool] = {}
    for evidence in about:
        at = evidence.sentence
        explicit[at] = explicit.get(at, False) or evidence.piece.explicit
    runs: list[set[int]] = []
    for at in sorted(explicit):
        if runs and (at - 1 in runs[-1] or not explicit[at]):
            runs[-1].add(at)
        else:
            runs.append({at})
    return any(all(any(one.sentence in run for one in tally.right) for tally in keys) for run in runs)


def _linked(compiled: Compiled, seen: Sequence[Evidence]) -> list[Evidence]:
    """Let the pieces of one sentence vouch for each other, unless its subject has other statements too."""
    if not compiled.sole:
        return list(seen)
    firm = {evidence.sentence for evidence in seen if evidence.firm}
    return [one._replace(beside=True) if one.sentence in firm else one for one in seen]


def _tally(compiled: Compiled, name: str, about: Sequence[Evidence]) -> Tally:
    tally = Tally(name)
    for evidence in about:
        if name in compiled.directions:
            _add_direction(tally, evidence)
        else:
            _add_value(tally, evidence)
    if not tally.right and not tally.wrong and isinstance(reader := compiled.readers.get(name), CountSlot):
        tally.right += _in_halves(reader, about, name)
    if corrected := [
        one for one in tally.wrong if one.corrects and all(one.sentence > it.sentence for it in tally.right)
    ]:
        tally.right, tally.wrong = [], corrected
    if tally.right:
        # Right somewhere: only another sentence that is plainly about the same subject and property contradicts it.
        rightly = {evidence.sentence for evidence in tally.right}
        tally.wrong = [one for one in tally.wrong if one.piece.explicit and one.topic and one.sentence not in rightly]
    return tally


def _in_halves(reader: CountSlot, about: Sequence[Evidence], name: str) -> list[Evidence]:
    """Return where a count is told in two clauses: "the check took in 26 trays; nine failed"."""
    total, value = float(reader.slot.of or 0), float(reader.slot.value)
    wholes = [one.sentence for one in about if one.found[name].held == total]
    out = []
    for one in about:
        senses = {hit.sense for hit in one.way.values()}
        own = one.found[name].held == value and senses == {1}
        rest = one.found[name].held == total - value and senses == {-1}
        if (own or rest) and any(one.sentence - at in (0, 1) for at in wholes):
            out.append(one)
    return out


def _add_direction(tally: Tally, evidence: Evidence) -> None:
    hit = evidence.way.get(tally.name)
    if hit is None:
        return
    # "33 of 40 passed" says that 7 failed; "33 of 40 failed" has a wrong number, not a wrong direction.
    complement = any(found.complement for found in evidence.found.values())
    sense = abs(hit.sense) if complement else hit.sense
    if sense == -1 and any(found.pooled for found in evidence.found.values()):
        sense = 0
    anchored = (
        evidence.topic
        or evidence.corrects
        or any(found.state in ("right", "wrong") for found in evidence.found.values())
    )
    if sense == 1:
        tally.right.append(evidence)
    elif sense == -1 and (anchored or (hit.own and not hit.guarded)):
        tally.wrong.append(evidence)
    else:
        tally.half.append(evidence)


def _add_value(tally: Tally, evidence: Evidence) -> None:
    found = evidence.found[tally.name]
    if found.state == "right" and found.complement:
        senses = {hit.sense for hit in evidence.way.values()}
        side = tally.right if senses == {-1} else tally.wrong if senses == {1} else tally.half
        side.append(evidence)
    elif found.state == "right" and not (found.sweeping and not evidence.way):
        tally.right.append(evidence)
    elif found.state == "vague" or (found.sweeping and not evidence.way):
        tally.half.append(evidence)
    elif found.state == "wrong" and evidence.firm:
        tally.wrong.append(evidence)


def _though(tally: Tally) -> str:
    return THOUGH if tally.right else ""


def _flipped(compiled: Compiled, tally: Tally) -> str:
    evidence = tally.wrong[0]
    hit = evidence.way[tally.name]
    said = "denies" if hit.denied else "says"
    true = compiled.statement.slot(tally.name).text
    return f"{said} {evidence.words(hit)!r} where it was {true!r}{_though(tally)}"


def _changed(compiled: Compiled, tally: Tally) -> str:
    evidence = tally.wrong[0]
    said, true = evidence.words(evidence.found[tally.name]), compiled.statement.slot(tally.name).text
    return f"says {said!r} where {tally.name} was {true!r}{_though(tally)}"


def _gone(compiled: Compiled, gone: Sequence[Tally]) -> str:
    parts = []
    for tally in gone:
        true = compiled.statement.slot(tally.name).text
        part = next((one.words(one.found[tally.name]) for one in tally.half if tally.name in one.found), "")
        parts.append(f"{tally.name} {true!r} is only {part!r}" if part else f"{tally.name} {true!r} is gone")
    return "mentioned, but " + " and ".join(parts)
