"""Values retold: where a sentence tells each value of a statement, in whatever form.

Besides what the readers of slots know: a number that shares the unit of another ("now CHF 4.6m, they were 4.2m"); what
was before and is now, told by one of them and the difference; both ends of a range; "per month", "threefold", "no more
than nine"; a month's end; a count told by its rest; and a direction that lies in all this.
"""

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from chains.scoring.facts.compiled_statement import Compiled
from chains.scoring.facts.direction_reader import content
from chains.scoring.facts.evidence import doubt_in, not_since, turned_in
from chains.scoring.facts.ledger_vocabulary import known_tokens
from chains.scoring.facts.segments import Piece
from chains.scoring.facts.slot_match import Found
from chains.scoring.facts.slot_readers import DateSlot, NumberSlot
from chains.scoring.text.before_and_now import role
from chains.scoring.text.ledger_stems import STOP, bag, stem, stems
from chains.scoring.text.negation import negated
from chains.scoring.text.numbers_and_dates import values_of
from chains.scoring.text.synonyms import alike
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import MONEY, UNITS
from chains.worlds.facts.ledger import Slot

SMALL = 20
"""Bare numbers below it are too common to show which statement is meant."""
_BESIDE = 4
"""Words between a bare number and what it counts."""


def says(token: Token) -> bool:
    """Whether a token is a word with content."""
    return token.kind == "word" and token.low not in STOP


def values_told(compiled: Compiled, pair: "Pair | None", piece: Piece) -> dict[str, Found] | None:
    """Return where a sentence tells each value of a statement; None if one is missing or wrong, or all is denied."""
    found: dict[str, Found] = {}
    for slot in compiled.keys:
        if slot.kind != "direction":
            # what is replaced ("CHF 210 rather than 180") is what was before
            one = _found(compiled, slot, _unreplaced(piece) if pair and slot.name == pair.old else piece)
            if one is not None:
                found[slot.name] = one
    gone = {slot.name for slot in compiled.keys if slot.kind != "direction"} - set(found)
    if gone and pair is not None and (other := _difference(compiled, piece, pair, gone)) is not None:
        found |= other
        gone -= set(other)
    if gone or not found or not _apart(found) or not _all_counted(compiled, piece, found):
        return None
    order = _in_order(piece, found, pair) if pair else None
    if order is False:
        return None
    ways = [_way(compiled, name, piece, implied=order is True) for name in compiled.directions]
    before = {pair.old} if pair else set()
    if not all(ways) or (not _ceased(compiled) and _denied(compiled, piece, found, before)):
        return None
    if not compiled.directions and not compiled.denied and turned_in(compiled, piece, found) is not None:
        return None
    if not compiled.hedged and doubt_in(compiled, piece, min(one.first for one in found.values())):
        return None
    return found


def _unreplaced(piece: Piece) -> Piece:
    """Return a piece with the numbers that its sentence puts another in the place of."""
    return replace(piece, quantities=values_of(piece.tokens, piece.named).quantities, aside=frozenset())


def _difference(compiled: Compiled, piece: Piece, pair: "Pair", gone: set[str]) -> dict[str, Found] | None:
    """Return what was before or is now, told by the other and the difference: "down by 255 to 145" for 400."""
    if len(gone) != 1 or not gone <= set(pair):
        return None
    readers = {name: compiled.readers[name] for name in pair}
    old, new = (float(readers[name].slot.value) for name in pair)
    reader = next(iter(readers.values()))
    if not isinstance(reader, NumberSlot) or old == new:
        return None
    changed = NumberSlot(
        reader.slot.model_copy(update={"value": abs(old - new)}), reader.unit, reader.nouns, reader.named, frozenset()
    )
    at = next((one for one in piece.quantities if changed.is_right(one)), None)
    sides = _RISES if new > old else _FALLS
    if at is None or sides.isdisjoint([token.low for token in piece.tokens]):
        return None
    return {gone.pop(): Found("right", at.first, at.last, held=at.value)}


_RISES = bag(
    "up more rise rose risen increase increased higher above grew grown gain gained extra another plus climbed"
)
_FALLS = bag(
    "down less fewer fall fell fallen decrease decreased lower below shrank shrunk drop dropped cut loses lost lose"
)


