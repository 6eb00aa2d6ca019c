"""Evidence: what one piece of a message says about one statement."""

import bisect
from collections.abc import Callable
from typing import Literal, NamedTuple

from chains.scoring.facts.compiled_statement import Compiled
from chains.scoring.facts.count_reader import CountSlot
from chains.scoring.facts.direction_reader import Direction, Hit
from chains.scoring.facts.segments import Piece, led_by
from chains.scoring.facts.slot_match import MISSING, Found
from chains.scoring.facts.slot_readers import NumberSlot, Reader, WordSlot
from chains.scoring.text.before_and_now import role
from chains.scoring.text.ledger_stems import bag, stem, stems
from chains.scoring.text.negation import hedge, intended, negated, softened
from chains.scoring.text.quantities import Quantity
from chains.scoring.text.units import unit_of
from chains.worlds.facts.ledger import Slot

_CHANGES = stems("rose fell raised lowered higher lower gained lost")
"""Directions whose number is the amount of a change."""


Loosely = Literal["", "nearly", "in general"]
"""How a piece speaks of a property that it does not name: in words near to it, or only judging how all stands."""


class Evidence(NamedTuple):
    """The evidence about a statement in one piece."""

    piece: Piece
    topic: bool
    """Whether the sentence names the topic of this subject."""
    found: dict[str, Found]
    """What the piece says about each slot that is not a direction."""
    way: dict[str, Hit]
    """The direction that the piece gives, by slot."""
    turned: Hit | None
    """For a statement without a direction slot: words that invert it."""
    hedge: str | None
    measured: bool = False
    """Whether a wrong number in the statement's own unit stands with a direction of its kind."""
    strange: tuple[Quantity, ...] = ()
    """Numbers with units that no statement about the same subject has."""
    beside: bool = False
    """Whether another piece of the same sentence, about the same subject, is about the statement."""
    sentence: int = 0
    """Which sentence of the message the piece stands in."""
    corrects: bool = False
    """Whether its sentence corrects what was said before."""
    place: int = 0
    """The place in the message from which the piece's tokens count."""

    @property
    def span(self) -> tuple[int, int]:
        """First and last character of the piece in the message, half open."""
        first, last = self.piece.span
        return self.place + first, self.place + last

    @property
    def values(self) -> int:
        """How many slots other than directions are right."""
        return sum(found.state == "right" for found in self.found.values())

    @property
    def about(self) -> bool:
        """Whether the piece mentions the statement at all, given that it is about its subject."""
        return self.firm or (bool(self.way) and any(found.state == "vague" for found in self.found.values()))

    @property
    def firm(self) -> bool:
        """Whether the piece is surely about this property, so that another value in it is wrong."""
        plain = any(hit.own and not hit.guarded for hit in self.way.values())
        return self.topic or self.beside or self.measured or self.corrects or self.values > 0 or plain

    def words(self, found: Found | Hit) -> str:
        """Return the words that something was found in."""
        tokens = self.piece.tokens[found.first : found.last]
        return " ".join(token.text for token in tokens)


def gather(
    compiled: Compiled,
    piece: Piece,
    topic: bool,
    explained: Callable[[Quantity], bool],
    loosely: Loosely = "",
) -> Evidence:
    """Gather the evidence about a statement in a piece.

    Args:
        compiled: The statement.
        piece: The piece. A gapped one shares the direction of what it goes on with.
        topic: Whether the topic is named in the sentence, of this subject.
        explained: Whether a quantity belongs to another statement about the same subject.
        loosely: Whether the topic is only spoken of, and how.
    """
    shows = compiled.topic | compiled.near if loosely else compiled.topic

    def known(quantity: Quantity) -> bool:
        mine = any(reader.is_right(quantity) for reader in compiled.readers.values())
        return mine or (quantity.value in compiled.literals and quantity.of is None) or explained(quantity)

    found = _found(compiled, piece, known)
    # "With a 20% increase in samples and a drop in temperature": without its value, the property says whose direction.
    anchors = (
        [at for item in found.values() if item.state == "right" for at in (item.first, item.last - 1)]
        or [at for at in range(piece.first, piece.last) if piece.tokens[at].stem in compiled.topic]
        or [at for item in found.values() if item is not MISSING for at in (item.first, item.last - 1)]
    )
    shows |= {piece.tokens[at].stem for item in found.values() if item.state == "right" for at in (item.first,)}
    way: dict[str, Hit] = {}
    for name, direction in compiled.directions.items():
        hits = _hits(direction, piece, shows, plain=loosely == "in general")
        if not hits:
            continue
        way[name] = _back_again(piece, hits) or _nearest(hits, anchors)
        if both := _on_both_sides(compiled, piece, hits):
            found |= both
            way[name] = next(hit for hit in hits if hit.sense == 1)
    if not way and any(item is not MISSING for item in found.values()):
        way = _led(compiled, piece)
    if not way and (implied := _from_to(compiled, piece, found)) is not None:
        way = dict.fromkeys(compiled.directions, implied)
    turned = None if compiled.directions or compiled.denied else turned_in(compiled, piece, found)
    if compiled.forbids:
        way = _without_bare_modals(piece, way, found) or _unforbidden(compiled, piece, found)
    places = [(hit.first, hit.last) for hit in way.values()] + [(item.first, item.last) for item in found.values()]
    told = [first for first, last in places if piece.first <= first < last]
    doubt = None if compiled.hedged else doubt_in(compiled, piece, min(told, default=piece.first))
    strange = tuple(
        quantity
        for quantity in piece.quantities
        if quantity.unit is not None and not quantity.weak and quantity.of is None and not known(quantity)
    )
    measured = (
        compiled.sole
        and bool(way)
        and any(
            item.state == "wrong" and isinstance(reader, NumberSlot) and _in_its_unit(reader, piece, item)
            for item, reader in ((item, compiled.readers[name]) for name, item in found.items())
        )
    )
    replaced = any(reader.is_right(one) for one in piece.replaced for reader in compiled.readers.values())
    found = _later(compiled, piece, _swapped(compiled, piece, found), way)
    return Evidence(piece, topic, found, way, turned, doubt, measured, strange, beside=replaced)


