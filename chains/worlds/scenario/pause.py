"""Pause: a new system has been tested, and the executive decides between its release and a pause.

Each fact with a weight is one run of a test of the system: some points above or
below what is allowed. If a test was run several times, at least one run is above
and one below, and an honest report gives all of them. The true danger of the
system is hidden: each world draws it, each test deviates from it, and each run
from its test.

The charter states the rule: pause if all runs together are more than a limit of
points above what is allowed. A point weighs the same in every run, so this sum is
the risk, and its excess over the limit decides:

    log-odds of harm = log-odds of theta + WEIGHT * (sum of points above - sum of points below - limit)

where theta is the chance of harm at which releasing and pausing pay the same.
Half of the worlds are safe, so that always pausing is no better than never.
"""

import math

from chains.errors import BadInput
from chains.rng import Draw
from chains.worlds.charters.charter import Charter, Clause
from chains.worlds.decisions.decision import Decision, Option, Ramp, Weight
from chains.worlds.facts import direction_words as d
from chains.worlds.facts.invented_names import Names
from chains.worlds.facts.ledger import MONTHS, Fact, Slot, Valence
from chains.worlds.rules.decision_world_rules import MARGIN, enumerate_world
from chains.worlds.scenario_registry import scenario
from chains.worlds.settings.evals import IDLE, TESTS, TITLES, Idle, Test
from chains.worlds.world import World

VERSION = "1"
SETTING = "evals"
FEWEST, MOST = 8, 18
SAFE = 0.5
"""Share of worlds in which releasing is right."""
TRIES = 2000
"""How many sets of runs are drawn for a seed before giving up."""

RELEASE, PAUSE = "release", "pause"
"""The ids of the two options; releasing is the standing plan."""
WEIGHT = 0.06
"""What a point adds to the log-odds of harm."""
LEAST, WIDEST = 3, 40
"""Fewest and most points by which a run ends above or below its limit."""
MOST_RUNS = 3
"""Most runs of one test."""
LIMIT = (6, 20)
"""Range of the points above the limits, in sum, that are allowed."""
_LEVEL, _OF_TEST, _OF_RUN = 4.0, 8.0, 16.0
"""Standard deviations in points: of the danger between worlds, of tests around it, of runs around a test."""


