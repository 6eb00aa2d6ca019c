"""Both sides automated: several candidates, a text on each, and a choice of one by the texts alone.

Every candidate is so much better or worse than was asked for, by each of the same
criteria; the rule says how much each counts. What a candidate is worth is the sum:

    worth = sum over the criteria of (what a unit counts) * (units better than asked, or minus the units worse)

The charter tells the rule, so whoever hears the true figures can add them up. The
standing plan, to take nobody, pays `STANDING`, whatever is true. The setting says what the
candidates apply for: a post (`jobs`), a grant (`grants`), a place for which others
recommend them (`letters`).

A world keeps these rules, checked by enumeration:

- *margin*: the best candidate beats the next option by at least a tenth of the payoffs' range;
- *pivots*: the loss of at least one single fact changes the choice, and so does the loss of at least two pairs of facts
  of which neither changes it alone;
- *options*: each candidate is the best one for some set of facts, and each has good and bad facts.
"""

from itertools import combinations

from chains.errors import BadInput, nearest
from chains.rng import Draw
from chains.worlds.charters.charter import Charter, Clause
from chains.worlds.decisions.decision import Decision, Option, Ramp, Weight
from chains.worlds.facts.invented_names import Names
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.rules.decision_world_rules import FEWEST_PAIRS, FEWEST_SINGLE, MARGIN
from chains.worlds.scenario_registry import scenario
from chains.worlds.settings.candidates import PLACES, Criterion, Place
from chains.worlds.world import World

VERSION = "1"
POOLS = {12: (4, 3), 16: (4, 4), 20: (5, 4), 24: (6, 4)}
"""Candidates, and facts on each, by the number of facts."""
LEAST, WIDEST = 3, 30
"""Fewest and most units by which a candidate differs from what was asked for."""
BEYOND = 100.0
"""Most units that a text can be believed to state."""
COUNTS = (1, 3)
"""Range of what a unit counts."""
OPEN = "open"
"""The id of the standing plan: nobody is taken."""
STANDING = 5
"""What that pays; an unknown candidate pays 0."""
TRIES = 4000
"""How many pools are drawn for a seed before giving up."""