def _found(compiled: Compiled, slot: Slot, piece: Piece) -> Found | None:
    """Return where a sentence tells one value, if it does."""
    reader = compiled.readers[slot.name]
    one = reader.read(piece, lambda _: True)
    if one.state == "right" and (not one.complement or compiled.directions or _of_rest(piece)):
        return one
    if isinstance(reader, NumberSlot):
        return (
            _shared_unit(reader, piece)
            or _each(reader, piece)
            or _at_most(compiled, reader, piece)
            or _end_of_range(reader, piece)
        )
    if isinstance(reader, DateSlot):
        return _last_day(slot, piece)
    return None


def _of_rest(piece: Piece) -> bool:
    """Whether a sentence counts those of which something is not so: "five of 22 still to answer" for 17 answers."""
    return not _REST.isdisjoint([token.low for token in piece.tokens])


_REST = bag("still yet missing remaining outstanding absent not without vacant excused open")


def _all_counted(compiled: Compiled, piece: Piece, found: dict[str, Found]) -> bool:
    """Whether each small bare number stands beside a word of the statement, or another of its values."""
    for name, one in found.items():
        reader = compiled.readers[name]
        if not isinstance(reader, NumberSlot) or not reader.bare or abs(float(reader.slot.value)) >= SMALL:
            continue
        joined = any(
            0 <= max(one.first, other.first) - min(one.last, other.last) < _JOINED
            for other in found.values()
            if other is not one
        )
        if not joined and not _counts(compiled, piece, one):
            return False
    return True


_JOINED = 3
"""Words between two values that belong together: "from 5 to 7 pm"."""


def _each(reader: NumberSlot, piece: Piece) -> Found | None:
    """Return where something is said of each day, week or month ("per month", "monthly"), or how many times it is."""
    unit, value = reader.unit, float(reader.slot.value)
    for at, token in enumerate(piece.tokens):
        named = UNITS.get(token.low.removesuffix("ly").replace("dai", "day"))
        if unit is not None and value == 1 and named == unit and unit.dimension == "time":
            before = piece.tokens[at - 1].low if at else ""
            if token.low.endswith("ly") or before in ("per", "each", "every", "a", "an", "/"):
                return Found("right", at, at + 1)
        if unit is None and _TIMES.get(token.low) == value:
            return Found("right", at, at + 1)
    return None


_TIMES = {
    "once": 1, "single": 1, "twice": 2, "double": 2, "doubled": 2, "twofold": 2, "both": 2, "triple": 3, "threefold": 3,
    "tripled": 3, "fourfold": 4, "fivefold": 5, "tenfold": 10,
}  # fmt: skip


def _at_most(compiled: Compiled, reader: NumberSlot, piece: Piece) -> Found | None:
    """Return where "only nine" is told as "no more than nine"."""
    if _ONLY.isdisjoint([word for text in compiled.statement.templates for word in text.lower().split()]):
        return None
    for one in piece.quantities:
        if one.bound == "<" and reader.is_right(one._replace(bound=None)):
            return Found("right", one.first, one.last)
    return None


_ONLY = bag("only just merely barely")


def _end_of_range(reader: NumberSlot, piece: Piece) -> Found | None:
    """Return one end of a range, each of whose ends is a value: "between 1.8 and 2.3 million"."""
    for one in piece.quantities:
        if one.high is not None and reader.is_right(one._replace(high=None)):
            return Found("right", one.first, one.first + 1)
        if one.high is not None and reader.is_right(one._replace(value=one.high, high=None)):
            return Found("right", one.last - 1, one.last)
    return None


def _counts(compiled: Compiled, piece: Piece, one: Found) -> bool:
    """Whether a small bare number stands beside a word of the statement: "three quotes" for three offers."""
    words = {*content(compiled.statement.subject), *compiled.literal}
    near = range(max(0, one.first - _BESIDE), min(len(piece.tokens), one.last + _BESIDE))
    said = [piece.tokens[at].stem for at in near if not one.first <= at < one.last and says(piece.tokens[at])]
    return any(alike(word, other) for other in said for word in words)


def _shared_unit(reader: NumberSlot, piece: Piece) -> Found | None:
    """Return a bare number that shares the unit of another: "now CHF 4.6m, they were 4.2m", "to 88%, up from 0.4"."""
    unit = reader.unit
    if reader.bare or unit is None:
        return None
    if not any(one.unit is not None and one.unit.dimension == unit.dimension for one in piece.quantities):
        return None
    for one in piece.quantities:
        millions = one.unit is not None and piece.tokens[one.last - 1].low == "m" and unit.dimension in MONEY
        value = one.value * 1e6 if millions else one.value
        if (one.unit is None or millions) and not one.weak and value == abs(float(reader.slot.value)):
            return Found("right", one.first, one.last)
    return None


