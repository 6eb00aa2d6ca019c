"""Near misses: a ward's incidents, each with its grade, and a board that decides whether the ward closes for a review.

Two thirds of the facts are incidents: near misses (close calls), minor and
major ones. The others are good news from the same hospital. Every incident has
one witness on the first list of staff, and most have a second one on the other
list, who reports on their own. So the number of incidents can be estimated by
capture and recapture (`stats.capture`), and held against the true number.

A near miss counts one point, a minor incident two, a major one four, and each
piece of good news takes one off. The ward should close if there are more points
than a limit, which the charter states:

    log-odds of harm = log-odds of theta + WEIGHT * (points - limit)

where theta is the chance of harm at which closing and staying open pay the
same. Half of the worlds are safe, so that always closing is no better than never.
"""

import math

from chains.errors import BadInput
from chains.rng import Draw, seed_of
from chains.worlds.charters.charter import Charter, Clause
from chains.worlds.charters.decision_catalog import INTENTS, charter_of
from chains.worlds.decisions.decision import Decision, Option, Steps, Weight
from chains.worlds.facts.grading import Grading
from chains.worlds.facts.invented_names import Names
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.rules.decision_world_rules import enumerate_world
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.scenario_registry import scenario
from chains.worlds.settings.incidents import CATCHERS, INCIDENTS, TITLES, Incident
from chains.worlds.world import World

VERSION = "1"
SETTING = "ward"
FEWEST, MOST = 8, 20
TRIES = 2000
"""How many sets of incidents are drawn for a seed before giving up."""
POINTS = {"near miss": 1, "minor": 2, "major": 4}
"""What an incident of each grade counts, from the mildest grade."""
SEVERITY = {"near miss": 2, "minor": 3, "major": 5}
DRAWN = ("near miss", "near miss", "near miss", "minor", "minor", "major")
"""Grades as they are drawn: half are near misses, a third minor, a sixth major."""
SEEN_TWICE = 0.8
"""Chance that an incident has a second witness."""
WEIGHT = 0.35
"""What a point adds to the log-odds of harm."""
LIMIT = (4, 16)
"""Range of the points up to which the ward stays open."""
APART = 1.0
"""Fewest points by which a world lies above or below the limit and a half."""
OPEN, CLOSE = "stay_open", "close"
"""The ids of the two options; staying open is the standing plan."""
GRADING = Grading(
    slot="grade",
    grades=tuple(POINTS),
    also=(("near-miss", "close call"), (), ()),
    wrong="amount",
    caught="catcher",
)