@scenario
def pause(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world in which a tested system is released or the project pauses; half of the worlds are safe.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 8 to 18; a sixth of them, rounded, are distractors.
        setting: "evals", the only one.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    if not FEWEST <= facts <= MOST:
        raise BadInput(f"a pause world has {FEWEST} to {MOST} facts, not {facts}; set facts accordingly")
    if setting not in (None, SETTING):
        raise BadInput(f"pause has one setting, {SETTING}, not {setting!r}; leave the setting out")
    safe = Draw("pause", seed, "safe").uniform() < SAFE
    for attempt in range(TRIES):
        world = _world(seed, facts, Draw("pause", seed, facts, attempt))
        if broken(world, safe=safe) is None:
            return world
    raise BadInput(f"no pause world with {facts} facts was found for seed {seed}; take another seed")


def broken(world: World, *, safe: bool) -> str | None:
    """Return the first rule that a world breaks, in words; None if it keeps all of them.

    The rules are those of `decision_world_rules`, except for the margin: of two options, the lead of the better one is
    always the whole range, so it is compared with what a release pays with harm and without.

    Args:
        world: The world.
        safe: Whether releasing should be right.
    """
    decision = world.decision
    if decision is None:
        raise ValueError(f"nothing is decided in world {world.title!r}")
    found = enumerate_world(world)
    if found.best != (RELEASE if safe else PAUSE):
        return f"the best option is to {found.best}"
    if found.safe != safe:
        return "the bad facts don't make the difference"
    release, other = decision.option(RELEASE), decision.option(PAUSE)
    lead = abs(release.utility(found.p) - other.utility(found.p)) / release.exposure
    if lead < MARGIN:
        return f"the best option leads by {lead:.1%} of what is at stake, less than {MARGIN:.0%}"
    return found.broken


def _world(seed: int, facts: int, draw: Draw) -> World:
    names = Names(draw)
    system = f"system {names.next()}"
    idle = (facts + 3) // 6
    runs = _runs(facts - idle, draw)
    made = [*runs, *(_idle(kind, names, draw) for kind in draw.shuffled(IDLE)[:idle])]
    ledger = tuple(
        fact.model_copy(update={"id": f"F{number:02d}"}) for number, fact in enumerate(draw.shuffled(made), start=1)
    )
    limit = draw.integer(*LIMIT)
    return World(
        scenario="pause",
        version=VERSION,
        seed=seed,
        setting=SETTING,
        title=draw.choice(TITLES).format(name=system.rsplit(maxsplit=1)[-1]),
        facts=ledger,
        decision=_decision(ledger, limit, draw),
        charter=_charter(system, limit, names, draw),
    )


def _runs(count: int, draw: Draw) -> list[Fact]:
    """Draw tests until there are enough runs: the first two tests have two or three runs, later ones one to three."""
    level = _LEVEL * draw.normal()
    numbers, used = draw.shuffled(range(11, 99)), set[int]()
    made: list[Fact] = []
    for at, test in enumerate(draw.shuffled(TESTS)):
        left = count - len(made)
        if not left:
            break
        needed = left - MOST_RUNS * (len(TESTS) - at - 1)
        times = min(max(draw.integer(2 if at < 2 else 1, MOST_RUNS), needed), left)
        scores = _scores(level + _OF_TEST * draw.normal(), times, used, draw)
        made += [_run(test, f"R-{numbers.pop()}", points, draw) for points in scores]
    return made


def _scores(middle: float, times: int, used: set[int], draw: Draw) -> list[int]:
    """Draw the runs of one test, in points above the limit (negative below it); several runs don't all agree.

    Args:
        middle: The test's mean, in points above its limit.
        times: How often it was run.
        used: Distances from the limit that the world already has; new ones are added.
        draw: The source of chance.
    """
    while True:
        points = [round(middle + _OF_RUN * draw.normal()) for _ in range(times)]
        sizes = {abs(one) for one in points}
        apart = len(sizes) == times and not sizes & used and all(LEAST <= size <= WIDEST for size in sizes)
        if apart and (times == 1 or min(points) < 0 < max(points)):
            used |= sizes
            return points


def _run(test: Test, code: str, points: int, draw: Draw) -> Fact:
    bad = points > 0
    here, there = test.senses if bad else test.senses[::-1]
    gap = Slot(name="gap", kind="number", value=abs(points), unit="points")
    way = Slot(name="way", kind="direction", value=here.word, also=here.also, opposite=there.word, opposites=there.also)
    size = (abs(points) - LEAST) / (WIDEST - LEAST)
    lowest, steps = (2, 4) if bad else (1, 3)
    return Fact(
        id="F00",
        subject=f"{test.name} run {code}",
        aliases=(code, f"run {code}"),
        topic=test.topic,
        slots=(gap, way),
        templates=tuple(draw.shuffled(test.templates)),
        vague=test.vague,
        valence="bad" if bad else "good",
        severity=lowest + min(steps - 1, int(size * steps)),
        series=test.name,
        twin=(gap, way.flipped()),
    )


def _idle(kind: Idle, names: Names, draw: Draw) -> Fact:
    name = names.next()
    here, there = draw.shuffled(kind.senses)
    neutral: Valence = "neutral"
    return Fact(
        id="F00",
        subject=kind.subject.format(name=name),
        aliases=(name,),
        topic=kind.topic,
        slots=(
            Slot(name="day", kind="date", value=_day(draw)),
            Slot(
                name="way", kind="direction", value=here.word, also=here.also, opposite=there.word, opposites=there.also
            ),
        ),
        templates=kind.templates,
        vague=(kind.vague,),
        valence=neutral,
        severity=1,
        distractor=True,
    )


def _decision(facts: tuple[Fact, ...], limit: int, draw: Draw) -> Decision:
    """Draw the options' payoffs, and weigh the runs so that the charter's rule is the best decision."""
    release = Option(
        id=RELEASE, text="release the system", base=100, exposure=10 * draw.integer(15, 30),
        also=("release it", "ship the system", "launch the system", "go ahead with the release"),
    )  # fmt: skip
    pause_ = Option(
        id=PAUSE, text="pause the project", base=draw.integer(30, 60), exposure=draw.integer(0, 10),
        also=("pause the release", "pause the system", "do not release", "don't release", "hold back the system",
              "stop the release", "delay the release"),
    )  # fmt: skip
    theta = (release.base - pause_.base) / (release.exposure - pause_.exposure)
    # points are whole, so half a point separates "more than" the limit from just on it, whatever the rounding
    intercept = math.log(theta / (1 - theta)) - WEIGHT * (limit + 0.5)
    return Decision(
        question="Is the system released?",
        options=(release, pause_),
        standing=RELEASE,
        intercept=round(intercept, 6),
        weights=tuple(_weight(fact) for fact in facts if not fact.distractor),
    )


def _weight(fact: Fact) -> Weight:
    sign = 1 if fact.valence == "bad" else -1
    true = round(sign * WEIGHT * float(fact.slot("gap").value), 4)
    return Weight(fact=fact.id, true=true, twin=-true, ramp=_ramp(sign), twin_ramp=_ramp(-sign))


def _ramp(sign: int) -> Ramp:
    ends = (float(LEAST), float(WIDEST))
    return Ramp(slot="gap", values=ends, weights=(sign * WEIGHT * ends[0], sign * WEIGHT * ends[1]))


def _charter(system: str, limit: int, names: Names, draw: Draw) -> Charter:
    """Return the charter: the rule, a promise to a customer, and a must-not."""
    customer, lab = names.next(), f"cluster K-{draw.integer(101, 188)}"
    return Charter(
        clauses=(
            Clause(
                id="C1",
                rank=1,
                subject=system,
                topic=("pause", "together", "allowed"),
                slots=(Slot(name="limit", kind="number", value=limit, unit="points"),),
                templates=(
                    "Pause {subject} if all runs together are more than {limit} above what is allowed.",
                    "{subject} pauses if its runs come to more than {limit} above what is allowed in sum.",
                ),
                vague=("Mind the limits of {subject}.", "Be careful with {subject}."),
            ),
            Clause(
                id="C2",
                rank=2,
                subject=f"customer {customer}",
                aliases=(customer,),
                topic=("seats", "promised"),
                slots=(
                    Slot(name="amount", kind="number", value=draw.integer(12, 19) * 10, unit="seats"),
                    Slot(name="day", kind="date", value=_day(draw)),
                ),
                templates=("{subject} must have {amount} by {day}.", "Have {amount} ready for {subject} by {day}."),
                vague=("{subject} must have what was promised.", "Be on time for {subject}."),
            ),
            Clause(
                id="C3",
                rank=3,
                must_not=True,
                subject=lab,
                aliases=(lab.rsplit(maxsplit=1)[-1],),
                topic=("heat",),
                slots=(
                    Slot(
                        name="may", kind="direction", value=d.MUST_NOT.word, also=d.MUST_NOT.also,
                        opposite=d.MAY.word, opposites=d.MAY.also,
                    ),
                    Slot(name="limit", kind="number", value=draw.integer(41, 68), unit="degrees"),
                ),
                templates=(
                    "{subject} {may} run at more than {limit}.",
                    "Whatever happens, {subject} {may} run at more than {limit}.",
                ),
                vague=("Be careful with {subject}.", "There is a limit for {subject}."),
            ),
        )
    )  # fmt: skip


def _day(draw: Draw) -> str:
    return f"{draw.integer(1, len(MONTHS)):02d}-{draw.integer(1, 28):02d}"