def _found(compiled: Compiled, piece: Piece, known: Callable[[Quantity], bool]) -> dict[str, Found]:
    """Return what a piece says about each slot that is no direction; a list's member shares words of what leads it."""
    found = {name: reader.read(piece, known) for name, reader in compiled.readers.items()}
    lead = led_by(piece) if piece.gapped else None
    if lead is None:
        return found
    for name, reader in compiled.readers.items():
        if isinstance(reader, WordSlot) and found[name] is MISSING:
            led = reader.read(lead, known)
            found[name] = led if led.state == "right" else MISSING
    return found


def _hits(direction: Direction, piece: Piece, shows: frozenset[str], *, plain: bool) -> list[Hit]:
    """Return the directions given in a piece, or in what it goes on with, turned round where it says "B did not"."""
    for where in filter(None, (piece, piece.source)):
        hits = direction.hits(where.tokens, where.first, where.last, shows, where.named | where.aside, plain=plain)
        if hits and where is piece.source and direction.binary:
            return [hit._replace(sense=-hit.sense) if _turns(piece, where, hit) else hit for hit in hits]
        if hits:
            return hits
    return []


def _led(compiled: Compiled, piece: Piece) -> dict[str, Hit]:
    """Return the direction of what leads to a piece: the heading of its list, or words before its sentence's colon."""
    colon = next((at for at, token in enumerate(piece.tokens[: piece.first + 1]) if token.text == ":"), 0)
    colon = 0 if any(at < colon for at in piece.named) else colon
    for tokens in filter(None, (piece.headed, piece.tokens[:colon] if piece.explicit else ())):
        way: dict[str, Hit] = {}
        for name, direction in compiled.directions.items():
            hits = direction.hits(tokens, 0, len(tokens), compiled.topic)
            if len({hit.sense for hit in hits}) == 1:
                way[name] = Hit(piece.first, piece.first, hits[0].sense, hits[0].own, guarded=False, denied=False)
        if way:
            return way
    return {}


def _back_again(piece: Piece, hits: list[Hit]) -> Hit | None:
    """Return where it is told at last that something is back again, or what is told beside what was so before it.

    "The fan that a fault had stopped runs again" and "it runs, after the belt had failed" say that it runs.
    """
    now = [hit for hit in hits if not _before_it(piece, hit)]
    if len(now) < len(hits):
        return now[0] if len({hit.sense for hit in now}) == 1 else None
    last = hits[-1]
    again = any(token.low in _AGAIN for token in piece.tokens[last.first : last.last])
    turned = bool(last.sense) and {hit.sense for hit in hits[:-1]} == {-last.sense}
    return last if again and turned and not last.denied else None


def _before_it(piece: Piece, hit: Hit) -> bool:
    """Whether a direction stands in "after ... had ..."."""
    lows = [token.low for token in piece.tokens[max(piece.first, hit.first - _PAST) : hit.first]]
    after = max((at for at, low in enumerate(lows) if low == "after"), default=None)
    return after is not None and "had" in lows[after:] and "," not in lows[after:]


_PAST = 8


_AGAIN = bag("again back recovered restored resumed restarted reinstated")