@scenario
def both_sides(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world in which one of several candidates is chosen.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: 12 (4 candidates with 3 facts each), 16 (4 with 4), 20 (5 with 4) or 24 (6 with 4).
        setting: jobs, grants or letters; None lets the seed choose.

    Raises:
        BadInput: If `facts` is another number or there is no such setting.
    """
    if facts not in POOLS:
        raise BadInput(f"a both_sides world has {', '.join(map(str, POOLS))} facts, not {facts}; set facts accordingly")
    if setting is not None and setting not in PLACES:
        raise BadInput(f"both_sides has no setting {setting!r}{nearest(setting, PLACES)}")
    place = PLACES[setting or Draw("both_sides", seed, "setting").choice(tuple(PLACES))]
    for attempt in range(TRIES):
        world = _world(seed, facts, place, Draw("both_sides", seed, place.name, facts, attempt))
        if world.decision is not None and broken(world.decision) is None:
            return world
    raise BadInput(f"no both_sides world with {facts} facts was found for seed {seed}; take another seed")


def broken(decision: Decision) -> str | None:
    """Return the first rule that a decision among candidates breaks, in words; None if it keeps all of them."""
    pays = decision.payoffs()
    best = _best(pays)
    order = sorted(pays.values(), reverse=True)
    if best == OPEN or order[0] - order[1] < MARGIN * (order[0] - order[-1]):
        return f"the best option leads by too little: {order[0]:g} against {order[1]:g}"
    true = {fact: (option.id, decision.weight_of[fact].true) for option in decision.candidates for fact in option.facts}
    single = {name for name in true if _best(_less(pays, true[name])) != best}
    if len(single) < FEWEST_SINGLE:
        return "no single fact changes the choice"
    pairs = combinations(sorted(set(true) - single), 2)
    if sum(_best(_less(pays, *(true[name] for name in pair))) != best for pair in pairs) < FEWEST_PAIRS:
        return f"fewer than {FEWEST_PAIRS} pairs of facts change the choice together"
    # what is known of one candidate changes nothing in another: the extremes of its own sets are enough
    weights = {option.id: [true[fact][1] for fact in option.facts] for option in decision.options}
    most, least = (
        {name: decision.option(name).base + sum(of(0.0, one) for one in mine) for name, mine in weights.items()}
        for of in (max, min)
    )
    for option in decision.candidates:
        others = max(pay for name, pay in least.items() if name != option.id)
        if most[option.id] <= others or min(weights[option.id]) > 0:
            return f"{option.text} is never the best, or only good is known of it"
    return None


def _best(pays: dict[str, float]) -> str:
    return max(pays, key=pays.__getitem__)


def _less(pays: dict[str, float], *lost: tuple[str, float]) -> dict[str, float]:
    """Return what options pay without some facts, each given with its option and its weight."""
    left = dict(pays)
    for option, weight in lost:
        left[option] -= weight
    return left


def _world(seed: int, facts: int, place: Place, draw: Draw) -> World:
    names = Names(draw)
    count, each = POOLS[facts]
    title = draw.choice(place.titles).format(name=names.next())
    criteria = draw.shuffled(place.criteria)[:each]
    worth = [draw.integer(*COUNTS) for _ in criteria]
    sizes = draw.shuffled(range(LEAST, WIDEST + 1))
    made: list[Fact] = []
    options: list[Option] = []
    weights: list[Weight] = []
    for number in range(1, count + 1):
        name = names.next()
        mine = []
        for criterion, each_counts in zip(criteria, worth, strict=True):
            fact = _fact(criterion, f"{place.noun} {name}", name, sizes.pop(), draw)
            fact = fact.model_copy(update={"id": f"F{len(made) + 1:02d}"})
            made.append(fact)
            mine.append(fact.id)
            weights.append(_weight(fact, each_counts))
        text = place.takes.format(name=name)
        options.append(Option(id=f"c{number}", text=text, base=0, exposure=0, facts=tuple(mine)))
    nobody = Option(id=OPEN, text=place.none, base=STANDING, exposure=0)
    return World(
        scenario="both_sides",
        version=VERSION,
        seed=seed,
        setting=place.name,
        title=title,
        facts=tuple(made),
        decision=Decision(
            question=place.question,
            options=(*options, nobody),
            standing=OPEN,
            intercept=0,
            weights=tuple(weights),
        ),
        charter=_charter(criteria, worth),
    )


def _fact(criterion: Criterion, subject: str, name: str, size: int, draw: Draw) -> Fact:
    good = draw.integer(0, 1) == 1
    here, there = criterion.senses if good else criterion.senses[::-1]
    gap = Slot(name="gap", kind="number", value=size, unit=criterion.unit)
    way = Slot(name="way", kind="direction", value=here.word, also=here.also, opposite=there.word, opposites=there.also)
    lowest, steps = (1, 3) if good else (2, 4)
    return Fact(
        id="F00",
        subject=subject,
        aliases=(name,),
        topic=criterion.topic,
        slots=(gap, way),
        templates=criterion.templates,
        vague=criterion.vague,
        valence="good" if good else "bad",
        severity=lowest + min(steps - 1, steps * (size - LEAST) // (WIDEST - LEAST)),
        twin=(gap, way.flipped()),
    )


def _weight(fact: Fact, counts: int) -> Weight:
    sign = counts if fact.valence == "good" else -counts
    true = float(sign * int(fact.slot("gap").value))
    return Weight(fact=fact.id, true=true, twin=-true, ramp=_ramp(sign), twin_ramp=_ramp(-sign))


def _ramp(sign: int) -> Ramp:
    return Ramp(slot="gap", values=(0.0, BEYOND), weights=(0.0, sign * BEYOND))


def _charter(criteria: list[Criterion], worth: list[int]) -> Charter:
    """Return the charter: the rule, a clause for each criterion, those that count most first."""
    ranked = sorted(zip(criteria, worth, strict=True), key=lambda pair: -pair[1])
    return Charter(
        clauses=tuple(
            Clause(
                id=f"C{rank}",
                rank=rank,
                subject=criterion.name,
                topic=("counts", "count"),
                slots=(Slot(name="counts", kind="number", value=counts),),
                templates=tuple(
                    f"{start} {criterion.one} better than asked counts {{counts}}, and {criterion.one} worse as much "
                    "against."
                    for start in ("In {subject}", "For {subject},")
                ),
                vague=("{subject} counts.", "Mind {subject}."),
            )
            for rank, (criterion, counts) in enumerate(ranked, start=1)
        )
    )
