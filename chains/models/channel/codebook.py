"""The codebook: every sentence that the synthetic channel can write about a world, and the fate that it states.

The channel keeps no memory: the text alone says what became of a fact. The
codebook reads that text back exactly, so a channel can hold any seat of a
mixed chain, and a resumed or replayed run goes on unchanged.
It is also the answer key: `planted` gives the true fate of every fact in a
message that the channel wrote, against which the instrument is calibrated.
"""

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chains.errors import BadInput
from chains.fates import Fate
from chains.models.channel.note_markers import apart, corrects, frames
from chains.rng import Draw
from chains.worlds.facts.certainty import AS_KNOWN, Said, ways_to_say
from chains.worlds.facts.ledger import Fact, Slot, Statement, denied
from chains.worlds.world import World

NOTHING = "Nothing to report."
"""What the channel writes when it has nothing left to say."""
SILENT = frozenset({NOTHING, "(no report)"})
"""Lines that say that there is nothing to report; they are not relayed."""

VARIANTS = 4
"""Most wrong values of a slot."""

_FACTORS = (0.25, 0.4, 0.5, 0.6, 1.4, 1.5, 1.7, 2.0, 2.5, 3.0)
_CLEAR = 0.3
"""A wrong number differs from the true one by at least this share: more than any honest rounding."""
_INVENTIONS = 96
_BOOKS_KEPT = 128


class State(NamedTuple):
    """What a sentence says about a fact or a clause."""

    fact: str
    fate: Fate
    variant: str = ""
    """Which wrong value an altered fact has."""
    said: Said = AS_KNOWN
    """What has become of its hedge and its source."""


class Planted(NamedTuple):
    """The truth about a message that the channel wrote."""

    fates: dict[str, Fate]
    """The fate of every fact of the world, or of every clause of its charter, by id."""
    invented: int
    """How many invented sentences it holds, including those relayed from below."""
    said: dict[str, Said]
    """What became of the hedge and the source of each fact that it mentions, by id."""


@dataclass(frozen=True)
class Codebook:
    """The sentences of one world."""

    states: Mapping[str, State]
    """What each sentence says."""
    wordings: Mapping[State, tuple[str, ...]]
    """The sentences that say the same."""
    wrong: Mapping[str, tuple[State, ...]]
    """The altered states of each fact that has any, by its id."""
    inventions: tuple[str, ...]
    """Sentences about things that are not in the world."""


def lines_of(*messages: str) -> list[str]:
    """Return the bare sentences of messages, one per line: see `numbered_lines`."""
    return [line for line, _ in numbered_lines(*messages)]