def _turns(piece: Piece, source: Piece, hit: Hit) -> bool:
    """Whether a piece that continues another says the opposite of it: "A did not pass; B did"."""
    lows = [token.low for token in piece.tokens[piece.first : piece.last]]
    at = next((at for at, low in enumerate(lows) if low in _DID), None)
    if at is None:
        return False
    here = "not" in lows[at : at + 2]
    there = any(token.low in _NOT for token in source.tokens[source.first : hit.last])
    return here != there


_DID = bag("did does do was were has have is are had")
_NOT = bag("not never no")


def _in_its_unit(reader: NumberSlot, piece: Piece, item: Found) -> bool:
    """Whether a number stands with the statement's own unit, one that no table knows ("6 nm") included."""
    after = piece.tokens[item.last : item.last + 1]
    return not reader.bare or (reader.unit is not None and any(token.stem in reader.named for token in after))


def _on_both_sides(compiled: Compiled, piece: Piece, hits: list[Hit]) -> dict[str, Found]:
    """Read a count of which both sides are stated: "7 passed, 2 failed", "14 are closed and the rest open"."""
    if {hit.sense for hit in hits if not hit.denied} != {1, -1}:
        return {}
    out: dict[str, Found] = {}
    for name, reader in compiled.readers.items():
        if not isinstance(reader, CountSlot):
            continue
        told = [
            q
            for q in piece.quantities
            if q.unit is None and q.high is None and not q.ordinal and q.value != reader.slot.of
        ]
        given: dict[int, Quantity] = {}
        for hit in (hit for hit in hits if hit.sense):
            near = [(abs(hit.first - q.first), q) for q in told if abs(hit.first - q.first) <= _BESIDE]
            if near:
                given[hit.sense] = min(near, key=lambda one: one[0])[1]
        true = {1: float(reader.slot.value), -1: float(reader.slot.of or 0) - float(reader.slot.value)}
        told_right = [given[sense].value == true[sense] for sense in given]
        if not given or len({id(q) for q in given.values()}) < len(given):
            continue
        one = given.get(1) or given[-1]
        out[name] = Found("right" if all(told_right) else "wrong", one.first, one.last)
    return out


_BESIDE = 5
"""Words between a count and its side."""


_SUPPOSED = bag("would could might confirmed true so")
_IF = bag("if unless assuming suppose supposing provided")
_NO_CONDITION = bag("anything you i needed necessary possible only so ever")
"""Words after "if" with which it is no condition."""


def doubt_in(compiled: Compiled, piece: Piece, told: int) -> str | None:
    """Return the words that make a statement uncertain, or turn an order into a wish.

    Args:
        compiled: The statement.
        piece: The piece.
        told: The token where what it says of the statement begins.
    """
    first = piece.tokens[0].low
    if first in _IF and len(piece.tokens) > 1 and piece.tokens[1].low not in _NO_CONDITION:
        return piece.tokens[0].text
    if first == "should" and any(token.low in _SUPPOSED for token in piece.tokens):
        return piece.tokens[0].text
    if not compiled.asked and (plan := intended(piece.tokens, piece.first, told)) is not None:
        return plan
    doubt = hedge(piece.tokens, piece.first, piece.last)
    if first == "had" and doubt is not None and doubt.lower().startswith("would"):
        return None  # "had it not been late, we would be done": it was
    if doubt is not None and compiled.forbids and doubt.lower().startswith("may"):
        doubt = None
    if doubt is None and compiled.asked:
        doubt = softened(piece.tokens, piece.first, piece.last)
    return doubt


_MODALS = stems("must should can shall will")


def _without_bare_modals(piece: Piece, way: dict[str, Hit], found: dict[str, Found]) -> dict[str, Hit]:
    """Leave out modal verbs that permit nothing: "H-12 must be checked" does not mention the limit."""
    if any(item.state == "right" for item in found.values()):
        return way
    return {
        name: hit
        for name, hit in way.items()
        if hit.denied or hit.last - hit.first > 1 or piece.tokens[hit.first].stem not in _MODALS
    }


def _unforbidden(compiled: Compiled, piece: Piece, found: dict[str, Found]) -> dict[str, Hit]:
    """Return the direction of a must-not that is stated without its "must not": "run H-12 at more than 41 bar"."""
    for item in found.values():
        told = any(quantity.first == item.first and quantity.bound == ">" for quantity in piece.quantities)
        if item.state == "right" and told and not negated(piece.tokens, item.first, piece.first):
            hit = Hit(item.first, item.last, -1, own=True, guarded=False, denied=False)
            return dict.fromkeys(compiled.directions, hit)
    return {}


def value_of(slot: Slot) -> tuple[str, str, float | None]:
    """Return a key of a slot's value, equal for values that one wording would state ("7 days", "1 week")."""
    if slot.kind == "date":
        return "date", str(slot.value)[-5:], None
    if slot.kind == "count":
        return "count", str(slot.value), slot.of
    if slot.kind != "number":
        return slot.kind, str(slot.value).lower(), None
    unit = unit_of(slot.unit)
    return "number", unit.dimension if unit else "", round(abs(float(slot.value)) * (unit.factor if unit else 1), 9)


