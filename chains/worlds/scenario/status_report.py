"""Status report: a project whose true status is red, amber or green, and a chain that reports it.

The facts are those of a watermelon world, except for how many are bad: few in a
green project, most in a red one. Of seeds 1 to 3, 4 to 6, and so on, one is red,
one amber, one green, so that no chain is right by always saying the same. The
thresholds grow with the number of facts; the world states them.
"""

from chains.errors import BadInput
from chains.rng import Draw, seed_of
from chains.worlds.facts.status_rule import STATUSES, Status, StatusRule
from chains.worlds.scenario.watermelon import FEWEST, MOST, relevant, watermelon
from chains.worlds.scenario_registry import scenario
from chains.worlds.world import World

VERSION = "1"
BAD: dict[Status, float] = {"red": 0.65, "amber": 0.4, "green": 0.2}
"""Share of the facts, without distractors, that are bad; at least one is bad, and at least one is not."""
AMBER, RED = 0.85, 1.9
"""Points of trouble per fact, without distractors, from which a world is amber or red."""
TRIES = 400
"""How many sets of facts are drawn for a seed before giving up."""


@scenario
def status_report(seed: int, *, facts: int = 12, setting: str | None = None) -> World:
    """Make a world whose true status is red, amber or green.

    Args:
        seed: The same seed gives the same world on every machine.
        facts: How many facts, in the range of watermelon.
        setting: One of watermelon's settings; None lets the seed choose.

    Raises:
        BadInput: If `facts` is out of range or there is no such setting.
    """
    if not FEWEST <= facts <= MOST:
        raise BadInput(f"a status_report world has {FEWEST} to {MOST} facts, not {facts}; set facts accordingly")
    others = relevant(facts)
    rule = StatusRule(amber=round(AMBER * others), red=round(RED * others))
    wanted = status_of(seed)
    bad = min(others - 1, max(1, round(BAD[wanted] * others)))
    for attempt in range(TRIES):
        plain = watermelon(seed_of("status_report", seed, "facts", attempt), facts=facts, setting=setting, bad=bad)
        if rule.status(plain.facts) == wanted:
            kept = {name: getattr(plain, name) for name in ("setting", "title", "facts")}
            return World(scenario="status_report", version=VERSION, seed=seed, status=rule, **kept)
    raise BadInput(f"no status_report world with {facts} facts was found for seed {seed}; take another seed")


def status_of(seed: int) -> Status:
    """Return the status that the world of a seed has: seeds 1 to 3, 4 to 6, ... have one of each."""
    block, place = divmod(seed - 1, len(STATUSES))
    return Draw("status_report", "block", block).shuffled(STATUSES)[place]