def numbered_lines(*messages: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return the sentences of messages, one per line, and the numbers of notes that each names.

    Bullets, empty lines and the frames of remedies are left out. Corrections by an auditor come first, so that they
    count before the lines that they correct.
    """
    corrected: list[tuple[str, tuple[int, ...]]] = []
    others: list[tuple[str, tuple[int, ...]]] = []
    for message in messages:
        into = others
        for raw in message.splitlines():
            line = raw.strip().removeprefix("- ").removeprefix("* ").strip()
            if frames(line):
                into = corrected if corrects(line) else others
            elif line and line != "-":
                into.append(apart(line) if "[" in line else (line, ()))
    return corrected + others


def planted(world: World, message: str, *, down: bool = False) -> Planted:
    """Return the fate of every fact of the world in a message that the channel wrote, or `down`, of every clause.

    A sentence that the channel can't have written is ignored. If two sentences
    are about one fact, the first counts. A fact that carries nothing is blurred
    by a hedge, as by any other.
    """
    certain = {fact.id for fact in world.facts if fact.certainty is not None}
    book = codebook(world)
    fates: dict[str, Fate] = {}
    said: dict[str, Said] = {}
    invented = set()
    made_up = set(book.inventions)
    for line in lines_of(message):
        if state := book.states.get(line):
            doubted = state.said.hedge == "added" and state.fate == "kept" and state.fact not in certain
            fates.setdefault(state.fact, "blurred" if doubted else state.fate)
            said.setdefault(state.fact, state.said)
        elif line in made_up:
            invented.add(line)
    statements: tuple[Statement, ...] = world.facts
    if down:
        statements = world.charter.clauses if world.charter else ()
    return Planted({one.id: fates.get(one.id, "omitted") for one in statements}, len(invented), said)


def codebook(world: World) -> Codebook:
    """Return the codebook of a world; the last 128 are kept.

    Raises:
        BadInput: If one sentence could mean two states, as in a world file with two equal facts.
    """
    if world.digest in _books:
        _books.move_to_end(world.digest)
    else:
        _books[world.digest] = _compiled(world)
        if len(_books) > _BOOKS_KEPT:
            _books.popitem(last=False)
    return _books[world.digest]


_books: OrderedDict[str, Codebook] = OrderedDict()


def _compiled(world: World) -> Codebook:
    states: dict[str, State] = {}
    wordings: dict[State, tuple[str, ...]] = {}
    wrong: dict[str, tuple[State, ...]] = {}
    certain = any(fact.certainty is not None for fact in world.facts)
    statements: tuple[Statement, ...] = (*world.facts, *(world.charter.clauses if world.charter else ()))
    for fact in statements:
        near = [other for other in statements if other.subject == fact.subject or other.templates == fact.templates]
        beside = {slot.value for other in near for slot in other.slots}
        saids = ways_to_say(fact.certainty) if certain and isinstance(fact, Fact) else (AS_KNOWN,)
        for state, sentences in _sayings(fact, beside, saids):
            for sentence in sentences:
                if (other := states.setdefault(sentence, state)) != state:
                    raise BadInput(
                        f"world {world.title!r}: {sentence!r} says {state.fact} {state.fate} and {other.fact} "
                        f"{other.fate}; word the two apart"
                    )
            wordings[state] = sentences
            if state.fate == "altered" and state.said == AS_KNOWN:
                wrong[fact.id] = (*wrong.get(fact.id, ()), state)
    for gap in world.gaps:
        for number, result in enumerate(gap.results, start=1):
            made = State(gap.fact, "blurred", f"result {number}")
            states.update(dict.fromkeys(result, made))
            wordings[made] = result
    return Codebook(states, wordings, wrong, _inventions(world))


def _sayings(
    fact: Statement, beside: Collection[float | str], saids: Sequence[Said]
) -> Iterator[tuple[State, tuple[str, ...]]]:
    """Yield each state that a fact can be in, with its wordings; an omitted fact has none, a blurred no certainty."""
    ways = [slot for slot in fact.slots if slot.kind == "direction" and slot.key]
    wrong = [(slot, other) for slot in fact.slots if slot.key for other in wrong_values(fact, slot, beside)]
    for said in saids:
        told = _rendered(fact, {}, said)
        yield State(fact.id, "kept", "", said), told
        if fact.vague and said == saids[0]:
            yield State(fact.id, "blurred"), tuple(dict.fromkeys(fact.render(template) for template in fact.vague))
        for slot, other in wrong:
            altered = State(fact.id, "altered", f"{slot.name}={other.value}", said)
            yield altered, _rendered(fact, {slot.name: other}, said)
        if ways:
            yield State(fact.id, "inverted", "", said), _rendered(fact, {ways[0].name: ways[0].flipped()}, said)
        elif not fact.slots:
            yield State(fact.id, "inverted", "", said), tuple(map(denied, told))


def _rendered(fact: Statement, changed: Mapping[str, Slot], said: Said) -> tuple[str, ...]:
    if said == AS_KNOWN or not isinstance(fact, Fact):
        return tuple(dict.fromkeys(fact.render(template, changed) for template in fact.templates))
    return tuple(dict.fromkeys(fact.said(template, said, changed) for template in fact.templates))


def wrong_values(fact: Statement, slot: Slot, beside: Collection[float | str] = ()) -> tuple[Slot, ...]:
    """Return up to four slots whose values are clearly wrong.

    A number is at least 30% off and as round as the true one; a count stays
    within its total and differs from the rest of it; a date moves by days or a
    month; a name or category comes from the slot's `others`. No wrong value
    equals the value of another slot of the fact, a number in its subject, or a
    value in `beside` (other facts about the same subject or of the same kind),
    because that would look like a swap. A direction has no wrong values: it can
    be inverted instead.
    """
    candidates: Sequence[float | str]
    match slot.kind:
        case "number":
            candidates = _numbers(float(slot.value), _rounder(slot), _bound(slot))
        case "count":
            total = slot.of or 0
            # not the rest of the total: "27 of 45 closed" says that 18 are open
            wrong = _numbers(float(slot.value), _rounder(slot), total)
            candidates = [count for count in wrong if count != total - float(slot.value)]
        case "date":
            candidates = _dates(str(slot.value))
        case "name" | "category":
            candidates = [other for other in slot.others if other not in slot.also]
        case "direction":
            return ()
    taken = (
        set(beside)
        | {other.value for other in fact.slots}
        | {int(digits) for digits in re.findall(r"\d+", fact.subject)}
    )
    allowed = [value for value in dict.fromkeys(candidates) if value not in taken]
    draw = Draw("wrong values", fact.id, slot.name, str(slot.value))
    chosen = draw.sample(allowed, min(VARIANTS, len(allowed)))
    return tuple(slot.model_copy(update={"value": value}) for value in chosen)


def _bound(slot: Slot) -> float:
    """Return the largest number that can stand in a slot; a share stays at most 100%."""
    return 100 if slot.unit == "%" and float(slot.value) <= 100 else math.inf


def _rounder(slot: Slot) -> Callable[[float], float]:
    """Return a function that rounds numbers like the slot's true value: 3.2 to tenths, 650 to tens."""
    if isinstance(slot.value, float):
        decimals = len(str(slot.value).partition(".")[2])
        return lambda number: round(number, decimals)
    digits = str(abs(int(slot.value)))
    zeros = len(digits) - len(digits.rstrip("0"))
    step = 10 ** max(0, min(zeros, len(digits) - 2))
    return lambda number: round(number / step) * step


def _numbers(true: float, rounded: Callable[[float], float], most: float) -> list[float]:
    """Return wrong numbers; if the true one is above 1, so are they, so that plurals stay right."""
    if true == 0:
        return [number for number in (2, 3, 5, 8) if number <= most]
    wrong = [rounded(true * factor) for factor in _FACTORS]
    least = 1 if abs(true) > 1 else 0
    return [
        number
        for number in wrong
        if abs(number - true) >= _CLEAR * abs(true) and least < abs(number) and number <= most
    ]


def _dates(true: str) -> list[str]:
    year, month, day = f"-{true}".rsplit("-", 2) if true.count("-") == 1 else true.split("-")
    start = f"{year.lstrip('-')}-" if year else ""
    moved = [f"{start}{month}-{(int(day) - 1 + shift) % 28 + 1:02d}" for shift in (5, 9, 12, 16, 19)]
    later = int(month) % 12 + 1
    return [*moved, f"{start}{later:02d}-{min(int(day), 28):02d}"]


def _inventions(world: World) -> tuple[str, ...]:
    """Return sentences about rooms that are in no world, with numbers that no fact of this world has."""
    spoken = " ".join(fact.subject for fact in world.facts)
    letter = next(letter for letter in ("Q", "J", "Y", "QX") if f"{letter}-" not in spoken)
    used = {slot.value for fact in world.facts for slot in fact.slots}
    used |= {slot.of for fact in world.facts for slot in fact.slots if slot.of}
    numbers = [number for number in range(103, 990) if number not in used]
    start = Draw("inventions", world.seed).integer(0, len(numbers) - 1)
    forms = (
        "Audit room {code} needs {number} new lamps.",
        "Meeting room {code} was used by {number} visitors.",
        "Post room {code} received {number} letters.",
        "Store room {code} holds {number} empty boxes.",
        "Reading room {code} ordered {number} chairs.",
        "Break room {code} used {number} paper cups.",
    )
    return tuple(
        forms[index % len(forms)].format(
            code=f"{letter}-{index + 301}", number=numbers[(start + 7 * index) % len(numbers)]
        )
        for index in range(_INVENTIONS)
    )