@scenario
def near_miss(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world of incidents on a ward, which closes for a review or stays open; half of the worlds are safe.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 8 to 20; a third of them, rounded down, are good news, the others incidents.
        setting: "ward", the only one.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    if not FEWEST <= facts <= MOST:
        raise BadInput(f"a near_miss world has {FEWEST} to {MOST} facts, not {facts}; set facts accordingly")
    if setting not in (None, SETTING):
        raise BadInput(f"near_miss has one setting, {SETTING}, not {setting!r}; leave the setting out")
    safe = is_safe(seed)
    for attempt in range(TRIES):
        world = _world(seed, facts, Draw("near_miss", seed, facts, attempt))
        if broken(world, safe=safe) is None:
            return world
    raise BadInput(f"no near_miss world with {facts} facts was found for seed {seed}; take another seed")


def is_safe(seed: int) -> bool:
    """Return whether staying open is right in the world of a seed: in one of seeds 1 and 2, of 3 and 4, and so on."""
    block, place = divmod(seed - 1, 2)
    return Draw("near_miss", "block", block).shuffled((True, False))[place]


def broken(world: World, *, safe: bool) -> str | None:
    """Return the first rule that a world breaks, in words; None if it keeps all of them.

    The points must lie apart from the limit, and both options must be the best for some set of facts. In an unsafe
    world the loss of a fact must change the decision, and so must the loss of two of which neither changes it alone
    (`decision_world_rules`); in a safe one, no loss of incidents does.

    Args:
        world: The world.
        safe: Whether staying open should be right.
    """
    decision = world.decision
    if decision is None:
        raise ValueError(f"nothing is decided in world {world.title!r}")
    beyond = (decision.logit() - _threshold(decision)) / WEIGHT
    if (-beyond if safe else beyond) < APART:
        return "the points lie too near to the limit, or on the wrong side"
    found = enumerate_world(world)
    if safe:
        never = [option for option, count in found.optimal.items() if not count]
        return f"option {never[0]} is never the best" if never else None
    return found.broken


def points(facts: tuple[Fact, ...]) -> int:
    """Return what the incidents of a world count, less its good news."""
    grades = (GRADING.grade_of(fact) for fact in facts)
    worth = tuple(POINTS.values())
    return sum(-1 if grade is None else worth[grade] for grade in grades)


def _threshold(decision: Decision) -> float:
    """Return the log-odds of harm at which both options pay the same."""
    stay, close = decision.options
    theta = (stay.base - close.base) / (stay.exposure - close.exposure)
    return math.log(theta / (1 - theta))


def _world(seed: int, facts: int, draw: Draw) -> World:
    names = Names(draw)
    name = names.next()
    good = _good_news(seed, facts // 3, draw)
    codes = draw.shuffled(range(11, 99))
    amounts = set[int]()
    made: list[Fact] = []
    kinds = [*draw.shuffled(INCIDENTS), *draw.shuffled(INCIDENTS)][: facts - len(good)]
    made = [_incident(kind, codes.pop(), amounts, draw) for kind in kinds]
    ledger = tuple(
        fact.model_copy(update={"id": f"F{number:02d}"})
        for number, fact in enumerate(draw.shuffled([*made, *good]), start=1)
    )
    limit = draw.integer(*LIMIT)
    incidents = GRADING.graded(ledger)
    return World(
        scenario="near_miss",
        version=VERSION,
        seed=seed,
        setting=SETTING,
        title=draw.choice(TITLES).format(name=name),
        facts=ledger,
        decision=_decision(ledger, limit, draw),
        charter=_charter(f"ward {name}", name, limit, names, draw),
        grading=GRADING,
        shared=tuple(fact.id for fact in incidents if draw.uniform() < SEEN_TWICE),
    )


def _good_news(seed: int, count: int, draw: Draw) -> list[Fact]:
    """Return good news of the same hospital, from a watermelon world."""
    plain = watermelon(seed_of("near_miss", seed, draw.integer(0, 10**6)), facts=3 * count, setting=SETTING, bad=1)
    return [fact for fact in plain.facts if fact.valence == "good"][:count]


def _incident(kind: Incident, code: int, used: set[int], draw: Draw) -> Fact:
    grade = draw.choice(DRAWN)
    close = grade == GRADING.grades[0]
    free = [size for size in range(kind.range[0], kind.range[1] + 1) if size not in used]
    size = draw.choice(free or range(*kind.range))
    used.add(size)
    slots = [Slot(name="amount", kind="number", value=size, unit=kind.unit), GRADING.slot_of(grade)]
    if close:
        catcher = draw.choice(CATCHERS)
        others = tuple(other for other in CATCHERS if other != catcher)
        slots.append(Slot(name="catcher", kind="category", value=catcher, others=others))
    return Fact(
        id="F00",
        subject=f"patient P-{code}",
        aliases=(f"P-{code}",),
        topic=kind.topic,
        slots=tuple(slots),
        templates=kind.close if close else kind.harm,
        vague=kind.close_vague if close else kind.harm_vague,
        valence="bad",
        severity=SEVERITY[grade],
    )


def _decision(facts: tuple[Fact, ...], limit: int, draw: Draw) -> Decision:
    """Draw the options' payoffs, and weigh the facts so that the charter's rule is the best decision."""
    stay = Option(
        id=OPEN, text="keep the ward open", base=100, exposure=10 * draw.integer(15, 30),
        also=("leave the ward open", "carry on as before", "stay open"),
    )  # fmt: skip
    close = Option(
        id=CLOSE, text="close the ward for a review", base=draw.integer(30, 60), exposure=draw.integer(0, 10),
        also=("close the ward", "shut the ward", "review the ward"),
    )  # fmt: skip
    theta = (stay.base - close.base) / (stay.exposure - close.exposure)
    # points are whole, so half a point separates "more than" the limit from just on it, whatever the rounding
    intercept = math.log(theta / (1 - theta)) - WEIGHT * (limit + 0.5)
    return Decision(
        question="Does the ward stay open?",
        options=(stay, close),
        standing=OPEN,
        intercept=round(intercept, 6),
        weights=tuple(_weight(fact) for fact in facts),
    )


def _weight(fact: Fact) -> Weight:
    by = tuple(round(WEIGHT * points, 4) for points in POINTS.values())
    grade = GRADING.grade_of(fact)
    if grade is None:
        return Weight(fact=fact.id, true=-WEIGHT, twin=WEIGHT)
    return Weight(fact=fact.id, true=by[grade], ramp=Steps(slot=GRADING.slot, words=GRADING.grades, weights=by))


def _charter(ward: str, name: str, limit: int, names: Names, draw: Draw) -> Charter:
    """Return the charter: the rule, then three goals and a must-not as other wards have them."""
    counts = "a near miss counts 1, a minor incident 2, a major one 4, good news takes 1 off"
    rule = Clause(
        id="C0",
        rank=1,
        subject=ward,
        aliases=(name,),
        topic=("review", "points"),
        slots=(Slot(name="limit", kind="number", value=limit, unit="points"),),
        templates=(
            f"Close {{subject}} for a review if there are more than {{limit}} ({counts}).",
            f"{{subject}} closes for a review if its incidents come to more than {{limit}} ({counts}).",
        ),
        vague=("Mind the limit of {subject}.", "Be careful with {subject}."),
    )
    others = charter_of(INTENTS[SETTING], draw, names.next()).clauses
    return Charter(clauses=(rule, *(one.model_copy(update={"rank": one.rank + 1}) for one in others)))
