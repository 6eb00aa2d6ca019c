"""Watermelon: a project reports its status upwards, green outside and red within.

Some facts are bad, as many are good, and some are neutral distractors. No fact
says how important it is: each seat decides what the level above needs to hear.
"Watermelon" is project managers' word for a status that is green at the top and
red at the bottom.
"""

from typing import NamedTuple

from chains.errors import BadInput, nearest
from chains.rng import Draw
from chains.worlds.facts.fact_kinds import Group, Kind, Setting, Side, Taken, way
from chains.worlds.facts.invented_names import Names
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.scenario_registry import scenario
from chains.worlds.settings.lab import LAB
from chains.worlds.settings.plant import PLANT
from chains.worlds.settings.release import RELEASE
from chains.worlds.settings.vehicle import VEHICLE
from chains.worlds.settings.ward import WARD
from chains.worlds.world import World

VERSION = "1"
SETTINGS: dict[str, Setting] = {setting.name: setting for setting in (PLANT, RELEASE, WARD, VEHICLE, LAB)}
FEWEST, MOST = 6, 60

_AGAIN = 0.2
"""Chance that a fact has a kind that the world already has: a seat may swap the values of two deliveries."""
_SAME = 0.15
"""Chance that a fact is about another property of a subject that the world already has."""


@scenario
def watermelon(seed: int, *, facts: int = 12, setting: str | None = None, bad: int | None = None) -> World:
    """Make a world in which a project has bad, good and neutral news.

    A sixth of the facts, rounded, are neutral distractors. Of the others half
    are bad (of an odd number, a coin decides), so that valence is balanced
    over seeds, and the twins of a world are balanced too.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 6 to 60.
        setting: One of `SETTINGS`; None lets the seed choose.
        bad: How many facts are bad, for scenarios built on this one; None: half of the facts that are not neutral.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    if not FEWEST <= facts <= MOST:
        raise BadInput(f"a watermelon world has {FEWEST} to {MOST} facts, not {facts}; set facts accordingly")
    if setting is not None and setting not in SETTINGS:
        raise BadInput(f"watermelon has no setting {setting!r}{nearest(setting, SETTINGS)}")
    place = SETTINGS[setting or Draw("watermelon", seed, "setting").choice(tuple(SETTINGS))]
    draw = Draw("watermelon", seed, place.name, facts)
    taken = Taken(names=Names(draw), month=draw.integer(1, 12))
    title = draw.choice(place.titles).format(name=taken.names.next())
    subjects = _Subjects(place, draw, taken)
    made = []
    for number, (kind, side) in enumerate(_agenda(place, facts, bad, draw), start=1):
        draw_fact = Draw("watermelon", seed, place.name, facts, "fact", number)
        made.append(_fact(f"F{number:02d}", kind, side, subjects.pick(kind), draw=draw_fact, taken=taken))
    return World(
        scenario="watermelon", version=VERSION, seed=seed, setting=place.name, title=title, facts=tuple(made)
    )  # fmt: skip


def relevant(facts: int) -> int:
    """Return how many of a world's facts are not distractors."""
    return facts - (facts + 3) // 6


def _agenda(place: Setting, facts: int, bad: int | None, draw: Draw) -> list[tuple[Kind, Side]]:
    """Return the kind and side of each fact, in the order of the ledger."""
    others = relevant(facts)
    distractors = facts - others
    if bad is None:
        bad = others // 2 + (others % 2 and draw.integer(0, 1))
    sides: list[Side] = ["bad" if number < bad else "good" for number in range(others)]
    told = [kind for kind in place.kinds if not kind.neutral]
    idle = [kind for kind in place.kinds if kind.neutral]
    agenda = list(zip(_kinds(told, others, draw), draw.shuffled(sides), strict=True))
    agenda += [(kind, draw.choice(("bad", "good"))) for kind in _kinds(idle, distractors, draw)]
    return draw.shuffled(agenda)


def _kinds(kinds: list[Kind], count: int, draw: Draw) -> list[Kind]:
    """Draw kinds of fact: each once before any comes again, except a few that come twice on purpose."""
    chosen: list[Kind] = []
    left: list[Kind] = []
    while len(chosen) < count:
        if chosen and draw.uniform() < _AGAIN:
            chosen.append(draw.choice(chosen))
        else:
            left = left or draw.shuffled(kinds)
            chosen.append(left.pop())
    return chosen


class _Subject(NamedTuple):
    """What a fact is about."""

    name: str
    aliases: tuple[str, ...]
    number: int | None
    """The number in its code, which no value of its facts may equal."""


class _Subjects:
    """Names the subjects of one world; no two share a code or a name."""

    def __init__(self, place: Setting, draw: Draw, taken: Taken) -> None:
        self._groups = place.groups
        self._draw = draw
        self._taken = taken
        self._numbers = draw.from_the_end(range(11, 99))
        self._known: list[tuple[str, list[Kind], _Subject]] = []

    def pick(self, kind: Kind) -> _Subject:
        """Return a subject for a fact of this kind: usually a new one, now and then one that already has facts."""
        again = self._draw.uniform() < _SAME
        free = [entry for entry in self._known if entry[0] == kind.group and kind not in entry[1]] if again else []
        if free:
            _, kinds, subject = self._draw.choice(free)
            kinds.append(kind)
        else:
            subject = self._name(self._groups[kind.group])
            self._known.append((kind.group, [kind], subject))
        return subject

    def _name(self, group: Group) -> _Subject:
        noun = self._draw.choice(group.nouns)
        if group.code is None:
            name = self._taken.names.next()
            return _Subject(f"{noun} {name}", (name,), None)
        number = next(self._numbers)
        self._taken.numbers.add(number)
        code = f"{group.code}-{number}"
        return _Subject(f"{noun} {code}", (code, f"{noun.split()[-1]} {code}") if " " in noun else (code,), number)


def _fact(name: str, kind: Kind, side: Side, subject: _Subject, *, draw: Draw, taken: Taken) -> Fact:
    """Make one fact, and its twin on the other side."""
    own: set[float] = set() if subject.number is None else {subject.number}
    slots = tuple(part.slot(draw, side, taken, own) for part in kind.parts)
    other: Side = "good" if side == "bad" else "bad"
    twin = None
    if not kind.neutral:
        pairs = zip(kind.parts, slots, strict=True)
        twin = (*(part.other_side(slot, draw, other, taken, own) for part, slot in pairs), way(kind, other))
    return Fact(
        id=name,
        subject=subject.name,
        aliases=subject.aliases,
        topic=kind.topic,
        slots=(*slots, way(kind, side)),
        templates=kind.templates,
        vague=kind.vague,
        valence="neutral" if kind.neutral else side,
        severity=1 if kind.neutral else _severity(kind, side, slots, draw),
        distractor=kind.neutral,
        twin=twin,
    )


def _severity(kind: Kind, side: Side, slots: tuple[Slot, ...], draw: Draw) -> int:
    """Return 2 to 5 for bad facts and 1 to 3 for good ones, growing with the value; drawn if no value has a size."""
    sizes = [part.strength(slot, side) for part, slot in zip(kind.parts, slots, strict=True)]
    known = [size for size in sizes if size is not None]
    size = sum(known) / len(known) if known else draw.uniform()
    lowest, steps = (2, 4) if side == "bad" else (1, 3)
    return lowest + min(steps - 1, max(0, int(size * steps)))
