"""From what the pieces of a message say of a statement to its fate."""

from collections.abc import Sequence

from chains.drift.evidence import Evidence
from chains.drift.statements import Compiled
from chains.drift.verdict import Fate, SlotState, Verdict


class _Count:
    """What all pieces together say of one slot."""

    def __init__(self, name: str, key: bool) -> None:
        self.name = name
        self.key = key
        self.right: list[Evidence] = []
        self.wrong: list[Evidence] = []
        self.half: list[Evidence] = []

    @property
    def state(self) -> SlotState:
        if self.wrong:
            return "wrong"
        return "right" if self.right else "missing"


def weigh(compiled: Compiled, seen: Sequence[Evidence]) -> Verdict:
    """Return the verdict on a statement, given its evidence in every piece that may be about it."""
    about = [evidence for evidence in seen if evidence.about]
    counts = {slot.name: _count(compiled, slot.name, slot.key, about) for slot in compiled.statement.slots}
    turned = next((evidence for evidence in about if evidence.turned is not None), None)
    keys = [count for count in counts.values() if count.key]
    slots: dict[str, SlotState] = {name: count.state for name, count in counts.items()}
    if not about or not (
        any(evidence.topic for evidence in about) or any(_touched(count) for count in counts.values())
    ):
        return omitted(compiled)
    flipped = next((count for count in counts.values() if count.name in compiled.directions and count.wrong), None)
    if flipped is not None:
        return _verdict(compiled, "inverted", slots, _flipped(compiled, flipped), flipped.wrong[0])
    if turned is not None and turned.turned is not None:
        why = f"says {turned.words(turned.turned)!r}, the opposite"
        return _verdict(compiled, "inverted", slots, why, turned)
    changed = next((count for count in keys if count.wrong), None)
    if changed is not None:
        return _verdict(compiled, "altered", slots, _changed(compiled, changed), changed.wrong[0])
    gone = [count for count in keys if not count.right]
    if gone:
        best = max(about, key=lambda evidence: (evidence.values, len(evidence.way), evidence.topic))
        return _verdict(compiled, "blurred", slots, _gone(compiled, gone), best)
    decisive = [min(count.right, key=lambda evidence: evidence.hedge is not None) for count in keys] or about
    doubt = next((evidence for evidence in decisive if evidence.hedge is not None), None)
    if doubt is not None:
        return _verdict(compiled, "blurred", slots, f"hedged: {doubt.hedge!r}", doubt)
    best = max(decisive, key=lambda evidence: evidence.values)
    return _verdict(compiled, "kept", slots, "every key slot is there and right", best)


def omitted(compiled: Compiled) -> Verdict:
    """Return the verdict on a statement that a message does not mention."""
    slots: dict[str, SlotState] = {slot.name: "missing" for slot in compiled.statement.slots}
    return Verdict(statement=compiled.statement.id, fate="omitted", slots=slots, why="not mentioned", evidence=None)


def _touched(count: _Count) -> bool:
    return bool(count.right or count.wrong or count.half)


def _count(compiled: Compiled, name: str, key: bool, about: Sequence[Evidence]) -> _Count:
    count = _Count(name, key)
    for evidence in about:
        if name in compiled.directions:
            _count_direction(count, evidence)
        else:
            _count_value(count, evidence)
    if count.right:
        # Said rightly somewhere: only plain words about the same subject and property speak against it.
        count.wrong = [
            one
            for one in count.wrong
            if one.piece.explicit and one.topic and one.piece not in [x.piece for x in count.right]
        ]
    return count


def _count_direction(count: _Count, evidence: Evidence) -> None:
    hit = evidence.way.get(count.name)
    if hit is None:
        return
    complement = any(found.complement for found in evidence.found.values())
    sense = -hit.sense if complement else hit.sense
    anchored = evidence.topic or evidence.values > 0 or any(found.state == "wrong" for found in evidence.found.values())
    if sense == 1:
        count.right.append(evidence)
    elif sense == -1 and (anchored or (hit.own and not hit.guarded)):
        count.wrong.append(evidence)
    else:
        count.half.append(evidence)


def _count_value(count: _Count, evidence: Evidence) -> None:
    found = evidence.found[count.name]
    if found.state == "right" and found.complement:
        senses = {hit.sense for hit in evidence.way.values()}
        where = count.right if senses == {-1} else count.wrong if senses == {1} else count.half
        where.append(evidence)
    elif found.state == "right":
        count.right.append(evidence)
    elif found.state == "vague":
        count.half.append(evidence)
    elif found.state == "wrong" and evidence.firm:
        count.wrong.append(evidence)


def _verdict(compiled: Compiled, fate: Fate, slots: dict[str, SlotState], why: str, evidence: Evidence) -> Verdict:
    return Verdict(statement=compiled.statement.id, fate=fate, slots=slots, why=why, evidence=evidence.piece.span)


def _flipped(compiled: Compiled, count: _Count) -> str:
    evidence = count.wrong[0]
    hit = evidence.way[count.name]
    said = f"denies {evidence.words(hit)!r}" if hit.denied else f"says {evidence.words(hit)!r}"
    also = ", though it is said rightly elsewhere" if count.right else ""
    return f"{said} where it was {compiled.statement.slot(count.name).text!r}{also}"


def _changed(compiled: Compiled, count: _Count) -> str:
    evidence = count.wrong[0]
    also = ", though it is said rightly elsewhere" if count.right else ""
    said = evidence.words(evidence.found[count.name])
    return f"says {said!r} where {count.name} was {compiled.statement.slot(count.name).text!r}{also}"


def _gone(compiled: Compiled, gone: Sequence[_Count]) -> str:
    parts = []
    for count in gone:
        true = compiled.statement.slot(count.name).text
        said = count.half[0] if count.half else None
        words = said.words(said.found[count.name]) if said is not None and count.name in said.found else ""
        parts.append(f"{count.name} {true!r} is only {words!r}" if words else f"{count.name} {true!r} is gone")
    return "mentioned, but " + " and ".join(parts)
