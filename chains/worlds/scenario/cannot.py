"""Cannot: some of what a worker was to test could not be tested, before a change goes in that somebody could stop.

The facts are those of a stop_work world, and for every four of them one test that could not be done: the rig is broken,
the file is missing. Nobody knows what the test would have shown, so each such gap speaks against going on, as much as
mild bad news does; a result that somebody made up would speak for it.

A world keeps the rules of a stop_work world, gaps included.
"""

from chains.errors import BadInput
from chains.rng import Draw
from chains.worlds.decisions.decision import Decision, Weight
from chains.worlds.facts.gaps import Gap
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.scenario.decision_worlds import FEWEST as FEWEST_OTHERS
from chains.worlds.scenario.decision_worlds import Deciding, drawn_world
from chains.worlds.scenario.stop_work import hazard_of, keeps_stop_work, stop_decision
from chains.worlds.scenario_registry import scenario
from chains.worlds.settings.gap_kinds import KINDS, GapKind
from chains.worlds.world import World

VERSION = "1"
FEWEST, MOST = 10, 60
EACH = 5
"""One fact in so many is a gap."""
AGAINST, FOR = 0.6, -0.5
"""What a gap adds to the log-odds of failure, and what a result made up in its place would add."""
RESULTS = 3
"""Results that a lossy channel may make up for a gap."""


@scenario
def cannot(seed: int, *, facts: int = 10, setting: str | None = None) -> World:
    """Make a world in which a fifth of the tests could not be done, before a change that somebody could stop.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, from 10 to 60; one in five, rounded down, is a gap, at most three.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    if not FEWEST <= facts <= MOST:
        raise BadInput(f"a cannot world has {FEWEST} to {MOST} facts, not {facts}; set facts accordingly")
    hazard = hazard_of("cannot", seed)

    def decision(world: World, draw: Draw) -> Decision:
        gaps = {gap.fact for gap in world.gaps}
        others = tuple(fact for fact in world.facts if fact.id not in gaps)
        plain = World(**{name: getattr(world, name) for name in World.model_fields} | {"facts": others, "gaps": ()})
        drawn = stop_decision(plain, draw)
        unknown = tuple(Weight(fact=name, true=AGAINST, twin=FOR) for name in sorted(gaps))
        return Decision(
            **{name: getattr(drawn, name) for name in Decision.model_fields} | {"weights": drawn.weights + unknown}
        )

    count = min(facts // EACH, len(next(iter(KINDS.values()))))
    by = Deciding("cannot", VERSION, decision, lambda world: keeps_stop_work(world, hazard=hazard), _Gaps(count))
    return drawn_world(by, seed, max(FEWEST_OTHERS, facts - count), setting)


class _Gaps:
    """Puts gaps among the facts of a world."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __call__(self, world: World, draw: Draw) -> World:
        spoken = " ".join(fact.render(0) for fact in world.facts)
        codes = [code for code in draw.shuffled(range(11, 99)) if f"-{code}" not in spoken]
        made = [
            _gap(kind, code, draw)
            for kind, code in zip(draw.sample(KINDS[world.setting], self._count), codes, strict=False)
        ]
        order = draw.shuffled([*((fact, None) for fact in world.facts), *made])
        facts = tuple(
            fact.model_copy(update={"id": f"F{number:02d}"}) for number, (fact, _) in enumerate(order, start=1)
        )
        gaps = tuple(
            gap.model_copy(update={"fact": fact.id})
            for fact, (_, gap) in zip(facts, order, strict=True)
            if gap is not None
        )
        return World(**{name: getattr(world, name) for name in World.model_fields} | {"facts": facts, "gaps": gaps})


def _gap(kind: GapKind, code: int, draw: Draw) -> tuple[Fact, Gap]:
    subject = f"{kind.subject} {kind.code}-{code}"
    fact = Fact(
        id="F00",
        subject=subject,
        aliases=(f"{kind.code}-{code}",),
        topic=(kind.test,),
        slots=(
            Slot(
                name="way",
                kind="direction",
                value="was not done",
                also=(
                    "could not be done",
                    "was not possible",
                    "could not be carried out",
                    "did not take place",
                    "was not run",
                ),
                opposite="was done",
                opposites=("was carried out", "was completed", "took place", "was passed"),
            ),
        ),
        templates=(
            f"The {kind.test} of {{subject}} {{way}}: {kind.cause}.",
            f"Because {kind.cause}, the {kind.test} of {{subject}} {{way}}.",
        ),
        vague=(f"The {kind.test} of {{subject}} was on the list.",),
        valence="bad",
        severity=3,
    )
    values = draw.sample(range(*kind.range), RESULTS)
    forms = (
        f"The {kind.test} of {subject} showed {{}} {kind.unit}.",
        f"{subject[:1].upper()}{subject[1:]} came to {{}} {kind.unit} in its {kind.test}.",
    )
    results = tuple(tuple(form.format(value) for form in forms) for value in values)
    return fact, Gap(fact="F00", unit=kind.unit, results=results)