def turned_in(compiled: Compiled, piece: Piece, found: dict[str, Found]) -> Hit | None:
    """Return what inverts a statement without a direction slot: an opposite word, or its topic or value denied."""
    if compiled.sense is not None:
        hits = compiled.sense.hits(piece.tokens, piece.first, piece.last, compiled.topic, piece.named | piece.aside)
        against = next((hit for hit in hits if hit.sense == -1), None)
        if against is not None:
            return against
        if compiled.asked and any(hit.sense == 1 for hit in hits):
            return None  # "must not exceed 5": what is denied is the opposite
    starts = {item.first for item in found.values() if item.state == "right"}
    if not_since(compiled, piece, starts):
        return None
    for at in range(piece.first, piece.last):
        if (at in starts or piece.tokens[at].stem in compiled.topic) and negated(piece.tokens, at, piece.first):
            return Hit(at, at + 1, -1, own=True, guarded=False, denied=True)
    return None


def not_since(compiled: Compiled, piece: Piece, starts: set[int]) -> bool:
    """Whether something was last done on a day since which it has not been done: "not cut since March 2021"."""
    since = any(at and piece.tokens[at - 1].low == "since" for at in starts)
    return since and any(" last " in f" {template} " for template in compiled.statement.templates)


def _nearest(hits: list[Hit], anchors: list[int]) -> Hit:
    """Of several directions in one piece, return the one nearest to the statement's values or topic."""
    plain = [hit for hit in hits if not hit.guarded] or hits
    if not anchors:
        return plain[0]
    places = sorted(anchors)

    def away(at: int) -> int:
        number = bisect.bisect(places, at)
        return min(abs(at - place) for place in places[max(0, number - 1) : number + 1])

    return min(hits, key=lambda hit: (min(away(hit.first), away(hit.last - 1)), hit.guarded))


def _risen_to(compiled: Compiled, piece: Piece, item: Found, reader: Reader) -> bool:
    """Whether the amount of a change is stated as its result: "rose to 22%" for "rose by 22%"."""
    if item.state != "right" or not isinstance(reader, NumberSlot) or "to" in reader.cues:
        return False
    changes = any(stem(str(slot.value)) in _CHANGES for slot in compiled.statement.slots if slot.kind == "direction")
    return changes and any(quantity.first == item.first and quantity.cue == "to" for quantity in piece.quantities)


def _from_to(compiled: Compiled, piece: Piece, found: dict[str, Found]) -> Hit | None:
    """Return the direction that lies in where a change began and ended: "went from 4 to 31 minutes"."""
    ends = {
        cue: found[name]
        for name, reader in compiled.readers.items()
        if isinstance(reader, NumberSlot) and found[name].state == "right"
        for cue in reader.cues & {"from", "to"}
    }
    if len(ends) < 2 or len(compiled.directions) != 1:
        return None
    said = [role(piece.tokens, ends[cue].first, ends[cue].last) for cue in ("from", "to")]
    sense = -1 if said in (["new", "old"], ["new", None], [None, "old"]) else 1  # "now 4, it was 31"
    return Hit(ends["from"].first, ends["to"].last, sense, own=False, guarded=False, denied=False)


def _later(compiled: Compiled, piece: Piece, found: dict[str, Found], way: dict[str, Hit]) -> dict[str, Found]:
    """Leave open what happened where another day is told on which something will: "will be repeated in January"."""
    ahead = not way and not compiled.foretells and any(token.low in _AHEAD for token in piece.tokens)
    if not ahead or not compiled.directions:
        return found
    return {
        name: item._replace(state="vague") if item.state == "wrong" and name in compiled.days else item
        for name, item in found.items()
    }


_AHEAD = bag("will scheduled repeated rescheduled booked next planned again upcoming")


def _swapped(compiled: Compiled, piece: Piece, found: dict[str, Found]) -> dict[str, Found]:
    """Mark numbers as wrong whose "from" or "to" belongs to another number ("from 1 to 7") or replaces a "by"."""
    out = dict(found)
    for name, item in found.items():
        reader = compiled.readers[name]
        if _risen_to(compiled, piece, item, reader):
            out[name] = item._replace(state="wrong")
            continue
        cues = reader.cues & {"from", "to"} if isinstance(reader, NumberSlot) else frozenset()
        if item.state != "right" or len(cues) != 1:
            continue
        quantity = next((q for q in piece.quantities if q.first == item.first), None)
        if quantity is not None and quantity.cue is not None and quantity.cue not in cues:
            out[name] = item._replace(state="wrong")
    return out
