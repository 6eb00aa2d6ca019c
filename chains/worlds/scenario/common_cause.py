"""Common cause: several workers each report one failure, and only together do they show whose parts fail.

To the facts of a watermelon world, this adds three facts that form a pattern
(`facts/pattern.py`) and, if there is room, two decoys: machines of the same sort
with parts from other suppliers, so that the cause must be read and can't be
guessed. Use it to ask how much of a pattern a manager of many hears, and whether
the top can still put it together.
"""

from typing import NamedTuple

from chains.errors import BadInput
from chains.rng import Draw, seed_of
from chains.worlds.facts import direction_words as d
from chains.worlds.facts.fact_kinds import Side
from chains.worlds.facts.invented_names import STRANGERS, Names
from chains.worlds.facts.ledger import MONTHS, Fact, Slot
from chains.worlds.facts.pattern import Pattern
from chains.worlds.scenario.watermelon import FEWEST as FEWEST_BESIDE
from chains.worlds.scenario.watermelon import MOST as MOST_BESIDE
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.scenario_registry import scenario
from chains.worlds.world import World

VERSION = "1"
IN_PATTERN = 3
"""Number of facts in a pattern; all are bad."""
FEWEST, MOST = IN_PATTERN, MOST_BESIDE
ROOM_FOR_DECOYS = 9
"""Number of facts from which two of them are decoys."""


class Machine(NamedTuple):
    """The machine that fails in one setting, and the failing part."""

    noun: str
    code: str
    part: str


MACHINES = {
    "plant": Machine("compressor", "K", "gasket"),
    "release": Machine("gateway", "G", "network card"),
    "ward": Machine("infusion stand", "Q", "clamp"),
    "vehicle": Machine("tow truck", "K", "bearing"),
    "lab": Machine("centrifuge", "C", "rotor"),
}


@scenario
def common_cause(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world in which failures have one cause, which can be seen only from several facts together.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts in all, from 3 to 60.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    if not FEWEST <= facts <= MOST:
        raise BadInput(f"a common_cause world has {FEWEST} to {MOST} facts, not {facts}; set facts accordingly")
    decoys: tuple[Side, ...] = ("bad", "good") if facts >= ROOM_FOR_DECOYS else ()
    sides: tuple[Side, ...] = ("bad", "bad", "bad", *decoys)
    beside = facts - len(sides)
    plain = watermelon(
        seed_of("common_cause", seed, "facts"),
        facts=max(FEWEST_BESIDE, beside),
        setting=setting,
        bad=max(1, (facts - facts // 6) // 2 - sides.count("bad")),  # about half of all facts are bad
    )
    draw = Draw("common_cause", seed, facts, plain.setting)
    spoken = plain.title + " ".join(fact.render(0) for fact in plain.facts)
    names = Names(draw)
    fresh = [name for name in (names.next() for _ in range(100)) if name not in spoken]
    machine = MACHINES[plain.setting]
    suppliers = [fresh[0]] * IN_PATTERN + fresh[1 : 1 + len(sides) - IN_PATTERN]
    drawn = zip(draw.sample(range(211, 289), len(sides)), _days(draw), suppliers, sides, strict=False)
    alike = [_fact(machine, number, day, supplier, side, draw) for number, day, supplier, side in drawn]
    order = draw.shuffled([*plain.facts[:beside], *alike])
    made = {id(fact): fact.model_copy(update={"id": f"F{place:02d}"}) for place, fact in enumerate(order, start=1)}
    pattern = tuple(made[id(fact)].id for fact in alike[:IN_PATTERN])
    return World(
        scenario="common_cause",
        version=VERSION,
        seed=seed,
        setting=plain.setting,
        title=plain.title,
        facts=tuple(made[id(fact)] for fact in order),
        patterns=(Pattern(id="P1", cause=fresh[0], part=machine.part, facts=pattern),),
    )


def _days(draw: Draw) -> list[str]:
    """Return the days of two months in a random order."""
    first = draw.integer(1, len(MONTHS) - 1)
    return draw.shuffled([f"{month:02d}-{day:02d}" for month in (first, first + 1) for day in range(1, 29)])


def _fact(machine: Machine, number: int, day: str, supplier: str, side: Side, draw: Draw) -> Fact:
    """Return the fact about one machine's trial run."""
    code = f"{machine.code}-{number}"
    slots = (
        Slot(name="supplier", kind="name", value=supplier, others=tuple(draw.sample(STRANGERS, 3))),
        Slot(name="day", kind="date", value=day),
    )
    here, there = (d.FAILED, d.PASSED) if side == "bad" else (d.PASSED, d.FAILED)
    way = Slot(name="way", kind="direction", value=here.word, also=here.also, opposite=there.word, opposites=there.also)
    part = machine.part
    return Fact(
        id="F00",
        subject=f"{machine.noun} {code}",
        aliases=(code, f"{machine.noun.split()[-1]} {code}") if " " in machine.noun else (code,),
        topic=("trial run", "trial"),
        slots=(*slots, way),
        templates=(
            f"{{subject}} {{way}} its trial run on {{day}} with a {part} from {{supplier}}.",
            f"With a {part} from {{supplier}}, {{subject}} {{way}} its trial run on {{day}}.",
        ),
        vague=("{subject} {way} its trial run.", "{subject} had its trial run."),
        valence=side,
        severity=3 if side == "bad" else 2,
        twin=(*slots, way.flipped()),
    )