def _last_day(slot: Slot, piece: Piece) -> Found | None:
    """Return the last day of a month where it is called the month's end."""
    month, day = (int(part) for part in str(slot.value).split("-")[-2:])
    if day != _DAYS[month - 1]:
        return None
    for date in piece.dates:
        lows = [token.low for token in piece.tokens[max(0, date.first - 2) : date.first]]
        if date.day is None and date.month == month and lows[-2:] == ["end", "of"]:
            return Found("right", date.first, date.last)
    return None


_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _apart(found: dict[str, Found]) -> bool:
    """Whether each value has words of its own: one number does not tell two."""
    spans = sorted((one.first, one.last) for one in found.values())
    return all(one[1] <= other[0] for one, other in pairwise(spans))


class Pair(NamedTuple):
    """Two numbers of one kind in a statement: what was before, and what is now."""

    old: str
    new: str


def pair_of(compiled: Compiled) -> Pair | None:
    """Return the two numbers of a statement of which one is in the place of the other, if they are told apart by it."""
    numbers = [slot for slot in compiled.keys if slot.kind == "number"]
    if len(numbers) != 2 or numbers[0].unit != numbers[1].unit:
        return None
    tokens = known_tokens(compiled.statement.render(0))
    places = []
    for slot in numbers:
        reader = compiled.readers[slot.name]
        if not isinstance(reader, NumberSlot):
            return None
        at = next((one for one in values_of(tokens).quantities if reader.is_right(one)), None)
        if at is None:
            return None
        places.append((at, slot.name))
    roles = [role(tokens, at.first, at.last) for at, _ in places]
    if roles[0] == "old" and roles[1] != "old":
        return Pair(places[0][1], places[1][1])
    if roles[1] == "old" and roles[0] != "old":
        return Pair(places[1][1], places[0][1])
    return None


def _in_order(piece: Piece, found: dict[str, Found], pair: Pair) -> bool | None:
    """Whether a sentence has what was before and what is now in their places; None if it does not say."""
    old, new = (role(piece.tokens, found[name].first, found[name].last) for name in pair)
    if new == "old" and old != "old":
        return False
    if old == "new" and new != "new":
        return False
    if old == "old" and new != "old":
        return True
    return True if new == "new" and old is None else None


def _way(compiled: Compiled, name: str, piece: Piece, *, implied: bool) -> bool:
    """Whether a sentence gives a direction as the statement has it.

    In words; by what was before and is now; or by a denial of what has ceased ("no heating" where it failed).
    """
    subject = frozenset(content(compiled.statement.subject))
    called = frozenset(at for at, token in enumerate(piece.tokens) if token.stem in subject)
    hits = compiled.directions[name].hits(piece.tokens, 0, len(piece.tokens), compiled.topic, piece.aside | called)
    senses = {hit.sense for hit in hits if not hit.guarded} or {hit.sense for hit in hits}
    if senses == {1} or (implied and -1 not in senses):
        return True
    if hits or not _ceased(compiled):
        return False
    words = compiled.topic | subject
    said = [at for at, token in enumerate(piece.tokens) if token.stem in words and says(token)]
    return any(negated(piece.tokens, at, 0) for at in said)


_CEASED = stems("stopped failed ceased halted suspended cancelled broke lost interrupted off down out")
"""Directions that say that something is no longer done."""


def _ceased(compiled: Compiled) -> bool:
    """Whether a statement says that something is no longer done, so that a denial agrees with it."""
    ways = [slot for slot in compiled.keys if slot.kind == "direction"]
    return any(stem(word) in _CEASED for slot in ways for word in str(slot.value).split())


def _denied(compiled: Compiled, piece: Piece, found: dict[str, Found], before: set[str]) -> bool:
    """Whether a value or a word of a statement is denied that it does not deny itself.

    Values that were `before` may be: "210, and no longer 180".
    """
    if compiled.denied or not_since(compiled, piece, {one.first for one in found.values()}):
        return False
    places = [one.first for name, one in found.items() if name not in before]
    words = compiled.literal | compiled.topic
    places += [at for at, token in enumerate(piece.tokens) if token.stem in words and says(token)]
    return any(negated(piece.tokens, at, 0) for at in places)
